"""Net changes: what differs between two snapshots, and the events behind each difference."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from sys import getsizeof
from typing import NamedTuple

from plan_ledger.index import asof, catalog
from plan_ledger.index.asof import ItemRow
from plan_ledger.index.digest import within
from plan_ledger.index.registers import BITS, MASK, bounds, register
from plan_ledger.queries.facts_between import FactsBetween, text_of
from plan_ledger.queries.kept import Difference, Outline, Place, Tables, place
from plan_ledger.queries.moves import Moves
from plan_ledger.queries.results import (
    PLACE_LABEL,
    Cause,
    ChangeEntry,
    ChangeKind,
    ChangeSet,
    MomentRef,
)
from plan_ledger.queries.schema_changes import schema_changes
from plan_ledger.store.transaction import Rows
from plan_ledger.values.made import open_twin
from plan_ledger.values.schema import EXISTENCE, FIRST_FIELD, PLACE, Schema


def between(
    rows: Rows,
    plan: catalog.PlanRow,
    since: MomentRef,
    until: MomentRef,
    *,
    scope: int | None = None,
    tables: Tables | None = None,
) -> ChangeSet:
    """The change set from one pair to another, in table order of the later table; removed items at the end.

    ``tables``: where tables are remembered, what stands where, and what differs.
    """
    before, after = place(tables, rows, plan.no, since.pair), place(tables, rows, plan.no, until.pair)
    kept = before.until(after, scope, plan.zone)
    found = kept.difference()
    if found is None:
        found = _Comparison(rows, plan, since, until, before, after).run(scope)
        kept.keep(found)
    return ChangeSet(plan.title, since, until, found.entries, found.schema_changes)


_FEW = 4
"""Titles of less than one in so many items of the plan are looked up one by one."""


class _Column(NamedTuple):
    """A live field: its place among those of its level, from 1, and how it is called."""

    place: int
    key: str | None
    label: str
    naming: bool


_PLACE = _Column(0, None, PLACE_LABEL, naming=False)
_OpenEntry = open_twin(ChangeEntry)


class _Comparison:
    def __init__(
        self, rows: Rows, plan: catalog.PlanRow, since: MomentRef, until: MomentRef, before: Place, after: Place
    ) -> None:
        self.rows, self.plan, self.since, self.until = rows, plan, since, until
        self.old_schema = catalog.schema_at(rows, plan.no, since.pair.ordinary)
        self.schema = catalog.schema_at(rows, plan.no, until.pair.ordinary)
        self.numbers = catalog.field_numbers(rows, plan.no)
        self.before, self.after = before, after
        self.titles: dict[bool, Mapping[int, str]] = {}  # item → title, where known: True at the later moment
        self.read: dict[bool, Sequence[ItemRow]] = {}  # what shows at either moment, where it was read
        self.facts = FactsBetween(rows, plan.zone, since.pair, until.pair, self.before.table())

    def run(self, scope: int | None) -> Difference:
        structural = any(no & MASK <= PLACE for no in self.facts.behind)
        self.new, new_order = self._standing(self.until, same=not structural)
        self.old, old_order = self.new, new_order
        if structural:
            self.old, old_order = self._standing(self.since, same=False)
        if scope is not None:
            new_order = within(new_order, self.new, scope)
            old_order = within(old_order, self.old, scope)
        new_live = {row.no for row in new_order}
        old_live = {row.no for row in old_order}
        self.added, self.removed = new_live - old_live, old_live - new_live
        self.both = new_live & old_live
        ranks = {row.no: rank for rank, row in enumerate(new_order)}
        gone = [row.no for row in old_order if row.no in self.removed]
        ranks.update((no, rank) for rank, no in enumerate(gone, len(ranks)))
        return Difference(self._entries(self._involved(), ranks), schema_changes(self.old_schema, self.schema))

    def _standing(self, moment: MomentRef, *, same: bool) -> tuple[Mapping[int, ItemRow], Sequence[ItemRow]]:
        """What stands where at a moment, and what shows in table order; ``same``: no item came, went or moved."""
        found = (self.after if moment is self.until else self.before).outline()
        if found is None and same and self.facts.forward and (before := self.before.outline()) is not None:
            names = {self.numbers.get((level.key, level.title)) for level in self.schema.levels}
            new = {no >> BITS: text for no, text in self.facts.new.items() if no & MASK in names}
            found = Outline(before.structure, before.ordered, {**before.titles, **new})
        if found is not None:
            self.titles[moment is self.until] = found.titles
            return found.structure, found.ordered
        structure = asof.structure(self.rows, self.plan.no, moment.pair)
        ordered = self.read[moment is self.until] = asof.live(structure)
        return structure, ordered

    def _involved(self) -> set[int]:
        """The registers to compare, all read: what was recorded about items of both tables, and the whole of others."""
        both = self.both
        involved = {no for no in self.facts.behind if no >> BITS in both}
        for item in self.added | self.removed:
            involved.update(
                no for (no,) in self.rows.all("SELECT no FROM registers WHERE no BETWEEN ? AND ?", bounds(item))
            )
        self.facts.read(involved)
        return involved

    def _entries(self, involved: Iterable[int], ranks: Mapping[int, int]) -> tuple[ChangeEntry, ...]:
        """Entries in table order; of one item in the schema's field order, its place first."""
        old_text, new_text, removed = self.facts.old, self.facts.new, self.removed
        whole = self.added | removed
        columns, old_columns = self._columns(self.schema), self._columns(self.old_schema) if removed else {}
        moves = Moves(self.old, self.new, self.both)
        ordered: dict[int, int] = {}
        moved: set[int] = set()
        for no in involved:
            item, number = no >> BITS, no & MASK
            column = (old_columns if item in removed else columns).get(number)
            if column is not None:
                if item in whole:
                    (new_text if item in removed else old_text)[no] = ""
                if old_text[no] != new_text[no]:
                    ordered[ranks[item] << BITS | column.place] = no
            elif number == PLACE and item in self.both and moves.moved(item):
                ordered[ranks[item] << BITS] = no
                moved.add(item)
        items = {no >> BITS for no in ordered.values()}
        paths = self._paths(self.new, items - removed, self.until) if items - removed else {}
        old_items = (items & removed) | moved
        old_paths = self._paths(self.old, old_items, self.since) if old_items else {}
        entries: list[ChangeEntry] = []
        late, behind = self.facts.late, self.facts.behind
        for key in sorted(ordered):
            no = ordered[key]
            item, number = no >> BITS, no & MASK
            old, new = old_text[no], new_text[no]
            kind: ChangeKind = "changed"
            old_path: tuple[str, ...] | None = None
            row = self.new.get(item)
            column = columns.get(number, _PLACE)
            if item in removed:
                kind, row, path, column = "removed", self.old[item], old_paths[item], old_columns[number]
            else:
                path = paths[item]
                if item in whole:
                    kind = "added"
                elif column is _PLACE:
                    kind, old_path = "moved", old_paths[item]
                    old, new = (" / ".join(each[:-1]) for each in (old_path, path))
            assert row is not None
            made = _OpenEntry()
            made.item = row.uuid
            made.level = row.level
            made.title = path[-1]
            made.path = path
            made.field = column.key
            made.label = column.label
            made.kind = self._shown(no, kind) if late else kind
            made.old = old
            made.new = new
            own = behind.get(no)
            made.events = own if type(own) is tuple else self._events(row, no, kind)
            made.old_path = old_path
            made.naming = column.naming
            made.__class__ = ChangeEntry
            entries.append(made)
        return tuple(entries)

    def _shown(self, no: int, kind: ChangeKind) -> ChangeKind:
        return "corrected" if kind in ("changed", "moved") and self.facts.corrected(no) else kind

    def _columns(self, schema: Schema) -> dict[int, _Column]:
        """The live fields of a schema by their numbers."""
        titles = {level.key: level.title for level in self.schema.levels}
        return {
            self.numbers[level.key, spec.key]: _Column(place, spec.key, spec.label, titles.get(level.key) == spec.key)
            for level in schema.levels
            for place, spec in enumerate(level.live_fields, 1)
        }

    def _events(self, row: ItemRow, no: int, kind: ChangeKind) -> tuple[Cause, ...]:
        """The events behind a difference. A field of an item that came or went because of itself or an ancestor has
        those of their existence, where it has none of its own."""
        behind = self.facts.behind
        own = behind.get(no, ())
        if not own and kind in ("added", "removed"):
            own = [each for line in self._line(row) for each in behind.get(register(line, EXISTENCE), ())]
        return own if isinstance(own, tuple) else self.facts.in_order(own)

    def _line(self, row: ItemRow) -> list[int]:
        """The item and its ancestors, in whichever of the two structures they are."""
        line: list[int] = []
        at: int | None = row.no
        while at is not None:
            line.append(at)
            found = self.new.get(at) or self.old.get(at)
            at = found.parent if found else None
        return line

    def _paths(
        self, structure: Mapping[int, ItemRow], items: Collection[int], moment: MomentRef
    ) -> dict[int, tuple[str, ...]]:
        """Item → titles from the root down, as they were at the moment."""
        known = self.titles.get(moment is self.until)
        titles = self._read_titles(structure, items, moment) if known is None else known
        found: dict[int | None, tuple[str, ...]] = {}

        def path(item: int | None) -> tuple[str, ...]:
            if item not in found:
                row = structure.get(item) if item is not None else None
                if row is None:
                    return ()
                found[item] = (*path(row.parent), titles.get(row.no, ""))
            return found[item]

        return {item: path(item) for item in items}

    def _read_titles(
        self, structure: Mapping[int, ItemRow], items: Collection[int], moment: MomentRef
    ) -> Mapping[int, str]:
        """Item → title of those wanted, and of what they stand under."""
        numbers = {level.key: self.numbers.get((level.key, level.title), FIRST_FIELD) for level in self.schema.levels}
        if len(items) * _FEW >= len(structure):
            found = asof.titles(self.rows, self.plan.no, numbers, moment.pair)
            kept = self.after if moment is self.until else self.before
            ordered = self.read[moment is self.until]
            kept.keep(Outline(structure, ordered, found), sum(map(getsizeof, found.values())))
            return found
        registers: dict[int, int] = {}
        for item in items:
            at: int | None = item
            while at is not None and at not in registers and (row := structure.get(at)) is not None:
                registers[at] = register(at, numbers[row.level])
                at = row.parent
        cells = asof.register_cells(self.rows, sorted(registers.values()), moment.pair)
        return {item: text_of(cells.get(no)) for item, no in registers.items()}
