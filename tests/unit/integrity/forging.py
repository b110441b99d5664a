"""Writing past the triggers, and looking at what verify says of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from plan_ledger import Ledger
from plan_ledger.store import chain


def forge(path: Path, *statements: str, params: tuple[object, ...] = ()) -> None:
    """Write past the triggers, as somebody with the file and a database tool could."""
    connection = sqlite3.connect(path, isolation_level=None)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    for statement in statements:
        connection.execute(statement, params)
    connection.close()


def rows_of(path: Path, table: str, columns: tuple[str, ...]) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    found = connection.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
    connection.close()
    return found


def findings(path: Path) -> tuple[set[str], int | None]:
    with Ledger.open(path) as ledger:
        verified = ledger.verify()
        assert not verified
        str(verified)
        assert verified.to_dict()["ok"] is False
        return {each.code for each in verified.findings}, verified.first_broken


def others(value: object) -> Iterator[object]:
    """Values that are not this one: near it, and of other types."""
    if isinstance(value, int):
        yield from (value + 1, value - 1, 2**62, "x")
    elif isinstance(value, bytes):
        yield from (bytes([value[0] ^ 1]) + value[1:], value[:-1], value + b"\0", b"", "x")
    elif isinstance(value, str):
        yield from (value + " ", value[1:] + "字", b"\xff")


def rechain(connection: sqlite3.Connection) -> None:
    """Compute every hash anew, as somebody who knows the format could."""
    previous = chain.genesis(UUID(bytes=connection.execute("SELECT uuid FROM ledger").fetchone()[0]))
    for row in connection.execute(
        "SELECT e.position, e.batch, s.uuid, e.version, t.name, e.recorded_at, h.content, e.command, e.payload"
        " FROM events e JOIN streams s ON s.no = e.stream JOIN event_types t ON t.no = e.type"
        " JOIN headers h ON h.no = e.header"
        " ORDER BY e.position"
    ).fetchall():
        previous = chain.link(previous, *row[:4], row[4].encode(), *row[5:])
        connection.execute("UPDATE events SET hash = ? WHERE position = ?", (previous, row[0]))
