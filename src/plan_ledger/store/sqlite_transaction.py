"""One transaction on SQLite, and the blocks in which it is open.

The blocks are no generators: every change and every question goes through one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Protocol

from plan_ledger.store.faults import FAULTS, raise_typed, translated, typed
from plan_ledger.store.transaction import SqlRow, SqlValue


class SqliteTransaction:
    """One open transaction on one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._cursor = connection.cursor()
        self.connection = connection

    def end(self) -> None:
        """Let go of the connection. Whoever keeps this object must not keep the file from being closed."""
        try:  # noqa: SIM105 (three calls more, for every question)
            self._cursor.close()
        except sqlite3.ProgrammingError:  # the connection was closed before
            pass

    def all(self, sql: str, params: Sequence[SqlValue] = ()) -> list[SqlRow]:
        try:
            return self._cursor.execute(sql, params).fetchall()
        except sqlite3.Error as error:
            raise typed(error) from error

    def each(self, sql: str, params: Sequence[SqlValue] = ()) -> Iterator[SqlRow]:
        return self.connection.execute(sql, params)

    def one(self, sql: str, params: Sequence[SqlValue] = ()) -> SqlRow | None:
        row: SqlRow | None = self._cursor.execute(sql, params).fetchone()
        return row

    def run(self, sql: str, params: Sequence[SqlValue] = ()) -> None:
        self._cursor.execute(sql, params)

    def run_many(self, sql: str, rows: Iterable[Sequence[SqlValue]]) -> None:
        if isinstance(rows, list) and len(rows) == 1:
            self._cursor.execute(sql, rows[0])
        else:
            self._cursor.executemany(sql, rows)


class _Datastore(Protocol):
    def begin(self) -> SqliteTransaction: ...

    def end(self, transaction: SqliteTransaction, *, commit: bool) -> None: ...

    def begin_reading(self, *, begin: bool) -> SqliteTransaction: ...

    def end_reading(self, transaction: SqliteTransaction, *, whole: bool) -> None: ...


class Writing:
    """``with datastore.writing() as tx``"""

    __slots__ = ("_datastore", "_transaction")

    def __init__(self, datastore: _Datastore) -> None:
        self._datastore = datastore

    def __enter__(self) -> SqliteTransaction:
        try:
            self._transaction = self._datastore.begin()
        except FAULTS as error:
            raise_typed(error)
        return self._transaction

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._datastore.end(self._transaction, commit=error is None)
        except FAULTS as fault:
            raise_typed(fault)
        if error is not None and (found := translated(error)) is not None:
            raise found from error


class Reading:
    """``with datastore.reading() as rows``; with ``begin``, all that is asked is of one view."""

    __slots__ = ("_begin", "_datastore", "_transaction")

    def __init__(self, datastore: _Datastore, *, begin: bool = True) -> None:
        self._datastore = datastore
        self._begin = begin

    def __enter__(self) -> SqliteTransaction:
        try:
            self._transaction = self._datastore.begin_reading(begin=self._begin)
        except FAULTS as error:
            raise_typed(error)
        return self._transaction

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._datastore.end_reading(self._transaction, whole=error is None)
        except FAULTS as fault:
            raise_typed(fault)
        if error is not None and (found := translated(error)) is not None:
            raise found from error
