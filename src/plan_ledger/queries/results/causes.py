"""Who was behind a result, when, why and from where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from attrs import field, frozen

from plan_ledger.values.made import Weak
from plan_ledger.values.texts import REDACTED_TEXT


def time_of(microseconds: int, zone: str = "UTC") -> datetime:
    """A recorded time, microseconds since 1970 in UTC, as a time of a zone."""
    seconds, rest = divmod(microseconds, 1_000_000)
    found = datetime.fromtimestamp(seconds, _zone(zone))
    return found.replace(microsecond=rest) if rest else found


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)


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


class Actors(dict[tuple[str, int], Actor]):
    """Actors by (opaque id, revision), as the headers of batches name them; and those headers, each once."""

    def __init__(self, actors: Mapping[tuple[str, int], Actor]) -> None:
        super().__init__(actors)
        self._headers: dict[bytes, Header] = {}

    def header(self, content: bytes) -> Header:
        """A batch's header. The many results that have the same share it."""
        found = self._headers.get(content)
        if found is None:
            found = self._headers[content] = Header(content, self)
        return found


@frozen(eq=False)
class Header:
    """What the events of a batch have in common, read when asked for."""

    json: bytes
    actors: Actors = field(repr=False)

    @cached_property
    def words(self) -> Mapping[str, Any]:
        """The header as it is stored."""
        return self.read()

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.json)
        return found

    @cached_property
    def actor(self) -> Actor:
        """Who recorded it, as of then."""
        return self.who("actor") or ERASED

    @cached_property
    def reason(self) -> str | None:
        return self.words.get("reason")

    def who(self, role: str) -> Actor | None:
        ref = self.words.get(role)
        return None if ref is None else self.actors.get((ref["id"], ref.get("revision", 1)), ERASED)


@frozen(eq=False)
class Cause(Weak):
    """An event behind a result: when, who, why, from where. Header and source are read when asked for."""

    position: int
    recorded_us: int
    zone: str
    batch_header: Header
    payload_json: bytes

    @property
    def recorded_at(self) -> datetime:
        """When it was recorded, in the plan's zone."""
        return time_of(self.recorded_us, self.zone)

    @property
    def header(self) -> Mapping[str, Any]:
        """The batch's header as it is stored; a copy, since many results share one."""
        return self.batch_header.read()

    @property
    def actor(self) -> Actor:
        """Who recorded it, as of then."""
        return self.batch_header.actor

    @property
    def author(self) -> Actor | None:
        """On whose behalf it was recorded."""
        return self.batch_header.who("on_behalf_of")

    @property
    def approver(self) -> Actor | None:
        """Who approved it."""
        return self.batch_header.who("approver")

    @property
    def source(self) -> Mapping[str, Any]:
        """Sheet, cell and note that the event itself names."""
        return json.loads(self.payload_json).get("source") or {}

    @property
    def reason(self) -> str | None:
        return self.batch_header.reason

    def source_text(self) -> str | None:
        """Document, sheet and cell, or the words given, for people."""
        source = self.source
        document = self.batch_header.words.get("document") if (source.get("cell") or not source) else None
        sheet = f"「{source['sheet']}」" if source.get("sheet") else " " if document else ""
        cell = f"{document or ''}{sheet}{source.get('cell') or ''}".strip()
        return " ".join(part for part in (cell, source.get("note") or "") if part) or None

    def to_dict(self) -> dict[str, Any]:
        return {
            "position": self.position,
            "recorded_at": self.recorded_at.isoformat(),
            "actor": self.actor.to_dict(),
            "reason": self.reason,
            "source": self.source_text(),
        }
