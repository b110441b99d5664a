"""Where the printed pages of a workbook end, so that what spans several of them is printed on each.

A merged cell is printed once, at its top: on the second page nobody sees to which KPI and measure a project belongs.
So a merged cell ends where its page ends, and its text stands again at the top of the next. Breaks are set there, a
little before the page is full: the width is fitted to the paper by the program that prints, whose scale we can only
estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from attrs import evolve

from plan_ledger.rendering.heights import Block, blocks
from plan_ledger.rendering.table import SIGN_WIDTH, Cell, Row, Table
from plan_ledger.rendering.xlsx_page import MARGINS, pixels

_PAPER: Final = (1190.55, 841.89)
"""A3 landscape in points."""

_SLACK: Final = 0.97  # printers measure columns and rows a little differently


def paginated(table: Table, *, first: int, above: float, head: float) -> tuple[Table, list[Block], tuple[int, ...]]:
    """The table with its merged cells ended at the ends of pages, where its rows stand, and which of them begin pages.

    The first page is not counted: a table of one page has no such rows.

    Args:
        table: As it was laid out.
        first: The sheet row, from 0, of the table's first row.
        above: Points taken on the first page by what stands above the header.
        head: Points of the header, on every page.
    """
    room = (_PAPER[1] - 72 * (MARGINS["top"] + MARGINS["bottom"])) / _scale(table) * _SLACK - head
    placed = blocks(table, first)
    starts = _starts(placed, room, above)
    if not starts:
        return table, placed, ()
    # A text that stands again may need a higher row, and that may move the breaks: once more with the new heights.
    again = blocks(_ended(table, starts), first)
    starts = _starts(again, room, above)
    ended = _ended(table, starts)
    return ended, blocks(ended, first), starts


def _scale(table: Table) -> float:
    """What the width is multiplied with to fit on the paper."""
    widths = [column.width for column in table.columns] + ([SIGN_WIDTH] if table.sign_column else [])
    points = sum(map(pixels, widths)) * 0.75
    return min(1.0, (_PAPER[0] - 72 * (MARGINS["left"] + MARGINS["right"])) / points)


def _starts(placed: Sequence[Block], room: float, above: float) -> tuple[int, ...]:
    """Fill pages row by row; a row is not divided, unless it is higher than a page."""
    starts: list[int] = []
    used = above
    for at, block in enumerate(placed):
        if at and used + sum(block.heights) > room:
            starts.append(at)
            used = 0.0
        for height in block.heights:
            used = height if used + height > room else used + height
    return tuple(starts)


def _ended(table: Table, starts: Sequence[int]) -> Table:
    """The table with every merged cell cut at the starts of pages, its text in each of the parts."""
    rows = [list(row.cells) for row in table.rows]
    for column in range(len(table.columns)):
        for at in range(len(rows)):
            cell = table.rows[at].cells[column]
            if cell is None or cell.rowspan == 1:
                continue
            end = at + cell.rowspan
            edges = [at, *(start for start in starts if at < start < end), end]
            for begin, stop in pairwise(edges):
                rows[begin][column] = evolve(cell, rowspan=stop - begin)
    return evolve(table, rows=tuple(_with(row, cells) for row, cells in zip(table.rows, rows, strict=True)))


def _with(row: Row, cells: Sequence[Cell | None]) -> Row:
    return evolve(row, cells=tuple(cells))
