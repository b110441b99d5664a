"""Row heights for Excel, which does not fit merged cells itself: estimated from the texts, never past its limit."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import ceil
from typing import Final

from attrs import frozen

from plan_ledger.rendering.table import Segments, Table
from plan_ledger.rendering.texts import width

LINE_POINTS: Final = 12.75
"""Height of a line of 9 points."""

_PADDING = 5.0
_LIMIT = 405.0  # Excel's own is 409.5
_WHOLE = 0.98  # a column may be a little narrower on another screen
# Lines break at words and before signs that may not begin one, so a line of several is seldom full.
_FILLED = 0.94


@frozen
class Block:
    """The sheet rows of one row of the table: the first, counted from 0, and the height of each in points."""

    first: int
    heights: tuple[float, ...]

    @property
    def last(self) -> int:
        return self.first + len(self.heights) - 1


def text_height(text: str, columns: float) -> float:
    """Points that a text needs in a cell of so many full-width characters."""
    full = max(1.0, columns * 2)
    lines = 0
    for line in text.split("\n") if "\n" in text else (text,):
        room = width(line)
        lines += 1 if room <= full * _WHOLE else ceil(room / (full * _FILLED))
    return lines * LINE_POINTS + _PADDING


@frozen
class Needs:
    """What the texts of a table need: points of each row for the cells that stand in it alone, and of each text that
    spans rows, with its first row. Measured once, for merged cells may be cut several times before all rows fit.
    """

    single: tuple[float, ...]
    spanning: Mapping[tuple[int, int], float]
    """Row and column → points."""


def needs(table: Table) -> Needs:
    """Measure the texts as they are painted: what was struck through takes room too."""
    single: list[float] = []
    spanning: dict[tuple[int, int], float] = {}
    widths = [column.width for column in table.columns]
    for at, row in enumerate(table.rows):
        most = max(1, len(row.signs)) * LINE_POINTS + _PADDING
        for column, cell in enumerate(row.cells):
            if cell is None or not cell.segments:
                continue
            needed = text_height(painted(cell.segments), widths[column])
            if cell.rowspan > 1:
                spanning[at, column] = needed
            elif needed > most:
                most = needed
        single.append(most)
    return Needs(tuple(single), spanning)


def painted(segments: Segments) -> str:
    """All that is printed, what was struck through included."""
    return segments[0].text if len(segments) == 1 else "".join(segment.text for segment in segments)


def row_heights(table: Table, needed: Needs, starts: Sequence[int] = ()) -> list[float]:
    """Points of each row, where merged cells end at these rows and their texts stand there again."""
    heights = list(needed.single)
    spans: list[tuple[int, int, float]] = []
    for (at, column), points in needed.spanning.items():
        cell = table.rows[at].cells[column]
        assert cell is not None
        spans += [(begin, stop, points) for begin, stop in parts(at, cell.rowspan, starts)]
    # The shortest spans first, so that a longer one counts on what they have added.
    for start, end, points in sorted(spans, key=lambda span: span[1] - span[0]):
        heights[end - 1] += max(0.0, points - sum(heights[start:end]))
    return heights


def parts(at: int, rowspan: int, starts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The rows from a merged cell's first to behind its last, cut at these starts of pages (ascending)."""
    inner = starts[bisect_right(starts, at) : bisect_left(starts, at + rowspan)]
    yield from pairwise((at, *inner, at + rowspan))


def blocks(heights: Sequence[float], first: int) -> list[Block]:
    """Where each row of the table stands when it begins at a sheet row.

    A row that is higher than Excel allows becomes several sheet rows, over which its cells are merged.
    """
    placed: list[Block] = []
    for height in heights:
        placed.append(Block(first, split(height)))
        first = placed[-1].last + 1
    return placed


def split(height: float) -> tuple[float, ...]:
    """A height as one or more that Excel allows."""
    parts = ceil(height / _LIMIT)
    return (round(height / parts, 2),) * parts


def line_height(texts: Sequence[tuple[str, float]]) -> float:
    """Points of a row with these texts in columns of these widths."""
    return max((text_height(text, columns) for text, columns in texts), default=LINE_POINTS + _PADDING)
