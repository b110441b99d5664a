"""What can be asked of a plan: items, snapshots, changes, history, audit, meetings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Unpack
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import evolve

from plan_ledger.index import catalog
from plan_ledger.index.registers import register
from plan_ledger.ledger import editions
from plan_ledger.ledger.errors import AmbiguousItem, UnknownItem
from plan_ledger.ledger.intents import field_key, find_level
from plan_ledger.ledger.item import Item
from plan_ledger.queries import changes as differences, items, snapshot as snapshots
from plan_ledger.queries.moments import Moment, Moments, NoPreviousMeeting, meeting_info
from plan_ledger.queries.results import AuditRow, ChangeSet, MeetingInfo, MomentRef, Snapshot, SnapshotItem
from plan_ledger.store.transaction import Rows
from plan_ledger.values.naming import ever_field
from plan_ledger.values.schema import Schema

if TYPE_CHECKING:
    from plan_ledger.ledger.audit_words import AuditFilters
    from plan_ledger.ledger.auditing import AuditQuery
    from plan_ledger.ledger.front import Ledger
    from plan_ledger.ledger.plan import Plan
    from plan_ledger.queries.audit_rows import Teller
    from plan_ledger.queries.elapsed import ElapsedEntry
    from plan_ledger.queries.totals import TotalsChange


class PlanQueries:
    """The reading half of a plan's handle."""

    def __init__(self, ledger: Ledger, row: catalog.PlanRow) -> None:
        self._ledger = ledger
        self._row = row
        self.id = row.uuid
        self.title = row.title
        self.fiscal_year = row.fiscal_year
        self.zone = row.zone
        self._teller: Teller | None = None

    def __repr__(self) -> str:
        return f"<Plan {self.title}>"

    def _handle(self) -> Plan:
        from plan_ledger.ledger.plan import Plan

        assert isinstance(self, Plan)
        return self

    @property
    def ledger(self) -> Ledger:
        return self._ledger

    @property
    def row(self) -> catalog.PlanRow:
        return self._row

    @property
    def schema(self) -> Schema:
        """The schema in force now."""
        with self._ledger.reading() as rows:
            return catalog.schema_at(rows, self._row.no, Moments(rows, self._row).head)

    def __getitem__(self, name: str) -> Item:
        """An item by id, by a title that is unique in the plan, or by a path such as ``measure/project``.

        The handle remembers what the plan looked like when it was made: a change through it raises
        ``EditConflict`` where somebody else changed the same field since.

        Raises:
            UnknownItem, AmbiguousItem: With the nearest names, or all that are meant.
        """
        with self._ledger.reading() as rows:
            head = Moments(rows, self._row).head
            return Item(self._handle(), self._find(rows, name, head), head)

    def shown(self, item: UUID) -> SnapshotItem | None:
        """An item as it stands now, read without the others; None where it does not show."""
        with self._ledger.reading() as rows:
            return items.shown(rows, self._row, item, Moments(rows, self._row).head)

    def items(self, level: str | None = None) -> list[Item]:
        """Handles of the items that show now, in table order."""
        taken = self.snapshot()
        wanted = None if level is None else find_level(taken.schema, level).key
        return [Item(self._handle(), each.id, taken.moment.position) for each in taken if wanted in (None, each.level)]

    def _find(self, rows: Rows, name: str, head: int) -> UUID:
        uuid = id_of(name)
        if uuid is not None and rows.one(
            "SELECT i.no FROM items i JOIN streams s ON s.no = i.no WHERE s.uuid = ? AND i.plan = ?",
            (uuid.bytes, self._row.no),
        ):
            return uuid
        live, withdrawn = items.named(rows, self._row, head, self._ledger.tables)
        found = items.matching(name, live) or items.matching(name, [*live, *withdrawn])
        if len(found) == 1:
            return found[0].id
        if found:
            raise AmbiguousItem(name, tuple("/".join(each.path[-2:]) for each in found))
        titles = dict.fromkeys(each.title for each in live)
        raise UnknownItem(name, tuple(get_close_matches(name, titles, n=3, cutoff=0.3)))

    def _uuid(self, item: Item | str | None) -> UUID | None:
        if item is None:
            return None
        return item.id if isinstance(item, Item) else self[item].id

    # --- queries ------------------------------------------------------------------------------------------------

    def resolve(self, moment: Moment, *, known_at: Moment = None) -> MomentRef:
        """The pair that a moment stands for.

        Raises:
            UnknownMoment, NoSuchPosition, NoPreviousMeeting: It names nothing here.
        """
        with self._ledger.reading() as rows:
            return Moments(rows, self._row).resolve(moment, known_at=known_at)

    def snapshot(self, at: Moment = None, *, known_at: Moment = None, scope: Item | str | None = None) -> Snapshot:
        """The plan's tree at a moment; with ``known_at``, as it was known at another."""
        uuid = self._uuid(scope)
        tables = self._ledger.tables
        with self._ledger.reading() as rows:
            moments = Moments(rows, self._row)
            moment = moments.resolve(at, known_at=known_at)
            inside = self._scope(rows, moments, moment, uuid)
            taken = snapshots.take(rows, self._row, moment, scope=inside, tables=tables)

        def compare(since: Moment) -> ChangeSet | None:
            try:
                return self.changes(since, moment, scope=scope)
            except NoPreviousMeeting:
                return None

        return evolve(taken, compare=compare, ledger_id=self._ledger.id)

    def changes(
        self, since: Moment = "previous", until: Moment = None, *, scope: Item | str | None = None
    ) -> ChangeSet:
        """What changed between two moments, net, in table order; each entry with the events behind it.

        ``since="previous"`` is the table that ``until`` is red against: an edition's fixed base, else the last
        meeting.

        Raises:
            NoPreviousMeeting: ``until`` is the first meeting.
        """
        uuid = self._uuid(scope)
        tables = self._ledger.tables
        with self._ledger.reading() as rows:
            moments = Moments(rows, self._row)
            end = moments.resolve(until)
            start = moments.since_of(end) if since == "previous" else moments.resolve(since)
            if start is None:
                raise NoPreviousMeeting
            inside = self._scope(rows, moments, end, uuid)
            return differences.between(rows, self._row, start, end, scope=inside, tables=tables)

    def totals(
        self, at: Moment = None, since: Moment = "previous", field: str = "budget", *, scope: Item | str | None = None
    ) -> TotalsChange:
        """The sums of a money field at a moment against those of an earlier one, in yen.

        ``since="previous"`` as in :meth:`changes`; at the first meeting ``old`` is None. ``field`` is a key or label.

        Raises:
            UnknownField, NoAmounts: There is no such field, or it holds no amounts.
        """
        from plan_ledger.queries import totals as summing

        uuid = self._uuid(scope)
        tables = self._ledger.tables
        with self._ledger.reading() as rows:
            moments = Moments(rows, self._row)
            end = moments.resolve(at)
            start = moments.since_of(end) if since == "previous" else moments.resolve(since)
            inside = self._scope(rows, moments, end, uuid)
            new = snapshots.take(rows, self._row, end, scope=inside, tables=tables)
            old = None if start is None else snapshots.take(rows, self._row, start, scope=inside, tables=tables)
        return summing.compare(old, new, field_key(new.schema, field))

    def elapsed(
        self, at: Moment = None, *, on: date | None = None, scope: Item | str | None = None
    ) -> tuple[ElapsedEntry, ...]:
        """Schedule entries whose time had passed: before ``on``, else before the meeting's day, else before today."""
        taken = self.snapshot(at, scope=scope)
        own = taken.moment.held_on or taken.moment.as_of_on
        return taken.elapsed(on or own or datetime.now(ZoneInfo(self.zone)).date())

    def red_base(self, at: Moment = None) -> MomentRef | None:
        """What a moment's table is red against by default; None for the first meeting."""
        with self._ledger.reading() as rows:
            moments = Moments(rows, self._row)
            return moments.since_of(moments.resolve(at))

    def _scope(self, rows: Rows, moments: Moments, moment: MomentRef, uuid: UUID | None) -> int | None:
        """The item whose subtree is meant: the one asked for, else the meeting's own scope."""
        if uuid is None:
            meeting = moments.by_name(moment.meeting) if moment.meeting else None
            return meeting.scope if meeting else None
        return self._item_row(rows, uuid)[0]

    def history(self, item: Item | str, field: str) -> list[AuditRow]:
        """Every change of one field, in order of recording; corrections stand where they were recorded."""
        asked = (item.id.hex if isinstance(item, Item) else item, field)
        if (known := self._teller) is not None and (again := known.asked.get(asked)) is not None:
            # Asked on the strength of what was known before: the answer says whether that still holds.
            with self._ledger.asking() as rows:
                found = again(rows, known)
            if found:
                return found
        from plan_ledger.queries.audit import history

        with self._ledger.reading() as rows:
            teller = self.teller(rows)
            no, level = self._known(rows, teller, item)
            number = teller.numbers[level, ever_field((teller.schema,), level, field).key]
            return teller.remember(asked, partial(history, register(no, number)))(rows, teller)

    def _item_row(self, rows: Rows, uuid: UUID) -> tuple[int, str]:
        row = rows.one(
            "SELECT i.no, i.level FROM items i JOIN streams s ON s.no = i.no WHERE s.uuid = ? AND i.plan = ?",
            (uuid.bytes, self._row.no),
        )
        if row is None:
            raise UnknownItem(uuid.hex)
        return int(row[0]), str(row[1])

    def audit(self, **filters: Unpack[AuditFilters]) -> AuditQuery:
        """Recorded changes that fit every filter, oldest first: iterate it, or ask it further (:class:`AuditQuery`).

        Args:
            filters: ``actor`` (who recorded, or on whose behalf: the host's id, the name, or its leading words),
                ``item`` (with everything below it as it stands now), ``field``, ``since``, ``until``, ``limit``, and
                every other filter of :class:`~plan_ledger.ledger.audit_words.AuditFilters`.

        Raises:
            UnknownActor, UnknownItem, UnknownField, UnknownMoment: With the nearest names, at once.
        """
        from plan_ledger.ledger.audit_words import Asked
        from plan_ledger.ledger.auditing import AuditQuery

        return AuditQuery.make(self._ledger, (self,), Asked(**filters))

    def teller(self, rows: Rows) -> Teller:
        """What tells this plan's audit rows in words; kept while nothing is recorded."""
        from plan_ledger.queries import audit as auditing
        from plan_ledger.queries.audit_rows import Teller

        head = auditing.head(rows)
        known = self._teller
        if known is None or known.head != head:
            known = self._teller = Teller(rows, self._row, head)
        return known

    def item_number(self, rows: Rows, item: Item | str) -> int:
        """The number of an item's stream.

        Raises:
            UnknownItem, AmbiguousItem: As for ``plan[item]``.
        """
        return self._known(rows, self.teller(rows), item)[0]

    def _known(self, rows: Rows, teller: Teller, item: Item | str) -> tuple[int, str]:
        """An item's number and level, by handle, id, title or path."""
        uuid = item.id if isinstance(item, Item) else id_of(item)
        found = None if uuid is None else teller.number_of(rows, uuid)
        if found is None:
            if isinstance(item, Item):
                raise UnknownItem(item.id.hex)
            uuid = self._find(rows, item, teller.head)
            found = teller.number_of(rows, uuid)
            assert found is not None
        return found

    def meetings(self, *, annulled: bool = False) -> list[MeetingInfo]:
        """The meetings held, in order; with ``annulled``, also those taken back."""
        with self._ledger.reading() as rows:
            found = Moments(rows, self._row).meetings
            shown = sorted(found, key=lambda row: row.editions[0].pair.at)  # tables of the past may be entered later
            return _told(rows, [row for row in shown if annulled or not row.annulled], found)

    def meeting(self, name: str) -> MeetingInfo:
        """A meeting by name.

        Raises:
            UnknownMeeting: With the names there are.
        """
        with self._ledger.reading() as rows:
            moments = Moments(rows, self._row)
            return _told(rows, [editions.find(moments, name)], moments.meetings)[0]

    def _meeting_of(self, uuid: UUID) -> MeetingInfo:
        """A meeting that was recorded just now, whatever somebody has called it since."""
        with self._ledger.reading() as rows:
            found = Moments(rows, self._row).meetings
            return _told(rows, [row for row in found if row.uuid == uuid], found)[0]


def _told(rows: Rows, shown: Sequence[catalog.MeetingRow], found: list[catalog.MeetingRow]) -> list[MeetingInfo]:
    """Some of all meetings for the host, each with the id of the item whose subtree alone it handed out."""
    scopes = {
        row.scope: UUID(bytes=bytes(raw[0]))
        for row in shown
        if row.scope is not None
        and (raw := rows.one("SELECT uuid FROM streams WHERE no = ?", (row.scope,))) is not None
    }
    return [meeting_info(row, found, scopes) for row in shown]


def id_of(name: str) -> UUID | None:
    """The id that a name reads as."""
    if len(name) not in (32, 36):
        return None
    try:
        return UUID(name)
    except ValueError:
        return None
