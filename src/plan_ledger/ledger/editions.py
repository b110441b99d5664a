"""Holding a meeting: what is fixed for ever when a table is handed out."""

from __future__ import annotations

import unicodedata
from datetime import date
from uuid import UUID

from attrs import frozen

from plan_ledger.domain import plans as domain
from plan_ledger.domain.errors import MeetingNameRefused, NotABatchEnd
from plan_ledger.errors import NotationError
from plan_ledger.index import catalog
from plan_ledger.index.digest import Digest, digest_at, within
from plan_ledger.ledger.acting import Acting
from plan_ledger.ledger.errors import UnknownItem, UnknownMeeting
from plan_ledger.ledger.work import Work
from plan_ledger.queries.moments import Moment, Moments, read_time
from plan_ledger.queries.results import MomentRef
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.digest import digest_of_table
from plan_ledger.values.marks import MARKS_VERSION
from plan_ledger.values.texts import clean_text


@frozen
class Particulars:
    """What a meeting is called and when it was: ``body`` and ``number`` come from the name where it tells them."""

    name: str
    body: str | None = None
    number: int | None = None
    scope: UUID | None = None
    held_on: date | None = None
    as_of_on: date | None = None


def particulars(
    name: str,
    *,
    body: str | None = None,
    number: int | None = None,
    scope: UUID | None = None,
    held_on: date | None = None,
    as_of_on: date | None = None,
) -> Particulars:
    """Fill in body and number from a name such as 第2回PT.

    Raises:
        MeetingNameRefused: The name reads as another kind of moment.
    """
    name = clean_text(name)
    domain.check_name(name)
    if read_time(unicodedata.normalize("NFKC", name).strip()) is not None:
        raise MeetingNameRefused(name, "date")
    if body is None or number is None:
        from plan_ledger.values import notation

        try:
            read = notation.parse_meeting(name)
        except NotationError:
            pass
        else:
            body = body if body is not None else read.body
            number = number if number is not None else read.number
    return Particulars(name, body, number, scope, held_on, as_of_on)


def hold(
    work: Work,
    acting: Acting,
    plan: catalog.PlanRow,
    meeting: UUID,
    what: Particulars,
    *,
    at: int | None,
    red_since: Moment,
) -> None:
    """Hold a meeting: its first edition is the table at the head, or at the end of an earlier batch."""
    work.flush()
    moments = Moments(work.tx, plan)
    pair = _pair(work, at)
    scope = None if what.scope is None else _scope(work, plan, what.scope)
    base: tuple[UUID, int] | None
    if red_since is not None:
        base = base_of(moments, moments.resolve(red_since))
    else:
        previous = moments.previous(what.body, scope, before=pair.at + 1)
        base = None if previous is None else (_uuid(moments, previous.meeting), previous.edition)
    edition = _edition(work, plan, pair, base, scope)
    command = domain.HoldMeeting(
        meeting,
        what.name,
        edition,
        what.body,
        what.number,
        what.scope,
        what.held_on,
        what.as_of_on,
    )
    work.begin(acting)
    work.record(domain.decide(state(work, plan, moments.meetings), command))
    work.flush()


def reissue(work: Work, acting: Acting, plan: catalog.PlanRow, name: str, *, at: int | None) -> UUID:
    """Hand out a replacement of a meeting's table; it is red against what the first edition was red against.

    Returns the meeting.
    """
    work.flush()
    moments = Moments(work.tx, plan)
    meeting = find(moments, name)
    first = meeting.editions[0].red_since
    base = None if first is None else (_uuid(moments, first[0]), first[1])
    edition = _edition(work, plan, _pair(work, at), base, meeting.scope)
    work.begin(acting)
    work.record(domain.decide(state(work, plan, moments.meetings), domain.ReissueMeeting(meeting.uuid, edition)))
    work.flush()
    return meeting.uuid


def find(moments: Moments, name: str) -> catalog.MeetingRow:
    """A standing meeting by name.

    Raises:
        UnknownMeeting: With the names there are.
    """
    meeting = moments.by_name(name)
    if meeting is None:
        raise UnknownMeeting(name, tuple(each.name for each in moments.meetings if not each.annulled))
    return meeting


def state(work: Work, plan: catalog.PlanRow, meetings: list[catalog.MeetingRow] | None = None) -> domain.Plan:
    """The plan's state at the head, for deciding; its ``meetings`` where they were read already."""
    return domain.Plan(
        plan.uuid,
        plan.title,
        plan.fiscal_year,
        plan.zone,
        catalog.schema_at(work.tx, plan.no, work.position),
        {
            row.uuid: domain.Meeting(
                row.uuid,
                row.name,
                len(row.editions),
                row.annulled,
                row.body,
                row.number,
                row.held_on,
                row.as_of_on,
            )
            for row in (catalog.meetings(work.tx, plan.no) if meetings is None else meetings)
        },
        catalog.policies_at(work.tx, plan.no),
    )


def _scope(work: Work, plan: catalog.PlanRow, item: UUID) -> int:
    known = work.item(item)
    number = work.stream(item)
    if known is None or number is None or known.plan != plan.uuid:
        raise UnknownItem(item.hex)
    return number


def _pair(work: Work, at: int | None) -> Pair:
    if at is None:
        return Pair.of(work.position)
    bounds = catalog.batch_bounds(work.tx, at) if at else (0, 0)
    if bounds is None or bounds[1] != at:
        first, last = bounds or (work.position + 1, work.position)
        raise NotABatchEnd(at, first - 1, last)
    return Pair.of(at)


def _edition(
    work: Work,
    plan: catalog.PlanRow,
    pair: Pair,
    base: tuple[UUID, int] | None,
    scope: int | None,
) -> domain.Edition:
    digest = (_digest_now(work, plan, scope) if pair == Pair.of(work.position) else None) or digest_at(
        work.tx, plan, pair, scope=scope
    )
    return domain.Edition(pair, base, digest.schema.revision, digest.hex, MARKS_VERSION)


def _digest_now(work: Work, plan: catalog.PlanRow, scope: int | None) -> Digest | None:
    """What ``digest_at`` says of the head, from what is remembered between writes: in a bulk load one meeting follows
    another. None where a text was redacted."""
    table, items = work.table(plan), work.state.items
    if work.state.redacted:
        return None
    schema = catalog.schema_at(work.tx, plan.no, work.position)
    if scope is not None:
        ordered = within(table.ordered, table.structure, scope)
        texts = ((row.level, {key: cell.text for key, cell in items[row.uuid.int].cells.items()}) for row in ordered)
        return Digest(digest_of_table(plan.title, plan.fiscal_year, schema, texts), schema, redacted=False)
    if table.parts is None or table.revision != schema.revision:
        work.keep_ready(plan, table, schema)
    assert table.parts is not None
    return Digest(table.parts.hexdigest(), schema, redacted=False)


def base_of(moments: Moments, moment: MomentRef) -> tuple[UUID, int] | None:
    """The edition that a table is red against."""
    meeting = moments.by_name(moment.meeting) if moment.meeting else None
    if meeting is None:
        raise UnknownMeeting(moment.name)
    return meeting.uuid, moment.edition or meeting.latest.edition


def _uuid(moments: Moments, meeting: int) -> UUID:
    return next(each.uuid for each in moments.meetings if each.no == meeting)
