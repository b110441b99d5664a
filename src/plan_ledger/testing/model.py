"""The oracle: a ledger as a plain list of facts, read by looking at all of them. Slow, short, and obviously right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from attrs import define, field, frozen

from plan_ledger.values import ranks

Value = bool | str | tuple[UUID | None, str]
Cells = dict[tuple[UUID, str], Value]
EXISTS, PLACE = "/exists", "/place"
"""Registers of an item beside its fields; no field is called so."""


@frozen
class Fact:
    """At this position, this register of this item got this value."""

    position: int
    item: UUID
    register: str
    value: Value


@frozen
class Row:
    """One line of a table: what a snapshot shows of an item."""

    item: UUID
    level: str
    depth: int
    parent: UUID | None
    rank: str
    path: tuple[str, ...]
    texts: Mapping[str, str]


@frozen
class Difference:
    """One entry of a change set, as far as the model tells it."""

    item: UUID
    field: str | None
    kind: str
    old: str
    new: str


@frozen
class Span:
    """A batch: its first and last position."""

    first: int
    last: int


@define
class Held:
    """A meeting: its name, and for each edition the position that it shows."""

    name: str
    position: int
    editions: list[int]
    annulled: bool = False


class Refused(Exception):
    """The model says that a command must be refused; the argument names the code of the error."""


@define
class Model:
    """What a ledger with one plan must say."""

    levels: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    head: int = 0
    facts: list[Fact] = field(factory=list[Fact])
    batches: list[Span] = field(factory=list[Span])
    level_of: dict[UUID, str] = field(factory=dict[UUID, str])
    meetings: list[Held] = field(factory=list[Held])
    pending: list[tuple[UUID, str, Value]] = field(factory=list[tuple[UUID, str, Value]])

    # --- writing ------------------------------------------------------------------------------------------------

    def commit(self, *, before: int = 0, extra: int = 0) -> Span | None:
        """Record what is pending as one batch: ``before`` events without facts, the facts, ``extra`` events."""
        first = self.head + 1
        count = len(self.pending) + extra
        if not count:
            return None
        for offset, (item, register, value) in enumerate(self.pending):
            self.facts.append(Fact(first + before + offset, item, register, value))
        self.head += before + count
        self.pending = []
        self.batches.append(Span(first, self.head))
        return self.batches[-1]

    def state(self, upto: int | None = None) -> Cells:
        """Every register's value at a position; without one, with what is pending."""
        cells: Cells = {}
        for fact in self.facts:
            if upto is None or fact.position <= upto:
                cells[fact.item, fact.register] = fact.value
        if upto is None:
            cells.update({(item, register): value for item, register, value in self.pending})
        return cells

    def last_position(self, item: UUID, register: str) -> int:
        return max((f.position for f in self.facts if f.item == item and f.register == register), default=0)

    def add(self, item: UUID, level: str, parent: UUID | None, after: UUID | None, texts: Mapping[str, str]) -> None:
        cells = self.state()
        if parent is not None and not cells[parent, EXISTS]:
            raise Refused("not_there")
        if not texts.get("title", "").strip():
            raise Refused("title_missing")
        rank = self._rank_after(cells, parent, after, None)
        self.level_of[item] = level
        self.pending += [(item, EXISTS, True), (item, PLACE, (parent, rank))]
        self.pending += [(item, key, texts[key]) for key in self.fields[level] if texts.get(key)]

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
        self.pending.append((item, key, text))

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
            self.pending.append((item, PLACE, (parent, rank)))

    def withdraw(self, item: UUID) -> None:
        if self.state()[item, EXISTS]:
            self.pending.append((item, EXISTS, False))

    def restore(self, item: UUID) -> None:
        if self.state()[item, EXISTS]:
            raise Refused("already_there")
        self.pending.append((item, EXISTS, True))

    def undo(self, batch: Span) -> None:
        """Make the compensation pending: what the batch changed and still is as it left it goes back."""
        if any(batch.first <= m.position <= batch.last and not m.annulled for m in self.meetings):
            raise Refused("hold_not_undone")
        inside = [f for f in self.facts if batch.first <= f.position <= batch.last]
        before, after, now = self.state(batch.first - 1), self.state(batch.last), self.state()
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
                self.pending.append((item, EXISTS, was))
            elif isinstance(was, tuple):
                taken = self._siblings(self.state(), was[0], item).values()
                above = min((rank for rank in taken if rank > was[1]), default=None)
                self.place(item, was[0], ranks.between(was[1], above) if was[1] in taken else was[1])
            else:
                self.change(item, register, str(was))
        if not self.pending:
            raise Refused("nothing_to_undo")

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

    # --- reading ------------------------------------------------------------------------------------------------

    def table(self, position: int) -> list[Row]:
        """The rows of the table at a position, in order."""
        cells = self.state(position)
        below: dict[UUID | None, list[tuple[str, UUID]]] = {}
        for (item, register), value in cells.items():
            if register == PLACE and isinstance(value, tuple) and cells[item, EXISTS]:
                below.setdefault(value[0], []).append((value[1], item))
        rows: list[Row] = []

        def walk(parent: UUID | None, path: tuple[str, ...]) -> None:
            for rank, item in sorted(below.get(parent, [])):
                level = self.level_of[item]
                texts = {key: str(cells[item, key]) for key in self.fields[level] if cells.get((item, key))}
                line = (*path, texts.get("title", ""))
                rows.append(Row(item, level, self.levels.index(level), parent, rank, line, texts))
                walk(item, line)

        walk(None, ())
        return rows

    def changes(self, since: int, until: int) -> list[Difference]:
        """The net differences: rows of the later table in its order, then those that are gone."""
        old_rows, new_rows = self.table(since), self.table(until)
        old, new = {row.item: row for row in old_rows}, {row.item: row for row in new_rows}
        found: list[Difference] = []
        for row in new_rows:
            before = old.get(row.item)
            if before is not None and _moved(row.item, old, new):
                found.append(
                    Difference(row.item, None, "moved", " / ".join(before.path[:-1]), " / ".join(row.path[:-1]))
                )
            for key in self.fields[row.level]:
                was, now = ("" if before is None else before.texts.get(key, "")), row.texts.get(key, "")
                if was != now:
                    found.append(Difference(row.item, key, "added" if before is None else "changed", was, now))
        for row in old_rows:
            if row.item not in new:
                found += [Difference(row.item, key, "removed", text, "") for key, text in row.texts.items()]
        return found


def _value(cells: Cells, item: UUID, register: str) -> Value:
    """A register's value; without a fact an item is not there, stands nowhere, and its fields are empty."""
    return cells.get((item, register), False if register in (EXISTS, PLACE) else "")


def _parent(cells: Cells, item: UUID) -> UUID | None:
    """What an item that is there stands under; None: nothing."""
    return _place(cells, item)[0] if cells.get((item, EXISTS)) else None


def _place(cells: Cells, item: UUID) -> tuple[UUID | None, str]:
    value = cells[item, PLACE]
    assert isinstance(value, tuple)
    return value


def _moved(item: UUID, old: Mapping[UUID, Row], new: Mapping[UUID, Row]) -> bool:
    """Under another parent; or with another rank, and not among those siblings that need not have moved."""
    was, now = old[item], new[item]
    if was.parent != now.parent:
        return True
    if was.rank == now.rank:
        return False
    common = [i for i, row in new.items() if row.parent == now.parent and i in old and old[i].parent == now.parent]
    return item not in _settled(common, old, new)


def _settled(siblings: Iterable[UUID], old: Mapping[UUID, Row], new: Mapping[UUID, Row]) -> tuple[UUID, ...]:
    """The longest run of siblings that stand in one order in both tables, with all that kept their rank in it; of
    several, the one that comes first in the later table."""
    later = sorted(siblings, key=lambda each: (new[each].rank, each))
    stayed = [each for each in later if old[each].rank == new[each].rank]
    best: tuple[UUID, ...] = ()
    runs: dict[UUID, tuple[UUID, ...]] = {}
    for each in reversed(later):
        if any(_turned(each, other, old, new) for other in stayed):
            continue
        behind = [runs[other] for other in later if other in runs and not _turned(each, other, old, new)]
        # The first of the longest: runs are looked through in the order of the later table.
        runs[each] = (each, *max(behind, key=len, default=()))
        if len(runs[each]) >= len(best):
            best = runs[each]
    return best


def _turned(one: UUID, other: UUID, old: Mapping[UUID, Row], new: Mapping[UUID, Row]) -> bool:
    """Whether two items stand the other way round."""
    before, after = ((rows[one].rank, one) < (rows[other].rank, other) for rows in (old, new))
    return before != after
