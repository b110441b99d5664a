"""A ledger of every released format is read for ever: it verifies, and says what it said when it was made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import make_ledger
import pytest

from plan_ledger import Ledger
from plan_ledger.store import log
from plan_ledger.store.transaction import SqlRow

HERE = Path(__file__).parent
FORMATS = sorted(path.stem for path in HERE.glob("ledger_format_*.db"))


@pytest.fixture(params=FORMATS)
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copy(HERE / f"{request.param}.db", tmp_path / f"{request.param}.db"))


def test_there_is_a_golden_ledger_of_this_format() -> None:
    assert make_ledger.NAME in FORMATS


def test_a_golden_ledger_says_what_it_said(copy: Path) -> None:
    wanted = json.loads((HERE / f"{copy.stem}.json").read_text("utf-8"))
    with Ledger.open(copy) as ledger:
        assert make_ledger.described(ledger) == wanted
    assert wanted["ok"]


def test_a_golden_ledger_can_be_rebuilt_and_written_on(copy: Path) -> None:
    wanted = json.loads((HERE / f"{copy.stem}.json").read_text("utf-8"))
    with Ledger.open(copy) as ledger:
        ledger.rebuild()
        assert ledger.verify().head == wanted["head"]
        with ledger.acting("企画室"):
            plan = ledger.plans()[0]
            plan["案内板更新事業"].change(budget="6,000")
            plan.hold("第3回PT")
        verified = ledger.verify()
        assert verified
        for title, said in wanted["plans"].items():
            again = ledger.plan(title)
            assert [again.snapshot(at).digest for at in range(len(said["digests"]))] == said["digests"]


def test_the_same_steps_still_give_the_same_log_to_the_byte(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    make_ledger.make(tmp_path / "new")
    if copy.stem != make_ledger.NAME:
        pytest.skip("an older format")
    assert log_of(tmp_path / "new" / copy.name) == log_of(copy)


def log_of(path: Path) -> dict[str, list[SqlRow]]:
    """Every row of the log but the commands: a request's digest is of this version's own making."""
    with Ledger.open(path) as ledger, ledger.reading() as rows:
        return {
            table: rows.all(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {columns[0]}")
            for table, columns in log.LOG_TABLES.items()
            if table != "commands"
        }


def test_the_golden_ledger_holds_every_type_of_event(copy: Path) -> None:
    from plan_ledger.events.registry import EVENT_TYPES

    with Ledger.open(copy) as ledger, ledger.reading() as rows:
        there = {str(name).split("/")[0] for (name,) in rows.all("SELECT name FROM event_types")}
    if copy.stem == make_ledger.NAME:
        assert there == set(EVENT_TYPES)
