"""How much longer a table takes as it is known today than as it was handed out, and what corrections cost.

    python bench/as_known.py [--changes 1000000] [--projects 2000] [--corrections 2000]

One plan, meetings every tenth of the changes, corrections spread over the meetings, and one table entered afterwards.
Times are the best of several runs, in milliseconds, of one process; figures depend on the machine, the ratio hardly.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

from plan_ledger import Acting, Batch, Change, Ledger, Person, Plan
from plan_ledger.domain.baselines import Row
from plan_ledger.ledger import baselining, editions

FIELDS = ("overview", "budget", "period", "progress", "analysis")
MEETINGS = 10
RUNS = 7
BAR = 3.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=1_000_000)
    parser.add_argument("--projects", type=int, default=2_000)
    parser.add_argument("--corrections", type=int, default=2_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "bench.db") as ledger:
        plan = fill(ledger, asked.changes, asked.projects)
        print(f"{ledger.head:,} events, {asked.projects:,} projects, {MEETINGS} meetings")
        names = [each.name for each in plan.meetings()]
        measure(plan, names[MEETINGS // 2], "before any correction")
        once(f"{asked.corrections:,} corrections", lambda: correct(ledger, plan, names, asked.corrections))
        measure(plan, names[MEETINGS // 2], "after them")
        once("a table entered afterwards", lambda: enter(ledger, plan, names))
        measure(plan, names[MEETINGS // 2], "after that")
        once("rebuild", ledger.rebuild)
        once("verify", lambda: print(ledger.verify()))


def fill(ledger: Ledger, changes: int, projects: int) -> Plan:
    """Changes in batches of ten, a meeting after every tenth of them."""
    chance = random.Random(1)
    with ledger.acting("企画室"):
        plan = ledger.open_plan("令和5年度計画", fiscal_year=2023)
        with ledger.batch():
            kpi = plan.add("kpi", "指標", under=plan.add("strategy", "戦略"))
            measures = [plan.add("measure", f"施策{number}", under=kpi) for number in range(100)]
            items = [
                plan.add("project", f"事業{number}", under=measures[number % 100], **dict.fromkeys(FIELDS, "はじめ"))
                for number in range(projects)
            ]
        ids = [item.id for item in items]
        for number in range(MEETINGS):
            ledger.record(batches(chance, ids, changes // MEETINGS))
            plan.hold(f"第{number + 1}回PT")
    return plan


def batches(chance: random.Random, ids: list[UUID], changes: int) -> Iterator[Batch]:
    acting = Acting(Person("観光課"))
    for number in range(0, changes, 10):
        yield Batch(
            acting,
            [
                Change(chance.choice(ids), chance.choice(FIELDS), f"{number + each}回目の内容：{chance.random()}")
                for each in range(10)
            ],
        )


def correct(ledger: Ledger, plan: Plan, names: list[str], corrections: int) -> None:
    """Corrections of any meeting, a hundred a batch."""
    chance = random.Random(2)
    items = plan.items("project")
    with ledger.acting("企画室"):
        for first in range(0, corrections, 100):
            name = chance.choice(names)
            with ledger.batch(reason="正誤表"):
                for number in range(first, min(first + 100, corrections)):
                    field = chance.choice(FIELDS)
                    chance.choice(items).correct(as_of=name, **{field: f"訂正{number}"})


def enter(ledger: Ledger, plan: Plan, names: list[str]) -> None:
    """The table of the first meeting again, with other texts, as one between the fifth and the sixth."""
    taken = plan.snapshot(names[0])
    rows = [
        Row(item.id, item.level, item.parent, {spec.key: item.text(spec.key) for spec in level.live_fields})
        for item in taken
        if (level := plan.schema.level(item.level)) is not None
    ]
    with ledger.acting("企画室"):
        acting = ledger.current_acting()
        ledger.recording.write(
            lambda work, _: baselining.enter(
                work,
                acting,
                plan.row,
                ledger.recording.new_id(),
                editions.particulars("臨時PT"),
                lambda _: rows,
                after=names[4],
            )
        )


def measure(plan: Plan, name: str, when: str) -> None:
    plain = best(lambda: plan.snapshot(name))
    known = best(lambda: plan.snapshot(name, known_at="now"))
    differences = best(lambda: plan.differences(name))
    ratio = known / plain
    print(
        f"{when}: handed out {plain:.1f} ms, as known {known:.1f} ms"
        f" ({ratio:.2f} ×, at most {BAR:.0f}: {'ok' if ratio <= BAR else 'TOO SLOW'}), differences {differences:.1f} ms"
    )


def best(act: Callable[[], object]) -> float:
    """Milliseconds."""
    times: list[float] = []
    for _ in range(RUNS):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def once(what: str, act: Callable[[], object]) -> None:
    start = time.perf_counter()
    act()
    print(f"{what}: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
