"""Anchors: whatever is written over any cell of the log, taken out, put in, cut off or forged as a whole is found."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from forging import forge, others, rechain

from plan_ledger import Ledger, PlanLedgerError
from plan_ledger.integrity.anchor import Anchor, read_anchor
from plan_ledger.integrity.errors import NotAnAnchor, SealRefused
from plan_ledger.integrity.findings import Verification
from plan_ledger.store.log import LOG_TABLES
from plan_ledger.store.mapper import commitment
from plan_ledger.testing.clock import deterministic_ledger

TABLES = {"ledger": ("id", "uuid", "format", "created_at"), **LOG_TABLES}


@pytest.fixture
def anchor(path: Path) -> Anchor:
    with Ledger.open(path) as ledger:
        return ledger.seal()


@pytest.fixture
def editor(path: Path, anchor: Anchor) -> Iterator[sqlite3.Connection]:
    """A connection that writes past the triggers, in the ledger that was sealed."""
    forge(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        yield connection


def verified(path: Path, anchor: Anchor | None) -> Verification | None:
    """What verify says; None where the ledger can't even be opened."""
    try:
        with Ledger.open(path) as ledger:
            return ledger.verify(anchor)
    except PlanLedgerError:
        return None


def codes(found: Verification | None) -> set[str]:
    return set() if found is None else {each.code for each in found.findings}


def test_an_anchor_survives_being_written_down_and_fits_later_states(
    path: Path, anchor: Anchor, tmp_path: Path
) -> None:
    file = tmp_path / "封印.json"
    file.write_text(anchor.to_json(), encoding="utf-8")
    assert read_anchor(file) == anchor
    with Ledger.open(path) as ledger:
        assert ledger.verify(file).anchored == anchor.position == ledger.head
        with ledger.acting("観光課"):
            ledger.plan()["事業1"].change(budget="300")
            with ledger.batch(key="受付3"):
                ledger.plan()["事業1"].change(budget="300")
        found = ledger.verify(anchor)
        assert found
        assert found.anchored == anchor.position < ledger.head
        assert f"記録番号{anchor.position}まで" in str(found)
        assert found.to_dict()["anchored"] == anchor.position


def test_a_meeting_is_sealed_with_its_digest(path: Path) -> None:
    with Ledger.open(path) as ledger:
        plan = ledger.plan()
        sealed = plan.seal("第1回PT")
        assert sealed.meeting is not None
        assert sealed.meeting.digest == plan.meeting("第1回PT").editions[-1].digest
        assert [each.meeting for each in sealed.editions] == ["第1回PT", "第2回PT"]
        assert json.loads(sealed.to_json())["meeting"]["digest"] == sealed.meeting.digest
        with pytest.raises(PlanLedgerError, match="第9回PT"):
            plan.seal("第9回PT")


def test_what_is_not_as_it_was_recorded_is_not_sealed(path: Path) -> None:
    forge(path, "UPDATE texts SET body = body || '。' WHERE position = (SELECT min(position) FROM texts)")
    with Ledger.open(path) as ledger:
        with pytest.raises(SealRefused):
            ledger.seal()
        assert ledger.seal(check=False).position == ledger.head


@pytest.mark.parametrize("table", list(TABLES))
def test_any_other_value_in_any_cell_of_the_log_is_found(
    path: Path, anchor: Anchor, editor: sqlite3.Connection, table: str
) -> None:
    """Of each column a few rows; all rows, and each byte of what is bytes, under ``-m nightly`` below."""
    _tamper(path, anchor, editor, table, rows=3, every_byte=False)


@pytest.mark.nightly
@pytest.mark.parametrize("table", list(TABLES))
def test_any_byte_in_any_cell_of_the_log_is_found(
    path: Path, anchor: Anchor, editor: sqlite3.Connection, table: str
) -> None:
    _tamper(path, anchor, editor, table, rows=10_000, every_byte=True)


def _tamper(path: Path, anchor: Anchor, editor: sqlite3.Connection, table: str, *, rows: int, every_byte: bool) -> None:
    columns = TABLES[table]
    keys = columns[:2] if table == "profiles" else columns[:1]
    where = " AND ".join(f"{key} = ?" for key in keys)
    found = editor.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
    picked = found if len(found) <= rows else [found[0], found[len(found) // 2], found[-1]]
    for row in picked:
        for column, value in zip(columns, row, strict=True):
            for other in (*others(value), *(_bytes_of(value) if every_byte else ())):
                if other == value:
                    continue
                key = tuple(other if name == column else row[columns.index(name)] for name in keys)
                try:
                    editor.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (other, *row[: len(keys)]))
                except (sqlite3.IntegrityError, sqlite3.OperationalError):
                    continue  # the database itself holds no such value
                told = verified(path, anchor)
                assert told is None or told.findings, (table, row, column, other)
                assert told is None or told.anchored is None
                editor.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (value, *key))
    assert verified(path, anchor)


def _bytes_of(value: object) -> Iterator[object]:
    rng = random.Random(3)
    if isinstance(value, bytes):
        for at in range(len(value)):
            yield bytes([*value[:at], value[at] ^ (1 << rng.randrange(8)), *value[at + 1 :]])


@pytest.mark.parametrize("table", list(LOG_TABLES))
def test_any_row_taken_out_or_put_in_is_found(
    path: Path, anchor: Anchor, editor: sqlite3.Connection, table: str
) -> None:
    columns = LOG_TABLES[table]
    marks = ", ".join("?" * len(columns))
    every = editor.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
    for row in every[:: max(1, len(every) // 5)]:
        where = " AND ".join(f"{column} IS ?" for column in columns)
        editor.execute(f"DELETE FROM {table} WHERE {where}", row)
        assert codes(verified(path, anchor)), (table, row)
        editor.execute(f"INSERT INTO {table} VALUES ({marks})", row)
    first = every[0]
    new = {int: 999, str: "偽", bytes: bytes(16)}[type(first[0])]
    extra = [new, *first[1:]]
    if table in ("streams", "event_types", "headers"):
        extra[1] = {str: "偽/1", bytes: b"0123456789abcdef"}[type(first[1])]
    if table == "events":
        extra[2] = 999
    editor.execute(f"INSERT INTO {table} VALUES ({marks})", extra)
    assert codes(verified(path, anchor)), table


def test_any_two_neighbouring_events_swapped_are_found(path: Path, anchor: Anchor, editor: sqlite3.Connection) -> None:
    last = editor.execute("SELECT max(position) FROM events").fetchone()[0]
    for position in range(1, last, 3):
        steps = ((position, -1), (position + 1, position), (-1, position + 1))
        for _ in range(2):
            for old, new in steps:
                editor.execute("UPDATE events SET position = ? WHERE position = ?", (new, old))
            if _ == 0:
                assert codes(verified(path, anchor)), position
    assert verified(path, anchor)


def _cut(editor: sqlite3.Connection, after: int) -> None:
    """Take away everything after a position that an event refers to, as somebody would who hides that it was there."""
    editor.execute("DELETE FROM events WHERE position > ?", (after,))
    editor.execute("DELETE FROM texts WHERE position > ?", (after,))
    editor.execute("DELETE FROM redactions WHERE redacted_by > ?", (after,))
    editor.execute("DELETE FROM erasures WHERE erased_by > ?", (after,))
    for table, column in (("streams", "stream"), ("headers", "header"), ("event_types", "type")):
        editor.execute(f"DELETE FROM {table} WHERE no NOT IN (SELECT {column} FROM events)")
    editor.execute("DELETE FROM commands WHERE id NOT IN (SELECT command FROM events WHERE command IS NOT NULL)")


def _held_on_to(path: Path, anchor: Anchor, cut: int) -> None:
    with Ledger.open(path) as ledger:
        ledger.rebuild()
        assert ledger.verify(), "a log that is consistent again can't be told from a true one without an anchor"
        told = ledger.verify(anchor)
        assert not told
        assert {each.code for each in told.findings} >= {"cut_off"}
        assert told.first_broken == anchor.position
        assert ledger.head == cut


def test_a_tail_cut_off_with_all_its_rows_is_found_only_with_an_anchor(tmp_path: Path) -> None:
    path = tmp_path / "r5.db"
    with deterministic_ledger(path) as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        plan.add("strategy", "戦略1")
        kept = ledger.head
        plan["戦略1"].change(title="戦略1改")
        anchor = ledger.seal()
    forge(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as editor:
        _cut(editor, kept)
    _held_on_to(path, anchor, kept)


def test_a_chain_forged_as_a_whole_is_found_only_with_an_anchor(path: Path, anchor: Anchor, tmp_path: Path) -> None:
    """A text of the past is another one: commitment, every hash and the index are made anew to fit."""
    forged = Path(shutil.copy(path, tmp_path / "forged.db"))
    forge(forged)
    with closing(sqlite3.connect(forged, isolation_level=None)) as editor:
        position, salt = editor.execute("SELECT position, salt FROM texts WHERE body = '継続'").fetchone()
        payload = editor.execute("SELECT payload FROM events WHERE position = ?", (position,)).fetchone()[0]
        told = {**json.loads(payload), "text": commitment(salt, "中止")}
        editor.execute("UPDATE texts SET body = '中止' WHERE position = ?", (position,))
        editor.execute(
            "UPDATE events SET payload = ? WHERE position = ?",
            (json.dumps(told, separators=(",", ":")).encode(), position),
        )
        rechain(editor)
    assert verified(forged, None), "the stated limit: without an anchor a consistent forgery passes"
    assert codes(verified(forged, anchor)) == {"anchor"}
    assert verified(path, anchor)


def test_the_anchor_of_another_ledger_does_not_fit(path: Path) -> None:
    with Ledger.open() as other, Ledger.open(path) as ledger:
        told = ledger.verify(other.seal())
        assert [str(each) for each in told.findings] == [
            "封印が示す記録番号0までの記録と一致しません（別の台帳の封印です）。"
        ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"plan_ledger_anchor": 2}',
        b'{"plan_ledger_anchor": 1, "ledger": 7}',
    ],
)
def test_what_is_no_anchor_is_refused(path: Path, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(content)
    with Ledger.open(path) as ledger, pytest.raises(NotAnAnchor):
        ledger.verify(file)


def test_every_field_of_an_anchor_is_held_against_the_ledger(path: Path, anchor: Anchor) -> None:
    written = anchor.to_dict()
    free = {"plan_ledger_anchor", "made_at", "recorded_at", "meeting"}
    for name, value in written.items():
        if name in free:
            continue
        other = {**written, name: _another(value)}
        found = verified(path, read_anchor(json.dumps(other).encode()))
        assert codes(found), name


def _another(value: object) -> object:
    match value:
        case int():
            return value + 1
        case str() if value.startswith("20"):
            return "2001" + value[4:]
        case str():
            return ("0" if value[0] != "0" else "1") + value[1:]
        case list():
            return [{**value[0], "digest": "0" * 64}, *value[1:]]
    raise TypeError(value)
