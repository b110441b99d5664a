"""The index rebuilt from the log, and compared row by row with the one that is there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from uuid import UUID

from plan_ledger.events import BatchHeader, Event
from plan_ledger.index.projector import Names, Projector
from plan_ledger.store import log
from plan_ledger.store.mapper import LedgerMapper
from plan_ledger.store.recorded import Recorded, RecordedBatch
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
    "continuations": "item, earlier",
    "authorship": "actor, batch, role",
    "actors": "no",
    "meetings": "no",
    "editions": "meeting, edition",
}
"""The index's tables and the order in which their rows are compared."""

_PORTION = 2000


def rebuild(tx: Transaction, mapper: LedgerMapper, upto: int, source: Rows | None = None) -> None:
    """Empty the index and fill it again from the log: the same database's, or that of ``source``."""
    source = source or tx
    for table in TABLES:
        tx.run(f"DELETE FROM {table}")
    names = Names()
    names.streams.update((UUID(bytes=bytes(uuid)), no) for no, uuid in source.all("SELECT no, uuid FROM streams"))
    portion: list[RecordedBatch] = []
    size = 0
    for batch in _batches(source, mapper, names, upto):
        portion.append(batch)
        size += len(batch.events)
        if size >= _PORTION:
            Projector(tx, names).project(portion)
            portion, size = [], 0
    Projector(tx, names).project(portion)


def _batches(rows: Rows, mapper: LedgerMapper, names: Names, upto: int) -> Iterator[RecordedBatch]:
    for _, records in groupby(log.all_records(rows, upto), key=lambda record: record.batch):
        batch = list(records)
        events: list[Recorded] = []
        for record in batch:
            event: Event = mapper.to_domain_event(record.sealed())
            no = names.streams[record.stream]
            events.append(Recorded(record.position, event, no, record.stream.bytes, record.version))
        header = batch[0].header
        yield RecordedBatch(BatchHeader.from_bytes(header), header, batch[0].recorded_at, batch[0].command, events)


def dump_rows(rows: Rows) -> dict[str, list[SqlRow]]:
    """Every row of the index, in a fixed order: equal dumps mean equal indexes."""
    return {table: rows.all(f"SELECT * FROM {table} ORDER BY {order}") for table, order in TABLES.items()}
