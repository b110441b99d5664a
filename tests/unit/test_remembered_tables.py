"""What an open ledger remembers of tables: the same answers as a ledger opened afresh, whatever happened in between."""

from __future__ import annotations

import sqlite3
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pytest
from attrs import evolve

from plan_ledger import Ledger, Plan, PlanLedgerError
from plan_ledger.index import asof
from plan_ledger.queries.kept import PER_ITEM, Outline, Place, Table, Tables
from plan_ledger.store.errors import LedgerDamaged
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import FieldSpec
from plan_ledger.values.texts import REDACTED_TEXT


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "r5.db")
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with Ledger.open(url) as made, made.acting("企画室 主査", reason="当初"):
        plan = made.open_plan("計画", fiscal_year=2023)
        with made.batch():
            strategy = plan.add("strategy", "戦略1")
            kpi = plan.add("kpi", "KPI1", under=strategy)
            for number in (1, 2):
                measure = plan.add("measure", f"施策{number}", under=kpi)
                for project in range(1, 4):
                    plan.add("project", f"事業{number}-{project}", under=measure, budget="100", overview="概要")
        plan.hold("第1回PT", on="R5.5.1")
        yield made


@pytest.fixture
def plan(ledger: Ledger) -> Plan:
    return ledger.plan()


def _texts(plan: Plan, moment: Any, key: str) -> list[str]:
    return [item.text(key) for item in plan.snapshot(moment).level("project")]


# --- the same answers ---------------------------------------------------------------------------------------------


def _everything(plan: Plan) -> Iterator[tuple[str, Any]]:
    names = [None, *(meeting.name for meeting in plan.meetings())]
    for name in names:
        taken = plan.snapshot(name)
        yield f"{name}", {**taken.to_dict(), "withdrawn": [item.path for item in taken.withdrawn]}
        yield f"{name} today", plan.snapshot(name, known_at="now").to_dict()
        yield f"{name} part", plan.snapshot(name, scope=plan["施策1"]).to_dict()
        for other in names:
            yield f"{name} to {other}", plan.changes(name, other).to_dict()


def _step(plan: Plan, random: Random, number: int) -> None:
    item = plan[random.choice(plan.items("project")).id.hex]
    match random.randrange(9):
        case 0:
            item.withdraw()
        case 1:
            item.move(under=plan[random.choice(["施策1", "施策2"])])
        case 2:
            item.change(title=f"改称{number}")
        case 3:
            plan.add("project", f"新規{number}", under=plan["施策1"], budget="1")
        case 4:
            item.correct(budget=f"{number}", as_of="第1回PT")
        case 5:
            found = random.choice(plan.occurrences("概要"))
            plan.redact(found.position, reason="氏名")
        case 6:
            project = plan.schema.levels[-1]
            schema = evolve(
                plan.schema,
                levels=(
                    *plan.schema.levels[:-1],
                    evolve(project, fields=(*project.fields, FieldSpec(f"extra{number}", f"追加{number}"))),
                ),
            )
            plan.declare(schema)
        case _:
            item.change(budget=f"{number * 10}", overview="" if number % 3 else f"概要{number}")


@pytest.mark.parametrize("seed", range(3))
def test_the_answers_are_those_of_a_ledger_opened_afresh(ledger: Ledger, plan: Plan, url: str, seed: int) -> None:
    random = Random(seed)
    for number in range(2, 22):
        try:
            _step(plan, random, number)
        except PlanLedgerError:
            continue  # this step says nothing here
        if random.random() < 0.2:
            plan.hold(f"第{number}回PT")
        if random.random() < 0.3:
            dict(_everything(plan))
    remembered, again = dict(_everything(plan)), dict(_everything(plan))
    with Ledger.open(url, read_only=True) as fresh:
        for name, answer in _everything(fresh.plan()):
            assert remembered[name] == answer, name
            assert again[name] == answer, name


def test_a_table_is_read_once(ledger: Ledger, plan: Plan) -> None:
    first, second = plan.snapshot("第1回PT"), plan.snapshot("第1回PT")
    assert first.items is second.items
    with ledger.acting("企画室"):
        plan["事業1-1"].change(budget="200")
    assert plan.snapshot("第1回PT").items is first.items
    assert plan.snapshot().items is not first.items


def test_whoever_reads_an_answer_can_not_change_the_next_one(ledger: Ledger, plan: Plan) -> None:
    with ledger.acting("企画室", reason="更正"):
        plan["事業1-1"].change(budget="200")
    header: Any = plan.changes("第1回PT").entries[0].events[0].header
    header["reason"] = header["actor"]["id"] = "別"
    again = plan.changes("第1回PT").entries[0].events[0]
    assert (again.reason, again.header["reason"], again.actor.name) == ("更正", "更正", "企画室")


def test_what_differs_is_found_once(ledger: Ledger, plan: Plan) -> None:
    with ledger.acting("企画室"):
        plan["事業1-1"].change(budget="200")
        plan.hold("第2回PT")
    first, second = plan.changes("第1回PT", "第2回PT"), plan.changes("第1回PT", "第2回PT")
    assert first.entries is second.entries
    assert len(first) == 1
    part = plan.changes("第1回PT", "第2回PT", scope=plan["施策2"])
    assert not part.entries
    assert [entry.new for entry in plan.changes("第2回PT", "第1回PT")] == ["100"]
    with ledger.acting("企画室"):
        plan["事業2-1"].change(budget="300")
    assert plan.changes("第1回PT", "第2回PT").entries is first.entries
    assert len(plan.changes("第1回PT")) == 2


# --- what takes tables away ---------------------------------------------------------------------------------------


def test_a_text_that_somebody_else_destroys_is_gone(ledger: Ledger, plan: Plan, url: str) -> None:
    with ledger.acting("企画室"):
        plan["事業1-1"].change(overview="住民の山田さん")
        plan.hold("第2回PT")
        plan["事業1-1"].change(overview="相談")
    (position,) = (each.position for each in plan.occurrences("山田"))
    assert "住民の山田さん" in _texts(plan, "第2回PT", "overview")
    plan.changes("第1回PT", "第2回PT"), plan.changes("第2回PT")
    with Ledger.open(url) as other, other.acting("管理者", reason="住民の氏名"):
        other.redact(position)
    assert REDACTED_TEXT in _texts(plan, "第2回PT", "overview")
    for since, until in (("第1回PT", "第2回PT"), ("第2回PT", None)):
        (entry,) = plan.changes(since, until)
        assert REDACTED_TEXT in (entry.old, entry.new)
        assert "山田" not in str(plan.changes(since, until).to_dict())


def test_a_person_whom_somebody_else_erases_is_gone(ledger: Ledger, plan: Plan, url: str) -> None:
    with ledger.acting("鈴木", reason="更正"):
        plan["事業1-1"].change(budget="200")
    since = plan.changes("第1回PT")
    assert [entry.events[-1].actor.name for entry in since] == ["鈴木"]
    assert [row.actor.name for row in plan.history("事業1-1", "budget")] == ["企画室 主査", "鈴木"]
    with Ledger.open(url) as other, other.acting("管理者", reason="本人の請求"):
        other.erase_person("鈴木")
    assert [entry.events[-1].actor.name for entry in plan.changes("第1回PT", since.until.pair.known)] == [None]
    assert [row.actor.name for row in plan.history("事業1-1", "budget")] == ["企画室 主査", None]


def test_making_the_index_anew_forgets_everything(ledger: Ledger, plan: Plan) -> None:
    before, tables = plan.snapshot("第1回PT"), ledger.tables
    ledger.rebuild()
    assert ledger.tables is not tables
    after = plan.snapshot("第1回PT")
    assert after.items is not before.items
    assert after.to_dict() == before.to_dict()


def test_a_history_that_was_taken_back_and_went_on_otherwise_is_another(url: str, ledger: Ledger, plan: Plan) -> None:
    """As after a server was restored from an older copy: the same positions, other events."""
    tables = ledger.tables
    with ledger.reading() as rows:
        row = plan.row
        pair = Pair.of(ledger.head)
        place = tables.at(rows, row.no, pair)
        place.keep(Outline({}, [], {}))
        assert tables.at(rows, row.no, pair).outline() is not None

        class Otherwise:
            def one(self, sql: str, params: Any = ()) -> Any:
                found = rows.one(sql, params)
                assert found is not None
                return found[0], bytes(32)

        other: Any = Otherwise()
        assert tables.at(other, row.no, pair).outline() is None


def test_what_is_not_recorded_yet_is_not_remembered(ledger: Ledger, plan: Plan) -> None:
    with ledger.reading() as rows:
        place = ledger.tables.at(rows, plan.row.no, Pair(1 << 62, ledger.head + 5))
        place.keep(Outline({}, [], {}))
        assert place.outline() is None


# --- how much -----------------------------------------------------------------------------------------------------


def _kept(tables: Tables, name: int, size: int, redactions: int = 0) -> Place:
    place = Place(tables, redactions, (1, name, name, bytes(32)))
    place.keep(Outline({}, [], {}), size)
    return place


def test_the_tables_used_last_stay_within_the_limit() -> None:
    tables = Tables(limit=100)
    first, second = _kept(tables, 1, 40), _kept(tables, 2, 40)
    assert first.outline() is not None
    third = _kept(tables, 3, 40)
    assert second.outline() is None
    assert first.outline() is not None
    assert third.outline() is not None
    assert tables.size == 80
    assert _kept(tables, 4, 101).outline() is None
    _kept(tables, 3, 10)
    assert tables.size == 50


def test_a_reader_of_an_older_view_neither_finds_nor_keeps() -> None:
    tables = Tables()
    _kept(tables, 1, 1)
    newer = Place(tables, 1, (1, 1, 1, bytes(32)))
    assert newer.outline() is None
    newer.keep(Outline({}, [], {}))
    older = _kept(tables, 2, 1)
    assert older.outline() is None
    assert newer.outline() is not None


def test_the_estimate_is_no_less_than_what_a_table_takes(ledger: Ledger, plan: Plan) -> None:
    plan.snapshot()
    assert ledger.tables.size >= PER_ITEM * len(plan.snapshot())


def test_the_estimate_of_what_differs_is_no_less_than_what_it_takes(ledger: Ledger, plan: Plan) -> None:
    with ledger.acting("企画室", reason="更正"):
        for number, item in enumerate(plan.items("project")):
            plan[item.id.hex].change(overview=f"関係課と調整し、{number}月に実施する。" * 5, budget=f"{number}")
    plan.snapshot("第1回PT"), plan.snapshot()
    before = ledger.tables.size
    tracemalloc.start()
    try:
        found = plan.changes("第1回PT")
        for entry in found:
            assert entry.segments
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) == 12
    assert ledger.tables.size - before >= taken / 2


# --- many at once -------------------------------------------------------------------------------------------------


def test_threads_see_what_their_view_shows(ledger: Ledger, plan: Plan) -> None:
    """Readers of tables, of changes, and one who writes and redacts: each answer is whole, none shows what is gone."""
    gone: list[int] = []

    def reading() -> None:
        for _ in range(40):
            before = len(gone)
            taken = plan.snapshot()
            shown = sum(item.text("overview") == REDACTED_TEXT for item in taken)
            assert shown >= before
            assert len(taken) == 10
            plan.changes("第1回PT")

    def writing() -> None:
        with ledger.acting("管理者", reason="住民の氏名"):
            for item in plan.items("project"):
                cell = plan.snapshot().item(item.id)
                assert cell is not None
                plan.redact(cell["overview"].position)
                gone.append(1)

    with ThreadPoolExecutor(3) as threads:
        for done in [threads.submit(each) for each in (reading, reading, writing)]:
            done.result(60)
    assert _texts(plan, None, "overview") == [REDACTED_TEXT] * 6


# --- joined texts -------------------------------------------------------------------------------------------------


def test_a_text_that_nobody_can_record_is_told(tmp_path: Path) -> None:
    """A file that was tampered with: the character that separates texts stands in one of them."""
    path = tmp_path / "r5.db"
    with Ledger.open(path) as made, made.acting("企画室"):
        plan = made.open_plan("計画", fiscal_year=2023)
        plan.add("strategy", "戦略1")
    raw = sqlite3.connect(path)
    raw.execute("DROP TRIGGER texts_no_update")
    raw.execute("UPDATE texts SET body = body || char(31)")
    raw.commit()
    raw.close()
    with Ledger.open(path) as made, pytest.raises(LedgerDamaged):
        made.plan().snapshot()


def test_a_table_knows_its_texts_by_register(ledger: Ledger, plan: Plan) -> None:
    taken = plan.snapshot()
    with ledger.reading() as rows:
        table = ledger.tables.at(rows, plan.row.no, taken.moment.pair).table()
    assert isinstance(table, Table)
    assert sorted(table.by_register.values()) == sorted(text for item in taken for text in item.texts.values())


def test_a_long_range_is_read_in_portions(ledger: Ledger, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    with ledger.acting("企画室"):
        for number in range(12):
            plan["事業1-1"].change(budget=f"{number}", overview=f"概要{number}")
            plan["事業2-3"].change(budget=f"{number}")
    whole = [plan.changes(since).to_dict() for since in (0, "第1回PT")]
    monkeypatch.setattr(asof, "_PORTION", 5)
    ledger.forget_tables()
    assert [plan.changes(since).to_dict() for since in (0, "第1回PT")] == whole
