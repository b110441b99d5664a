"""Migrations: numbered ``.sql`` files in one transaction under the lock; a migrated schema equals a fresh one."""

from __future__ import annotations

import sqlite3
from importlib.resources import files
from uuid import UUID

from plan_ledger.store import chain


def scripts(backend: str) -> list[tuple[int, str]]:
    """(number, SQL) of every migration of a back end, in order."""
    folder = files("plan_ledger.store").joinpath("sql", backend)
    found = [(int(entry.name[:4]), entry) for entry in folder.iterdir() if entry.name[:4].isdigit()]
    return [(number, entry.read_text("utf-8")) for number, entry in sorted(found, key=lambda pair: pair[0])]


LATEST = 2
"""Number of the last migration; a database above it was written by a newer version."""


def statements(script: str) -> list[str]:
    """The statements of a script; a trigger's body holds semicolons of its own."""
    found: list[str] = []
    buffer = ""
    for line in script.splitlines(keepends=True):
        buffer += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(buffer):
            found.append(buffer.strip())
            buffer = ""
    return found


def migrate_sqlite(connection: sqlite3.Connection, new_ledger: UUID, created_at: int) -> bool:
    """Bring the database up to :data:`LATEST`. All or nothing; nothing to do is the common case. Whether it was new."""
    if connection.execute("PRAGMA user_version").fetchone()[0] == LATEST:
        return False
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for number, script in scripts("sqlite"):
            if number > version:
                for statement in statements(script):
                    connection.execute(statement)
        if version == 0:
            connection.execute(
                "INSERT INTO ledger (id, uuid, format, created_at) VALUES (1, ?, ?, ?)",
                (new_ledger.bytes, chain.FORMAT, created_at),
            )
        connection.execute(f"PRAGMA user_version = {LATEST}")
        connection.execute("COMMIT")
    except BaseException:  # also for an interrupt: all or nothing
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return bool(version == 0)
