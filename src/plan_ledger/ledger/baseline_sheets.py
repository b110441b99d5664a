"""A past meeting's sheet: read, its rows matched with known items, entered as that meeting's table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import evolve, frozen

from plan_ledger.domain.baselines import Row
from plan_ledger.domain.correction_errors import NoRows, RenameUndecided
from plan_ledger.errors import Place, PlanLedgerError, raise_problems
from plan_ledger.events import Source
from plan_ledger.ledger import baselining, editions
from plan_ledger.ledger.baselining import Around
from plan_ledger.ledger.importing import SheetPath, other_plan, read_sheet
from plan_ledger.queries import snapshot
from plan_ledger.queries.moments import Moment, Moments
from plan_ledger.queries.results import MomentRef, Snapshot, SnapshotItem
from plan_ledger.sheets.comparing import Compared, compare, same_text, with_breaks
from plan_ledger.sheets.grid import Document
from plan_ledger.sheets.limits import DEFAULT_LIMITS, Limits
from plan_ledger.sheets.table import KnownItems, Table, TableItem, read_table
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import Schema
from plan_ledger.values.texts import clean_text

if TYPE_CHECKING:
    from plan_ledger.ledger.plan import Plan


@frozen
class Where:
    """Between which meetings a table goes, and what it was red against."""

    before: Moment = None
    after: Moment = None
    red_since: Moment = None


def enter(
    plan: Plan,
    sheet: SheetPath,
    what: editions.Particulars,
    where: Where,
    *,
    accept_renames: bool | None,
    limits: Limits | None,
) -> UUID:
    """See :meth:`plan_ledger.Plan.baseline`. Returns the meeting."""
    recording = plan.ledger.recording
    recording.outside_batch("baseline")
    with plan.ledger.reading() as rows:
        schema = baselining.around(rows, plan.row, Moments(rows, plan.row), where.before, where.after).schema
    document = read_sheet(sheet, schema, limits or DEFAULT_LIMITS)
    acting = recording.acting(document=document.name, document_sha256=document.sha256)
    meeting = recording.new_id()

    def rows_of(here: Around) -> list[Row]:
        return _Matching(plan, document, here, accept_renames).rows()

    recording.write(
        lambda work, _: baselining.enter(
            work,
            acting,
            plan.row,
            meeting,
            what,
            rows_of,
            before=where.before,
            after=where.after,
            red_since=where.red_since,
        )
    )
    return meeting


class _Matching:
    """What the rows of a sheet mean, under the lock."""

    def __init__(self, plan: Plan, document: Document, here: Around, accept_renames: bool | None) -> None:
        self._plan, self._document, self._here = plan, document, here
        self._accept_renames = accept_renames
        nearest, *others = self._tables()
        self._schema: Schema = here.schema
        self._nearest = evolve(nearest, schema=here.schema)
        self._known = evolve(self._nearest, items=tuple(_union([nearest, *others])))
        self._texts: dict[tuple[UUID, str], list[str]] = {}
        for table in (nearest, *others):
            for item in (*table.items, *table.withdrawn):
                for key, cell in item.fields.items():
                    self._texts.setdefault((item.id, key), []).append(cell.text)

    def rows(self) -> list[Row]:
        """The table's rows, parents before children.

        Raises:
            Problems: With everything that is wrong with the sheet.
        """
        document = self._document
        table = read_table(document, self._schema, known=KnownItems(self._nearest))
        raise_problems([*document.errors, *other_plan(table, self._plan), *table.problems])
        if not table.items:
            raise NoRows(place=Place(file=document.name))
        compared = compare([table], self._known, self._known, partial=False, new_id=self._plan.ledger.recording.new_id)
        raise_problems([*compared.problems, *self._renames(compared)])
        return list(self._rows(table, compared))

    def _tables(self) -> Iterator[Snapshot]:
        """The tables to match with, the nearest first: the next meeting's, what was seen before, the present one."""
        here = self._here
        pairs = [here.next, here.point.before, Pair.of(here.point.before.known)]
        for pair in dict.fromkeys(pair for pair in pairs if pair is not None):
            yield snapshot.take(here.rows, here.plan, MomentRef("", pair.known, pair))

    def _renames(self, compared: Compared) -> list[PlanLedgerError]:
        if self._accept_renames is not None:
            return []
        return [
            RenameUndecided(entry.old, place=Place(item=entry.new, file=_file(entry.source), cell=_cell(entry.source)))
            for entry in compared.entries
            if entry.kind == "renamed"
        ]

    def _rows(self, table: Table, compared: Compared) -> Iterator[Row]:
        others = [] if self._accept_renames else [each.item for each in compared.entries if each.kind == "renamed"]
        ids = {uuid: self._plan.ledger.recording.new_id() for uuid in dict.fromkeys(others)}
        for item, row in zip(table.items, compared.rows, strict=True):
            uuid = ids.get(row.item, row.item)
            under = None if row.under is None else ids.get(row.under, row.under)
            yield Row(uuid, row.level, under, self._cells(table, item, row.item), _sources(item))

    def _cells(self, table: Table, item: TableItem, uuid: UUID) -> dict[str, str]:
        """Every field's text. What the format can't show, a line break, is taken from the item's known texts."""
        level = self._schema.level(item.level)
        assert level is not None
        found: dict[str, str] = {}
        for spec in level.live_fields:
            cell = item.cells.get(spec.key)
            text = clean_text(cell.text) if cell else ""
            known = self._texts.get((uuid, spec.key), ())
            if table.flattened and text:
                same = next((each for each in known if same_text(text, each, flattened=True)), None)
                text = same if same is not None else with_breaks(known[0], text) if known else text
            found[spec.key] = text
        return found


def _union(tables: Sequence[Snapshot]) -> Iterator[SnapshotItem]:
    """Every item of the tables once, as the first of them has it; those that were withdrawn at the end."""
    seen: set[UUID] = set()
    for items in (*(table.items for table in tables), *(table.withdrawn for table in tables)):
        for item in items:
            if item.id not in seen:
                seen.add(item.id)
                yield item if item.parent is None or item.parent in seen else evolve(item, parent=None)


def _sources(item: TableItem) -> dict[str, Source]:
    return {key: Source(sheet=item.sheet, cell=cell.ref) for key, cell in item.cells.items()}


def _file(origin: object) -> str | None:
    return getattr(origin, "document", None)


def _cell(origin: object) -> str | None:
    return getattr(origin, "cell", None)
