"""An item through the fiscal years: what it continues, and what continues it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal
from uuid import UUID

from attrs import frozen

from plan_ledger.queries.shown import Shown

Relation = Literal["earlier", "self", "later"]


@frozen
class LineageEntry:
    """One item of a line.

    Attributes:
        relation: ``earlier`` where the item that was asked about continues it, directly or not; ``later`` where it
            continues that one; ``self``.
        plan, fiscal_year: Its plan.
        item, level, title, path: As they are now.
        alive: Whether it stands in its plan's table; False: it, or an item above it, was withdrawn.
        position: The event that added it.
        continues: The ids that it continues directly.
    """

    relation: Relation
    plan: str
    fiscal_year: int
    item: UUID
    level: str
    title: str
    path: tuple[str, ...]
    alive: bool
    position: int
    continues: tuple[UUID, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "relation": self.relation,
            "plan": self.plan,
            "fiscal_year": self.fiscal_year,
            "item": self.item.hex,
            "level": self.level,
            "title": self.title,
            "path": list(self.path),
            "alive": self.alive,
            "position": self.position,
            "continues": [each.hex for each in self.continues],
        }


@frozen(eq=False)
class Lineage(Shown):
    """An item with all that it continues and all that continues it, by fiscal year."""

    item: UUID
    entries: tuple[LineageEntry, ...]

    def __iter__(self) -> Iterator[LineageEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def earlier(self) -> tuple[LineageEntry, ...]:
        return tuple(entry for entry in self.entries if entry.relation == "earlier")

    @property
    def later(self) -> tuple[LineageEntry, ...]:
        return tuple(entry for entry in self.entries if entry.relation == "later")

    def to_dict(self) -> dict[str, Any]:
        return {"item": self.item.hex, "entries": [entry.to_dict() for entry in self.entries]}
