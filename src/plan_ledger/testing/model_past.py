"""The oracle of what is said about the past: corrections, and tables entered afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from attrs import define, frozen

from plan_ledger.testing.facts import EXISTS, PLACE, Cells, Fact, Value
from plan_ledger.testing.model import EVERYTHING, Model, Refused
from plan_ledger.values import ranks
from plan_ledger.values.coordinates import Pair


@frozen
class Line:
    """A row of a table that is entered: every field of its level, blank ones too."""

    item: UUID
    level: str
    under: UUID | None
    texts: Mapping[str, str]


@define
class PastModel(Model):
    """What a ledger with one plan must say, with corrections and baselines."""

    def _then(self, at: int) -> Cells:
        """A table as known now, with what is pending."""
        return self.with_pending().seen(Pair(at, EVERYTHING))

    def _shows(self, cells: Cells, item: UUID | None) -> bool:
        while item is not None:
            place = cells.get((item, PLACE))
            if not cells.get((item, EXISTS)) or not isinstance(place, tuple):
                return False
            item = place[0]
        return True

    # --- corrections --------------------------------------------------------------------------------------------

    def correct(self, item: UUID, key: str, text: str, at: int) -> None:
        cells = self._then(at)
        if not self._shows(cells, item):
            raise Refused("not_in_table")
        if cells.get((item, key), "") == text:
            raise Refused("nothing_to_correct")
        if key == "title" and not text.strip():
            raise Refused("title_missing")
        self.put(item, key, text, at)

    def correct_place(self, item: UUID, parent: UUID | None, after: UUID | None, first: bool, at: int) -> None:
        cells = self._then(at)
        if not self._shows(cells, item) or not self._shows(cells, parent):
            raise Refused("not_in_table")
        old = cells[item, PLACE]
        assert isinstance(old, tuple)
        rank = old[1]
        if old[0] != parent or after is not None or first:
            others = self._siblings(cells, parent, item)
            low = None if first else others[after] if after else max(others.values(), default=None)
            rank = ranks.between(low, min((r for r in others.values() if low is None or r > low), default=None))
        if (parent, rank) == old:
            raise Refused("nothing_to_correct")
        self.put(item, PLACE, (parent, rank), at)

    def correct_existence(self, item: UUID, exists: bool, under: UUID | None, at: int) -> None:
        cells = self._then(at)
        if not exists:
            if not self._shows(cells, item):
                raise Refused("nothing_to_correct")
            self.put(item, EXISTS, False, at)
            return
        if self._shows(cells, item):
            raise Refused("nothing_to_correct")
        stood = cells.get((item, PLACE))
        place = stood or self._first_after(item, PLACE, at)
        assert isinstance(place, tuple)
        if under is not None and under != place[0]:
            others = self._siblings(cells, under, item)
            place = (under, ranks.between(max(others.values(), default=None), None))
        title = cells.get((item, "title")) or self._first_after(item, "title", at)
        if not self._shows(cells, place[0]):
            raise Refused("not_in_table")
        if not cells.get((item, EXISTS)):
            self.put(item, EXISTS, True, at)
        if place != stood:
            self.put(item, PLACE, place, at)
        if title != cells.get((item, "title")):
            self.put(item, "title", title, at)

    def _first_after(self, item: UUID, register: str, at: int) -> Value:
        """What a register says first after a table."""
        later = [f for f in self.facts if (f.item, f.register) == (item, register) and f.effective > at]
        return min(later, key=lambda fact: (fact.effective, -fact.position)).value

    # --- tables entered afterwards ------------------------------------------------------------------------------

    def baseline(self, lines: Sequence[Line], at: int | None) -> None:
        """Everything that the table says at its point, then what was seen before at the next meeting."""
        head = Pair(EVERYTHING, EVERYTHING) if at is None else Pair(at, EVERYTHING)
        before = self.seen(head)
        known = [item for item in self.level_of if (item, EXISTS) in before and (item, PLACE) in before]
        new = {line.item for line in lines if line.item not in self.level_of}
        families: dict[UUID | None, str] = {}
        for line in lines:
            self.level_of.setdefault(line.item, line.level)
            rank = families[line.under] = ranks.between(families.get(line.under), None)
            self.put(line.item, EXISTS, True, at)
            self.put(line.item, PLACE, (line.under, rank), at)
            for key, text in line.texts.items():
                self.put(line.item, key, text, at)
        there = {line.item for line in lines}
        for item in known:
            if before[item, EXISTS] and item not in there:
                self.put(item, EXISTS, False, at)
        coming = self.next_meeting(at)
        if at is None or coming is None:
            return
        for each in tuple(self.pending):
            blank: Value = each.register != EXISTS and ""
            old = before.get((each.item, each.register), blank)
            if each.item in new and each.register != EXISTS:
                continue
            if each.item not in known and each.register == PLACE:
                continue
            if old != each.value and not self._has_own(each.item, each.register, at, coming):
                self.put(each.item, each.register, old, coming)

    def next_meeting(self, at: int | None) -> int | None:
        """The coordinate of the next standing edition after a point."""
        found = [pair.at for each in self.meetings if not each.annulled for pair in each.editions]
        return min((each for each in found if at is not None and each > at), default=None)

    def _has_own(self, item: UUID, register: str, after: int, upto: int) -> bool:
        def between(fact: Fact) -> bool:
            return (fact.item, fact.register) == (item, register) and after < fact.effective <= upto

        return any(map(between, self.facts))
