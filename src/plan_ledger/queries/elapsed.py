"""Schedule entries whose time had passed at a day: what a meeting asks about first."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import frozen

from plan_ledger.values.notation import Schedule
from plan_ledger.values.schema import FieldKind

if TYPE_CHECKING:
    from plan_ledger.queries.results import Snapshot


@frozen
class ElapsedEntry:
    """An entry that ended before the day: ``when`` as written, ``ended`` the last day that it can mean."""

    item: UUID
    level: str
    path: tuple[str, ...]
    field: str
    label: str
    text: str
    when: str
    ended: date

    def to_dict(self) -> dict[str, Any]:
        return {
            "item": self.item.hex,
            "level": self.level,
            "path": list(self.path),
            "field": self.field,
            "label": self.label,
            "text": self.text,
            "when": self.when,
            "ended": self.ended.isoformat(),
        }


def elapsed_at(snapshot: Snapshot, on: date) -> tuple[ElapsedEntry, ...]:
    """The entries that had ended before ``on``, in table order.

    An entry without a date, with an open or a vague end (``R5.4~``), or that ends on ``on`` itself has not elapsed.
    """
    found: list[ElapsedEntry] = []
    for item in snapshot.items:
        level = snapshot.schema.level(item.level)
        if level is None:
            continue
        for spec in level.live_fields:
            if spec.kind is not FieldKind.SCHEDULE or item[spec.key].redacted:
                continue
            value = snapshot.value(item, spec.key)
            if not isinstance(value, Schedule):
                continue
            for entry in value.entries:
                ended = None if entry.when is None else entry.when.last
                if ended is not None and entry.when_text is not None and ended < on:
                    found.append(
                        ElapsedEntry(
                            item.id, item.level, item.path, spec.key, spec.label, entry.text, entry.when_text, ended
                        )
                    )
    return tuple(found)
