"""PostgreSQL's migrations: numbered ``.sql`` files, in one transaction under the writers' lock."""

from __future__ import annotations

from uuid import UUID

from attrs import frozen

from plan_ledger.store import chain, errors, migrations
from plan_ledger.store.postgres_faults import typed_errors
from plan_ledger.store.postgres_sql import Connection

LATEST = 2
"""Number of the last migration; a schema above it was made by a newer version."""


@frozen
class Made:
    """What a migration has made anew: the ledger; the database schema too."""

    ledger: bool
    schema: bool


def version(connection: Connection, name: str) -> int:
    """Number of the last migration of the ledger that is there; 0 where there is none.

    Raises:
        NotALedger: The schema holds somebody else's tables.
        NewerFormat: It was made by a newer version.
    """
    with typed_errors(connection):
        row = connection.execute(
            "SELECT to_regclass('plan_ledger_format') IS NOT NULL,"
            " EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace(current_schema()))"
        ).fetchone()
        assert row is not None
        if not row[0]:
            if row[1]:
                raise errors.NotALedger(name)
            return 0
        row = connection.execute("SELECT coalesce(max(number), 0) FROM plan_ledger_format").fetchone()
    assert row is not None
    if row[0] > LATEST:
        raise errors.NewerFormat(name, row[0], LATEST)
    return int(row[0])


def migrate(connection: Connection, schema: str, name: str, lock: str, new_ledger: UUID, created_at: int) -> Made:
    """Bring the schema up to :data:`LATEST`; all of it or nothing. Others who open at the same time wait.

    Raises:
        NotPermitted: The role may not make tables here.
    """
    with connection.transaction():
        connection.execute(lock.encode())
        row = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = $1", (schema,)).fetchone()
        if row is None:
            connection.execute(f'CREATE SCHEMA "{schema}"'.encode())
        found = version(connection, name)
        for number, script in migrations.scripts("postgres"):
            if number > found:
                connection.execute(script.encode())
                connection.execute("INSERT INTO plan_ledger_format (number) VALUES ($1)", (number,))
        if found == 0:
            connection.execute(
                "INSERT INTO ledger (id, uuid, format, created_at) VALUES (1, $1, $2, $3)",
                (new_ledger.bytes, chain.FORMAT, created_at),
            )
    return Made(found == 0, row is None)


def drop(connection: Connection, schema: str, made: Made) -> None:
    """Take away what a migration has just made, and nothing that was there before."""
    with connection.transaction():
        if made.schema:
            connection.execute(f'DROP SCHEMA "{schema}" CASCADE'.encode())
            return
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(current_schema())"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f'DROP TABLE "{table}" CASCADE'.encode())
        for function in ("append_only", "append_only_but_texts", "append_only_but_profiles"):
            connection.execute(f"DROP FUNCTION {function}()".encode())
