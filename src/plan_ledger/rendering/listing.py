"""Lists: change sets, audits, meetings and whatever else is no plan table, in one shape that every format can write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from attrs import field, frozen

from plan_ledger.queries.reports import Report, plain as plain
from plan_ledger.rendering.table import Look, Segments
from plan_ledger.values.marks import Segment


@frozen
class Head:
    """A column: its header and its share of the width; ``least`` is what it must have in a terminal, in columns."""

    text: str
    weight: float = 1.0
    least: int | None = None


@frozen
class Section:
    """A table with an optional heading. Every row has as many cells as there are heads."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[Segments, ...], ...]
    heading: str | None = None


@frozen
class Listing:
    """A titled list of tables. ``compared``: old texts stand beside new ones, so they are underlined, not struck."""

    title: str
    notes: tuple[str, ...]
    sections: tuple[Section, ...]
    footer: tuple[str, ...] = ()
    compared: bool = False
    look: Look = field(factory=Look)


def of_report(report: Report, look: Look | None = None) -> Listing:
    """What a check or a proposal found, laid out; what was removed is struck through."""
    sections = tuple(
        Section(tuple(Head(text, weight) for text, weight in table.columns), table.rows, table.heading)
        for table in report.tables
    )
    return Listing(report.title, report.notes, sections, look=look or Look(style="redline"))


def listing(
    title: str, headers: Sequence[str], rows: Iterable[Sequence[object]], *, notes: Sequence[str] = ()
) -> Listing:
    """A plain list, for whatever a host or the command line has to show.

    Args:
        title: Above the list.
        headers: One for each column.
        rows: Cells: text, marks or segments (``plan_ledger.mark``), numbers, None.
        notes: Lines below the title.
    """
    heads = tuple(map(Head, headers))
    return Listing(title, tuple(notes), (Section(heads, tuple(tuple(map(_cell, row)) for row in rows)),))


def _cell(value: Any) -> Segments:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(each for each in cast("Sequence[object]", value) if isinstance(each, Segment))
    return plain(value)
