"""Recorded changes, one by one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from attrs import field as attribute, frozen

from plan_ledger.queries.results.causes import Actor, Cause
from plan_ledger.queries.shown import Shown


class Appearances(Protocol):
    """Tells by which handed-out table a fact first appeared."""

    def of(self, position: int, effective: int, line: Iterable[int] = ()) -> str | None:
        """The edition's name; None where no table has shown it yet."""
        ...


@frozen(eq=False)
class AuditRow(Shown):
    """One recorded change or act: what it did, and everything about who did it.

    ``kind`` says what ``action`` did more closely (``renamed``, ``emptied``, ``corrected``: see
    ``plan_ledger.queries.audit_kinds``). ``batch`` is the position of the batch's first event, ``hash`` the event's
    link in the chain, ``effective`` the coordinate from which a fact counts (0: an act). Of an act that is about no
    item, ``item`` and ``field`` are None. ``line`` and ``appearances`` are what ``edition`` is found by.
    """

    cause: Cause
    action: str
    item: UUID | None
    level: str | None
    path: tuple[str, ...]
    field: str | None
    label: str
    old: str
    new: str
    kind: str = attribute(default="", kw_only=True)
    batch: int = attribute(default=0, kw_only=True)
    hash: bytes = attribute(default=b"", kw_only=True)
    effective: int = attribute(default=0, kw_only=True)
    plan_name: str | None = attribute(default=None, kw_only=True)
    line: tuple[int, ...] = attribute(default=(), kw_only=True, repr=False)
    appearances: Appearances | None = attribute(default=None, kw_only=True, repr=False)

    @property
    def edition(self) -> str | None:
        """The table by which a fact was first handed out, ``第2回PT`` or ``第2回PT#2``; None: no table has shown it."""
        return None if self.appearances is None else self.appearances.of(self.position, self.effective, self.line)

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

    @property
    def author(self) -> Actor | None:
        """On whose behalf it was recorded."""
        return self.cause.author

    @property
    def approver(self) -> Actor | None:
        return self.cause.approver

    @property
    def approval(self) -> str | None:
        """The approval's number (決裁番号)."""
        return self.cause.batch_header.words.get("approval")

    @property
    def assurance(self) -> str:
        """``authenticated`` where the host made sure who it was, else ``declared``."""
        return str(self.cause.batch_header.words.get("assurance", "declared"))

    @property
    def document(self) -> str | None:
        """The name of the document that the batch came from."""
        return self.cause.batch_header.words.get("document")

    @property
    def source(self) -> str | None:
        """Document, sheet and cell, or the words given."""
        return self.cause.source_text()

    @property
    def undoes(self) -> int | None:
        """The batch that this row's batch takes back."""
        return self.cause.batch_header.words.get("undoes")

    def to_dict(self) -> dict[str, Any]:
        return {
            **self.cause.to_dict(),
            "action": self.action,
            "kind": self.kind or self.action,
            "batch": self.batch or None,
            "item": self.item.hex if self.item else None,
            "level": self.level,
            "path": list(self.path),
            "field": self.field,
            "label": self.label,
            "old": self.old,
            "new": self.new,
            "on_behalf_of": self.author.to_dict() if self.author else None,
            "approver": self.approver.to_dict() if self.approver else None,
            "assurance": self.assurance,
            "approval": self.approval,
            "document": self.document,
            "document_sha256": self.cause.batch_header.words.get("document_sha256"),
            "sheet": self.cause.source.get("sheet"),
            "cell": self.cause.source.get("cell"),
            "undoes": self.undoes,
            "edition": self.edition,
            "hash": self.hash.hex() or None,
        }
