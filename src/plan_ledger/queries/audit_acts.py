"""Acts: meetings, the schema, the ledger's administration, as rows of the audit beside the changes of items."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from plan_ledger.index.registers import register
from plan_ledger.queries.audit_filters import Selection, read_header
from plan_ledger.queries.audit_kinds import CHANGES, ROUTINE, kind_of_type
from plan_ledger.queries.audit_rows import Teller
from plan_ledger.queries.causes import COLUMNS, JOINS, cause
from plan_ledger.queries.policy_words import policies_told
from plan_ledger.queries.results import AuditRow
from plan_ledger.store.transaction import Rows, SqlRow
from plan_ledger.values.texts import REDACTED_TEXT

SQL = (
    f"SELECT {COLUMNS}, e.batch, e.hash, t.name FROM acts a JOIN events e ON e.position = a.position{JOINS}"
    " JOIN event_types t ON t.no = e.type WHERE a.stream IN (?, ?) AND a.position > ? AND a.position <= ?"
)
"""The events of two streams: a plan's own, and the ledger's."""


def listed(rows: Rows, teller: Teller, selection: Selection) -> list[AuditRow]:
    """The acts of a plan and of the ledger that fit, in order of recording."""
    if selection.acts is False or (selection.kinds is not None and not _may_be_acts(selection)):
        return []
    if selection.about_items and not _may_be_redactions(selection):
        return []
    streams = (teller.plan.no, teller.ledger_stream)
    entries = rows.all(SQL, (*streams, selection.after, selection.upto))
    told = (_row(rows, teller, selection, entry) for entry in entries)
    return sorted((row for row in told if row is not None), key=_position)


def _position(row: AuditRow) -> int:
    return row.position


def _may_be_acts(selection: Selection) -> bool:
    return bool((selection.kinds or frozenset()) - CHANGES.keys())


def _may_be_redactions(selection: Selection) -> bool:
    """A redaction is about an item's field; no other act is about an item."""
    return all(each is None for each in (selection.effective, selection.value, selection.moved_by))


def _row(rows: Rows, teller: Teller, selection: Selection, entry: SqlRow) -> AuditRow | None:
    """An act in words; None where it does not fit."""
    kind = kind_of_type(entry[6])
    if kind in ROUTINE and not selection.acts and not (selection.kinds and kind in selection.kinds):
        return None
    payload: dict[str, Any] = json.loads(bytes(entry[3]))
    if _first_schema(kind, payload) and not selection.acts and selection.kinds is None:
        return None
    header = read_header(bytes(entry[2]))
    if not (
        all(who.is_in(header) for who in selection.who)
        and selection.header_fits(header)
        and selection.kind_fits(kind, header)
        and selection.source_fits(header, {})
    ):
        return None
    if selection.about_items and not _about(rows, teller, selection, kind, payload):
        return None
    return _tell(rows, teller, entry, kind, payload)


def _first_schema(kind: str, payload: Mapping[str, Any]) -> bool:
    return kind == "schema_declared" and payload.get("revision") == 1


def _about(rows: Rows, teller: Teller, selection: Selection, kind: str, payload: Mapping[str, Any]) -> bool:
    """Whether a redaction is of an item and a field that are asked for."""
    if kind != "text_redacted":
        return False
    row = rows.one("SELECT register FROM facts WHERE position = ?", (payload["position"],))
    if row is None:
        return False
    item, number = row[0] >> 10, row[0] & 1023
    standing = teller.items(rows, (item,))[item]
    return (
        (selection.items is None or item in selection.items)
        and (selection.numbers is None or number in selection.numbers)
        and (selection.level is None or standing.level == selection.level)
        and register(item, number) == row[0]
    )


def _tell(rows: Rows, teller: Teller, entry: SqlRow, kind: str, payload: Mapping[str, Any]) -> AuditRow:
    why = cause(entry[:4], teller.actors, teller.plan.zone)
    item: UUID | None = None
    level: str | None = None
    path: tuple[str, ...] = (teller.plan.title,)
    field: str | None = None
    label = old = new = ""
    match kind:
        case "meeting_held" | "meeting_reissued":
            name = str(payload.get("name") or _meeting(teller, payload))
            path, new = (name,), f"第{payload['edition']}版 照合値 {payload['digest']}"
        case "meeting_renamed":
            # What it was called before is not in the event; the row says what it is called from here on.
            path, new = (str(payload["name"]),), str(payload["name"])
        case "meeting_annulled":
            path = (_meeting(teller, payload),)
        case "schema_declared":
            new = f"様式 第{payload['revision']}版"
        case "plan_opened":
            new = str(payload["title"])
        case "plan_policies_declared":
            old, new = (policies_told(rows, teller.plan.no, at) for at in (entry[0] - 1, entry[0]))
        case "text_redacted":
            item, level, path, field, label = _redacted(rows, teller, payload)
            new = REDACTED_TEXT
        case "actor_profiled" | "actor_erased":
            ref = (str(payload["actor"]), int(payload.get("revision", 1)))
            path, new = ("関係者",), str(teller.actors.get(ref) or REDACTED_TEXT)
        case _:
            new = str(payload.get("name") or payload.get("title") or "")
    return AuditRow(
        why,
        kind,
        item,
        level,
        path,
        field,
        label,
        old,
        new,
        kind=kind,
        batch=entry[4],
        hash=entry[5],
        plan_name=teller.plan.title,
    )


def _meeting(teller: Teller, payload: Mapping[str, Any]) -> str:
    """What a meeting is called today."""
    wanted = UUID(hex=payload["meeting"])
    return next((meeting.name for meeting in teller.meetings if meeting.uuid == wanted), "")


def _redacted(
    rows: Rows, teller: Teller, payload: Mapping[str, Any]
) -> tuple[UUID, str | None, tuple[str, ...], str, str]:
    """The item and the field whose text was destroyed."""
    item = UUID(hex=payload["item"])
    key = str(payload["field"])
    row = rows.one("SELECT no FROM streams WHERE uuid = ?", (item.bytes,))
    if row is None:
        return item, None, (), key, key
    standing = teller.items(rows, (row[0],))[row[0]]
    level = teller.schema.level(standing.level)
    spec = level.field(key) if level else None
    return item, standing.level, standing.path, key, spec.label if spec else key
