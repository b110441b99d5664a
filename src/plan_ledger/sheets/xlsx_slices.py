"""One pass over an xlsx part: cut down to some of its root's children; cells and merges counted on the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers import expat

from attrs import Factory, define, frozen

from plan_ledger.errors import Place
from plan_ledger.sheets.grid import cell_ref, ref_position
from plan_ledger.sheets.package import Package
from plan_ledger.sheets.problems import DamagedDocument, LimitExceeded

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REF = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}")
_RANGE = re.compile(r"([A-Z]{1,3}[1-9][0-9]{0,6})(?::([A-Z]{1,3}[1-9][0-9]{0,6}))?")
_MOST_COLUMNS = 16_384
# openpyxl acts on these wherever they stand; below the root's children only a forged file has them
_ACTED_ON_ANYWHERE = re.compile(
    "sheetData|c|cols|mergeCells|hyperlinks|tableParts|legacyDrawing|dataValidations|conditionalFormatting|sheetPr"
    "|sheetProtection|rowBreaks|colBreaks|customSheetViews|printOptions|pageMargins|pageSetup|headerFooter|autoFilter"
    "|sheetViews|sheetFormatPr|scenarios"
)

Range = tuple[int, int, int, int]
"""First row, first column, last row, last column; all inclusive, from 1."""


@frozen
class SheetEntry:
    """A sheet as the workbook lists it. ``state`` is ``visible``, ``hidden`` or ``veryHidden``."""

    name: str
    part: str
    state: str


@define
class SheetFacts:
    """What the pass over a sheet found. ``formulas`` says of each formula's cell whether its result is a text: only
    then is a stored result that is empty one at all."""

    formulas: dict[str, bool] = Factory(dict[str, bool])
    merges: list[Range] = Factory(list[Range])


@define
class Counts:
    """Of all sheets together."""

    cells: int = 0
    merges: int = 0
    merged_cells: int = 0


class Slices:
    """Cuts a part down to some of its root's children, by the byte positions that the parser tells."""

    def __init__(self, package: Package, part: str, keep: frozenset[str]) -> None:
        self.package, self.part, self.keep = package, part, keep
        self.children: list[tuple[str, int]] = []
        self.depth = 0
        self.end_of_root = 0
        self.parser: expat.XMLParserType = package.scanner(part, self.start, self.end)

    def cut(self) -> bytes:
        self.package.parse(self.part, self.parser)
        data = self.package.part(self.part)
        if not self.children:
            return data
        starts = [at for _, at in self.children] + [self.end_of_root]
        slices = [data[: starts[0]]]
        slices += [data[starts[i] : starts[i + 1]] for i, (name, _) in enumerate(self.children) if name in self.keep]
        return b"".join([*slices, data[self.end_of_root :]])

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        if self.depth == 2:
            self.children.append((tag.rpartition(" ")[2], self.parser.CurrentByteIndex))

    def end(self, tag: str) -> None:
        self.depth -= 1
        if self.depth == 0:
            self.end_of_root = self.parser.CurrentByteIndex


class SheetSlices(Slices):
    """The same for a worksheet, counting cells and merges and noting formulas on the way."""

    def __init__(self, package: Package, entry: SheetEntry, counts: Counts) -> None:
        super().__init__(package, entry.part, frozenset({"cols", "sheetData"}))
        self.entry, self.counts = entry, counts
        self.facts = SheetFacts()
        self.path: list[str] = []
        self.row = self.column = self.rows = self.cols = 0
        self.is_text = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        super().start(tag, attributes)
        name = tag[len(MAIN) + 1 :] if tag.startswith(MAIN) else tag
        parent = self.path[-1] if self.path else ""
        self.path.append(name)
        if name == "row":
            self._row(parent, attributes)
        elif parent == "row":
            self._cell(name, attributes)
        elif parent == "c":
            self._content(name)
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif name == "col":
            self.cols += 1
            self._within("columns", self.cols, _MOST_COLUMNS)
        elif self.depth > 2 and self.path[1] in self.keep and _ACTED_ON_ANYWHERE.fullmatch(name):
            # openpyxl acts on these wherever they stand; inside cells only a forged file has them
            self._damaged(f"misplaced {name}")

    def end(self, tag: str) -> None:
        super().end(tag)
        self.path.pop()

    def _row(self, parent: str, attributes: Mapping[str, str]) -> None:
        if parent != "sheetData" or self.depth != 3:
            self._damaged("misplaced row")
        number = attributes.get("r", str(self.row + 1))
        if not (number.isascii() and number.isdigit() and len(number) <= 7):
            self._damaged(f"row {number[:20]!r}")
        self.row, self.column = int(number), 0
        self.rows += 1
        self._within("rows", self.rows, self.package.limits.rows)

    def _cell(self, name: str, attributes: Mapping[str, str]) -> None:
        if name != "c":
            self._damaged(f"misplaced {name[:40]}")
        ref = attributes.get("r")
        if ref is None:
            self.column += 1
        elif _REF.fullmatch(ref):
            self.row, self.column = ref_position(ref)
        else:
            self._damaged(f"cell {ref[:20]!r}")
        self.is_text = attributes.get("t") == "str"
        self.counts.cells += 1
        self._within("cells", self.counts.cells, self.package.limits.cells)

    def _content(self, name: str) -> None:
        ref = cell_ref(self.row, self.column)
        if name == "f":
            self.facts.formulas.setdefault(ref, self.is_text)
        if self.row > self.package.limits.rows or self.column > self.package.limits.columns:
            setting = "rows" if self.row > self.package.limits.rows else "columns"
            self._within(setting, max(self.row, self.column), getattr(self.package.limits, setting), ref)

    def _merge(self, ref: str) -> None:
        found = _RANGE.fullmatch(ref)
        if found is None:
            self._damaged(f"merged range {ref[:40]!r}")
            return
        (top, left), (bottom, right) = ref_position(found[1]), ref_position(found[2] or found[1])
        top, bottom, left, right = min(top, bottom), max(top, bottom), min(left, right), max(left, right)
        self.counts.merges += 1
        self.counts.merged_cells += (bottom - top + 1) * (right - left + 1)
        self._within("merges", self.counts.merges, self.package.limits.merges, ref)
        self._within("merged_cells", self.counts.merged_cells, self.package.limits.merged_cells, ref)
        self.facts.merges.append((top, left, bottom, right))

    def _within(self, setting: str, seen: int, limit: int, ref: str | None = None) -> None:
        if seen > limit:
            place = Place(file=self.package.file, sheet=self.entry.name, cell=ref)
            raise LimitExceeded(setting, limit, seen, place=place)

    def _damaged(self, reason: str) -> None:
        raise DamagedDocument(reason, place=Place(file=self.package.file, sheet=self.entry.name))
