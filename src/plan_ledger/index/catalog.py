"""What the index says of plans, schemas, meetings and actors: small tables, read whole."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from attrs import evolve, frozen

from plan_ledger.domain.policies import NO_POLICIES, Policies, policies_of
from plan_ledger.domain.schemas import schema_of
from plan_ledger.events import PoliciesDeclared, SchemaDeclared, read_payload, type_name
from plan_ledger.store.position import last_position
from plan_ledger.store.transaction import Rows, SqlRow
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import Schema


@frozen
class PlanRow:
    no: int
    uuid: UUID
    title: str
    fiscal_year: int
    zone: str
    position: int


@frozen
class EditionRow:
    """An edition: its number, the event that fixed it, its pair, and the (meeting, edition) it is red against."""

    meeting: int
    edition: int
    position: int
    pair: Pair
    red_since: tuple[int, int] | None
    schema_revision: int
    digest: str
    marks_version: int


@frozen
class MeetingRow:
    no: int
    uuid: UUID
    name: str
    body: str | None
    number: int | None
    scope: int | None
    held_on: date | None
    as_of_on: date | None
    annulled: bool
    editions: tuple[EditionRow, ...]

    @property
    def latest(self) -> EditionRow:
        return self.editions[-1]


def plans(rows: Rows) -> list[PlanRow]:
    return [
        PlanRow(no, UUID(bytes=bytes(uuid)), title, fiscal_year, zone, position)
        for no, uuid, title, fiscal_year, zone, position in rows.all(
            "SELECT p.no, s.uuid, p.title, p.fiscal_year, p.zone, p.position"
            " FROM plans p JOIN streams s ON s.no = p.no ORDER BY p.no"
        )
    ]


def schema_at(rows: Rows, plan: int, position: int) -> Schema:
    """The schema in force at a position; before the first was declared, the first."""
    row = rows.one(
        "SELECT definition FROM schemas WHERE plan = ? AND position <= ? ORDER BY revision DESC LIMIT 1",
        (plan, position),
    ) or rows.one("SELECT definition FROM schemas WHERE plan = ? ORDER BY revision LIMIT 1", (plan,))
    assert row is not None
    return _schema(row[0])


@lru_cache(maxsize=64)
def _schema(definition: str) -> Schema:
    """What a stored definition says. The same few are read again and again."""
    return schema_of(SchemaDeclared.model_validate({**json.loads(definition), "originator_id": UUID(int=0)}))


_POLICIES = type_name(PoliciesDeclared)


def any_policies(rows: Rows) -> bool:
    """Whether any plan of the ledger ever had policies."""
    return rows.one("SELECT 1 FROM event_types WHERE name = ?", (_POLICIES,)) is not None


def policies_at(rows: Rows, plan: int, position: int | None = None) -> Policies:
    """The policies in force after a position (None: at the head); read from the log, where they are few."""
    upto, params = ("", ()) if position is None else (" AND a.position <= ?", (position,))
    row = rows.one(
        "SELECT e.payload FROM acts a JOIN events e ON e.position = a.position WHERE a.stream = ?"
        f" AND e.type = (SELECT no FROM event_types WHERE name = ?){upto} ORDER BY a.position DESC LIMIT 1",
        (plan, _POLICIES, *params),
    )
    if row is None:
        return NO_POLICIES
    event = read_payload(_POLICIES, bytes(row[0]), {"originator_id": UUID(int=0)})
    assert isinstance(event, PoliciesDeclared)
    return policies_of(event)


def field_numbers(rows: Rows, plan: int) -> dict[tuple[str, str], int]:
    """(level, field) → the field's permanent number within the plan."""
    return {
        (level, key): number
        for level, key, number in rows.all("SELECT level, key, number FROM fields WHERE plan = ?", (plan,))
    }


def meetings(rows: Rows, plan: int) -> list[MeetingRow]:
    """All meetings of a plan with their editions, in the order in which they were held."""
    editions: dict[int, list[EditionRow]] = {}
    for meeting, number, position, effective, known, red, red_edition, revision, digest, version in rows.all(
        "SELECT e.meeting, e.edition, e.position, e.effective, e.known, e.red_meeting, e.red_edition,"
        " e.schema_revision, e.digest, e.marks_version FROM editions e JOIN meetings m ON m.no = e.meeting"
        " WHERE m.plan = ? ORDER BY e.meeting, e.edition",
        (plan,),
    ):
        since = None if red is None else (red, red_edition)
        editions.setdefault(meeting, []).append(
            EditionRow(meeting, number, position, Pair(effective, known), since, revision, digest, version)
        )
    found = [
        _meeting(row, tuple(editions[row[0]]))
        for row in rows.all(
            "SELECT no, uuid, name, body, number, scope, held_on, as_of_on, annulled"
            " FROM meetings WHERE plan = ? ORDER BY no",
            (plan,),
        )
    ]
    return _with_previous(rows, found)


def _meeting(row: SqlRow, editions: tuple[EditionRow, ...]) -> MeetingRow:
    no, uuid, name, body, number, scope, held_on, as_of_on, annulled = row
    return MeetingRow(
        no,
        UUID(bytes=bytes(uuid)),
        name,
        body,
        number,
        scope,
        None if held_on is None else date.fromisoformat(held_on),
        None if as_of_on is None else date.fromisoformat(as_of_on),
        bool(annulled),
        editions,
    )


def _with_previous(rows: Rows, found: list[MeetingRow]) -> list[MeetingRow]:
    """Of a table that was entered afterwards (a baseline), and was given no red base, the previous edition of the same
    body and scope: which one that is, is known when all are entered."""
    return [_based(found, each) if _entered_later(rows, each) else each for each in found]


def _entered_later(rows: Rows, meeting: MeetingRow) -> bool:
    if meeting.editions[0].red_since is not None:
        return False
    row = rows.one("SELECT payload FROM events WHERE position = ?", (meeting.no,))
    return row is not None and bool(json.loads(row[0]).get("baseline"))


def _based(meetings: list[MeetingRow], meeting: MeetingRow) -> MeetingRow:
    first = meeting.editions[0]
    before = [
        edition
        for other in meetings
        if not other.annulled and (other.body, other.scope) == (meeting.body, meeting.scope)
        for edition in other.editions
        if edition.pair.at < first.pair.at
    ]
    if not before:
        return meeting
    last = max(before, key=lambda edition: (edition.pair.at, edition.position))
    based = evolve(first, red_since=(last.meeting, last.edition))
    return evolve(meeting, editions=(based, *meeting.editions[1:]))


@frozen
class ActorRow:
    """An actor's revision and, where it was not erased, the particulars: the host's id, name, section."""

    no: int
    uuid: UUID
    revision: int
    key: str | None
    name: str | None
    section: str | None


def actors(rows: Rows) -> dict[int, ActorRow]:
    """Every actor revision by number."""
    found: dict[int, ActorRow] = {}
    for no, uuid, revision, body in rows.all(
        "SELECT a.no, a.uuid, a.revision, p.body FROM actors a"
        " LEFT JOIN profiles p ON p.actor = a.uuid AND p.revision = a.revision ORDER BY a.no"
    ):
        profile: dict[str, Any] = json.loads(body) if body is not None else {}
        found[no] = ActorRow(
            no,
            UUID(bytes=bytes(uuid)),
            revision,
            profile.get("id"),
            profile.get("name"),
            profile.get("section"),
        )
    return found


def position_at(rows: Rows, microseconds: int) -> int:
    """The last position recorded at or before a time. Recorded times never decrease, so it is searched by halves."""
    row = rows.one("SELECT batch, recorded_at FROM events ORDER BY position DESC LIMIT 1")
    if row is None:
        return 0
    if row[1] <= microseconds:
        return last_position(rows)
    low, high = 0, int(row[0])  # what is at or below low is early enough, what is at high is too late
    while True:
        if low + 1 >= high:
            return high - 1
        middle = rows.one("SELECT position, recorded_at FROM events WHERE position = ?", ((low + high) // 2,))
        assert middle is not None
        if middle[1] <= microseconds:
            low = middle[0]
        else:
            high = middle[0]


def batch_bounds(rows: Rows, position: int) -> tuple[int, int] | None:
    """First and last position of the batch that holds a position; None where no batch does."""
    if not 0 < position < 1 << 63:
        return None
    row = rows.one("SELECT batch FROM events WHERE position = ?", (position,))
    if row is None:
        return None
    last = rows.one(
        "SELECT coalesce((SELECT n.position FROM events n WHERE n.position > ? AND n.batch = n.position"
        " ORDER BY n.position LIMIT 1) - 1, (SELECT max(position) FROM events))",
        (row[0],),
    )
    assert last is not None
    return int(row[0]), int(last[0])
