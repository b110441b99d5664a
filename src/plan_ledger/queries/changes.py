"""Net changes: what differs between two snapshots, and the events behind each difference."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence

from plan_ledger.index import asof, catalog
from plan_ledger.index.asof import ItemRow, table_order
from plan_ledger.index.digest import within
from plan_ledger.index.registers import BITS, MASK, bounds, register
from plan_ledger.queries.causes import COLUMNS, JOINS, known_actors
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
from plan_ledger.values.coordinates import Pair, effective_of
from plan_ledger.values.schema import EXISTENCE, FIRST_FIELD, PLACE, Schema
from plan_ledger.values.texts import REDACTED_TEXT

_Cells = Mapping[int, tuple[int, str | None, int]]


def between(
    rows: Rows, plan: catalog.PlanRow, since: MomentRef, until: MomentRef, *, scope: int | None = None
) -> ChangeSet:
    """The change set from one pair to another, in table order of the later table; removed items at the end."""
    return _Comparison(rows, plan, since, until).run(scope)


class _Comparison:
    def __init__(self, rows: Rows, plan: catalog.PlanRow, since: MomentRef, until: MomentRef) -> None:
        self.rows, self.plan, self.since, self.until = rows, plan, since, until
        self.old_schema = catalog.schema_at(rows, plan.no, since.pair.ordinary)
        self.schema = catalog.schema_at(rows, plan.no, until.pair.ordinary)
        self.numbers = catalog.field_numbers(rows, plan.no)
        self.keys = {number: names for names, number in self.numbers.items()}
        self._settled_below: dict[int | None, set[int]] = {}
        self._orders: dict[tuple[str, bool], dict[int, int]] = {}
        self._labels: dict[tuple[str, str | None, bool], str] = {}

    def run(self, scope: int | None) -> ChangeSet:
        touched = self._read_facts()
        self.new = asof.structure(self.rows, self.plan.no, self.until.pair)
        structural = any(no & MASK in (EXISTENCE, PLACE) for no in touched)
        self.old = (
            asof.structure(self.rows, self.plan.no, self.since.pair) if structural or len(touched) == 0 else self.new
        )
        new_order, old_order = asof.live(self.new), asof.live(self.old) if structural else []
        if scope is not None:
            new_order = within(new_order, self.new, scope)
            old_order = within(old_order, self.old, scope)
        new_live = {row.no for row in new_order}
        old_live = {row.no for row in old_order} if structural else new_live
        added, removed = new_live - old_live, old_live - new_live
        self.both = new_live & old_live
        whole = [
            no
            for item in added | removed
            for (no,) in self.rows.all("SELECT no FROM registers WHERE no BETWEEN ? AND ?", bounds(item))
        ]
        shown = (new_live | old_live) - added - removed
        involved = sorted({*whole, *(no for no in touched if no >> BITS in shown)})
        self.old_cells = asof.texts_between(self.rows, self.since.pair, self.until.pair) if self.plainly else {}
        self.old_cells.update(
            asof.register_cells(self.rows, [no for no in involved if no not in self.old_cells], self.since.pair)
        )
        unread = [no for no in involved if no not in self.new_cells]
        self.new_cells.update(asof.register_cells(self.rows, unread, self.until.pair))
        by_item: dict[int, list[int]] = {}
        for no in involved:
            by_item.setdefault(no >> BITS, []).append(no)

        pending: list[tuple[ItemRow, int, ChangeKind, str, str]] = []
        for row in new_order:
            registers = by_item.get(row.no)
            if registers:
                kind: ChangeKind | None = "added" if row.no in added else None
                pending += self._item(row, registers, kind)
        for row in old_order:
            if row.no in removed:
                pending += self._item(row, by_item.get(row.no, []), "removed")
        return self._entries(pending)

    def _read_facts(self) -> list[int]:
        """Read the facts that only one of the two tables shows, with what is behind them; the registers they are about.

        Going forward with no fact out of its order, the last one of a register is what the later table shows.
        """
        self.behind: dict[int, list[Cause]] = {}
        self.new_cells: dict[int, tuple[int, str | None, int]] = {}
        self.late: dict[int, int] = {}  # position → where it counts, of facts that count elsewhere
        since, until = self.since.pair, self.until.pair
        self.plainly = plainly = since.ordinary <= until.ordinary and not asof.any_late(self.rows)
        actors = known_actors(self.rows)
        late_registers: list[int] = []
        behind, new_cells, zone = self.behind, self.new_cells, self.plan.zone
        for no, body, state, effective, position, recorded_at, header, payload in asof.facts_between(
            self.rows, since, until, f"x.body, f.state, f.effective, {COLUMNS}", JOINS
        ):
            found = Cause(position, recorded_at, zone, actors.header(header), payload)
            if no in behind:
                behind[no].append(found)
            else:
                behind[no] = [found]
            if plainly:
                new_cells[no] = (position, body, state)
            elif effective != effective_of(position):
                self.late[position] = effective
                late_registers.append(no)
        if late_registers:
            self._drop_what_never_held(sorted(set(late_registers)))
        return list(self.behind)

    def _drop_what_never_held(self, registers: list[int]) -> None:
        """A fact that both tables would have overruled is behind nothing; the others go in the order of counting."""
        since, until = self.since.pair, self.until.pair
        both = Pair(min(since.at, until.at), min(since.known, until.known))
        held = asof.register_facts(self.rows, registers, both)
        for no in registers:
            kept = [each for each in self.behind[no] if self._counts(each) > held.get(no, (0, 0))]
            if kept:
                self.behind[no] = sorted(kept, key=self._counts)
            else:
                del self.behind[no]

    def _counts(self, cause: Cause) -> tuple[int, int]:
        """Where an event counts, then where it was recorded."""
        return self.late.get(cause.position, effective_of(cause.position)), cause.position

    def _item(
        self, row: ItemRow, registers: list[int], kind: ChangeKind | None
    ) -> list[tuple[ItemRow, int, ChangeKind, str, str]]:
        """(row, register, kind, old, new) of one item's registers, in the schema's field order; its place first."""
        found: list[tuple[ItemRow, int, ChangeKind, str, str]] = []
        order = self._order(row.level, kind == "removed")
        if kind is None and registers and registers[0] & MASK <= PLACE:
            place = register(row.no, PLACE)
            if place in registers and self._moved(row.no):
                found.append((row, place, "moved", "", ""))
        shown = [(order[no & MASK], no) for no in registers if no & MASK in order]
        shown.sort()
        for _, no in shown:
            old, new = _text(self.old_cells, no), _text(self.new_cells, no)
            if kind == "added":
                old = ""
            elif kind == "removed":
                new = ""
            if old != new:
                found.append((row, no, kind or "changed", old, new))
        return found

    def _order(self, level: str, removed: bool) -> dict[int, int]:
        """The numbers of a level's live fields with their places in the schema."""
        order = self._orders.get((level, removed))
        if order is None:
            spec = (self.old_schema if removed else self.schema).level(level)
            assert spec is not None
            fields = enumerate(spec.live_fields)
            order = self._orders[level, removed] = {self.numbers[level, each.key]: place for place, each in fields}
        return order

    def _moved(self, item: int) -> bool:
        """Whether it stands under another parent, or behind other siblings; moved there and back is not moved."""
        old, new = self.old[item], self.new[item]
        if old.parent != new.parent:
            return True
        return old.rank != new.rank and item not in self._settled(new.parent)

    def _settled(self, parent: int | None) -> set[int]:
        """The children of both tables that need not have moved: those with their old rank, and as many others as stand
        in one order in both. Of several such choices, the one that comes first in the later table."""
        found = self._settled_below.get(parent)
        if found is None:
            same = [no for no in self.both if self.old[no].parent == parent == self.new[no].parent]
            later = sorted(same, key=lambda no: table_order(self.new[no]))
            earlier = sorted(same, key=lambda no: table_order(self.old[no]))
            stayed = {no for no in same if self.old[no].rank == self.new[no].rank}
            was, is_now = _behind(earlier, stayed), _behind(later, stayed)
            before = {no: at for at, no in enumerate(earlier)}
            found = _longest_rise([no for no in later if was[no] == is_now[no]], before)
            self._settled_below[parent] = found
        return found

    def _entries(self, pending: list[tuple[ItemRow, int, ChangeKind, str, str]]) -> ChangeSet:
        new_paths = self._paths(self.new, {row.no for row, _, kind, _, _ in pending if kind != "removed"}, self.until)
        old_items = {row.no for row, _, kind, _, _ in pending if kind in ("removed", "moved")}
        old_paths = self._paths(self.old, old_items, self.since) if old_items else {}
        naming = {level.key: level.title for level in self.schema.levels}
        entries: list[ChangeEntry] = []
        for row, no, kind, old, new in pending:
            path = (old_paths if kind == "removed" else new_paths)[row.no]
            field = None if no & MASK == PLACE else self.keys[no & MASK][1]
            shown_kind: ChangeKind = kind
            if self.late and kind in ("changed", "moved") and self._corrected(no):
                shown_kind = "corrected"
            old_path = old_paths.get(row.no) if kind == "moved" else None
            if kind == "moved":
                old, new = (" / ".join(each[:-1]) for each in (old_path or (), path))
            entries.append(
                ChangeEntry(
                    row.uuid,
                    row.level,
                    path[-1],
                    path,
                    field,
                    self._label(row.level, field, kind),
                    shown_kind,
                    old,
                    new,
                    self._events(row, no, kind),
                    old_path,
                    naming.get(row.level) == field,
                )
            )
        revised = schema_changes(self.old_schema, self.schema)
        return ChangeSet(self.plan.title, self.since, self.until, tuple(entries), revised)

    def _label(self, level: str, field: str | None, kind: ChangeKind) -> str:
        if field is None:
            return PLACE_LABEL
        key = (level, field, kind == "removed")
        if key not in self._labels:
            found = (self.old_schema if kind == "removed" else self.schema).level(level)
            spec = found.field(field) if found else None
            self._labels[key] = spec.label if spec else field
        return self._labels[key]

    def _events(self, row: ItemRow, no: int, kind: ChangeKind) -> tuple[Cause, ...]:
        """The events behind a difference. A field of an item that came or went because of itself or an ancestor has
        those of their existence, where it has none of its own."""
        own = self.behind.get(no, [])
        if len(own) == 1:
            return (own[0],)
        if not own and kind in ("added", "removed"):
            own = [each for line in self._line(row) for each in self.behind.get(register(line, EXISTENCE), [])]
        return tuple(sorted(own, key=self._counts) if self.late else own)

    def _line(self, row: ItemRow) -> list[int]:
        """The item and its ancestors, in whichever of the two structures they are."""
        line: list[int] = []
        at: int | None = row.no
        while at is not None:
            line.append(at)
            found = self.new.get(at) or self.old.get(at)
            at = found.parent if found else None
        return line

    def _corrected(self, no: int) -> bool:
        """Whether the later text says that the earlier table was wrong: it counts at or before what that showed."""
        cell = self.new_cells.get(no)
        return cell is not None and cell[0] in self.late and self.late[cell[0]] <= self.since.pair.at

    def _paths(
        self, structure: Mapping[int, ItemRow], items: set[int], moment: MomentRef
    ) -> dict[int, tuple[str, ...]]:
        """Item → titles from the root down, as they were at the moment."""
        return paths(self.rows, structure, items, moment, self.schema, self.numbers)


def _behind(order: Iterable[int], stayed: Collection[int]) -> dict[int, int]:
    """Item → how many of those that stayed it stands behind."""
    found: dict[int, int] = {}
    count = 0
    for no in order:
        found[no] = count
        count += no in stayed
    return found


def _longest_rise(order: Sequence[int], before: Mapping[int, int]) -> set[int]:
    """The longest run of items, in this order, that stand in the same order in ``before``; the first of several."""
    lengths: dict[int, int] = {}
    heads: list[int] = []  # for each length, the greatest place (negative) with which a run of that length begins
    for no in reversed(order):
        at = bisect_left(heads, -before[no])
        heads[at : at + 1] = [-before[no]]
        lengths[no] = at + 1
    found: set[int] = set()
    wanted, last = len(heads), -1
    for no in order:
        if lengths[no] == wanted and before[no] > last:
            found.add(no)
            wanted, last = wanted - 1, before[no]
    return found


def paths(
    rows: Rows,
    structure: Mapping[int, ItemRow],
    items: set[int],
    moment: MomentRef,
    schema: Schema,
    numbers: Mapping[tuple[str, str], int],
) -> dict[int, tuple[str, ...]]:
    """Item → titles from the root down at a moment, for some items."""
    lines: dict[int, list[int]] = {}
    for item in items:
        line: list[int] = []
        at: int | None = item
        while at is not None and at in structure:
            line.append(at)
            at = structure[at].parent
        lines[item] = line[::-1]
    titles = {level.key: numbers.get((level.key, level.title), FIRST_FIELD) for level in schema.levels}
    involved = {each for line in lines.values() for each in line}
    registers = {each: register(each, titles[structure[each].level]) for each in involved}
    cells = asof.register_cells(rows, sorted(registers.values()), moment.pair)
    return {item: tuple(_text(cells, registers[each]) for each in line) for item, line in lines.items()}


def _text(cells: _Cells, no: int) -> str:
    cell = cells.get(no)
    if cell is None:
        return ""
    _, body, state = cell
    return body if body is not None else REDACTED_TEXT if state else ""
