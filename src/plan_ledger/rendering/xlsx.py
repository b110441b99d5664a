"""Excel (XlsxWriter): the handout with red runs, real merged cells and a page that prints; lists likewise.

Every cell is written as a text in text format, so that nothing is ever a formula, a number or a date. The same result
gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final
from warnings import warn

from plan_ledger.errors import Place, raise_problems
from plan_ledger.rendering import carried
from plan_ledger.rendering.errors import CellTooLong, RowsSplit, need
from plan_ledger.rendering.heights import Block, blocks, line_height, painted, split, text_height
from plan_ledger.rendering.listing import Listing
from plan_ledger.rendering.pages import PAPER, paginated
from plan_ledger.rendering.table import SIGN_WIDTH, Segments, Table, whole
from plan_ledger.rendering.texts import storable
from plan_ledger.rendering.widths import LINE
from plan_ledger.rendering.xlsx_page import LIMIT, MARGINS, NAME_LIMIT, Page, footer, pixels, units

_TITLE_HEIGHT: Final = 20.0


def write(sheet: Table | Listing) -> bytes:
    """The workbook.

    Raises:
        CellTooLong: A text is longer than a cell holds; all such cells are reported.
        MissingExtra: XlsxWriter is not installed.

    Warns:
        RowsSplit: Rows are higher than Excel allows and were split.
    """
    out = BytesIO()
    book = need("xlsxwriter").Workbook(out, {"in_memory": True})
    if isinstance(sheet, Table):
        _table(Page(book, sheet.look), sheet)
    else:
        _listing(Page(book, sheet.look, compared=sheet.compared), sheet)
    book.close()
    return out.getvalue()


def _table(page: Page, table: Table) -> None:
    widths = [column.width for column in table.columns]
    if table.sign_column:
        widths.append(SIGN_WIDTH)
    page.columns(widths)
    head = _above(page, table, len(widths) - 1)
    page.head(head, table.headers)
    page.sheet.repeat_rows(head)
    page.sheet.freeze_panes(head + 1, 0)
    room = (PAPER[1] - 72 * (MARGINS["top"] + MARGINS["bottom"])) / _scale(widths)
    pages = paginated(table, room=room, above=_TITLE_HEIGHT + 15.0 * (head - 1))
    page.rows(head, [pages.head])
    table, placed = pages.table, blocks(pages.heights, head + 1)
    if pages.starts:
        page.sheet.set_h_pagebreaks([placed[at].first for at in pages.starts])
    _check(page, table, placed)
    if high := tuple(block.first + 1 for block in placed if len(block.heights) > 1):
        warn(RowsSplit(high), stacklevel=2)
    _body(page, table, placed)
    below = placed[-1].last + 1 if placed else head + 1
    end = _tails(page, table, below, widths)
    page.sheet.print_area(0, 0, max(end - 1, head), len(widths) - 1)
    page.sheet.set_footer(footer(table.footer.left, table.footer.right))
    _carry(page, table, [block.first + 1 for block in placed])


def _scale(widths: Sequence[float]) -> float:
    """What the width is multiplied with to fit on the paper; the program that prints finds it by itself."""
    points = sum(map(pixels, widths)) * 0.75
    return min(1.0, (PAPER[0] - 72 * (MARGINS["left"] + MARGINS["right"])) / points)


def _above(page: Page, table: Table, last: int) -> int:
    """Title, box, notes and unit; returns the row of the header."""
    page.text(0, 0, table.title_line, bold=True, font_size=14)
    page.rows(0, [_TITLE_HEIGHT])
    for row, line in enumerate(table.look.stamp):
        # the column of signs alone has no room for a date
        across = 1 if table.sign_column else 0
        page.rich((row, row, last - across), whole(line, "same"), align="center", across=across)
    at = max(1, len(table.look.stamp))
    for note in table.notes:
        page.text(at, 0, note, font_color=page.red)
    if table.unit_note:
        page.text(at, last, table.unit_note, align="right")
    return at + 1


def _body(page: Page, table: Table, placed: Sequence[Block]) -> None:
    sign = len(table.columns)
    aligns = ["right" if column.kind in ("money", "number") else "left" for column in table.columns]
    for at, (row, block) in enumerate(zip(table.rows, placed, strict=True)):
        page.rows(block.first, block.heights)
        for column, cell in enumerate(row.cells):
            if cell is not None:
                end = block.last if cell.rowspan == 1 else placed[at + cell.rowspan - 1].last
                page.rich((block.first, end, column), cell.segments, align=aligns[column])
        if table.sign_column:
            page.rich((block.first, block.last, sign), whole("\n".join(row.signs), "same"), align="center")


def _check(page: Page, table: Table, placed: Sequence[Block]) -> None:
    """Refuse what Excel would cut, all of it at once."""
    raise_problems(
        CellTooLong(length, LIMIT, place=_place(page, table, row.cells, block.first, at))
        for row, block in zip(table.rows, placed, strict=True)
        for at, cell in enumerate(row.cells)
        if cell is not None and (length := units(painted(cell.segments))) > LIMIT
    )


def _place(page: Page, table: Table, cells: Sequence[Any], row: int, at: int) -> Place:
    title = next((each.text for each in cells if each and each.item == cells[at].item), "")
    return Place(cell=page.ref(row, at), item=title[:40], field=table.columns[at].header)


def _tails(page: Page, table: Table, row: int, widths: Sequence[float]) -> int:
    """The lists below the table; returns the first free row."""
    for tail in table.tails:
        row += 1
        page.text(row, 0, tail.heading, bold=True)
        row += 1
        for line in tail.lines:
            end = page.rows(row, split(text_height(painted(line), sum(widths))))
            page.rich((row, end, 0), line, border=0, across=len(widths) - 1)
            row = end + 1
    return row


def _carry(page: Page, table: Table, first_rows: list[int]) -> None:
    """Document properties and the very hidden sheet."""
    page.describe(table.title_line, table.footer.left)
    for name, value in carried.properties(table):
        if value and len(value) <= NAME_LIMIT:
            page.book.set_custom_property(f"plan_ledger.{name}", storable(value), "text")
    hidden = page.book.add_worksheet(carried.SHEET_NAME)
    hidden.very_hidden()
    text = page.book.add_format({"num_format": "@"})
    for at, (name, value) in enumerate(carried.rows(table, first_rows)):
        hidden.write_string(at, 0, name, text)
        hidden.write_string(at, 1, storable(value), text)


def _listing(page: Page, listing: Listing) -> None:
    weights: list[float] = []
    for section in listing.sections:
        weights += [head.weight for head in section.heads][len(weights) :]
    widths = [max(4.0, weight * LINE / sum(weights)) for weight in weights]
    page.columns(widths)
    page.text(0, 0, listing.title, bold=True, font_size=14)
    page.rows(0, [_TITLE_HEIGHT])
    row = 1
    for note in listing.notes:
        page.text(row, 0, note)
        row += 1
    high: list[int] = []
    for number, section in enumerate(listing.sections):
        if section.heading:
            page.text(row + 1, 0, section.heading, bold=True)
            row += 2
        if number == 0:
            page.sheet.repeat_rows(row)
        page.head(row, [head.text for head in section.heads])
        row += 1
        for cells in section.rows:
            below = _list_row(page, row, cells, widths)
            if below > row + 1:
                high.append(row + 1)
            row = below
    if high:
        warn(RowsSplit(tuple(high)), stacklevel=2)
    for line in listing.footer:
        page.text(row, 0, line)
        row += 1
    page.sheet.set_footer(footer(listing.title, ""))
    page.describe(listing.title, "")


def _list_row(page: Page, row: int, cells: Sequence[Segments], widths: Sequence[float]) -> int:
    """Write a row of a list; returns the one after it."""
    texts = [painted(cell) for cell in cells]
    raise_problems(
        CellTooLong(length, LIMIT, place=Place(cell=page.ref(row, column)))
        for column, text in enumerate(texts)
        if (length := units(text)) > LIMIT
    )
    end = page.rows(row, split(line_height(list(zip(texts, widths, strict=False)))))
    for column, cell in enumerate(cells):
        page.rich((row, end, column), cell)
    return end + 1
