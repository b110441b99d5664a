"""A plan's handle: change it, hold its meetings, ask it anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from plan_ledger.domain import plans as domain
from plan_ledger.domain.policies import Policies
from plan_ledger.events import Source
from plan_ledger.ledger import editions, policing
from plan_ledger.ledger.holding import PlanMeetings
from plan_ledger.ledger.intents import Add, find_field, find_level
from plan_ledger.ledger.item import Item
from plan_ledger.ledger.work import Receipt, Work
from plan_ledger.queries.moments import Moment, Moments
from plan_ledger.queries.results import ChangeSet, MeetingInfo
from plan_ledger.values.schema import Schema

if TYPE_CHECKING:
    from plan_ledger.integrity.anchor import Anchor
    from plan_ledger.ledger.correcting import CorrectionReceipt
    from plan_ledger.ledger.importing import PlanProposal, SheetPath
    from plan_ledger.ledger.redacting import Redaction
    from plan_ledger.queries.occurrences import Occurrence
    from plan_ledger.sheets.ink_report import InkReport
    from plan_ledger.sheets.ink_words import Strictness
    from plan_ledger.sheets.limits import Limits


class Plan(PlanMeetings):
    """One action plan of a ledger. Get it from :meth:`Ledger.open_plan` or :meth:`Ledger.plan`."""

    # --- items --------------------------------------------------------------------------------------------------

    def add(
        self,
        level: str,
        title: str,
        *,
        under: Item | str | None = None,
        after: Item | str | None = None,
        source: str | None = None,
        **fields: str,
    ) -> Item:
        """Add an item at the end of its parent's children (or after a sibling), with the texts of its fields.

        Args:
            level: The level's key or label.
            title: The text of the level's title field.
            under: The parent; None on the top level.
            after: The sibling to stand behind; None: last.
            source: Where the texts were taken from (``実施計画書 p.3``).
            fields: Texts by field key.
        """
        spec = find_level(self.schema, level)
        texts = {spec.title: title, **fields}
        note = None if source is None else Source(note=source)
        uuid = self._ledger.recording.new_id()
        receipt = self._ledger.recording.submit(
            Add(
                uuid,
                self.id,
                spec.key,
                texts,
                self._uuid(under),
                self._uuid(after),
                sources={} if note is None else {find_field(spec, name).key: note for name in texts},
            )
        )
        item = Item(self, uuid, receipt.last or self._ledger.head)
        self._ledger.recording.tell(item.recorded)
        return item

    def correct(
        self, item: Item | str, field: str, value: str, *, as_of: Moment, source: str | None = None
    ) -> CorrectionReceipt:
        """Say what a field should have said on a meeting's table. See :meth:`Item.correct`."""
        handle = item if isinstance(item, Item) else self[item]
        return handle.correct_all(as_of=as_of, texts={field: value}, source=source)

    def differences(self, meeting: Moment, *, known_at: Moment = None) -> ChangeSet:
        """What was handed out at a meeting against the same table corrected, as known now or at ``known_at``.

        Raises:
            NotAMeeting, UnknownMeeting: ``meeting`` names no meeting that was held.
        """
        from plan_ledger.ledger.correcting import edition_meant
        from plan_ledger.queries import differences

        with self._ledger.reading() as rows:
            moments = Moments(rows, self._row)
            moment = edition_meant(moments, meeting)
            known = moments.resolve(known_at).pair.known
            scope = self._scope(rows, moments, moment, None)
            return differences.corrected(rows, self._row, moment, known, scope=scope)

    # --- sheets -------------------------------------------------------------------------------------------------

    def propose(
        self,
        sheets: SheetPath | Sequence[SheetPath],
        *,
        base: Moment = None,
        partial: bool = False,
        accept_renames: bool = False,
        withdraw_missing: bool = False,
        limits: Limits | None = None,
    ) -> PlanProposal:
        """What importing sheets would record. Nothing is written before the proposal's ``apply()``.

        Args:
            sheets: One document or several (tsv, csv, xlsx, docx): paths, or bytes with a name.
            base: What the sheets' writers were given: a cell equal to it reverts nothing that the ledger has got
                since, one changed on both sides is a conflict. None: what an xlsx or docx of ours says that it was
                made from, else the table as it is now.
            partial: The sheets hold some rows, or some columns, only: nothing is missing, no order is meant.
            accept_renames: Take rows that are similar to missing ones for the same items under new titles.
            withdraw_missing: Withdraw the items that the sheets leave out.
            limits: Caps for the documents.

        Raises:
            SheetProblem: The document can't be read, or is no table of this plan; ``Problems`` for several, each
                with its place.
            UnknownMoment: ``base`` names nothing here.
        """
        from plan_ledger.ledger import importing

        return importing.propose(
            self,
            sheets,
            base=base,
            partial=partial,
            accept_renames=accept_renames,
            withdraw_missing=withdraw_missing,
            limits=limits,
        )

    def baseline(
        self,
        sheet: SheetPath,
        as_of: str,
        *,
        before: Moment = None,
        after: Moment = None,
        on: date | str | None = None,
        as_of_date: date | str | None = None,
        body: str | None = None,
        number: int | None = None,
        red_since: Moment = None,
        accept_renames: bool | None = None,
        limits: Limits | None = None,
    ) -> MeetingInfo:
        """Enter the table that a past meeting handed out, from its sheet. Past meetings may be entered in any order.

        Recorded now, in one batch, it counts at the meeting's point; what other meetings handed out, and what they show
        as known today, stays as it is. Rows are matched with known items by path and title; the others are new.

        Args:
            sheet: The whole table (tsv, csv, xlsx, docx): a path, or bytes with a name.
            as_of: The meeting's name.
            before, after: The known meetings before, behind or between which it was held; neither: after everything
                recorded so far, so that its table is the present one.
            on, as_of_date: 開催日 and 基準日.
            body, number: Read from the name where they are not given.
            red_since: What it was red against; None: whichever meeting is the previous one when it is asked for.
            accept_renames: Whether rows that are similar to known items are these under other names. None: refuse the
                sheet where there are such rows.
            limits: Caps for the document.

        Raises:
            MeetingExists, MeetingNameRefused, UnknownMeeting, MeetingsOutOfOrder, NoRoom: It can't be placed so.
            RenameUndecided: For every such row, with its place.
            SheetProblem: The document can't be read, or is no table of this plan.
        """
        from plan_ledger.ledger import baseline_sheets

        what = editions.particulars(
            as_of, body=body, number=number, held_on=self._day(on), as_of_on=self._day(as_of_date)
        )
        where = baseline_sheets.Where(before, after, red_since)
        entered = baseline_sheets.enter(self, sheet, what, where, accept_renames=accept_renames, limits=limits)
        return self._meeting_of(entered)

    def check_ink(
        self,
        sheet: SheetPath,
        *,
        meeting: Moment = None,
        base: Moment = None,
        strictness: Strictness = "words",
        limits: Limits | None = None,
    ) -> InkReport:
        """Compare the red of a sheet made by hand with what changed since the last meeting. Nothing is written.

        Args:
            sheet: An xlsx or docx: a path, or bytes with a name. It may hold some rows, or some columns, only.
            meeting: The meeting that the sheet is for; it is compared with the one that this is red against.
            base: What to compare with, whatever the sheet is for. Without either: of a handout of ours as it was
                handed out, its own red base; of one that was worked on since, that handout; of another sheet, what
                the meeting in its title line is red against, or the meeting handed out last.
            strictness: ``exact``, ``words`` or ``entries``: see ``plan_ledger.sheets.ink_words``.
            limits: Caps for the document.

        Raises:
            NoInk: A csv or tsv.
            NoPreviousMeeting: There is nothing to compare with; name a base.
            SheetProblem, UnknownMoment: As in :meth:`propose`.
        """
        from plan_ledger.ledger import inking

        return inking.check_ink(self, sheet, meeting=meeting, base=base, strictness=strictness, limits=limits)

    # --- schema, policies, taking back --------------------------------------------------------------------------

    def declare(self, schema: Schema) -> Receipt:
        """Revise the schema from here on. Past tables keep the schema of their time.

        Raises:
            SchemaRefused: A field would be removed (retire it), or the levels would change.
        """
        acting = self._ledger.recording.outside_batch("declare")

        def declaring(work: Work, _: Any) -> None:
            work.begin(acting)
            work.record(domain.decide(editions.state(work, self._row), domain.DeclareSchema(schema)))

        return self._ledger.recording.write(declaring)

    @property
    def policies(self) -> Policies:
        """What has to be said with a change: the policies in force now."""
        return policing.policies_of(self)

    def set_policies(self, policies: Policies) -> Receipt:
        """Say what has to be said with every change from the next batch on; an event like everything else.

        The former policies count for this change too. Past records stay as they are.

        Raises:
            UnknownField: A policy is about a field that no level has.
            PolicyRefused: The former policies ask for something that is not said here.
        """
        return policing.declare(self, policies)

    def seal(self, meeting: str, *, check: bool = True) -> Anchor:
        """An anchor of everything recorded so far, made for a meeting: its digest stands in it by itself.

        Raises:
            UnknownMeeting: It was not held.
            SealRefused: Verification found something (``check``).
        """
        return self._ledger.seal_meeting(self._row, meeting, check=check)

    def redact(self, *positions: int, reason: str | None = None, all_equal: bool = False) -> Redaction:
        """Destroy texts of this plan; see :meth:`Ledger.redact`. A position of another plan is refused."""
        from plan_ledger.ledger.redacting import redact

        recording, store = self._ledger.recording, self._ledger.store
        done = redact(recording, store, positions, reason=reason, plan=self._row, all_equal=all_equal)
        self._ledger.forget_tables()
        return done

    def occurrences(self, text: str) -> list[Occurrence]:
        """Every recorded text of this plan that holds ``text`` to the letter, in order of recording."""
        from plan_ledger.queries.occurrences import occurrences

        with self._ledger.reading() as rows:
            return occurrences(rows, text, self._row.no)

    def undo(self, batch: int) -> Receipt:
        """Take back a batch by compensating changes; history keeps both.

        Raises:
            UnknownBatch: There is none at this position.
            UndoConflict: Something in it says something else since; all such are reported, nothing is recorded.
            HoldNotUndone, TextDestroyed, NothingToUndo: There is another way, or none.
        """
        from plan_ledger.ledger import undoing

        acting = self._ledger.recording.outside_batch("undo")
        return self._ledger.recording.write(
            lambda work, executor: undoing.undo(work, executor, acting, self._row, batch)
        )
