"""What reading a document gives: grids of cells, each with its place, to the letter."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from attrs import field, frozen

from plan_ledger.errors import PlanLedgerError, raise_problems

Kind = Literal["tsv", "csv", "xlsx", "docx"]
CellKind = Literal["text", "number", "date", "formula", "blank"]


@cache
def column_letters(column: int) -> str:
    """``1`` → ``A``, ``27`` → ``AA``: how a spreadsheet names its columns."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_ref(row: int, column: int) -> str:
    """The cell's name, row and column counted from 1: ``(7, 4)`` → ``D7``."""
    return f"{column_letters(column)}{row}"


def ref_position(ref: str) -> tuple[int, int]:
    """``D7`` → ``(7, 4)``: row and column from 1. The inverse of :func:`cell_ref`."""
    letters = ref.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(ref[len(letters) :]), column


def ref_words(ref: str) -> str:
    """``D7`` → ``行7・列4``: the same cell for a reader who has no column letters before him (csv, tsv, Word)."""
    row, column = ref_position(ref)
    return f"行{row}・列{column}"


@frozen
class Run:
    """A stretch of a cell's text in one ink. The runs of a cell, joined, are its text."""

    text: str
    red: bool = False
    strike: bool = False
    underline: bool = False


@frozen
class Cell:
    """One cell.

    ``text`` is what the reader of the document sees, to the letter, line breaks as LF; struck-through text is in it
    (``standing`` leaves it out). ``runs`` is empty where nothing is red, struck through or underlined.
    ``merged_into`` names the cell that holds the text of the merged range in which this blank one lies; None for
    every other cell, so that a blank of a merged range is told apart from a true one. ``warnings`` are also among
    the document's problems.
    """

    ref: str
    text: str = ""
    kind: CellKind = "blank"
    runs: tuple[Run, ...] = ()
    warnings: tuple[PlanLedgerError, ...] = ()
    merged_into: str | None = None

    @property
    def blank(self) -> bool:
        """Nothing but white space is in it."""
        return not self.text or self.text.isspace()

    @property
    def standing(self) -> str:
        """The text without what is struck through (見え消し)."""
        if not any(run.strike for run in self.runs):
            return self.text
        return "".join(run.text for run in self.runs if not run.strike)


@frozen
class Line:
    """A row outside the table: a title, a note, or what follows the table. Its cells are those that hold text."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def ref(self) -> str:
        return self.cells[0].ref

    @property
    def text(self) -> str:
        """The cells' texts, joined by tabs."""
        return "\t".join(cell.text for cell in self.cells)


@frozen
class Row:
    """A row of the table: one cell per header column. ``number`` counts the document's (sheet's) rows from 1."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False


@frozen
class Grid:
    """One table of a document.

    ``header`` has one cell per column, from the first labelled to the last; labels of a header in two lines are
    joined with LF, upper line first, and ``header_rows`` names both rows. Wholly blank rows and repetitions of the
    header are not among ``rows``.
    """

    sheet: str | None
    lines_before: tuple[Line, ...]
    header: tuple[Cell, ...]
    header_rows: tuple[int, ...]
    rows: tuple[Row, ...]
    lines_after: tuple[Line, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    """Indexes into ``header`` of the columns that the document hides."""


def _read_only(properties: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(properties))


@frozen
class Document:
    """A document as it was read.

    ``sha256`` is that of the file's bytes, in hexadecimal. ``properties`` are the custom document properties (xlsx,
    docx) and what our own files carry besides (see ``returned``): names and values of the very hidden sheet
    ``_plan_ledger`` (xlsx) or of the custom XML part (docx). ``problems`` holds everything that was found, in the
    document's order: errors, with which nothing should be applied, and warnings to look at.
    """

    name: str
    sha256: str
    kind: Kind
    grids: tuple[Grid, ...]
    properties: Mapping[str, str] = field(converter=_read_only, factory=dict[str, str])
    problems: tuple[PlanLedgerError, ...] = ()

    @property
    def errors(self) -> tuple[PlanLedgerError, ...]:
        """The problems that forbid applying what was read."""
        return tuple(problem for problem in self.problems if _level(problem) != "warning")

    @property
    def warnings(self) -> tuple[PlanLedgerError, ...]:
        """The problems that a person should look at, and may accept."""
        return tuple(problem for problem in self.problems if _level(problem) == "warning")

    def raise_errors(self) -> None:
        """Raise all the errors together, if there are any; warnings are never raised."""
        raise_problems(self.errors)


def _level(problem: PlanLedgerError) -> Any:
    return getattr(problem, "level", "error")
