"""Snapshots: the table as it was, whatever came later; order, paths, hidden items, schemas of their time, digests."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from attrs import evolve
from hypothesis import given, settings

from plan_ledger import FieldKind, FieldSpec, Ledger, LevelSpec, Plan, PlanLedgerError, Schema
from plan_ledger.domain.errors import AlreadyThere, NotThere, OtherPlan, SchemaRefused, TitleMissing, WrongLevel
from plan_ledger.ledger.errors import AmbiguousItem, UnknownItem
from plan_ledger.testing.strategies import schemas, texts
from plan_ledger.values.naming import UnknownField, UnknownLevel


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        yield ledger


@pytest.fixture
def plan(ledger: Ledger) -> Plan:
    plan = ledger.open_plan("計画", fiscal_year=2023)
    strategy = plan.add("strategy", "戦略1")
    kpi = plan.add("kpi", "KPI1", under=strategy)
    for number in (1, 2):
        measure = plan.add("measure", f"施策{number}", under=kpi)
        for letter in "甲乙":
            plan.add("project", f"事業{number}{letter}", under=measure, budget=f"{number}00")
    return plan


def titles(plan: Plan, moment: int | str | None = None) -> list[str]:
    return [item.title for item in plan.snapshot(moment)]


EVERYTHING = ["戦略1", "KPI1", "施策1", "事業1甲", "事業1乙", "施策2", "事業2甲", "事業2乙"]


def test_the_table_is_in_order_parents_before_children(plan: Plan) -> None:
    taken = plan.snapshot()
    assert titles(plan) == EVERYTHING
    item = taken.find("事業2甲")
    assert item.path == ("戦略1", "KPI1", "施策2", "事業2甲")
    assert (item.level, item.depth, item.parent) == ("project", 3, taken.find("施策2").id)
    assert (len(taken), taken.plan, taken.fiscal_year) == (8, "計画", 2023)
    assert [each.title for each in taken.level("measure")] == ["施策1", "施策2"]


def test_a_cell_names_the_position_of_its_change(plan: Plan) -> None:
    plan["事業1甲"].change(budget="150")
    cell = plan.snapshot().find("事業1甲")["budget"]
    assert (cell.text, cell.position) == ("150", plan.ledger.head)
    assert plan.snapshot().find("事業1甲").text("overview") == ""
    assert "overview" not in plan.snapshot().find("事業1甲").fields


def test_every_earlier_table_stays_what_it_was(plan: Plan) -> None:
    seen = {plan.ledger.head: plan.snapshot().digest}
    for act in (
        lambda: plan["事業1甲"].change(budget="999", title="改題"),
        lambda: plan["施策2"].move(under="KPI1", first=True),
        lambda: plan["改題"].move(under="施策2"),
        lambda: plan["施策1"].withdraw(),
        lambda: plan.add("strategy", "戦略2"),
        lambda: plan["施策1"].restore(),
        lambda: plan.undo(plan.ledger.head),
    ):
        act()
        seen[plan.ledger.head] = plan.snapshot().digest
        assert {position: plan.snapshot(position).digest for position in seen} == seen


def test_withdrawing_takes_what_is_below_off_the_table_and_restoring_brings_it_back(plan: Plan) -> None:
    before = plan.snapshot().digest
    plan["施策1"].withdraw()
    assert titles(plan) == ["戦略1", "KPI1", "施策2", "事業2甲", "事業2乙"]
    assert [item.title for item in plan.snapshot().withdrawn] == ["施策1"]
    assert not plan["施策1"].withdraw(), "twice changes nothing"
    plan["施策1"].restore()
    assert plan.snapshot().digest == before
    with pytest.raises(AlreadyThere, match="施策1"):
        plan["施策1"].restore()


def test_an_item_withdrawn_itself_stays_away_when_its_parent_comes_back(plan: Plan) -> None:
    plan["事業1甲"].withdraw()
    plan["施策1"].withdraw()
    plan["施策1"].restore()
    assert titles(plan) == [title for title in EVERYTHING if title != "事業1甲"]


def test_a_withdrawn_item_can_be_looked_at_not_changed(plan: Plan) -> None:
    item = plan["事業1甲"]
    item.withdraw()
    assert plan["事業1甲"].text("budget") == "100"
    for act in (
        lambda: item.change(budget="1"),
        lambda: item.move(under="施策2"),
        lambda: plan.add("project", "事業", under="事業1甲"),
    ):
        with pytest.raises(PlanLedgerError):
            act()
    plan["施策1"].withdraw()
    with pytest.raises(NotThere):
        plan.add("project", "新しい事業", under="施策1")


def test_an_item_below_a_withdrawn_one_says_that_it_does_not_show(plan: Plan) -> None:
    item = plan["事業1甲"]
    plan["施策1"].withdraw()
    with pytest.raises(NotThere):
        item.now()
    with pytest.raises(UnknownItem):
        plan["事業1甲"]
    assert plan[item.id.hex].id == item.id


def test_re_adding_a_withdrawn_title_is_a_new_item(plan: Plan) -> None:
    old = plan["事業1甲"]
    old.withdraw()
    new = plan.add("project", "事業1甲", under="施策1")
    assert new.id != old.id
    assert plan["事業1甲"].id == new.id
    old.restore()
    with pytest.raises(AmbiguousItem):
        plan["事業1甲"]


def test_siblings_are_put_where_they_are_wanted(plan: Plan) -> None:
    def below() -> list[str]:
        return [item.title for item in plan.snapshot() if item.path[2:3] == ("施策1",)][1:]

    plan.add("project", "丙", under="施策1", after="事業1甲")
    assert below() == ["事業1甲", "丙", "事業1乙"]
    plan["事業1乙"].move(under="施策1", first=True)
    assert below() == ["事業1乙", "事業1甲", "丙"]
    plan["事業1乙"].move(under="施策1", after="丙")
    assert below() == ["事業1甲", "丙", "事業1乙"]
    plan["事業2甲"].move(under="施策1", after="事業1甲")
    assert below() == ["事業1甲", "事業2甲", "丙", "事業1乙"]
    plan["事業2乙"].move(under="施策1")
    assert below() == ["事業1甲", "事業2甲", "丙", "事業1乙", "事業2乙"]


@pytest.mark.parametrize("how", ["after", "first", "under"])
def test_moving_to_where_it_stands_records_nothing(plan: Plan, how: str) -> None:
    # A neighbour comes and goes, so that the rank is not the one which such a move would give now.
    plan.add("project", "間", under="施策1", after="事業1甲")
    plan["事業1乙"].move(under="施策1", after="事業1甲")
    plan["間"].move(under="施策2")
    assert titles(plan)[2:5] == ["施策1", "事業1甲", "事業1乙"]
    head = plan.ledger.head
    if how == "after":
        assert not plan["事業1乙"].move(under="施策1", after="事業1甲")
    elif how == "first":
        assert not plan["事業1甲"].move(under="施策1", first=True)
    else:
        assert not plan["事業1甲"].move(under="施策1")
    assert plan.ledger.head == head


def test_levels_are_strict(plan: Plan) -> None:
    head = plan.ledger.head
    for act in (
        lambda: plan.add("project", "事業", under="KPI1"),
        lambda: plan.add("project", "事業"),
        lambda: plan.add("strategy", "戦略", under="KPI1"),
        lambda: plan["事業1甲"].move(under="KPI1"),
        lambda: plan["KPI1"].move(under="施策1"),
        lambda: plan["施策1"].move(under="施策1"),
        lambda: plan["施策1"].move(under=None),
    ):
        with pytest.raises(WrongLevel):
            act()
    with pytest.raises(UnknownLevel, match="project"):
        plan.add("jigyo", "事業")
    assert plan.ledger.head == head


def test_an_item_of_another_plan_is_no_parent(ledger: Ledger, plan: Plan) -> None:
    other = ledger.open_plan("別の計画", fiscal_year=2023)
    theirs = other.add("strategy", "別の戦略")
    head = ledger.head
    with pytest.raises(OtherPlan):
        plan.add("kpi", "KPI", under=theirs)
    with pytest.raises(OtherPlan):
        plan["KPI1"].move(under=theirs)
    with pytest.raises(UnknownItem):
        plan[theirs.id.hex]
    assert ledger.head == head


def test_a_title_is_never_blank(plan: Plan) -> None:
    for act in (
        lambda: plan.add("strategy", " "),
        lambda: plan["事業1甲"].change(title="　"),
        lambda: plan["事業1甲"].change(title=""),
    ):
        with pytest.raises(TitleMissing):
            act()


def test_items_are_found_by_title_path_and_id(plan: Plan) -> None:
    item = plan["施策1/事業1甲"]
    for name in ("事業1甲", "戦略1/KPI1/施策1/事業1甲", item.id.hex, str(item.id), item.id.hex.upper(), "事業１甲"):
        assert plan[name].id == item.id
    plan["事業2甲"].change(title="事業1甲")
    with pytest.raises(AmbiguousItem) as caught:
        plan["事業1甲"]
    assert caught.value.near == ("施策1/事業1甲", "施策2/事業1甲")
    assert plan["施策2/事業1甲"].id != item.id
    with pytest.raises(UnknownItem) as missing:
        plan["事業1丙"]
    assert "事業1甲" in missing.value.near


def test_fields_are_found_by_key_label_and_alias(plan: Plan) -> None:
    for name in ("budget", "予算額", "予算", "D.予算額", "Ｄ．予算額"):
        plan["事業1甲"].set(name, name)
        assert plan["事業1甲"].text("budget") == name
    with pytest.raises(UnknownField) as caught:
        plan["事業1甲"].set("予算格", "1")
    assert "予算額" in caught.value.near


def test_a_snapshots_items_know_their_fields_and_no_others(plan: Plan) -> None:
    plan["事業1甲"].change(budget="1,200千円")
    taken = plan.snapshot()
    item, strategy = taken.find("事業1甲"), taken.items[0]
    for name in ("budget", "予算額", "予算", "Ｄ．予算額"):
        assert item[name].text == item.text(name) == "1,200千円"
        assert strategy.text(name) == ""  # another level's: a sweep over all items may ask
    assert (item["analysis"].text, item.text("分析")) == ("", "")
    for missing in ("予算格", "budgets"):
        with pytest.raises(UnknownField) as caught:
            item[missing]
        assert "予算額" in caught.value.near
        with pytest.raises(UnknownField):
            strategy.text(missing)


def test_the_digest_tells_tables_apart_and_nothing_else(ledger: Ledger) -> None:
    digests: list[str] = []
    for title in ("甲計画", "乙計画"):
        plan = ledger.open_plan(title, fiscal_year=2023)
        strategy = plan.add("strategy", "戦略1")
        plan.add("kpi", "KPI1", under=strategy)
        digests.append(plan.snapshot().digest)
    assert digests[0] != digests[1], "the plan's title belongs to the table"
    with Ledger.open() as other, other.acting("別の人", reason="別の理由"):
        same = other.open_plan("甲計画", fiscal_year=2023)
        extra = same.add("strategy", "余分")
        same.add("strategy", "戦略1")
        same.add("kpi", "KPI1", under="戦略1")
        extra.withdraw()
        assert same.snapshot().digest == digests[0], "ids, positions, actors and times do not"
        same["戦略1"].change(title="戦略1 ")
        assert same.snapshot().digest != digests[0], "every character does"


def test_a_schema_revision_counts_from_its_position_on(plan: Plan) -> None:
    plan["事業1甲"].change(period="R5.4~R6.3")
    before, digest = plan.ledger.head, plan.snapshot().digest
    schema = plan.schema
    project = schema.levels[-1]
    fields = (
        *(evolve(f, retired=f.key == "period", label=f.label + "欄") for f in project.fields),
        FieldSpec("url", "参考"),
    )
    revised = Schema((*schema.levels[:-1], evolve(project, fields=fields)))
    assert plan.declare(revised)
    assert not plan.declare(revised), "twice changes nothing"
    plan["事業1甲"].change(url="https://example.jp")
    assert plan.snapshot(before).digest == digest
    assert plan.snapshot(before).find("事業1甲").text("period") == "R5.4~R6.3"
    assert set(plan.snapshot().find("事業1甲").fields) == {"title", "budget", "url"}
    with pytest.raises(UnknownField):
        plan["事業1甲"].change(period="R7")
    assert plan.changes(before, None).schema_changes
    assert plan.ledger.verify()


def test_a_schema_can_not_lose_what_is_recorded(plan: Plan) -> None:
    schema = plan.schema
    project = schema.levels[-1]
    for other in (
        Schema(schema.levels[:-1]),
        Schema((*schema.levels[:-1], evolve(project, fields=project.fields[:2]))),
        Schema((*schema.levels[1:], schema.levels[0])),
        Schema((*schema.levels, LevelSpec("sub", "小事業", (FieldSpec("title", "名"),)))),
        Schema((*schema.levels[:-1], evolve(project, title="overview"))),
    ):
        with pytest.raises(SchemaRefused):
            plan.declare(other)


def test_a_choice_is_one_of_its_choices(ledger: Ledger) -> None:
    fields = (FieldSpec("title", "名"), FieldSpec("state", "状況", FieldKind.CHOICE, choices=("未着手", "完了")))
    plan = ledger.open_plan("別", fiscal_year=2023, schema=Schema((LevelSpec("task", "事業", fields),)))
    item = plan.add("task", "事業", state="未着手")
    with pytest.raises(PlanLedgerError, match="未着手、完了"):
        item.change(state="着手")
    assert item.change(state="完了")
    assert item.change(state="")


def test_a_snapshot_can_be_given_away_as_json(plan: Plan) -> None:
    found = json.loads(plan.snapshot().to_json())
    assert found["moment"] == {"name": "now", "position": plan.ledger.head, "known_at": plan.ledger.head}
    assert found["digest"] == plan.snapshot().digest
    project = found["items"][3]
    assert project["path"] == ["戦略1", "KPI1", "施策1", "事業1甲"]
    assert project["fields"]["budget"]["text"] == "100"
    assert project["fields"]["budget"]["position"] > 0


@settings(max_examples=25)
@given(schemas(), texts())
def test_any_schema_can_be_declared_filled_and_read_back(schema: Schema, text: str) -> None:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023, schema=schema)
        assert plan.schema == schema
        above = None
        for level in schema.levels:
            others = {f.key: text for f in level.fields if f.kind is not FieldKind.CHOICE and f.key != "title"}
            above = plan.add(level.key, "題" + text, under=above)
            for key, value in others.items():
                above.set(key, value)
        assert len(plan.snapshot()) == len(schema.levels)
        plan.snapshot().to_json()
        assert ledger.verify()
