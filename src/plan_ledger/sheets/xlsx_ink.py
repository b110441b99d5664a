"""The ink of an Excel cell's text: red, struck through, underlined; colours by value, theme or index."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from plan_ledger.sheets.extras import need
from plan_ledger.sheets.grid import Run
from plan_ledger.sheets.ink import is_red

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
# Excel counts a theme's colours with each light one before its dark one, the theme itself the other way round.
_THEME_ORDER = ("lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6")


@frozen
class Ink:
    red: bool = False
    strike: bool = False
    underline: bool = False

    def run(self, text: str) -> Run:
        return Run(text, self.red, self.strike, self.underline)


class Inks:
    """Looks up the ink of openpyxl cells and text blocks (whose types are not declared, hence ``Any``)."""

    def __init__(self, workbook: Any) -> None:
        self._palette: list[str] = [str(colour) for colour in workbook._colors]
        self._theme = _theme_colours(workbook.loaded_theme)
        self._by_font: dict[int, Ink] = {}

    def of_cell(self, cell: Any, text: str) -> Run:
        """A text in the cell's own font."""
        return self._cell_ink(cell).run(text)

    def of_piece(self, cell: Any, piece: Any, text: str) -> Run:
        """A piece of rich text; one without a font of its own is written in the cell's."""
        font = getattr(piece, "font", None)
        return (self._cell_ink(cell) if font is None else self._ink(font)).run(text)

    def _cell_ink(self, cell: Any) -> Ink:
        number = int(cell._style.fontId)
        if number not in self._by_font:
            self._by_font[number] = self._ink(cell.font)
        return self._by_font[number]

    def _ink(self, font: Any) -> Ink:
        return Ink(self._red(font.color), bool(font.strike), bool(font.u) and font.u != "none")

    def _red(self, colour: Any) -> bool:
        if colour is None:
            return False
        if colour.type == "rgb":
            return is_red(colour.rgb)
        if colour.type == "theme":
            return is_red(_at(self._theme, colour.theme))
        if colour.type == "indexed":
            return is_red(_at(self._palette, colour.indexed))
        return False


def _at(colours: list[str], index: int) -> str | None:
    return colours[index] if 0 <= index < len(colours) else None


def _theme_colours(theme: bytes | None) -> list[str]:
    if not theme:
        return []
    root = need("defusedxml.ElementTree").fromstring(theme)
    scheme = root.find(f".//{_DRAWING}clrScheme")
    if scheme is None:
        return []
    colours: list[str] = []
    for name in _THEME_ORDER:
        colour = scheme.find(f"{_DRAWING}{name}/{_DRAWING}srgbClr")
        colours.append(str(colour.get("val", "")) if colour is not None else "")
    return colours
