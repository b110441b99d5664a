"""Audit: every recorded change that fits the filters, in order, streamed; ``limit`` counts what is returned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from plan_ledger import Acting, Add, Batch, Change, Ledger, Person, Plan
from plan_ledger.ledger.errors import UnknownActor, UnknownItem
from plan_ledger.queries.moments import UnknownMoment
from plan_ledger.values.naming import UnknownField


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.open() as ledger:
        yield ledger


@pytest.fixture
def plan(ledger: Ledger) -> Plan:
    with ledger.acting("企画室 主査", reason="当初"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        strategy = plan.add("strategy", "戦略1")
        kpi = plan.add("kpi", "KPI1", under=strategy)
        measure = plan.add("measure", "施策1", under=kpi)
        plan.add("project", "事業1", under=measure, budget="100")
        plan.add("project", "事業2", under=measure, budget="200")
        plan.hold("第1回PT")
    with ledger.acting("観光課", on_behalf_of="商工課", reason="照会"):
        plan["事業1"].change(budget="110", overview="概要")
        plan["事業2"].withdraw()
    with ledger.acting(Person("企画室 係長", id="u9"), reason="調整"):
        plan["事業2"].restore()
        plan["事業2"].move(under="施策1", first=True)
        plan.hold("第2回PT")
        plan["事業1"].change(budget="")
    return plan


def told(plan: Plan, **filters: Any) -> list[tuple[str, str, str | None, str, str]]:
    return [(row.action, row.path[-1], row.field, row.old, row.new) for row in plan.audit(**filters)]


def test_everything_in_the_order_of_recording(plan: Plan) -> None:
    positions = [row.position for row in plan.audit()]
    assert positions == sorted(positions)
    assert told(plan)[-6:] == [
        ("changed", "事業1", "budget", "100", "110"),
        ("changed", "事業1", "overview", "", "概要"),
        ("withdrawn", "事業2", None, "", ""),
        ("restored", "事業2", None, "", ""),
        ("moved", "事業2", None, "戦略1 / KPI1 / 施策1", "戦略1 / KPI1 / 施策1"),
        ("changed", "事業1", "budget", "110", ""),
    ]
    assert [row[0] for row in told(plan)[:3]] == ["added", "placed", "changed"]


@pytest.mark.parametrize(
    ("actor", "count"),
    [("観光課", 3), ("商工課", 3), ("企画室 係長", 3), ("u9", 3), ("企画室", 17 + 3), ("企画室 主査", 17)],
)
def test_by_actor_name_leading_words_host_id_or_author(plan: Plan, actor: str, count: int) -> None:
    assert len(told(plan, actor=actor)) == count


def test_by_item_with_what_is_below_it(plan: Plan) -> None:
    assert {row[1] for row in told(plan, item="施策1")} == {"施策1", "事業1", "事業2"}
    assert {row[1] for row in told(plan, item="事業2")} == {"事業2"}
    assert len(told(plan, item="戦略1")) == len(told(plan))


@pytest.mark.parametrize("field", ["budget", "予算額", "予算"])
def test_by_field_of_any_name(plan: Plan, field: str) -> None:
    assert [row[4] for row in told(plan, field=field)] == ["100", "200", "110", ""]


def test_by_existence_and_place(plan: Plan) -> None:
    assert [row[0] for row in told(plan, field="existence")] == ["added"] * 5 + ["withdrawn", "restored"]
    assert [row[0] for row in told(plan, field="place")] == ["placed"] * 5 + ["moved"]


def test_since_and_until_any_moment(plan: Plan) -> None:
    assert len(told(plan, since="第1回PT")) == 6
    assert len(told(plan, since="第1回PT", until="第2回PT")) == 5
    assert len(told(plan, until="第1回PT")) == 17
    head = plan.ledger.head
    assert len(told(plan, since=head - 1)) == 1
    assert told(plan, since=head) == []
    assert told(plan, since="第2回PT", until="第1回PT") == []


def test_filters_go_together(plan: Plan) -> None:
    assert told(plan, actor="観光課", item="事業1", field="budget", since="第1回PT") == [
        ("changed", "事業1", "budget", "100", "110")
    ]
    assert told(plan, actor="観光課", until="第1回PT") == []


@pytest.mark.parametrize("limit", [0, 1, 2, 5, 1000])
def test_limit_counts_what_is_returned(plan: Plan, limit: int) -> None:
    everything = told(plan, actor="企画室")
    assert told(plan, actor="企画室", limit=limit) == everything[:limit]
    assert told(plan, actor="観光課", field="budget", limit=1) == [("changed", "事業1", "budget", "100", "110")]


@pytest.mark.parametrize(
    ("filters", "error"),
    [
        ({"actor": "財政課"}, UnknownActor),
        ({"item": "事業9"}, UnknownItem),
        ({"field": "予算格"}, UnknownField),
        ({"since": "第9回PT"}, UnknownMoment),
        ({"until": "第9回PT"}, UnknownMoment),
    ],
)
def test_what_is_unknown_is_told_at_once_not_when_the_rows_are_read(
    plan: Plan, filters: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        plan.audit(**filters)


def test_a_stream_ends_where_the_ledger_ended_when_it_was_asked_for(plan: Plan) -> None:
    rows = iter(plan.audit())
    first = next(rows)
    with plan.ledger.acting("企画室 主査"):
        plan["事業1"].change(budget="999")
    assert first.action == "added"
    assert "999" not in [row.new for row in rows]


def test_long_audits_come_in_pages_without_gaps_or_repeats(ledger: Ledger, plan: Plan) -> None:
    item = plan["事業1"].id
    ledger.record([Batch(Acting(f"課{n % 3}"), [Change(item, "budget", str(n))]) for n in range(2500)])
    assert [row.new for row in plan.audit(field="budget")][4:] == [str(n) for n in range(2500)]
    assert [row.new for row in plan.audit(actor="課1")] == [str(n) for n in range(2500) if n % 3 == 1]
    assert len(list(plan.audit(actor="課1", limit=800))) == 800


def test_the_audit_of_an_item_with_very_many_below_it(ledger: Ledger, plan: Plan) -> None:
    measure = plan["施策1"].id
    adds = [Add(ledger.recording.new_id(), plan.id, "project", {"title": f"小事業{n}"}, measure) for n in range(1500)]
    ledger.record([Batch(Acting("一括"), adds)])
    assert len(list(plan.audit(item="施策1", actor="一括", field="title"))) == 1500
    assert len(list(plan.audit(item="戦略1", field="existence"))) == 1505 + 2


def test_another_plans_changes_do_not_show(ledger: Ledger, plan: Plan) -> None:
    before = told(plan)
    with ledger.acting("観光課"):
        other = ledger.open_plan("別の計画", fiscal_year=2023)
        other.add("strategy", "別の戦略")
    assert told(plan) == before
    assert len(told(plan, actor="観光課")) == 3
    assert {row.path for row in other.audit(actor="観光課")} == {("別の戦略",)}


def test_a_row_can_be_given_away_as_json(plan: Plan) -> None:
    row = next(iter(plan.audit(actor="観光課")))
    found = json.loads(row.to_json())
    for key in ("position", "recorded_at", "actor", "reason", "source", "item", "path", "field", "old", "new"):
        assert key in found
    assert found["actor"] == {"id": None, "name": "観光課", "section": None}
    assert (found["reason"], found["old"], found["new"]) == ("照会", "100", "110")
    assert found["recorded_at"].endswith("+09:00")
