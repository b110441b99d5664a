"""What an auditor looks at first: no reason, after a hold, another section's rows, very large, a clock behind.

Each finding is about one batch. The rules:

``blank_reason``
    The batch gives no reason.
``after_hold``
    Recorded after what a meeting handed out was fixed, up to the end of the day on which it was held: what lies on
    the table and what the ledger says are not the same. What a replacement (差替) of that meeting shows is none; a
    meeting without a day (開催日) has no such time.
``other_section``
    The last change of the row before, mass imports left aside, was another section's. A change's section is its
    author's, else its recorder's; where nobody said a section nothing is found. The first to change a row after it
    was imported is nobody's guest.
``mass``
    At least so many changes of the plan (100, unless said otherwise) in one batch.
``clock``
    The recorder's clock ran behind the last recorded time, so that the recorded time is not the clock's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from attrs import frozen

from plan_ledger.index import catalog
from plan_ledger.queries import audit
from plan_ledger.queries.audit_answers import RULES, AuditException
from plan_ledger.queries.audit_filters import Selection
from plan_ledger.queries.audit_rows import Teller
from plan_ledger.queries.audit_sections import LastSections
from plan_ledger.queries.audit_thin import Thin, facts, positions, section_of, who
from plan_ledger.queries.results import ERASED, time_of

_TITLES = 3
_MICRO = 1_000_000


@frozen
class _Window:
    """From when a meeting's table was fixed to the end of its day; ``settled``: what a replacement shows."""

    meeting: str
    known: int
    settled: int
    ends_us: int


class Finder:
    """Goes through a plan's changes once, batch by batch."""

    def __init__(self, reading: audit.Reading, parts: Sequence[tuple[Teller, Selection]], mass: int) -> None:
        self._reading, self._parts, self._mass = reading, parts, mass

    def found(self) -> list[AuditException]:
        """Every finding, in the order of :data:`RULES`."""
        findings = [finding for teller, selection in self._parts for finding in self._of_plan(teller, selection)]
        order = list(RULES)
        findings.sort(key=lambda each: (order.index(each.rule), each.batch))
        return findings

    def _of_plan(self, teller: Teller, selection: Selection) -> Iterator[AuditException]:
        wanted = positions(self._reading, teller, selection)
        windows = _windows(teller)
        with self._reading() as rows:
            # Whole batches, whatever the filters; whose a row was before them is asked when it comes up.
            bounds = catalog.batch_bounds(rows, selection.after + 1)
            after = 0 if bounds is None else bounds[0] - 1
            everything = Selection(after=after, upto=selection.upto)
            last_section = LastSections(rows, teller, after, self._mass)
            for batch in _batches(facts(rows, teller, everything)):
                listed = [each for each in batch if each.position in wanted]
                section = section_of(batch[0].header, teller)
                large = len(batch) >= self._mass
                others = {} if large or section is None else last_section.others(batch, section)
                if section is not None and not large:
                    last_section.update((each.item, section) for each in batch)
                if not listed:
                    continue
                teller.items(rows, {each.item for each in listed[:_TITLES]})
                yield from self._of_batch(teller, listed, windows, large=large)
                guests = [each for each in listed if each.item in others]
                if guests:
                    teller.items(rows, {each.item for each in guests})
                    hosts = "、".join(dict.fromkeys(others[each.item] for each in guests))
                    yield _finding("other_section", teller, guests, f"{section} が {hosts} の行を変更")

    def _of_batch(
        self, teller: Teller, listed: list[Thin], windows: list[_Window], *, large: bool
    ) -> Iterator[AuditException]:
        head = listed[0]
        if not (head.header.get("reason") or "").strip():
            yield _finding("blank_reason", teller, listed, "")
        if large:
            yield _finding("mass", teller, listed, f"{len(listed)}件")
        if (clock := head.header.get("clock")) is not None:
            behind = (head.recorded_us - clock) / _MICRO
            yield _finding("clock", teller, listed, f"時計は記録の時刻より{behind:,.1f}秒遅れ")
        for window in windows:
            late = [
                each
                for each in listed
                if each.position > window.known
                and each.position > window.settled
                and each.recorded_us <= window.ends_us
            ]
            if late:
                yield _finding("after_hold", teller, late, f"{window.meeting} の資料確定後、開催日まで")


def _batches(found: Iterator[Thin]) -> Iterator[list[Thin]]:
    collected: list[Thin] = []
    for each in found:
        if collected and collected[0].batch != each.batch:
            yield collected
            collected = []
        collected.append(each)
    if collected:
        yield collected


def _windows(teller: Teller) -> list[_Window]:
    zone = ZoneInfo(teller.plan.zone)
    found: list[_Window] = []
    for meeting in teller.meetings:
        if meeting.annulled or meeting.held_on is None:
            continue
        ends = datetime.combine(meeting.held_on, time.max, zone)
        found.append(
            _Window(
                meeting.name,
                meeting.editions[0].pair.known,
                meeting.latest.pair.known if len(meeting.editions) > 1 else 0,
                int(ends.timestamp()) * _MICRO + ends.microsecond,
            )
        )
    return found


def _finding(rule: str, teller: Teller, listed: list[Thin], detail: str) -> AuditException:
    head = listed[0]
    items = list(dict.fromkeys(each.item for each in listed))[:_TITLES]
    return AuditException(
        rule,
        head.batch,
        head.position,
        listed[-1].position,
        len(listed),
        time_of(head.recorded_us, teller.plan.zone),
        who(head.header, "actor", teller) or ERASED,
        who(head.header, "on_behalf_of", teller),
        head.header.get("reason"),
        head.header.get("document"),
        detail,
        tuple(path for item in items if (path := teller.known_path(item))),
    )
