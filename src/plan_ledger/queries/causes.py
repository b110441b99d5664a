"""The events behind results: one query for many positions, actors by name as of then."""

from __future__ import annotations

from collections.abc import Iterable

from plan_ledger.index import catalog
from plan_ledger.queries.results import Actor, Actors, Cause
from plan_ledger.queries.results.causes import Header
from plan_ledger.store.transaction import Rows, SqlRow, chunks, marks
from plan_ledger.values.made import open_twin

COLUMNS = "e.position, e.recorded_at, h.content, e.payload"
NUMBERED = "e.position, e.recorded_at, e.header, e.payload"
"""The same with the header's number: many events share one, and it is looked up once."""
JOINS = " JOIN headers h ON h.no = e.header"


def known_actors(rows: Rows) -> Actors:
    """Every actor revision by (id, revision), as headers name them."""
    return as_named(catalog.actors(rows).values())


def as_named(actors: Iterable[catalog.ActorRow]) -> Actors:
    return Actors({(row.uuid.hex, row.revision): Actor(row.key, row.name, row.section, row.revision) for row in actors})


def headers_by_number(rows: Rows, wanted: Iterable[int], actors: Actors) -> dict[int, Header]:
    """Headers by their numbers."""
    found: dict[int, Header] = {}
    for chunk in chunks(sorted(wanted)):
        for no, content in rows.all(f"SELECT no, content FROM headers WHERE no IN ({marks(len(chunk))})", chunk):
            found[no] = actors.header(bytes(content))
    return found


def cause(row: SqlRow, actors: Actors, zone: str) -> Cause:
    """From the columns of :data:`COLUMNS`."""
    position, recorded_at, header, payload = row
    return make_cause(position, recorded_at, zone, actors.header(header), payload)


_OpenCause = open_twin(Cause)


def make_cause(position: int, recorded_us: int, zone: str, header: Header, payload: bytes) -> Cause:
    made = _OpenCause()
    made.position = position
    made.recorded_us = recorded_us
    made.zone = zone
    made.batch_header = header
    made.payload_json = payload
    made.__class__ = Cause
    closed: Cause = made
    return closed
