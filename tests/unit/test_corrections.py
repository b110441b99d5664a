"""Corrections: what was handed out stays, the same table as known today says what was right."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from attrs import define

from plan_ledger import Ledger, PlanLedgerError
from plan_ledger.ledger import Item, Plan
from plan_ledger.queries.results import ChangeSet, Snapshot


@define
class Office:
    """A plan with two meetings: 道路 was in both, 広報 came after the first."""

    ledger: Ledger
    plan: Plan
    roads: Item
    press: Item
    other: Item


@pytest.fixture
def office() -> Iterator[Office]:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        strategy = plan.add("strategy", "戦略")
        kpi = plan.add("kpi", "指標", under=strategy)
        measure, other = (plan.add("measure", name, under=kpi) for name in ("施策1", "施策2"))
        roads = plan.add("project", "道路", under=measure, budget="100", overview="舗装")
        plan.hold("第1回PT")
        roads.change(budget="200")
        press = plan.add("project", "広報", under=measure, budget="5", progress="済")
        plan.hold("第2回PT")
        yield Office(ledger, plan, roads, press, other)


def budgets(taken: Snapshot) -> dict[str, str]:
    return {item.title: item.text("budget") for item in taken.level("project")}


def told(changes: ChangeSet) -> list[tuple[str, str, str | None, str, str]]:
    return [(each.kind, each.title, each.field, each.old, each.new) for each in changes]


def test_what_was_handed_out_stays_and_the_corrected_table_is_asked_for(office: Office) -> None:
    plan = office.plan
    digest = plan.meeting("第1回PT").editions[0].digest
    plan.correct("道路", "予算額", "150", as_of="第1回PT")
    assert budgets(plan.snapshot("第1回PT")) == {"道路": "100"}
    assert plan.snapshot("第1回PT").digest == digest
    assert budgets(plan.snapshot("第1回PT", known_at="now")) == {"道路": "150"}
    assert budgets(plan.snapshot("第1回PT", known_at="第2回PT")) == {"道路": "100"}
    assert budgets(plan.snapshot())["道路"] == "200"
    assert office.ledger.verify()


def test_a_correction_carries_forward_until_the_next_recorded_change(office: Office) -> None:
    reached = office.roads.correct(as_of="第1回PT", budget="150")
    assert (reached.as_of, reached.reaches, reached.reaches_now) == ("第1回PT", (), False)
    reached = office.roads.correct(as_of="第1回PT", overview="舗装と橋", source="配布資料の正誤表")
    assert (reached.reaches, reached.reaches_now) == (("第2回PT",), True)
    assert office.roads.text("overview") == "舗装と橋"
    assert office.plan.snapshot("第2回PT").find("道路").text("overview") == "舗装"
    again = office.roads.correct(as_of="第2回PT", overview="舗装、橋")
    assert (again.reaches, again.reaches_now) == ((), True)


def test_an_edition_is_corrected_by_its_number_and_the_later_edition_is_reached(office: Office) -> None:
    office.plan.reissue("第1回PT")
    assert office.roads.correct(as_of="第1回PT#1", overview="橋").reaches == ("第2回PT", "第1回PT")


def test_a_correction_of_a_correction_is_a_correction(office: Office) -> None:
    plan = office.plan
    first = office.roads.correct(as_of="第1回PT", budget="150")
    office.roads.correct(as_of="第1回PT", budget="160")
    office.roads.correct(as_of="第1回PT", budget="100")
    assert budgets(plan.snapshot("第1回PT", known_at="now")) == {"道路": "100"}
    assert first.last is not None
    assert budgets(plan.snapshot("第1回PT", known_at=first.last)) == {"道路": "150"}
    assert told(plan.differences("第1回PT")) == []


def test_a_row_that_should_have_been_there(office: Office) -> None:
    plan = office.plan
    with pytest.raises(PlanLedgerError) as refused:
        office.press.correct(as_of="第1回PT", budget="3")
    assert refused.value.code == "not_in_table"
    office.press.correct_existence(True, as_of="第1回PT", budget="3")
    corrected = plan.snapshot("第1回PT", known_at="now")
    assert budgets(corrected) == {"道路": "100", "広報": "3"}
    assert corrected.find("広報").path == ("戦略", "指標", "施策1", "広報")
    assert corrected.find("広報").text("progress") == ""
    assert budgets(plan.snapshot()) == {"道路": "200", "広報": "5"}
    assert told(plan.differences("第1回PT")) == [
        ("added", "広報", "title", "", "広報"),
        ("added", "広報", "budget", "", "3"),
    ]
    office.press.correct(as_of="第1回PT", budget="4")
    assert budgets(plan.snapshot("第1回PT", known_at="now"))["広報"] == "4"


def test_a_row_that_should_not_have_been_there(office: Office) -> None:
    plan = office.plan
    reached = office.roads.correct_existence(False, as_of="第1回PT")
    assert (reached.reaches, reached.reaches_now) == (("第2回PT",), True)
    assert budgets(plan.snapshot("第1回PT", known_at="now")) == {}
    assert budgets(plan.snapshot("第1回PT")) == {"道路": "100"}
    assert [each.kind for each in plan.differences("第1回PT")] == ["removed"] * 3
    office.roads.correct_existence(True, as_of="第2回PT")
    assert budgets(plan.snapshot()) == {"道路": "200", "広報": "5"}
    assert budgets(plan.snapshot("第1回PT", known_at="now")) == {}


def test_a_row_that_was_filed_under_the_wrong_measure(office: Office) -> None:
    plan = office.plan
    reached = office.roads.correct_place(as_of="第1回PT", under="施策2")
    assert (reached.reaches, reached.reaches_now) == (("第2回PT",), True)
    assert plan.snapshot().find("道路").path[2] == "施策2"
    assert plan.snapshot("第1回PT").find("道路").path[2] == "施策1"
    assert told(plan.differences("第1回PT")) == [
        ("corrected", "道路", None, "戦略 / 指標 / 施策1", "戦略 / 指標 / 施策2"),
    ]


def test_changes_tell_corrections_from_changes(office: Office) -> None:
    plan = office.plan
    office.roads.correct(as_of="第1回PT", budget="150", overview="橋")
    plan.hold("第3回PT")
    assert told(plan.changes("第2回PT", "第3回PT")) == [("corrected", "道路", "overview", "舗装", "橋")]
    assert told(plan.changes("第1回PT", "第2回PT"))[0] == ("changed", "道路", "budget", "100", "200")
    (entry,) = [each for each in plan.changes("第1回PT", "第3回PT") if each.field == "budget" and each.old]
    assert (entry.kind, entry.new) == ("changed", "200")
    assert entry.events[-1].position < entry.events[0].position  # what holds stands last, not what came last


def test_a_fact_that_never_held_is_behind_no_change(office: Office) -> None:
    plan = office.plan
    office.roads.correct(as_of="第1回PT", budget="150")
    office.roads.change(budget="300")
    plan.hold("第3回PT")
    (entry,) = plan.changes("第2回PT", "第3回PT")
    assert [each.position for each in entry.events] == [plan.history(office.roads, "budget")[-1].position]


def test_several_corrections_in_one_batch_see_each_other(office: Office) -> None:
    with office.ledger.batch(reason="正誤表"):
        office.press.correct_existence(True, as_of="第1回PT", under="施策2")
        office.press.correct(as_of="第1回PT", budget="3")
        office.press.correct(as_of="第1回PT", budget="4")
        office.roads.correct(as_of="第2回PT", overview="橋")
        office.roads.change(overview="橋")  # says so already
    known = office.plan.snapshot("第1回PT", known_at="now")
    assert known.find("広報").path[2] == "施策2"
    assert budgets(known) == {"道路": "100", "広報": "4"}
    assert len(office.plan.history(office.roads, "overview")) == 2
    assert office.ledger.verify()


def test_what_holds_now_is_not_what_was_said_of_the_past(office: Office) -> None:
    """The text of a correction that does not reach the present is no reason to record nothing."""
    office.roads.correct(as_of="第1回PT", budget="150")
    office.plan["道路"].change(budget="150")
    assert office.roads.text("budget") == "150"
    with office.ledger.batch():
        office.plan["道路"].change(budget="170")
        office.roads.correct(as_of="第2回PT", budget="160")  # reaches the present no more
        office.plan["道路"].change(budget="160")
    assert office.roads.text("budget") == "160"
    office.roads.correct(as_of="第2回PT", progress="着手")
    head = office.ledger.head
    office.plan["道路"].change(progress="着手")
    assert office.ledger.head == head  # reached the present


def test_who_corrects_through_a_handle_does_not_conflict_with_himself(office: Office) -> None:
    roads = office.plan["道路"]
    roads.correct(as_of="第1回PT", overview="橋")
    roads.change(overview="歩道")
    with office.ledger.batch():
        roads.correct(as_of="第2回PT", analysis="順調")
    roads.change(analysis="遅れ")
    with pytest.raises(PlanLedgerError) as refused:
        office.roads.change(overview="車道")
    assert refused.value.code == "edit_conflict"


REFUSALS: list[tuple[str, Callable[[Office], object]]] = [
    ("unknown_meeting", lambda o: o.roads.correct(as_of="第9回PT", budget="1")),
    ("not_a_meeting", lambda o: o.roads.correct(as_of="now", budget="1")),
    ("not_a_meeting", lambda o: o.roads.correct(as_of=3, budget="1")),
    ("not_a_meeting", lambda o: o.roads.correct(as_of=None, budget="1")),
    ("nothing_to_correct", lambda o: o.roads.correct(as_of="第1回PT", budget="100")),
    ("nothing_to_correct", lambda o: o.roads.correct_place(as_of="第1回PT", under="施策1")),
    ("nothing_to_correct", lambda o: o.roads.correct_existence(True, as_of="第1回PT")),
    ("nothing_to_correct", lambda o: o.press.correct_existence(False, as_of="第1回PT")),
    ("not_in_table", lambda o: o.press.correct(as_of="第1回PT", title="広聴")),
    ("not_in_table", lambda o: o.press.correct_place(as_of="第1回PT", under="施策2")),
    ("wrong_level", lambda o: o.roads.correct_place(as_of="第1回PT", under="戦略")),
    ("wrong_level", lambda o: o.press.correct_existence(True, as_of="第1回PT", under="指標")),
    ("title_missing", lambda o: o.roads.correct(as_of="第1回PT", title="　")),
    ("unknown_field", lambda o: o.roads.correct(as_of="第1回PT", 予算="1", なし="1")),
    ("text_refused", lambda o: o.roads.correct(as_of="第1回PT", budget="\x00")),
]


@pytest.mark.parametrize(("code", "act"), REFUSALS)
def test_a_refused_correction_writes_nothing(office: Office, code: str, act: Callable[[Office], object]) -> None:
    head = office.ledger.head
    with pytest.raises(PlanLedgerError) as refused:
        act(office)
    assert {each.code for each in refused.value.problems()} == {code}
    assert office.ledger.head == head


def test_a_meeting_that_was_annulled_is_no_meeting(office: Office) -> None:
    office.plan.annul("第1回PT")
    with pytest.raises(PlanLedgerError) as refused:
        office.roads.correct(as_of="第1回PT", budget="150")
    assert refused.value.code == "unknown_meeting"


def test_all_problems_of_one_correction_are_told_together(office: Office) -> None:
    with pytest.raises(PlanLedgerError) as refused:
        office.roads.correct(as_of="第1回PT", budget="100", overview="舗装", analysis="上々")
    assert [each.code for each in refused.value.problems()] == ["nothing_to_correct"] * 2
    assert "予算額" in str(refused.value)


def test_a_field_that_came_later_can_t_be_corrected_in_an_old_table(office: Office) -> None:
    from attrs import evolve

    from plan_ledger.values.schema import FieldSpec

    schema = office.plan.schema
    *above, project = schema.levels
    office.plan.declare(
        evolve(schema, levels=(*above, evolve(project, fields=(*project.fields, FieldSpec("lead", "担当")))))
    )
    with pytest.raises(PlanLedgerError) as refused:
        office.roads.correct(as_of="第1回PT", lead="土木課")
    assert refused.value.code == "unknown_field"


@pytest.mark.parametrize("format", ["table", "html", "md", "csv", "tsv", "json"])
def test_differences_are_shown_in_every_format(office: Office, format: str) -> None:
    from plan_ledger.rendering import render

    office.roads.correct(as_of="第1回PT", overview="橋梁")
    shown = str(render(office.plan.differences("第1回PT"), format))
    assert "橋梁" in shown
    assert "corrected" in shown if format == "json" else "訂正" in shown
    if format in ("html", "md", "table"):
        assert "までの記録による" in shown
