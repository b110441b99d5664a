"""The events behind results: one query for many positions, actors by name as of then."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from plan_ledger.index import catalog
from plan_ledger.queries.results import Actor, Cause
from plan_ledger.store.transaction import Rows, SqlRow, chunks, marks

COLUMNS = "e.position, b.recorded_at, a.actor, a.author, b.header, e.payload"
JOINS = " JOIN batches b ON b.position = e.batch JOIN authorship a ON a.batch = e.batch"


class Actors:
    """Actors by their number in the index, read once a query."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._found: dict[int, Actor] | None = None

    def all(self) -> Mapping[int, Actor]:
        if self._found is None:
            self._found = {
                no: Actor(row.key, row.name, row.section, row.revision)
                for no, row in catalog.actors(self._rows).items()
            }
        return self._found

    def uuids(self) -> Mapping[int, UUID]:
        return {no: row.uuid for no, row in catalog.actors(self._rows).items()}


def cause(row: SqlRow, actors: Mapping[int, Actor], zone: str) -> Cause:
    position, recorded_at, actor, author, header, payload = row
    return Cause(
        position,
        recorded_at,
        zone,
        actors[actor],
        None if author is None else actors[author],
        bytes(header),
        bytes(payload),
    )


def causes(rows: Rows, positions: Collection[int], actors: Actors, zone: str) -> dict[int, Cause]:
    """position → cause, for some positions."""
    known = actors.all()
    found: dict[int, Cause] = {}
    for chunk in chunks(sorted(positions)):
        for row in rows.all(f"SELECT {COLUMNS} FROM events e{JOINS} WHERE e.position IN ({marks(len(chunk))})", chunk):
            found[row[0]] = cause(row, known, zone)
    return found
