"""How events that are no fact of an item update the index: those of plans, meetings and actors."""

from __future__ import annotations

from uuid import UUID

from attrs import define

from plan_ledger.errors import PlanLedgerError
from plan_ledger.events import (
    ActorErased,
    ActorProfiled,
    Event,
    MeetingAnnulled,
    MeetingHeld,
    MeetingReissued,
    MeetingRenamed,
    PlanOpened,
    PoliciesDeclared,
    SchemaDeclared,
    TextRedacted,
)
from plan_ledger.index.names import Names, find_field
from plan_ledger.index.registers import MAX_FIELDS
from plan_ledger.store.transaction import Transaction
from plan_ledger.values.schema import FIRST_FIELD


@define(eq=False, slots=False)
class TooManyFields(PlanLedgerError):
    code = "too_many_fields"
    ja = "1つの計画に定義できる欄は{limit}個までです。"
    en = "A plan can define at most {limit} fields."

    limit: int = MAX_FIELDS


class Acts:
    """Puts down the index rows of one such event after the other."""

    def __init__(self, tx: Transaction, names: Names) -> None:
        self._tx = tx
        self._names = names

    def project(self, stream: int, position: int, event: Event) -> None:
        """Bring the index up to date with one event."""
        run = self._tx.run
        run("INSERT INTO acts (stream, position) VALUES (?, ?)", (stream, position))
        match event:
            case ActorProfiled():
                row = self._tx.one("SELECT coalesce(max(no), 0) + 1 FROM actors")
                assert row is not None
                self._names.actors[event.actor, event.revision] = row[0]
                run(
                    "INSERT INTO actors (no, uuid, revision, position) VALUES (?, ?, ?, ?)",
                    (row[0], event.actor.bytes, event.revision, position),
                )
            case PlanOpened():
                run(
                    "INSERT INTO plans (no, position, title, fiscal_year, zone) VALUES (?, ?, ?, ?, ?)",
                    (stream, position, event.title, event.fiscal_year, event.zone),
                )
            case SchemaDeclared():
                run(
                    "INSERT INTO schemas (plan, revision, position, definition) VALUES (?, ?, ?, ?)",
                    (stream, event.revision, position, event.model_dump_json()),
                )
                self._number_fields(stream, event)
            case MeetingHeld():
                scope = None if event.scope is None else self._names.streams[event.scope]
                run(
                    "INSERT INTO meetings (no, plan, uuid, name, body, number, scope, held_on, as_of_on, annulled)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
                    (
                        position,
                        stream,
                        event.meeting.bytes,
                        event.name,
                        event.body,
                        event.number,
                        scope,
                        event.held_on,
                        event.as_of_on,
                    ),
                )
                self._edition(position, position, event)
            case MeetingReissued():
                self._edition(self._meeting(event.meeting), position, event)
            case MeetingRenamed():
                run(
                    "UPDATE meetings SET name = ?, body = ?, number = ?, held_on = ?, as_of_on = ? WHERE no = ?",
                    (
                        event.name,
                        event.body,
                        event.number,
                        event.held_on,
                        event.as_of_on,
                        self._meeting(event.meeting),
                    ),
                )
            case MeetingAnnulled():
                run("UPDATE meetings SET annulled = 1 WHERE no = ?", (self._meeting(event.meeting),))
            case PoliciesDeclared() | TextRedacted() | ActorErased():
                pass  # few: read from the log; what was destroyed stands beside it
            case _:
                raise TypeError(f"no projection for {type(event).__name__}")

    def _edition(self, meeting: int, position: int, event: MeetingHeld | MeetingReissued) -> None:
        red = event.red_since
        self._tx.run(
            "INSERT INTO editions (meeting, edition, position, effective, known, red_meeting, red_edition,"
            " schema_revision, digest, marks_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                meeting,
                event.edition,
                position,
                event.effective,
                event.known,
                None if red is None else self._meeting(red.meeting),
                None if red is None else red.edition,
                event.schema_revision,
                event.digest,
                event.marks_version,
            ),
        )

    def _meeting(self, meeting: UUID) -> int:
        row = self._tx.one("SELECT no FROM meetings WHERE uuid = ?", (meeting.bytes,))
        assert row is not None
        return int(row[0])

    def _number_fields(self, plan: int, event: SchemaDeclared) -> None:
        row = self._tx.one("SELECT coalesce(max(number), ?) FROM fields WHERE plan = ?", (FIRST_FIELD - 1, plan))
        assert row is not None
        number = row[0]
        for level in event.levels:
            for spec in level.fields:
                if (plan, level.key, spec.key) in self._names.fields or find_field(
                    self._tx, self._names, plan, level.key, spec.key
                ):
                    continue
                number += 1
                if number > MAX_FIELDS:
                    raise TooManyFields
                self._names.fields[plan, level.key, spec.key] = number
                self._tx.run(
                    "INSERT INTO fields (plan, level, key, number) VALUES (?, ?, ?, ?)",
                    (plan, level.key, spec.key, number),
                )
