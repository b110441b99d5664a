"""How the database goes about an audit: which index each walk uses, and what is looked at row by row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from plan_ledger.queries import audit, audit_acts, audit_select
from plan_ledger.queries.audit_answers import AuditExplanation
from plan_ledger.queries.audit_filters import Selection
from plan_ledger.queries.audit_rows import Teller
from plan_ledger.store.transaction import Rows, SqlValue

_SQLITE_SCAN = re.compile(r"SCAN (f|e|facts|events|v)\b(?!.*USING (COVERING )?INDEX)")
_POSTGRES_SCAN = re.compile(r"Seq Scan on (facts|events)\b")


def explain(
    rows: Rows, parts: Sequence[tuple[Teller, Selection]], limit: int | None, *, sqlite: bool
) -> AuditExplanation:
    """Ask the database how it would read a page of each plan."""
    steps: list[str] = []
    statements: list[str] = []
    row_by_row: dict[str, None] = {}
    for teller, selection in parts:
        first = audit.first_batch(rows, selection)
        size = audit.PAGE if limit is None else min(limit, audit.PAGE)
        page = audit_select.listing(selection, teller.sole, size, first)
        acts = audit_select.Statement(
            audit_acts.SQL, (teller.plan.no, teller.ledger_stream, selection.after, selection.upto)
        )
        for statement in (page, acts):
            statements.append(statement.sql)
            steps += _steps(rows, statement.sql, statement.params, sqlite=sqlite)
        row_by_row.update(dict.fromkeys(_looked_at(selection)))
    scan = _SQLITE_SCAN if sqlite else _POSTGRES_SCAN
    return AuditExplanation(
        tuple(steps), tuple(step for step in steps if scan.search(step)), tuple(row_by_row), tuple(statements)
    )


def _steps(rows: Rows, sql: str, params: Sequence[SqlValue], *, sqlite: bool) -> list[str]:
    if sqlite:
        return [str(detail) for *_, detail in rows.all(f"EXPLAIN QUERY PLAN {sql}", params)]
    return [str(line) for (line,) in rows.all(f"EXPLAIN {sql}", params)]


def _looked_at(selection: Selection) -> list[str]:
    """The filters that no index knows, by their names."""
    names = ("kind", "reason", "source", "value", "approval", "moved_by")
    given = (
        selection.kinds,
        selection.reason,
        selection.source,
        selection.value,
        selection.approval,
        selection.moved_by,
    )
    return [name for name, value in zip(names, given, strict=True) if value is not None]
