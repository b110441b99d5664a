"""Totals of a money field: by item, by level, in all, and against an earlier table. Pure functions over snapshots.

An amount marked 再掲 (in the cell, or in the item's title) is counted where it is first listed and not again; parts,
commitments and bracketed amounts are not added. Whatever is not simply counted is listed, so that nothing is left out
in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal
from uuid import UUID

from attrs import define, field, frozen

from plan_ledger.errors import PlanLedgerError
from plan_ledger.queries.shown import Shown
from plan_ledger.values.fields import Unparsed
from plan_ledger.values.notation import Money
from plan_ledger.values.schema import FieldKind, LevelSpec
from plan_ledger.values.texts import folded_name

if TYPE_CHECKING:
    from plan_ledger.queries.results import MomentRef, Snapshot, SnapshotItem

NoteKind = Literal["unreadable", "left_out", "warning"]
_REPEATED: Final = re.compile(r"[(（【\[［〔]\s*再掲[^)）】\]］〕]{0,20}[)）】\]］〕]|^\s*再掲[\s　:：]|[\s　]再掲\s*$")
_NOTHING: Final = (None, "none", "blank")


@define(eq=False, slots=False)
class NoAmounts(PlanLedgerError):
    """No level of the plan has an amount under this key."""

    code: ClassVar[str] = "no_amounts"
    ja: ClassVar[str] = "「{key}」は金額の欄ではありません。"
    en: ClassVar[str] = "{key!r} is no field of amounts."

    key: str


@frozen
class CellNote:
    """A cell that was not simply counted.

    ``kind``: ``unreadable`` (counted 0), ``left_out`` (read, and by rule not added), ``warning`` (counted as read).
    ``reason``: a refusal's or warning's code of ``plan_ledger.values.notation``, the mark (未定), ``range``,
    ``repeated`` (再掲), ``repeated_alone`` (再掲, but nothing of that title is counted anywhere in the table), the role
    (債務負担行為), ``ratio``, ``redacted``, or ``counted_on_two_levels``.
    """

    item: UUID
    path: tuple[str, ...]
    text: str
    kind: NoteKind
    reason: str

    def to_dict(self) -> dict[str, Any]:
        return {"item": self.item.hex, "path": list(self.path), "text": self.text, "kind": self.kind,
                "reason": self.reason}  # fmt: skip


@frozen
class ItemTotal:
    """``own`` is what the item's own cell adds, ``total`` that and everything below it, in yen."""

    item: UUID
    level: str
    depth: int
    title: str
    path: tuple[str, ...]
    text: str
    own: int
    total: int

    def to_dict(self) -> dict[str, Any]:
        return {"item": self.item.hex, "level": self.level, "path": list(self.path), "text": self.text,
                "own": self.own, "total": self.total}  # fmt: skip


@frozen
class LevelTotal:
    """What the cells of one level add, in yen; ``items`` is how many items it has."""

    level: str
    label: str
    items: int
    total: int

    def to_dict(self) -> dict[str, Any]:
        return {"level": self.level, "label": self.label, "items": self.items, "total": self.total}


@frozen(eq=False)
class Totals(Shown):
    """The sums of one money field at a moment: items in table order, levels from the top, all of it in yen."""

    plan: str
    moment: MomentRef
    key: str
    label: str
    items: tuple[ItemTotal, ...]
    levels: tuple[LevelTotal, ...]
    total: int
    notes: tuple[CellNote, ...]

    def of_level(self, level: str) -> tuple[ItemTotal, ...]:
        """The subtotals of one level's items."""
        return tuple(each for each in self.items if each.level == level)

    def to_dict(self) -> dict[str, Any]:
        return {
            "plan": self.plan,
            "moment": self.moment.to_dict(),
            "field": self.key,
            "items": [each.to_dict() for each in self.items],
            "levels": [each.to_dict() for each in self.levels],
            "total": self.total,
            "notes": [each.to_dict() for each in self.notes],
        }


@frozen
class TotalChange:
    """An item's subtotal then and now; None where the item did not stand in the table."""

    item: UUID
    level: str
    depth: int
    title: str
    path: tuple[str, ...]
    old: int | None
    new: int | None

    @property
    def difference(self) -> int:
        return (self.new or 0) - (self.old or 0)

    def to_dict(self) -> dict[str, Any]:
        return {"item": self.item.hex, "level": self.level, "path": list(self.path), "old": self.old,
                "new": self.new, "difference": self.difference}  # fmt: skip


@frozen(eq=False)
class TotalsChange(Shown):
    """Two tables' sums side by side: ``entries`` in the new table's order, then what is no longer listed.

    ``old`` is None where there is nothing to compare with (the first meeting).
    """

    old: Totals | None
    new: Totals
    entries: tuple[TotalChange, ...] = field(repr=False)

    @property
    def difference(self) -> int | None:
        """New grand total less the old; None at the first meeting."""
        return None if self.old is None else self.new.total - self.old.total

    def to_dict(self) -> dict[str, Any]:
        return {
            "plan": self.new.plan,
            "field": self.new.key,
            "since": None if self.old is None else self.old.moment.to_dict(),
            "until": self.new.moment.to_dict(),
            "old": None if self.old is None else self.old.total,
            "new": self.new.total,
            "difference": self.difference,
            "entries": [each.to_dict() for each in self.entries],
            "levels": [each.to_dict() for each in self.new.levels],
            "notes": [each.to_dict() for each in self.new.notes],
            "old_notes": [] if self.old is None else [each.to_dict() for each in self.old.notes],
        }


@frozen
class _Cell:
    item: SnapshotItem
    counted: int | None
    notes: tuple[CellNote, ...]


def sum_of(snapshot: Snapshot, key: str, *, under: UUID | None = None) -> int:
    """The sum in yen over all items, or over one item and those below it; 0 where no level has such amounts."""
    inside: set[UUID] | None = None if under is None else {under}
    total = 0
    for item in snapshot.items:
        if inside is not None:
            if item.parent in inside:
                inside.add(item.id)
            elif item.id not in inside:
                continue
        total += _read(snapshot, item, key).counted or 0
    return total


def totals_of(snapshot: Snapshot, key: str) -> Totals:
    """Every sum of a money field.

    Args:
        snapshot: The table.
        key: The field's key, on whichever levels have it.

    Raises:
        NoAmounts: No level has a money field of that key.
    """
    specs = [(level, spec) for level in snapshot.schema.levels if (spec := level.field(key)) is not None]
    specs = [(level, spec) for level, spec in specs if spec.kind is FieldKind.MONEY]
    if not specs:
        raise NoAmounts(key)
    cells = [_read(snapshot, item, key) for item in snapshot.items]
    sums: dict[UUID, int] = {}
    for cell in reversed(cells):
        sums[cell.item.id] = sums.get(cell.item.id, 0) + (cell.counted or 0)
        if cell.item.parent is not None:
            sums[cell.item.parent] = sums.get(cell.item.parent, 0) + sums[cell.item.id]
    lowest = max(snapshot.schema.depth(level.key) for level, _ in specs)
    return Totals(
        snapshot.plan,
        snapshot.moment,
        key,
        specs[-1][1].label,
        tuple(_item_total(cell, key, sums) for cell in cells if cell.item.depth <= lowest),
        tuple(_level_total(level, cells) for level, _ in specs),
        sum(cell.counted or 0 for cell in cells),
        _notes(cells, sums),
    )


def _item_total(cell: _Cell, key: str, sums: Mapping[UUID, int]) -> ItemTotal:
    item = cell.item
    own = cell.counted or 0
    return ItemTotal(item.id, item.level, item.depth, item.title, item.path, item.text(key), own, sums[item.id])


def _level_total(level: LevelSpec, cells: list[_Cell]) -> LevelTotal:
    own = [cell.counted or 0 for cell in cells if cell.item.level == level.key]
    return LevelTotal(level.key, level.label, len(own), sum(own))


def compare(old: Snapshot | None, new: Snapshot, key: str) -> TotalsChange:
    """The sums of ``new`` against those of ``old`` (None: nothing to compare with).

    Raises:
        NoAmounts: The new table has no money field of that key. An old table without it counts as 0.
    """
    now = totals_of(new, key)
    if old is None:
        return TotalsChange(None, now, tuple(_change(each, None, each.total) for each in now.items))
    try:
        before = totals_of(old, key)
    except NoAmounts:
        before = Totals(old.plan, old.moment, key, now.label, (), (), 0, ())
    was = {each.item: each.total for each in before.items}
    standing = {each.item for each in now.items}
    entries = [_change(each, was.get(each.item), each.total) for each in now.items]
    entries += [_change(each, each.total, None) for each in before.items if each.item not in standing]
    return TotalsChange(before, now, tuple(entries))


def _change(each: ItemTotal, old: int | None, new: int | None) -> TotalChange:
    return TotalChange(each.item, each.level, each.depth, each.title, each.path, old, new)


def _read(snapshot: Snapshot, item: SnapshotItem, key: str) -> _Cell:
    """What an item's own cell adds, and what is to be said about it."""
    spec = snapshot.spec(item.level, key)
    if spec is None or spec.kind is not FieldKind.MONEY:
        return _Cell(item, None, ())
    cell = item[key]

    def note(kind: NoteKind, reason: str) -> CellNote:
        return CellNote(item.id, item.path, cell.text, kind, reason)

    if cell.redacted:
        return _Cell(item, None, (note("unreadable", "redacted"),))
    value = snapshot.value(item, key)
    if isinstance(value, Unparsed):
        return _Cell(item, None, (note("unreadable", value.reason),))
    if not isinstance(value, Money):
        return _Cell(item, None, ())
    counted = value.counted
    warned = tuple(note("warning", warning.value) for warning in value.warnings)
    if counted is not None and _REPEATED.search(item.title):
        return _Cell(item, None, (note("left_out", "repeated"),))
    if counted is not None or (value.yen is None and value.mark in _NOTHING and value.ratio is None
                               and value.comparator is None):  # fmt: skip
        return _Cell(item, counted, warned)
    return _Cell(item, None, (note("left_out", _why(value)), *warned))


def _why(value: Money) -> str:
    """Why an amount that was read is not added."""
    if value.role is not None:
        return "repeated" if value.role.startswith("再掲") else value.role
    if value.ratio is not None:
        return "ratio"
    if value.comparator == "range":
        return "range"
    if value.bracket is not None:
        return "bracketed_amount"
    return value.mark or value.label or "left_out"


def _notes(cells: list[_Cell], sums: Mapping[UUID, int]) -> tuple[CellNote, ...]:
    """The notes in table order: repetitions told apart from those that repeat nothing, sums over two levels named."""
    listed = {_plain(cell.item.title) for cell in cells if cell.counted is not None}
    found: list[CellNote] = []
    for cell in cells:
        for note in cell.notes:
            if note.reason == "repeated" and _plain(cell.item.title) not in listed:
                note = CellNote(note.item, note.path, note.text, note.kind, "repeated_alone")
            found.append(note)
        if cell.counted and sums[cell.item.id] != cell.counted:
            item = cell.item
            below = "counted_on_two_levels"
            found.append(CellNote(item.id, item.path, str(cell.counted), "warning", below))
    return tuple(found)


def _plain(title: str) -> str:
    """A title without 再掲, for comparing."""
    return folded_name(_REPEATED.sub("", title)).strip()
