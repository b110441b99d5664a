"""The net difference of two snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from attrs import frozen

from plan_ledger.queries.results.causes import Cause
from plan_ledger.queries.results.moments import MomentRef
from plan_ledger.queries.shown import Shown
from plan_ledger.values.marks import Segment, is_layout_only, mark

ChangeKind = Literal["added", "changed", "removed", "moved", "corrected"]


PLACE_LABEL = "位置"
"""What is said where a field's label stands, of an item's place."""


@frozen(eq=False)
class ChangeEntry(Shown):
    """The net difference of one register: a field, or (field None) the item's place.

    ``naming``: the field is the one that names the item. ``old_path`` is where a moved item stood.
    """

    item: UUID
    level: str
    title: str
    path: tuple[str, ...]
    field: str | None
    label: str
    kind: ChangeKind
    old: str
    new: str
    events: tuple[Cause, ...]
    old_path: tuple[str, ...] | None = None
    naming: bool = False

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The words that changed: same, added, removed, in the new text's order. Computed once, for all formats."""
        return mark(self.old, self.new).segments

    @cached_property
    def layout_only(self) -> bool:
        """Whether only white space, line breaks or width differ (表記のみ)."""
        return self.kind in ("changed", "corrected") and is_layout_only(self.old, self.new)

    def to_dict(self) -> dict[str, Any]:
        return {
            "item": self.item.hex,
            "level": self.level,
            "title": self.title,
            "path": list(self.path),
            "field": self.field,
            "label": self.label,
            "kind": self.kind,
            "layout_only": self.layout_only,
            "old": self.old,
            "new": self.new,
            "old_path": None if self.old_path is None else list(self.old_path),
            "segments": [{"text": segment.text, "kind": segment.kind} for segment in self.segments],
            "events": [cause.to_dict() for cause in self.events],
        }


@frozen(eq=False)
class ChangeSet(Shown):
    """The net difference of two snapshots, in table order; each entry with the events behind it."""

    plan: str
    since: MomentRef
    until: MomentRef
    entries: tuple[ChangeEntry, ...]
    schema_changes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[ChangeEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def of(self, item: UUID, key: str | None) -> ChangeEntry | None:
        return next((entry for entry in self.entries if entry.item == item and entry.field == key), None)

    def to_dict(self) -> dict[str, Any]:
        return {
            "plan": self.plan,
            "since": self.since.to_dict(),
            "until": self.until.to_dict(),
            "schema_changes": list(self.schema_changes),
            "entries": [entry.to_dict() for entry in self.entries],
        }
