"""The red-ink check: the red runs of a sheet, cell by cell, against the marks computed from a meeting's table.

Each row is matched with the table as an import would match it (by id, by name, by similarity). A new row is red as a
whole. Of a merged label that stands on several rows, the first is looked at.
"""

from __future__ import annotations

from attrs import define, field, frozen

from plan_ledger.queries.results import Snapshot, SnapshotItem
from plan_ledger.sheets.grid import Cell, Document
from plan_ledger.sheets.ink_report import InkDifference, InkKind, InkNote
from plan_ledger.sheets.ink_words import Strictness, Verdict, judge, red_of
from plan_ledger.sheets.matching import Candidate, Matcher
from plan_ledger.sheets.problems import SheetProblem
from plan_ledger.sheets.proposal import Origin
from plan_ledger.sheets.table import Table, TableItem
from plan_ledger.values.marks import mark
from plan_ledger.values.schema import FieldSpec


@define(eq=False, slots=False)
class NoInk(SheetProblem):
    """The format has no colours."""

    code = "no_ink"
    ja = (
        "この形式（csv・tsv）には文字の色がないため、赤字を点検できません。色の付いた xlsx か docx を指定してください。"
    )
    en = "This format (csv, tsv) has no colours, so there is no red ink to check. Give the coloured xlsx or docx."


@frozen(eq=False)
class Checked:
    """What came out; see ``InkReport``."""

    differences: tuple[InkDifference, ...]
    only_removed: tuple[InkNote, ...]
    new_rows: tuple[InkNote, ...]
    agreeing: int
    unchanged: int
    coloured: int


def check_table(document: Document, table: Table, base: Snapshot, strictness: Strictness) -> Checked:
    """Compare the red of a document's table with what changed since a meeting.

    Args:
        document: As it was read, for the ink of its cells.
        table: The items of the document; those with an ``id`` are that item and no other.
        base: The meeting's table.
        strictness: See :data:`plan_ledger.sheets.ink_words.Strictness`.
    """
    checking = _Checking(document, table, base, strictness)
    checking.run()
    return Checked(
        tuple(checking.differences),
        tuple(checking.only_removed),
        tuple(checking.new_rows),
        checking.agreeing,
        checking.unchanged,
        checking.coloured,
    )


@define(eq=False)
class _Checking:
    document: Document
    table: Table
    base: Snapshot
    strictness: Strictness
    differences: list[InkDifference] = field(factory=list[InkDifference])
    only_removed: list[InkNote] = field(factory=list[InkNote])
    new_rows: list[InkNote] = field(factory=list[InkNote])
    agreeing: int = 0
    unchanged: int = 0
    coloured: int = 0
    cells: dict[tuple[str | None, str], Cell] = field(init=False)

    def __attrs_post_init__(self) -> None:
        grids = self.document.grids
        self.cells = {(grid.sheet, cell.ref): cell for grid in grids for row in grid.rows for cell in row.cells}

    def run(self) -> None:
        known = self._known()
        for item in self.table.items:
            self._item(item, known.get(item.index))

    def _known(self) -> dict[int, SnapshotItem]:
        """Which item of the meeting's table each item of the sheet is; a new one is missing."""
        items = {item.id: item for item in self.base.items}
        levels = self.base.schema.levels
        candidates = [
            Candidate(
                item.id,
                item.level,
                item.parent,
                item.title,
                {key: cell.text for key, cell in item.fields.items() if key != levels[item.depth].title},
                order,
            )
            for order, item in enumerate(self.base.items)
        ]
        found: dict[int, SnapshotItem] = {}
        for index, match in Matcher(levels, self.table.items, candidates).found.items():
            item = self.table.items[index]
            if item.id is not None and item.id != match.id:
                continue  # another item under a name that an earlier one had
            if match.how == "similar" and self._all_red(item):
                continue  # the clerk takes it for a new row, and it may be one
            found[index] = items[match.id]
        return found

    def _all_red(self, item: TableItem) -> bool:
        cells = [self.cells[item.sheet, cell.ref] for cell in item.cells.values() if cell.text.strip()]
        return all(
            red or sign.isspace() for cell in cells for sign, red in zip(cell.standing, red_of(cell), strict=True)
        )

    def _item(self, item: TableItem, known: SnapshotItem | None) -> None:
        if known is None:
            origin = Origin(self.table.document, item.sheet, item.ref)
            self.new_rows.append(InkNote(item.path, None, "", (item.title,), origin))
        level = self.base.schema.levels[item.depth]
        for spec in level.live_fields:  # a field that the table did not have then has no right colour
            if spec.key in item.cells:
                self._cell(item, known, spec)

    def _cell(self, item: TableItem, known: SnapshotItem | None, spec: FieldSpec) -> None:
        at = item.cells[spec.key]
        cell = self.cells[item.sheet, at.ref]
        if known is not None and known[spec.key].redacted:
            return  # nothing tells what its text was then
        old = known.text(spec.key) if known is not None else ""
        verdict = judge(old, at.text, red_of(cell), self.strictness)
        self.coloured += verdict.red
        origin = Origin(self.table.document, item.sheet, at.ref)
        if verdict.missing or verdict.extra:
            self.differences.append(
                InkDifference(
                    _kind(verdict),
                    known.id if known is not None else None,
                    item.level,
                    item.path,
                    spec.key,
                    spec.label,
                    old,
                    at.text,
                    verdict.missing,
                    verdict.extra,
                    origin,
                    known is None,
                )
            )
        elif verdict.only_removed and (gone := _gone(old, cell)):
            self.only_removed.append(InkNote(item.path, spec.key, spec.label, gone, origin))
        elif verdict.changed:
            self.agreeing += 1
        elif at.text.strip():
            self.unchanged += 1


def _gone(old: str, cell: Cell) -> tuple[str, ...]:
    """The words that went, save those that the cell shows struck through."""
    struck = "".join(run.text for run in cell.runs if run.strike)
    removed = (each.text.strip() for each in mark(old, cell.standing) if each.kind == "removed")
    return tuple(words for words in removed if words and words not in struck)


def _kind(verdict: Verdict) -> InkKind:
    if not verdict.changed:
        return "coloured_unchanged"
    return "wrong_words" if verdict.red else "changed_uncoloured"
