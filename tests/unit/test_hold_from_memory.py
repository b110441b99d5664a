"""A meeting's digest comes from what is remembered between writes; it must be what anybody reads from the index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from plan_ledger import Acting, Batch, Change, FieldSpec, Ledger, LevelSpec, Plan, PlanLedgerError, Schema
from plan_ledger.ledger import lookup

SCHEMA = Schema(
    (
        LevelSpec("measure", "施策", (FieldSpec("title", "施策名"),)),
        LevelSpec(
            "project", "事業", (FieldSpec("title", "事業名"), FieldSpec("budget", "予算額"), FieldSpec("note", "注"))
        ),
    )
)
REVISED = Schema(
    (
        SCHEMA.levels[0],
        LevelSpec(
            "project",
            "事業",
            (
                FieldSpec("title", "事業名"),
                FieldSpec("budget", "予算額", retired=True),
                FieldSpec("note", "注"),
                FieldSpec("unit", "課"),
            ),
        ),
    )
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "r5.db"


@pytest.fixture
def plan(path: Path) -> Iterator[Plan]:
    with Ledger.open(path) as ledger, ledger.acting("企画室", reason="更新"):
        plan = ledger.open_plan("計画", fiscal_year=2023, schema=SCHEMA)
        with ledger.batch():
            measure = plan.add("measure", "施策1")
            other = plan.add("measure", "施策2")
            for number in range(1, 4):
                plan.add("project", f"事業{number}", under=measure, budget=f"{number}00")
            plan.add("project", "事業4", under=other)
        other_plan = ledger.open_plan("別の計画", fiscal_year=2023, schema=SCHEMA)
        other_plan.add("measure", "別の施策")
        yield plan


def _change(plan: Plan) -> None:
    plan["事業1"].change(note="追記", title="事業1")
    plan["事業2"].change(note="追記2")


def _empty(plan: Plan) -> None:
    plan["事業1"].change(budget="")


def _add(plan: Plan) -> None:
    plan.add("project", "事業5", under="施策2", after="事業4", note="新規")


def _move(plan: Plan) -> None:
    plan["事業2"].move(under="施策2")


def _revise(plan: Plan) -> None:
    plan.declare(REVISED)


def _correct(plan: Plan) -> None:
    plan.hold("第0回PT")
    plan["事業1"].change(note="後で")
    plan["事業2"].correct(as_of="第0回PT", budget="222")


def _redact(plan: Plan) -> None:
    receipt = plan["事業1"].change(note="個人名")
    assert receipt.first is not None
    plan.redact(receipt.first, reason="個人情報")


def _bulk(plan: Plan) -> None:
    with plan.ledger.batch():
        for title in ("事業1", "事業2", "事業3"):
            plan[title].change(note=f"{title}の注")


def _load(plan: Plan) -> None:
    items = [plan[title].id for title in ("事業1", "事業2", "事業3", "事業4")]
    acting = Acting("企画室", reason="一括")
    plan.ledger.record(Batch(acting, [Change(items[n % 4], "note", f"{n}件目" if n % 5 else "")]) for n in range(30))


ACTS = [_change, _empty, _add, _move, _revise, _correct, _redact, _bulk, _load]


def _agree(plan: Plan, path: Path, name: str) -> None:
    held = plan.hold(name).editions[0].digest
    with Ledger.open(path, read_only=True) as reader:
        theirs = reader.plan("計画")
        assert held == theirs.snapshot(name).digest
        assert held == theirs.snapshot().digest


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__.strip("_"))
def test_after_every_kind_of_write_the_digest_is_that_of_the_table(
    plan: Plan, path: Path, act: Callable[[Plan], None]
) -> None:
    _agree(plan, path, "第1回PT")  # from here on everything is remembered
    act(plan)
    _agree(plan, path, "第2回PT")
    _change(plan)
    _agree(plan, path, "第3回PT")
    assert plan.ledger.verify()


def test_what_somebody_else_wrote_is_in_it(plan: Plan, path: Path) -> None:
    _agree(plan, path, "第1回PT")
    with Ledger.open(path) as other, other.acting("観光課"):
        other.plan("計画")["事業3"].change(note="よその課から")
        other.plan("計画").add("project", "事業6", under="施策1")
    _agree(plan, path, "第2回PT")
    assert plan.ledger.verify()


def test_a_write_that_failed_is_not(plan: Plan, path: Path) -> None:
    _agree(plan, path, "第1回PT")
    item, acting = plan["事業1"].id, Acting("企画室")
    with pytest.raises(PlanLedgerError):
        plan.ledger.record([Batch(acting, [Change(item, "note", "消える"), Change(item, "nothing", "")])])
    _agree(plan, path, "第2回PT")


def test_withdrawn_rows_are_left_out_and_come_back(plan: Plan, path: Path) -> None:
    _agree(plan, path, "第1回PT")
    gone = plan["事業3"]
    gone.withdraw()
    plan["施策2"].withdraw()
    _agree(plan, path, "第2回PT")
    gone.restore()
    _agree(plan, path, "第3回PT")


def test_a_meeting_of_a_part_has_that_part_only(plan: Plan, path: Path) -> None:
    _agree(plan, path, "第1回PT")
    _change(plan)
    held = plan.hold("第1回分科会", scope="施策2").editions[0].digest
    with Ledger.open(path, read_only=True) as reader:
        assert held == reader.plan("計画").snapshot("第1回分科会").digest
    assert plan.ledger.verify()


def test_a_plan_is_read_whole_ahead_of_need_unless_it_outgrows_memory(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "CHARACTERS_KEPT", 3_000)
    whole: list[int] = []
    load = lookup.Lookup._load_plan  # pyright: ignore[reportPrivateUsage]

    def watched(self: lookup.Lookup, plan: int, uuid: UUID) -> None:
        whole.append(plan)
        load(self, plan, uuid)

    monkeypatch.setattr(lookup.Lookup, "_load_plan", watched)
    with Ledger.open(path) as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023, schema=SCHEMA)
        with ledger.batch():
            measure = plan.add("measure", "施策")
            items = [plan.add("project", f"事業{number}", under=measure, note="注" * 30).id for number in range(100)]
    for turn in range(3):
        with Ledger.open(path) as ledger:
            for again in range(3):
                acting = Acting("企画室", reason=f"{turn}{again}")
                ledger.record(Batch(acting, [Change(item, "note", f"{turn}-{again}")]) for item in items)
            assert {item.text("note") for item in ledger.plan().snapshot()} == {"", f"{turn}-{again}"}
    assert len(whole) == 3  # once for each ledger that was opened: then it knew better
