"""Facts in a plain list, seen from any pair (at, known) by looking at all of them. Slow, short, and obviously right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from attrs import define, field, frozen

from plan_ledger.values.coordinates import Pair, effective_of

Value = bool | str | tuple[UUID | None, str]
Cells = dict[tuple[UUID, str], Value]
EXISTS, PLACE = "/exists", "/place"
"""Registers of an item beside its fields; no field is called so."""


@frozen
class Fact:
    """At this position it was recorded that this register of this item has this value, from this coordinate on."""

    position: int
    item: UUID
    register: str
    value: Value
    effective: int

    @property
    def counts(self) -> tuple[int, int]:
        """Of two facts of a register, the one with the greater pair wins."""
        return self.effective, self.position

    @property
    def late(self) -> bool:
        return self.effective != effective_of(self.position)

    def seen(self, pair: Pair) -> bool:
        return self.effective <= pair.at and self.position <= pair.known


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


@define
class Facts:
    """What was recorded of one plan."""

    levels: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    facts: list[Fact] = field(factory=list[Fact])
    level_of: dict[UUID, str] = field(factory=dict[UUID, str])

    def winners(self, pair: Pair) -> dict[tuple[UUID, str], Fact]:
        """Of each register, the fact that is seen."""
        found: dict[tuple[UUID, str], Fact] = {}
        for fact in sorted(filter(lambda each: each.seen(pair), self.facts), key=lambda each: each.counts):
            found[fact.item, fact.register] = fact
        return found

    def seen(self, pair: Pair) -> Cells:
        """Every register's value at a pair."""
        return {register: fact.value for register, fact in self.winners(pair).items()}

    def table(self, pair: Pair) -> list[Row]:
        """The rows of the table at a pair, in order."""
        cells = self.seen(pair)
        below: dict[UUID | None, list[tuple[str, UUID]]] = {}
        for (item, register), value in cells.items():
            if register == PLACE and isinstance(value, tuple) and cells.get((item, EXISTS)):
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

    def changes(self, since: Pair, until: Pair) -> list[Difference]:
        """The net differences: rows of the later table in its order, then those that are gone."""
        old_rows, new_rows = self.table(since), self.table(until)
        old, new = {row.item: row for row in old_rows}, {row.item: row for row in new_rows}
        winners = self.winners(until)
        found: list[Difference] = []

        def kind(item: UUID, register: str, usual: str) -> str:
            fact = winners.get((item, register))
            wrong = fact is not None and fact.late and fact.effective <= since.at and not fact.seen(since)
            return "corrected" if wrong else usual

        for row in new_rows:
            before = old.get(row.item)
            if before is not None and _moved(row.item, old, new):
                above = " / ".join(before.path[:-1]), " / ".join(row.path[:-1])
                found.append(Difference(row.item, None, kind(row.item, PLACE, "moved"), *above))
            for key in self.fields[row.level]:
                was, now = ("" if before is None else before.texts.get(key, "")), row.texts.get(key, "")
                if was != now:
                    changed = "added" if before is None else kind(row.item, key, "changed")
                    found.append(Difference(row.item, key, changed, was, now))
        for row in old_rows:
            if row.item not in new:
                found += [Difference(row.item, key, "removed", text, "") for key, text in row.texts.items()]
        return found


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
