"""A state machine that drives a ledger and the plain model side by side and compares what they say.

A host runs it on its own way of opening a ledger::

    class OurMachine(LedgerMachine):
        def open_ledger(self) -> Ledger: ...

    TestOurs = OurMachine.TestCase
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from plan_ledger.ledger import Item, Ledger
from plan_ledger.testing.facts import EXISTS
from plan_ledger.testing.machine_base import FIELDS, LEVELS, TITLE, numbers
from plan_ledger.testing.machine_past import PastRules
from plan_ledger.testing.model import Model
from plan_ledger.testing.strategies import texts, titles
from plan_ledger.values.texts import clean_text

_InModel = Callable[[], None]
_InLedger = Callable[[Item], object]


class LedgerMachine(PastRules):
    """In memory. Override :meth:`open_ledger` for another place, and set ``reopens`` where it can be opened again."""

    # --- changes ------------------------------------------------------------------------------------------------

    @rule(
        actor=numbers,
        level=st.sampled_from(LEVELS),
        title=titles(),
        text=texts(),
        under=numbers,
        after=st.none() | numbers,
    )
    def add(self, actor: int, level: str, title: str, text: str, under: int, after: int | None) -> None:
        above = self.parent_level(level)
        parent = None if above is None else self.some(under, above)
        if above is not None and parent is None:
            return
        behind = self._behind(parent, None, level, after)
        extra = [key for key in FIELDS[level] if key != "title"][:1]
        own = {"title": clean_text(title), **{key: clean_text(text) for key in extra}}
        made: list[Item] = []

        def in_ledger() -> None:
            made.append(
                self.plan.add(
                    level, title, under=self.handle(parent), after=self.handle(behind), **dict.fromkeys(extra, text)
                )
            )

        # The id that the ledger will give is known: the factory counts.
        item = UUID(int=self.ids.count + 1)
        self.both(actor, lambda: self.model.add(item, level, parent, behind, own), in_ledger)
        assert all(each.id == item for each in made)

    def _behind(self, parent: UUID | None, item: UUID | None, level: str, number: int | None) -> UUID | None:
        others = self.siblings(parent, item, level)
        return None if number is None or not others else others[number % len(others)]

    @precondition(lambda self: bool(self.model.facts))
    @rule(actor=numbers, number=numbers, field=numbers, text=texts(), stale=st.none() | numbers)
    def change(self, actor: int, number: int, field: int, text: str, stale: int | None) -> None:
        item = self.some(number)
        assert item is not None
        names = FIELDS[self.model.level_of[item]]
        key = names[field % len(names)]
        seen = None if stale is None else max(0, self.model.head - stale)
        self.both(
            actor,
            lambda: self.model.change(item, key, clean_text(text), seen),
            lambda: self.plan[item.hex].set(key, text, expected=seen),
        )

    @precondition(lambda self: bool(self.model.facts))
    @rule(actor=numbers, chosen=st.lists(numbers, min_size=2, max_size=5), new=texts(), act=numbers)
    def batch(self, actor: int, chosen: list[int], new: str, act: int) -> None:
        """Several changes together; where one is refused, none is recorded."""
        steps: list[tuple[_InModel, _InLedger, UUID]] = []
        for offset, number in enumerate(chosen):
            item = self.some(number)
            assert item is not None
            key = FIELDS[self.model.level_of[item]][-1]
            text = clean_text(new) + "あ" * (offset % 3)
            steps.append(_step(self.model, item, key, text, (act + offset) % 5))

        def in_model() -> None:
            for step, _, _ in steps:
                step()

        def in_ledger() -> None:
            with self.ledger.batch(reason="まとめて"):
                for _, step, item in steps:
                    step(self.plan[item.hex])

        self.both(actor, in_model, in_ledger)

    @precondition(lambda self: bool(self.model.facts))
    @rule(actor=numbers, number=numbers, under=numbers, after=st.none() | numbers, first=st.booleans())
    def move(self, actor: int, number: int, under: int, after: int | None, first: bool) -> None:
        item = self.some(number)
        assert item is not None
        level = self.model.level_of[item]
        above = self.parent_level(level)
        parent = None if above is None else self.some(under, above)
        behind = None if first else self._behind(parent, item, level, after)
        self.both(
            actor,
            lambda: self.model.move(item, parent, behind, first),
            lambda: self.plan[item.hex].move(under=self.handle(parent), after=self.handle(behind), first=first),
        )

    @precondition(lambda self: bool(self.model.facts))
    @rule(actor=numbers, number=numbers)
    def withdraw(self, actor: int, number: int) -> None:
        item = self.some(number)
        assert item is not None
        self.both(actor, lambda: self.model.withdraw(item), lambda: self.plan[item.hex].withdraw())

    @precondition(lambda self: bool(self.model.facts))
    @rule(actor=numbers, number=numbers)
    def restore(self, actor: int, number: int) -> None:
        gone = [item for (item, register), value in self.model.state().items() if register == EXISTS and not value]
        item = gone[number % len(gone)] if gone else self.some(number)
        assert item is not None
        self.both(actor, lambda: self.model.restore(item), lambda: self.plan[item.hex].restore())

    @precondition(lambda self: bool(self.model.batches))
    @rule(actor=numbers, number=numbers)
    def undo(self, actor: int, number: int) -> None:
        batch = self.model.batches[-1 - number % len(self.model.batches)]
        self.both(actor, lambda: self.model.undo(batch), lambda: self.plan.undo(batch.first))

    @precondition(lambda self: bool(self.model.facts))
    @rule(number=numbers, text=texts())
    def change_twice_under_one_key(self, number: int, text: str) -> None:
        item = self.some(number)
        assert item is not None
        key = FIELDS[self.model.level_of[item]][-1]
        self.keys_used += 1
        again: list[int | None] = []

        def in_ledger() -> None:
            for _ in range(2):
                with self.ledger.batch(key=f"受付{self.keys_used}") as batch:
                    self.plan[item.hex].set(key, text)
                assert batch.receipt is not None
                again.append(batch.receipt.last)

        self.both(0, lambda: self.model.change(item, key, clean_text(text)), in_ledger)
        assert len(set(again)) <= 1, "the second time gave another receipt"

    # --- the ledger as a whole ----------------------------------------------------------------------------------

    @rule()
    def rebuild(self) -> None:
        self.ledger.rebuild()

    @precondition(lambda self: self.reopens)
    @rule()
    def reopen(self) -> None:
        self.ledger.close()
        # Opening draws an id and a time that are used for new ledgers only; put back, so that the next ones are known.
        counted, now = self.ids.count, self.clock.now
        self.ledger = self.open_ledger()
        self.ids.count, self.clock.now = counted, now
        self.plan = self.ledger.plan(TITLE)


def _step(model: Model, item: UUID, key: str, text: str, act: int) -> tuple[_InModel, _InLedger, UUID]:
    """One step of a batch: what the model does, what the handle does, and to which item."""

    def change(one: Item) -> object:
        return one.set(key, text)

    if act == 0:
        return (lambda: model.withdraw(item)), Item.withdraw, item
    if act == 1:
        return (lambda: model.restore(item)), Item.restore, item
    return (lambda: model.change(item, key, text)), change, item


class FileLedgerMachine(LedgerMachine):
    """On a file, closed and opened again now and then."""

    reopens = True

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(prefix="plan_ledger-"))
        super().__init__()

    def open_ledger(self) -> Ledger:
        return Ledger.open(self.folder / "ledger.db", clock=self.clock, ids=self.ids, salts=self.salts)

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
