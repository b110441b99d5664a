"""One door to every format: what a result is laid out as, and what each format makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, Final, cast

from plan_ledger.queries.audit_report import AuditReport
from plan_ledger.queries.elapsed import ElapsedEntry
from plan_ledger.queries.reports import Reported
from plan_ledger.queries.results import AuditRow, ChangeSet, MeetingInfo, Snapshot
from plan_ledger.queries.results.blame import Blame, PlanBlame
from plan_ledger.queries.results.lineage import Lineage
from plan_ledger.queries.totals import Totals, TotalsChange
from plan_ledger.rendering import delimited, docx, html, markdown, terminal, xlsx
from plan_ledger.rendering.audits import Audited, audited_listing
from plan_ledger.rendering.blame import blame_listing, lineage_listing
from plan_ledger.rendering.blame_page import blame_page
from plan_ledger.rendering.changes import change_listing
from plan_ledger.rendering.errors import NotRenderable, UnknownFormat
from plan_ledger.rendering.layout import lay_out
from plan_ledger.rendering.listing import Listing, of_report
from plan_ledger.rendering.records import audit_listing, meeting_listing
from plan_ledger.rendering.table import Look, Style, Table
from plan_ledger.rendering.totals import elapsed_listing, totals_listing

Sheet = Table | Listing
Writer = Callable[..., str | bytes]


def _tsv(sheet: Sheet) -> str:
    return delimited.table_tsv(sheet) if isinstance(sheet, Table) else delimited.listing_tsv(sheet)


def _csv(sheet: Sheet) -> str:
    if isinstance(sheet, Table):
        raise UnknownFormat("csv", tuple(name for name in FORMATS if name != "csv"))
    return delimited.listing_csv(sheet)


FORMATS: Final[dict[str, Writer]] = {
    "table": terminal.text,
    "html": html.page,
    "md": markdown.text,
    "tsv": _tsv,
    "csv": _csv,
    "xlsx": xlsx.write,
    "docx": docx.write,
}
"""Format → what writes a laid-out sheet in it. ``json`` comes from the results themselves."""

_OTHER_NAMES = {"terminal": "table", "text": "table", "markdown": "md"}


def known_formats() -> tuple[str, ...]:
    return (*FORMATS, "json")


def render(result: Any, format: str, **options: Any) -> str | bytes:
    """A result in a format: text, or bytes for office formats.

    Args:
        result: A snapshot, change set, totals, proposal, red-ink check, meetings, audit rows or elapsed entries (any
            iterable of them), or what was laid out already.
        format: ``table`` ``html`` ``md`` ``tsv`` ``csv`` ``json`` ``xlsx`` ``docx``.
        options: ``changes`` (a change set: the red marks of a snapshot), ``look`` or single fields of
            :class:`~plan_ledger.rendering.layout.Look` (``style``, ``red``, ``stamp`` …); ``of="audit"``,
            ``"meetings"`` or ``"elapsed"`` says what an iterable holds, ``title`` heads it; ``width`` and ``color`` for
            ``table``.

    Raises:
        UnknownFormat: With the formats there are.
        UnknownStyle, ChangesDoNotFit, NotRenderable: See there.
        MissingExtra: The format's library is not installed.
    """
    name = _OTHER_NAMES.get(format, format)
    if name == "json":
        return _json(result)
    if name not in FORMATS:
        raise UnknownFormat(format, known_formats())
    if isinstance(result, (Blame, PlanBlame, Lineage)):
        if name == "html" and not isinstance(result, Lineage):
            return blame_page(result)
    elif name == "csv" and (rows := _audit_rows(result, options)) is not None:
        return delimited.audit_csv(rows)
    own = {key: options.pop(key) for key in ("width", "color") if key in options}
    sheet = prepare(result, **options)
    return FORMATS[name](sheet, **own if name == "table" else {})


def prepare(
    result: Any,
    *,
    changes: ChangeSet | None = None,
    look: Look | None = None,
    style: Style | None = None,
    of: str | None = None,
    title: str | None = None,
    **details: Any,
) -> Sheet:
    """A result laid out, for every format alike. A snapshot in style ``comparison`` is its change set's comparison.

    Raises:
        NotRenderable: It is no result, or a comparison without changes.
    """
    if isinstance(result, (Table, Listing)):
        return result
    if isinstance(result, Snapshot) and style == "comparison" and changes is not None:
        result = changes
    if look is None and (style or details):
        look = Look(style=style or ("red" if isinstance(result, Snapshot) else "redline"), **details)
    if isinstance(result, Snapshot):
        return lay_out(result, changes, look)
    if isinstance(result, ChangeSet):
        return change_listing(result, look)
    if isinstance(result, Reported):
        return of_report(result.report(), look)
    if isinstance(result, Audited):
        return audited_listing(result, look)
    if isinstance(result, (Totals, TotalsChange)):
        return totals_listing(result, look)
    if isinstance(result, (Blame, PlanBlame)):
        return blame_listing(result, look)
    if isinstance(result, Lineage):
        return lineage_listing(result, look)
    listed, kind = _listed(result, of)
    heading = {} if title is None else {"title": title}
    if kind == "meetings":
        return meeting_listing(listed, look, **heading)
    if kind == "elapsed":
        return elapsed_listing(listed, look, **heading)
    return audit_listing(listed, look, **heading)


def _listed(result: Any, of: str | None) -> tuple[list[Any], str]:
    """The rows of an iterable and what they are."""
    if isinstance(result, (AuditRow, MeetingInfo)):
        result = [result]
    if isinstance(result, Iterable) and not isinstance(result, (str, bytes)):
        rows = list(cast("Iterable[object]", result))
        if of == "elapsed" or (rows and all(isinstance(row, ElapsedEntry) for row in rows)):
            return rows, "elapsed"
        if all(isinstance(row, AuditRow) for row in rows) and of != "meetings":
            return rows, "audit"
        if all(isinstance(row, MeetingInfo) for row in rows):
            return rows, "meetings"
    raise NotRenderable(type(cast(object, result)).__name__)


def _audit_rows(result: Any, options: dict[str, Any]) -> Iterable[AuditRow] | None:
    if isinstance(result, AuditReport):
        return result.rows
    if isinstance(result, (Snapshot, ChangeSet, Totals, TotalsChange, Reported, Table, Listing, Audited)):
        return None
    rows, kind = _listed(result, options.get("of"))
    return rows if kind == "audit" else None


def _json(result: Any) -> str:
    """``to_json`` of a result; of rows a list."""
    if hasattr(result, "to_json"):
        shown: str = result.to_json()
        return shown
    if isinstance(result, MeetingInfo):
        return json.dumps(result.to_dict(), ensure_ascii=False, indent=2)
    rows, _ = _listed(result, None)
    return json.dumps([row.to_dict() for row in rows], ensure_ascii=False, indent=2)
