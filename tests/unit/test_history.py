"""History: every change of one field, in order of recording, through renaming, moving, withdrawing and undoing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

from plan_ledger import FieldSpec, Ledger, Plan
from plan_ledger.ledger.errors import UnknownItem
from plan_ledger.values.naming import UnknownField


@pytest.fixture
def plan() -> Iterator[Plan]:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        plan.add("strategy", "戦略1")
        yield plan


def test_every_change_with_what_it_replaced(plan: Plan) -> None:
    item = plan["戦略1"]
    for title in ("戦略1a", "戦略1b", "戦略1a"):
        item.change(title=title)
    rows = item.history("title")
    assert [(row.old, row.new) for row in rows] == [
        ("", "戦略1"),
        ("戦略1", "戦略1a"),
        ("戦略1a", "戦略1b"),
        ("戦略1b", "戦略1a"),
    ]
    assert [row.position for row in rows] == sorted(row.position for row in rows)
    assert [row.path for row in rows] == [("戦略1a",)] * 4, "under today's title"


def test_it_goes_on_through_withdrawing_and_restoring(plan: Plan) -> None:
    item = plan["戦略1"]
    item.change(title="A")
    item.withdraw()
    assert [row.new for row in plan.history("A", "title")] == ["戦略1", "A"]
    item.restore()
    item.change(title="B")
    assert [row.new for row in item.history("title")] == ["戦略1", "A", "B"]


def test_a_field_that_never_held_anything_has_none(plan: Plan) -> None:
    kpi = plan.add("kpi", "KPI1", under="戦略1")
    measure = plan.add("measure", "施策1", under=kpi)
    project = plan.add("project", "事業1", under=measure)
    assert project.history("budget") == []
    project.change(budget="1")
    project.change(budget="")
    assert [(row.old, row.new) for row in project.history("予算額")] == [("", "1"), ("1", "")]


def test_what_is_unknown_is_told(plan: Plan) -> None:
    with pytest.raises(UnknownField):
        plan.history("戦略1", "budget")
    with pytest.raises(UnknownItem):
        plan.history("戦略9", "title")
    with plan.ledger.acting("企画室"):
        other = plan.ledger.open_plan("別の計画", fiscal_year=2023)
    with pytest.raises(UnknownItem):
        other.history(plan["戦略1"], "title")


def test_what_nobody_changed_is_not_in_it(plan: Plan) -> None:
    head = plan.ledger.head
    assert not plan["戦略1"].change(title="戦略1")
    assert plan.ledger.head == head
    assert len(plan.history("戦略1", "title")) == 1


@pytest.mark.parametrize("back_end", ["sqlite", "postgres"])
def test_asked_again_it_shows_what_others_recorded_since(
    back_end: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = str(tmp_path / "r5.db") if back_end == "sqlite" else request.getfixturevalue("postgres_url")
    with Ledger.open(url) as ledger, ledger.acting("企画室"), Ledger.open(url) as other, other.acting("観光課"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        item = plan.add("strategy", "戦略1")
        for _ in range(3):
            assert [row.new for row in item.history("title")] == ["戦略1"]
        theirs = other.plan()
        theirs["戦略1"].change(title="戦略A")
        found = item.history("title")
        assert [(row.new, row.path, row.actor.name) for row in found] == [
            ("戦略1", ("戦略A",), "企画室"),
            ("戦略A", ("戦略A",), "観光課"),
        ]
        assert [row.edition for row in found] == [None, None]
        theirs.hold("第1回PT")
        assert [row.edition for row in item.history("title")] == ["第1回PT", "第1回PT"]
        strategy = theirs.schema.levels[0]
        fields = (*strategy.fields, FieldSpec("note", "注"))
        theirs.declare(evolve(theirs.schema, levels=(evolve(strategy, fields=fields), *theirs.schema.levels[1:])))
        theirs["戦略A"].set("注", "追記")
        assert [row.new for row in item.history("注")] == ["追記"]  # a field that was not there when last asked
        with pytest.raises(UnknownField):
            item.history("註")
