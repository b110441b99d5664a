"""The oracle of the ledger: what each command must record, decided from a plain list of facts."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from attrs import define, field, frozen

from plan_ledger.testing.facts import EXISTS, PLACE, Cells, Fact, Facts, Value
from plan_ledger.values import ranks
from plan_ledger.values.coordinates import Pair, effective_of

EVERYTHING = 1 << 62


@frozen
class Pending:
    """A fact that is about to be recorded; ``effective`` None: it counts where it is recorded."""

    item: UUID
    register: str
    value: Value
    effective: int | None = None


@frozen
class Span:
    """A batch: its first and last position."""

    first: int
    last: int


@define
class Held:
    """A meeting: its name, the position of its event, and for each edition the pair that it shows."""

    name: str
    position: int
    editions: list[Pair]
    annulled: bool = False


class Refused(Exception):
    """The model says that a command must be refused; the argument names the code of the error."""


@define
class Model(Facts):
    """What a ledger with one plan must say."""

    head: int = 0
    batches: list[Span] = field(factory=list[Span])
    meetings: list[Held] = field(factory=list[Held])
    pending: list[Pending] = field(factory=list[Pending])

    # --- writing ------------------------------------------------------------------------------------------------

    def commit(self, *, before: int = 0, extra: int = 0) -> Span | None:
        """Record what is pending as one batch: ``before`` events without facts, the facts, ``extra`` events."""
        first = self.head + 1
        count = len(self.pending) + extra
        if not count:
            return None
        self.facts += self._numbered(first + before)
        self.head += before + count
        self.pending = []
        self.batches.append(Span(first, self.head))
        return self.batches[-1]

    def _numbered(self, first: int) -> list[Fact]:
        """What is pending, at the positions from ``first`` on."""
        return [
            Fact(
                at, each.item, each.register, each.value, effective_of(at) if each.effective is None else each.effective
            )
            for at, each in enumerate(self.pending, first)
        ]

    def put(self, item: UUID, register: str, value: Value, effective: int | None = None) -> None:
        self.pending.append(Pending(item, register, value, effective))

    def state(self, pair: Pair | None = None) -> Cells:
        """Every register's value at a pair; without one, now, with what is pending."""
        if pair is not None:
            return self.seen(pair)
        return self.with_pending().seen(Pair(EVERYTHING, EVERYTHING))

    def with_pending(self) -> Facts:
        """The facts with those that are pending."""
        return Facts(self.levels, self.fields, [*self.facts, *self._numbered(self.head + 1)], self.level_of)

    def last_position(self, item: UUID, register: str) -> int:
        """The position of the fact that holds now."""
        fact = self.winners(Pair(EVERYTHING, EVERYTHING)).get((item, register))
        return 0 if fact is None else fact.position

    def add(self, item: UUID, level: str, parent: UUID | None, after: UUID | None, texts: Mapping[str, str]) -> None:
        cells = self.state()
        if parent is not None and not cells[parent, EXISTS]:
            raise Refused("not_there")
        if not texts.get("title", "").strip():
            raise Refused("title_missing")
        rank = self._rank_after(cells, parent, after, None)
        self.level_of[item] = level
        self.put(item, EXISTS, True)
        self.put(item, PLACE, (parent, rank))
        for key in self.fields[level]:
            if texts.get(key):
                self.put(item, key, texts[key])

    def change(self, item: UUID, key: str, text: str, expected: int | None = None) -> None:
        cells = self.state()
        if not cells[item, EXISTS]:
            raise Refused("not_there")
        if cells.get((item, key), "") == text:
            return
        if expected is not None and expected < self.last_position(item, key):
            raise Refused("edit_conflict")
        if key == "title" and not text.strip():
            raise Refused("title_missing")
        self.put(item, key, text)

    def move(self, item: UUID, parent: UUID | None, after: UUID | None, first: bool) -> None:
        cells = self.state()
        old_parent, old_rank = _place(cells, item)
        if old_parent == parent and after is None and not first:
            rank = old_rank
        else:
            others = self._siblings(cells, parent, item)
            low = None if first else others[after] if after else max(others.values(), default=None)
            high = min((r for r in others.values() if low is None or r > low), default=None)
            stays = old_parent == parent and (low is None or low < old_rank) and (high is None or old_rank < high)
            rank = old_rank if stays else ranks.between(low, high)
        self.place(item, parent, rank)

    def place(self, item: UUID, parent: UUID | None, rank: str) -> None:
        cells = self.state()
        if not cells[item, EXISTS] or (parent is not None and not cells[parent, EXISTS]):
            raise Refused("not_there")
        if cells[item, PLACE] != (parent, rank):
            self.put(item, PLACE, (parent, rank))

    def withdraw(self, item: UUID) -> None:
        if self.state()[item, EXISTS]:
            self.put(item, EXISTS, False)

    def restore(self, item: UUID) -> None:
        if self.state()[item, EXISTS]:
            raise Refused("already_there")
        self.put(item, EXISTS, True)

    def undo(self, batch: Span) -> None:
        """Make the compensation pending: what the batch changed and still is as it left it goes back."""
        if any(batch.first <= m.position <= batch.last and not m.annulled for m in self.meetings):
            raise Refused("hold_not_undone")
        late = self._late_steps(batch)
        inside = [f for f in self.facts if batch.first <= f.position <= batch.last and not f.late]
        before, after, now = self.state(Pair.of(batch.first - 1)), self.state(Pair.of(batch.last)), self.state()
        added = {f.item for f in inside if (f.item, EXISTS) not in before}
        steps: list[tuple[UUID, str, Value]] = []
        for item, register in dict.fromkeys((f.item, f.register) for f in inside):
            was, put, says = (_value(cells, item, register) for cells in (before, after, now))
            if (item in added and register != EXISTS) or was in (put, says):
                continue
            if says != put:
                raise Refused("undo_conflict")
            steps.append((item, register, was))
        going = {item for item, register, was in steps if register == EXISTS and not was}
        for item, register in now:
            if item in going & added and _value(now, item, register) != _value(after, item, register):
                raise Refused("undo_conflict")
            stands, stood = (_parent(cells, item) for cells in (now, after))
            if stands in going and stood != stands:
                raise Refused("undo_conflict")
        steps.sort(key=lambda step: step[2][1] if isinstance(step[2], tuple) else "", reverse=True)
        steps.sort(key=lambda step: {EXISTS: 0 if step[2] else 3, PLACE: 1}.get(step[1], 2))
        for item, register, was in steps:
            if register == EXISTS:
                self.put(item, EXISTS, was)
            elif isinstance(was, tuple):
                taken = self._siblings(self.state(), was[0], item).values()
                above = min((rank for rank in taken if rank > was[1]), default=None)
                self.place(item, was[0], ranks.between(was[1], above) if was[1] in taken else was[1])
            else:
                self.change(item, register, str(was))
        self.pending += late
        if not self.pending:
            raise Refused("nothing_to_undo")

    def _late_steps(self, batch: Span) -> list[Pending]:
        """What takes back the facts of the batch that count elsewhere, each where it counts."""
        inside = [f for f in self.facts if batch.first <= f.position <= batch.last and f.late]
        added = {
            f.item
            for f in inside
            if f.register == EXISTS
            and batch.first <= min(each.position for each in self.facts if each.item == f.item) <= batch.last
        }
        steps: list[Pending] = []
        for item, register, at in dict.fromkeys((f.item, f.register, f.effective) for f in inside):
            if item in added and register != EXISTS:
                continue
            own = [f for f in self.facts if (f.item, f.register) == (item, register) and f.effective <= at]
            here = [f for f in own if f.effective == at and batch.first <= f.position <= batch.last]
            without = [
                f
                for f in own
                if not batch.first <= f.position <= batch.last and not (f.effective == at and f.position > batch.last)
            ]
            was, put, says = (_last(found, register) for found in (without, here, own))
            if was in (put, says):
                continue
            if says != put:
                raise Refused("undo_conflict")
            if was is not None:
                steps.append(Pending(item, register, was, at))
        return sorted(steps, key=lambda step: step.register == EXISTS and not step.value)

    def _siblings(self, cells: Cells, parent: UUID | None, without: UUID | None) -> dict[UUID, str]:
        return {
            item: value[1]
            for (item, register), value in cells.items()
            if register == PLACE
            and isinstance(value, tuple)
            and value[0] == parent
            and item != without
            and (parent is not None or self.level_of[item] == self.levels[0])
        }

    def _rank_after(self, cells: Cells, parent: UUID | None, after: UUID | None, without: UUID | None) -> str:
        others = self._siblings(cells, parent, without)
        low = others[after] if after is not None else max(others.values(), default=None)
        return ranks.between(low, min((r for r in others.values() if low is not None and r > low), default=None))


def _place(cells: Cells, item: UUID) -> tuple[UUID | None, str]:
    value = cells[item, PLACE]
    assert isinstance(value, tuple)
    return value


def _value(cells: Cells, item: UUID, register: str) -> Value:
    """What a register says; without a fact the item is not there, has no place, and the field is empty."""
    return cells.get((item, register), False if register in (EXISTS, PLACE) else "")


def _parent(cells: Cells, item: UUID) -> UUID | None:
    """What an item stands under; None where it does not exist."""
    return _place(cells, item)[0] if cells.get((item, EXISTS)) and (item, PLACE) in cells else None


def _last(facts: list[Fact], register: str) -> Value | None:
    """What the fact that wins says; None: no place yet."""
    found = max(facts, key=lambda fact: fact.counts, default=None)
    return {EXISTS: False, PLACE: None}.get(register, "") if found is None else found.value
