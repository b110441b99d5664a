"""Points between meetings: where a table that is entered afterwards counts, and what comes next after it."""

from __future__ import annotations

from attrs import frozen

from plan_ledger.domain.correction_errors import MeetingsOutOfOrder
from plan_ledger.domain.errors import NoRoom
from plan_ledger.index import catalog
from plan_ledger.ledger.correcting import edition_meant
from plan_ledger.queries.moments import Moment, Moments
from plan_ledger.queries.results import MomentRef
from plan_ledger.values.coordinates import Pair, effective_of, position_of

STEP = 5
"""How much of the room is used up at a time, as a shift: a 32nd, beside the neighbour that was entered last. Tables
come oldest first or newest first, seldom mixed; either way some 300 of them fit between two positions."""


@frozen
class Point:
    """Where a table goes.

    Attributes:
        effective: Its coordinate; None: at the head, behind everything.
        before: What has been seen at the point until now.
        next: The coordinate of the next meeting that stands; None: there is none.
    """

    effective: int | None
    before: Pair
    next: int | None = None


def point_between(moments: Moments, plan: catalog.PlanRow, *, before: Moment = None, after: Moment = None) -> Point:
    """The point directly after one meeting's last edition, or directly before another's first.

    Between two that are not neighbours, it is directly after the earlier one. Of a meeting named with an edition
    (``第2回PT#1``), that edition counts.

    Raises:
        NotAMeeting, UnknownMeeting: One of them was not held.
        MeetingsOutOfOrder: The one is not before the other.
        NoRoom: So much was entered between two neighbours that there is no coordinate left.
    """
    if before is None and after is None:
        return Point(None, Pair.of(moments.head))
    recorded = {edition.pair.at: edition.position for meeting in moments.meetings for edition in meeting.editions}
    taken = sorted(recorded)
    ceiling: int | None = None
    if before is not None:
        ceiling = _coordinate(moments, before, last=False)
    if after is not None:
        floor = _coordinate(moments, after, last=True)
        if ceiling is not None and floor >= ceiling:
            raise MeetingsOutOfOrder(_name(after), _name(before))
    else:
        earlier = [at for at in taken if ceiling is not None and at < ceiling]
        floor = earlier[-1] if earlier else effective_of(plan.position)
    # What was recorded behind the floor led to the next meeting: the table goes before all of it.
    open_end = effective_of(position_of(floor) + 1)
    end = next((at for at in taken if floor < at < open_end), open_end)
    room = end - floor
    if room < 2:
        raise NoRoom(_name(after if after is not None else before))
    step = max(1, room >> STEP)
    effective = end - step if recorded.get(end, 0) > recorded.get(floor, 0) else floor + step
    standing = (
        edition.pair.at
        for meeting in moments.meetings
        if not meeting.annulled
        for edition in meeting.editions
        if edition.pair.at > effective
    )
    return Point(effective, Pair(effective, moments.head), min(standing, default=None))


def _coordinate(moments: Moments, moment: Moment, *, last: bool) -> int:
    """The coordinate of a meeting's first or last edition, or of the edition that was named."""
    found = edition_meant(moments, moment)
    meeting = moments.by_name(found.meeting or "")
    assert meeting is not None
    if not last and found.name == meeting.name:
        return min(edition.pair.at for edition in meeting.editions)
    return max(edition.pair.at for edition in meeting.editions) if found.name == meeting.name else found.pair.at


def _name(moment: Moment) -> str:
    return moment.name if isinstance(moment, MomentRef) else str(getattr(moment, "name", moment))
