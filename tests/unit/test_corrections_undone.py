"""Undoing corrections and entered tables: compensating facts at the same points; history keeps both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from plan_ledger import Ledger, PlanLedgerError
from plan_ledger.ledger import Plan
from plan_ledger.sheets.reading import NamedBytes

HEADS = "戦略名\tKPI\tKPI向上のための施策\t事業名\t概要\t予算額\t期間\t進捗状況やスケジュール\t現状分析\n"


@pytest.fixture
def plan() -> Iterator[Plan]:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        kpi = plan.add("kpi", "指標", under=plan.add("strategy", "戦略"))
        measure = plan.add("measure", "施策1", under=kpi)
        plan.add("measure", "施策2", under=kpi)
        plan.add("project", "道路", under=measure, budget="100", overview="舗装")
        plan.hold("第1回PT")
        plan["道路"].change(budget="200")
        plan.add("project", "広報", under=measure, budget="5")
        plan.hold("第2回PT")
        yield plan
        assert ledger.verify()


def first_as_known(plan: Plan, at: str | int = "now") -> str:
    return plan.snapshot("第1回PT", known_at=at).digest


def undone(plan: Plan, batch: int | None) -> str:
    assert batch is not None
    with pytest.raises(PlanLedgerError) as refused:
        plan.undo(batch)
    (code,) = {each.code for each in refused.value.problems()}
    return code


def test_corrections_of_every_kind_go_back_together(plan: Plan) -> None:
    before, now = first_as_known(plan), plan.snapshot().digest
    with plan.ledger.batch() as batch:
        plan["道路"].correct(as_of="第1回PT", budget="150", overview="橋")
        plan["道路"].correct_place(as_of="第1回PT", under="施策2")
        plan["広報"].correct_existence(True, as_of="第1回PT", budget="3")
    assert batch.receipt is not None
    corrected = first_as_known(plan)
    undo = plan.undo(batch.receipt.first or 0)
    assert first_as_known(plan) == before
    assert plan.snapshot().digest == now
    assert first_as_known(plan, batch.receipt.last or 0) == corrected
    plan.undo(undo.first or 0)
    assert first_as_known(plan) == corrected
    assert undone(plan, undo.first) == "nothing_to_undo"


def test_a_row_that_was_taken_off_comes_back(plan: Plan) -> None:
    before = first_as_known(plan)
    taken_off = plan["道路"].correct_existence(False, as_of="第1回PT")
    plan.undo(taken_off.first or 0)
    assert first_as_known(plan) == before
    assert [item.title for item in plan.snapshot().level("project")] == ["道路", "広報"]


def test_a_correction_that_was_corrected_again_is_not_undone(plan: Plan) -> None:
    first = plan["道路"].correct(as_of="第1回PT", budget="150")
    second = plan["道路"].correct(as_of="第1回PT", budget="160")
    assert undone(plan, first.first) == "undo_conflict"
    plan.undo(second.first or 0)
    assert plan.snapshot("第1回PT", known_at="now").find("道路").text("budget") == "150"
    plan.undo(first.first or 0)
    assert plan.snapshot("第1回PT", known_at="now").find("道路").text("budget") == "100"


def test_a_correction_of_another_meeting_is_no_conflict(plan: Plan) -> None:
    late = plan["道路"].correct(as_of="第2回PT", overview="橋")
    plan["道路"].correct(as_of="第1回PT", overview="歩道")
    plan.undo(late.first or 0)
    # Without the later one, the earlier one carries on.
    assert plan.snapshot("第2回PT", known_at="now").find("道路").text("overview") == "歩道"
    assert plan.snapshot().find("道路").text("overview") == "歩道"


def test_changes_and_corrections_of_one_batch_go_back_together(plan: Plan) -> None:
    before, now = first_as_known(plan), plan.snapshot().digest
    with plan.ledger.batch() as batch:
        plan["道路"].correct(as_of="第1回PT", budget="150")
        plan["道路"].change(budget="300")
    assert batch.receipt is not None
    plan.undo(batch.receipt.first or 0)
    assert (first_as_known(plan), plan.snapshot().digest) == (before, now)


def test_an_entered_table_goes_back_once_its_meeting_is_annulled(plan: Plan) -> None:
    table = HEADS + "戦略\t指標\t施策1\t公園\t\t7\t\t\t\n戦略\t指標\t施策1\t道路\t工事\t90\t\t\t\n"
    before = [first_as_known(plan), plan.snapshot("第2回PT", known_at="now").digest, plan.snapshot().digest]
    held = plan.baseline(NamedBytes("前回.tsv", table.encode()), "臨時PT", after="第1回PT")
    assert held.editions[0].digest == plan.snapshot("臨時PT").digest
    position = held.editions[0].position
    assert undone(plan, position) == "hold_not_undone"
    plan.annul("臨時PT")
    plan.undo(position)
    after = [first_as_known(plan), plan.snapshot("第2回PT", known_at="now").digest, plan.snapshot().digest]
    assert after == before
    at_that_point = held.editions[0].pair.at
    from plan_ledger.queries.results import MomentRef
    from plan_ledger.values.coordinates import Pair

    pair = Pair(at_that_point, plan.ledger.head)
    assert plan.snapshot(MomentRef("そこ", pair.ordinary, pair)).digest == first_as_known(plan)


def test_a_ledger_with_both_is_dumped_loaded_backed_up_and_made_anew(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "r5.db") as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        table = f"{HEADS}戦略\t指標\t施策1\t道路\t工事\t90\t\t\t\n"
        plan.baseline(NamedBytes("2.tsv", table.encode()), "第2回PT")
        plan.baseline(NamedBytes("1.tsv", table.replace("90", "80").encode()), "第1回PT", before="第2回PT")
        corrected = plan["道路"].correct(as_of="第1回PT", budget="85")
        plan["道路"].correct_existence(False, as_of="第2回PT")
        plan.undo(corrected.first or 0)
        wanted = said(plan)
        ledger.rebuild()
        assert said(plan) == wanted
        ledger.dump(tmp_path / "r5.jsonl")
        ledger.backup(tmp_path / "copy.db")
    for name in ("copy.db", "loaded.db"):
        if name == "loaded.db":
            Ledger.load(tmp_path / "r5.jsonl", tmp_path / name).close()
        with Ledger.open(tmp_path / name) as again:
            assert said(again.plan()) == wanted
            assert again.verify()


def said(plan: Plan) -> list[str]:
    moments = [("第1回PT", None), ("第2回PT", None), ("第1回PT", "now"), ("第2回PT", "now"), ("now", None)]
    return [plan.snapshot(at, known_at=known).to_json() for at, known in moments] + [
        plan.differences("第2回PT").to_json()
    ]


def test_both_back_ends_say_the_same_of_the_past(postgres_url: str) -> None:
    told: list[list[object]] = []
    for url in (":memory:", postgres_url):
        with Ledger.open(url) as ledger, ledger.acting("企画室"):
            plan = ledger.open_plan("計画", fiscal_year=2023)
            table = f"{HEADS}戦略\t指標\t施策1\t道路\t工事\t90\t\t\t\n戦略\t指標\t施策2\t橋\t\t5\t\t\t\n"
            plan.propose(NamedBytes("3.tsv", table.encode())).apply()
            plan.hold("第3回PT")
            plan.baseline(NamedBytes("1.tsv", table.replace("90", "80").encode()), "第1回PT", before="第3回PT")
            plan.baseline(NamedBytes("2.tsv", f"{HEADS}{table.splitlines()[1]}\n".encode()), "第2回PT", after="第1回PT")
            plan["橋"].correct_existence(True, as_of="第2回PT", under="施策1")
            plan["道路"].correct_place(as_of="第3回PT", under="施策2")
            corrected = plan["道路"].correct(as_of="第1回PT", budget="85")
            plan["道路"].correct(as_of="第3回PT", budget="95")
            plan.undo(corrected.first or 0)
            assert ledger.verify()
            names = [meeting.name for meeting in plan.meetings()]
            told.append(
                [
                    *([plan.snapshot(name).digest, plan.snapshot(name, known_at="now").digest] for name in names),
                    *([(e.kind, e.path, e.new) for e in plan.differences(name)] for name in names),
                    [(e.kind, e.path, e.field, e.old, e.new) for e in plan.changes("第1回PT", "第3回PT")],
                    plan.snapshot().digest,
                ]
            )
    assert told[0] == told[1]
    assert len(told[0]) == 8
