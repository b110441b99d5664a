"""Recorded changes, one by one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from attrs import frozen

from plan_ledger.queries.results.causes import Actor, Cause
from plan_ledger.queries.shown import Shown


@frozen(eq=False)
class AuditRow(Shown):
    """One recorded change: what it did, and everything about who did it."""

    cause: Cause
    action: str
    item: UUID | None
    level: str | None
    path: tuple[str, ...]
    field: str | None
    label: str
    old: str
    new: str

    @property
    def position(self) -> int:
        return self.cause.position

    @property
    def recorded_at(self) -> datetime:
        return self.cause.recorded_at

    @property
    def actor(self) -> Actor:
        return self.cause.actor

    @property
    def reason(self) -> str | None:
        return self.cause.reason

    def to_dict(self) -> dict[str, Any]:
        return {
            **self.cause.to_dict(),
            "action": self.action,
            "item": self.item.hex if self.item else None,
            "path": list(self.path),
            "field": self.field,
            "label": self.label,
            "old": self.old,
            "new": self.new,
            "on_behalf_of": self.cause.author.to_dict() if self.cause.author else None,
            "assurance": self.cause.header.get("assurance", "declared"),
            "approval": self.cause.header.get("approval"),
            "document": self.cause.header.get("document"),
            "document_sha256": self.cause.header.get("document_sha256"),
        }
