"""Audit reports: rows with what was asked for, over which range, and how much of it is listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import field, frozen

from plan_ledger.queries.results import AuditRow
from plan_ledger.queries.shown import Shown


@frozen
class Statement:
    """What a report says of itself: ``filters`` in the office's words, the range of positions, both inclusive.

    ``routine`` is how many acts of the round of work (meetings, a plan opened, actors seen for the first time) fit as
    well and are left out because nobody asked for them.
    """

    plans: tuple[str, ...]
    filters: Mapping[str, str]
    first: int
    last: int
    sort: str = "asc"
    limit: int | None = None
    routine: int = 0

    @property
    def events(self) -> int:
        """How many events the ledger recorded in the range, of whatever kind and plan."""
        return max(0, self.last - self.first + 1)

    def to_dict(self) -> dict[str, Any]:
        return {
            "plans": list(self.plans),
            "filters": dict(self.filters),
            "first": self.first,
            "last": self.last,
            "events_in_range": self.events,
            "sort": self.sort,
            "limit": self.limit,
            "routine_acts_left_out": self.routine,
        }


@frozen(eq=False)
class AuditReport(Shown):
    """An audit's rows. ``matching`` is how many fit in all; fewer are listed only where ``limit`` was reached."""

    statement: Statement
    rows: tuple[AuditRow, ...] = field(repr=False)
    matching: int

    def __iter__(self) -> Iterator[AuditRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def left_out(self) -> int:
        """How many rows fit and are not listed."""
        return self.matching - len(self.rows)

    @property
    def next(self) -> str | None:
        """What to go on after; None where everything is listed."""
        return str(self.rows[-1].position) if self.left_out and self.rows else None

    def to_dict(self) -> dict[str, Any]:
        positions = [row.position for row in self.rows]
        return {
            **self.statement.to_dict(),
            "matching": self.matching,
            "listed": len(self.rows),
            "first_listed": min(positions, default=None),
            "last_listed": max(positions, default=None),
            "next": self.next,
            "rows": [row.to_dict() for row in self.rows],
        }

    def to_csv(self, *, bom: bool = False) -> str:
        """The rows as csv with a header; ``bom`` puts the mark in front by which Excel knows UTF-8."""
        return ("\ufeff" if bom else "") + str(self._rendered("csv", {}))


@frozen(eq=False)
class AuditPage:
    """Some rows, and the token to go on with; None after the last."""

    rows: tuple[AuditRow, ...]
    next: str | None

    def __iter__(self) -> Iterator[AuditRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def to_dict(self) -> dict[str, Any]:
        return {"rows": [row.to_dict() for row in self.rows], "next": self.next}
