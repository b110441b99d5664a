"""Change sets: what differs between two tables, net, in table order, each entry with the events behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from plan_ledger import ChangeSet, Ledger, Plan
from plan_ledger.queries.moments import NoPreviousMeeting


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.open() as ledger, ledger.acting("企画室", reason="当初"):
        yield ledger


@pytest.fixture
def plan(ledger: Ledger) -> Plan:
    plan = ledger.open_plan("計画", fiscal_year=2023)
    strategy = plan.add("strategy", "戦略1")
    kpi = plan.add("kpi", "KPI1", under=strategy)
    for number in (1, 2):
        measure = plan.add("measure", f"施策{number}", under=kpi)
        for letter in "甲乙丙":
            plan.add("project", f"事業{number}{letter}", under=measure, budget=f"{number}00", overview="概要")
    plan.hold("第1回PT")
    return plan


Entry = tuple[str, str | None, str, str, str]


def entries(found: ChangeSet) -> list[Entry]:
    return [(each.title, each.field, each.kind, each.old, each.new) for each in found]


def test_nothing_changed_gives_nothing(plan: Plan) -> None:
    found = plan.changes()
    assert (len(found), list(found), found.since.meeting) == (0, [], "第1回PT")


def test_a_change_gives_its_words_and_its_events(plan: Plan) -> None:
    with plan.ledger.acting("観光課", reason="補正"):
        plan["事業1甲"].change(budget="150", source="補正予算書 p.2")
        plan["事業1甲"].change(budget="180")
    found = plan.changes()
    assert entries(found) == [("事業1甲", "budget", "changed", "100", "180")]
    entry = found.of(plan["事業1甲"].id, "budget")
    assert entry is not None
    assert entry.path == ("戦略1", "KPI1", "施策1", "事業1甲")
    assert [cause.position for cause in entry.events] == [plan.ledger.head - 1, plan.ledger.head]
    assert {cause.actor.name for cause in entry.events} == {"観光課"}
    assert entry.events[0].source_text() == "補正予算書 p.2"
    assert "".join(s.text for s in entry.segments if s.kind != "removed") == "180"
    assert not entry.layout_only
    told = json.loads(found.to_json())["entries"][0]
    assert (told["kind"], told["old"], told["new"], told["layout_only"]) == ("changed", "100", "180", False)
    assert [event["reason"] for event in told["events"]] == ["補正", "補正"]


def test_changed_and_changed_back_is_no_change(plan: Plan) -> None:
    plan["事業1甲"].change(budget="150", title="改題")
    plan["改題"].change(budget="100", title="事業1甲")
    assert entries(plan.changes()) == []


def test_emptied_and_filled_fields_are_changes(plan: Plan) -> None:
    plan["事業1甲"].change(budget="", analysis="分析")
    assert entries(plan.changes()) == [
        ("事業1甲", "budget", "changed", "100", ""),
        ("事業1甲", "analysis", "changed", "", "分析"),
    ]


def test_an_added_item_gives_one_entry_a_filled_field(plan: Plan) -> None:
    plan.add("project", "新規", under="施策1", after="事業1甲", budget="900")
    plan["事業1乙"].change(budget="1")
    assert entries(plan.changes()) == [
        ("新規", "title", "added", "", "新規"),
        ("新規", "budget", "added", "", "900"),
        ("事業1乙", "budget", "changed", "100", "1"),
    ]


def test_a_withdrawn_item_gives_one_entry_a_filled_field_with_the_old_path(plan: Plan) -> None:
    plan["施策1"].change(title="施策改")
    plan["事業1甲"].withdraw()
    found = plan.changes()
    assert entries(found) == [
        ("施策改", "title", "changed", "施策1", "施策改"),
        ("事業1甲", "title", "removed", "事業1甲", ""),
        ("事業1甲", "overview", "removed", "概要", ""),
        ("事業1甲", "budget", "removed", "100", ""),
    ]
    assert found.entries[1].path == ("戦略1", "KPI1", "施策1", "事業1甲")
    assert [cause.position for cause in found.entries[1].events] == [plan.ledger.head]


def test_withdrawing_an_ancestor_removes_everything_below_because_of_it(plan: Plan) -> None:
    plan["施策1"].withdraw()
    found = plan.changes()
    assert {each.title for each in found} == {"施策1", "事業1甲", "事業1乙", "事業1丙"}
    assert {each.kind for each in found} == {"removed"}
    assert all([cause.position for cause in each.events] == [plan.ledger.head] for each in found)


def test_withdrawn_and_restored_is_no_change_but_for_what_was_changed_meanwhile(plan: Plan) -> None:
    plan["施策1"].withdraw()
    plan["施策1"].restore()
    assert entries(plan.changes()) == []
    plan["事業1甲"].change(budget="1")
    plan["施策1"].withdraw()
    plan["施策1"].restore()
    assert entries(plan.changes()) == [("事業1甲", "budget", "changed", "100", "1")]


def test_added_and_withdrawn_in_between_is_no_change(plan: Plan) -> None:
    plan.add("project", "一時", under="施策1").withdraw()
    assert entries(plan.changes()) == []


def test_a_move_gives_one_entry_without_a_field(plan: Plan) -> None:
    plan["事業1甲"].move(under="施策2")
    found = plan.changes()
    assert entries(found) == [("事業1甲", None, "moved", "戦略1 / KPI1 / 施策1", "戦略1 / KPI1 / 施策2")]
    assert found.entries[0].old_path == ("戦略1", "KPI1", "施策1", "事業1甲")
    assert found.entries[0].path == ("戦略1", "KPI1", "施策2", "事業1甲")


def test_a_new_order_names_who_was_moved_and_nobody_else(plan: Plan) -> None:
    plan["事業1丙"].move(under="施策1", first=True)
    assert [(each.title, each.kind) for each in plan.changes()] == [("事業1丙", "moved")]


def test_moved_there_and_back_is_no_change(plan: Plan) -> None:
    plan["事業1甲"].move(under="施策2")
    plan["事業1甲"].move(under="施策1", first=True)
    plan["事業1丙"].move(under="施策1", first=True)
    plan["事業1丙"].move(under="施策1", after="事業1乙")
    assert entries(plan.changes()) == []


def test_a_sibling_inserted_or_withdrawn_moves_nobody(plan: Plan) -> None:
    plan.add("project", "先頭", under="施策1").move(under="施策1", first=True)
    plan["事業1乙"].withdraw()
    assert {each.kind for each in plan.changes()} == {"added", "removed"}


def test_a_changed_title_above_gives_no_entries_below(plan: Plan) -> None:
    plan["施策1"].change(title="施策改")
    assert [each.title for each in plan.changes()] == ["施策改"]


def test_a_range_can_be_read_backwards(plan: Plan) -> None:
    start = plan.ledger.head
    plan["事業1甲"].change(budget="150")
    plan["事業1乙"].withdraw()
    plan.add("project", "新規", under="施策1")
    plan["事業2甲"].move(under="施策1")
    forwards, backwards = entries(plan.changes(start, None)), entries(plan.changes(None, start))
    opposite = {"added": "removed", "removed": "added"}
    assert sorted((t, f or "", opposite.get(k, k), n, o) for t, f, k, o, n in forwards) == sorted(
        (t, f or "", k, o, n) for t, f, k, o, n in backwards
    )


def test_from_nothing_everything_is_added_and_to_nothing_everything_removed(plan: Plan) -> None:
    everything = plan.changes(0, None)
    assert {each.kind for each in everything} == {"added"}
    assert len({each.item for each in everything}) == len(plan.snapshot())
    assert {each.kind for each in plan.changes(None, 0)} == {"removed"}


def test_entries_are_in_the_order_of_the_table_and_of_the_fields(plan: Plan) -> None:
    plan["事業2乙"].change(overview="新", budget="9")
    plan["戦略1"].change(title="戦略改")
    plan["事業1甲"].change(analysis="分析")
    assert [(title, field) for title, field, *_ in entries(plan.changes())] == [
        ("戦略改", "title"),
        ("事業1甲", "analysis"),
        ("事業2乙", "overview"),
        ("事業2乙", "budget"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "layout"),
    [
        ("一 二", "一\n二", True),
        ("4,950", "４，９５０", True),
        ("一 二", "一 三", False),
        ("", " ", True),
    ],
)
def test_a_change_of_layout_is_told_as_such(plan: Plan, old: str, new: str, layout: bool) -> None:
    plan["事業1甲"].change(analysis=old)
    since = plan.ledger.head
    plan["事業1甲"].change(analysis=new)
    found = plan.changes(since, None)
    assert [each.layout_only for each in found] == [layout]


def test_between_two_meetings_is_what_was_handed_out(plan: Plan) -> None:
    plan["事業1甲"].change(budget="150")
    plan.hold("第2回PT")
    plan["事業1甲"].change(budget="180")
    assert entries(plan.changes("第1回PT", "第2回PT")) == [("事業1甲", "budget", "changed", "100", "150")]
    assert entries(plan.changes(until="第2回PT")) == entries(plan.changes("第1回PT", "第2回PT"))
    assert entries(plan.changes("第2回PT")) == [("事業1甲", "budget", "changed", "150", "180")]
    assert plan.changes().since.meeting == "第2回PT"


def test_before_the_first_meeting_there_is_nothing_to_compare_with(ledger: Ledger) -> None:
    plan = ledger.open_plan("別の計画", fiscal_year=2023)
    plan.add("strategy", "戦略")
    with pytest.raises(NoPreviousMeeting):
        plan.changes()
    plan.hold("第1回PT")
    with pytest.raises(NoPreviousMeeting):
        plan.changes(until="第1回PT")


def test_changes_of_another_plan_do_not_show(ledger: Ledger, plan: Plan) -> None:
    other = ledger.open_plan("別の計画", fiscal_year=2023)
    other.add("strategy", "別の戦略").change(title="別の戦略改")
    assert entries(plan.changes()) == []
    assert {each.title for each in other.changes(0, None)} == {"別の戦略改"}


def test_a_scope_limits_the_changes_to_a_subtree(plan: Plan) -> None:
    plan["事業1甲"].change(budget="1")
    plan["事業2甲"].change(budget="2")
    assert [each.title for each in plan.changes(scope="施策2")] == ["事業2甲"]
    plan["事業1乙"].move(under="施策2")
    assert {(each.title, each.kind) for each in plan.changes(scope="施策2")} == {
        ("事業2甲", "changed"),
        ("事業1乙", "added"),
    }


def test_a_field_that_is_new_or_retired_is_one_entry_of_the_schema(plan: Plan) -> None:
    from attrs import evolve

    from plan_ledger import FieldSpec, Schema

    schema = plan.schema
    project = schema.levels[-1]
    fields = (*(evolve(f, retired=f.key == "overview") for f in project.fields), FieldSpec("url", "参考"))
    plan.declare(Schema((*schema.levels[:-1], evolve(project, fields=fields))))
    found = plan.changes()
    assert entries(found) == []
    assert len(found.schema_changes) == 2
