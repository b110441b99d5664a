"""Real processes on one ledger, a file or a database: killed at any time, writing together, opening together."""

from __future__ import annotations

import multiprocessing
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import writers

from plan_ledger import Ledger

WRITERS = Path(__file__).with_name("writers.py")
Place = str | Path


def start_endless(place: Place, run: str) -> subprocess.Popen[str]:
    """A program of its own that writes for ever and prints what is acknowledged."""
    return subprocess.Popen(
        [sys.executable, str(WRITERS), str(place), run],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


@cache
def processes() -> Any:
    """Makes processes: forked from one that has imported everything, where the platform can do that."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["plan_ledger.ledger.plan", "plan_ledger.store.application"])
    return context


class Child:
    """A process that runs one of the functions of writers.py, and a line to it."""

    def __init__(self, role: Callable[..., None], *arguments: object) -> None:
        self.line, end = processes().Pipe()
        self._process = processes().Process(target=role, args=(*arguments, end))
        self._process.start()
        end.close()

    def told(self, seconds: float = 300) -> Any:
        """The next thing that it tells."""
        assert self.line.poll(seconds), "nothing came"
        return self.line.recv()

    def ended(self) -> None:
        """Wait for its end, which must be a good one."""
        self._process.join(60)
        assert self._process.exitcode == 0
        self.line.close()

    def kill(self) -> list[bytes]:
        """Kill it; what it had told and nobody had read yet."""
        self._process.kill()
        self._process.join()
        found: list[bytes] = []
        try:
            while True:
                found.append(self.line.recv_bytes())
        except (EOFError, OSError):  # the end, perhaps in the middle of a message
            self.line.close()
        return found


def prepared(place: Place, *titles: str) -> Place:
    """A ledger with one plan, one project 事業1 and projects of these titles, and a meeting."""
    with Ledger.open(place) as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        with ledger.batch():
            strategy = plan.add("strategy", "戦略1")
            kpi = plan.add("kpi", "KPI1", under=strategy)
            measure = plan.add("measure", "施策1", under=kpi)
            for title in ("事業1", *titles):
                plan.add("project", title, under=measure)
        plan.hold("第1回PT")
    return place


# --- killed ------------------------------------------------------------------------------------------------------


def kill_writers(place: Place, times: int, seed: int) -> int:
    """Kill a writing process so many times; returns how many changes were acknowledged."""
    rng = random.Random(seed)
    prepared(place)
    acknowledged: list[str] = []
    for run in range(times):
        writer = Child(writers.endless, str(place), str(run))
        acknowledged += [writer.line.recv_bytes().decode() for _ in range(rng.randrange(1, 12))]
        time.sleep(rng.random() * 0.003)
        acknowledged += [each.decode() for each in writer.kill()]  # was in the line, so it was acknowledged too
        _check_whole(place, acknowledged, run + 1)
    return len(acknowledged)


def _check_whole(place: Place, acknowledged: list[str], kills: int) -> None:
    with Ledger.open(place) as ledger:
        plan = ledger.plan()
        budgets = [row.new for row in plan.history("事業1", "budget")]
        known = set(acknowledged)
        assert [text for text in budgets if text in known] == acknowledged, "an acknowledged one is lost, or double"
        assert budgets == [row.new for row in plan.history("事業1", "overview")], "a half-written batch"
        assert len(budgets) - len(acknowledged) <= kills, "at most one a kill is committed without having been told"
        verified = ledger.verify()
        assert verified, str(verified)


# --- together ----------------------------------------------------------------------------------------------------


def write_together(place: Place, count: int, changes: int, *, sync_seconds: float = 0.0, followers: int = 0) -> float:
    """Let processes write at once, and others follow; returns the slowest change in milliseconds.

    Every change is found again, each writer's in its order; every follower has seen every position once, in order.
    """
    names = [f"課{number}" for number in range(count)]
    prepared(place, *names)
    with Ledger.open(place) as ledger:
        before = ledger.head
    running = [Child(writers.several, str(place), name, changes, sync_seconds) for name in names]
    for writer in running:
        assert writer.told() == "ready"
    wanted = before + count * (1 + 2 * changes)
    following = [_Follower(place, before, wanted) for _ in range(followers)]
    for writer in running:
        writer.line.send("go")
    slowest = max(float(writer.told(1200)) for writer in running)
    for writer in running:
        writer.ended()
    for follower in following:
        assert follower.finish() == list(range(before + 1, wanted + 1)), "missed, doubled or out of order"
    with Ledger.open(place) as ledger:
        plan = ledger.plan()
        assert ledger.head == wanted, "events are missing, or there are too many"
        shared = [row.new for row in plan.history("事業1", "progress")]
        assert Counter(shared) == Counter(f"{name}/{number}" for name in names for number in range(changes))
        for name in names:
            mine = [text for text in shared if text.startswith(f"{name}/")]
            assert mine == [f"{name}/{number}" for number in range(changes)], "in the order in which they were made"
            assert [row.new for row in plan.history(name, "overview")] == [str(number) for number in range(changes)]
            assert len(list(plan.audit(actor=name))) == 2 * changes
        assert ledger.verify()
    return slowest


class _Follower:
    """Follows in a thread of its own, with a ledger of its own, until it has seen a position."""

    def __init__(self, place: Place, after: int, last: int) -> None:
        self.seen: list[int] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, args=(place, after, last))
        self._thread.start()

    def _follow(self, place: Place, after: int, last: int) -> None:
        with Ledger.open(place, read_only=True) as ledger:
            for entry in ledger.follow(after, stop=self._stop.is_set):
                self.seen.append(entry.position)
                if entry.position >= last:
                    return

    def finish(self) -> list[int]:
        self._thread.join(60)
        self._stop.set()
        self._thread.join(10)
        return self.seen


def open_together(places: Iterable[Place], count: int = 8) -> None:
    """Let processes open each of these fresh places at once, and write."""
    openers = [Child(writers.opener, f"課{index}") for index in range(count)]
    for place in places:
        for opener in openers:
            opener.line.send(str(place))
        assert [opener.told() for opener in openers] == ["ok"] * count
        with Ledger.open(place) as ledger:
            assert len(ledger.plans()) == 1
            assert sorted(item.text("title") for item in ledger.plan().items()) == [
                f"課{index}" for index in range(count)
            ]
            assert ledger.verify()
    for opener in openers:
        opener.line.send(None)
        opener.ended()
