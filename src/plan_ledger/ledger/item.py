"""An item's handle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from plan_ledger.domain.errors import NotThere
from plan_ledger.events import Source
from plan_ledger.ledger.correction_intents import Correct, CorrectExistence, CorrectionIntent, CorrectPlace
from plan_ledger.ledger.intents import Batch, Change, Intent, Move, Restore, Withdraw
from plan_ledger.ledger.work import Receipt
from plan_ledger.queries.moments import Moment
from plan_ledger.queries.results import AuditRow, SnapshotItem

if TYPE_CHECKING:
    from plan_ledger.ledger.correcting import CorrectionReceipt
    from plan_ledger.ledger.plan import Plan
    from plan_ledger.queries.results.blame import Blame
    from plan_ledger.queries.results.lineage import Lineage


class Item:
    """One item of a plan, as its holder saw it: ``seen`` is the position at which the handle was made.

    Changes through the handle are refused with ``EditConflict`` where somebody else changed the same field since.
    What was recorded through the handle itself is no conflict.
    """

    def __init__(self, plan: Plan, id: UUID, seen: int) -> None:
        self._plan = plan
        self.id = id
        self.seen = seen
        self._own: tuple[tuple[int, int], ...] = ()

    def __repr__(self) -> str:
        return f"<Item {self.id.hex}>"

    def now(self) -> SnapshotItem:
        """The item as it stands now, with its fields; also when it is withdrawn.

        Raises:
            NotThere: An ancestor is withdrawn, so that the item does not show.
        """
        found = self._plan.shown(self.id)
        if found is None:
            found = next((each for each in self._plan.snapshot().withdrawn if each.id == self.id), None)
        if found is None:
            raise NotThere(self.id.hex)
        return found

    def text(self, field: str) -> str:
        """A field's text now."""
        return self.now().text(field)

    def change(self, *, source: str | None = None, expected: int | None = None, **fields: str) -> Receipt:
        """Set fields, together or not at all.

        Args:
            source: Where the new value was taken from (``9月補正予算書 p.12``).
            expected: The position at which the editor saw the fields; None: that of this handle. A change made
                since by somebody else is then a conflict.
            fields: Texts by field key.

        Raises:
            EditConflict: With both texts.
            UnknownField, NotThere, TitleMissing, TextRefused: Nothing is recorded.
        """
        place = None if source is None else Source(note=source)
        return self._submit([self._change(key, text, expected, place) for key, text in fields.items()])

    def set(self, field: str, text: str, *, source: str | None = None, expected: int | None = None) -> Receipt:
        """Set one field, named by key or label."""
        place = None if source is None else Source(note=source)
        return self._submit([self._change(field, text, expected, place)])

    def move(self, *, under: Item | str | None, after: Item | str | None = None, first: bool = False) -> Receipt:
        """Place the item under another parent (None: the top level), behind a sibling, first or last."""
        parent = self._plan[under] if isinstance(under, str) else under
        sibling = self._plan[after] if isinstance(after, str) else after
        return self._submit([Move(self.id, parent.id if parent else None, sibling.id if sibling else None, first)])

    def withdraw(self) -> Receipt:
        """Take the item, and what is below it, off the table."""
        return self._submit([Withdraw(self.id)])

    def restore(self) -> Receipt:
        """Put a withdrawn item back."""
        return self._submit([Restore(self.id)])

    def correct(self, *, as_of: Moment, source: str | None = None, **fields: str) -> CorrectionReceipt:
        """Say what fields should have said on the table that a meeting handed out.

        Recorded now, it counts at that meeting, and carries forward until the next recorded change of the same field.
        What was handed out stays as it is; ``snapshot(meeting, known_at="now")`` shows it corrected.

        Args:
            as_of: The meeting (its latest edition), or an edition (``第2回PT#1``).
            source: Where the right text was taken from.
            fields: Texts by field key.

        Returns:
            With the later meetings that the correction reaches.

        Raises:
            NotAMeeting, UnknownMeeting: ``as_of`` names no meeting that was held.
            NotInTable: The item was not on that table; correct its existence first.
            NothingToCorrect: As known today, the table says so already.
        """
        return self.correct_all(as_of=as_of, texts=fields, source=source)

    def correct_all(
        self,
        *,
        as_of: Moment,
        texts: Mapping[str, str],
        under: Item | str | None = None,
        after: Item | str | None = None,
        source: str | None = None,
    ) -> CorrectionReceipt:
        """Correct fields, by key or label, and the place (where ``under`` or ``after`` is given), in one batch."""
        from plan_ledger.ledger import correcting

        said = correcting.source_of(source)
        wanted: list[CorrectionIntent] = [Correct(self.id, as_of, texts, said)] if texts else []
        if under is not None or after is not None:
            sibling = self._id_of(after)
            wanted.append(CorrectPlace(self.id, as_of, self._id_of(under), sibling, source=said, stays=under is None))
        return self._correct(wanted)

    def correct_place(
        self,
        *,
        as_of: Moment,
        under: Item | str | None,
        after: Item | str | None = None,
        first: bool = False,
        source: str | None = None,
    ) -> CorrectionReceipt:
        """Say under which parent (None: the top level) an item should have stood on a table. See ``correct``.

        Raises:
            WrongLevel: An item can't stand there.
        """
        parent, sibling = self._id_of(under), self._id_of(after)
        from plan_ledger.ledger import correcting

        intent = CorrectPlace(self.id, as_of, parent, sibling, first, correcting.source_of(source))
        return self._correct([intent])

    def correct_existence(
        self,
        exists: bool,
        *,
        as_of: Moment,
        under: Item | str | None = None,
        after: Item | str | None = None,
        source: str | None = None,
        texts: Mapping[str, str] | None = None,
        **fields: str,
    ) -> CorrectionReceipt:
        """Say that the item should, or should not, have been on a meeting's table. See ``correct``.

        One that should have been there stands where it was first filed later, under the title that it got then, its
        other fields empty, unless ``under``, ``after`` and ``fields`` (or ``texts``, by key or label) say otherwise.

        Raises:
            NotInTable: The parent was not on that table.
        """
        from plan_ledger.ledger import correcting

        intent = CorrectExistence(
            self.id,
            as_of,
            exists,
            self._id_of(under),
            self._id_of(after),
            under is not None,
            {**(texts or {}), **fields},
            correcting.source_of(source),
        )
        return self._correct([intent])

    def _correct(self, wanted: Sequence[CorrectionIntent]) -> CorrectionReceipt:
        from plan_ledger.ledger import correcting

        receipt = correcting.correct(self._plan, wanted)
        self.recorded(receipt)
        self._plan.ledger.recording.tell(self.recorded)
        return receipt

    def _id_of(self, item: Item | str | None) -> UUID | None:
        return None if item is None else item.id if isinstance(item, Item) else self._plan[item].id

    def history(self, field: str, *, follow_lineage: bool = False) -> list[AuditRow]:
        """Every change of one field; with ``follow_lineage`` also in the plans of the years before."""
        return self._plan.history(self, field, follow_lineage=follow_lineage)

    def blame(self, field: str, at: Moment = None, *, known_at: Moment = None, follow_lineage: bool = True) -> Blame:
        """Who wrote which words of a field, at any moment (see :meth:`Plan.blame_of`)."""
        return self._plan.blame_of(self, field, at, known_at=known_at, follow_lineage=follow_lineage)

    def lineage(self) -> Lineage:
        """The items of other years that this one continues, and those that continue it."""
        return self._plan.lineage(self)

    def recorded(self, receipt: Receipt) -> None:
        """Note what was recorded through this handle, or made it."""
        if receipt.first is not None and receipt.last is not None:
            self._own = (*self._own, (receipt.first, receipt.last))

    def _change(self, field: str, text: str, expected: int | None, source: Source | None) -> Change:
        if expected is not None:
            return Change(self.id, field, text, expected, source)
        return Change(self.id, field, text, self.seen, source, self._own)

    def _submit(self, intents: list[Intent]) -> Receipt:
        ledger = self._plan.ledger
        if ledger.recording.in_batch:
            for intent in intents:
                ledger.recording.submit(intent)
            ledger.recording.tell(self.recorded)
            return Receipt(None, None)
        receipt = ledger.record([Batch(ledger.current_acting(), intents)])[0]
        self.recorded(receipt)
        return receipt
