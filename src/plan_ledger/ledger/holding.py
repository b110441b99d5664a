"""A plan's meetings: hold them, hand out replacements, take back or rename what was held by mistake."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from plan_ledger.domain import plans as domain
from plan_ledger.ledger import editions
from plan_ledger.ledger.tracing import PlanTracing
from plan_ledger.ledger.work import Receipt, Work
from plan_ledger.queries.moments import Moment, Moments
from plan_ledger.queries.results import MeetingInfo

if TYPE_CHECKING:
    from plan_ledger.ledger.item import Item


class PlanMeetings(PlanTracing):
    """Part of a plan's handle; see :class:`plan_ledger.Plan`."""

    def hold(
        self,
        name: str,
        *,
        on: date | str | None = None,
        as_of: date | str | None = None,
        at: int | None = None,
        body: str | None = None,
        number: int | None = None,
        scope: Item | str | None = None,
        red_since: Moment = None,
    ) -> MeetingInfo:
        """Hold a meeting: fixes what is handed out, for ever, and what of it is red.

        Args:
            name: ``第2回PT``; must not read as a date, a number or ``now``.
            on, as_of: 開催日 and 基準日 (a date, or text such as ``R5.8.30``).
            at: The end of an earlier batch; None: everything recorded so far.
            body, number: Read from the name where they are not given (``PT``, 2).
            scope: An item whose subtree alone is handed out.
            red_since: The meeting that this one is red against; None: the previous one of the same body and scope.

        Raises:
            MeetingExists, MeetingNameRefused, NotABatchEnd, ActorRequired: Nothing is recorded.
        """
        acting = self._ledger.recording.outside_batch("hold")
        what = editions.particulars(
            name,
            body=body,
            number=number,
            scope=self._uuid(scope),
            held_on=self._day(on),
            as_of_on=self._day(as_of),
        )
        uuid = self._ledger.recording.new_id()
        self._ledger.recording.write(
            lambda work, _: editions.hold(work, acting, self._row, uuid, what, at=at, red_since=red_since)
        )
        return self._meeting_of(uuid)

    def reissue(self, name: str, *, at: int | None = None) -> MeetingInfo:
        """Hand out a replacement (差し替え): a further edition; the meeting's name now means this one."""
        acting = self._ledger.recording.outside_batch("reissue")
        found: list[UUID] = []
        self._ledger.recording.write(
            lambda work, _: found.append(editions.reissue(work, acting, self._row, name, at=at))
        )
        return self._meeting_of(*found)

    def annul(self, name: str) -> Receipt:
        """Take back a meeting that was held by mistake; its name is free again."""
        acting = self._ledger.recording.outside_batch("annul")

        def annulling(work: Work, _: Any) -> None:
            meeting = editions.find(Moments(work.tx, self._row), name)
            work.begin(acting)
            work.record(domain.decide(editions.state(work, self._row), domain.AnnulMeeting(meeting.uuid)))

        return self._ledger.recording.write(annulling)

    def rename_meeting(self, name: str, new_name: str, *, on: date | str | None = None) -> MeetingInfo:
        """Call a meeting otherwise; its editions stay what they are.

        Body and number are read from the new name; where it tells none, they stay.
        """
        acting = self._ledger.recording.outside_batch("rename_meeting")
        what = editions.particulars(new_name, held_on=self._day(on))
        found: list[UUID] = []

        def renaming(work: Work, _: Any) -> None:
            meeting = editions.find(Moments(work.tx, self._row), name)
            command = domain.RenameMeeting(
                meeting.uuid,
                what.name,
                what.body if what.body is not None else meeting.body,
                what.number if what.number is not None else meeting.number,
                what.held_on or meeting.held_on,
                meeting.as_of_on,
            )
            work.begin(acting)
            work.record(domain.decide(editions.state(work, self._row), command))
            found.append(meeting.uuid)

        self._ledger.recording.write(renaming)
        return self._meeting_of(*found)

    def _day(self, day: date | str | None) -> date | None:
        if day is None or isinstance(day, date):
            return day
        from plan_ledger.errors import NotationError
        from plan_ledger.values import notation

        try:
            return date.fromisoformat(day)
        except ValueError:
            pass
        parsed = notation.to_json(notation.parse_date(day, fiscal_year=self.fiscal_year))
        if parsed.get("precision") != "day":
            raise NotationError(day, "date", "not_a_day")
        return date.fromisoformat(parsed["start"])
