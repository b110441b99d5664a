"""The database itself refuses to change or remove what is recorded, whichever statement is tried."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from plan_ledger import Ledger
from plan_ledger.store.errors import AppendOnly
from plan_ledger.store.log import LOG_TABLES

TABLES = ["ledger", *LOG_TABLES]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "r5.db"
    with Ledger.open(path) as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        with ledger.batch(key="受付1"):
            plan.add("strategy", "戦略1")
        typed = plan["戦略1"].change(title="住民の氏名")
        plan["住民の氏名"].change(title="戦略2")
        ledger.redact(typed.last or 0, reason="住民の氏名")
        with ledger.acting("退職者"):
            plan["戦略2"].change(title="戦略3")
        ledger.erase_person("退職者", reason="本人の請求")
    return path


@pytest.fixture
def database(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def content(database: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    return database.execute(f"SELECT * FROM {table}").fetchall()


def columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in database.execute(f"PRAGMA table_info({table})")]


@pytest.mark.parametrize("table", TABLES)
def test_no_column_can_be_updated(database: sqlite3.Connection, table: str) -> None:
    before = content(database, table)
    assert before
    for column in columns(database, table):
        for statement in (f"UPDATE {table} SET {column} = 1", f"UPDATE OR REPLACE {table} SET {column} = {column}"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                database.execute(statement)
    assert content(database, table) == before


@pytest.mark.parametrize("table", TABLES)
def test_no_row_can_be_deleted(database: sqlite3.Connection, table: str) -> None:
    before = content(database, table)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute(f"DELETE FROM {table}")
    assert content(database, table) == before


@pytest.mark.parametrize("verb", ["INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE", "REPLACE"])
@pytest.mark.parametrize("table", TABLES)
def test_no_row_can_be_replaced_by_its_key(database: sqlite3.Connection, table: str, verb: str) -> None:
    before = content(database, table)
    for row in before:
        # The same key with other content, and the same row again.
        for values in (row, (row[0], *(_other(value) for value in row[1:]))):
            marks = ", ".join("?" * len(values))
            if verb == "INSERT OR IGNORE":
                try:
                    database.execute(f"{verb} INTO {table} VALUES ({marks})", values)
                except sqlite3.IntegrityError:
                    continue
            elif table == "profiles" and values != row:
                continue  # another revision is another key
            else:
                with pytest.raises(sqlite3.IntegrityError):
                    database.execute(f"{verb} INTO {table} VALUES ({marks})", values)
    assert content(database, table) == before or table == "profiles"
    assert content(database, table)[: len(before)] == before


def test_no_row_can_be_replaced_by_another_unique_key(database: sqlite3.Connection) -> None:
    """OR REPLACE deletes whatever stands in the way of any unique index, without the delete trigger."""
    tables = ("streams", "event_types", "headers")
    streams, types, headers = (content(database, table) for table in tables)
    for statement, values in (
        ("INSERT OR REPLACE INTO streams VALUES (?, ?)", (len(streams) + 1, streams[0][1])),
        ("INSERT OR REPLACE INTO event_types VALUES (?, ?)", (len(types) + 1, types[0][1])),
        ("INSERT OR REPLACE INTO headers VALUES (?, ?)", (len(headers) + 1, headers[0][1])),
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute(statement, values)
    assert [content(database, table) for table in tables] == [streams, types, headers]


def test_an_event_has_no_key_but_its_position(database: sqlite3.Connection) -> None:
    """Nothing that is put behind the log replaces anything in it, whatever it says of itself; verify finds it."""
    events = content(database, "events")
    database.execute(
        "INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (len(events) + 1, *events[0][1:])
    )
    assert content(database, "events")[:-1] == events


def test_a_row_cannot_be_replaced_by_its_rowid(database: sqlite3.Connection) -> None:
    for table in ("ledger", "streams", "event_types", "headers", "events", "texts", "redactions"):
        before = content(database, table)
        names = columns(database, table)[1:]
        values = before[0][1:]
        with pytest.raises(sqlite3.IntegrityError):
            database.execute(
                f"INSERT OR REPLACE INTO {table} (rowid, {', '.join(names)})"
                f" VALUES ({before[0][0]}, {', '.join('?' * len(names))})",
                values,
            )
        assert content(database, table) == before


def test_positions_have_no_gaps(database: sqlite3.Connection) -> None:
    events = content(database, "events")
    for position in (len(events) + 2, 0, -1, 2**40):
        with pytest.raises(sqlite3.IntegrityError):
            database.execute(
                "INSERT INTO events VALUES (?, ?, 99, ?, ?, ?, ?, NULL, x'00', x'00')",
                (position, events[0][1], *events[0][3:7]),
            )


def test_a_text_can_only_go_when_its_redaction_is_recorded(database: sqlite3.Connection) -> None:
    position = content(database, "texts")[0][0]
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute("DELETE FROM texts WHERE position = ?", (position,))
    database.execute("INSERT INTO redactions VALUES (?, 1)", (position,))
    assert database.execute("DELETE FROM texts WHERE position = ?", (position,)).rowcount == 1


def test_the_error_is_ours_when_it_comes_through_the_ledger(path: Path) -> None:
    with Ledger.open(path) as ledger:
        with pytest.raises(AppendOnly), ledger.store.writing() as tx:
            tx.run("DELETE FROM events")
        assert ledger.verify()


def test_a_reading_connection_cannot_write(path: Path) -> None:
    from plan_ledger.store.errors import ReadOnlyLedger

    with Ledger.open(path) as ledger, pytest.raises(ReadOnlyLedger), ledger.reading() as rows:
        rows.all("DELETE FROM facts")


def _other(value: object) -> object:
    if isinstance(value, int):
        return value + 1
    if isinstance(value, bytes):
        return value + b"x"
    return f"{value}x"
