"""Eight processes that record on one PostgreSQL: plan_ledger beside bare eventsourcing, in turns, on the same server.

    python bench/postgres_writers.py [--writers 8] [--seconds 4] [--rounds 3]

Each writer has an item of its own and changes one field of it over and over, one durable write a change. Bare
eventsourcing loads the aggregate, changes it and saves it, in its fastest way (no index, no texts, no chain);
plan_ledger goes through ``item.set``, with index, text and chain in the same transaction. Printed: changes a second,
the median of the rounds, and the ratio.
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


def write_bare(url: str, which: int, seconds: float, start: Any, results: Any) -> None:
    app = Bare(env=bare_env(url))
    project = Project(f"事業{which}")
    app.save(project)

    def change(number: int) -> None:
        loaded: Project = app.repository.get(project.id)
        loaded.change(f"事業{which}-{number}")
        app.save(loaded)

    _count(change, seconds, start, results)
    app.close()


def write_ledger(url: str, which: int, seconds: float, start: Any, results: Any) -> None:
    with Ledger.open(url) as ledger, ledger.acting(f"課{which}"):
        item = ledger.plan()[f"戦略{which}"]
        _count(lambda number: item.set("title", f"事業{which}-{number}"), seconds, start, results)


def _count(change: Callable[[int], object], seconds: float, start: Any, results: Any) -> None:
    for number in range(20):  # connections, prepared statements, caches
        change(number)
    start.wait(300)
    until, number, slowest = time.perf_counter() + seconds, 20, 0.0
    while (began := time.perf_counter()) < until:
        change(number)
        number += 1
        slowest = max(slowest, time.perf_counter() - began)
    results.put((number - 20, slowest))


def measure(write: Callable[..., None], url: str, writers: int, seconds: float) -> tuple[float, float]:
    """Changes a second of all writers together, and the slowest of them in milliseconds."""
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(writers), context.Queue()
    processes = [
        context.Process(target=write, args=(url, n, seconds, start, results), daemon=True) for n in range(writers)
    ]
    for process in processes:
        process.start()
    found = [results.get(timeout=seconds + 300) for _ in processes]
    for process in processes:
        process.join()
    return sum(count for count, _ in found) / seconds, max(slowest for _, slowest in found) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    rates: dict[str, list[float]] = {"eventsourcing": [], "plan_ledger": []}
    slowest: dict[str, float] = dict.fromkeys(rates, 0.0)
    with PostgresServer.for_tests() as server, server.database() as bare, server.database() as own:
        Bare(env=bare_env(bare, create=True)).close()
        with Ledger.open(own) as ledger, ledger.acting("企画室"):
            plan = ledger.open_plan("計画", fiscal_year=2023)
            for number in range(asked.writers):
                plan.add("strategy", f"戦略{number}")
        for turn in range(asked.rounds):
            for name, write, url in (("eventsourcing", write_bare, bare), ("plan_ledger", write_ledger, own)):
                if name == "plan_ledger" and turn:
                    with Ledger.open(own) as ledger, ledger.acting("企画室"):
                        for number, item in enumerate(ledger.plan().items("strategy")):
                            item.set("title", f"戦略{number}")
                rate, worst = measure(write, url, asked.writers, asked.seconds)
                rates[name].append(rate)
                slowest[name] = max(slowest[name], worst)
                print(f"{name:14} {rate:8.0f} changes/s   slowest {worst:6.0f} ms", flush=True)
        with Ledger.open(own, read_only=True) as ledger:
            assert ledger.verify()
    found = {name: statistics.median(values) for name, values in rates.items()}
    ratio = found["plan_ledger"] / found["eventsourcing"]
    print(json.dumps({**{name: round(value) for name, value in found.items()}, "ratio": round(ratio, 2)}))


if __name__ == "__main__":
    main()
