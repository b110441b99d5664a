"""The log read from end to end, in pages and without joins: for checks and rebuilds of everything."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from plan_ledger.store.log import UUID_BYTES
from plan_ledger.store.transaction import Rows, SqlRow, chunks, marks

PAGE = 1000
"""Few enough that a page stays at hand while it is looked at from several sides."""

_HEADERS_KEPT = 10_000

TextRow = tuple[int, bytes, str]


@frozen
class LogPage:
    """Events behind one another, and the texts that stand at their positions.

    Attributes:
        events: ``(position, stream, version, type, batch, recorded_at, header, command, payload, hash)``.
        texts: position → ``(position, salt, body)``; nothing where texts were not asked for.
    """

    events: list[SqlRow]
    texts: dict[int, TextRow]

    @property
    def last(self) -> int:
        return int(self.events[-1][0])


def read_page(rows: Rows, after: int, size: int = PAGE, *, texts: bool = True) -> LogPage | None:
    """The next events after a position; None behind the last."""
    events = rows.all(
        "SELECT position, stream, version, type, batch, recorded_at, header, command, payload, hash FROM events"
        " WHERE position > ? ORDER BY position LIMIT ?",
        (after, size),
    )
    if not events:
        return None
    if not texts:
        return LogPage(events, {})
    bodies = rows.all(
        "SELECT position, salt, body FROM texts WHERE position > ? AND position <= ?", (after, events[-1][0])
    )
    return LogPage(events, {row[0]: row for row in bodies})


def pages(rows: Rows, upto: int) -> Iterator[LogPage]:
    """Every page of events up to a position, without texts."""
    after = 0
    while after < upto and (page := read_page(rows, after, texts=False)) is not None:
        yield page
        after = page.last


def stream_ids(rows: Rows) -> dict[int, bytes]:
    """The id of every stream by its number; what is no id is left out."""
    return {no: uuid for no, uuid in rows.all("SELECT no, uuid FROM streams") if _is_id(uuid)}


def type_names(rows: Rows) -> dict[int, str]:
    """The name of every event type by its number; what is no text is left out."""
    return {no: name for no, name in rows.all("SELECT no, name FROM event_types") if isinstance(name, str)}


class Headers(dict[int, bytes]):
    """Headers by their numbers, read when a page refers to them: there may be as many as there are batches."""

    def want(self, rows: Rows, wanted: set[int]) -> None:
        """Have these at hand; what is no bytes is left out."""
        missing = [no for no in wanted if no not in self]
        if missing and len(self) > _HEADERS_KEPT:
            self.clear()
            missing = list(wanted)
        for chunk in chunks(missing):
            found = rows.all(f"SELECT no, content FROM headers WHERE no IN ({marks(len(chunk))})", chunk)
            self.update((no, content) for no, content in found if isinstance(content, bytes))


def _is_id(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == UUID_BYTES
