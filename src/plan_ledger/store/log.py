"""The log in SQL, the same on every back end: append under the lock, read by position or stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from attrs import define, field, frozen

from plan_ledger.store import chain
from plan_ledger.store.errors import LedgerDamaged
from plan_ledger.store.mapper import SealedEvent
from plan_ledger.store.position import last_position
from plan_ledger.store.transaction import Rows, SqlRow, SqlValue, Transaction, chunks, marks

UUID_BYTES = 16
_HEADERS_KEPT = 10_000


@frozen
class Head:
    """The end of the log: last position, its hash, and the last recorded time."""

    position: int
    hash: bytes
    recorded_at: int


@define
class Numbers:
    """The numbers of event types and headers that were written or read before."""

    types: dict[str, tuple[int, bytes]] = field(factory=dict[str, tuple[int, bytes]])
    headers: dict[bytes, int] = field(factory=dict[bytes, int])

    def type_of(self, tx: Transaction, name: str) -> tuple[int, bytes]:
        """The number of an event type, and its name as bytes; a new one gets the next number."""
        if name not in self.types:
            self.types[name] = (_intern(tx, "event_types", "name", name), name.encode())
        return self.types[name]

    def header(self, tx: Transaction, content: bytes) -> int:
        """The number of a header; a new one gets the next number."""
        if content not in self.headers:
            if len(self.headers) >= _HEADERS_KEPT:
                self.headers.clear()
            self.headers[content] = _intern(tx, "headers", "content", content)
        return self.headers[content]


def _intern(tx: Transaction, table: str, column: str, value: str | bytes) -> int:
    row = tx.one(f"SELECT no FROM {table} WHERE {column} = ?", (value,))
    if row is None:
        row = tx.one(f"SELECT coalesce(max(no), 0) + 1 FROM {table}")
        assert row is not None
        tx.run(f"INSERT INTO {table} (no, {column}) VALUES (?, ?)", (row[0], value))
    return int(row[0])


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
    command: str | None
    payload: bytes
    hash: bytes
    text: str | None
    salt: bytes | None

    def sealed(self) -> SealedEvent:
        return SealedEvent(self.stream, self.version, self.type, self.payload, self.text, self.salt, self.position)


def ledger_uuid(rows: Rows) -> UUID:
    row = rows.one("SELECT uuid FROM ledger")
    if row is None or not isinstance(raw := row[0], bytes) or len(raw) != UUID_BYTES:
        raise LedgerDamaged("ledger")
    return UUID(bytes=raw)


def read_head(rows: Rows, ledger: UUID) -> Head:
    row = rows.one("SELECT position, hash, recorded_at FROM events ORDER BY position DESC LIMIT 1")
    return Head(row[0], bytes(row[1]), row[2]) if row else Head(0, chain.genesis(ledger), 0)


def find_streams(rows: Rows, streams: Sequence[UUID], known: dict[UUID, int]) -> None:
    """Fill ``known`` with the numbers of those streams that the log has."""
    for chunk in chunks([stream.bytes for stream in streams]):
        for no, uuid in rows.all(f"SELECT no, uuid FROM streams WHERE uuid IN ({marks(len(chunk))})", chunk):
            known[UUID(bytes=bytes(uuid))] = no


def last_stream(rows: Rows) -> int:
    row = rows.one("SELECT coalesce(max(no), 0) FROM streams")
    assert row is not None
    return int(row[0])


def last_version(rows: Rows, stream: int) -> int:
    """The last version of a stream, an item's or another's; 0 while it has none."""
    first, last = _registers(stream)
    # The last event of an item is the head of a register of its, unless it is a fact that counts at an earlier point;
    # with the plus sign, these are looked for among all such facts, which are few, not among all facts of the item.
    row = rows.one(
        "SELECT version FROM events WHERE position = (SELECT max(position) FROM ("
        "SELECT max(position) AS position FROM acts WHERE stream = ?"
        " UNION ALL SELECT max(head) FROM registers WHERE no BETWEEN ? AND ?"
        " UNION ALL SELECT max(position) FROM facts"
        " WHERE +register BETWEEN ? AND ? AND effective <> position * 1048576) own)",
        (stream, first, last, first, last),
    )
    return 0 if row is None else int(row[0])


def _registers(stream: int) -> tuple[int, int]:
    """The first and the last register that the index may have of a stream, if it is an item's."""
    return stream << 10, (stream << 10) + 1023


_COLUMNS = "position, stream, version, type, batch, recorded_at, header, payload, hash"
_KEYED = f"INSERT INTO events ({_COLUMNS}, command) VALUES ({marks(10)})"
_KEYLESS = f"INSERT INTO events ({_COLUMNS}) VALUES ({marks(9)})"


def insert(tx: Transaction, events: list[SqlRow], texts: list[SqlRow], keyed: bool) -> None:
    """Put rows that are ready behind the head.

    Args:
        events: Rows of position, stream, version, type, batch, recorded at, header, payload, hash and, where any of
            them is ``keyed``, idempotency key.
        texts: Rows of position, salt, text.
    """
    tx.run_many(_KEYED if keyed else _KEYLESS, events)
    tx.run_many("INSERT INTO texts (position, salt, body) VALUES (?, ?, ?)", texts)


_RECORD = (
    "SELECT e.position, s.uuid, e.version, t.name, e.batch, e.recorded_at, h.content, e.command, e.payload, e.hash,"
    " x.body, x.salt FROM events e JOIN streams s ON s.no = e.stream JOIN event_types t ON t.no = e.type"
    " JOIN headers h ON h.no = e.header LEFT JOIN texts x ON x.position = e.position"
)


def _record(row: SqlRow) -> StoredRecord:
    position, stream, version, name, batch, recorded_at, header, command, payload, digest, text, salt = row
    return StoredRecord(
        position,
        UUID(bytes=bytes(stream)),
        version,
        name,
        batch,
        recorded_at,
        bytes(header),
        command,
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
    row = rows.one("SELECT no FROM streams WHERE uuid = ?", (stream.bytes,))
    if row is None:
        return []
    sql = (
        f"{_RECORD} WHERE e.position IN (SELECT position FROM acts WHERE stream = ?"
        " UNION ALL SELECT position FROM facts WHERE register BETWEEN ? AND ?)"
    )
    values: list[SqlValue] = [row[0], *_registers(row[0])]
    if gt is not None:
        sql, values = f"{sql} AND e.version > ?", [*values, gt]
    if lte is not None:
        sql, values = f"{sql} AND e.version <= ?", [*values, lte]
    sql += f" ORDER BY e.position {'DESC' if desc else 'ASC'}"
    if limit is not None:
        sql, values = f"{sql} LIMIT ?", [*values, limit]
    return [_record(row) for row in rows.all(sql, values)]


LOG_TABLES: dict[str, tuple[str, ...]] = {
    "streams": ("no", "uuid"),
    "event_types": ("no", "name"),
    "headers": ("no", "content"),
    "events": (
        "position",
        "stream",
        "version",
        "type",
        "batch",
        "recorded_at",
        "header",
        "command",
        "payload",
        "hash",
    ),
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
    return last_position(tx)
