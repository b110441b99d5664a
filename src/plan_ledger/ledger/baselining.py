"""Entering a past meeting's table: every cell as a fact of that point, and the meeting held there, in one batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from attrs import frozen

from plan_ledger.domain import baselines, plans as plan_domain
from plan_ledger.domain.baselines import Known, Row
from plan_ledger.domain.corrections import EXISTENCE, PLACE
from plan_ledger.events import ItemPlaced
from plan_ledger.index import asof, catalog
from plan_ledger.index.asof import ItemRow
from plan_ledger.index.digest import digest_of
from plan_ledger.index.registers import BITS, MASK, register
from plan_ledger.ledger import editions
from plan_ledger.ledger.acting import Acting
from plan_ledger.ledger.points import Point, point_between
from plan_ledger.ledger.work import Work
from plan_ledger.queries.moments import Moment, Moments
from plan_ledger.store.transaction import Rows
from plan_ledger.values import schema as numbers
from plan_ledger.values.coordinates import Pair, effective_of, position_of
from plan_ledger.values.marks import MARKS_VERSION
from plan_ledger.values.schema import Schema


@frozen
class Around:
    """The plan around a point: the schema there, and what was seen there until now."""

    rows: Rows
    plan: catalog.PlanRow
    point: Point
    schema: Schema
    known: dict[int, ItemRow]

    @property
    def next(self) -> Pair | None:
        """The next meeting as known now."""
        return None if self.point.next is None else Pair(self.point.next, self.point.before.known)


def around(rows: Rows, plan: catalog.PlanRow, moments: Moments, before: Moment, after: Moment) -> Around:
    """Find a point and read what stands there and at the next meeting.

    Raises:
        NotAMeeting, UnknownMeeting, MeetingsOutOfOrder, NoRoom: See ``point_between``.
    """
    point = point_between(moments, plan, before=before, after=after)
    schema = catalog.schema_at(rows, plan.no, point.before.ordinary)
    return Around(rows, plan, point, schema, asof.structure(rows, plan.no, point.before))


def enter(
    work: Work,
    acting: Acting,
    plan: catalog.PlanRow,
    meeting: UUID,
    what: editions.Particulars,
    rows_of: Callable[[Around], Sequence[Row]],
    *,
    before: Moment = None,
    after: Moment = None,
    red_since: Moment = None,
) -> None:
    """Record a past meeting's table and hold the meeting at its point, in one batch.

    Args:
        meeting: The meeting's id; ``what``: its name and dates.
        rows_of: The table's rows, parents before children in the table's order, once it is known what stands around.
        before, after: The known meetings between which it was held; neither: after everything recorded so far.
        red_since: What it was red against; None: whichever meeting turns out to be the previous one.

    Raises:
        MeetingExists: One of this name was held. And what ``around`` raises.
    """
    work.flush()
    moments = Moments(work.tx, plan)
    state = editions.state(work, plan)
    plan_domain.check_free(state, what.name)
    here = around(work.tx, plan, moments, before, after)
    base = None if red_since is None else editions.base_of(moments, moments.resolve(red_since))
    rows = rows_of(here)
    exist = _items(work.tx, plan)
    table = _table(here, rows, exist)
    places = baselines.placed(rows)
    events = baselines.decide(table, places)
    work.begin(acting)
    meant = {event.originator_id: () for event in events}
    meant |= {event.parent: () for event in events if isinstance(event, ItemPlaced) and event.parent is not None}
    work.load({item: keys for item, keys in meant.items() if item in exist})
    work.record(events)
    known = work.position + 1  # the event that holds the meeting is the last one of the batch
    at = here.point.effective if here.point.effective is not None else effective_of(known)
    edition = plan_domain.Edition(
        Pair(at, known), base, here.schema.revision, _digest(plan, here.schema, rows, places), MARKS_VERSION
    )
    held = plan_domain.HoldMeeting(
        meeting, what.name, edition, what.body, what.number, None, what.held_on, what.as_of_on, baseline=True
    )
    work.record(plan_domain.decide(state, held))
    work.flush()


def _table(here: Around, rows: Sequence[Row], exist: dict[UUID, tuple[int, str]]) -> baselines.Table:
    point = here.point
    names = {(level, number): key for (level, key), number in catalog.field_numbers(here.rows, here.plan.no).items()}
    texts: dict[int, dict[str, str]] = {}
    for no, _, text, *_ in asof.plan_texts(here.rows, here.plan.no, point.before):
        if no >> BITS in here.known:
            texts.setdefault(no >> BITS, {})[names[here.known[no >> BITS].level, no & MASK]] = text or ""
    known = {
        row.uuid: Known(row.alive, (_uuid(here.known, row.parent), row.rank), texts.get(no, {}))
        for no, row in here.known.items()
    }
    coming = None
    if point.effective is not None and point.next is not None:
        own = _own(here.rows, here.plan.no, point.effective, point.next)
        keys = {(level, key): number for (level, number), key in names.items()}

        def has_own(item: UUID, name: str) -> bool:
            if item not in exist:
                return False
            no, level = exist[item]
            return register(no, _NUMBERS[name] if name in _NUMBERS else keys[level, name]) in own

        coming = baselines.Next(point.next, has_own)
    return baselines.Table(here.plan.uuid, rows, known, exist, point.effective, coming)


_NUMBERS = {EXISTENCE: numbers.EXISTENCE, PLACE: numbers.PLACE}


def _uuid(items: dict[int, ItemRow], no: int | None) -> UUID | None:
    return items[no].uuid if no is not None and no in items else None


def _items(rows: Rows, plan: catalog.PlanRow) -> dict[UUID, tuple[int, str]]:
    """Every item that the plan has ever had: its number and level."""
    return {
        UUID(bytes=bytes(uuid)): (no, level)
        for no, uuid, level in rows.all(
            "SELECT i.no, s.uuid, i.level FROM items i JOIN streams s ON s.no = i.no WHERE i.plan = ?", (plan.no,)
        )
    }


def _own(rows: Rows, plan: int, after: int, upto: int) -> set[int]:
    """Registers with a fact that counts after one coordinate and up to another."""
    where = f"FROM facts f JOIN items i ON i.no = f.register >> {BITS} AND i.plan = ? WHERE"
    return {
        no
        for (no,) in rows.all(
            f"SELECT f.register {where} f.position > ? AND f.position <= ? AND f.effective = f.position * 1048576"
            f" UNION SELECT f.register {where} f.effective <> f.position * 1048576"
            " AND f.effective > ? AND f.effective <= ?",
            (plan, position_of(after), position_of(upto), plan, after, upto),
        )
    }


def _digest(plan: catalog.PlanRow, schema: Schema, rows: Sequence[Row], places: Mapping[UUID, baselines.Place]) -> str:
    """The digest of the table that is entered: what its point will show."""
    numbered = {row.item: no for no, row in enumerate(rows)}
    table: dict[int, ItemRow] = {}
    for no, row in enumerate(rows):
        parent, rank = places[row.item]
        above = None if parent is None else numbered[parent]
        table[no] = ItemRow(no, row.item, row.level, True, above, rank, 0, 0)
    texts = {no: row.texts for no, row in enumerate(rows)}
    return digest_of(plan.title, plan.fiscal_year, schema, asof.live(table), texts)
