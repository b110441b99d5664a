"""The log in SQL, the same on every back end: append under the lock, read by position or stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from attrs import frozen

from plan_ledger.store import chain
from plan_ledger.store.mapper import SealedEvent
from plan_ledger.store.transaction import Rows, SqlRow, SqlValue, Transaction, chunks, marks


@frozen
class Head:
    """The end of the log: last position, its hash, and the last recorded time."""

    position: int
    hash: bytes
    recorded_at: int


@frozen
class SealedBatch:
    """One batch, ready to be written: canonical header bytes and its events in decision order."""

    header: bytes
    recorded_at: int
    events: Sequence[SealedEvent]


@frozen
class StoredRecord:
    """One event as the log holds it, with all that its hash covers."""

    position: int
    stream: UUID
    version: int
    type: str
    batch: int
    recorded_at: int
    header: bytes
    payload: bytes
    hash: bytes
    text: str | None
    salt: bytes | None

    def sealed(self) -> SealedEvent:
        return SealedEvent(self.stream, self.version, self.type, self.payload, self.text, self.salt)


def ledger_uuid(rows: Rows) -> UUID:
    row = rows.one("SELECT uuid FROM ledger")
    assert row is not None
    return UUID(bytes=bytes(row[0]))


def read_head(rows: Rows, ledger: UUID) -> Head:
    row = rows.one(
        "SELECT e.position, e.hash, b.recorded_at FROM events e JOIN batches b ON b.position = e.batch"
        " ORDER BY e.position DESC LIMIT 1"
    )
    return Head(row[0], bytes(row[1]), row[2]) if row else Head(0, chain.genesis(ledger), 0)


def stream_numbers(tx: Transaction, streams: Sequence[UUID], known: dict[UUID, int]) -> None:
    """Fill ``known`` with the number of every stream, numbering new ones in the order in which they are met."""
    missing = [stream for stream in dict.fromkeys(streams) if stream not in known]
    for chunk in chunks([stream.bytes for stream in missing]):
        for no, uuid in tx.all(f"SELECT no, uuid FROM streams WHERE uuid IN ({marks(len(chunk))})", chunk):
            known[UUID(bytes=bytes(uuid))] = no
    new = [stream for stream in missing if stream not in known]
    if new:
        row = tx.one("SELECT coalesce(max(no), 0) FROM streams")
        assert row is not None
        known.update({stream: no for no, stream in enumerate(new, row[0] + 1)})
        tx.run_many("INSERT INTO streams (no, uuid) VALUES (?, ?)", [(known[s], s.bytes) for s in new])


def type_numbers(tx: Transaction, names: set[str], known: dict[str, int]) -> None:
    """Fill ``known`` with the number of every event type, numbering new ones."""
    if names <= known.keys():
        return
    known.update((name, no) for no, name in tx.all("SELECT no, name FROM event_types"))
    for name in sorted(names - known.keys()):
        known[name] = max(known.values(), default=0) + 1
        tx.run("INSERT INTO event_types (no, name) VALUES (?, ?)", (known[name], name))


def last_versions(rows: Rows, numbers: Sequence[int]) -> dict[int, int]:
    """The last version of each of these streams that has any."""
    found: dict[int, int] = {}
    for chunk in chunks(numbers):
        found.update(
            rows.all(
                f"SELECT stream, max(version) FROM events WHERE stream IN ({marks(len(chunk))}) GROUP BY stream", chunk
            )
        )
    return found


def append(
    tx: Transaction, head: Head, batches: Sequence[SealedBatch], streams: dict[UUID, int], types: dict[str, int]
) -> Head:
    """Write batches after the head: positions without gaps, the chain, texts. Returns the new head."""
    position, previous, recorded_at = head.position, head.hash, head.recorded_at
    headers: list[SqlRow] = []
    events: list[SqlRow] = []
    texts: list[SqlRow] = []
    link = chain.link
    type_names = {name: name.encode() for name in types}
    for batch in batches:
        first, header, recorded_at = position + 1, batch.header, batch.recorded_at
        headers.append((first, recorded_at, header))
        for event in batch.events:
            position += 1
            stream, topic, version, state = event.originator_id, event.topic, event.originator_version, event.state
            assert isinstance(stream, UUID)
            previous = link(previous, position, stream.bytes, version, type_names[topic], recorded_at, header, state)
            events.append((position, streams[stream], version, types[topic], first, state, previous))
            if event.text is not None:
                texts.append((position, event.salt, event.text))
    tx.run_many("INSERT INTO batches (position, recorded_at, header) VALUES (?, ?, ?)", headers)
    tx.run_many(
        "INSERT INTO events (position, stream, version, type, batch, payload, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
        events,
    )
    tx.run_many("INSERT INTO texts (position, salt, body) VALUES (?, ?, ?)", texts)
    return Head(position, previous, recorded_at)


_RECORD = (
    "SELECT e.position, s.uuid, e.version, t.name, e.batch, b.recorded_at, b.header, e.payload, e.hash, x.body, x.salt"
    " FROM events e JOIN streams s ON s.no = e.stream JOIN event_types t ON t.no = e.type"
    " JOIN batches b ON b.position = e.batch LEFT JOIN texts x ON x.position = e.position"
)


def _record(row: SqlRow) -> StoredRecord:
    position, stream, version, name, batch, recorded_at, header, payload, digest, text, salt = row
    return StoredRecord(
        position,
        UUID(bytes=bytes(stream)),
        version,
        name,
        batch,
        recorded_at,
        bytes(header),
        bytes(payload),
        bytes(digest),
        text,
        None if salt is None else bytes(salt),
    )


def read_records(rows: Rows, after: int, upto: int, limit: int) -> list[StoredRecord]:
    """Events with after < position ≤ upto, in order, at most ``limit``."""
    return [
        _record(row)
        for row in rows.all(
            f"{_RECORD} WHERE e.position > ? AND e.position <= ? ORDER BY e.position LIMIT ?", (after, upto, limit)
        )
    ]


def all_records(rows: Rows, upto: int, page: int = 2000) -> Iterator[StoredRecord]:
    """Every event up to a position, in order, in pages."""
    after = 0
    while records := read_records(rows, after, upto, page):
        yield from records
        after = records[-1].position


def stream_records(
    rows: Rows, stream: UUID, gt: int | None, lte: int | None, desc: bool, limit: int | None
) -> list[StoredRecord]:
    """One stream's events by version."""
    sql, params = f"{_RECORD} WHERE s.uuid = ?", [stream.bytes]
    values: list[SqlValue] = list(params)
    if gt is not None:
        sql, values = f"{sql} AND e.version > ?", [*values, gt]
    if lte is not None:
        sql, values = f"{sql} AND e.version <= ?", [*values, lte]
    sql += f" ORDER BY e.version {'DESC' if desc else 'ASC'}"
    if limit is not None:
        sql, values = f"{sql} LIMIT ?", [*values, limit]
    return [_record(row) for row in rows.all(sql, values)]


LOG_TABLES: dict[str, tuple[str, ...]] = {
    "streams": ("no", "uuid"),
    "event_types": ("no", "name"),
    "batches": ("position", "recorded_at", "header"),
    "events": ("position", "stream", "version", "type", "batch", "payload", "hash"),
    "texts": ("position", "salt", "body"),
    "redactions": ("position", "redacted_by"),
    "profiles": ("actor", "revision", "salt", "body"),
    "erasures": ("actor", "erased_by"),
    "commands": ("id", "request", "result"),
}
"""The log's tables with their columns, in an order in which they can be filled."""


def table_rows(rows: Rows, table: str, columns: tuple[str, ...], page: int) -> Iterator[SqlRow]:
    """Every row of a table of the log in the order of its first column, in pages where that is a number."""
    names = ", ".join(columns)
    if columns[0] not in ("no", "position"):
        yield from rows.all(f"SELECT {names} FROM {table} ORDER BY {', '.join(columns[:2])}")
        return
    after = 0
    select = f"SELECT {names} FROM {table} WHERE {columns[0]} > ? ORDER BY {columns[0]} LIMIT ?"
    while portion := rows.all(select, (after, page)):
        yield from portion
        after = portion[-1][0]


def copy_log(rows: Rows, tx: Transaction, page: int = 5000) -> int:
    """Copy every row of the log, byte for byte, into a fresh ledger. Returns the last position."""
    for table, columns in LOG_TABLES.items():
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks(len(columns))})"
        tx.run_many(insert, table_rows(rows, table, columns, page))
    row = tx.one("SELECT coalesce(max(position), 0) FROM events")
    assert row is not None
    return int(row[0])
