"""A plan: opened, its schema revised, its meetings held, reissued, renamed, annulled. One page.

Which pair an edition has, what its digest and its red base are, is worked out by the ledger under the lock and
comes with the command; here it is decided whether that may be.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from attrs import evolve as replaced, field, frozen

from plan_ledger.domain import policies as policing
from plan_ledger.domain.errors import MeetingAnnulledAlready, MeetingExists, MeetingNameRefused
from plan_ledger.domain.policies import NO_POLICIES, Policies
from plan_ledger.domain.schemas import check_revision, declared, schema_of
from plan_ledger.events import (
    Event,
    MeetingAnnulled,
    MeetingHeld,
    MeetingReissued,
    MeetingRenamed,
    PlanOpened,
    PoliciesDeclared,
    SchemaDeclared,
)
from plan_ledger.events.model import EditionRef
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import Schema
from plan_ledger.values.texts import folded_name

RESERVED = frozenset({"now", "previous", "現在", "前回"})


@frozen
class Meeting:
    """A meeting as the log has it."""

    id: UUID
    name: str
    editions: int
    annulled: bool = False
    body: str | None = None
    number: int | None = None
    held_on: date | None = None
    as_of_on: date | None = None


@frozen
class Plan:
    """A plan as the log has it. ``meetings`` by id."""

    id: UUID
    title: str
    fiscal_year: int
    zone: str
    schema: Schema | None = None
    meetings: Mapping[UUID, Meeting] = field(factory=dict[UUID, Meeting])
    policies: Policies = NO_POLICIES


@frozen
class OpenPlan:
    plan: UUID
    title: str
    fiscal_year: int
    zone: str
    schema: Schema


@frozen
class DeclareSchema:
    schema: Schema


@frozen
class DeclarePolicies:
    """From here on this must be said; fields by key."""

    policies: Policies


@frozen
class Edition:
    """What fixes an edition: its pair, what it is red against, the schema it was made with, its digest."""

    pair: Pair
    red_since: tuple[UUID, int] | None
    schema_revision: int
    digest: str
    marks_version: int


@frozen
class HoldMeeting:
    meeting: UUID
    name: str
    edition: Edition
    body: str | None = None
    number: int | None = None
    scope: UUID | None = None
    held_on: date | None = None
    as_of_on: date | None = None
    baseline: bool = False


@frozen
class ReissueMeeting:
    meeting: UUID
    edition: Edition


@frozen
class RenameMeeting:
    meeting: UUID
    name: str
    body: str | None = None
    number: int | None = None
    held_on: date | None = None
    as_of_on: date | None = None


@frozen
class AnnulMeeting:
    meeting: UUID


PlanCommand = OpenPlan | DeclareSchema | DeclarePolicies | HoldMeeting | ReissueMeeting | RenameMeeting | AnnulMeeting


def decide(plan: Plan | None, command: PlanCommand) -> list[Event]:
    """The events that carry the command out; none where everything is as wanted already.

    Raises:
        CommandRefused: A subclass says why.
    """
    if isinstance(command, OpenPlan):
        opened = PlanOpened(
            originator_id=command.plan, title=command.title, fiscal_year=command.fiscal_year, zone=command.zone
        )
        return [opened, declared(command.plan, command.schema, 1)]
    assert plan is not None
    match command:
        case DeclareSchema(schema=schema):
            event = declared(plan.id, schema, (plan.schema.revision if plan.schema else 0) + 1)
            if plan.schema is not None:
                if schema_of(event) == plan.schema:
                    return []
                check_revision(plan.schema, schema)
            return [event]
        case DeclarePolicies(policies=policies):
            return [] if policies == plan.policies else [policing.declared(plan.id, policies)]
        case HoldMeeting():
            check_name(command.name)
            check_free(plan, command.name)
            return [
                MeetingHeld(
                    originator_id=plan.id,
                    meeting=command.meeting,
                    name=command.name,
                    body=command.body,
                    number=command.number,
                    scope=command.scope,
                    held_on=_iso(command.held_on),
                    as_of_on=_iso(command.as_of_on),
                    baseline=command.baseline,
                    edition=1,
                    **_edition(command.edition),
                )
            ]
        case ReissueMeeting():
            meeting = _standing(plan, command.meeting)
            return [
                MeetingReissued(
                    originator_id=plan.id,
                    meeting=meeting.id,
                    edition=meeting.editions + 1,
                    **_edition(command.edition),
                )
            ]
        case RenameMeeting():
            meeting = _standing(plan, command.meeting)
            check_name(command.name)
            if folded_name(command.name) != folded_name(meeting.name):
                check_free(plan, command.name)
            if replaced(meeting, **_renaming(command)) == meeting:
                return []
            return [
                MeetingRenamed(
                    originator_id=plan.id,
                    meeting=meeting.id,
                    name=command.name,
                    body=command.body,
                    number=command.number,
                    held_on=_iso(command.held_on),
                    as_of_on=_iso(command.as_of_on),
                )
            ]
        case AnnulMeeting():
            return [MeetingAnnulled(originator_id=plan.id, meeting=_standing(plan, command.meeting).id)]


def evolve(plan: Plan | None, event: Event) -> Plan:
    """The plan after an event."""
    if isinstance(event, PlanOpened):
        return Plan(event.originator_id, event.title, event.fiscal_year, event.zone)
    assert plan is not None
    match event:
        case SchemaDeclared():
            return replaced(plan, schema=schema_of(event))
        case PoliciesDeclared():
            return replaced(plan, policies=policing.policies_of(event))
        case MeetingHeld():
            held = Meeting(event.meeting, event.name, 1, body=event.body, number=event.number)
            return _with_meeting(plan, replaced(held, **_days(event)))
        case MeetingReissued():
            return _with_meeting(plan, replaced(plan.meetings[event.meeting], editions=event.edition))
        case MeetingRenamed():
            named = replaced(
                plan.meetings[event.meeting], name=event.name, body=event.body, number=event.number, **_days(event)
            )
            return _with_meeting(plan, named)
        case MeetingAnnulled():
            return _with_meeting(plan, replaced(plan.meetings[event.meeting], annulled=True))
        case _:
            return plan


def check_name(name: str) -> None:
    """Refuse a meeting name that reads as another kind of moment: a position, a date, a reserved word, an edition."""
    folded = unicodedata.normalize("NFKC", name).strip()
    if not folded:
        raise MeetingNameRefused(name, "blank")
    if "#" in folded:
        raise MeetingNameRefused(name, "hash")
    if folded.casefold() in RESERVED:
        raise MeetingNameRefused(name, "reserved")
    if re.fullmatch(r"[+-]?[0-9,. ]+", folded):
        raise MeetingNameRefused(name, "number")
    if _DATE.fullmatch(folded):
        raise MeetingNameRefused(name, "date")


_ERA = r"(?:[MTSHR]|明治|大正|昭和|平成|令和)"
_DATE = re.compile(
    rf"(?:{_ERA}\s*(?:元|[0-9]{{1,2}})|[0-9]{{1,4}})\s*(?:年度|年|[./-])?\s*(?:[0-9]{{1,2}}\s*(?:月|[./-])?\s*)?"
    r"(?:[0-9]{1,2}\s*日?)?(?:[T ][0-9:.+-]+Z?)?(?:時点|現在)?",
    re.IGNORECASE,
)


def _edition(edition: Edition) -> dict[str, Any]:
    red = edition.red_since
    return {
        "effective": edition.pair.at,
        "known": edition.pair.known,
        "red_since": EditionRef(meeting=red[0], edition=red[1]) if red else None,
        "schema_revision": edition.schema_revision,
        "digest": edition.digest,
        "marks_version": edition.marks_version,
    }


def check_free(plan: Plan, name: str) -> None:
    """Refuse the name of a meeting that stands."""
    wanted = folded_name(name)
    if any(not meeting.annulled and folded_name(meeting.name) == wanted for meeting in plan.meetings.values()):
        raise MeetingExists(name)


def _standing(plan: Plan, meeting: UUID) -> Meeting:
    found = plan.meetings[meeting]
    if found.annulled:
        raise MeetingAnnulledAlready(found.name)
    return found


def _renaming(command: RenameMeeting) -> dict[str, Any]:
    return {
        "name": command.name,
        "body": command.body,
        "number": command.number,
        "held_on": command.held_on,
        "as_of_on": command.as_of_on,
    }


def _days(event: MeetingHeld | MeetingRenamed) -> dict[str, Any]:
    return {
        "held_on": None if event.held_on is None else date.fromisoformat(event.held_on),
        "as_of_on": None if event.as_of_on is None else date.fromisoformat(event.as_of_on),
    }


def _with_meeting(plan: Plan, meeting: Meeting) -> Plan:
    return replaced(plan, meetings={**plan.meetings, meeting.id: meeting})


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
