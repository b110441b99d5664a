"""From what was scanned to the calendar: the missing year, the last day of a month, the bounds of an era."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan_ledger.values.notation.codes import NotationWarning, Reason
from plan_ledger.values.notation.eras import SOLAR_SINCE
from plan_ledger.values.notation.model import last_day

if TYPE_CHECKING:
    from plan_ledger.values.notation.context import Reading
    from plan_ledger.values.notation.point import Point


def resolve(r: Reading, p: Point) -> None:
    """Fix the year, check the calendar and the era, and set ``key1`` and ``key2``.

    Raises:
        NotationError: missing_year, invalid_month, invalid_day, lunar_calendar.
    """
    month, day = p.month, p.day
    if month is not None and not 1 <= month <= 12:
        raise r.error(Reason.INVALID_MONTH, _offset(p, "month"))
    if p.year is None:
        _infer_year(r, p)
    year = p.year
    assert year is not None
    fiscal = p.word == "年度" or (p.precision == "part" and p.written != "")
    if fiscal and p.written and month is not None and month < 4:
        # A month after 年度 is one of that fiscal year: 令和5年度3月 is March 2024.
        p.year = year = year + 1
    if month is None:
        if p.season is None and (fiscal or p.precision == "fiscal_year"):
            p.precision = "fiscal_year"
            p.key1, p.key2 = year * 10000 + 401, (year + 1) * 10000 + 331
        else:
            p.key1, p.key2 = year * 10000 + 101, year * 10000 + 1231
    elif day is None:
        final = month + p.months - 1 if p.months else month
        p.key1, p.key2 = _month_keys(year, month, year + (final > 12), final - 12 if final > 12 else final)
    else:
        if not 1 <= day <= 28 and (day < 1 or day > last_day(year, month)):
            raise r.error(Reason.INVALID_DAY, _offset(p, "day"))
        p.key1 = p.key2 = year * 10000 + month * 100 + day
    era = p.era
    if era is not None:
        begins = p.key1
        if fiscal and month is not None and month < 4:
            # 平成31年度末 is in 2020, but there was a 平成31年度.
            begins = (year - 1) * 10000 + 401
        if begins > era.last:
            p.warn(NotationWarning.ERA_OVERFLOW)
        elif p.key2 < era.first:
            p.warn(NotationWarning.ERA_BEFORE_START)
        if year < SOLAR_SINCE and month is not None:
            raise r.error(Reason.LUNAR_CALENDAR, p.start)


def _month_keys(year: int, month: int, year2: int, month2: int) -> tuple[int, int]:
    return year * 10000 + month * 100 + 1, year2 * 10000 + month2 * 100 + last_day(year2, month2)


def _infer_year(r: Reading, p: Point) -> None:
    if r.fiscal_year is None:
        raise r.error(Reason.MISSING_YEAR, p.start)
    if p.season == "冬":
        # December, or the January of the next year.
        raise r.error(Reason.AMBIGUOUS, p.start)
    p.year = r.fiscal_year + 1 if p.month is not None and p.month < 4 else r.fiscal_year
    p.warn(NotationWarning.YEAR_INFERRED)


def _offset(p: Point, part: str) -> int:
    for name, start, _ in p.parts:
        if name == part:
            return start
    return p.start
