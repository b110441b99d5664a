"""What is shown as a titled list of tables, whoever made it: the shape between a check or a proposal and the renderers.

The parts that read sheets and those that write formats know nothing of each other; both know this.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from plan_ledger.queries.shown import Shown
from plan_ledger.values.marks import Segment

Segments = tuple[Segment, ...]


@frozen
class ReportTable:
    """A table: its columns as (header, share of the width), and rows of as many cells, each marked text."""

    columns: tuple[tuple[str, float], ...]
    rows: tuple[tuple[Segments, ...], ...]
    heading: str | None = None


@frozen
class Report:
    """A title, lines below it, and tables."""

    title: str
    notes: tuple[str, ...]
    tables: tuple[ReportTable, ...]


class Reported(Shown):
    """Base of results that are shown as a :class:`Report`: they can be written in every format."""

    __slots__ = ()

    def report(self) -> Report:
        raise TypeError(f"{type(self).__name__} has no report")


def plain(text: object) -> Segments:
    """A value as an unmarked cell; None and the empty text are blank."""
    shown = "" if text is None else str(text)
    return (Segment(shown, "same"),) if shown else ()


def lines(texts: Iterable[object]) -> Segments:
    """Texts below one another in a cell."""
    return plain("\n".join(map(str, texts)))
