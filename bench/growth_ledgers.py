"""Ledgers that differ in the length of their history alone: the same items and cells, the same answers in size.

Used by growth.py, which says what is asked of them. 500 projects under 20 measures; 20 meetings; N changes, one batch
each, recorded through ``ledger.record``. So that only the history grows with N:

- *busy* cells (overview, budget, period, progress of every project) take most changes, in rounds through all of them,
  each round in another order. In the smallest ledger, too, every one of them changes after the middle meeting.
- *quiet* cells (analysis) change four times each, spread over the whole history: in a large ledger their texts lie far
  apart, as they do in one that was used for years.
- *followed* cells (the overviews of ten projects) change twenty times each, spread over the whole history.
- Between the two meetings in the middle lie 500 changes of 500 busy cells in every ledger; the other intervals grow.
- Nineteen actors take turns; a twentieth, the auditor, records 120 changes in every ledger, spread over all of it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from plan_ledger import Acting, Batch, Change, Ledger, Plan

PROJECTS = 500
MEASURES = 20
BUSY = ("overview", "budget", "period", "progress")
QUIET = "analysis"
QUIET_CHANGES = 4
FOLLOWED = "overview"
FOLLOWED_PROJECTS = 10
FOLLOWED_CHANGES = 20
MEETINGS = 20
INTERVAL = 500
AUDITOR = "監査室"
AUDITED = 120
SMALLEST = 10_000
"""With fewer changes not every busy cell would change after the middle meeting."""

BEFORE, AFTER = "第10回PT", "第11回PT"
"""The two meetings in the middle."""

_BEGIN = datetime(2018, 4, 1, tzinfo=UTC)
_YEARS = timedelta(days=365 * 5)
_ACTORS = tuple(f"事業課{number:02d}" for number in range(19))
_REASONS = ("定例会議での指摘を反映", "予算査定の結果による変更", "担当課からの修正依頼", "進捗状況の更新")
_SENTENCES = (
    "関係部局との調整を継続し、市町村向け説明会を開催した。",
    "中間報告をとりまとめ、次年度当初予算要求に反映する。",
    "アンケート結果を公表し、目標値に対し進捗は概ね順調である。",
    "一部工程に遅れが生じているため、人員体制の見直しを検討する。",
    "利用者数は前年同期比で増加したが、費用対効果の検証が課題である。",
)
_SHARE = 0.5  # of the history before the middle meeting

Cell = tuple[int, str]


class Clock:
    """Gives the times it is told to."""

    def __init__(self) -> None:
        self.now = _BEGIN

    def __call__(self) -> datetime:
        return self.now


def text(field: str, number: int) -> str:
    """What is entered as the ``number``-th change of all: another text each time, of the field's usual length."""
    match field:
        case "budget":
            return f"{1_000 + number:,}"
        case "period":
            return f"R{4 + number % 5}.4～R{6 + number % 7}.3（{number}）"
        case "overview":
            return f"{_SENTENCES[number % 5]}（{number}）"
        case _:
            return "".join(_SENTENCES[(number + each) % 5] for each in range(6)) + f"（{number}）"


def make(path: Path, changes: int) -> tuple[int, int]:
    """Make the ledger with so many changes; its size in bytes before them, and after."""
    clock = Clock()
    with Ledger.open(path, clock=clock) as ledger:
        ids = seed(ledger)
    seeded = path.stat().st_size  # closed: all of it is in the one file
    with Ledger.open(path, clock=clock) as ledger:
        load(ledger, ids, changes, clock)
    return seeded, path.stat().st_size


def load(ledger: Ledger, ids: list[UUID], changes: int, clock: Clock) -> None:
    """Record the changes and hold the meetings."""
    assert changes >= SMALLEST
    plan, cells, first = ledger.plan(), _cells(changes), 0
    for meeting, end in enumerate(_ends(changes), 1):
        ledger.record(_batches(ids, cells, first, end, changes, clock))
        with ledger.acting("企画室"):
            plan.hold(f"第{meeting}回PT")
        first = end


def projects(plan: Plan) -> list[UUID]:
    """The ids of the projects, in the order in which they were made."""
    return [each.id for each in plan.items("project")]


def followed(ids: list[UUID]) -> list[UUID]:
    """The projects whose overview changes twenty times in any of the ledgers."""
    return ids[:: PROJECTS // FOLLOWED_PROJECTS]


def busy(ids: list[UUID]) -> list[tuple[UUID, str]]:
    """The cells that take most changes."""
    apart = set(followed(ids))
    return [(each, field) for each in ids for field in BUSY if not (field == FOLLOWED and each in apart)]


def seed(ledger: Ledger) -> list[UUID]:
    """The plan as it was entered at first; the ids of its projects."""
    with ledger.acting("企画室", reason="当初登録"):
        plan = ledger.open_plan("令和5年度計画", fiscal_year=2023)
        with ledger.batch():
            kpi = plan.add("kpi", "指標", under=plan.add("strategy", "戦略"))
            measures = [plan.add("measure", f"施策{number + 1}", under=kpi) for number in range(MEASURES)]
        per_measure = PROJECTS // MEASURES
        with ledger.batch():
            items = [
                plan.add(
                    "project",
                    f"事業{number + 1}",
                    under=measures[number // per_measure],
                    **{field: text(field, 0) for field in (*BUSY, QUIET)},
                )
                for number in range(PROJECTS)
            ]
    return [item.id for item in items]


def _ends(changes: int) -> list[int]:
    """After how many changes each meeting is held."""
    middle, half = _middle(changes), MEETINGS // 2
    earlier = [round(middle * part / half) for part in range(1, half + 1)]
    after = middle + INTERVAL
    later = [after + round((changes - after) * part / (half - 1)) for part in range(half)]
    return earlier + later


def _middle(changes: int) -> int:
    """How many changes there are before the middle meeting."""
    return round((changes - INTERVAL) * _SHARE)


def _cells(changes: int) -> list[Cell]:
    """Which cell each change is about: (number of the project, field)."""
    chance = random.Random(20230401)
    apart = set(range(0, PROJECTS, PROJECTS // FOLLOWED_PROJECTS))
    busy = [(no, field) for no in range(PROJECTS) for field in BUSY if not (field == FOLLOWED and no in apart)]
    quiet = [(no, QUIET) for no in range(PROJECTS)]
    kinds = (
        (_rounds(chance, quiet), PROJECTS * QUIET_CHANGES),
        (_rounds(chance, [(no, FOLLOWED) for no in sorted(apart)]), FOLLOWED_PROJECTS * FOLLOWED_CHANGES),
    )
    spread = changes - INTERVAL  # the interval in the middle is of busy cells alone
    placed = [((number + 0.5) / count, next(cells)) for cells, count in kinds for number in range(count)]
    others = _rounds(chance, busy)
    count = spread - len(placed)
    placed += [((number + 0.5) / count, next(others)) for number in range(count)]
    placed.sort(key=lambda each: each[0])
    cells = [cell for _, cell in placed]
    middle = _middle(changes)
    cells[middle:middle] = chance.sample(busy, INTERVAL)
    return cells


def _rounds(chance: random.Random, cells: list[Cell]) -> Iterator[Cell]:
    """All cells in a random order, then again in another."""
    while True:
        yield from chance.sample(cells, len(cells))


def _batches(ids: list[UUID], cells: list[Cell], first: int, end: int, changes: int, clock: Clock) -> Iterator[Batch]:
    actings = [Acting(name, reason=reason) for name in _ACTORS for reason in _REASONS]
    auditor = Acting(AUDITOR, reason="監査の指摘による訂正")
    step = _YEARS / changes
    for number in range(first, end):
        clock.now = _BEGIN + step * number
        project, field = cells[number]
        # One where the share of the auditor's changes reaches the next whole number.
        audited = number * AUDITED // changes != (number + 1) * AUDITED // changes
        acting = auditor if audited else actings[number * 31 % len(actings)]
        yield Batch(acting, (Change(ids[project], field, text(field, number + 1)),))
