"""Audit reports, counts and exceptions: what they say, what they leave out and say so, and in every format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from plan_ledger import Acting, Batch, Change, Ledger, Person, Plan
from plan_ledger.ledger.auditing import AuditQuery
from plan_ledger.queries.audit_groups import UnknownGrouping
from plan_ledger.rendering import render

START = datetime(2023, 6, 1, 0, 0, tzinfo=UTC)


class Clock:
    """A minute a batch, unless it is set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(clock: Clock) -> Iterator[Ledger]:
    with Ledger.open(clock=clock) as ledger:
        yield ledger


@pytest.fixture
def plan(ledger: Ledger) -> Plan:
    with ledger.acting("田中", section="企画課", reason="当初"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        plan.add("strategy", "戦略1")
        plan.add("kpi", "KPI1", under="戦略1")
        plan.add("measure", "施策1", under="KPI1")
        for title in ("甲", "乙", "丙"):
            plan.add("project", title, under="施策1", budget="1,000")
        plan.hold("第1回PT", on="R5.6.1")
    return plan


def by(ledger: Ledger, name: str, section: str | None, reason: str | None = "更新") -> Any:
    return ledger.acting(Person(name, section=section), reason=reason)


# --- reports ------------------------------------------------------------------------------------------------------


def test_a_report_says_what_was_asked_for_and_how_much_of_it_is_listed(plan: Plan) -> None:
    report = plan.audit(field="予算額", actor="田中", limit=2).report()
    found = report.to_dict()
    assert found["filters"] == {"入力者・回答者": "田中", "欄": "予算額"}
    assert (found["first"], found["last"], found["events_in_range"]) == (1, plan.ledger.head, plan.ledger.head)
    assert (found["matching"], found["listed"], found["limit"]) == (3, 2, 2)
    assert found["next"] == str(report.rows[-1].position)
    assert [row["new"] for row in found["rows"]] == ["1,000", "1,000"]
    rest = plan.audit(field="予算額", actor="田中", after=found["next"]).report()
    assert (len(rest), rest.left_out, rest.next) == (1, 0, None)
    assert rest.to_dict()["routine_acts_left_out"] == 0
    assert plan.audit(since="第1回PT").report().to_dict()["routine_acts_left_out"] == 1
    shown = str(render(report, "table", width=160))
    for words in (
        "予算額",
        "田中",
        "該当3件のうち2件",
        "上限2件のため1件を載せていません",
        f"記録番号1～{plan.ledger.head}",
    ):
        assert words in shown


def test_what_is_left_out_is_never_unsaid(plan: Plan) -> None:
    assert "載せていません" not in str(render(plan.audit(acts=True).report(), "md"))
    whole = str(render(plan.audit().report(), "md"))
    assert "ほかに会議・計画登録などの記録" in whole
    none = plan.audit(limit=0).report()
    assert (len(none), none.left_out) == (0, none.matching)
    assert "該当する記録はありません" in str(render(plan.audit(value="どこにもない語").report(), "table"))


def test_a_report_in_every_format(plan: Plan, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    with by(plan.ledger, "佐藤", "観光課", "=1+1"):
        plan["甲"].change(overview='=HYPERLINK("x")')
    report = plan.audit(since="第1回PT").report()
    rows = list(csv.reader(io.StringIO(report.to_csv())))
    assert len(rows) == 2
    assert "'=1+1" in rows[1]
    assert report.to_csv(bom=True).startswith("\ufeff")
    path = report.to_xlsx(tmp_path / "監査.xlsx")
    cells = [cell for line in load_workbook(path).active.iter_rows() for cell in line if cell.value]  # type: ignore[union-attr]
    assert {cell.data_type for cell in cells} == {"s"}
    assert any("絞り込み" in str(cell.value) for cell in cells)
    assert "絞り込み：記録の起点「第1回PT」" in report.to_html()
    assert "絞り込み" in report.to_markdown()
    assert json.loads(report.to_json())["matching"] == 1


# --- counts -------------------------------------------------------------------------------------------------------


@pytest.fixture
def changed(plan: Plan) -> Plan:
    ledger = plan.ledger
    with by(ledger, "鈴木", "観光課"):
        plan["甲"].change(budget="1,500", overview="概要")
        plan["乙"].change(budget="700")
    with ledger.acting(Person("田中", section="企画課"), on_behalf_of="商工課", reason="代理"):
        plan["丙"].change(budget="未定")
    with by(ledger, "鈴木", "商工課"):
        plan["甲"].change(budget="1,600")
        plan.hold("第2回PT")
        plan["乙"].withdraw()
    return plan


def groups(query: AuditQuery, key: Any) -> dict[str, tuple[int, int, int, int]]:
    return {each.label: (each.count, each.items, each.net, each.unread) for each in query.group_by(key)}


def test_groups_count_changes_items_and_amounts(changed: Plan) -> None:
    query = changed.audit(since="第1回PT")
    assert groups(query, "actor") == {
        "鈴木（商工課）": (5, 2, 300_000, 0),
        "田中（企画課）": (1, 1, 0, 1),
    }
    assert groups(query, "section") == {
        "観光課": (3, 2, 200_000, 0),
        "商工課": (3, 3, 100_000, 1),
    }
    assert groups(query, "field") == {
        "事業・予算額": (4, 3, 300_000, 1),
        "事業・概要": (1, 1, 0, 0),
        "行の追加・掲載終了": (1, 1, 0, 0),
    }
    assert groups(query, "meeting") == {"第2回PT": (5, 3, 300_000, 1), "（未配布）": (1, 1, 0, 0)}
    first = next(iter(query.group_by("field")))
    assert (first.key, first.increase, first.decrease) == ("project.budget", 600_000, 300_000)


@pytest.mark.parametrize("key", ["actor", "section", "field", "meeting"])
def test_groups_count_every_change_once(changed: Plan, key: Any) -> None:
    for query in (changed.audit(), changed.audit(reason="更新"), changed.audit(field="budget", actor="鈴木")):
        found = query.group_by(key)
        assert found.count == query.acts(False).count()
        assert sum(each.net for each in found) == sum(each.net for each in query.group_by("field"))


def test_groups_in_every_format(changed: Plan) -> None:
    found = changed.audit().group_by("section")
    assert json.loads(found.to_json())["groups"][0]["label"] == "企画課"
    for format in ("table", "md", "html", "csv"):
        assert "観光課" in str(render(found, format))
    assert isinstance(render(found, "xlsx"), bytes)
    with pytest.raises(UnknownGrouping):
        changed.audit().group_by("budget")  # type: ignore[arg-type]


def test_counts_over_all_plans(changed: Plan) -> None:
    with by(changed.ledger, "鈴木", "観光課"):
        other = changed.ledger.open_plan("別の計画", fiscal_year=2023)
        other.add("strategy", "戦略")
    assert groups(changed.ledger.audit(), "section")["観光課"][0] == 3 + 3


# --- exceptions ---------------------------------------------------------------------------------------------------


def rules(query: AuditQuery, **options: Any) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(each.rule, each.events, tuple(path[-1] for path in each.paths)) for each in query.exceptions(**options)]


def test_no_reason(plan: Plan) -> None:
    assert rules(plan.audit()) == []
    for reason in (None, "  "):
        with by(plan.ledger, "鈴木", None, reason):
            plan["甲"].change(budget="1", overview=f"概要{reason}")
    found = plan.audit().exceptions().of("blank_reason")
    assert [each.events for each in found] == [2, 1]
    assert [each.reason for each in found] == [None, "  "]


def test_between_what_was_handed_out_and_the_end_of_the_day(plan: Plan, clock: Clock) -> None:
    with by(plan.ledger, "鈴木", "企画課"):
        plan["甲"].change(budget="1")
        clock.now = datetime(2023, 6, 1, 14, 58, tzinfo=UTC)  # 23:59 in Japan
        plan["甲"].change(budget="2")
        plan["甲"].change(budget="3")  # midnight
    found = plan.audit().exceptions().of("after_hold")
    assert len(found) == 2
    assert "第1回PT" in found[0].detail


def test_what_a_replacement_shows_is_no_exception(plan: Plan) -> None:
    with by(plan.ledger, "鈴木", "企画課"):
        plan["甲"].change(budget="1")
        plan.reissue("第1回PT")
        plan["乙"].change(budget="2")
    assert rules(plan.audit()) == [("after_hold", 1, ("乙",))]


def test_a_meeting_without_a_day_or_annulled_is_none(plan: Plan) -> None:
    with by(plan.ledger, "鈴木", "企画課"):
        plan.annul("第1回PT")
        plan.hold("第2回PT")
        plan["甲"].change(budget="1")
    assert rules(plan.audit()) == []


def test_rows_that_another_section_changed_last(ledger: Ledger, clock: Clock) -> None:
    with by(ledger, "田中", "企画課"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        with ledger.batch():
            items = [plan.add("strategy", f"戦略{n}") for n in range(5)]
    query = plan.audit
    with by(ledger, "鈴木", "観光課"):
        items[0].change(title="観光")  # the first after an import
    assert [each.rule for each in query().exceptions(mass=5)] == ["mass"]
    with by(ledger, "高橋", "商工課"):
        items[0].change(title="商工")
    (found,) = query().exceptions(mass=5).of("other_section")
    assert found.detail == "商工課 が 観光課 の行を変更"
    assert found.paths == (("商工",),)
    with by(ledger, "高橋", "商工課"):
        items[0].change(title="商工2")
    with ledger.acting(Person("田中", section="企画課"), on_behalf_of="商工課", reason="代理"):
        items[0].change(title="商工3")
    with by(ledger, "鈴木", None):
        items[0].change(title="所属のない人")
    assert len(query().exceptions(mass=5).of("other_section")) == 1
    # Whose the row is follows from everything before, whatever is asked for.
    assert len(query(actor="高橋").exceptions(mass=5).of("other_section")) == 1
    assert query(actor="鈴木").exceptions(mass=5).of("other_section") == ()


def test_many_changes_at_once(plan: Plan) -> None:
    item = plan["甲"].id
    changes = [Change(item, "overview", f"概要{n}") for n in range(100)]
    plan.ledger.record([Batch(Acting("係", reason="取込"), changes), Batch(Acting("係", reason="取込"), changes[:99])])
    found = plan.audit().exceptions().of("mass")
    assert [(each.events, each.detail) for each in found] == [(100, "100件")]
    assert len(plan.audit().exceptions(mass=99).of("mass")) == 2


def test_a_clock_that_runs_behind(plan: Plan, clock: Clock) -> None:
    clock.now = START - timedelta(hours=1)
    with by(plan.ledger, "鈴木", "企画課"):
        plan["甲"].change(budget="1")
    (found,) = plan.audit().exceptions().of("clock")
    assert "遅れ" in found.detail
    assert found.recorded_at >= START


def test_exceptions_in_every_format(plan: Plan, clock: Clock) -> None:
    with by(plan.ledger, "鈴木", "観光課", None):
        plan["甲"].change(budget="1")
    found = plan.audit().exceptions()
    told = json.loads(found.to_json())
    assert told["counts"] == {"blank_reason": 1, "after_hold": 1, "other_section": 1, "mass": 0, "clock": 0}
    for format in ("table", "md", "html", "csv"):
        assert "観光課" in str(render(found, format))
    assert "変更理由なし1件" in found.to_markdown()
    assert isinstance(render(found, "xlsx"), bytes)
    assert "例外一覧" in str(render(plan.audit(actor="田中").exceptions(), "table"))


def test_the_explanation_in_every_format(plan: Plan) -> None:
    explained = plan.audit(actor="田中", reason="当初").explain()
    assert "全件を読む段階：0" in str(render(explained, "table"))
    assert "reason" in explained.to_markdown()
    assert json.loads(explained.to_json())["full_scans"] == []
