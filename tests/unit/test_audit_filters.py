"""The audit's filters: each lists what a naive reading of every row says, alone and together; each runs on an index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from plan_ledger import Acting, AuditRow, Batch, Change, Ledger, Person, Plan
from plan_ledger.ledger.audit_words import BadPageToken, UnknownKind, UnknownSection
from plan_ledger.ledger.errors import UnknownActor, UnknownBatch, UnknownItem
from plan_ledger.queries.audit_narrow import FilterDoesNotFit
from plan_ledger.values.naming import UnknownLevel

START = datetime(2023, 6, 1, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture(scope="module")
def plan() -> Iterator[Plan]:
    with Ledger.open(clock=Clock()) as ledger:
        with ledger.acting("企画課 田中", section="企画課", reason="当初"):
            plan = ledger.open_plan("計画", fiscal_year=2023)
            strategy = plan.add("strategy", "戦略1")
            kpi = plan.add("kpi", "KPI1", under=strategy)
            for number in (1, 2):
                measure = plan.add("measure", f"施策{number}", under=kpi)
                for each in ("甲", "乙"):
                    plan.add("project", f"{each}{number}", under=measure, budget="1,000", overview="初めの概要")
            plan.hold("第1回PT")
        tourism = Person("鈴木", id="u1", section="観光課")
        with ledger.acting(tourism, reason="照会への回答", approver="部長", approval="観第12号"):
            plan["甲1"].change(budget="1,500", source="９月補正予算書 p.12")
            plan["甲2"].change(overview="")
        with ledger.acting("企画課 田中", section="企画課", on_behalf_of="商工課", reason="代理入力"):
            plan["乙1"].change(budget="900", title="乙1の新しい名")
        with ledger.acting(Person("鈴木", id="u1", section="商工課"), reason="異動後"):
            plan["乙2"].withdraw()
            plan["乙2"].restore()
            receipt = plan["甲2"].change(budget="未定")
        with ledger.acting("企画課 田中", section="企画課"):
            plan.hold("第2回PT")
            plan["甲1"].move(under="施策2")
            assert receipt.first is not None
            plan.undo(receipt.first)
            plan.rename_meeting("第2回PT", "第2回プロジェクトチーム")
        yield plan


def positions(rows: Any) -> list[int]:
    return [row.position for row in rows]


def naive(plan: Plan, keep: Callable[[AuditRow], bool]) -> list[int]:
    return [row.position for row in plan.audit() if keep(row)]


FILTERS: dict[str, tuple[dict[str, Any], Callable[[AuditRow], bool]]] = {
    "actor": ({"actor": "鈴木"}, lambda row: row.actor.name == "鈴木"),
    "host id": ({"actor": "u1"}, lambda row: row.actor.id == "u1"),
    "recorder or author": ({"actor": "商工課"}, lambda row: row.author is not None),
    "section then": ({"section": "観光課"}, lambda row: row.actor.section == "観光課"),
    "section later": ({"section": "商工課"}, lambda row: row.actor.section == "商工課"),
    "author": ({"author": "商工課"}, lambda row: row.author is not None and row.author.name == "商工課"),
    "approver": ({"approver": "部長"}, lambda row: row.approver is not None),
    "approval": ({"approval": "観第12号"}, lambda row: row.approval == "観第12号"),
    "item": ({"item": "施策2"}, lambda row: "施策2" in row.path),
    "one item": ({"item": "甲2"}, lambda row: row.path[-1] == "甲2"),
    "level": ({"level": "事業"}, lambda row: row.level == "project"),
    "level by key": ({"level": "measure"}, lambda row: row.level == "measure"),
    "field": ({"field": "予算額"}, lambda row: row.field == "budget"),
    "title on every level": ({"field": "title"}, lambda row: row.field == "title"),
    "place": ({"field": "place"}, lambda row: row.action in ("placed", "moved")),
    "added": ({"kind": "追加"}, lambda row: row.action == "added"),
    "withdrawn or restored": (
        {"kind": ("withdrawn", "掲載再開")},
        lambda row: row.action in ("withdrawn", "restored"),
    ),
    "moved": ({"kind": "moved"}, lambda row: row.action == "moved"),
    "renamed": ({"kind": "名称変更"}, lambda row: row.field == "title" and row.old != ""),
    "emptied": ({"kind": "emptied"}, lambda row: row.field is not None and row.new == ""),
    "changed": ({"kind": "changed"}, lambda row: row.kind == "changed"),
    "undo": ({"kind": "undo"}, lambda row: row.undoes is not None),
    "reason": ({"reason": "回答"}, lambda row: "回答" in (row.reason or "")),
    "source, whatever its width": ({"source": "9月補正"}, lambda row: "９月補正" in (row.source or "")),
    "value": ({"value": "新しい名"}, lambda row: "新しい名" in row.new),
    "value before": ({"value": "未定"}, lambda row: "未定" in row.old + row.new),
    "since": ({"since": "第1回PT"}, lambda row: row.edition != "第1回PT"),
}


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_a_filter_lists_what_a_naive_reading_finds(plan: Plan, name: str) -> None:
    filters, keep = FILTERS[name]
    found = positions(plan.audit(**filters))
    assert found == naive(plan, keep)
    assert found
    assert plan.audit(**filters).count() == len(found)
    assert positions(plan.audit(**filters, sort="desc")) == found[::-1]
    assert positions(plan.audit(**filters, limit=2)) == found[:2]


@given(st.lists(st.sampled_from(sorted(FILTERS)), min_size=2, max_size=4, unique=True))
def test_filters_go_together(plan: Plan, names: list[str]) -> None:
    filters: dict[str, Any] = {}
    keeps: list[Callable[[AuditRow], bool]] = []
    for name in names:
        own, keep = FILTERS[name]
        if not own.keys() & filters.keys():
            filters |= own
            keeps.append(keep)
    expected = naive(plan, lambda row: all(keep(row) for keep in keeps))
    assert positions(plan.audit(**filters)) == expected
    assert plan.audit(**filters).count() == len(expected)


def test_amounts_that_moved(plan: Plan) -> None:
    def moved(yen: int) -> list[tuple[str, str]]:
        return [(row.old, row.new) for row in plan.audit(moved_by=yen, since="第1回PT")]

    assert moved(0) == [("1,000", "1,500"), ("1,000", "900")]
    assert moved(100_000) == [("1,000", "1,500")]
    assert moved(499_999) == [("1,000", "1,500")]
    assert moved(500_000) == []
    assert len(list(plan.audit(moved_by=999_999))) == 4  # from nothing to a million


def test_a_batch(plan: Plan) -> None:
    for row in plan.audit(since="第1回PT"):
        same = positions(plan.audit(batch=row.position))
        assert row.position in same
        assert same == naive(plan, lambda each, batch=row.batch: each.batch == batch)  # type: ignore[misc]


def test_every_page_follows_the_one_before(plan: Plan) -> None:
    for sort in ("asc", "desc"):
        query = plan.audit().acts().sort(sort)  # type: ignore[arg-type]
        everything = positions(query)
        paged: list[int] = []
        token: str | None = None
        while True:
            page = query.after(token).page(3)
            paged += positions(page)
            token = page.next
            if token is None:
                break
        assert paged == everything


def test_a_query_is_a_value(plan: Plan) -> None:
    query = plan.audit().since("第1回PT")
    narrowed = query.field("budget").actor("鈴木").limit(1)
    assert len(list(query)) > len(list(narrowed)) == 1
    assert positions(narrowed) == positions(plan.audit(since="第1回PT", field="budget", actor="鈴木", limit=1))
    assert "budget" in repr(narrowed)


def test_acts_are_listed_when_asked_for(plan: Plan) -> None:
    assert {row.item is None for row in plan.audit()} == {False}
    acts = [(row.kind, row.path) for row in plan.audit().acts() if row.item is None]
    assert ("meeting_held", ("第1回PT",)) in acts
    assert ("plan_opened", ("計画",)) in acts
    assert [row.kind for row in plan.audit(kind="資料確定")] == ["meeting_held", "meeting_held"]
    assert [row.path for row in plan.audit(kind="meeting_renamed")] == [("第2回プロジェクトチーム",)]
    held = plan.audit(kind="資料確定", actor="企画課").rows()
    assert len(held) == 2
    assert plan.audit(kind="資料確定", actor="鈴木").count() == 0
    assert [row.batch for row in held] == positions(held)


def test_a_schema_that_is_revised_is_always_listed() -> None:
    from attrs import evolve

    with Ledger.open() as ledger, ledger.acting("管理者", reason="欄名の見直し"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        assert list(plan.audit()) == []
        level = plan.schema.levels[-1]
        fields = tuple(evolve(spec, label="事業費") if spec.key == "budget" else spec for spec in level.fields)
        plan.declare(evolve(plan.schema, levels=(*plan.schema.levels[:-1], evolve(level, fields=fields))))
        (row,) = plan.audit()
        assert (row.kind, row.reason, row.item) == ("schema_declared", "欄名の見直し", None)
        assert list(plan.audit(field="事業費")) == []
        assert list(plan.audit().acts(False)) == []


def test_a_redacted_text_is_told_with_its_item() -> None:
    with Ledger.open() as ledger, ledger.acting("管理者", reason="個人名のため"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        item = plan.add("strategy", "山田太郎")
        item.change(title="戦略")
        wrong = next(row.position for row in plan.audit(field="title"))
        ledger.redact(wrong)
        assert [row.new for row in plan.audit(field="title")] == ["抹消済", "戦略", "抹消済"]
        (row,) = plan.audit(kind="抹消")
        assert (row.item, row.field, row.reason) == (item.id, "title", "個人名のため")
        assert list(plan.audit(kind="抹消", level="事業")) == []
        assert plan.audit(item=item, kind="抹消").count() == 1


def test_by_the_table_in_which_it_counts() -> None:
    with Ledger.open() as ledger, ledger.acting("企画課"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        item = plan.add("strategy", "戦略1")
        plan.hold("第1回PT")
        item.change(title="戦略2")
        plan.hold("第2回PT")
        plan["戦略2"].correct(as_of="第1回PT", title="戦略一")
        plan.hold("第3回PT")
        counting = [(row.kind, row.new) for row in plan.audit(field="title").effective(until="第1回PT")]
        assert counting == [("changed", "戦略1"), ("corrected", "戦略一")]
        assert [row.new for row in plan.audit(field="title").effective("第1回PT", "第2回PT")] == ["戦略2"]
        assert [row.new for row in plan.audit(kind="訂正")] == ["戦略一"]
        assert [row.new for row in plan.audit(kind="訂正", actor="企画課").effective(until="第1回PT")] == ["戦略一"]


def test_a_row_says_by_which_table_it_was_handed_out(plan: Plan) -> None:
    names = {row.edition for row in plan.audit()}
    assert names == {"第1回PT", "第2回プロジェクトチーム", None}
    with Ledger.open() as ledger, ledger.acting("企画課"):
        other = ledger.open_plan("計画", fiscal_year=2023)
        one = other.add("strategy", "戦略1")
        two = other.add("strategy", "戦略2")
        other.hold("第1回戦略2PT", scope=two)
        other.hold("第1回PT")
        one.change(title="戦略い")
        other.reissue("第1回PT")
        two.change(title="戦略ろ")
        found = [(row.new, row.edition) for row in other.audit(field="title")]
        assert found == [
            ("戦略1", "第1回PT"),
            ("戦略2", "第1回戦略2PT"),
            ("戦略い", "第1回PT#2"),
            ("戦略ろ", None),
        ]


def test_everything_about_a_row(plan: Plan) -> None:
    row = next(iter(plan.audit(approver="部長")))
    found = row.to_dict()
    assert found["approver"]["name"] == "部長"
    assert found["approval"] == "観第12号"
    assert (found["actor"]["id"], found["actor"]["section"]) == ("u1", "観光課")
    assert found["hash"] == row.hash.hex()
    assert len(row.hash) == 32
    assert found["level"] == "project"
    assert found["batch"] == plan.ledger.receipt(row.position).batch
    assert found["recorded_at"].endswith("+09:00")
    (undone,) = plan.audit(kind="取消")
    assert undone.undoes is not None
    assert positions(plan.audit(batch=undone.undoes))


@pytest.mark.parametrize(
    ("filters", "error"),
    [
        ({"section": "財政課"}, UnknownSection),
        ({"approver": "知事"}, UnknownActor),
        ({"kind": "消去"}, UnknownKind),
        ({"level": "章"}, UnknownLevel),
        ({"item": "丙"}, UnknownItem),
        ({"batch": 10_000}, UnknownBatch),
        ({"after": "次"}, BadPageToken),
        ({"after": "9" * 40}, BadPageToken),
    ],
)
def test_what_is_unknown_is_told_at_once(plan: Plan, filters: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        plan.audit().where(**filters)


def test_all_plans_at_once() -> None:
    with Ledger.open() as ledger:
        with ledger.acting("企画課", section="企画課"):
            for title in ("甲計画", "乙計画"):
                plan = ledger.open_plan(title, fiscal_year=2023)
                plan.add("strategy", f"{title}の戦略")
        with ledger.acting("観光課"):
            ledger.plan("乙計画")["乙計画の戦略"].change(title="新しい戦略")
        rows = list(ledger.audit())
        assert positions(rows) == sorted(positions(rows))
        assert {row.plan_name for row in rows} == {"甲計画", "乙計画"}
        assert len(rows) == sum(len(list(plan.audit())) for plan in ledger.plans()) == ledger.audit().count()
        assert [row.new for row in ledger.audit(actor="観光課")] == ["新しい戦略"]
        assert [row.path for row in ledger.audit(item="甲計画の戦略", field="title")] == [("甲計画の戦略",)]
        assert positions(ledger.audit(sort="desc", limit=3)) == positions(rows)[::-1][:3]
        with pytest.raises(UnknownItem):
            ledger.audit(item="丙")
        assert len(positions(ledger.audit().acts())) == len(set(positions(ledger.audit().acts())))


INDEXED = [
    {"actor": "鈴木"},
    {"section": "観光課"},
    {"author": "商工課"},
    {"approver": "部長"},
    {"item": "甲1"},
    {"item": "甲1", "field": "budget"},
    {"level": "measure"},
    {"field": "budget"},
    {"field": "title"},
    {"kind": "moved"},
    {"kind": "corrected"},
    {"since": "第1回PT"},
    {"until": "第1回PT"},
    {"effective_since": "第1回PT"},
    {"effective_until": "第1回PT"},
    {"batch": 5},
    {"moved_by": 1000},
    {"actor": "鈴木", "approver": "部長"},
    {"actor": "鈴木", "field": "budget", "since": "第1回PT", "sort": "desc"},
    {"actor": "鈴木", "effective_until": "第1回PT"},
]


@pytest.mark.parametrize("filters", INDEXED, ids=lambda filters: "+".join(filters))
def test_a_filter_runs_on_an_index(plan: Plan, filters: dict[str, Any]) -> None:
    explained = plan.audit(**filters).explain()
    assert explained.full_scans == ()
    assert any("SEARCH" in step for step in explained.steps)


def test_words_are_looked_for_in_what_the_other_filters_leave(plan: Plan) -> None:
    explained = plan.audit(actor="鈴木", reason="回答", value="概要").explain()
    assert explained.row_by_row == ("reason", "value")
    assert explained.full_scans == ()


def test_the_same_filters_on_a_change_set(plan: Plan) -> None:
    whole = plan.changes("第1回PT", "第2回プロジェクトチーム")
    budgets = plan.audit(field="予算額").changes("第1回PT", "第2回プロジェクトチーム")
    assert {entry.field for entry in budgets} == {"budget"}
    assert 0 < len(budgets) < len(whole)
    by = plan.audit(actor="鈴木").changes("第1回PT", "第2回プロジェクトチーム")
    assert {cause.actor.name for entry in by for cause in entry.events} == {"鈴木"}
    below = plan.audit(item="甲2").changes("第1回PT", "第2回プロジェクトチーム")
    assert {entry.title for entry in below} == {"甲2"}
    assert [e.new for e in plan.audit(moved_by=100_000).changes("第1回PT")] == ["1,500"]
    with pytest.raises(FilterDoesNotFit, match="kind"):
        plan.audit(kind="moved").changes("第1回PT")


def test_the_same_filters_on_a_snapshot(plan: Plan) -> None:
    taken = plan.audit(item="甲2").snapshot("第1回PT")
    assert [item.title for item in taken] == ["戦略1", "KPI1", "施策2", "甲2"]
    measures = plan.audit(level="施策").snapshot()
    assert [item.title for item in measures] == ["戦略1", "KPI1", "施策1", "施策2"]
    budgets = plan.audit(field="budget").snapshot("第1回PT")
    assert {key for item in budgets for key in item.fields} == {"title", "budget"}
    with pytest.raises(FilterDoesNotFit):
        plan.audit(actor="鈴木").snapshot()


def test_many_people_of_one_section() -> None:
    with Ledger.open() as ledger:
        with ledger.acting("企画課"):
            plan = ledger.open_plan("計画", fiscal_year=2023)
            item = plan.add("strategy", "戦略")
        ledger.record(
            Batch(Acting(Person(f"職員{n}", section="観光課")), [Change(item.id, "title", f"戦略{n}")])
            for n in range(150)
        )
        assert len(list(plan.audit(section="観光課"))) == 150
        assert plan.audit(section="観光課", field="title", limit=10).count() == 150
