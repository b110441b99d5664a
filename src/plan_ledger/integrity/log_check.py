"""Is the log what was recorded? Every row and column of it, whatever was written over them."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from uuid import UUID

from plan_ledger.errors import PlanLedgerError
from plan_ledger.events import ActorProfiled, FieldChanged, UnknownEventType, read_payload
from plan_ledger.integrity.findings import MAX_FINDINGS, Finding, Verification
from plan_ledger.store import chain, log
from plan_ledger.store.application import LedgerStore
from plan_ledger.store.mapper import DamagedEvent, commitment
from plan_ledger.store.transaction import Rows

_PAGE = 2000


def check_log(rows: Rows, store: LedgerStore, found: Verification) -> None:
    """The chain, every event and its text, the batches, what is remembered of idempotency keys, the profiles."""
    if rows.one("SELECT format FROM ledger") != (chain.FORMAT,):
        found.findings.append(Finding("ledger", 0, "format"))
    commands = _events(rows, store, found)
    _strays(rows, found)
    _commands(rows, commands, found)
    _profiles(rows, found)


def _events(rows: Rows, store: LedgerStore, found: Verification) -> dict[str, int]:
    """Every event in order; returns the batches that carry an idempotency key, by the key."""
    uuid = log.ledger_uuid(rows)
    commands: dict[str, int] = {}
    previous: bytes | None = chain.genesis(uuid)
    expected, recorded_at, batch = 1, 0, 0
    header, command = b"", None
    redactions = {position for (position,) in rows.all("SELECT position FROM redactions")}
    last = rows.one("SELECT coalesce(max(position), 0) FROM events")
    assert last is not None
    for position, record in _records(rows, last[0]):
        if position != expected:
            found.findings.append(Finding("gap", expected))
        expected = position + 1
        if record is None or (digest := _link(previous, record)) is None:
            found.findings.append(Finding("event", position, "unreadable"))
            previous = None  # the next event can't be held against this one
            continue
        if previous is not None and digest != record.hash:
            found.findings.append(Finding("chain", position))
        if record.batch == position:
            batch = position
            if record.recorded_at < recorded_at:
                found.findings.append(Finding("batch", position, "recorded_at"))
            recorded_at = record.recorded_at
            header, command = record.header, record.command
            if command is not None:
                commands[command] = position
        elif (record.batch, record.recorded_at, record.header, record.command) != (batch, recorded_at, header, command):
            found.findings.append(Finding("batch", position, "first"))
        _event(record, store, redactions, found)
        previous = record.hash
        found.events += 1
        if len(found.findings) >= MAX_FINDINGS:
            return commands
    if expected <= last[0]:
        found.findings.append(Finding("gap", expected))
    found.head = previous.hex() if previous is not None else ""
    return commands


def _records(rows: Rows, upto: int) -> Iterator[tuple[int, log.StoredRecord | None]]:
    """(position, record) of every event; None for one whose columns do not hold what they were given."""
    after, size = 0, _PAGE
    while after < upto:
        try:
            records = log.read_records(rows, after, upto, size)
        except (PlanLedgerError, TypeError, ValueError):
            if size == 1:
                row = rows.one("SELECT min(position) FROM events WHERE position > ?", (after,))
                assert row is not None
                after = row[0]
                yield after, None
            size = 1  # one by one, to find out which
            continue
        if not records:
            return
        yield from ((record.position, record) for record in records)
        after = records[-1].position


def _link(previous: bytes | None, record: log.StoredRecord) -> bytes | None:
    """The hash that the event should have; None where a column holds another type than it was given."""
    try:
        return chain.link(
            previous or b"",
            record.position,
            record.batch,
            record.stream.bytes,
            record.version,
            record.type.encode(),
            record.recorded_at,
            record.header,
            record.command,
            record.payload,
        )
    except (AttributeError, TypeError, struct.error):
        return None


def _event(record: log.StoredRecord, store: LedgerStore, redactions: set[int], found: Verification) -> None:
    try:
        event = store.mapper.to_domain_event(record.sealed())
    except DamagedEvent as damaged:
        code = "text" if damaged.detail == "text" else "event"
        found.findings.append(Finding(code, record.position, damaged.detail))
        return
    except UnknownEventType as unknown:
        found.findings.append(Finding("event", record.position, unknown.name))
        return
    if isinstance(event, FieldChanged) and event.redacted:
        if record.position in redactions:
            found.redacted += 1
        else:
            found.findings.append(Finding("text_missing", record.position))
    elif record.text is not None and not (isinstance(event, FieldChanged) and event.text is not None):
        found.findings.append(Finding("text", record.position))


def _strays(rows: Rows, found: Verification) -> None:
    """Rows that belong to no event: an inner join would not show them, nor an event whose rows are gone."""
    for table, code, join in (
        ("texts", "text", "e.position = t.position"),
    ):
        for (position,) in rows.all(
            f"SELECT t.position FROM {table} t LEFT JOIN events e ON {join}"
            f" WHERE e.position IS NULL ORDER BY 1 LIMIT {MAX_FINDINGS}"
        ):
            found.findings.append(Finding(code, position, table))
    for (no,) in rows.all(f"SELECT no FROM headers EXCEPT SELECT header FROM events ORDER BY 1 LIMIT {MAX_FINDINGS}"):
        found.findings.append(Finding("batch", 0, f"headers {no}"))
    for (position,) in rows.all(f"SELECT position FROM events WHERE position < 1 ORDER BY 1 LIMIT {MAX_FINDINGS}"):
        found.findings.append(Finding("event", position, "position"))


def _profiles(rows: Rows, found: Verification) -> None:
    commitments: dict[tuple[UUID, int], str] = {}
    for name, payload in rows.all(
        "SELECT t.name, e.payload FROM events e JOIN event_types t ON t.no = e.type"
        " WHERE t.name LIKE 'actor.profiled/%'"
    ):
        try:
            event = read_payload(name, bytes(payload), {"originator_id": UUID(int=0)})
        except (PlanLedgerError, TypeError, ValueError):
            continue  # reported by the log's own check
        assert isinstance(event, ActorProfiled)
        commitments[event.actor, event.revision] = event.commitment
    erased = {bytes(actor) for (actor,) in rows.all("SELECT actor FROM erasures") if isinstance(actor, bytes)}
    present: set[tuple[UUID, int]] = set()
    try:
        profiles = rows.all("SELECT actor, revision, salt, body FROM profiles")
    except PlanLedgerError:
        found.findings.append(Finding("profile", 0, "unreadable"))
        return
    for raw, revision, salt, body in profiles:
        try:
            actor, digest = UUID(bytes=bytes(raw)), commitment(bytes(salt), body)
        except (AttributeError, TypeError, ValueError):
            found.findings.append(Finding("profile", 0, "unreadable"))
            continue
        present.add((actor, revision))
        if commitments.get((actor, revision)) != digest:
            found.findings.append(Finding("profile", 0, f"{actor.hex}/{revision}"))
    for actor, revision in commitments.keys() - present:
        if actor.bytes not in erased:
            found.findings.append(Finding("profile", 0, f"{actor.hex}/{revision}"))


def _commands(rows: Rows, named: dict[str, int], found: Verification) -> None:
    """What is remembered of idempotency keys agrees with the batches that carry them."""
    if found.findings:
        return
    try:
        remembered = rows.all("SELECT id, result FROM commands")
    except PlanLedgerError:
        found.findings.append(Finding("command", 0, "unreadable"))
        return
    for key, result in remembered:
        try:
            first = json.loads(bytes(result))["first"]
        except (KeyError, TypeError, ValueError):
            first = -1
        if first != named.pop(key, None):
            found.findings.append(Finding("command", first if isinstance(first, int) and first > 0 else 0, str(key)))
    found.findings += [Finding("command", position, key) for key, position in named.items()]
