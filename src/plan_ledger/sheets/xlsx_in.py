"""Excel workbooks: cells as the sheet shows them, with their ink; what Excel may have changed is pointed out.

Numbers become the text that Excel shows in the cell's number format, dates likewise. Both are reported where they
may not be what was meant: a date at all, a number that looks like a date's serial or like ``5.10`` become ``5.1``, a
value shown with fewer digits than it has. A formula's stored result is read and reported; one without is an error.
Hidden rows and columns are read and reported, hidden sheets are passed over and reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from attrs import define, field, frozen

from plan_ledger.errors import Place
from plan_ledger.sheets.characters import check_text, line_feeds
from plan_ledger.sheets.extras import guarded, need
from plan_ledger.sheets.grid import Cell, CellKind, Grid, Run, cell_ref, column_letters
from plan_ledger.sheets.ink import joined, normal_line_ends
from plan_ledger.sheets.limits import Limits
from plan_ledger.sheets.package import Package
from plan_ledger.sheets.parts import carried_pairs, custom_properties
from plan_ledger.sheets.problems import ErrorValue, FormulaWithoutValue, SheetProblem, shorten
from plan_ledger.sheets.shaping import HeaderTest, RawRow, shape
from plan_ledger.sheets.suspicions import CoveredText, FormulaValue, HiddenSheet, SheetWithoutTable, StruckText
from plan_ledger.sheets.xlsx_ink import Inks
from plan_ledger.sheets.xlsx_scan import WorkbookScan, scan_workbook
from plan_ledger.sheets.xlsx_slices import SheetFacts
from plan_ledger.sheets.xlsx_values import shown_value

OWN_SHEET = "_plan_ledger"
"""The very hidden sheet in which our own workbooks carry where they come from: names in column A, values from B on."""


def read_xlsx(
    package: Package, main: str, is_header: HeaderTest
) -> tuple[list[Grid], Mapping[str, str], list[SheetProblem]]:
    """The workbook's grids, its custom properties, and what was found.

    Raises:
        SheetProblem: Of level ``fatal``.
        MissingExtra: openpyxl is not installed.
    """
    openpyxl = need("openpyxl")
    properties = custom_properties(package)
    scan = scan_workbook(package, main, OWN_SHEET)
    file = package.file
    problems: list[SheetProblem] = [HiddenSheet(place=Place(file=file, sheet=name)) for name in scan.hidden]
    if not scan.sheets:
        return [], properties, problems

    def read() -> list[_RawSheet]:
        workbook = openpyxl.load_workbook(scan.package, data_only=True, rich_text=True, keep_links=False)
        inks = Inks(workbook)
        raw: list[_RawSheet] = []
        for (entry, facts), sheet in zip(scan.sheets, workbook.worksheets, strict=True):
            reader = _SheetReader(file, entry.name, sheet, facts, scan, inks, package.limits)
            if entry.name == OWN_SHEET:
                properties.update(reader.pairs())
            else:
                raw.append(_RawSheet(entry.name, list(reader.rows()), reader.hidden_columns(), reader.problems))
        return raw

    grids: list[Grid] = []
    without: list[str] = []
    for sheet in guarded(file, read):
        shaped = shape(
            sheet.rows,
            file=file,
            sheet=sheet.name,
            limits=package.limits,
            is_header=is_header,
            hidden_columns=sheet.hidden_columns,
        )
        if shaped.grid is not None:
            grids.append(shaped.grid)
            problems += [*sheet.problems, *shaped.problems]
        elif sheet.rows:
            without.append(sheet.name)
    if grids:
        problems += [SheetWithoutTable(place=Place(file=file, sheet=name)) for name in without]
    return grids, properties, problems


@frozen
class _RawSheet:
    name: str
    rows: list[RawRow]
    hidden_columns: frozenset[int]
    problems: list[SheetProblem]


@define
class _SheetReader:
    """One sheet of an openpyxl workbook (whose types are not declared, hence ``Any``).

    Once more problems are found than will be listed, no more warnings are made, errors still are.
    """

    file: str
    name: str
    sheet: Any
    facts: SheetFacts
    scan: WorkbookScan
    inks: Inks
    limits: Limits
    problems: list[SheetProblem] = field(factory=list[SheetProblem])

    def cells(self) -> Iterator[tuple[int, int, Any]]:
        # iter_rows would make a cell for every place up to the farthest
        for row, column in sorted(self.sheet._cells):
            yield row, column, self.sheet._cells[row, column]

    def pairs(self) -> dict[str, str]:
        """What the own sheet's rows say; see :func:`plan_ledger.sheets.parts.carried_pairs`."""
        rows: dict[int, dict[int, str]] = {}
        for row, column, cell in self.cells():
            rows.setdefault(row, {})[column] = self._text(cell)[0]
        return carried_pairs([[row.get(column, "") for column in range(1, max(row) + 1)] for row in rows.values()])

    def hidden_columns(self) -> frozenset[int]:
        hidden: set[int] = set()
        for dimension in self.sheet.column_dimensions.values():
            if (dimension.hidden or dimension.width == 0) and dimension.min and dimension.max:
                hidden.update(range(dimension.min, min(dimension.max, 16_384) + 1))
        return frozenset(hidden)

    def rows(self) -> Iterator[RawRow]:
        """The rows that hold a text or lie in a merged range."""
        merged = self._merged()
        dimensions = self.sheet.row_dimensions.items()
        hidden = {row for row, dimension in dimensions if dimension.hidden or dimension.height == 0}
        rows: dict[int, dict[int, Cell]] = {}
        for (row, column), anchor in merged.items():
            rows.setdefault(row, {})[column] = Cell(cell_ref(row, column), merged_into=anchor)
        for row, column, cell in self.cells():
            made = self._cell(row, column, cell)
            if made is None:
                continue
            if (row, column) in merged:
                if not made.blank:
                    place = Place(file=self.file, sheet=self.name, cell=made.ref)
                    self.problems.append(CoveredText(shorten(made.text), place=place))
                continue
            rows.setdefault(row, {})[column] = made
        for row in sorted(rows):
            yield RawRow(row, rows[row], row in hidden)

    def _merged(self) -> dict[tuple[int, int], str]:
        inside: dict[tuple[int, int], str] = {}
        for top, left, bottom, right in self.facts.merges:
            anchor = cell_ref(top, left)
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    if (row, column) != (top, left):
                        inside[row, column] = anchor
        return inside

    def _text(self, cell: Any) -> tuple[str, tuple[Run, ...], CellKind, tuple[SheetProblem, ...]]:
        """The cell's text, runs, kind, and what is doubtful about its value; all without a place."""
        value = cell.value
        if value is None:
            return "", (), "blank", ()
        if isinstance(value, str) and cell.data_type != "e":
            text = line_feeds(self.scan.text(value))
            return text, joined([self.inks.of_cell(cell, text)]), "text", ()
        if isinstance(value, list):
            pieces = cast("list[object]", value)
            parts = [self.inks.of_piece(cell, piece, self.scan.text(str(piece))) for piece in pieces]
            runs = normal_line_ends(parts)
            return "".join(run.text for run in runs), joined(runs), "text", ()
        shown = shown_value(value, cell, reporting=len(self.problems) <= self.limits.problems)
        return shown.text, joined([self.inks.of_cell(cell, shown.text)]), shown.kind, shown.doubts

    def _cell(self, row: int, column: int, cell: Any) -> Cell | None:
        ref = f"{column_letters(column)}{row}"
        text, runs, kind, doubts = self._text(cell)
        empty_is_stored = self.facts.formulas.get(ref)
        if not text and empty_is_stored is None:
            return None
        place = Place(file=self.file, sheet=self.name, cell=ref)
        found: list[SheetProblem] = []
        for doubt in doubts:
            doubt.place = place
            found.append(doubt)
        if empty_is_stored is not None:
            kind = "formula"
            if cell.value is None and not empty_is_stored:
                found.append(FormulaWithoutValue(place=place))
            elif cell.data_type != "e" and len(self.problems) <= self.limits.problems:
                found.append(FormulaValue(shorten(text), place=place))
        if cell.data_type == "e" and cell.value is not None:
            found.append(ErrorValue(text, place=place))
        struck = "".join(run.text for run in runs if run.strike)
        if struck.strip() and len(self.problems) <= self.limits.problems:
            found.append(StruckText(shorten(struck), place=place))
        found += check_text(text, place, self.limits.cell_characters)
        self.problems += found
        if kind == "text" and text.isspace():
            kind = "blank"
        return Cell(ref, text, kind, runs, tuple(found))
