"""Where the printed pages of a table end, so that what spans several of them is printed on each.

A merged cell is printed once, at its top: on the second page nobody sees to which KPI and measure a project belongs.
So a merged cell ends where its page ends, and its text stands again at the top of the next. Breaks are set there, a
little before the page is full: the program that prints measures a little differently than we do.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from attrs import evolve, frozen

from plan_ledger.rendering.heights import Needs, line_height, needs, parts, row_heights, split
from plan_ledger.rendering.table import SIGN_WIDTH, Cell, Table

PAPER: Final = (1190.55, 841.89)
"""A3 landscape in points."""

_SLACK: Final = 0.97
_LEFT: Final = 24.0
_LINE: Final = 8.0  # less than a line


@frozen
class Pages:
    """A table cut into pages.

    Attributes:
        table: With its merged cells ended at the ends of pages, their texts standing again.
        heights: Points of each row.
        starts: The rows that begin pages, ascending; the first page is not counted.
        head: Points of the header.
        room: Points of a page for the table's rows, without the slack.
        above: Points taken on the first page by what stands above the header.
    """

    table: Table
    heights: tuple[float, ...]
    starts: tuple[int, ...]
    head: float
    room: float
    above: float

    def again(self, row: int) -> bool:
        """Whether this row begins a page other than the first."""
        at = bisect_left(self.starts, row)
        return at < len(self.starts) and self.starts[at] == row

    def filled(self) -> list[float]:
        """The heights with the last row of each page made so high that the next row has no room there.

        For programs that know no page break inside a table. What is left of the page, at most half of what the next
        row needs, is for measures that differ from ours.
        """
        heights = list(self.heights)
        begin, used = 0, self.above
        for start in self.starts:
            left = self.room - used - sum(heights[begin:start])
            # a row that is higher than a page is divided, and would begin wherever a line of it has room
            spared = min(_LEFT, heights[start] / 2) if heights[start] <= self.room else _LINE
            heights[start - 1] += max(0.0, left - spared)
            begin, used = start, 0.0
        return heights


def paginated(table: Table, *, room: float, above: float) -> Pages:
    """Cut a table into pages.

    Args:
        table: As it was laid out.
        room: Points of a page that are left for the table, its header included.
        above: Points taken on the first page by what stands above the header.
    """
    head = head_height(table)
    most = room * _SLACK - head
    needed = needs(table)
    heights = row_heights(table, needed)
    starts = _starts(heights, most, above)
    if starts:
        # A text that stands again may need a higher row, and that may move the breaks: once more with those heights.
        starts = _starts(row_heights(table, needed, starts), most, above)
        heights = row_heights(table, needed, starts)
        table = _ended(table, needed, starts)
    return Pages(table, tuple(heights), starts, head, room - head, above)


def head_height(table: Table) -> float:
    """Points of the header row."""
    widths = [*(column.width for column in table.columns), SIGN_WIDTH]
    return line_height(list(zip(table.headers, widths, strict=False)))


def _starts(heights: Sequence[float], room: float, above: float) -> tuple[int, ...]:
    """Fill pages row by row; a row is not divided, unless it is higher than a page."""
    starts: list[int] = []
    used = above
    for at, height in enumerate(heights):
        if at and used + height > room:
            starts.append(at)
            used = 0.0
        if height <= room:
            used += height
        else:
            for part in split(height):
                used = part if used + part > room else used + part
    return tuple(starts)


def _ended(table: Table, needed: Needs, starts: Sequence[int]) -> Table:
    """The table with every merged cell cut at the starts of pages, its text in each of the parts."""
    changed: dict[int, list[Cell | None]] = {}
    for at, column in needed.spanning:
        cell = table.rows[at].cells[column]
        assert cell is not None
        for begin, stop in parts(at, cell.rowspan, starts):
            if stop - begin < cell.rowspan:
                row = changed.setdefault(begin, list(table.rows[begin].cells))
                row[column] = evolve(cell, rowspan=stop - begin, again=begin > at)
    rows = list(table.rows)
    for at, cells in changed.items():
        rows[at] = evolve(rows[at], cells=tuple(cells))
    return evolve(table, rows=tuple(rows))
