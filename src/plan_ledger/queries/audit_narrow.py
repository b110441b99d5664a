"""An audit's filters on other results: the entries of a change set, the items and fields of a snapshot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar
from uuid import UUID

from attrs import define, evolve

from plan_ledger.errors import PlanLedgerError
from plan_ledger.queries.audit_filters import Selection, moved_yen
from plan_ledger.queries.audit_rows import Teller
from plan_ledger.queries.results import Cause, ChangeEntry, ChangeSet, Snapshot, SnapshotItem
from plan_ledger.queries.results.snapshots import Cells
from plan_ledger.store.transaction import Rows, chunks, marks
from plan_ledger.values.schema import PLACE

ON_SNAPSHOTS = frozenset({"item", "level", "field", "value"})
ON_CHANGES = ON_SNAPSHOTS | {
    "actor",
    "section",
    "author",
    "approver",
    "approval",
    "reason",
    "source",
    "moved_by",
    "batch",
}


@define(eq=False, slots=False)
class FilterDoesNotFit(PlanLedgerError):
    """A filter means something for recorded changes only."""

    code: ClassVar[str] = "filter_does_not_fit"
    ja: ClassVar[str] = "この絞り込みは使えません：{names}。使えるもの：{known}。"
    en: ClassVar[str] = "These filters mean nothing here: {names}. Those that do: {known}."

    names: str
    known: str


def narrow_changes(
    rows: Rows, teller: Teller, selection: Selection, said: Collection[str], changes: ChangeSet
) -> ChangeSet:
    """The entries of a change set that fit.

    Args:
        rows: A view of the ledger.
        teller: The plan's.
        selection: The filters.
        said: Their names.
        changes: What they are to be used on.

    Raises:
        FilterDoesNotFit: One of them means nothing there.
    """
    _check(said, ON_CHANGES)
    return _Narrowing(rows, teller, selection).changes(changes)


def narrow_snapshot(
    rows: Rows, teller: Teller, selection: Selection, said: Collection[str], snapshot: Snapshot
) -> Snapshot:
    """The items and fields of a snapshot that fit. Arguments and errors as for :func:`narrow_changes`."""
    _check(said, ON_SNAPSHOTS)
    return _Narrowing(rows, teller, selection).snapshot(snapshot)


def _check(said: Collection[str], known: frozenset[str]) -> None:
    if strange := sorted(set(said) - known):
        raise FilterDoesNotFit("、".join(strange), "、".join(sorted(known)))


class _Narrowing:
    def __init__(self, rows: Rows, teller: Teller, selection: Selection) -> None:
        self._teller, self._selection = teller, selection
        self._items: set[UUID] | None = None
        if selection.items is not None:
            self._items = {
                UUID(bytes=bytes(uuid))
                for chunk in chunks(sorted(selection.items))
                for (uuid,) in rows.all(f"SELECT uuid FROM streams WHERE no IN ({marks(len(chunk))})", chunk)
            }

    def _number(self, level: str, field: str | None) -> int | None:
        return PLACE if field is None else self._teller.numbers.get((level, field))

    def _field_fits(self, level: str, field: str | None) -> bool:
        selection = self._selection
        if selection.level is not None and level != selection.level:
            return False
        return selection.numbers is None or self._number(level, field) in selection.numbers

    # --- change sets --------------------------------------------------------------------------------------------

    def changes(self, changes: ChangeSet) -> ChangeSet:
        return evolve(changes, entries=tuple(entry for entry in changes.entries if self._entry_fits(entry)))

    def _entry_fits(self, entry: ChangeEntry) -> bool:
        selection = self._selection
        if self._items is not None and entry.item not in self._items:
            return False
        if not self._field_fits(entry.level, entry.field) or not selection.value_fits(entry.old, entry.new):
            return False
        number = self._number(entry.level, entry.field)
        if selection.moved_by is not None:
            moved = moved_yen(selection.money.get(number or 0), entry.old, entry.new, selection.fiscal_year)
            if moved is None or abs(moved) <= selection.moved_by:
                return False
        return any(self._cause_fits(cause) for cause in entry.events) or not (entry.events or self._about_causes)

    @property
    def _about_causes(self) -> bool:
        selection = self._selection
        return bool(selection.who) or selection.reason is not None or selection.source is not None

    def _cause_fits(self, cause: Cause) -> bool:
        """Whether one of the events behind an entry was recorded so."""
        selection = self._selection
        header: Mapping[str, Any] = cause.header
        return (
            selection.after < cause.position <= selection.upto
            and all(who.is_in(header) for who in selection.who)
            and selection.header_fits(header)
            and selection.source_fits(header, cause.source)
        )

    # --- snapshots ----------------------------------------------------------------------------------------------

    def snapshot(self, snapshot: Snapshot) -> Snapshot:
        """The items that fit, with what they stand under; of the fields, those that fit, and every title.

        It is no whole table: it is not compared with others, and its digest is no edition's.
        """
        kept = {item.id for item in snapshot.items if self._item_fits(item)}
        parents = {item.id: item.parent for item in snapshot.items}
        shown = set(kept)
        for item in kept:
            above = parents[item]
            while above is not None and above not in shown:
                shown.add(above)
                above = parents.get(above)
        items = tuple(self._shown(snapshot, item) for item in snapshot.items if item.id in shown)
        return evolve(snapshot, items=items, withdrawn=(), compare=None)

    def _item_fits(self, item: SnapshotItem) -> bool:
        selection = self._selection
        if self._items is not None and item.id not in self._items:
            return False
        if selection.level is not None and item.level != selection.level:
            return False
        texts = [cell.text for key, cell in item.fields.items() if self._field_fits(item.level, key)]
        if selection.numbers is not None and not texts:
            return False
        return selection.value is None or any(selection.value_fits("", text) for text in texts)

    def _shown(self, snapshot: Snapshot, item: SnapshotItem) -> SnapshotItem:
        if self._selection.numbers is None:
            return item
        level = snapshot.schema.level(item.level)
        title = level.title if level else ""
        kept = {key: cell for key, cell in item.fields.items() if key == title or self._field_fits(item.level, key)}
        redacted = [key for key, cell in kept.items() if cell.redacted]
        texts, positions = [cell.text for cell in kept.values()], [cell.position for cell in kept.values()]
        return evolve(item, fields=Cells(tuple(kept), texts, positions, redacted))
