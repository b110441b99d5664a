"""The values a notation is read into: frozen, each with its original text, spans and warnings.

Two values are equal when they mean the same: ``text``, ``spans`` and ``warnings`` say how something was written and
take no part in ``==``.
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING, Literal, NamedTuple

from attrs import field, frozen

if TYPE_CHECKING:
    from decimal import Decimal

    from plan_ledger.values.notation.codes import NotationWarning

Precision = Literal["day", "month", "year", "fiscal_year", "season"]


class Span(NamedTuple):
    """Which part of a value came from which characters of the original (``end`` exclusive)."""

    part: str
    start: int
    end: int


def last_day(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def iso(year: int, month: int | None = None, day: int | None = None) -> str:
    if month is None:
        return f"{year:04d}"
    return f"{year:04d}-{month:02d}" if day is None else f"{year:04d}-{month:02d}-{day:02d}"


@frozen
class Date:
    """A day, month, year, fiscal year or season.

    ``year`` is the calendar year, or the year in which the fiscal year begins where ``precision`` says so.
    ``qualifiers`` are kept words (末, 上旬, まで, 予定 …), ``suffix`` is whatever followed them.
    """

    text: str = field(eq=False)
    year: int
    month: int | None = None
    day: int | None = None
    precision: Precision = "day"
    qualifiers: tuple[str, ...] = ()
    approx: bool = False
    season: str | None = None
    weekday: str | None = None
    suffix: str = ""
    warnings: tuple[NotationWarning, ...] = field(default=(), eq=False)
    spans: tuple[Span, ...] = field(default=(), eq=False)

    @property
    def start(self) -> str:
        """ISO 8601, as exact as the text: ``2023``, ``2023-04`` or ``2023-04-01``."""
        return iso(self.year, 4) if self.precision == "fiscal_year" else iso(self.year, self.month, self.day)

    @property
    def first(self) -> dt.date:
        """The first day that the text can mean."""
        month = 4 if self.precision == "fiscal_year" else self.month or 1
        return dt.date(self.year, month, self.day or 1)

    @property
    def last(self) -> dt.date:
        """The last day that the text can mean."""
        if self.precision == "fiscal_year":
            return dt.date(self.year + 1, 3, 31)
        month = self.month or 12
        return dt.date(self.year, month, self.day or last_day(self.year, month))

    @property
    def weekday_ok(self) -> bool | None:
        """Whether the weekday in the text is that day's; None without one."""
        if self.weekday is None:
            return None
        return "月火水木金土日"[self.first.weekday()] == self.weekday


@frozen
class Period:
    """From ``start`` to ``end``, both inclusive, ISO 8601 to the month or day; None where the text names none.

    ``open`` says that the text leaves a side open (``R5.4~``, ``～R6.3``). A vague end (2030年代半ば) is not open:
    ``end`` is None and ``end_text`` has the words.
    """

    text: str = field(eq=False)
    start: str | None
    end: str | None
    open: bool = False
    precision: Precision = "month"
    end_text: str | None = None
    qualifiers: tuple[str, ...] = ()
    approx: bool = False
    suffix: str = ""
    weekday_ok: bool | None = None
    duration_months: int | None = None
    duration_ok: bool | None = None
    warnings: tuple[NotationWarning, ...] = field(default=(), eq=False)
    spans: tuple[Span, ...] = field(default=(), eq=False)

    @property
    def open_side(self) -> Literal["start", "end"] | None:
        if not self.open:
            return None
        return "start" if self.start is None else "end"

    @property
    def first(self) -> dt.date | None:
        """The first day, None while the start is open."""
        if self.start is None:
            return None
        return dt.date.fromisoformat(self.start if len(self.start) > 7 else self.start + "-01")

    @property
    def last(self) -> dt.date | None:
        """The last day, None while the end is open or vague."""
        if self.end is None:
            return None
        if len(self.end) > 7:
            return dt.date.fromisoformat(self.end)
        year, month = int(self.end[:4]), int(self.end[5:])
        return dt.date(year, month, last_day(year, month))


@frozen
class FiscalYear:
    """A fiscal year (April to March), or a calendar year where the text says 年 (``precision`` "year")."""

    text: str = field(eq=False)
    year: int
    precision: Literal["fiscal_year", "year"] = "fiscal_year"
    warnings: tuple[NotationWarning, ...] = field(default=(), eq=False)
    spans: tuple[Span, ...] = field(default=(), eq=False)


@frozen
class Part:
    """A labelled part of an amount, in yen."""

    label: str
    yen: int


@frozen
class Money:
    """An amount in yen, or a mark that stands in its place.

    ``yen`` is None where there is no amount: ``mark`` then says why ("none" for a dash, "blank", "unknown", 皆増 …),
    or ``ratio`` holds a bracketed percentage. ``unit_given`` is the unit as printed ("none": it came from the table).
    ``excluded`` amounts are repeated (再掲), a part, or a commitment: a total leaves them out.
    """

    text: str = field(eq=False)
    yen: int | None
    unit_given: str = field(default="none", eq=False)
    mark: str | None = None
    approx: str | None = None
    comparator: str | None = None
    low: int | None = None
    high: int | None = None
    fiscal_year: int | None = None
    stage: str | None = None
    role: str | None = None
    label: str | None = None
    note_marker: str | None = None
    bracket: str | None = None
    ratio: Decimal | None = None
    of_which: tuple[Part, ...] = ()
    breakdown: tuple[Part, ...] = ()
    remark: str | None = None
    warnings: tuple[NotationWarning, ...] = field(default=(), eq=False)
    spans: tuple[Span, ...] = field(default=(), eq=False)

    @property
    def excluded(self) -> bool:
        """Whether a total leaves this amount out."""
        return self.role is not None or self.bracket is not None or _is_past(self.label)

    @property
    def counted(self) -> int | None:
        """What a total adds, in yen: without repeated parts (うち再掲); None where nothing is to be added."""
        if self.yen is None or self.excluded:
            return None
        return self.yen - sum(part.yen for part in (*self.of_which, *self.breakdown) if "再掲" in part.label)


def _is_past(label: str | None) -> bool:
    """Whether a label says that the amount is last year's (前年度 1,000)."""
    return label is not None and label.startswith(("前年", "昨年", "前々年", "一昨年"))


@frozen
class Quantity:
    """A number with its unit, as a part of a larger notation."""

    value: Decimal | None
    unit: str = ""
    label: str | None = None
    comparator: str | None = None
    approx: bool = False
    rank: int | None = None


@frozen
class Number:
    """A count, rate or measure; ``value`` is exact and in the plain unit (1万人 is 10000 人, 7割 is 70 %)."""

    text: str = field(eq=False)
    value: Decimal | None
    unit: str = ""
    original_unit: str | None = None
    approx: bool = False
    comparator: str | None = None
    per: str | None = None
    cumulative: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    parts: tuple[Quantity, ...] = ()
    mark: str | None = None
    warnings: tuple[NotationWarning, ...] = field(default=(), eq=False)
    spans: tuple[Span, ...] = field(default=(), eq=False)


@frozen
class Target:
    """A KPI's target or actual figure; ``unparsed`` where the words hold no figure that can be relied on."""

    text: str = field(eq=False)
    value: Decimal | None = None
    unit: str = ""
    comparator: str | None = None
    unparsed: bool = False
    approx: bool = False
    cumulative: bool = False
    per: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    rank: int | None = None
    base: Quantity | None = None
    fiscal_year: int | None = None
    target: str | None = None
    target_precision: str | None = None
    role: str | None = None
    as_of: str | None = None
    reference: str | None = None
    ratio: Decimal | None = None
    change_rate: Decimal | None = None
    side: tuple[Quantity, ...] = ()
    multi: tuple[Quantity, ...] = ()
    warnings: tuple[NotationWarning, ...] = field(default=(), eq=False)
    spans: tuple[Span, ...] = field(default=(), eq=False)


@frozen
class ScheduleEntry:
    """One line of a progress cell: when (text and period, None where undated or unreadable) and what."""

    when_text: str | None = field(eq=False)
    when: Period | None
    text: str
    span: tuple[int, int] = field(eq=False)


@frozen
class Mention:
    """A date inside a sentence; it starts no entry. ``when`` is None where its year is not known."""

    text: str
    when: Period | None
    span: tuple[int, int] = field(eq=False)


@frozen
class Schedule:
    """A progress cell split into its entries, in the cell's order."""

    text: str = field(eq=False)
    entries: tuple[ScheduleEntry, ...]
    mentions: tuple[Mention, ...] = ()
    warnings: tuple[NotationWarning, ...] = field(default=(), eq=False)


@frozen
class MeetingName:
    """A meeting as a title or heading names it."""

    text: str = field(eq=False)
    number: int | None
    body: str | None = None
    fiscal_year: int | None = None
    plan: str | None = None
    date: str | None = None
    material: str | None = None
    mode: str | None = None
    warnings: tuple[NotationWarning, ...] = field(default=(), eq=False)
    spans: tuple[Span, ...] = field(default=(), eq=False)
