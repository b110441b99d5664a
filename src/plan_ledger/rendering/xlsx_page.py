"""A sheet of a workbook: the paper, the formats, and texts in cells, marked or plain. Knows nothing of tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from plan_ledger.rendering.errors import need
from plan_ledger.rendering.table import Look, Segments
from plan_ledger.rendering.texts import flattened, storable

FONT: Final = "BIZ UDゴシック"
"""On every Windows since 10 (1809); elsewhere the character set makes Excel take a Japanese font."""

LIMIT: Final = 32_767
NAME_LIMIT: Final = 255
"""Characters of a footer, and of a property."""

A3: Final = 8
MARGINS: Final = {"left": 0.4, "right": 0.4, "top": 0.45, "bottom": 0.6}
"""Inches."""

SHEET_NAME: Final = "一覧"
_FIXED_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 -- office files carry times without a zone
_PIXELS = 12  # a full-width character of 9 points
_PADDING = 6

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


def pixels(width: float) -> int:
    """A column's width on the screen, from full-width characters."""
    return round(width * _PIXELS) + _PADDING


class Page:
    """``compared`` underlines what is marked and neither colours nor strikes it."""

    def __init__(self, book: Any, look: Look, *, compared: bool = False) -> None:
        self.book = book
        self.red = f"#{look.red}"
        self.underlined = look.underlined
        self.compared = compared
        self.formats: dict[tuple[tuple[str, object], ...], Any] = {}
        self.cells: dict[tuple[str, int, str], Any] = {}
        self.runs = {kind: self.format(**self.mark(kind)) for kind in ("same", "added", "removed")}
        self.sheet = book.add_worksheet(SHEET_NAME)
        self.sheet.set_landscape()
        self.sheet.set_paper(A3)
        self.sheet.set_margins(**MARGINS)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.hide_gridlines(2)

    def columns(self, widths: Sequence[float]) -> None:
        for column, width in enumerate(widths):
            self.sheet.set_column_pixels(column, column, pixels(width))

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
            # an amount would touch the line beside it
            indent = {"indent": 1} if align == "right" else {}
            self.cells[key] = self.format(**_CELL, align=align, border=border, **indent, **self.mark(kind))
        return self.cells[key]

    def head(self, row: int, headers: Sequence[str]) -> None:
        """A header row."""
        for column, header in enumerate(headers):
            self.text(row, column, header, **_HEAD)

    def rows(self, first: int, heights: Sequence[float]) -> int:
        """Set the heights of rows in points; returns the last of them."""
        for offset, height in enumerate(heights):
            self.sheet.set_row(first + offset, height)
        return first + len(heights) - 1

    def text(self, row: int, column: int, text: str, **wanted: object) -> None:
        """A plain text in one cell."""
        self.sheet.write_string(row, column, storable(text), self.format(num_format="@", **wanted))

    def rich(
        self, place: tuple[int, int, int], segments: Segments, *, align: str = "left", border: int = 1, across: int = 0
    ) -> None:
        """A marked text in a cell, merged where it covers several rows or goes across further columns.

        A text of one run is a plain cell whose own font is marked; Excel knows rich text of two runs and more only.
        """
        first, last, column = place
        cell = self.cell_format(align, border)
        if last > first or across:
            self.sheet.merge_range(first, column, last, column + across, "", cell)
        if not segments:
            self.sheet.write_blank(first, column, None, cell)
        elif len(segments) == 1:
            only = segments[0]
            self.sheet.write_string(first, column, storable(only.text), self.cell_format(align, border, only.kind))
        else:
            parts: list[Any] = []
            for segment in segments:
                if parts or segment.kind != "same":  # an unmarked beginning is in the cell's own font
                    parts.append(self.runs[segment.kind])
                parts.append(storable(segment.text))
            self.sheet.write_rich_string(first, column, *parts, cell)

    def mark(self, kind: str) -> dict[str, object]:
        if kind == "same":
            return {}
        if self.compared:
            return {"underline": 1}
        if kind == "removed":
            return {"font_strikeout": True}
        added: dict[str, object] = {"font_color": self.red}
        if self.underlined:
            added["underline"] = 1
        return added

    def ref(self, row: int, column: int) -> str:
        name: str = need("xlsxwriter.utility").xl_rowcol_to_cell(row, column)
        return name

    def describe(self, title: str, subject: str) -> None:
        self.book.set_properties(
            {
                "title": storable(flattened(title))[:NAME_LIMIT],
                "subject": storable(flattened(subject))[:NAME_LIMIT],
                "created": _FIXED_TIME,
            }
        )


def footer(left: str, right: str) -> str:
    """Excel's footer code: what identifies the table, the page, the short digest. ``&`` doubled, never past 255."""
    right = _code(right)
    rest = f"&C&P / &N&R{right}"
    left = flattened(left)
    while units(code := f"&L{_code(left)}{rest}") > NAME_LIMIT and left:
        left = left[:-1]
    return code


def _code(text: str) -> str:
    return storable(flattened(text)).replace("&", "&&")


def units(text: str) -> int:
    """Characters as Excel counts them: UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
