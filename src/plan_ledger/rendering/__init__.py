"""Results as people read them: terminal, HTML, Markdown, tab-separated text, Excel and Word.

Everything starts from result types; the layout and the marks are computed once, for all formats.
"""

from functools import partial as _partial
from typing import Any

from plan_ledger.queries import results as _results
from plan_ledger.queries.results import ChangeSet, Snapshot
from plan_ledger.rendering.changes import change_listing
from plan_ledger.rendering.delimited import audit_csv, audit_csv_lines, to_tsv
from plan_ledger.rendering.errors import ChangesDoNotFit, NotRenderable, RowsSplit, UnknownFormat, UnknownStyle
from plan_ledger.rendering.html import fragment as _fragment
from plan_ledger.rendering.layout import lay_out
from plan_ledger.rendering.listing import Listing, listing
from plan_ledger.rendering.records import audit_listing, meeting_listing
from plan_ledger.rendering.registry import known_formats, prepare, render
from plan_ledger.rendering.summary import summary_listing
from plan_ledger.rendering.table import Look, Style, Table
from plan_ledger.rendering.totals import elapsed_listing, totals_listing

__all__ = [
    "ChangesDoNotFit",
    "Listing",
    "Look",
    "NotRenderable",
    "RowsSplit",
    "Style",
    "Table",
    "UnknownFormat",
    "UnknownStyle",
    "audit_csv",
    "audit_csv_lines",
    "audit_listing",
    "change_listing",
    "changes_html",
    "changes_markdown",
    "changes_terminal",
    "elapsed_listing",
    "known_formats",
    "lay_out",
    "listing",
    "meeting_listing",
    "prepare",
    "render",
    "summary_listing",
    "to_html",
    "to_markdown",
    "to_terminal",
    "to_tsv",
    "totals_listing",
]


def to_html(snapshot: Snapshot, changes: ChangeSet | None = None, **options: Any) -> str:
    """A snapshot as one self-contained page; ``changes`` in red. Options as in :func:`render`."""
    return str(render(snapshot, "html", changes=changes, **options))


def to_markdown(snapshot: Snapshot, changes: ChangeSet | None = None, **options: Any) -> str:
    """A snapshot as a Markdown table."""
    return str(render(snapshot, "md", changes=changes, **options))


def to_terminal(snapshot: Snapshot, changes: ChangeSet | None = None, **options: Any) -> str:
    """A snapshot as text for a terminal; ``width`` in columns, ``color`` for ANSI sequences."""
    return str(render(snapshot, "table", changes=changes, **options))


def changes_html(changes: ChangeSet, style: Style = "redline", **options: Any) -> str:
    """A change set as one self-contained page."""
    return str(render(changes, "html", style=style, **options))


def changes_markdown(changes: ChangeSet, style: Style = "redline", **options: Any) -> str:
    """A change set as Markdown tables."""
    return str(render(changes, "md", style=style, **options))


def changes_terminal(changes: ChangeSet, style: Style = "redline", **options: Any) -> str:
    """A change set as text for a terminal."""
    return str(render(changes, "table", style=style, **options))


def _shown(result: object) -> str:
    return _fragment(prepare(result))


_LOOKED_AT = ("Snapshot", "ChangeSet", "AuditRow", "Blame", "PlanBlame", "Lineage", "InkReport", "InkReports")
for _name in (*_LOOKED_AT, "Proposal", "PlanProposal"):
    _results.HTML[_name] = _shown
for _name in known_formats():
    _results.RENDERERS[_name] = _partial(render, format=_name)
