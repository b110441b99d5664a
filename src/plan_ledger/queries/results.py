"""Results: frozen and typed, free of the database; everything that is shown or written out starts from these."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import field, frozen

from plan_ledger.queries.shown import HTML as HTML
from plan_ledger.queries.shown import LOADERS as LOADERS
from plan_ledger.queries.shown import RENDERERS as RENDERERS
from plan_ledger.queries.shown import MissingRenderer as MissingRenderer
from plan_ledger.queries.shown import Shown
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.fields import read_value
from plan_ledger.values.marks import Segment, is_layout_only, mark
from plan_ledger.values.schema import FieldSpec, LevelSpec, Schema
from plan_ledger.values.texts import REDACTED_TEXT

if TYPE_CHECKING:
    from plan_ledger.queries.elapsed import ElapsedEntry
    from plan_ledger.queries.totals import Totals

ChangeKind = Literal["added", "changed", "removed", "moved", "corrected"]


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


@frozen
class MomentRef:
    """A resolved moment: what it was called, its position, and the pair that a snapshot of it depends on."""

    name: str
    position: int
    pair: Pair
    meeting: str | None = None
    edition: int | None = None
    held_on: date | None = None
    as_of_on: date | None = None

    def __str__(self) -> str:
        return self.name

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "position": self.position, "known_at": self.pair.known}


@frozen
class CellValue:
    """What a field holds at a moment: the text to the letter, and the position of the change behind it."""

    text: str
    position: int
    redacted: bool = False


EMPTY = CellValue("", 0)


@frozen
class SnapshotItem:
    """One item of a snapshot. ``fields`` holds every live field of its level that has a text."""

    id: UUID
    level: str
    depth: int
    title: str
    path: tuple[str, ...]
    parent: UUID | None
    fields: Mapping[str, CellValue]
    place: int = field(default=0, eq=False)

    def __getitem__(self, key: str) -> CellValue:
        return self.fields.get(key, EMPTY)

    def text(self, key: str) -> str:
        return self[key].text


@frozen(eq=False)
class Snapshot(Shown):
    """A plan's tree at a moment: items in table order, parents before children.

    ``compare`` gives the changes from an earlier moment to this one, None for ``"previous"`` at the first meeting; a
    snapshot that came from a ledger has it, and ``to_html(red_since=…)`` and the like need it.
    """

    plan: str
    fiscal_year: int
    moment: MomentRef
    schema: Schema
    digest: str
    items: tuple[SnapshotItem, ...]
    withdrawn: tuple[SnapshotItem, ...] = ()
    compare: Callable[[Any], ChangeSet | None] | None = field(default=None, repr=False)

    def __iter__(self) -> Iterator[SnapshotItem]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def _rendered(self, format: str, options: dict[str, Any]) -> str | bytes:
        """``red_since`` names the moment to be red against; ``changes`` gives the change set itself."""
        if "red_since" in options:
            since = options.pop("red_since")
            if since is not None:
                if self.compare is None:
                    raise TypeError("red_since needs a snapshot that came from a ledger; pass changes= instead")
                options["changes"] = self.compare(since)
        return super()._rendered(format, options)

    def level(self, key: str) -> tuple[SnapshotItem, ...]:
        """The items of one level, in table order."""
        return tuple(item for item in self.items if item.level == key)

    def item(self, id: UUID) -> SnapshotItem | None:
        return next((item for item in self.items if item.id == id), None)

    def find(self, title: str) -> SnapshotItem:
        """The one item with this title.

        Raises:
            KeyError: There is none, or there are several.
        """
        found = [item for item in self.items if item.title == title]
        if len(found) != 1:
            raise KeyError(title)
        return found[0]

    def value(self, item: SnapshotItem, key: str) -> Any:
        """A field's parsed value (see ``plan_ledger.values``)."""
        spec = self.spec(item.level, key)
        if spec is None:
            raise KeyError(key)
        return read_value(spec, item.text(key), fiscal_year=self.fiscal_year)

    def spec(self, level: str, key: str) -> FieldSpec | None:
        found: LevelSpec | None = self.schema.level(level)
        return found.field(key) if found else None

    def total(self, key: str, *, under: UUID | None = None) -> int:
        """The sum in yen of a money field over all items, or over those under one; what is no amount counts 0.

        An amount marked 再掲 is counted where it is first listed, not again.
        """
        from plan_ledger.queries.totals import sum_of

        return sum_of(self, key, under=under)

    def totals(self, key: str) -> Totals:
        """The sums of a money field by item, by level and in all, and every cell that was not simply counted.

        Raises:
            NoAmounts: No level has a money field of that key.
        """
        from plan_ledger.queries.totals import totals_of

        return totals_of(self, key)

    def elapsed(self, on: date | None = None) -> tuple[ElapsedEntry, ...]:
        """Schedule entries that had ended before ``on``; without it, before the day the meeting was held (開催日),
        else its as-of date (基準日).

        Raises:
            ValueError: ``on`` is missing and the moment has no day of its own.
        """
        from plan_ledger.queries.elapsed import elapsed_at

        day = on or self.moment.held_on or self.moment.as_of_on
        if day is None:
            raise ValueError("this moment has no day of its own; pass on=")
        return elapsed_at(self, day)

    def to_dict(self) -> dict[str, Any]:
        return {
            "plan": self.plan,
            "fiscal_year": self.fiscal_year,
            "moment": self.moment.to_dict(),
            "digest": self.digest,
            "items": [self._item_dict(item) for item in self.items],
        }

    def _item_dict(self, item: SnapshotItem) -> dict[str, Any]:
        return {
            "id": item.id.hex,
            "level": item.level,
            "title": item.title,
            "path": list(item.path),
            "fields": {
                key: {"text": cell.text, "value": self._value_dict(item, key), "position": cell.position}
                for key, cell in item.fields.items()
            },
        }

    def _value_dict(self, item: SnapshotItem, key: str) -> Any:
        from plan_ledger.values import notation
        from plan_ledger.values.fields import Choice, Text, Unparsed

        value = self.value(item, key)
        match value:
            case None:
                return None
            case Text(text=text) | Choice(text=text):
                return text
            case Unparsed(reason=reason):
                return {"unparsed": True, "reason": reason}
            case _:
                return notation.to_json(value)


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


@frozen(eq=False)
class ChangeEntry(Shown):
    """The net difference of one register: a field, or (field None) the item's place."""

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

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The words that changed: same, added, removed, in the new text's order."""
        return mark(self.old, self.new).segments

    @property
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
