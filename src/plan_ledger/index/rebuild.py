"""The index rebuilt from the log, and compared row by row with the one that is there."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from attrs import define

from plan_ledger.events import Event, FieldChanged
from plan_ledger.events.plain import FIELD_CHANGED, read_plain
from plan_ledger.index.replay import EndedBatch, LateChange, PlainChange, Replay
from plan_ledger.store import scan
from plan_ledger.store.errors import LedgerDamaged
from plan_ledger.store.mapper import LedgerMapper, SealedEvent
from plan_ledger.store.recorded import Recorded
from plan_ledger.store.transaction import Rows, SqlRow, Transaction

TABLES: dict[str, str] = {
    "plans": "no",
    "schemas": "plan, revision",
    "fields": "plan, level, key",
    "items": "no",
    "registers": "no",
    "facts": "position",
    "places": "position",
    "corrections": "position",
    "acts": "stream, position",
    "continuations": "item, earlier",
    "authorship": "actor, batch, role",
    "actors": "no",
    "meetings": "no",
    "editions": "meeting, edition",
}
"""The index's tables and the order in which their rows are compared."""


def rebuild(tx: Transaction, mapper: LedgerMapper, upto: int, source: Rows | None = None) -> None:
    """Empty the index and fill it again from the log: the same database's, or that of ``source``.

    Raises:
        DamagedEvent, UnknownEventType, LedgerDamaged: The log can't be read; nothing is kept if the write ends so.
    """
    source = source or tx
    for table in TABLES:
        tx.run(f"DELETE FROM {table}")
    reader = _Reader(source, mapper)
    replay = Replay(tx, reader.streams.items())
    for portion in reader.portions(upto):
        taken = replay.take(*portion)
        tx.run_many(
            "INSERT INTO facts (position, register, effective, state) VALUES (?, ?, ?, ?)", taken.facts(portion[1])
        )
    tx.run_many("INSERT INTO registers (no, head) VALUES (?, ?)", sorted(replay.cells.held()))
    tx.run_many(
        "INSERT INTO authorship (actor, batch, role, last) VALUES (?, ?, ?, ?)",
        sorted(
            (actor, first, role, last)
            for (actor, role), batches in replay.authorship.items()
            for first, last in batches
        ),
    )


_Portion = tuple[list[Recorded], list[PlainChange], list[LateChange], list[EndedBatch]]


@define
class _Batch:
    first: int
    last: int
    header: bytes


class _Reader:
    """Reads the log for what the index follows from. Texts are left alone: the index holds none."""

    def __init__(self, rows: Rows, mapper: LedgerMapper) -> None:
        self._rows, self._mapper = rows, mapper
        self.streams = scan.stream_ids(rows)
        self._types, self._headers = scan.type_names(rows), scan.Headers()
        self._batch: _Batch | None = None

    def portions(self, upto: int) -> Iterator[_Portion]:
        for page in scan.pages(self._rows, upto):
            portion: _Portion = ([], [], [], [])
            self._headers.want(self._rows, {row[6] for row in page.events})
            try:
                self._read(page, portion)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise LedgerDamaged("events") from error
            yield portion
        if self._batch is not None:
            yield [], [], [], [((self._batch.first, self._batch.last), self._batch.header)]

    def _read(self, page: scan.LogPage, portion: _Portion) -> None:
        structure, plain, late, batches = portion
        batch, types = self._batch, self._types
        for position, stream, version, kind, of, _, header, _, payload, _ in page.events:
            if batch is None or batch.first != of:
                if batch is not None:
                    batches.append(((batch.first, batch.last), batch.header))
                batch = self._batch = _Batch(of, of, self._headers[header])
            batch.last = position
            name = types[kind]
            if name == FIELD_CHANGED and (read := read_plain(payload)) is not None:
                plain.append((position, stream, read[0], 0 if read[1] is None else 1, b""))
                continue
            uuid = self.streams[stream]
            event: Event = self._mapper.to_domain_event(
                SealedEvent(UUID(bytes=uuid), version, name, payload, position=position)
            )
            if isinstance(event, FieldChanged):
                late.append((position, stream, event))
            else:
                structure.append(Recorded(position, event, stream, uuid, version))


def dump_rows(rows: Rows) -> dict[str, list[SqlRow]]:
    """Every row of the index, in a fixed order: equal dumps mean equal indexes."""
    return {table: rows.all(f"SELECT * FROM {table} ORDER BY {order}") for table, order in TABLES.items()}
