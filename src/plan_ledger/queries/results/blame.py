"""Who wrote which words: of one field, or of a whole table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from attrs import Factory, field, frozen

from plan_ledger.queries.results.causes import Actor, Cause
from plan_ledger.queries.results.moments import MomentRef
from plan_ledger.queries.results.snapshots import Snapshot
from plan_ledger.queries.shown import Shown


@frozen
class Handout:
    """An edition by which words were first handed out: the plan, the meeting's name and the edition's number."""

    plan: str
    meeting: str
    edition: int

    def __str__(self) -> str:
        return self.meeting if self.edition == 1 else f"{self.meeting} 第{self.edition}版"

    def to_dict(self) -> dict[str, Any]:
        return {"plan": self.plan, "meeting": self.meeting, "edition": self.edition}


@frozen(eq=False)
class BlameRun:
    """Consecutive words that one event brought.

    Attributes:
        text: The words, to the letter.
        cause: The event: its position, when, who, on whose behalf, why, from where.
        plan, item: Whose event it is: those of an earlier year, where the item continues one.
        handout: The edition by which the words were first handed out; None: not by this moment.
        redacted: The event's text was destroyed (抹消済).
        since: The position from which on the words may have stood there already, where the text before this event's
            was destroyed and can't be compared any more.
    """

    text: str
    cause: Cause
    plan: str
    item: UUID
    handout: Handout | None = None
    redacted: bool = False
    since: int | None = None

    @property
    def position(self) -> int:
        """The event's position."""
        return self.cause.position

    @property
    def author(self) -> Actor:
        """Whose words they are: on whose behalf they were recorded, else who recorded them."""
        return self.cause.author or self.cause.actor

    def to_dict(self) -> dict[str, Any]:
        author = self.cause.author
        return {
            "text": self.text,
            **self.cause.to_dict(),
            "on_behalf_of": None if author is None else author.to_dict(),
            "plan": self.plan,
            "item": self.item.hex,
            "handout": None if self.handout is None else self.handout.to_dict(),
            "redacted": self.redacted,
            "since": self.since,
        }


def _authors(runs: Iterable[BlameRun]) -> dict[Actor, int]:
    found: dict[Actor, int] = {}
    for run in runs:
        found[run.author] = found.get(run.author, 0) + len(run.text)
    return dict(sorted(found.items(), key=lambda each: -each[1]))


@frozen(eq=False)
class Blame(Shown):
    """The origin of every word of one field at a moment (文言の来歴). The runs' texts together are ``text``."""

    plan: str
    moment: MomentRef
    item: UUID
    level: str
    path: tuple[str, ...]
    field: str
    label: str
    text: str
    runs: tuple[BlameRun, ...]

    def __iter__(self) -> Iterator[BlameRun]:
        return iter(self.runs)

    def __len__(self) -> int:
        return len(self.runs)

    @property
    def title(self) -> str:
        """The item's title at the moment."""
        return self.path[-1] if self.path else ""

    def authors(self) -> Mapping[Actor, int]:
        """Whose words they are → how many characters, most first."""
        return _authors(self.runs)

    def to_dict(self) -> dict[str, Any]:
        return {"plan": self.plan, "moment": self.moment.to_dict(), **self.cell_dict()}

    def cell_dict(self) -> dict[str, Any]:
        """Without plan and moment, as one cell of a table."""
        return {
            "item": self.item.hex,
            "level": self.level,
            "path": list(self.path),
            "field": self.field,
            "label": self.label,
            "text": self.text,
            "runs": [run.to_dict() for run in self.runs],
        }


def _by_cell(cells: Iterable[Blame]) -> dict[tuple[UUID, str], Blame]:
    return {(cell.item, cell.field): cell for cell in cells}


@frozen(eq=False)
class PlanBlame(Shown):
    """The origin of every word of a table: its fields that hold a text, in table order."""

    snapshot: Snapshot
    cells: tuple[Blame, ...]
    _by_cell: dict[tuple[UUID, str], Blame] = field(
        init=False, repr=False, default=Factory(lambda self: _by_cell(self.cells), takes_self=True)
    )

    def __iter__(self) -> Iterator[Blame]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def plan(self) -> str:
        return self.snapshot.plan

    @property
    def moment(self) -> MomentRef:
        return self.snapshot.moment

    def of(self, item: UUID, key: str) -> Blame | None:
        """One field's; None where it holds no text, or was not asked for."""
        return self._by_cell.get((item, key))

    def authors(self) -> Mapping[Actor, int]:
        """Whose words they are → how many characters, most first."""
        return _authors(run for cell in self.cells for run in cell.runs)

    def to_dict(self) -> dict[str, Any]:
        return {
            "plan": self.plan,
            "fiscal_year": self.snapshot.fiscal_year,
            "moment": self.moment.to_dict(),
            "digest": self.snapshot.digest,
            "cells": [cell.cell_dict() for cell in self.cells],
        }
