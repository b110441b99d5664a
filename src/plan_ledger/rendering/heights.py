"""Row heights for Excel, which does not fit merged cells itself: estimated from the texts, never past its limit."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Final

from attrs import frozen

from plan_ledger.rendering.table import Table
from plan_ledger.rendering.texts import width

LINE_POINTS: Final = 12.75
"""Height of a line of 9 points."""

_PADDING = 5.0
_LIMIT = 405.0  # Excel's own is 409.5
# Lines break at words and before signs that may not begin one, so a line is seldom full.
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
    room = max(1.0, columns * 2 * _FILLED)
    lines = sum(max(1, ceil(width(line) / room)) for line in text.split("\n"))
    return lines * LINE_POINTS + _PADDING


def blocks(table: Table, first: int) -> list[Block]:
    """Where each row of the table stands when it begins at a sheet row.

    A row that is higher than Excel allows becomes several sheet rows, over which its cells are merged.
    """
    heights = [LINE_POINTS + _PADDING] * len(table.rows)
    spanning: list[tuple[int, int, float]] = []
    for at, row in enumerate(table.rows):
        for column, cell in zip(table.columns, row.cells, strict=True):
            if cell is None or not cell.text:
                continue
            needed = text_height(cell.text, column.width)
            if cell.rowspan == 1:
                heights[at] = max(heights[at], needed)
            else:
                spanning.append((at, at + cell.rowspan, needed))
        if row.signs:
            heights[at] = max(heights[at], len(row.signs) * LINE_POINTS + _PADDING)
    # The shortest spans first, so that a longer one counts on what they have added.
    for start, end, needed in sorted(spanning, key=lambda span: span[1] - span[0]):
        heights[end - 1] += max(0.0, needed - sum(heights[start:end]))
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
