"""Eight processes that record on one PostgreSQL: plan_ledger beside bare eventsourcing, in turns, on the same server.

    python bench/postgres_writers.py [--writers 8] [--slices 20] [--seconds 0.7]

Each writer has an item of its own and changes one field of it over and over, one durable write a change. Bare
eventsourcing loads the aggregate, changes it and saves it, in its fastest way (no index, no texts, no chain);
plan_ledger goes through ``item.set``, with index, text and chain in the same transaction. The two take turns in short
slices, so that whatever else the machine does meets both. Printed: changes a second, and the ratio.

The disk decides more than either: with ``TMPDIR`` in memory (``/dev/shm``) the figures are those of the programs alone.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from plan_ledger import Ledger
from plan_ledger.testing.servers import PostgresServer


class Project(Aggregate):
    def __init__(self, title: str) -> None:
        self.title = title

    @event("TitleChanged")
    def change(self, title: str) -> None:
        self.title = title


class Bare(Application[UUID]):
    name = "bare"


def bare_env(url: str, *, create: bool = False) -> dict[str, str]:
    """Its settings; opened by several at once, its tables are made once, or some would fail."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.lstrip("/"),
        "POSTGRES_HOST": query.get("host", parts.hostname or ""),
        "POSTGRES_PORT": str(query.get("port", parts.port or 5432)),
        "POSTGRES_USER": parts.username or "postgres",
        "POSTGRES_PASSWORD": parts.password or "",
        "POSTGRES_POOL_SIZE": "1",
        "CREATE_TABLE": "yes" if create else "no",
    }


def bare_writer(url: str, which: int) -> Callable[[int], object]:
    app = Bare(env=bare_env(url))
    project = Project(f"事業{which}")
    app.save(project)

    def change(number: int) -> None:
        loaded: Project = app.repository.get(project.id)
        loaded.change(f"事業{which}-{number}")
        app.save(loaded)

    return change


def work(bare: str, own: str, which: int, seconds: float, slices: int, together: Any, results: Any) -> None:
    """Both kinds in turn, slice by slice, all writers doing the same at the same time."""
    with Ledger.open(own) as ledger, ledger.acting(f"課{which}"):
        item = ledger.plan()[f"戦略{which}"]
        kinds: dict[str, Callable[[int], object]] = {
            "eventsourcing": bare_writer(bare, which),
            "plan_ledger": lambda number: item.set("title", f"事業{which}-{number}"),
        }
        results.put(_in_turns(kinds, seconds, slices, together))


def _in_turns(
    kinds: dict[str, Callable[[int], object]], seconds: float, slices: int, together: Any
) -> list[tuple[str, int, int, float]]:
    """(kind, turn, changes, the slowest of them in seconds)"""
    numbers = iter(range(1 << 60))
    for change in kinds.values():
        for _ in range(20):  # connections, prepared statements, caches
            change(next(numbers))
    found: list[tuple[str, int, int, float]] = []
    for turn in range(slices):
        for name, change in kinds.items():
            together.wait(300)
            until, count, slowest = time.perf_counter() + seconds, 0, 0.0
            while (began := time.perf_counter()) < until:
                change(next(numbers))
                count += 1
                slowest = max(slowest, time.perf_counter() - began)
            found.append((name, turn, count, slowest))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=0.7, help="length of a slice")
    parser.add_argument("--slices", type=int, default=20, help="slices of each kind")
    asked = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    with PostgresServer.for_tests() as server, server.database() as bare, server.database() as own:
        Bare(env=bare_env(bare, create=True)).close()
        with Ledger.open(own) as ledger, ledger.acting("企画室"):
            plan = ledger.open_plan("計画", fiscal_year=2023)
            for number in range(asked.writers):
                plan.add("strategy", f"戦略{number}")
        together, results = context.Barrier(asked.writers), context.Queue()
        processes = [
            context.Process(
                target=work, args=(bare, own, which, asked.seconds, asked.slices, together, results), daemon=True
            )
            for which in range(asked.writers)
        ]
        for process in processes:
            process.start()
        rows = [row for _ in processes for row in results.get(timeout=600)]
        with Ledger.open(own, read_only=True) as ledger:
            assert ledger.verify()
    told: dict[str, object] = {"writers": asked.writers, "slices": asked.slices}
    rates: dict[str, list[float]] = {}
    for name in ("eventsourcing", "plan_ledger"):
        counts = [sum(n for kind, at, n, _ in rows if (kind, at) == (name, turn)) for turn in range(asked.slices)]
        rates[name] = [count / asked.seconds for count in counts]
        told[name] = {
            "mean": round(statistics.mean(rates[name])),
            "median": round(statistics.median(rates[name])),
            "slowest_ms": round(max(slow for kind, _, _, slow in rows if kind == name) * 1000),
        }
    pairs = [own / bare for own, bare in zip(rates["plan_ledger"], rates["eventsourcing"], strict=True)]
    told["ratio_of_means"] = round(statistics.mean(rates["plan_ledger"]) / statistics.mean(rates["eventsourcing"]), 2)
    told["median_ratio"] = round(statistics.median(pairs), 2)
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
