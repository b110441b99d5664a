"""Moments: a meeting or edition, a position, a date or time, now, previous; resolved to a pair, or refused."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import define

from plan_ledger.errors import NotationError, PlanLedgerError
from plan_ledger.index import catalog
from plan_ledger.queries.results import EditionInfo, MeetingInfo, MomentRef
from plan_ledger.store.position import last_position
from plan_ledger.store.transaction import Rows
from plan_ledger.values.coordinates import Pair, effective_of, position_of
from plan_ledger.values.texts import folded_name

ISO_DAY = len("2023-08-30")

Moment = str | int | datetime | date | MeetingInfo | EditionInfo | MomentRef | None
"""What may name a point. None means now."""


@define(eq=False, slots=False)
class UnknownMoment(PlanLedgerError):
    """The words name no meeting, position or time of this plan."""

    code: ClassVar[str] = "unknown_moment"
    ja: ClassVar[str] = "時点「{moment}」がわかりません。会議名・記録番号・日時・now のどれかで指定してください。{hint}"
    en: ClassVar[str] = "Unknown moment {moment!r}; name a meeting, a position, a date and time, or now. {hint}"

    moment: str
    near: tuple[str, ...] = ()

    def words(self) -> dict[str, str]:
        names = "、".join(self.near)
        return {"moment": self.moment, "hint": f"（近い名前：{names}）" if names else ""}


@define(eq=False, slots=False)
class NoSuchPosition(PlanLedgerError):
    """The ledger has no such position."""

    code: ClassVar[str] = "no_such_position"
    ja: ClassVar[str] = "記録番号{position}はまだありません（最後は{head}）。"
    en: ClassVar[str] = "There is no position {position}; the last is {head}."

    position: int
    head: int


@define(eq=False, slots=False)
class NoPreviousMeeting(PlanLedgerError):
    """There is no earlier meeting to compare with."""

    code: ClassVar[str] = "no_previous_meeting"
    ja: ClassVar[str] = "前回に当たる会議がありません。時点を会議名などで指定してください。"
    en: ClassVar[str] = "There is no previous meeting; name a moment."


class Moments:
    """Resolves moments of one plan, within one consistent view."""

    def __init__(
        self,
        rows: Rows,
        plan: catalog.PlanRow,
        *,
        head: int | None = None,
        meetings: list[catalog.MeetingRow] | None = None,
    ) -> None:
        """``head`` and the plan's ``meetings`` are read where the caller does not know them."""
        self._rows = rows
        self._plan = plan
        self._meetings = meetings
        self.head = last_position(rows) if head is None else head

    @property
    def meetings(self) -> list[catalog.MeetingRow]:
        if self._meetings is None:
            self._meetings = catalog.meetings(self._rows, self._plan.no)
        return self._meetings

    def resolve(self, moment: Moment, *, known_at: Moment = None) -> MomentRef:
        """The pair that a moment stands for; with ``known_at``, as it was known at another moment.

        Raises:
            UnknownMoment, NoSuchPosition, NoPreviousMeeting: The moment names nothing here.
        """
        found = self._resolve(moment)
        if known_at is None:
            return found
        known = self._resolve(known_at).pair.known
        return MomentRef(
            found.name,
            found.position,
            Pair(found.pair.at, known),
            found.meeting,
            found.edition,
            found.held_on,
            found.as_of_on,
            as_known=known != found.pair.known,
        )

    def _resolve(self, moment: Moment) -> MomentRef:
        match moment:
            case None:
                return self._now()
            case MomentRef():
                return moment
            case MeetingInfo():
                return self.edition(self._by_id(moment), None)
            case EditionInfo():
                return self._of_edition(moment)
            case bool():
                raise UnknownMoment(str(moment))
            case int():
                return self._position(moment)
            case datetime():
                return self._time(moment, str(moment))
            case date():
                return self._time(self._end_of(moment), str(moment))
            case str():
                return self._words(moment)
        raise UnknownMoment(str(moment))

    def _words(self, words: str) -> MomentRef:
        folded = unicodedata.normalize("NFKC", words).strip()
        if folded.casefold() in ("now", "現在"):
            return self._now()
        if folded.casefold() in ("previous", "前回"):
            if (base := self.since_of(self._now())) is None:
                raise NoPreviousMeeting
            return base
        if re.fullmatch(r"[0-9]{1,18}", folded):
            return self._position(int(folded))
        name, hash_, edition = folded.partition("#")
        meeting = self.by_name(name)
        if meeting is not None:
            if hash_ and not (re.fullmatch(r"[0-9]{1,6}", edition) and 1 <= int(edition) <= len(meeting.editions)):
                raise UnknownMoment(words, tuple(f"{meeting.name}#{each.edition}" for each in meeting.editions))
            return self.edition(meeting, int(edition) if edition else None)
        found = self._date_words(folded)
        if found is None:
            names = [each.name for each in self.meetings if not each.annulled]
            raise UnknownMoment(words, tuple(get_close_matches(name, names, n=3, cutoff=0.4)))
        return found

    def _date_words(self, words: str) -> MomentRef | None:
        read = read_time(words)
        if read is None:
            return None
        return self._time(read if isinstance(read, datetime) else self._end_of(read), words)

    # --- kinds of moments ---------------------------------------------------------------------------------------

    def _now(self) -> MomentRef:
        return MomentRef("now", self.head, Pair.of(self.head))

    def _position(self, position: int) -> MomentRef:
        if not 0 <= position <= self.head:
            raise NoSuchPosition(position, self.head)
        return MomentRef(str(position), position, Pair.of(position))

    def _time(self, moment: datetime, name: str) -> MomentRef:
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(self._plan.zone))
        epoch = datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))
        position = catalog.position_at(self._rows, (moment - epoch) // timedelta(microseconds=1))
        return MomentRef(name, position, Pair.of(position))

    def _end_of(self, day: date) -> datetime:
        return datetime.combine(day, time(23, 59, 59, 999_999), ZoneInfo(self._plan.zone))

    def edition(self, meeting: catalog.MeetingRow, number: int | None) -> MomentRef:
        """A meeting's latest edition, or one by its number."""
        edition = meeting.latest if number is None else meeting.editions[number - 1]
        name = meeting.name if number is None else f"{meeting.name}#{number}"
        return MomentRef(
            name,
            position_of(edition.pair.at),
            edition.pair,
            meeting.name,
            edition.edition,
            meeting.held_on,
            meeting.as_of_on,
        )

    def _of_edition(self, info: EditionInfo) -> MomentRef:
        for meeting in self.meetings:
            for edition in meeting.editions:
                if edition.position == info.position:
                    return self.edition(meeting, edition.edition)
        raise UnknownMoment(f"#{info.number}")

    # --- meetings -----------------------------------------------------------------------------------------------

    def by_name(self, name: str) -> catalog.MeetingRow | None:
        wanted = folded_name(name)
        return next((m for m in self.meetings if not m.annulled and folded_name(m.name) == wanted), None)

    def _by_id(self, info: MeetingInfo) -> catalog.MeetingRow:
        for meeting in self.meetings:
            if meeting.uuid == info.id:
                return meeting
        raise UnknownMoment(info.name)

    def previous(self, body: str | None, scope: int | None, before: int | None = None) -> catalog.EditionRow | None:
        """The last edition handed out of the same body and scope (before an effective coordinate, where given)."""
        found: list[catalog.EditionRow] = [
            edition
            for meeting in self.meetings
            if not meeting.annulled and meeting.body == body and meeting.scope == scope
            for edition in meeting.editions
            if before is None or edition.pair.at < before
        ]
        return max(found, key=lambda edition: (edition.pair.at, edition.position), default=None)

    def since_of(self, until: MomentRef) -> MomentRef | None:
        """What a moment is red against by default: an edition's fixed red base, else the last meeting handed out."""
        if until.meeting is not None:
            meeting = self.by_name(until.meeting)
            if meeting is not None:
                edition = meeting.editions[(until.edition or len(meeting.editions)) - 1]
                return self._red_base(edition)
        upto = effective_of(until.position)
        handed_out = [
            (edition.pair.at, edition.position, edition.edition, meeting)
            for meeting in self.meetings
            if not meeting.annulled
            for edition in meeting.editions
            if edition.pair.at <= upto
        ]
        if not handed_out:
            return None
        _, _, number, meeting = max(handed_out, key=lambda each: each[:2])
        return self.edition(meeting, None if number == len(meeting.editions) else number)

    def _red_base(self, edition: catalog.EditionRow) -> MomentRef | None:
        if edition.red_since is None:
            return None
        number, edition_number = edition.red_since
        meeting = next(each for each in self.meetings if each.no == number)
        return self.edition(meeting, edition_number)


def read_time(words: str) -> datetime | date | None:
    """The time or the day that words name, in ISO form or as offices write dates; None where they name neither."""
    try:
        parsed = datetime.fromisoformat(words)
    except ValueError:
        pass
    else:
        return parsed.date() if len(words) <= ISO_DAY else parsed
    from plan_ledger.values import notation

    try:
        day = notation.parse_date(words)
    except NotationError:
        return None
    start = notation.to_json(day).get("start", "")
    if not isinstance(start, str) or len(start) != ISO_DAY:
        return None  # a month or a year is not a moment
    return date.fromisoformat(start)


def meeting_info(
    meeting: catalog.MeetingRow, meetings: list[catalog.MeetingRow], scopes: dict[int, UUID]
) -> MeetingInfo:
    """The public form of a meeting's row."""
    names = {each.no: each.name for each in meetings}
    scope = scopes.get(meeting.scope) if meeting.scope is not None else None
    return MeetingInfo(
        meeting.uuid,
        meeting.name,
        meeting.body,
        meeting.number,
        scope,
        meeting.held_on,
        meeting.as_of_on,
        meeting.annulled,
        tuple(
            EditionInfo(
                each.edition,
                each.position,
                each.pair,
                None if each.red_since is None else (names[each.red_since[0]], each.red_since[1]),
                each.digest,
                each.schema_revision,
                each.marks_version,
            )
            for each in meeting.editions
        ),
    )
