"""From a document to the items of its tables: merged and blank cells filled down, every row led to its last level.

The rules of a table:

* A blank on an upper level means "as above", only while the level above it is the same; else it is a problem.
* A row that repeats the text above to the letter is of the same item; so is an upper item that goes on in the
  document's next table.
* Every row names an item of the last level. A row may stop short only where the ledger's item has nothing below it, or
  where we wrote the document so.
* One name stands once under its parent, save where the ledger has it there exactly as often.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from attrs import define, field, frozen

from plan_ledger.errors import Place, PlanLedgerError
from plan_ledger.queries.results import Snapshot
from plan_ledger.sheets.grid import Cell, Document, Grid, Row
from plan_ledger.sheets.headers import Columns, Headings
from plan_ledger.sheets.problems import SheetProblem
from plan_ledger.sheets.returned import short_rows
from plan_ledger.sheets.table_problems import (
    BadRowId,
    BlankTitle,
    BlankUnderNewParent,
    DifferentTexts,
    DuplicateItem,
)
from plan_ledger.sheets.titles import TitleLine, read_title
from plan_ledger.sheets.units import other_units
from plan_ledger.values.schema import FieldSpec, LevelSpec, Schema
from plan_ledger.values.texts import flat

Key = tuple[tuple[str, int], ...]
"""An item within its tree: for each level from the top its flattened title, and which one of that title it is."""


@frozen
class TableCell:
    """A field's text as the sheet has it, struck-through words left out, and the cell in which it stands."""

    text: str
    ref: str


@define(eq=False)
class TableItem:
    """An item of a table. ``parent`` is an index into the table's items; ``cells`` are by field key."""

    index: int
    level: str
    depth: int
    title: str
    path: tuple[str, ...]
    key: Key
    parent: int | None
    sheet: str | None
    ref: str
    cells: dict[str, TableCell] = field(factory=dict[str, TableCell])
    id: UUID | None = None


@frozen(eq=False)
class Table:
    """The items of one document, parents before children, in the sheet's order."""

    document: str
    sha256: str
    flattened: bool
    title: TitleLine | None
    columns: frozenset[tuple[str, str]]
    items: tuple[TableItem, ...]
    problems: tuple[PlanLedgerError, ...] = ()
    warnings: tuple[PlanLedgerError, ...] = ()


class KnownItems:
    """What the ledger's table says about names that could be read in two ways."""

    def __init__(self, snapshot: Snapshot | None) -> None:
        self._counts: dict[tuple[Key, str], int] = {}
        self._rows: dict[Key, int] = {}
        self._parents: set[Key] = set()
        if snapshot is None:
            return
        keys: dict[UUID | None, Key] = {None: ()}
        for item in snapshot.items:
            above, title = keys[item.parent], flat(item.title)
            count = self._counts.get((above, title), 0)
            self._counts[above, title] = count + 1
            key = keys[item.id] = (*above, (title, count))
            self._rows[key] = 0
            self._parents.add(above)
        for key in self._rows.keys() - self._parents:
            for depth in range(1, len(key) + 1):
                self._rows[key[:depth]] += 1

    def count(self, above: Key, title: str) -> int:
        """How many items of this title stand under a parent."""
        return self._counts.get((above, title), 0)

    def rows(self, key: Key) -> int:
        """How many rows of a table an item takes."""
        return self._rows.get(key, 1)

    def childless(self, key: Key) -> bool:
        """Whether the ledger has this item, with nothing below it."""
        return key in self._rows and key not in self._parents


def read_table(document: Document, schema: Schema, *, known: KnownItems, partial: bool = False) -> Table:
    """The items of a document's tables.

    Args:
        document: As it was read, with a header test of the same schema.
        schema: Levels and fields, for headings and merged cells.
        known: The ledger's items, for names that stand twice.
        partial: One section's rows, perhaps not all columns.

    Returns:
        The table; ``problems`` and ``warnings`` are all that were found in it, besides those of the document itself.
    """
    builder = _Builder(document.name, schema, known, short_rows(document))
    headings = Headings(schema)
    problems: list[PlanLedgerError] = []
    warnings: list[PlanLedgerError] = []
    columns: set[tuple[str, str]] = set()
    for grid in document.grids:
        found, wrong = headings.match(grid.header, Place(file=document.name, sheet=grid.sheet), partial=partial)
        problems += wrong
        columns |= found.at.keys()
        warnings += other_units(grid, found, schema, document.name)
        if all((level.key, level.title) in found.at for level in schema.levels):
            builder.read(grid, found)
    builder.check_duplicates()
    lines = [line for grid in document.grids for line in grid.lines_before]
    return Table(
        document.name,
        document.sha256,
        _is_flattened(document),
        read_title(lines),
        frozenset(columns),
        tuple(builder.items),
        (*problems, *builder.problems),
        tuple(warnings),
    )


def _is_flattened(document: Document) -> bool:
    """Whether the format writes line breaks as spaces. A csv may hold line breaks, or may have lost them."""
    if document.kind == "csv":
        return not any("\n" in cell.text for grid in document.grids for row in grid.rows for cell in row.cells)
    return document.kind == "tsv"


@define
class _Run:
    """The item that goes on at one level; ``broken`` after a row with a problem, which is reported once."""

    item: TableItem | None = None
    rows: int = 0
    broken: bool = False


class _Builder:
    def __init__(self, file: str, schema: Schema, known: KnownItems, short: frozenset[int]) -> None:
        self.file, self.short = file, short
        self.levels: Sequence[LevelSpec] = schema.levels
        self.known = known
        self.items: list[TableItem] = []
        self.problems: list[SheetProblem] = []
        self._by_title: dict[tuple[Key, str], list[TableItem]] = {}

    def read(self, grid: Grid, columns: Columns) -> None:
        """Add the items of one grid."""
        self._grid, self._columns = grid, columns
        self._first = len(self.items)
        self._runs = [_Run() for _ in self.levels]
        self._blanks = {
            level.key: any(row.cells[columns.at[level.key, level.title]].blank for row in grid.rows)
            for level in self.levels
        }
        self._continued: set[int] = set()
        for row in grid.rows:
            self._row(row)

    def check_duplicates(self) -> None:
        """Report names that stand more than once under one parent, unless the ledger has them so."""
        for (above, title), items in self._by_title.items():
            if len(items) > 1 and self.known.count(above, title) != len(items):
                for item in items[1:]:
                    place = Place(file=self.file, sheet=item.sheet, cell=item.ref)
                    self.problems.append(DuplicateItem(item.title, items[0].ref, place=place))

    # --- one row ------------------------------------------------------------------------------------------------

    def _row(self, row: Row) -> None:
        fresh: TableItem | None = None  # the lowest item that begins in this row
        parent: TableItem | None = None
        last = len(self.levels) - 1
        for depth, level in enumerate(self.levels):
            cell = row.cells[self._columns.at[level.key, level.title]]
            run = self._runs[depth]
            text = cell.standing
            if not text or text.isspace():
                if depth == last or fresh is not None:
                    short = self._stops_short(row, depth, fresh)
                    if not short:
                        self._blank(depth, cell, fresh)
                    self._break(depth, broken=not short)
                    return
                if run.item is None:
                    if not run.broken:
                        self._blank(depth, cell, parent)
                    self._break(depth, broken=True)
                    return
                run.rows += 1
                item = run.item
            elif depth < last and fresh is None and self._goes_on(run, level, text, parent):
                assert run.item is not None
                run.rows += 1
                item = run.item
            else:
                item = fresh = self._begin(depth, text, cell, parent)
                self._break(depth)
                self._runs[depth] = _Run(item, 1)
            self._cells(item, level, row, begins=item is fresh)
            parent = item
        assert parent is not None
        self._row_id(parent, row)

    def _goes_on(self, run: _Run, level: LevelSpec, text: str, parent: TableItem | None) -> bool:
        """Whether a text is that of the item above; of two items of one name, the second may begin here."""
        if run.item is None or run.item.title != text:
            return False
        above = parent.key if parent else ()
        so_far = len(self._by_title.get((above, flat(text)), ()))
        if self.known.count(above, flat(text)) <= so_far:
            return True
        return not self._blanks[level.key] and run.rows < self.known.rows(run.item.key)

    def _begin(self, depth: int, text: str, cell: Cell, parent: TableItem | None) -> TableItem:
        level = self.levels[depth]
        above = parent.key if parent else ()
        same = self._by_title.setdefault((above, flat(text)), [])
        if depth < len(self.levels) - 1 and same and same[-1].index < self._first:
            earlier = same[-1]  # it goes on from the table before, once
            if earlier.index not in self._continued:
                self._continued.add(earlier.index)
                return earlier
        key = (*above, (flat(text), len(same)))
        path = (*(parent.path if parent else ()), text)
        item = TableItem(
            len(self.items),
            level.key,
            depth,
            text,
            path,
            key,
            parent.index if parent else None,
            self._grid.sheet,
            cell.ref,
        )
        item.cells[level.title] = TableCell(text, cell.ref)
        self.items.append(item)
        same.append(item)
        return item

    def _cells(self, item: TableItem, level: LevelSpec, row: Row, *, begins: bool) -> None:
        for spec in level.live_fields:
            column = self._columns.at.get((level.key, spec.key))
            if column is None or spec.key == level.title:
                continue
            cell = row.cells[column]
            text = cell.standing
            known = item.cells.get(spec.key)
            if known is None:
                item.cells[spec.key] = TableCell(text, cell.ref)
            elif text and not text.isspace() and text != known.text:
                if begins and not known.text:
                    item.cells[spec.key] = TableCell(text, cell.ref)
                else:
                    self.problems.append(DifferentTexts(spec.label, known.ref, place=self._place(cell, item, spec)))

    def _stops_short(self, row: Row, depth: int, fresh: TableItem | None) -> bool:
        """Whether a row ends above the last level for an item that has nothing below it in the ledger, or had when we
        wrote the document."""
        if fresh is None or not (self.known.childless(fresh.key) or row.number in self.short):
            return False
        below = {level.key for level in self.levels[depth:]}
        return all(row.cells[index].blank for (level, _), index in self._columns.at.items() if level in below)

    def _blank(self, depth: int, cell: Cell, parent: TableItem | None) -> None:
        spec = self.levels[depth].title_field
        if depth == len(self.levels) - 1 or parent is None:
            self.problems.append(BlankTitle(spec.label, place=self._place(cell)))
        else:
            self.problems.append(BlankUnderNewParent(spec.label, parent.title, place=self._place(cell, parent)))

    def _break(self, depth: int, *, broken: bool = False) -> None:
        """Nothing is filled down from here on; rows that hang on a row with a problem are not reported again."""
        for at in range(depth, len(self.levels)):
            self._runs[at] = _Run(broken=broken)

    def _row_id(self, item: TableItem, row: Row) -> None:
        if self._columns.row_id is None or row.cells[self._columns.row_id].blank:
            return
        cell = row.cells[self._columns.row_id]
        try:
            item.id = UUID(cell.text.strip())
        except ValueError:
            self.problems.append(BadRowId(cell.text, place=self._place(cell, item)))

    def _place(self, cell: Cell, item: TableItem | None = None, spec: FieldSpec | None = None) -> Place:
        return Place(
            file=self.file,
            sheet=self._grid.sheet,
            cell=cell.ref,
            item=item.title if item else None,
            field=spec.label if spec else None,
        )
