"""Undoing corrections and tables entered late: compensating facts at the same points.

The rule is that of every undo (``undoing.py``), looked at from the point where each fact counts: what would be seen
there without the batch, what the batch put there, and what is seen there now.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from attrs import frozen

from plan_ledger.errors import Place, PlanLedgerError
from plan_ledger.events import FieldChanged, ItemEvent, ItemPlaced, ItemRestored, ItemWithdrawn
from plan_ledger.index import catalog
from plan_ledger.index.registers import BITS, MASK, item_of, register
from plan_ledger.ledger.errors import TextDestroyed, UndoConflict
from plan_ledger.ledger.work import Work
from plan_ledger.values.coordinates import Pair, effective_of
from plan_ledger.values.schema import EXISTENCE, PLACE
from plan_ledger.values.texts import REDACTED_TEXT

_LATE = "f.effective <> f.position * 1048576"
_STANDING = "f.register = ? AND f.effective <= ? AND NOT f.position BETWEEN ? AND ?"


@frozen
class _Fact:
    """A fact with what it says: existence 0 or 1, a place (parent, rank), a text; None: there is no such fact."""

    position: int
    value: int | str | tuple[int | None, str] | None
    destroyed: bool = False

    def says(self, other: _Fact) -> bool:
        return (self.value, self.destroyed and self.position) == (other.value, other.destroyed and other.position)


@frozen
class _Change:
    """What a batch did to a register at a point, and the meeting that it corrected."""

    register: int
    effective: int
    corrects: UUID | None


class LateUndoing:
    """The late facts of one batch against what is seen at their points now."""

    def __init__(self, work: Work, plan: catalog.PlanRow, first: int, last: int) -> None:
        self._work, self._first, self._last = work, first, last
        self._levels = catalog.schema_at(work.tx, plan.no, work.position)
        self._keys = {number: names for names, number in catalog.field_numbers(work.tx, plan.no).items()}
        self.problems: list[PlanLedgerError] = []
        rows = work.tx.all(
            f"SELECT f.register, f.effective, c.meeting FROM facts f JOIN items i ON i.no = f.register >> {BITS}"
            f" AND i.plan = ? LEFT JOIN corrections c ON c.position = f.position"
            f" WHERE f.position BETWEEN ? AND ? AND {_LATE} ORDER BY f.position",
            (plan.no, first, last),
        )
        found = {(no, at): None if raw is None else UUID(bytes=bytes(raw)) for no, at, raw in rows}
        self._changes = [_Change(no, at, meeting) for (no, at), meeting in found.items()]

    def events(self) -> list[ItemEvent]:
        """The compensating facts; conflicts go to ``problems``."""
        if not self._changes:
            return []
        return sorted(self._back(), key=lambda event: isinstance(event, ItemWithdrawn))

    def _back(self) -> Iterator[ItemEvent]:
        added = {item_of(each.register) for each in self._changes if self._begins(each)}
        for change in self._changes:
            if item_of(change.register) in added and change.register & MASK != EXISTENCE:
                continue  # not seen without the item
            was, put, says = self._was(change), self._put(change), self._says(change)
            if put.says(was) or says.says(was):
                continue
            if not says.says(put):
                self._conflict(change, put, says)
            elif was.destroyed:
                self.problems.append(TextDestroyed(was.position, place=self._place(change)))
            else:
                event = self._event(change, was)
                if event is not None:
                    yield event.model_copy(update={"effective": change.effective, "corrects": change.corrects})

    def _begins(self, change: _Change) -> bool:
        """Whether an item came into the ledger with this batch, and was not heard of before."""
        if change.register & MASK != EXISTENCE:
            return False
        row = self._work.tx.one("SELECT position FROM items WHERE no = ?", (item_of(change.register),))
        return row is not None and self._first <= row[0] <= self._last

    # --- three states -------------------------------------------------------------------------------------------

    def _was(self, change: _Change) -> _Fact:
        """What would be seen without the batch, and without what was said at the very point after it."""
        return self._fact(
            f"{_STANDING} AND NOT (f.effective = ? AND f.position > ?)",
            (change.register, change.effective, self._first, self._last, change.effective, self._last),
            change.register,
        )

    def _put(self, change: _Change) -> _Fact:
        where = "f.register = ? AND f.effective = ? AND f.position BETWEEN ? AND ?"
        return self._fact(where, (change.register, change.effective, self._first, self._last), change.register)

    def _says(self, change: _Change) -> _Fact:
        pair = Pair(change.effective, self._work.position)
        where = "f.register = ? AND f.effective <= ? AND f.position <= ?"
        return self._fact(where, (change.register, pair.at, pair.known), change.register)

    def _fact(self, where: str, params: tuple[int, ...], no: int) -> _Fact:
        row = self._work.tx.one(
            "SELECT f.position, f.state, x.body, p.parent, p.rank FROM facts f"
            " LEFT JOIN texts x ON x.position = f.position LEFT JOIN places p ON p.position = f.position"
            f" WHERE {where} ORDER BY f.effective DESC, f.position DESC LIMIT 1",
            params,
        )
        number = no & MASK
        if row is None:
            return _Fact(0, 0 if number == EXISTENCE else None if number == PLACE else "")
        position, state, body, parent, rank = row
        if number == EXISTENCE:
            return _Fact(position, state)
        if number == PLACE:
            return _Fact(position, (parent, rank))
        return _Fact(position, body or "", destroyed=bool(state) and body is None)

    # --- events and conflicts -----------------------------------------------------------------------------------

    def _event(self, change: _Change, was: _Fact) -> ItemEvent | None:
        uuid = self._work.uuid_of(item_of(change.register))
        match was.value:
            case int():
                return ItemRestored(originator_id=uuid) if was.value else ItemWithdrawn(originator_id=uuid)
            case str():
                key = self._keys[change.register & MASK][1]
                return FieldChanged(originator_id=uuid, field=key, text=was.value or None)
            case None:
                return None  # it had no place there; gone with its existence
            case (parent, rank):
                above = None if parent is None else self._work.uuid_of(parent)
                if above is not None:
                    self._work.item(above)  # known to the write from here on
                return ItemPlaced(originator_id=uuid, parent=above, rank=rank)

    def _conflict(self, change: _Change, put: _Fact, says: _Fact) -> None:
        shown = (REDACTED_TEXT if fact.destroyed else str(fact.value or "") for fact in (put, says))
        is_text = change.register & MASK not in (EXISTENCE, PLACE)
        texts = tuple(shown) if is_text else ("", "")
        self.problems.append(UndoConflict(says.position, texts[0], texts[1], place=self._place(change)))

    def _place(self, change: _Change) -> Place:
        item, number = item_of(change.register), change.register & MASK
        row = self._work.tx.one("SELECT level FROM items WHERE no = ?", (item,))
        level = None if row is None else self._levels.level(row[0])
        assert level is not None
        titles = {names: number for number, names in self._keys.items()}
        no = register(item, titles[level.key, level.title])
        title = self._fact("f.register = ? AND f.effective <= ?", (no, effective_of(self._work.position)), no)
        spec = level.field(self._keys[number][1]) if number in self._keys else None
        return Place(item=str(title.value or ""), field=spec.label if spec else None)
