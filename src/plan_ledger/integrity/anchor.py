"""Anchors: a few lines to be kept where nobody who can write the ledger can reach, and what is held against them.

The chain alone tells every edit but one: somebody who knows the format can write the whole log anew, consistently, or
leave its end away. Such a log has another hash at the anchor's position, or no such position.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from attrs import asdict, frozen

from plan_ledger.index import catalog
from plan_ledger.integrity.errors import NotAnAnchor
from plan_ledger.integrity.findings import Finding, Verification
from plan_ledger.store import log
from plan_ledger.store.transaction import Rows

ANCHOR_VERSION = 1
_MAX_BYTES = 16_000_000
_MILLION = 1_000_000


@frozen
class AnchoredEdition:
    """A table that had been handed out: its plan (the id), where it stands in the log, and its digest."""

    plan: str
    meeting: str
    edition: int
    position: int
    digest: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, found: Any) -> Self:
        return cls(
            str(found["plan"]),
            str(found["meeting"]),
            _whole(found["edition"]),
            _whole(found["position"]),
            str(found["digest"]),
        )


@frozen
class Anchor:
    """What a ledger was up to a position.

    Attributes:
        ledger: The ledger's id; ``created_us`` when it was made, in microseconds since 1970 UTC.
        position: The last position; ``head`` is its hash in hexadecimal, ``recorded_us`` its recorded time.
        commands: A digest of everything remembered of idempotency keys up to there.
        editions: Every table handed out up to there, of all plans, in order.
        meeting: The latest edition of the meeting that was sealed, where it was one.
        made_us: When the anchor was made.
    """

    ledger: UUID
    created_us: int
    position: int
    head: str
    recorded_us: int
    commands: str
    editions: tuple[AnchoredEdition, ...]
    meeting: AnchoredEdition | None
    made_us: int

    def to_dict(self) -> dict[str, Any]:
        """As it is written down. Times are ISO 8601 in UTC with microseconds."""
        return {
            "plan_ledger_anchor": ANCHOR_VERSION,
            "ledger": self.ledger.hex,
            "created_at": _written(self.created_us),
            "position": self.position,
            "head": self.head,
            "recorded_at": _written(self.recorded_us),
            "commands": self.commands,
            "meeting": None if self.meeting is None else self.meeting.to_dict(),
            "editions": [each.to_dict() for each in self.editions],
            "made_at": _written(self.made_us),
        }

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2) + "\n"


def read_anchor(source: Path | str | bytes) -> Anchor:
    """An anchor from its file, or from its JSON as bytes.

    Raises:
        NotAnAnchor: It is none, or one of a newer version.
        OSError: The file can't be read.
    """
    if not isinstance(source, bytes):
        with Path(source).open("rb") as file:
            source = file.read(_MAX_BYTES + 1)
    if len(source) > _MAX_BYTES:
        raise NotAnAnchor("size")
    try:
        found = json.loads(source.decode("utf-8-sig"))
        if found["plan_ledger_anchor"] != ANCHOR_VERSION:
            raise NotAnAnchor("version")
        return Anchor(
            UUID(found["ledger"]),
            _read(found["created_at"]),
            _whole(found["position"]),
            bytes.fromhex(found["head"]).hex(),
            _read(found["recorded_at"]),
            bytes.fromhex(found["commands"]).hex(),
            tuple(AnchoredEdition.from_dict(each) for each in found["editions"]),
            None if found["meeting"] is None else AnchoredEdition.from_dict(found["meeting"]),
            _read(found["made_at"]),
        )
    except (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise NotAnAnchor(type(error).__name__) from error


def make_anchor(rows: Rows, made_us: int, sealed: int | None = None) -> Anchor:
    """The anchor of everything recorded so far; ``sealed`` is the position of the edition that it is made for."""
    uuid = log.ledger_uuid(rows)
    head = log.read_head(rows, uuid)
    created = rows.one("SELECT created_at FROM ledger")
    assert created is not None
    editions = tuple(sorted(_editions(rows), key=lambda each: each.position))
    return Anchor(
        ledger=uuid,
        created_us=created[0],
        position=head.position,
        head=head.hash.hex(),
        recorded_us=head.recorded_at,
        commands=commands_digest(rows, head.position),
        editions=editions,
        meeting=next((each for each in editions if each.position == sealed), None),
        made_us=made_us,
    )


def check_anchor(rows: Rows, anchor: Anchor, found: Verification) -> None:
    """Hold the ledger against an anchor. Only where the chain itself holds does the hash stand for all before it."""
    wrong = list(_differences(rows, anchor))
    if not wrong and not found.findings:  # else the index, which they are read from, may be anything
        wrong = list(_other_editions(rows, anchor))
    if not wrong and not found.findings:
        found.anchored = anchor.position
    found.findings += wrong


def _differences(rows: Rows, anchor: Anchor) -> Iterator[Finding]:
    position = anchor.position
    if log.ledger_uuid(rows) != anchor.ledger:
        yield Finding("anchor", position, "ledger")
        return
    if rows.one("SELECT created_at FROM ledger") != (anchor.created_us,):
        yield Finding("anchor", position, "created_at")
    row = rows.one("SELECT hash FROM events WHERE position = ?", (position,))
    if position and row is None:
        yield Finding("cut_off", position)
        return
    if position and row is not None and row[0] != bytes.fromhex(anchor.head):
        yield Finding("anchor", position, "hash")
    if commands_digest(rows, position) != anchor.commands:
        yield Finding("anchor", position, "commands")


def _other_editions(rows: Rows, anchor: Anchor) -> Iterator[Finding]:
    there = {(each.plan, each.position): (each.edition, each.digest) for each in _editions(rows)}
    for each in anchor.editions:
        if there.get((each.plan, each.position)) != (each.edition, each.digest):
            yield Finding("edition", each.position, f"{each.meeting} 第{each.edition}版")


def _editions(rows: Rows) -> Iterator[AnchoredEdition]:
    """Every table handed out, also of meetings that were annulled since."""
    for plan in catalog.plans(rows):
        for meeting in catalog.meetings(rows, plan.no):
            for each in meeting.editions:
                yield AnchoredEdition(plan.uuid.hex, meeting.name, each.edition, each.position, each.digest)


def commands_digest(rows: Rows, position: int) -> str:
    """SHA-256 over what is remembered of idempotency keys up to a position, whatever the order of the rows.

    Keys under which nothing was recorded count where they were used before the last position: at it, more can follow.
    """
    leaves: list[bytes] = []
    for key, request, result in rows.each("SELECT id, request, result FROM commands"):
        row = repr((key, bytes(request), bytes(result))).encode() if _bytes(request, result) else b"?"
        if row == b"?" or _used_at(bytes(result), position):
            leaves.append(sha256(row).digest())
    return sha256(b"".join(sorted(leaves))).hexdigest()


def _bytes(*values: object) -> bool:
    return all(isinstance(value, bytes) for value in values)


def _used_at(result: bytes, position: int) -> bool:
    try:
        told = json.loads(result)
        first = told["first"]
        return bool(first <= position if first is not None else told["head"] < position)
    except (KeyError, TypeError, ValueError):
        return True


def _written(microseconds: int) -> str:
    moment = datetime.fromtimestamp(microseconds // _MILLION, UTC).replace(microsecond=microseconds % _MILLION)
    return moment.isoformat(timespec="microseconds")


def _read(text: str) -> int:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return int(moment.replace(microsecond=0).timestamp()) * _MILLION + moment.microsecond


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(type(value).__name__)
    return value
