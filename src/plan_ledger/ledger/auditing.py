"""The audit: one query object for who changed what, when and why; every method gives a new one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Self, Unpack

from attrs import evolve, frozen

from plan_ledger.errors import PlanLedgerError
from plan_ledger.ledger.audit_words import FILTERS, Asked, AuditFilters, Sort, resolve
from plan_ledger.ledger.item import Item
from plan_ledger.queries import audit, audit_acts
from plan_ledger.queries.audit_answers import AuditExceptions, AuditExplanation, AuditGroups, Grouping
from plan_ledger.queries.audit_exceptions import Finder
from plan_ledger.queries.audit_explain import explain
from plan_ledger.queries.audit_filters import Selection
from plan_ledger.queries.audit_groups import group
from plan_ledger.queries.audit_narrow import narrow_changes, narrow_snapshot
from plan_ledger.queries.audit_report import AuditPage, AuditReport, Statement
from plan_ledger.queries.moments import Moment
from plan_ledger.queries.results import AuditRow, ChangeSet, Snapshot

if TYPE_CHECKING:
    from plan_ledger.ledger.asking import PlanQueries
    from plan_ledger.ledger.front import Ledger
    from plan_ledger.queries.audit_rows import Teller


@frozen
class _Part:
    """One plan, and what of it is listed."""

    plan: PlanQueries
    selection: Selection


@frozen(eq=False, repr=False)
class AuditQuery:
    """What was recorded, filtered, sorted, counted and grouped. Immutable: each method gives a new query.

    Made by ``plan.audit()`` and ``ledger.audit()``. What is unknown is told when the filter is set; what is recorded
    after that does not show. Iterating streams the rows in pages, each read in a view of its own.

    Changes of items are listed, and administrators' acts (a schema revised, a text redacted); those of the round of
    work (meetings, a plan opened) too with :meth:`acts`, or where ``kind`` names them.
    """

    _ledger: Ledger
    _plans: tuple[PlanQueries, ...]
    asked: Asked
    _head: int
    _parts: tuple[_Part, ...]

    @classmethod
    def make(cls, ledger: Ledger, plans: Sequence[PlanQueries], asked: Asked, head: int | None = None) -> Self:
        """A query over these plans; up to the ledger's end, or up to an earlier ``head``.

        Raises:
            UnknownActor, UnknownItem, UnknownField, UnknownMoment …: None of the plans knows what was asked for.
        """
        parts: list[_Part] = []
        problem: PlanLedgerError | None = None
        with ledger.reading() as rows:
            for plan in plans:
                teller = plan.teller(rows)
                head = teller.head if head is None else head
                try:
                    parts.append(_Part(plan, resolve(rows, plan, teller, asked, head)))
                except PlanLedgerError as error:
                    problem = error
            if head is None:
                head = audit.head(rows)
        if problem is not None and not parts:
            raise problem
        return cls(ledger, tuple(plans), asked, head, tuple(parts))

    def where(self, **filters: Unpack[AuditFilters]) -> Self:
        """The query with further filters, or others in place of those that it has."""
        return type(self).make(self._ledger, self._plans, evolve(self.asked, **filters), self._head)

    # --- who ----------------------------------------------------------------------------------------------------

    def actor(self, name: str) -> Self:
        """Recorded by, or on behalf of: the host's id, the name, or its leading words."""
        return self.where(actor=name)

    def section(self, name: str) -> Self:
        """Recorded by, or on behalf of, somebody who was of this section (所属) then."""
        return self.where(section=name)

    def author(self, name: str) -> Self:
        """Recorded on behalf of (回答者)."""
        return self.where(author=name)

    def approver(self, name: str) -> Self:
        """Approved by (決裁者)."""
        return self.where(approver=name)

    def approval(self, number: str) -> Self:
        """With this approval's number (決裁番号)."""
        return self.where(approval=number)

    # --- what ---------------------------------------------------------------------------------------------------

    def item(self, item: Item | str) -> Self:
        """An item, with everything below it as it stands now."""
        return self.where(item=item)

    def level(self, name: str) -> Self:
        """Items of a level, by key or label."""
        return self.where(level=name)

    def field(self, name: str) -> Self:
        """A field by key or label, on any level; ``existence`` or ``place``."""
        return self.where(field=name)

    def kind(self, *kinds: str) -> Self:
        """One of these kinds, in code or in the office's word: ``corrected`` or 訂正, ``meeting_held`` or 資料確定."""
        return self.where(kind=kinds)

    def value(self, text: str) -> Self:
        """The text before or after has these words; width and case make no difference."""
        return self.where(value=text)

    def moved_by(self, more_than: int) -> Self:
        """The amount of a money field rose or fell by more than this many yen; an empty cell counts as nothing."""
        return self.where(moved_by=more_than)

    # --- when, why ----------------------------------------------------------------------------------------------

    def since(self, moment: Moment) -> Self:
        """Recorded after a moment."""
        return self.where(since=moment)

    def until(self, moment: Moment) -> Self:
        """Recorded up to a moment."""
        return self.where(until=moment)

    def effective(self, since: Moment = None, until: Moment = None) -> Self:
        """Counting in the tables after one moment, up to another: a correction counts where it corrects."""
        return self.where(effective_since=since, effective_until=until)

    def reason(self, text: str) -> Self:
        """The reason has these words."""
        return self.where(reason=text)

    def source(self, text: str) -> Self:
        """The document, sheet, cell or note has these words."""
        return self.where(source=text)

    def batch(self, position: int) -> Self:
        """Of the batch that holds a position."""
        return self.where(batch=position)

    def acts(self, listed: bool = True) -> Self:
        """With every act: meetings, plans opened, actors seen for the first time. False: changes of items only."""
        return self.where(acts=listed)

    # --- order and amount ---------------------------------------------------------------------------------------

    def sort(self, order: Sort) -> Self:
        """``asc``: oldest first; ``desc``: newest first."""
        return self.where(sort=order)

    def limit(self, rows: int | None) -> Self:
        """At most this many rows come back."""
        return self.where(limit=rows)

    def after(self, token: int | str | None) -> Self:
        """Go on behind a row: its position, or a page's ``next``."""
        return self.where(after=token)

    # --- answers ------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[AuditRow]:
        streams = [self._rows(part) for part in self._parts]
        if len(streams) == 1:
            return streams[0]
        found = merge(*streams, key=_position, reverse=self.asked.sort == "desc")
        return islice(_once(found), self.asked.limit)

    def _rows(self, part: _Part) -> Iterator[AuditRow]:
        for portion in audit.pages(self._ledger.reading, part.plan.teller, part.selection, self.asked.limit):
            yield from portion

    def rows(self) -> list[AuditRow]:
        """All rows at once."""
        return list(self)

    def page(self, size: int = 100) -> AuditPage:
        """The next rows, with the token for :meth:`after` where there are more."""
        limit = size if self.asked.limit is None else min(size, self.asked.limit)
        found = self.limit(limit + 1).rows() if limit < (self.asked.limit or limit + 1) else self.limit(limit).rows()
        more = len(found) > limit
        found = found[:limit]
        return AuditPage(tuple(found), str(found[-1].position) if more and found else None)

    def count(self) -> int:
        """How many rows there are; ``limit`` does not count here."""
        if len(self._parts) != 1:
            return sum(1 for _ in self.limit(None))
        (part,) = self._parts
        return audit.count(self._ledger.reading, part.plan.teller, part.selection)

    def group_by(self, by: Grouping) -> AuditGroups:
        """Counts, items touched, and how far amounts moved: by ``actor``, ``section``, ``field`` or ``meeting``."""
        return group(self._ledger.reading, self._tellers(), by, self.statement())

    def exceptions(self, *, mass: int = 100) -> AuditExceptions:
        """What somebody should look at first; see ``plan_ledger.queries.audit_exceptions`` for each rule.

        Args:
            mass: From how many changes on a batch is a mass import.
        """
        finder = Finder(self._ledger.reading, self._tellers(), mass)
        return AuditExceptions(self.statement(), mass, tuple(finder.found()))

    def explain(self) -> AuditExplanation:
        """How the database goes about it: which index each walk uses, and what is looked at row by row."""
        parts, settings = self._tellers(), self._ledger.settings()
        with self._ledger.reading() as rows:
            return explain(rows, parts, self.asked.limit, sqlite="sqlite" in settings)

    def report(self) -> AuditReport:
        """The rows with what was asked for, the range, and how many events and rows there are in all."""
        found = tuple(self)
        limited = self.asked.limit is not None and len(found) == self.asked.limit
        return AuditReport(self.statement(), found, self.count() if limited else len(found))

    def statement(self) -> Statement:
        """What a report says of itself: plans, filters in words, the range and the events in it."""
        said = {FILTERS[name]: text for name, text in self.asked.said(self._title()).items()}
        selections = [part.selection for part in self._parts]
        after = min((each.after for each in selections), default=0)
        upto = max((each.upto for each in selections), default=0)
        return Statement(
            tuple(part.plan.title for part in self._parts),
            said,
            after + 1,
            max(upto, after),
            self.asked.sort,
            self.asked.limit,
            self._routine(),
        )

    def changes(self, since: Moment = "previous", until: Moment = None) -> ChangeSet:
        """The net changes between two moments that fit: filters on items, fields, and who and why of their events.

        Raises:
            FilterDoesNotFit: A filter is set that means nothing there.
        """
        (part,) = self._parts
        found = part.plan.changes(since, until)
        with self._ledger.reading() as rows:
            return narrow_changes(rows, part.plan.teller(rows), part.selection, self.asked.said(), found)

    def snapshot(self, at: Moment = None, *, known_at: Moment = None) -> Snapshot:
        """A table with only the items, levels and fields that fit, and what they stand under.

        Raises:
            FilterDoesNotFit: A filter is set that means nothing there.
        """
        (part,) = self._parts
        found = part.plan.snapshot(at, known_at=known_at)
        with self._ledger.reading() as rows:
            return narrow_snapshot(rows, part.plan.teller(rows), part.selection, self.asked.said(), found)

    # --- inside -------------------------------------------------------------------------------------------------

    def _tellers(self) -> list[tuple[Teller, Selection]]:
        with self._ledger.reading() as rows:
            return [(part.plan.teller(rows), part.selection) for part in self._parts]

    def _routine(self) -> int:
        """How many acts fit that are left out because they are routine."""
        if self.asked.acts is not None or self.asked.kind is not None:
            return 0
        found: set[int] = set()
        with self._ledger.reading() as rows:
            for part in self._parts:
                for acts, add in ((True, found.update), (None, found.difference_update)):
                    selection = evolve(part.selection, acts=acts)
                    add({row.position for row in audit_acts.listed(rows, part.plan.teller(rows), selection)})
        return len(found)

    def _title(self) -> str | None:
        """What the item that was asked for is called."""
        item = self.asked.item
        if not isinstance(item, Item):
            return item
        with self._ledger.reading() as rows:
            for part in self._parts:
                number = part.plan.item_number(rows, item)
                return part.plan.teller(rows).items(rows, (number,))[number].path[-1]
        return None

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={text!r}" for name, text in self.asked.said().items())
        return f"<AuditQuery {said}>" if said else "<AuditQuery>"


def _position(row: AuditRow) -> int:
    return row.position


def _once(rows: Iterable[AuditRow]) -> Iterator[AuditRow]:
    """Acts of the ledger are every plan's."""
    last: int | None = None
    for row in rows:
        if row.position != last:
            yield row
        last = row.position
