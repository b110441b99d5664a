"""The events behind results: one query for many positions, actors by name as of then."""

from __future__ import annotations

from plan_ledger.index import catalog
from plan_ledger.queries.results import Actor, Actors, Cause
from plan_ledger.store.transaction import Rows, SqlRow

COLUMNS = "e.position, e.recorded_at, h.content, e.payload"
JOINS = " JOIN headers h ON h.no = e.header"


def known_actors(rows: Rows) -> Actors:
    """Every actor revision by (id, revision), as headers name them."""
    return Actors(
        {
            (row.uuid.hex, row.revision): Actor(row.key, row.name, row.section, row.revision)
            for row in catalog.actors(rows).values()
        }
    )


def cause(row: SqlRow, actors: Actors, zone: str) -> Cause:
    """From the columns of :data:`COLUMNS`."""
    position, recorded_at, header, payload = row
    return Cause(position, recorded_at, zone, actors.header(header), payload)
