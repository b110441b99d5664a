"""Meetings that were held, with what was handed out."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from attrs import frozen

from plan_ledger.values.coordinates import Pair


@frozen
class EditionInfo:
    """One edition of a meeting, as it was handed out."""

    number: int
    position: int
    pair: Pair
    red_since: tuple[str, int] | None
    digest: str
    schema_revision: int
    marks_version: int


@frozen
class MeetingInfo:
    """A meeting that was held, with its editions."""

    id: UUID
    name: str
    body: str | None
    number: int | None
    scope: UUID | None
    held_on: date | None
    as_of_on: date | None
    annulled: bool
    editions: tuple[EditionInfo, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id.hex,
            "name": self.name,
            "body": self.body,
            "number": self.number,
            "scope": self.scope.hex if self.scope else None,
            "held_on": self.held_on.isoformat() if self.held_on else None,
            "as_of_on": self.as_of_on.isoformat() if self.as_of_on else None,
            "annulled": self.annulled,
            "editions": [
                {
                    "edition": edition.number,
                    "position": edition.position,
                    "effective": edition.pair.at,
                    "known": edition.pair.known,
                    "red_since": f"{edition.red_since[0]}#{edition.red_since[1]}" if edition.red_since else None,
                    "digest": edition.digest,
                    "schema_revision": edition.schema_revision,
                    "marks_version": edition.marks_version,
                }
                for edition in self.editions
            ],
        }
