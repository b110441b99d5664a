"""What a back end gives to everything above it: rows, in one consistent transaction.

Statements are written once, with ``?`` for parameters, in the SQL that SQLite and PostgreSQL share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

Blob = bytearray
"""Bytes on their way into the database, where there are very many of them: sqlite3 takes these without a detour."""
SqlValue = int | str | bytes | bytearray | None
SqlRow = tuple[Any, ...]


class Rows(Protocol):
    """A consistent view for reading."""

    def all(self, sql: str, params: Sequence[SqlValue] = ()) -> list[SqlRow]: ...

    def each(self, sql: str, params: Sequence[SqlValue] = ()) -> Iterator[SqlRow]:
        """The rows one by one, for large answers: they are not all kept."""
        ...

    def one(self, sql: str, params: Sequence[SqlValue] = ()) -> SqlRow | None: ...


class Transaction(Rows, Protocol):
    """The one open write: under the writers' lock, all or nothing."""

    def run(self, sql: str, params: Sequence[SqlValue] = ()) -> None: ...

    def run_many(self, sql: str, rows: Iterable[Sequence[SqlValue]]) -> None: ...


_CHUNK = 500


def chunks(values: Sequence[SqlValue], size: int = _CHUNK) -> Iterator[Sequence[SqlValue]]:
    """Values in portions that fit into one ``IN (…)``."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def marks(count: int) -> str:
    """``?, ?, ?``"""
    return ", ".join("?" * count)
