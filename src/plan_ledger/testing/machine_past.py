"""Rules of the ledger machine about meetings and the past: held, corrected, entered afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from plan_ledger.domain.baselines import Row as BaselineRow
from plan_ledger.ledger import baselining, editions
from plan_ledger.ledger.points import point_between
from plan_ledger.queries.moments import Moments
from plan_ledger.testing.facts import PLACE
from plan_ledger.testing.machine_base import FIELDS, LEVELS, MachineBase, numbers
from plan_ledger.testing.model import Held
from plan_ledger.testing.model_past import Line
from plan_ledger.testing.strategies import texts
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.texts import clean_text


class PastRules(MachineBase):
    """Meetings, corrections, baselines."""

    # --- meetings -----------------------------------------------------------------------------------------------

    def _standing(self, number: int) -> Held | None:
        found = [meeting for meeting in self.model.meetings if not meeting.annulled]
        return found[number % len(found)] if found else None

    def _edition(self, number: int) -> tuple[str, Pair] | None:
        """Some edition that was handed out: what it is called, and its pair."""
        meeting = self._standing(number)
        if meeting is None:
            return None
        edition = number % len(meeting.editions)
        return f"{meeting.name}#{edition + 1}", meeting.editions[edition]

    @rule(actor=numbers, back=st.none() | numbers)
    def hold(self, actor: int, back: int | None) -> None:
        ends = [span.last for span in self.model.batches]
        at = None if back is None or not ends else ends[-1 - back % len(ends)]
        shown = self.model.head if at is None else at
        name = f"第{len(self.model.meetings) + 1}回PT"
        if self.both(actor, lambda: None, lambda: self.plan.hold(name, at=at), extra=1):
            self.model.meetings.append(Held(name, self.model.head, [Pair.of(shown)]))
            self._keep_digest(name, 1)

    @rule(actor=numbers, number=numbers)
    def reissue(self, actor: int, number: int) -> None:
        meeting = self._standing(number)
        if meeting is None:
            return
        shown = self.model.head
        self.both(actor, lambda: None, lambda: self.plan.reissue(meeting.name), extra=1)
        meeting.editions.append(Pair.of(shown))
        self._keep_digest(meeting.name, len(meeting.editions))

    @rule(actor=numbers, number=numbers)
    def annul(self, actor: int, number: int) -> None:
        meeting = self._standing(number)
        if meeting is None:
            return
        self.both(actor, lambda: None, lambda: self.plan.annul(meeting.name), extra=1)
        meeting.annulled = True

    def _keep_digest(self, name: str, edition: int) -> None:
        info = self.plan.meeting(name).editions[edition - 1]
        self.digests[f"{name}#{edition}"] = info.digest

    # --- corrections --------------------------------------------------------------------------------------------

    @precondition(lambda self: bool(self.model.facts and self.model.meetings))
    @rule(actor=numbers, number=numbers, field=numbers, text=texts(), meeting=numbers)
    def correct(self, actor: int, number: int, field: int, text: str, meeting: int) -> None:
        item, edition = self.some(number), self._edition(meeting)
        if item is None or edition is None:
            return
        name, pair = edition
        names = FIELDS[self.model.level_of[item]]
        key = names[field % len(names)]
        self.both(
            actor,
            lambda: self.model.correct(item, key, clean_text(text), pair.at),
            lambda: self.plan.correct(self.plan[item.hex], key, text, as_of=name),
        )

    @precondition(lambda self: bool(self.model.facts and self.model.meetings))
    @rule(actor=numbers, number=numbers, under=numbers, after=st.none() | numbers, first=st.booleans(), meeting=numbers)
    def correct_place(self, actor: int, number: int, under: int, after: int | None, first: bool, meeting: int) -> None:
        item, edition = self.some(number), self._edition(meeting)
        if item is None or edition is None:
            return
        name, pair = edition
        above = self.parent_level(self.model.level_of[item])
        parent = None if above is None else self.some(under, above)
        there = self.model.seen(Pair(pair.at, self.model.head))
        others = [
            each
            for (each, register), value in there.items()
            if register == PLACE
            and isinstance(value, tuple)
            and value[0] == parent
            and each != item
            and self.model.level_of[each] == self.model.level_of[item]
        ]
        behind = None if first or after is None or not others else others[after % len(others)]
        self.both(
            actor,
            lambda: self.model.correct_place(item, parent, behind, first, pair.at),
            lambda: self.plan[item.hex].correct_place(
                as_of=name, under=self.handle(parent), after=self.handle(behind), first=first
            ),
        )

    @precondition(lambda self: bool(self.model.facts and self.model.meetings))
    @rule(actor=numbers, number=numbers, exists=st.booleans(), under=st.none() | numbers, meeting=numbers)
    def correct_existence(self, actor: int, number: int, exists: bool, under: int | None, meeting: int) -> None:
        item, edition = self.some(number), self._edition(meeting)
        if item is None or edition is None:
            return
        name, pair = edition
        above = self.parent_level(self.model.level_of[item])
        parent = None if above is None or under is None else self.some(under, above)
        self.both(
            actor,
            lambda: self.model.correct_existence(item, exists, parent, pair.at),
            lambda: self.plan[item.hex].correct_existence(exists, as_of=name, under=self.handle(parent)),
        )

    # --- tables entered afterwards ------------------------------------------------------------------------------

    @precondition(lambda self: bool(self.model.batches))
    @rule(
        actor=numbers,
        like=numbers,
        where=st.sampled_from(("before", "after", "head")),
        meeting=numbers,
        drop=st.lists(numbers, max_size=2),
        change=st.lists(st.tuples(numbers, texts()), max_size=3),
        turn=st.booleans(),
        new=st.none() | numbers,
    )
    def baseline(
        self,
        actor: int,
        like: int,
        where: str,
        meeting: int,
        drop: list[int],
        change: list[tuple[int, str]],
        turn: bool,
        new: int | None,
    ) -> None:
        """A table like one that is there, with rows dropped, turned round, changed and added."""
        edition = self._edition(meeting)
        known = self.model.batches[-1 - like % len(self.model.batches)].last
        lines = self._table(Pair.of(known), drop, change, turn=turn, new=new)
        if not lines:
            return
        place = {} if edition is None or where == "head" else {where: edition[0]}
        with self.ledger.reading() as rows:
            point = point_between(Moments(rows, self.plan.row), self.plan.row, **place)
        if edition is not None and point.effective is not None:
            self._check_point(point.effective, edition[1].at, where)
        number = len(self.model.meetings) + 1
        what = editions.particulars(f"第{number}回PT")
        asserted = [BaselineRow(line.item, line.level, line.under, line.texts) for line in lines]

        def in_ledger() -> None:
            acting, uuid = self.ledger.current_acting(), self.ledger.recording.new_id()
            self.ledger.recording.write(
                lambda work, _: baselining.enter(work, acting, self.plan.row, uuid, what, lambda _: asserted, **place)
            )

        self.both(actor, lambda: self.model.baseline(lines, point.effective), in_ledger, extra=1)
        head = self.model.head
        pair = Pair.of(head) if point.effective is None else Pair(point.effective, head)
        self.model.meetings.append(Held(what.name, head, [pair]))
        self._keep_digest(what.name, 1)
        self.compare_table(pair, what.name)

    def _check_point(self, point: int, neighbour: int, where: str) -> None:
        """It lies on the right side of its neighbour, with no other edition between them, and before what was
        recorded after the edition in front of it."""
        taken = {pair.at for each in self.model.meetings for pair in each.editions}
        low, high = sorted((point, neighbour))
        assert point not in taken
        assert point < neighbour if where == "before" else neighbour < point
        assert not any(low < at < high for at in taken)
        front = max((at for at in taken if at < point), default=0)
        assert not any(front < fact.effective < point and not fact.late for fact in self.model.facts)

    def _table(
        self, pair: Pair, drop: Sequence[int], change: Sequence[tuple[int, str]], *, turn: bool, new: int | None
    ) -> list[Line]:
        lines = [
            Line(row.item, row.level, row.parent, {key: row.texts.get(key, "") for key in FIELDS[row.level]})
            for row in self.model.table(pair)
        ]
        gone: set[UUID] = {lines[number % len(lines)].item for number in drop if lines}
        kept: list[Line] = []
        for line in lines:
            if line.item in gone or line.under in gone:
                gone.add(line.item)
            else:
                kept.append(line)
        for number, text in change:
            if kept:
                line = kept[number % len(kept)]
                key = FIELDS[line.level][-1]
                value = clean_text(text)
                if key != "title" or value.strip():
                    kept[number % len(kept)] = evolve(line, texts={**line.texts, key: value})
        if turn:
            lowest = [line for line in kept if line.level == LEVELS[-1]]
            kept = [*(line for line in kept if line not in lowest), *reversed(lowest)]
        parents = [line.item for line in kept if line.level == "measure"]
        if new is not None and parents:
            blank = dict.fromkeys(FIELDS["project"], "")
            self.made += 1
            item = UUID(int=(1 << 100) + self.made)
            kept.append(Line(item, "project", parents[new % len(parents)], {**blank, "title": f"新しい事業{new}"}))
        return kept
