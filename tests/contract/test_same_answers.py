"""Every query gives the same on both back ends, for a ledger with every kind of event in it; and so does a copy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, get_args

import pytest

from plan_ledger import Ledger, Plan, PlanLedgerError
from plan_ledger.index.rebuild import dump_rows
from plan_ledger.integrity.transfer import dump_lines
from plan_ledger.ledger.copying import CopyRefused
from plan_ledger.ledger.loading import LedgerExists
from plan_ledger.queries.audit_answers import Grouping
from plan_ledger.store import log
from plan_ledger.store.errors import NoFileBackup
from plan_ledger.testing.clock import CountingIds, CountingSalts, SteppingClock
from plan_ledger.testing.servers import PostgresServer

_MAKE = Path(__file__).parents[1] / "golden" / "make_ledger.py"


def _fill() -> Callable[[Ledger, SteppingClock], None]:
    spec = spec_from_file_location("make_ledger", _MAKE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.fill  # type: ignore[no-any-return]


def _filled(url: str) -> Ledger:
    """The golden ledger, with corrections and a redaction."""
    clock = SteppingClock()
    ledger = Ledger.open(url, clock=clock, ids=CountingIds(), salts=CountingSalts())
    _fill()(ledger, clock)
    plan = ledger.plans()[0]
    with ledger.acting("観光課", reason="正誤"):
        plan["案内板更新事業"].correct(budget="4,999", as_of="第1回PT")
        plan.redact(ledger.head)
    return ledger


@pytest.fixture
def pair(postgres_url: str) -> Iterator[tuple[Ledger, Ledger]]:
    with _filled(":memory:") as one, _filled(postgres_url) as other:
        yield one, other


def _plain(value: Any) -> Any:
    return value.to_dict() if hasattr(value, "to_dict") else str(value)


def _audits(plan: Plan) -> Iterator[tuple[str, Any]]:
    """Every filter and grouping; one that this plan has nothing for gives its error."""
    asked: dict[str, Callable[[], Any]] = {
        "all": lambda: plan.audit().rows(),
        "actor": lambda: plan.audit(actor="観光課").rows(),
        "author": lambda: plan.audit().author("商工課").rows(),
        "approver": lambda: plan.audit().approver("課長").rows(),
        "section": lambda: plan.audit().section("企画室").rows(),
        "kind": lambda: plan.audit().kind("changed").rows(),
        "value": lambda: plan.audit().value("４").rows(),
        "moved by": lambda: plan.audit().moved_by(100).rows(),
        "reason": lambda: plan.audit().reason("回答").rows(),
        "source": lambda: plan.audit().source("p.3").rows(),
        "moments": lambda: plan.audit().since("第1回PT").until("now").sort("desc").limit(5).rows(),
        "effective": lambda: plan.audit().effective(since="第1回PT").rows(),
        "acts": lambda: plan.audit().acts().rows(),
        "page": lambda: [plan.audit().page(3)],
        "count": lambda: [plan.audit().count()],
        "exceptions": lambda: [plan.audit().exceptions(mass=2)],
        **{f"by {by}": _grouped(plan, by) for by in get_args(Grouping)},
    }
    for name, ask in asked.items():
        try:
            yield name, [_plain(each) for each in ask()]
        except PlanLedgerError as error:
            yield name, error.to_dict()


def _grouped(plan: Plan, by: Grouping) -> Callable[[], Any]:
    return lambda: [plan.audit().group_by(by)]


def _answers(ledger: Ledger) -> Iterator[tuple[str, Any]]:
    for plan in ledger.plans():
        name = plan.title
        moments: list[Any] = [None, 0, 5, ledger.head, "2023-06-01"]
        moments += [f"{each.name}#{n.number}" for each in plan.meetings() for n in each.editions]
        for at in moments:
            for known in (None, "now"):
                yield f"{name} snapshot {at} {known}", plan.snapshot(at, known_at=known).to_json()
            yield f"{name} changes {at}", plan.changes(at or 0).to_json()
        for item in plan.items():
            yield f"lineage {item.id}", _plain(item.lineage())
            for field in item.now().fields:
                yield f"history {item.id} {field}", [row.to_dict() for row in item.history(field)]
                yield f"blame {item.id} {field}", _plain(item.blame(field))
        yield from ((f"{name} {key}", answer) for key, answer in _audits(plan))
        yield f"{name} meetings", [meeting.to_dict() for meeting in plan.meetings(annulled=True)]
        yield f"{name} occurrences", [str(each) for each in plan.occurrences("案内")]
        yield f"{name} elapsed", _plain(plan.elapsed())
    yield "follow", [str(entry) for entry in ledger.follow(0, wait=False)]
    yield "actors", [str(actor) for actor in ledger.actors()]
    yield "verify", ledger.verify().to_dict()
    with ledger.reading() as rows:
        yield "dump", list(dump_lines(rows))
        yield "index", dump_rows(rows)


def test_every_answer_is_the_same(pair: tuple[Ledger, Ledger]) -> None:
    one, other = pair
    expected, found = dict(_answers(one)), dict(_answers(other))
    assert len(expected) > 80
    assert list(found) == list(expected)
    for name, answer in expected.items():
        if isinstance(answer, str) and answer.startswith("{"):
            assert json.loads(found[name]) == json.loads(answer), name
        assert found[name] == answer, name


def _same_log(one: Ledger, other: Ledger) -> None:
    with one.reading() as rows, other.reading() as others:
        for table, columns in log.LOG_TABLES.items():
            assert list(log.table_rows(rows, table, columns, 100)) == list(
                log.table_rows(others, table, columns, 100)
            ), table
        assert dump_rows(rows) == dump_rows(others)


def test_a_copy_is_the_same_ledger_there_and_back(
    pair: tuple[Ledger, Ledger], postgres_server: PostgresServer, tmp_path: Path
) -> None:
    file = tmp_path / "copy.db"
    with postgres_server.schema() as url:
        copied = pair[0].copy_to(url)
        assert (copied.events, copied.head) == (pair[0].head, pair[0].verify().head)
        with Ledger.open(url) as there:
            _same_log(pair[0], there)
            there.copy_to(file)
            with Ledger.open(file) as back, back.acting("企画室"):
                _same_log(pair[0], back)
                back.plans()[0]["案内板更新事業"].change(budget="1")
                assert back.verify()
        with pytest.raises(LedgerExists):
            pair[0].copy_to(url)
        with pytest.raises(LedgerExists):
            pair[0].copy_to(file)
        with Ledger.open(url, read_only=True) as untouched:
            assert untouched.verify().head == copied.head


def test_a_copy_of_a_damaged_ledger_is_not_kept(
    pair: tuple[Ledger, Ledger], postgres_server: PostgresServer, tmp_path: Path
) -> None:
    damaged = pair[0]
    with damaged.store.writing() as tx:
        tx.run("DROP TRIGGER texts_no_update")
        tx.run("UPDATE texts SET body = 'x' WHERE position = (SELECT min(position) FROM texts)")
    file = tmp_path / "copy.db"
    with pytest.raises(CopyRefused):
        damaged.copy_to(file)
    assert not list(tmp_path.iterdir())
    with postgres_server.schema() as url:
        with pytest.raises(CopyRefused):
            damaged.copy_to(url)
        with Ledger.open(url) as fresh:
            assert fresh.head == 0


def test_dump_and_load_work_on_a_server_too(
    pair: tuple[Ledger, Ledger], postgres_server: PostgresServer, tmp_path: Path
) -> None:
    other = pair[1]
    dumped = tmp_path / "r5.jsonl"
    other.dump(dumped)
    with Ledger.load(dumped, tmp_path / "loaded.db") as loaded:
        _same_log(other, loaded)
    with postgres_server.schema() as url:
        with Ledger.load(dumped, url) as loaded:
            _same_log(other, loaded)
        with pytest.raises(LedgerExists):
            Ledger.load(dumped, url)
    with pytest.raises(NoFileBackup, match="pg_dump"):
        other.backup(tmp_path / "backup")
