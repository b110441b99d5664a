"""Statements written once, with ``?``, sent to PostgreSQL; what needs no answer waits and goes out together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, count, islice

import psycopg
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper
from psycopg.types.string import BytesBinaryDumper, StrBinaryDumper

from plan_ledger.store.postgres_faults import typed_errors
from plan_ledger.store.transaction import SqlRow, SqlValue

Connection = psycopg.Connection[SqlRow]

_PIECES = re.compile(r"'[^']*'|\?")
_INSERT = re.compile(r"INSERT INTO (\w+) \(([\w, ]+)\) VALUES \((?:\?, )*\?\)( ON CONFLICT .+)?", re.DOTALL)
_FEW = 24
_PORTION = 200
_STREAMED = 5000


def adapt(connection: Connection) -> None:
    """One type each for numbers, texts and bytes, whatever their size: a statement is then prepared once."""
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.adapters.register_dumper(int, Int8BinaryDumper)
    connection.adapters.register_dumper(str, StrBinaryDumper)
    connection.adapters.register_dumper(bytes, BytesBinaryDumper)
    connection.adapters.register_dumper(bytearray, BytesBinaryDumper)


@lru_cache(maxsize=2048)
def numbered(sql: str) -> bytes:
    """``?`` → ``$1``, ``$2`` …, but not inside quotes. What joins texts is called otherwise in SQLite."""
    numbers = count(1)
    sql = sql.replace("group_concat(", "string_agg(")
    return _PIECES.sub(lambda found: f"${next(numbers)}" if found[0] == "?" else found[0], sql).encode()


@lru_cache(maxsize=256)
def _copy_of(sql: str) -> bytes | None:
    """The COPY that does what a plain INSERT does, for many rows."""
    found = _INSERT.fullmatch(sql)
    if found is None or found[3]:
        return None
    return f"COPY {found[1]} ({found[2]}) FROM STDIN (FORMAT BINARY)".encode()


@lru_cache(maxsize=256)
def _unnest_of(sql: str) -> bytes | None:
    """The same INSERT … ON CONFLICT for whole columns of numbers."""
    found = _INSERT.fullmatch(sql)
    if found is None or not found[3]:
        return None
    columns = len(found[2].split(","))
    arrays = ", ".join(f"${number + 1}::bigint[]" for number in range(columns))
    return f"INSERT INTO {found[1]} ({found[2]}) SELECT * FROM unnest({arrays}){found[3]}".encode()


class PostgresTransaction:
    """One open transaction on one connection.

    It begins with the first statement that needs an answer: what was asked before that, and everything that needs
    none, travels with it in one pipeline. So a small write costs a round trip for each thing it reads and one for all
    that it writes, its COMMIT included.
    """

    def __init__(self, connection: Connection, *opening: str) -> None:
        self._connection = connection
        self._waiting: list[tuple[bytes, Sequence[SqlValue]]] = [(numbered(each), ()) for each in opening]
        self._opening = len(self._waiting)
        self.begun = False
        self.wrote = False
        self._names = count(1)

    # --- reading ------------------------------------------------------------------------------------------------

    def all(self, sql: str, params: Sequence[SqlValue] = ()) -> list[SqlRow]:
        with typed_errors(self._connection):
            return self._ask(sql, params).fetchall()

    def one(self, sql: str, params: Sequence[SqlValue] = ()) -> SqlRow | None:
        with typed_errors(self._connection):
            return self._ask(sql, params).fetchone()

    def each(self, sql: str, params: Sequence[SqlValue] = ()) -> Iterator[SqlRow]:
        with typed_errors(self._connection):
            # Closed with the transaction, not by whoever stops reading half-way: by then the connection may serve
            # somebody else.
            name = f"each_{next(self._names)}"
            self._put(f"DECLARE {name} NO SCROLL CURSOR FOR {sql}", params)
            fetch = f"FETCH FORWARD {_STREAMED} FROM {name}"
            while rows := self._ask(fetch, ()).fetchall():
                yield from rows
                if len(rows) < _STREAMED:
                    return

    def _ask(self, sql: str, params: Sequence[SqlValue]) -> psycopg.Cursor[SqlRow]:
        cursor = self._connection.cursor(binary=True)
        if not self._waiting:
            return cursor.execute(numbered(sql), params)
        with self._connection.pipeline():
            self._send()
            cursor.execute(numbered(sql), params)
        return cursor

    # --- writing ------------------------------------------------------------------------------------------------

    def run(self, sql: str, params: Sequence[SqlValue] = ()) -> None:
        self.wrote = True
        self._put(sql, params)

    def _put(self, sql: str, params: Sequence[SqlValue]) -> None:
        self._waiting.append((numbered(sql), params))
        if len(self._waiting) >= _PORTION:
            self.flush()

    def run_many(self, sql: str, rows: Iterable[Sequence[SqlValue]]) -> None:
        self.wrote = True
        stream = iter(rows)
        first = list(islice(stream, _FEW))
        if len(first) < _FEW:
            for row in first:
                self.run(sql, row)
            return
        with typed_errors(self._connection):
            self.flush()
            everything = chain(first, stream)
            if (copy := _copy_of(sql)) is not None:
                self._copy(copy, everything)
            elif (unnest := _unnest_of(sql)) is not None:
                self._by_column(unnest, sql, everything)
            else:
                self._one_by_one(sql, everything)

    def _copy(self, copy: bytes, rows: Iterable[Sequence[SqlValue]]) -> None:
        with self._connection.cursor() as cursor, cursor.copy(copy) as target:
            for row in rows:
                target.write_row(row)

    def _by_column(self, unnest: bytes, sql: str, rows: Iterable[Sequence[SqlValue]]) -> None:
        stream = iter(rows)
        with self._connection.cursor() as cursor:
            while portion := list(islice(stream, _STREAMED)):
                if all(type(value) is int for row in portion for value in row):
                    cursor.execute(unnest, [list(column) for column in zip(*portion, strict=True)])
                else:
                    self._one_by_one(sql, portion)

    def _one_by_one(self, sql: str, rows: Iterable[Sequence[SqlValue]]) -> None:
        for row in rows:
            self.run(sql, row)
        self.flush()

    def flush(self) -> None:
        """Send what waits, in portions small enough that neither side ever waits for the other to read."""
        if self._waiting:
            with typed_errors(self._connection), self._connection.pipeline():
                self._send()

    def _send(self) -> None:
        waiting, self._waiting, self.begun = self._waiting, [], True
        with self._connection.cursor() as cursor:
            for sql, params in waiting:
                cursor.execute(sql, params)

    def untouched(self) -> bool:
        """Whether nothing was asked or written at all, so that there is nothing to end."""
        return not self.begun and len(self._waiting) == self._opening

    def end(self, *closing: str) -> None:
        """Send what waits and, in the same pipeline, the statements that end the transaction."""
        self._waiting += [(numbered(each), ()) for each in closing]
        with self._connection.pipeline():
            self._send()
