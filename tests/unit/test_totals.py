"""Totals: by item, level and in all; 再掲 once; what is not simply counted is listed; against the last meeting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, settings, strategies as st

from plan_ledger import FieldKind, FieldSpec, Ledger, LevelSpec, Plan, Schema
from plan_ledger.domain.errors import SchemaRefused
from plan_ledger.queries.totals import NoAmounts
from plan_ledger.rendering import render
from plan_ledger.values.naming import UnknownField


@pytest.fixture
def plan() -> Iterator[Plan]:
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課"):
        plan = ledger.open_plan("令和5年度試験アクションプラン", fiscal_year=2023)
        plan.add("strategy", "戦略")
        plan.add("kpi", "【KPI i】", under="戦略")
        plan.add("measure", "① 道", under="【KPI i】")
        plan.add("measure", "② 園", under="【KPI i】")
        plan.add("project", "橋", under="① 道", budget="4,450", progress="R5.4~6 設計 R5.9~ 着工 R5.8 契約")
        plan.add("project", "灯", under="① 道", budget="1,200(うち再掲 200)")
        plan.add("project", "広場", under="② 園", budget="300")
        plan.add("project", "橋（再掲）", under="② 園", budget="4,450")
        yield plan


def reasons(totals):
    return [(note.path[-1], note.kind, note.reason) for note in totals.notes]


def test_subtotals_in_table_order_count_a_repetition_once(plan: Plan) -> None:
    totals = plan.snapshot().totals("budget")
    assert [(each.title, each.own, each.total) for each in totals.items] == [
        ("戦略", 0, 5_750_000),
        ("【KPI i】", 0, 5_750_000),
        ("① 道", 0, 5_450_000),
        ("橋", 4_450_000, 4_450_000),
        ("灯", 1_000_000, 1_000_000),
        ("② 園", 0, 300_000),
        ("広場", 300_000, 300_000),
        ("橋（再掲）", 0, 0),
    ]
    assert totals.total == plan.snapshot().total("budget") == 5_750_000
    assert [(each.label, each.items, each.total) for each in totals.levels] == [("事業", 4, 5_750_000)]
    assert reasons(totals) == [("橋（再掲）", "left_out", "repeated")]
    assert plan.snapshot().total("budget", under=plan["① 道"].id) == 5_450_000
    assert [each.title for each in totals.of_level("measure")] == ["① 道", "② 園"]


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("4.450", "unreadable", "bad_grouping"),
        ("(500)", "left_out", "bracketed_amount"),
        ("債務負担行為 9,000", "left_out", "債務負担行為"),
        ("1,000～2,000", "left_out", "range"),
        ("98.5%", "left_out", "ratio"),
        ("調整中", "left_out", "調整中"),
        ("500(再掲)", "left_out", "repeated_alone"),
        ("前年度 500", "left_out", "前年度"),
        ("500(国300、県100)", "warning", "parts_mismatch"),
        ("500(400)", "warning", "bracketed_amount"),
    ],
)
def test_what_is_not_simply_counted_is_listed(plan: Plan, text: str, kind: str, reason: str) -> None:
    plan["広場"].change(budget=text)
    totals = plan.snapshot().totals("budget")
    assert reasons(totals)[0] == ("広場", kind, reason)
    assert totals.notes[0].text == text
    assert totals.total == 5_450_000 + (500_000 if kind == "warning" else 0)


@pytest.mark.parametrize("text", ["", "-", "－", "なし"])
def test_nothing_is_no_amount_and_needs_no_note(plan: Plan, text: str) -> None:
    plan["広場"].change(budget=text)
    assert [note.path[-1] for note in plan.snapshot().totals("budget").notes] == ["橋（再掲）"]


def test_the_difference_since_the_last_meeting(plan: Plan) -> None:
    first = plan.totals()
    assert (first.old, first.difference) == (None, None)
    assert {entry.old for entry in first.entries} == {None}
    plan.hold("第1回PT", on="R5.6.30")
    plan["橋"].change(budget="5,000")
    plan["広場"].withdraw()
    plan.add("project", "池", under="② 園", budget="70")
    change = plan.totals(field="予算額")
    assert change.old is not None
    assert (change.old.total, change.new.total, change.difference) == (5_750_000, 6_070_000, 320_000)
    by_title = {entry.title: (entry.old, entry.new, entry.difference) for entry in change.entries}
    assert by_title["橋"] == (4_450_000, 5_000_000, 550_000)
    assert by_title["池"] == (None, 70_000, 70_000)
    assert by_title["広場"] == (300_000, None, -300_000)
    assert by_title["② 園"] == (300_000, 70_000, -230_000)
    assert change.entries[-1].title == "広場"
    plan.hold("第2回PT", on="R5.9.1")
    assert plan.totals("第2回PT").difference == 320_000
    assert plan.totals("第2回PT", since="第2回PT").difference == 0
    assert json.loads(change.to_json())["difference"] == 320_000


def test_a_field_that_holds_no_amounts_is_refused(plan: Plan) -> None:
    with pytest.raises(NoAmounts):
        plan.totals(field="overview")
    with pytest.raises(UnknownField):
        plan.totals(field="予想額")
    with pytest.raises(NoAmounts):
        plan.snapshot().totals("nothing")
    assert plan.snapshot().total("nothing") == 0


def test_totals_as_a_table_and_in_other_formats(plan: Plan) -> None:
    plan.hold("第1回PT")
    plan["橋"].change(budget="4.450")
    shown = str(render(plan.totals(), "table", width=120))
    assert "第1回PT" in shown
    assert "-4,450,000" in shown
    assert "桁区切りが正しくない" in shown
    assert "再掲" in str(render(plan.snapshot().totals("budget"), "md"))
    assert "合計" in plan.totals().to_html()
    assert str(render(plan.totals(), "csv"))


def test_entries_whose_time_had_passed(plan: Plan) -> None:
    plan["広場"].change(progress="～R5.5 検討 R5.6~未定 準備 随時 巡回 R5.8.30 開園")
    plan.hold("第2回PT", on="R5.8.30", as_of="R5.6.1")
    found = plan.elapsed(at="第2回PT")
    assert [(e.path[-1], e.when, e.text, e.ended) for e in found] == [
        ("橋", "R5.4~6", "設計", date(2023, 6, 30)),
        ("広場", "～R5.5", "検討", date(2023, 5, 31)),
    ]
    assert (found[0].field, found[0].label) == ("progress", "進捗状況やスケジュール")
    later = plan.snapshot("第2回PT").elapsed(date(2023, 9, 1))
    assert [e.text for e in later] == ["設計", "契約", "検討", "開園"]
    assert "設計" in str(render(found, "table", of="elapsed", width=120))
    assert json.dumps([e.to_dict() for e in found])
    with pytest.raises(ValueError, match="on="):
        plan.snapshot().elapsed()
    assert {e.text for e in plan.elapsed()} >= {"設計", "契約"}


def test_a_fields_own_fiscal_year_wins(plan: Plan) -> None:
    fields = (
        FieldSpec("title", "事業名"),
        FieldSpec("now", "今年度", FieldKind.SCHEDULE),
        FieldSpec("last", "前年度", FieldKind.SCHEDULE, fiscal_year=2022),
    )
    schema = Schema((LevelSpec("project", "事業", fields),))
    other = plan.ledger.open_plan("別", fiscal_year=2023, schema=schema)
    other.add("project", "橋", now="5/12 開始", last="5/12 開始")
    taken = other.snapshot()
    item = taken.find("橋")
    assert [taken.value(item, key).entries[0].when.start for key in ("now", "last")] == ["2023-05-12", "2022-05-12"]
    assert other.schema.levels[0].field("last").fiscal_year == 2022
    assert plan.ledger.verify()
    with pytest.raises(SchemaRefused):
        plan.ledger.open_plan(
            "誤", fiscal_year=2023, schema=Schema((LevelSpec("p", "p", (FieldSpec("title", "t", fiscal_year=5),)),))
        )


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-(10**6), 10**6)), max_size=12))
@settings(max_examples=20, deadline=None)
def test_subtotals_add_up(amounts: list[tuple[int, int]]) -> None:
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        plan.add("strategy", "戦略")
        plan.add("kpi", "KPI", under="戦略")
        for n in range(3):
            plan.add("measure", f"施策{n}号", under="KPI")
        for n, (measure, thousands) in enumerate(amounts):
            plan.add("project", f"事業{n}号", under=f"施策{measure}号", budget=f"{thousands:,}")
        totals = plan.snapshot().totals("budget")
    assert totals.total == 1000 * sum(thousands for _, thousands in amounts)
    for level in ("strategy", "kpi", "measure", "project"):
        assert sum(each.total for each in totals.of_level(level)) == totals.total
    assert sum(each.own for each in totals.items) == totals.total
