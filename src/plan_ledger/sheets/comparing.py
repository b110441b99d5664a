"""The three-way comparison: what the writer was given (base), what the ledger has now, what the sheet says.

A cell equal to its base proposes nothing, even where the ledger moved on. A cell changed on both sides is a conflict,
unless both made the same change. Rows of a partial sheet propose neither what is missing nor another order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from uuid import UUID

from attrs import define, field, frozen

from plan_ledger.domain.errors import NotAChoice
from plan_ledger.errors import Place, PlanLedgerError
from plan_ledger.queries.results import PLACE_LABEL, Snapshot, SnapshotItem
from plan_ledger.sheets.matching import Candidate, How, Match, Matcher
from plan_ledger.sheets.order import Shuffle, shuffled
from plan_ledger.sheets.proposal import Origin, ProposalEntry, ProposalKind, SheetRow
from plan_ledger.sheets.table import Table, TableCell, TableItem
from plan_ledger.sheets.table_problems import SheetsDisagree
from plan_ledger.values.marks import is_layout_only, mark
from plan_ledger.values.schema import FieldKind, FieldSpec, LevelSpec
from plan_ledger.values.texts import TextRefused, TextTooLong, clean_text, flat

FIRST = "（先頭）"


@frozen(eq=False)
class Compared:
    """What came out: the entries in the sheet's order, the rows behind them, the count of unchanged cells."""

    entries: tuple[ProposalEntry, ...]
    rows: tuple[SheetRow, ...]
    unchanged: int
    problems: tuple[PlanLedgerError, ...]


@define(eq=False)
class _Said:
    """What the documents say of one field of one item, where that differs from the base."""

    text: str
    origin: Origin
    flattened: bool


@define(eq=False)
class _Target:
    """An item that the sheets mean, or a new one."""

    id: UUID
    level: LevelSpec
    path: tuple[str, ...]
    under: UUID | None
    new: bool
    how: How | None
    document: int
    origin: Origin
    said: dict[str, _Said] = field(factory=dict[str, _Said])


def compare(
    tables: Sequence[Table], base: Snapshot, current: Snapshot, *, partial: bool, new_id: Callable[[], UUID]
) -> Compared:
    """Compare documents with what their writers were given and with the ledger.

    Args:
        tables: One a document, in the order in which they were given.
        base: What the writers were given.
        current: The ledger now; the same object as ``base`` where the sheet was made from the present table.
        partial: The documents hold some rows only.
        new_id: Gives the ids that new items will have.
    """
    return _Comparison(tables, base, current, partial, new_id).run()


class _Comparison:
    def __init__(
        self,
        tables: Sequence[Table],
        base: Snapshot,
        current: Snapshot,
        partial: bool,
        new_id: Callable[[], UUID],
    ) -> None:
        self.tables, self.base_is_now, self.partial, self.new_id = tables, base is current, partial, new_id
        self.schema = current.schema
        self.levels = {level.key: level for level in self.schema.levels}
        self.base: Mapping[UUID, SnapshotItem] = {item.id: item for item in base.items}
        self.now: Mapping[UUID, SnapshotItem] = {item.id: item for item in current.items}
        self.candidates = [self._candidate(item, order) for order, item in enumerate(base.items)]
        self.newcomers = [
            self._candidate(item, order) for order, item in enumerate(current.items) if item.id not in self.base
        ]
        self.targets: dict[UUID, _Target] = {}
        self.created: dict[tuple[UUID | None, str, int], UUID] = {}
        self.problems: list[PlanLedgerError] = []
        self.unchanged = 0

    def run(self) -> Compared:
        for number, table in enumerate(self.tables):
            self._place_items(number, table)
        entries: list[ProposalEntry] = []
        order = {} if self.partial else self._shuffled()
        for target in self.targets.values():
            entries += self._added(target) if target.new else self._existing(target, order)
        if not self.partial:
            entries += self._missing()
        rows = tuple(
            SheetRow(each.id, each.level.key, each.under, each.new, each.document) for each in self.targets.values()
        )
        return Compared(tuple(entries), rows, self.unchanged, tuple(self.problems))

    # --- what the rows mean -------------------------------------------------------------------------------------

    def _candidate(self, item: SnapshotItem, order: int) -> Candidate:
        title = self.levels[item.level].title
        texts = {key: cell.text for key, cell in item.fields.items() if key != title}
        return Candidate(item.id, item.level, item.parent, item.title, texts, order)

    def _place_items(self, number: int, table: Table) -> None:
        found = Matcher(self.schema.levels, table.items, self.candidates).found
        if not self.base_is_now:
            found = {**found, **self._added_meanwhile(table, found)}
        ids: dict[int, UUID] = {}
        for item in table.items:
            under = None if item.parent is None else ids[item.parent]
            match = found.get(item.index)
            uuid = match.id if match else self._new(under, item)
            ids[item.index] = uuid
            origin = Origin(table.document, item.sheet, item.ref)
            target = self.targets.get(uuid)
            if target is None:
                known = self.now.get(uuid) or self.base.get(uuid)
                path = known.path if known else (*(self.targets[under].path if under else ()), item.title)
                how = match.how if match else None
                level = self.levels[item.level]
                target = _Target(uuid, level, path, under, match is None, how, number, origin)
                self.targets[uuid] = target
            elif match is not None and match.how == "similar":
                target.how = "similar"
            self._hear(target, table, item)

    def _added_meanwhile(self, table: Table, found: Mapping[int, Match]) -> dict[int, Match]:
        """Rows that somebody else entered into the ledger since the base, under the same name and parent."""
        there: dict[tuple[UUID | None, str], list[Candidate]] = {}
        for each in self.newcomers:
            there.setdefault((each.parent, flat(each.title)), []).append(each)
        matches: dict[int, Match] = {}
        for item in table.items:
            if item.index in found:
                continue
            above = None if item.parent is None else (found.get(item.parent) or matches.get(item.parent))
            if item.parent is not None and above is None:
                continue
            same = there.get((above.id if above else None, flat(item.title)))
            if same:
                matches[item.index] = Match(same.pop(0).id, "same")
        return matches

    def _new(self, under: UUID | None, item: TableItem) -> UUID:
        """The id of a new item; the same row in two documents is one item."""
        key = (under, flat(item.title), item.key[-1][1])
        if key not in self.created:
            self.created[key] = self.new_id()
        return self.created[key]

    def _hear(self, target: _Target, table: Table, item: TableItem) -> None:
        base = self.base.get(target.id)
        for spec in target.level.live_fields:
            cell = item.cells.get(spec.key)
            if cell is None:
                continue
            given = base.text(spec.key) if base else ""
            if same_text(cell.text, given, table.flattened):
                if given or cell.text:
                    self.unchanged += 1
                continue
            origin = Origin(table.document, item.sheet, cell.ref)
            text = with_breaks(given, cell.text) if table.flattened else cell.text
            self._check(spec, cell, target, origin)
            known = target.said.get(spec.key)
            if known is None:
                target.said[spec.key] = _Said(text, origin, table.flattened)
            elif not same_text(known.text, text, table.flattened):
                place = _place(origin, target.path[-1], spec)
                self.problems.append(SheetsDisagree(str(known.origin), known.text, text, place=place))

    def _check(self, spec: FieldSpec, cell: TableCell, target: _Target, origin: Origin) -> None:
        """What the ledger would refuse is reported here, with its place and with everything else."""
        place = _place(origin, target.path[-1], spec)
        if spec.kind is FieldKind.CHOICE and cell.text and cell.text not in spec.choices:
            self.problems.append(NotAChoice(cell.text, "、".join(spec.choices), place=place))
        try:
            clean_text(cell.text)
        except (TextRefused, TextTooLong) as refused:
            refused.place = place
            self.problems.append(refused)

    # --- entries ------------------------------------------------------------------------------------------------

    def _added(self, target: _Target) -> Iterator[ProposalEntry]:
        specs = sorted(target.level.live_fields, key=lambda spec: spec.key != target.level.title)
        for spec in specs:
            said = target.said.get(spec.key)
            if said is not None and said.text:
                yield self._entry("added", target, spec, "", said.text, "", said.origin)

    def _existing(self, target: _Target, order: Mapping[UUID, Shuffle[UUID]]) -> Iterator[ProposalEntry]:
        now = self.now.get(target.id)
        base = self.base.get(target.id)
        yield from self._moved(target, base, now, order.get(target.id))
        for spec in target.level.live_fields:
            said = target.said.get(spec.key)
            if said is None:
                continue
            given, has = (base.text(spec.key) if base else ""), (now.text(spec.key) if now else "")
            if now is not None and same_text(said.text, has, said.flattened):
                self.unchanged += 1
            elif now is None or has != given or (base is not None and base[spec.key].redacted):
                # what the writer was given may be the very text that was destroyed: nobody enters it again unasked
                yield self._entry("conflict", target, spec, has, said.text, given, said.origin)
            elif target.how == "similar" and spec.key == target.level.title:
                yield self._entry("renamed", target, spec, has, said.text, given, said.origin)
            elif not said.text.strip():
                yield self._entry("emptied", target, spec, has, said.text, given, said.origin)
            else:
                yield self._entry("changed", target, spec, has, said.text, given, said.origin)

    def _moved(
        self, target: _Target, base: SnapshotItem | None, now: SnapshotItem | None, order: Shuffle[UUID] | None
    ) -> Iterator[ProposalEntry]:
        kind: ProposalKind
        if base is None:
            return
        if target.under != base.parent:
            if now is not None and now.parent == target.under:
                return  # moved there already
            kind = "moved" if now and now.parent == base.parent else "conflict"
            above = self.targets[target.under].path if target.under else ()
            has = " / ".join(now.path[:-1]) if now else ""
            yield self._entry(kind, target, None, has, " / ".join(above), " / ".join(base.path[:-1]), target.origin)
        elif order is not None:
            kind = "conflict" if order.conflict else "reordered"
            has, wants, given = (self._title(each) for each in (order.has, order.wanted, order.given))
            yield self._entry(kind, target, None, has, wants, given, target.origin)

    def _shuffled(self) -> dict[UUID, Shuffle[UUID]]:
        """Items that stand elsewhere among their siblings than on the base."""
        children: dict[UUID | None, list[UUID]] = {}
        for target in self.targets.values():
            base, now = self.base.get(target.id), self.now.get(target.id)
            if base and now and base.parent == now.parent == target.under:
                children.setdefault(target.under, []).append(target.id)
        given = {uuid: order for order, uuid in enumerate(self.base)}
        has = {uuid: order for order, uuid in enumerate(self.now)}
        return {each.item: each for siblings in children.values() for each in shuffled(siblings, given, has)}

    def _title(self, uuid: UUID | None) -> str:
        return FIRST if uuid is None else self.now[uuid].title

    def _missing(self) -> Iterator[ProposalEntry]:
        """Rows of the base that the sheet does not have; one that was worked on since is a conflict."""
        for base in self.base.values():
            now = self.now.get(base.id)
            if base.id in self.targets or now is None:
                continue
            level = self.levels[base.level]
            target = _Target(base.id, level, now.path, base.parent, False, None, 0, Origin("", None, ""))
            kind: ProposalKind = "conflict" if self._worked_on(base, now) else "missing"
            yield self._entry(kind, target, None, now.title, "", base.title, None)

    def _worked_on(self, base: SnapshotItem, now: SnapshotItem) -> bool:
        if self.base_is_now:
            return False
        if any(each.parent == now.id for each in self.newcomers):
            return True
        return any(cell.position != base[key].position for key, cell in now.fields.items()) or any(
            key not in now.fields for key in base.fields
        )

    def _entry(
        self,
        kind: ProposalKind,
        target: _Target,
        spec: FieldSpec | None,
        old: str,
        new: str,
        base: str,
        origin: Origin | None,
    ) -> ProposalEntry:
        return ProposalEntry(
            kind,
            target.id,
            target.level.key,
            target.path,
            spec.key if spec else None,
            spec.label if spec else (target.level.label if kind == "missing" else PLACE_LABEL),
            old,
            new,
            base,
            origin,
            kind == "changed" and is_layout_only(old, new),
            target.under,
        )


def same_text(new: str, old: str, flattened: bool) -> bool:
    """Whether a sheet's text is the ledger's; in a flattened format a space may stand for a line break."""
    return new == old or (flattened and flat(new) == flat(old))


def with_breaks(given: str, text: str) -> str:
    """A flattened text with the line breaks of the passages that did not change, as they were given.

    The format could not show them, so that their loss is none of the writer's doing.
    """
    if "\n" not in given or "\n" in text:
        return text
    parts: list[str] = []
    at = 0
    for segment in mark(flat(given), text):
        length = len(segment.text)
        if segment.kind == "same":
            parts.append(given[at : at + length])
        elif segment.kind == "added":
            parts.append(segment.text)
        at += length if segment.kind != "added" else 0
    return "".join(parts)


def _place(origin: Origin, item: str, spec: FieldSpec) -> Place:
    return Place(file=origin.document, sheet=origin.sheet, cell=origin.cell, item=item, field=spec.label)
