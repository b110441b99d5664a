"""The log as a follower reads it: every event in order, with what it says in words where it is about an item."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from attrs import frozen

from plan_ledger.index import catalog
from plan_ledger.index.registers import BITS
from plan_ledger.queries import audit
from plan_ledger.queries.audit_filters import Selection
from plan_ledger.queries.causes import COLUMNS, JOINS, cause, known_actors
from plan_ledger.queries.results import Actors, AuditRow
from plan_ledger.store.transaction import Rows, SqlRow

PAGE = 500


@frozen(eq=False)
class LogEntry(AuditRow):
    """One event of the log.

    Of an event about an item, everything is as in an audit; paths are in today's titles. Of any other (a plan opened,
    a meeting held, somebody seen for the first time) ``item`` and ``field`` are None, ``action`` is the type's name
    with underscores (``meeting_held``) and ``new`` the plan's title or the meeting's name, where it has one.

    ``type`` is the stored name (``item.field-changed/1``); ``plan`` is None where the event is about no plan.
    """

    type: str
    plan: UUID | None
    plan_title: str | None

    def to_dict(self) -> dict[str, Any]:
        return {
            **super().to_dict(),
            "type": self.type,
            "plan": self.plan.hex if self.plan else None,
            "plan_title": self.plan_title,
        }


def page(rows: Rows, after: int, limit: int = PAGE) -> list[LogEntry]:
    """The next events after a position, in order and without gaps, at most ``limit``; none where there are no more."""
    found = rows.all(
        f"SELECT {COLUMNS}, t.name, i.plan, p.no FROM events e{JOINS} JOIN event_types t ON t.no = e.type"
        f" LEFT JOIN facts f ON f.position = e.position LEFT JOIN items i ON i.no = f.register >> {BITS}"
        " LEFT JOIN plans p ON p.no = e.stream WHERE e.position > ? AND e.position <= ? ORDER BY e.position",
        (after, after + limit),
    )
    if not found:
        return []
    plans = {plan.no: plan for plan in catalog.plans(rows)}
    told = _told(rows, plans, {entry[5] for entry in found if entry[5] is not None}, found[0][0], found[-1][0])
    actors = known_actors(rows)
    entries: list[LogEntry] = []
    for entry in found:
        plan = plans.get(entry[6] if entry[5] is None else entry[5])
        row = told.get(entry[0]) or _other(rows, entry, plan, actors)
        entries.append(
            LogEntry(
                row.cause,
                row.action,
                row.item,
                row.level,
                row.path,
                row.field,
                row.label,
                row.old,
                row.new,
                entry[4],
                None if plan is None else plan.uuid,
                None if plan is None else plan.title,
                kind=row.kind,
                batch=row.batch,
                hash=row.hash,
                effective=row.effective,
                line=row.line,
                appearances=row.appearances,
            )
        )
    return entries


def _told(
    rows: Rows, plans: dict[int, catalog.PlanRow], wanted: set[int], first: int, last: int
) -> dict[int, AuditRow]:
    """Position → what an audit says of it, for the events about items of these plans."""
    filters = Selection(after=first - 1, upto=last)
    return {
        row.position: row for no in sorted(wanted) for row in audit.page(rows, plans[no], filters, last - first + 1)
    }


def _other(rows: Rows, entry: SqlRow, plan: catalog.PlanRow | None, actors: Actors) -> AuditRow:
    said: dict[str, Any] = json.loads(bytes(entry[3]))
    action = str(entry[4]).partition("/")[0].replace(".", "_").replace("-", "_")
    name = said.get("name") or said.get("title") or _meeting(rows, said.get("meeting")) or ""
    why = cause(entry[:4], actors, "UTC" if plan is None else plan.zone)
    return AuditRow(why, action, None, None, (), None, "", "", name)


def _meeting(rows: Rows, meeting: str | None) -> str | None:
    """What a meeting is called today."""
    if meeting is None:
        return None
    row = rows.one("SELECT name FROM meetings WHERE uuid = ?", (UUID(hex=meeting).bytes,))
    return None if row is None else str(row[0])
