"""The events behind results: one query for many positions, actors by name as of then."""

from __future__ import annotations

from collections.abc import Collection

from plan_ledger.index import catalog
from plan_ledger.queries.results import Actor, Actors, Cause
from plan_ledger.store.transaction import Rows, SqlRow, chunks, marks

COLUMNS = "e.position, b.recorded_at, b.header, e.payload"
JOINS = " JOIN batches b ON b.position = e.batch"


def known_actors(rows: Rows) -> Actors:
    """Every actor revision by (id, revision), as headers name them."""
    return {
        (row.uuid.hex, row.revision): Actor(row.key, row.name, row.section, row.revision)
        for row in catalog.actors(rows).values()
    }


def cause(row: SqlRow, actors: Actors, zone: str) -> Cause:
    """From the columns of :data:`COLUMNS`."""
    position, recorded_at, header, payload = row
    return Cause(position, recorded_at, zone, actors, bytes(header), bytes(payload))


def causes(rows: Rows, positions: Collection[int], actors: Actors, zone: str) -> dict[int, Cause]:
    """position → cause, for some positions."""
    found: dict[int, Cause] = {}
    for chunk in chunks(sorted(positions)):
        for row in rows.all(f"SELECT {COLUMNS} FROM events e{JOINS} WHERE e.position IN ({marks(len(chunk))})", chunk):
            found[row[0]] = cause(row, actors, zone)
    return found
