"""The doctor: a line for everything that was looked at, and what is wrong in the line that it belongs to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from forging import forge

from plan_ledger import Ledger
from plan_ledger.integrity.doctor import Examination

ALL = {
    "versions",
    "durability",
    "refusals",
    "database",
    "space",
    "clock",
    "zones",
    "log",
    "index",
    "editions",
}


def examined(path: Path) -> Examination:
    with Ledger.open(path, read_only=True) as ledger:
        return ledger.doctor()


def states(found: Examination) -> dict[str, str]:
    return {each.code: each.state for each in found.checks}


def test_a_ledger_that_is_well(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = examined(path)
    assert found
    assert states(found) == dict.fromkeys(ALL, "ok")
    assert len(str(found).splitlines()) == len(ALL)
    assert "○ 記録と連鎖：記録" in str(found)
    assert found.to_dict()["ok"] is True
    monkeypatch.setenv("PLAN_LEDGER_LANG", "en")
    assert "ok   clock: past the last record" in str(found.checks[0].__class__("clock", "ok", "past the last record"))
    assert "journal_mode=wal" in str(examined(path))


def test_a_trigger_that_was_taken_away(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER events_no_delete")
    found = examined(path)
    assert not found
    assert {code for code, state in states(found).items() if state != "ok"} == {"refusals"}
    assert "events_no_delete" in str(found)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE texts SET body = body || '。' WHERE position = (SELECT min(position) FROM texts)", "log"),
        ("UPDATE registers SET head = head + 1", "index"),
    ],
)
def test_what_verify_finds_stands_in_its_line(path: Path, statement: str, code: str) -> None:
    forge(path, statement)
    told = states(examined(path))
    assert told[code] == "fail"
    assert told["editions"] == "warn"


def test_a_clock_that_is_behind_is_a_warning(path: Path) -> None:
    with Ledger.open(path) as ledger:
        found = ledger.doctor(clock=lambda: datetime(2001, 1, 1, tzinfo=UTC))
    assert found, "nothing is lost by it"
    assert states(found)["clock"] == "warn"


def test_in_memory_there_is_no_file(tmp_path: Path) -> None:
    with Ledger.open() as ledger:
        found = ledger.doctor()
    assert found
    assert states(found).keys() == ALL - {"space"}
