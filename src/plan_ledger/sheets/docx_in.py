"""Word documents: every table of the body as a grid, with real merged cells; the paragraphs between as lines.

Tracked changes are read as if accepted and reported. Hidden text, automatic bullets and tables inside cells have no
place in a field's text and are reported. The tables are called 表1, 表2 …, their cells as in a spreadsheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, evolve, field, frozen

from plan_ledger.errors import Place
from plan_ledger.sheets.characters import check_text
from plan_ledger.sheets.docx_text import WORD, CellText, Styles, read_cell
from plan_ledger.sheets.extras import guarded, need
from plan_ledger.sheets.grid import Cell, Grid, Line, cell_ref
from plan_ledger.sheets.ink import joined, normal_line_ends
from plan_ledger.sheets.limits import Limits
from plan_ledger.sheets.package import CONTENT_TYPES, Package
from plan_ledger.sheets.parts import carried_part, custom_properties, relations
from plan_ledger.sheets.problems import DamagedDocument, LimitExceeded, NestedTable, SheetProblem, shorten
from plan_ledger.sheets.shaping import TAIL_HEADINGS, HeaderTest, RawRow, shape
from plan_ledger.sheets.suspicions import (
    AutomaticNumbering,
    HiddenRows,
    HiddenText,
    SheetWithoutTable,
    StruckText,
    TrackedChange,
)

_WRAPPERS = frozenset({f"{WORD}sdt", f"{WORD}sdtContent", f"{WORD}customXml", f"{WORD}ins", f"{WORD}moveTo"})
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def read_docx(
    package: Package, main: str, is_header: HeaderTest
) -> tuple[list[Grid], Mapping[str, str], list[SheetProblem]]:
    """The document's grids, its properties (custom ones, and what ours carry), and what was found.

    Raises:
        SheetProblem: Of level ``fatal``.
        MissingExtra: python-docx is not installed.
    """
    docx = need("docx")
    properties = carried_part(package, main) | custom_properties(package)
    package.scan(main)
    parts = {"word/document.xml": package.part(main)}
    for relation in relations(package, main):
        if relation.kind == "styles" and relation.target in package:
            package.scan(relation.target)
            parts["word/styles.xml"] = package.part(relation.target)

    def read() -> tuple[list[Line | _RawTable], list[SheetProblem]]:
        document = docx.Document(Package.reduced(_with_manifest(parts)))
        styles = Styles.of(document) if "word/styles.xml" in parts else Styles({})
        reader = _Reader(package.file, package.limits, styles)
        return list(reader.blocks(document.element.body)), reader.problems

    blocks, problems = guarded(package.file, read)
    grids, found = _shaped(blocks, package, is_header)
    return grids, properties, [*problems, *found]


@frozen
class _RawTable:
    name: str
    rows: list[RawRow]


def _shaped(
    blocks: list[Line | _RawTable], package: Package, is_header: HeaderTest
) -> tuple[list[Grid], list[SheetProblem]]:
    """The tables as grids, each with the paragraphs (and tables without a header) that stand before it."""
    grids: list[Grid] = []
    problems: list[SheetProblem] = []
    lines: list[Line] = []
    without: list[str] = []
    tail = False
    for block in blocks:
        if isinstance(block, Line):
            lines.append(block)
            tail = tail or block.text.lstrip().startswith(TAIL_HEADINGS)
            continue
        if tail:  # what our own handouts put below the table is no table to read
            lines += [Line(row.number, tuple(row.texts().values())) for row in block.rows if row.texts()]
            continue
        shaped = shape(
            block.rows,
            file=package.file,
            sheet=block.name,
            limits=package.limits,
            is_header=is_header,
            lines_before=tuple(lines),
        )
        problems += shaped.problems
        lines = [] if shaped.grid is not None else list(shaped.lines)
        if shaped.grid is not None:
            grids.append(shaped.grid)
        else:
            without.append(block.name)
    if grids:
        grids[-1] = evolve(grids[-1], lines_after=grids[-1].lines_after + tuple(lines))
        problems += [SheetWithoutTable(place=Place(file=package.file, sheet=name)) for name in without]
    return grids, problems


def _with_manifest(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The parts as a whole package: python-docx follows every relationship, so only those parts' are stated."""
    overrides = f'<Override PartName="/word/document.xml" ContentType="{_TYPES}.document.main+xml"/>'
    relationships = ""
    if "word/styles.xml" in parts:
        overrides += f'<Override PartName="/word/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
        relationships = f'<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    main = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    links = f'<Relationships xmlns="{_PACKAGE}/relationships">{relationships}</Relationships>'
    made = {
        CONTENT_TYPES: f'<Types xmlns="{_PACKAGE}/content-types">{rels}{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{main}</Relationships>',
        "word/_rels/document.xml.rels": links,
    }
    return {name: text.encode() for name, text in made.items()} | dict(parts)


@frozen
class _Span:
    """A vertical merge that is still open: the cell that holds its text, and how many columns it spans."""

    ref: str
    width: int


@define
class _Reader:
    file: str
    limits: Limits
    styles: Styles
    problems: list[SheetProblem] = field(factory=list[SheetProblem])
    cells: int = 0

    def blocks(self, body: Any) -> Iterator[Line | _RawTable]:
        """The body's paragraphs that hold text, and its tables, in order."""
        tables = paragraphs = 0
        for element in _blocks(body):
            if element.tag == f"{WORD}p":
                paragraphs += 1
                if paragraphs > self.limits.rows:
                    raise LimitExceeded("rows", self.limits.rows, place=Place(file=self.file))
                text = self._text(element, None, f"段落{paragraphs}")
                if not text.blank:
                    yield Line(paragraphs, (text,))
                continue
            tables += 1
            if tables > self.limits.sheets:
                raise LimitExceeded("sheets", self.limits.sheets, place=Place(file=self.file))
            name = f"表{tables}"
            yield _RawTable(name, list(self._rows(element, name)))

    def _rows(self, table: Any, name: str) -> Iterator[RawRow]:
        open_spans: dict[int, _Span] = {}
        for number, row in enumerate(_children(table, f"{WORD}tr"), start=1):
            if number > self.limits.rows:
                raise LimitExceeded("rows", self.limits.rows, number, place=Place(file=self.file, sheet=name))
            properties = row.find(f"{WORD}trPr")
            place = Place(file=self.file, sheet=name, cell=f"{number}行目")
            if properties is not None and properties.find(f"{WORD}del") is not None:
                self.problems.append(TrackedChange(0, 1, place=place))
                continue
            if properties is not None and properties.find(f"{WORD}ins") is not None:
                self.problems.append(TrackedChange(1, 0, place=place))
            hidden = properties is not None and properties.find(f"{WORD}hidden") is not None
            if hidden:
                self.problems.append(HiddenRows(str(number), place=Place(file=self.file, sheet=name)))
            yield RawRow(number, self._cells(row, properties, name, number, open_spans))

    def _cells(
        self, row: Any, properties: Any, name: str, number: int, open_spans: dict[int, _Span]
    ) -> dict[int, Cell]:
        cells: dict[int, Cell] = {}
        column = 1 + (self._count(properties.find(f"{WORD}gridBefore"), name, 0) if properties is not None else 0)
        for cell in _children(row, f"{WORD}tc"):
            settings = cell.find(f"{WORD}tcPr")
            width = self._count(settings.find(f"{WORD}gridSpan"), name, 1) if settings is not None else 1
            if column + width - 1 > self.limits.columns:
                place = Place(file=self.file, sheet=name, cell=f"{number}行目")
                raise LimitExceeded("columns", self.limits.columns, column + width - 1, place=place)
            self.cells += width
            if self.cells > self.limits.cells:
                raise LimitExceeded("cells", self.limits.cells, place=Place(file=self.file, sheet=name))
            ref = cell_ref(number, column)
            merge = settings.find(f"{WORD}vMerge") if settings is not None else None
            span = open_spans.get(column)
            anchor = ref
            made = self._text(cell, name, ref)
            if merge is not None and merge.get(f"{WORD}val", "continue") != "restart" and span is not None:
                # Word shows nothing of what a continuing cell holds
                anchor = span.ref
                cells[column] = Cell(ref, merged_into=anchor)
            elif made.text:
                cells[column] = made
            if merge is None:
                open_spans.pop(column, None)
            elif anchor == ref:
                open_spans[column] = _Span(ref, width)
            for covered in range(column + 1, column + width):
                cells[covered] = Cell(cell_ref(number, covered), merged_into=anchor)
                open_spans.pop(covered, None)
            column += width
        return cells

    def _count(self, element: Any, name: str, otherwise: int) -> int:
        if element is None:
            return otherwise
        value = element.get(f"{WORD}val", "")
        if not (value.isascii() and value.isdigit() and len(value) <= 9):
            raise DamagedDocument(f"{element.tag.rpartition('}')[2]} {value[:20]!r}", place=Place(self.file, name))
        return max(int(value), otherwise)

    def _text(self, element: Any, sheet: str | None, ref: str) -> Cell:
        """A cell, or a paragraph of the body, as a cell of the grid; what is doubtful goes to the problems."""
        read: CellText = read_cell(element, self.styles)
        runs = normal_line_ends(read.runs)
        text = "".join(run.text for run in runs)
        place = Place(file=self.file, sheet=sheet, cell=ref)
        found: list[SheetProblem] = []
        if read.inserted or read.deleted:
            found.append(TrackedChange(read.inserted, read.deleted, place=place))
        if read.hidden.strip():
            found.append(HiddenText(shorten(read.hidden), place=place))
        if sheet is not None:
            if read.tables:
                found.append(NestedTable(place=place))
            if read.numbered:
                found.append(AutomaticNumbering(place=place))
            struck = "".join(run.text for run in runs if run.strike)
            if struck.strip():
                found.append(StruckText(shorten(struck), place=place))
        found += check_text(text, place, self.limits.cell_characters)
        self.problems += found
        blank = not text or text.isspace()
        return Cell(ref, text, "blank" if blank else "text", joined(runs), tuple(found))


def _blocks(element: Any) -> Iterator[Any]:
    """Paragraphs and tables of the body, also inside content controls and insertions."""
    for child in element:
        if child.tag in (f"{WORD}p", f"{WORD}tbl"):
            yield child
        elif child.tag in _WRAPPERS:
            yield from _blocks(child)


def _children(element: Any, tag: str) -> Iterator[Any]:
    """A table's rows, or a row's cells, also inside content controls."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children(child, tag)
