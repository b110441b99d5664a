"""Excel (XlsxWriter): the handout with red runs, real merged cells and a page that prints; lists likewise.

Every cell is written as a text in text format, so that nothing is ever a formula, a number or a date. The same result
gives the same bytes: times in the file are the meeting's, or fixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from plan_ledger.errors import Place, raise_problems
from plan_ledger.rendering import carried
from plan_ledger.rendering.errors import CellTooLong, need
from plan_ledger.rendering.heights import Block, blocks, line_height, split, text_height
from plan_ledger.rendering.layout import Segments, Table
from plan_ledger.rendering.listing import Listing
from plan_ledger.rendering.texts import flattened, storable
from plan_ledger.rendering.widths import LINE
from plan_ledger.values.marks import Segment

FONT: Final = "BIZ UDゴシック"
"""On every Windows since 10 (1809); elsewhere the character set makes Excel take a Japanese font."""

SIGN_WIDTH: Final = 5.0
LIMIT: Final = 32_767
FOOTER_LIMIT: Final = 255
A3: Final = 8
_FIXED_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 -- office files carry times without a zone
_PIXELS = 12  # a full-width character of 9 points
_PADDING = 6
_SHEET = "一覧"


def write(sheet: Table | Listing) -> bytes:
    """The workbook.

    Raises:
        CellTooLong: A text is longer than a cell holds; all such cells are reported.
        MissingExtra: XlsxWriter is not installed.
    """
    out = BytesIO()
    book = need("xlsxwriter").Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    writer = _Writer(book, sheet)
    if isinstance(sheet, Table):
        writer.table(sheet)
    else:
        writer.listing(sheet)
    book.close()
    return out.getvalue()


class _Writer:
    def __init__(self, book: Any, sheet: Table | Listing) -> None:
        self.book = book
        self.red = f"#{sheet.look.red}"
        self.compared = isinstance(sheet, Listing) and sheet.compared
        self.formats: dict[tuple[tuple[str, object], ...], Any] = {}
        self.cells: dict[tuple[str, int, str], Any] = {}
        self.runs = {kind: self.format(**self.mark(kind)) for kind in ("same", "added", "removed")}
        self.page = book.add_worksheet(_SHEET)
        self.page.set_landscape()
        self.page.set_paper(A3)
        self.page.set_margins(left=0.4, right=0.4, top=0.45, bottom=0.6)
        self.page.fit_to_pages(1, 0)
        self.page.hide_gridlines(2)

    # --- the handout --------------------------------------------------------------------------------------------

    def table(self, table: Table) -> None:
        widths = [column.width for column in table.columns]
        if table.sign_column:
            widths.append(SIGN_WIDTH)
        self.columns(widths)
        last = len(widths) - 1
        at = self.stamp(table.look.stamp, last)
        self.text(0, 0, table.title_line, bold=True, font_size=14)
        self.page.set_row(0, 20)
        for note in table.notes:
            self.text(at, 0, note, font_color=self.red)
        if table.unit_note:
            self.text(at, last, table.unit_note, align="right")
        head = at + 1
        for column, header in enumerate(table.headers):
            self.text(head, column, header, **_HEAD)
        self.page.set_row(head, line_height(list(zip(table.headers, widths, strict=True))))
        self.page.repeat_rows(head)
        self.page.freeze_panes(head + 1, 0)
        placed = blocks(table, head + 1)
        self.check(table, placed)
        self.body(table, placed)
        below = placed[-1].last + 1 if placed else head + 1
        end = self.tails(table, below, widths)
        self.page.print_area(0, 0, max(end - 1, head), last)
        self.page.set_footer(footer(table.footer.left, table.footer.right))
        self.carry(table, [block.first + 1 for block in placed])

    def stamp(self, lines: Sequence[str], last: int) -> int:
        """The box at the top right; returns the row of the notes."""
        for row, line in enumerate(lines):
            self.text(row, last, line, border=1, align="center")
        return max(1, len(lines))

    def body(self, table: Table, placed: Sequence[Block]) -> None:
        sign = len(table.columns)
        for at, (row, block) in enumerate(zip(table.rows, placed, strict=True)):
            for offset, height in enumerate(block.heights):
                self.page.set_row(block.first + offset, height)
            for column, cell in enumerate(row.cells):
                if cell is not None:
                    end = placed[at + cell.rowspan - 1].last
                    numeric = table.columns[column].kind in ("money", "number")
                    self.rich((block.first, end, column), cell.segments, align="right" if numeric else "left")
            if table.sign_column:
                signs = "\n".join(row.signs)
                self.rich((block.first, block.last, sign), _plain(signs), align="center")

    def tails(self, table: Table, row: int, widths: Sequence[float]) -> int:
        """The lists below the table; returns the first free row."""
        for tail in table.tails:
            row += 1
            self.text(row, 0, tail.heading, bold=True)
            row += 1
            for line in tail.lines:
                row = self.wide(row, line, widths)
        return row

    def wide(self, row: int, line: Segments, widths: Sequence[float]) -> int:
        """A text over all columns; returns the row after it."""
        shown = "".join(segment.text for segment in line)
        heights = split(text_height(shown, sum(widths)))
        for offset, height in enumerate(heights):
            self.page.set_row(row + offset, height)
        end = row + len(heights) - 1
        self.rich((row, end, 0), line, border=0, across=len(widths) - 1)
        return end + 1

    def check(self, table: Table, placed: Sequence[Block]) -> None:
        """Refuse what Excel would cut."""
        found: list[CellTooLong] = []
        for row, block in zip(table.rows, placed, strict=True):
            for column, cell in enumerate(row.cells):
                if cell is None:
                    continue
                length = _units("".join(segment.text for segment in cell.segments))
                if length > LIMIT:
                    title = next((each.text for each in row.cells if each and each.item == cell.item), "")
                    place = Place(
                        cell=self.ref(block.first, column), item=title[:40], field=table.columns[column].header
                    )
                    found.append(CellTooLong(length, LIMIT, place=place))
        raise_problems(found)

    def carry(self, table: Table, first_rows: list[int]) -> None:
        """Document properties and the very hidden sheet."""
        self.describe(table.title_line, table.footer.left)
        for name, value in carried.properties(table):
            if value and len(value) <= FOOTER_LIMIT:
                self.book.set_custom_property(f"plan_ledger.{name}", storable(value), "text")
        hidden = self.book.add_worksheet(carried.SHEET_NAME)
        hidden.very_hidden()
        text = self.book.add_format({"num_format": "@"})
        for at, row in enumerate(carried.rows(table, first_rows)):
            for column, value in enumerate(row):
                hidden.write_string(at, column, storable(value), text)

    # --- lists --------------------------------------------------------------------------------------------------

    def listing(self, listing: Listing) -> None:
        weights = [head.weight for head in listing.sections[0].heads] if listing.sections else [1.0]
        for section in listing.sections[1:]:
            more = [head.weight for head in section.heads]
            weights += more[len(weights) :]
        scale = LINE / sum(weights)
        widths = [max(4.0, weight * scale) for weight in weights]
        self.columns(widths)
        self.text(0, 0, listing.title, bold=True, font_size=14)
        self.page.set_row(0, 20)
        row = 1
        for note in listing.notes:
            self.text(row, 0, note)
            row += 1
        for number, section in enumerate(listing.sections):
            if section.heading:
                row += 1
                self.text(row, 0, section.heading, bold=True)
                row += 1
            if number == 0:
                self.page.repeat_rows(row)
            for column, head in enumerate(section.heads):
                self.text(row, column, head.text, **_HEAD)
            row += 1
            for cells in section.rows:
                row = self.list_row(row, cells, widths)
        for line in listing.footer:
            self.text(row, 0, line)
            row += 1
        self.page.set_footer(footer(listing.title, ""))
        self.describe(listing.title, "")

    def list_row(self, row: int, cells: Sequence[Segments], widths: Sequence[float]) -> int:
        texts = ["".join(segment.text for segment in cell) for cell in cells]
        raise_problems(
            CellTooLong(_units(text), LIMIT, place=Place(cell=self.ref(row, column)))
            for column, text in enumerate(texts)
            if _units(text) > LIMIT
        )
        heights = split(line_height(list(zip(texts, widths, strict=False))))
        for offset, height in enumerate(heights):
            self.page.set_row(row + offset, height)
        end = row + len(heights) - 1
        for column, cell in enumerate(cells):
            self.rich((row, end, column), cell)
        return end + 1

    # --- cells --------------------------------------------------------------------------------------------------

    def columns(self, widths: Sequence[float]) -> None:
        for column, width in enumerate(widths):
            self.page.set_column_pixels(column, column, round(width * _PIXELS) + _PADDING)

    def format(self, **wanted: object) -> Any:
        full = {**_FONT, **wanted}
        key = tuple(sorted(full.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(full)
        return self.formats[key]

    def cell_format(self, align: str, border: int, kind: str = "same") -> Any:
        """The format of a table's cell; of one that is marked whole, its font included."""
        key = (align, border, kind)
        if key not in self.cells:
            self.cells[key] = self.format(**_CELL, align=align, border=border, **self.mark(kind))
        return self.cells[key]

    def text(self, row: int, column: int, text: str, **wanted: object) -> None:
        """A plain text in one cell."""
        self.page.write_string(row, column, storable(text), self.format(num_format="@", **wanted))

    def rich(
        self, place: tuple[int, int, int], segments: Segments, *, align: str = "left", border: int = 1, across: int = 0
    ) -> None:
        """A marked text in a cell, merged where it covers several rows or goes across further columns.

        A text of one run is a plain cell whose own font is marked; Excel knows rich text of two runs and more only.
        """
        first, last, column = place
        cell = self.cell_format(align, border)
        if last > first or across:
            self.page.merge_range(first, column, last, column + across, "", cell)
        if not segments:
            self.page.write_blank(first, column, None, cell)
        elif len(segments) == 1:
            only = segments[0]
            self.page.write_string(first, column, storable(only.text), self.cell_format(align, border, only.kind))
        else:
            parts: list[Any] = []
            for segment in segments:
                parts += [self.runs[segment.kind], storable(segment.text)]
            self.page.write_rich_string(first, column, *parts, cell)

    def mark(self, kind: str) -> dict[str, object]:
        if kind == "same":
            return {}
        if self.compared:
            return {"underline": 1}
        return {"underline": 1, "font_color": self.red} if kind == "added" else {"font_strikeout": True}

    def ref(self, row: int, column: int) -> str:
        name: str = need("xlsxwriter.utility").xl_rowcol_to_cell(row, column)
        return name

    def describe(self, title: str, subject: str) -> None:
        self.book.set_properties(
            {
                "title": storable(flattened(title))[:FOOTER_LIMIT],
                "subject": storable(flattened(subject)),
                "created": _FIXED_TIME,
            }
        )


_FONT: Final[dict[str, object]] = {"font_name": FONT, "font_size": 9, "font_family": 3, "font_charset": 128}
_CELL: Final[dict[str, object]] = {"num_format": "@", "text_wrap": True, "valign": "top"}
_HEAD: Final[dict[str, object]] = {
    "bold": True,
    "border": 1,
    "bg_color": "#E8EEF7",
    "align": "center",
    "valign": "vcenter",
    "text_wrap": True,
}


def footer(left: str, right: str) -> str:
    """Excel's footer code: what identifies the table, the page, the short digest. ``&`` doubled, never past 255."""
    right = _code(right)
    rest = f"&C&P / &N&R{right}"
    left = flattened(left)
    while _units(code := f"&L{_code(left)}{rest}") > FOOTER_LIMIT and left:
        left = left[:-1]
    return code


def _code(text: str) -> str:
    return storable(flattened(text)).replace("&", "&&")


def _plain(text: str) -> Segments:
    return (Segment(text, "same"),) if text else ()


def _units(text: str) -> int:
    """Characters as Excel counts them: UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
