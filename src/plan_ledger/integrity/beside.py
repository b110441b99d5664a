"""Do the tables beside the log hold what its events say: idempotency keys, profiles, what was destroyed on purpose?"""

from __future__ import annotations

import json
from uuid import UUID

from plan_ledger.errors import PlanLedgerError
from plan_ledger.events.plain import FIELD_CHANGED
from plan_ledger.integrity.findings import Finding, Verification
from plan_ledger.integrity.said import Said
from plan_ledger.store.mapper import commitment
from plan_ledger.store.transaction import Rows, SqlRow


def check_beside(rows: Rows, said: Said, found: Verification) -> None:
    """Compare the rows of every such table with what the log says of them."""
    _redactions(rows, said, found)
    _erasures(rows, said, found)
    _profiles(rows, said, found)
    if not found.findings:
        _commands(rows, said, found)


def _redactions(rows: Rows, said: Said, found: Verification) -> None:
    """Every missing text was destroyed on purpose, by an event that says so; what was to be destroyed is gone."""
    tell = found.findings.append
    gone = set(said.gone)
    there: dict[int, int] = dict(_read(rows, "SELECT position, redacted_by FROM redactions", "redaction", found))
    for position, redaction in said.redactions.items():
        if there.pop(position, None) != redaction.event:
            tell(Finding("redaction", position, "redactions"))
        elif position not in gone or position > redaction.event or not _is_of(rows, position, redaction.item):
            tell(Finding("redaction", position, "text"))
        else:
            found.redacted += 1
            gone.discard(position)
    found.findings += [Finding("redaction", position, "text.redacted") for position in sorted(there)]
    found.findings += [Finding("text_missing", position) for position in sorted(gone)]


def _is_of(rows: Rows, position: int, item: UUID) -> bool:
    """Whether the event at a position changed a field of this item."""
    row = rows.one(
        "SELECT s.uuid, t.name FROM events e JOIN streams s ON s.no = e.stream JOIN event_types t ON t.no = e.type"
        " WHERE e.position = ?",
        (position,),
    )
    return row is not None and (bytes(row[0]), row[1]) == (item.bytes, FIELD_CHANGED)


def _erasures(rows: Rows, said: Said, found: Verification) -> None:
    there: dict[bytes, int] = dict(_read(rows, "SELECT actor, erased_by FROM erasures", "profile", found))
    for actor, event in said.erasures.items():
        if there.pop(actor.bytes, None) != event:
            found.findings.append(Finding("profile", event, f"erasures {actor.hex}"))
        else:
            found.erased += 1
    found.findings += [Finding("profile", 0, "actor.erased") for _ in there]


def _profiles(rows: Rows, said: Said, found: Verification) -> None:
    """Every profile fits its commitment; those of erased persons, and no others, are gone."""
    present: set[tuple[UUID, int]] = set()
    for raw, revision, salt, body in _read(rows, "SELECT actor, revision, salt, body FROM profiles", "profile", found):
        try:
            actor, digest = UUID(bytes=bytes(raw)), commitment(bytes(salt), body)
        except (AttributeError, TypeError, ValueError):
            found.findings.append(Finding("profile", 0, "unreadable"))
            continue
        present.add((actor, revision))
        if said.profiles.get((actor, revision)) != digest or actor in said.erasures:
            found.findings.append(Finding("profile", 0, f"{actor.hex}/{revision}"))
    for actor, revision in said.profiles.keys() - present:
        if actor not in said.erasures:
            found.findings.append(Finding("profile", 0, f"{actor.hex}/{revision}"))


def _commands(rows: Rows, said: Said, found: Verification) -> None:
    """What is remembered of idempotency keys agrees with the batches that carry them."""
    named = dict(said.commands)
    for key, result in _read(rows, "SELECT id, result FROM commands", "command", found):
        try:
            told = json.loads(bytes(result))
            receipt = (told["first"], told["last"], told["recorded_us"])
        except (KeyError, TypeError, ValueError):
            receipt = (-1, -1, -1)
        if receipt != named.pop(key, (None, None, None)):
            first = receipt[0]
            found.findings.append(Finding("command", first if isinstance(first, int) and first > 0 else 0, str(key)))
    found.findings += [Finding("command", first, key) for key, (first, _, _) in named.items()]


def _read(rows: Rows, sql: str, code: str, found: Verification) -> list[SqlRow]:
    try:
        return rows.all(sql)
    except PlanLedgerError:
        found.findings.append(Finding(code, 0, "unreadable"))
        return []
