"""Who was behind a result, when, why and from where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from attrs import field, frozen

from plan_ledger.values.texts import REDACTED_TEXT


def time_of(microseconds: int, zone: str = "UTC") -> datetime:
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC if zone == "UTC" else ZoneInfo(zone)).replace(
        microsecond=microseconds % 1_000_000
    )


@frozen
class Actor:
    """Who: the host's id, the name and the section as of then; all None once the person was erased."""

    id: str | None
    name: str | None
    section: str | None = None
    revision: int = 1

    def __str__(self) -> str:
        if self.name is None:
            return REDACTED_TEXT
        return f"{self.name}（{self.section}）" if self.section else self.name

    def to_dict(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "section": self.section}


ERASED = Actor(None, None)
Actors = Mapping[tuple[str, int], Actor]
"""Actors by (opaque id, revision), as the headers of batches name them."""


@lru_cache(maxsize=4096)
def _header(data: bytes) -> dict[str, Any]:
    """A batch's header. Many results share one."""
    header: dict[str, Any] = json.loads(data)
    return header


@frozen(eq=False)
class Cause:
    """An event behind a result: when, who, why, from where. Header and source are read when asked for."""

    position: int
    recorded_us: int
    zone: str
    actors: Actors = field(repr=False)
    header_json: bytes
    payload_json: bytes

    @property
    def recorded_at(self) -> datetime:
        """When it was recorded, in the plan's zone."""
        return time_of(self.recorded_us, self.zone)

    @property
    def header(self) -> Mapping[str, Any]:
        """The batch's header as it is stored."""
        return _header(self.header_json)

    @property
    def actor(self) -> Actor:
        """Who recorded it, as of then."""
        return self._who("actor") or ERASED

    @property
    def author(self) -> Actor | None:
        """On whose behalf it was recorded."""
        return self._who("on_behalf_of")

    @property
    def approver(self) -> Actor | None:
        """Who approved it."""
        return self._who("approver")

    def _who(self, role: str) -> Actor | None:
        ref = _header(self.header_json).get(role)
        return None if ref is None else self.actors.get((ref["id"], ref.get("revision", 1)), ERASED)

    @property
    def source(self) -> Mapping[str, Any]:
        """Sheet, cell and note that the event itself names."""
        return json.loads(self.payload_json).get("source") or {}

    @property
    def reason(self) -> str | None:
        return self.header.get("reason")

    def source_text(self) -> str | None:
        """Document, sheet and cell, or the words given, for people."""
        source = self.source
        document = self.header.get("document") if (source.get("cell") or not source) else None
        sheet = f"「{source['sheet']}」" if source.get("sheet") else ""
        parts = (document or "", sheet, source.get("cell") or "")
        return " ".join(part for part in ("".join(parts), source.get("note") or "") if part) or None

    def to_dict(self) -> dict[str, Any]:
        return {
            "position": self.position,
            "recorded_at": self.recorded_at.isoformat(),
            "actor": self.actor.to_dict(),
            "reason": self.reason,
            "source": self.source_text(),
        }
