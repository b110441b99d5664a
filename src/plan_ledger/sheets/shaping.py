"""From a sheet's rows to a grid: finds the header, sets title and note lines apart, reports what fits no column.

Every format is brought into :class:`RawRow` and shaped here, so that all of them follow the same rules:

* The **header** is the first row that ``is_header`` accepts. A second (third) line belongs to it when one of its
  cells is merged into the line above, or, in a format without merged cells, when it does nothing but name the
  columns that the line above leaves blank.
* A row with a single text at the table's left edge that begins with a note's sign (※ 注 ＊) is a **line**, not a row.
* The table **ends** at a heading of the part that our own handouts put below it, or at a single text after a blank
  row when nothing like a row of the table follows.
* Wholly blank rows and repetitions of the header are passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import frozen

from plan_ledger.errors import Place
from plan_ledger.sheets.grid import Cell, Grid, Line, Row, cell_ref
from plan_ledger.sheets.limits import Limits
from plan_ledger.sheets.problems import LimitExceeded, OutsideTable, SheetProblem
from plan_ledger.sheets.suspicions import HiddenRows

HeaderTest = Callable[[Sequence[str]], bool]

NOTE_SIGNS = ("※", "注", "（注", "(注", "＊", "*")
TAIL_HEADINGS = ("※削除した記載", "【掲載を終了した事業】")
_FULL_ROW = 3  # cells with text: fewer are a title, a note or a stray remark
_HEADER_LINES = 3


@frozen
class RawRow:
    """A row as the format gives it. ``cells`` maps columns from 1 to the cells that hold text or lie in a merge."""

    number: int
    cells: dict[int, Cell]
    hidden: bool = False

    def texts(self) -> dict[int, Cell]:
        return {column: cell for column, cell in self.cells.items() if not cell.blank}


@frozen
class Shaped:
    """The grid, or None where no row is a header; what was found; the lines, for a sheet without a table."""

    grid: Grid | None
    problems: tuple[SheetProblem, ...] = ()
    lines: tuple[Line, ...] = ()


def looks_like_header(texts: Sequence[str]) -> bool:
    """The default test: at least three cells with text, and not a note line."""
    filled = [text for text in texts if text and not text.isspace()]
    return len(filled) >= _FULL_ROW and not filled[0].lstrip().startswith(NOTE_SIGNS)


def shape(
    rows: Sequence[RawRow],
    *,
    file: str,
    sheet: str | None,
    limits: Limits,
    is_header: HeaderTest = looks_like_header,
    lines_before: tuple[Line, ...] = (),
    hidden_columns: frozenset[int] = frozenset(),
) -> Shaped:
    """Make a sheet's rows into a grid; see the module for the rules.

    Args:
        rows: In order of their numbers; a gap in the numbers is a blank row.
        file: The document's name, for places.
        sheet: The sheet's name, for places; None where the format has none.
        limits: Caps the table's cells, blank ones included.
        is_header: Given a row's texts from the sheet's first column to the row's last text.
        lines_before: Lines that stand before the sheet's first row.
        hidden_columns: Columns, from 1, that the sheet hides.

    Raises:
        LimitExceeded: A few long rows make a table of too many cells.
    """
    at = next((index for index, row in enumerate(rows) if is_header(_text_row(row))), None)
    if at is None:
        return Shaped(None, (), lines_before + tuple(_line(row) for row in rows if row.texts()))
    header_rows = _header_rows(rows, at)
    columns, header = _header(header_rows)
    body, after = _split(rows[at + len(header_rows) :], columns.start, header_rows[-1].number)
    if (cells := len(body) * len(header)) > limits.cells:
        raise LimitExceeded("cells", limits.cells, cells, place=Place(file=file, sheet=sheet))
    kept, problems = _table_rows(body, columns, header, file, sheet)
    hidden = [str(row.number) for row in kept if row.hidden]
    hidden += [
        cell.ref.rstrip("0123456789") for column, cell in zip(columns, header, strict=True) if column in hidden_columns
    ]
    if hidden:
        which = "、".join(hidden[:20]) + ("…" if len(hidden) > 20 else "")
        problems.insert(0, HiddenRows(which, place=Place(file=file, sheet=sheet)))
    before = lines_before + tuple(_line(row) for row in rows[:at] if row.texts())
    grid = Grid(
        sheet=sheet,
        lines_before=before,
        header=header,
        header_rows=tuple(row.number for row in header_rows),
        rows=tuple(kept),
        lines_after=after,
        hidden_columns=tuple(index for index, column in enumerate(columns) if column in hidden_columns),
    )
    return Shaped(grid, tuple(problems))


def _text_row(row: RawRow) -> list[str]:
    texts = row.texts()
    return [row.cells[column].text if column in row.cells else "" for column in range(1, max(texts, default=0) + 1)]


def _line(row: RawRow) -> Line:
    return Line(row.number, tuple(cell for _, cell in sorted(row.texts().items())))


def _header_rows(rows: Sequence[RawRow], at: int) -> list[RawRow]:
    taken = [rows[at]]
    for row in rows[at + 1 : at + _HEADER_LINES]:
        if row.number != taken[-1].number + 1:
            break
        above = {cell.ref for one in taken for cell in one.cells.values()}
        merged = any(cell.merged_into in above for cell in row.cells.values())
        if not (merged or (len(taken) == 1 and _names_the_blanks(taken[0], row))):
            break
        taken.append(row)
    return taken


def _names_the_blanks(upper: RawRow, lower: RawRow) -> bool:
    """Whether a flattened second line gives a name to every blank of the first, and to nothing else but its group."""
    above, below = upper.texts(), lower.texts()
    if not above or not below or any(cell.merged_into for cell in (*upper.cells.values(), *lower.cells.values())):
        return False
    blanks = {column for column in range(min(above), max(above) + 1) if column not in above}
    blanks |= {column for column in below if column > max(above)}
    groups = {column for column in above if column + 1 in blanks}
    return bool(blanks) and blanks <= below.keys() <= blanks | groups


def _header(lines: list[RawRow]) -> tuple[range, tuple[Cell, ...]]:
    filled = [column for line in lines for column in line.texts()]
    columns = range(min(filled), max(filled) + 1)
    top = lines[0]
    header: list[Cell] = []
    for column in columns:
        parts: list[str] = []
        for line in lines:
            cell = line.cells.get(column)
            if cell is not None and cell.merged_into and line is not lines[-1]:
                # the upper label of a group stands over each of its columns
                cell = next((one for one in line.cells.values() if one.ref == cell.merged_into), None)
            elif cell is None and line is top and len(lines) > 1:
                cell = _group_left_of(top, column)
            if cell is not None and not cell.blank and cell.text not in parts:
                parts.append(cell.text)
        first = top.cells.get(column) or Cell(cell_ref(top.number, column))
        if parts != [first.text]:
            text = "\n".join(parts)
            first = Cell(first.ref, text, "text" if text else "blank", (), first.warnings, first.merged_into)
        header.append(first)
    return columns, tuple(header)


def _group_left_of(top: RawRow, column: int) -> Cell | None:
    if any(cell.merged_into for cell in top.cells.values()):
        return None
    return next((top.cells[left] for left in range(column - 1, 0, -1) if left in top.cells), None)


def _split(rows: Sequence[RawRow], left: int, last: int) -> tuple[list[RawRow], tuple[Line, ...]]:
    """The table's rows, and the lines between and below them. ``last`` is the number of the header's last row."""
    body: list[RawRow] = []
    lines: list[Line] = []
    full = [index for index, row in enumerate(rows) if len(row.texts()) >= _FULL_ROW]
    last_full = full[-1] if full else -1
    for index, row in enumerate(rows):
        texts = row.texts()
        if not texts:
            if row.cells:  # the lower part of merged cells: no gap in the table
                last = row.number
            continue
        after_blank = row.number > last + 1
        last = row.number
        if len(texts) == 1 and min(texts) <= left:
            text = next(iter(texts.values())).text.strip()
            if text.startswith(TAIL_HEADINGS) or (after_blank and index > last_full):
                lines += [_line(one) for one in rows[index:] if one.texts()]
                break
            if text.startswith(NOTE_SIGNS):
                lines.append(_line(row))
                continue
        body.append(row)
    return body, tuple(lines)


def _table_rows(
    body: Sequence[RawRow], columns: range, header: tuple[Cell, ...], file: str, sheet: str | None
) -> tuple[list[Row], list[SheetProblem]]:
    kept: list[Row] = []
    problems: list[SheetProblem] = []
    labels = [cell.text for cell in header]
    unlabelled = {column for column, cell in zip(columns, header, strict=True) if cell.blank}
    for row in body:
        for column, cell in row.cells.items():
            if (column not in columns or column in unlabelled) and not cell.blank:
                problems.append(OutsideTable(cell.text, place=Place(file=file, sheet=sheet, cell=cell.ref)))
        cells = tuple(row.cells.get(column) or Cell(cell_ref(row.number, column)) for column in columns)
        if [cell.text for cell in cells] != labels:
            kept.append(Row(row.number, cells, row.hidden))
    return kept, problems
