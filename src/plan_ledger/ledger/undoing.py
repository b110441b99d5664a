"""Undoing a batch: compensating changes, decided like any others; what says something else since is a conflict.

A register is compared in three states: before the batch, after it, and now. What the batch left as it was, and what
is again as it was before, needs nothing; what still is as the batch left it goes back; anything else is a conflict.
How often it was changed in between does not matter: a later change that was itself taken back is no conflict.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from attrs import frozen

from plan_ledger.errors import Place, PlanLedgerError, raise_problems
from plan_ledger.index import asof, catalog
from plan_ledger.index.registers import BITS, MASK, bounds, item_of, register
from plan_ledger.ledger.acting import Acting
from plan_ledger.ledger.errors import (
    HoldNotUndone,
    NothingToUndo,
    TextDestroyed,
    UndoConflict,
    UnknownBatch,
)
from plan_ledger.ledger.intents import Change, Executor, Intent, PlaceAt, Restore, Withdraw
from plan_ledger.ledger.undoing_late import LateUndoing
from plan_ledger.ledger.work import Work
from plan_ledger.queries.results import PLACE_LABEL
from plan_ledger.store.transaction import chunks, marks
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import EXISTENCE, PLACE, LevelSpec
from plan_ledger.values.texts import REDACTED_TEXT


@frozen
class _Standing:
    """Where an item stands: the number of its parent, and its rank."""

    parent: int | None
    rank: str


@frozen
class _Destroyed:
    """A text that was redacted: it equals itself only."""

    position: int


EXISTENCE_LABEL, BELOW_LABEL = "有無", "下の行"
THERE, WITHDRAWN, TOP = "あり", "取下げ", "最上位"

_State = bool | str | _Standing | _Destroyed | None
"""What a register says: existence a bool, place a standing (None: no place yet), a field its text."""


def undo(work: Work, executor: Executor, acting: Acting, plan: catalog.PlanRow, position: int) -> None:
    """Record the compensation of the batch that holds a position.

    Raises:
        UnknownBatch: There is none.
        UndoConflict: Something it changed says something else since; each such register is reported.
        HoldNotUndone: It held a meeting.
        TextDestroyed: What it replaced was redacted.
        NothingToUndo: It changed nothing of this plan, or nothing of it is left to take back.
    """
    batch = catalog.batch_bounds(work.tx, position)
    if batch is None:
        raise UnknownBatch(position)
    _refuse_what_is_no_change(work, plan, *batch)
    undoing, late = _Undoing(work, plan, *batch), LateUndoing(work, plan, *batch)
    intents, events = undoing.intents(), late.events()
    raise_problems([*undoing.problems, *late.problems])
    executor.expect(intents)
    before = work.position
    work.begin(acting, undoes=batch[0])
    executor.run(intents)
    work.record(events)
    if work.position == before:
        raise NothingToUndo(batch[0])
    work.flush()


def _refuse_what_is_no_change(work: Work, plan: catalog.PlanRow, first: int, last: int) -> None:
    held = work.tx.one(
        "SELECT name FROM meetings WHERE no BETWEEN ? AND ? AND plan = ? AND annulled = 0", (first, last, plan.no)
    )
    if held is not None:
        raise HoldNotUndone(held[0])


class _Undoing:
    """One batch against what the ledger says now."""

    def __init__(self, work: Work, plan: catalog.PlanRow, first: int, last: int) -> None:
        self._work, self._plan = work, plan
        rows = work.tx.all(
            f"SELECT f.register FROM facts f JOIN items i ON i.no = f.register >> {BITS} AND i.plan = ?"
            " WHERE f.position BETWEEN ? AND ? AND f.effective = f.position * 1048576 ORDER BY f.position",
            (plan.no, first, last),
        )
        self._touched = list(dict.fromkeys(no for (no,) in rows))
        self._before, self._after, self._now = Pair.of(first - 1), Pair.of(last), Pair.of(work.position)
        self._numbers = catalog.field_numbers(work.tx, plan.no)
        self._keys = {number: key for (_, key), number in self._numbers.items()}
        self._schema = catalog.schema_at(work.tx, plan.no, work.position)
        self.problems: list[PlanLedgerError] = []

    def intents(self) -> list[Intent]:
        """What takes the batch back; conflicts go to ``problems``."""
        before, after, now = (self._states(self._touched, at) for at in (self._before, self._after, self._now))
        added = {item_of(no) for no in self._touched if no & MASK == EXISTENCE and no not in before}
        back: list[int] = []
        for no in self._touched:
            was, put, says = (_of(states, no) for states in (before, after, now))
            if item_of(no) in added and no & MASK != EXISTENCE:
                continue  # goes with its item
            if put == was or says == was:
                continue
            if says == put:
                back.append(no)
            else:
                self._conflict(no, put, says)
        going = [item_of(no) for no in back if no & MASK == EXISTENCE and not _of(before, no)]
        self._look_at_what_goes(going, added)
        intents = [self._back(no, _of(before, no)) for no in back]
        return _in_order(each for each in intents if each is not None)

    def _look_at_what_goes(self, going: Sequence[int], added: Collection[int]) -> None:
        """What would be lost with items that are withdrawn: their new fields, and what was filed below them since."""
        registers = [
            no
            for item in going
            if item in added
            for (no,) in self._work.tx.all(
                "SELECT no FROM registers WHERE no BETWEEN ? AND ? ORDER BY no", bounds(item)
            )
        ]
        after, now = self._states(registers, self._after), self._states(registers, self._now)
        for no in registers:
            if _of(now, no) != _of(after, no):
                self._conflict(no, _of(after, no), _of(now, no))
        below: dict[int, int] = {}
        for chunk in chunks(going):
            below |= dict(
                self._work.tx.all(
                    f"SELECT no, parent FROM items WHERE alive = 1 AND parent IN ({marks(len(chunk))}) ORDER BY no",
                    chunk,
                )
            )
        then = self._states([register(item, kind) for item in below for kind in (EXISTENCE, PLACE)], self._after)
        for item, parent in below.items():
            place = _of(then, register(item, PLACE))
            there = _of(then, register(item, EXISTENCE)) is True
            if not (there and isinstance(place, _Standing) and place.parent == parent):
                self.problems.append(
                    UndoConflict(
                        self._head(register(item, PLACE)),
                        "",
                        self._title(item)[0],
                        place=Place(item=self._title(parent)[0], field=BELOW_LABEL),
                    )
                )

    def _back(self, no: int, was: _State) -> Intent | None:
        uuid = self._work.uuid_of(item_of(no))
        match was:
            case bool():
                return Restore(uuid) if was else Withdraw(uuid)
            case _Standing():
                return PlaceAt(uuid, None if was.parent is None else self._work.uuid_of(was.parent), was.rank)
            case _Destroyed():
                self.problems.append(TextDestroyed(was.position, place=self._place(no)))
                return None
            case str():
                return Change(uuid, self._keys[no & MASK], was)
            case None:
                raise AssertionError("an item that was there before had a place")

    # --- states -------------------------------------------------------------------------------------------------

    def _states(self, registers: Sequence[int], pair: Pair) -> dict[int, _State]:
        """What registers say, seen from a pair; those that had no fact by then are left out."""
        cells = asof.register_cells(self._work.tx, registers, pair)
        places = self._places(cells[no][0] for no in cells if no & MASK == PLACE)
        found: dict[int, _State] = {}
        for no, (position, body, state) in cells.items():
            if no & MASK == EXISTENCE:
                found[no] = bool(state)
            elif no & MASK == PLACE:
                found[no] = places[position]
            else:
                found[no] = body if body is not None else _Destroyed(position) if state else ""
        return found

    def _places(self, positions: Iterable[int]) -> dict[int, _Standing]:
        found: dict[int, _Standing] = {}
        for chunk in chunks(list(positions)):
            for position, parent, rank in self._work.tx.all(
                f"SELECT position, parent, rank FROM places WHERE position IN ({marks(len(chunk))})", chunk
            ):
                found[position] = _Standing(parent, rank)
        return found

    # --- conflicts ----------------------------------------------------------------------------------------------

    def _conflict(self, no: int, put: _State, says: _State) -> None:
        texts = self._shown(put), self._shown(says)
        self.problems.append(UndoConflict(self._head(no), *texts, place=self._place(no)))

    def _head(self, no: int) -> int:
        row = self._work.tx.one("SELECT head FROM registers WHERE no = ?", (no,))
        assert row is not None
        return int(row[0])

    def _shown(self, state: _State) -> str:
        """A state for people."""
        match state:
            case bool():
                return THERE if state else WITHDRAWN
            case _Standing():
                return TOP if state.parent is None else f"「{self._title(state.parent)[0]}」の下"
            case _Destroyed():
                return REDACTED_TEXT
            case str():
                return state
            case None:
                return ""

    def _place(self, no: int) -> Place:
        item, number = item_of(no), no & MASK
        title, level = self._title(item)
        if number == EXISTENCE:
            return Place(item=title, field=EXISTENCE_LABEL)
        if number == PLACE:
            return Place(item=title, field=PLACE_LABEL)
        spec = level.field(self._keys[number])
        return Place(item=title, field=spec.label if spec else self._keys[number])

    def _title(self, item: int) -> tuple[str, LevelSpec]:
        """What an item is called now, and its level."""
        row = self._work.tx.one("SELECT level FROM items WHERE no = ?", (item,))
        assert row is not None
        level = self._schema.level(row[0])
        assert level is not None
        no = register(item, self._numbers[level.key, level.title])
        return self._shown(_of(self._states([no], self._now), no)), level


def _of(states: Mapping[int, _State], no: int) -> _State:
    """A register's state: without a fact an item is not there, has no place, and its fields are empty."""
    return states.get(no, _WITHOUT.get(no & MASK, ""))


_WITHOUT: Mapping[int, _State] = {EXISTENCE: False, PLACE: None}


def _in_order(intents: Iterable[Intent]) -> list[Intent]:
    """An item has to be there before its fields can be set back, and is taken away last.

    Places go from the last rank to the first: what moves aside for a newcomer at its old rank stays before the next.
    """
    ranked = sorted(intents, key=lambda each: each.rank if isinstance(each, PlaceAt) else "", reverse=True)
    return sorted(ranked, key=lambda each: _KINDS.get(type(each), 0))


_KINDS: Mapping[type[Intent], int] = {Restore: 0, PlaceAt: 1, Change: 2, Withdraw: 3}
