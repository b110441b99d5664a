"""Scanning a range of two points: every range mark, and a right side that says only what differs from the left.

``R5.4~9`` has a month on the left, so 9 is a month; ``R5～8`` has none, so 8 is a year. A right side that would be
earlier rolls over to the next calendar year if that is still the same fiscal year, and is refused otherwise.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from plan_ledger.values.notation.codes import NotationWarning, Reason
from plan_ledger.values.notation.model import last_day
from plan_ledger.values.notation.numerals import kanji_number
from plan_ledger.values.notation.point import Point
from plan_ledger.values.notation.points import finish_point, scan_point
from plan_ledger.values.notation.resolving import resolve

if TYPE_CHECKING:
    from plan_ledger.values.notation.context import Reading

MARK: Final = re.compile(r"(?:~|→|から|より|-|ー)")
LEAD: Final = re.compile(r"~|→")
_BARE: Final = re.compile(r"([0-9]{1,2})(?:([./・-])([0-9]{1,2})(?:\2([0-9]{1,2}))?)?(?![0-9年月Q])(日(?!間))?")
_NEXT: Final = re.compile(r"(翌年?の?|同年?の?)(?=[0-9〇一二三四五六七八九十]{1,3}月)")
_QUARTERS: Final = re.compile(
    r"第?([1-4])・?(?:四半期)?(?:~|-|ー|から)第?([1-4])・?四半期|([1-4])(?:Q)?(?:~|-|ー)([1-4])Q"
)
_FUZZY: Final = re.compile(
    r"[0-9]{4}年代(?:前半|半ば|なかば|後半|初頭|末|中頃|中盤)?(?:頃|ごろ)?(?:まで)?|未定|(?:終期|終了時期|期限|期間|時期)(?:は)?(?:未定|なし)|無期限|当面の?間?|当分の?間?"
    r"|(?:事業|工事|整備|計画)?(?:完了|終了|達成|完成|廃止|供用開始)(?:時|後|予定|まで){0,2}"
)
_LENGTH: Final = re.compile(
    r"(?P<open>\()?(?:約)?(?:(?P<half>半年)(?:間)?|(?P<n>[0-9]{1,3}|[一二三四五六七八九十]{1,3})"
    r"(?P<u>[かカヶヵケ箇]年度?間?|年度?(?:間|(?=\)))|[かカヶヵケ箇]月間?|月間|週間|日間))(?(open)\))"
)


class Range:
    """What was scanned; ``open`` marks a side left open, ``fuzzy`` an end in words."""

    __slots__ = ("days", "end", "fuzzy", "left", "length", "mark", "open", "right")

    def __init__(self, left: Point | None, right: Point | None, end: int) -> None:
        self.left = left
        self.right = right
        self.end = end
        self.open = False
        self.mark: tuple[int, int] | None = None
        self.fuzzy: tuple[int, int] | None = None
        self.length: int | None = None
        self.days: int | None = None


def scan_range(r: Reading, i: int) -> Range | None:
    """The range, or single point, that begins at ``i``; None where none does. Its points are resolved."""
    s = r.s
    lead = LEAD.match(s, i)
    if lead is not None:
        right = scan_point(r, lead.end(), period=True)
        if right is None:
            return None
        settle(r, right)
        found = Range(None, right, right.end)
        found.open, found.mark = True, lead.span()
        return found
    quarters = _QUARTERS.match(s, i)
    left = None if quarters is not None else scan_point(r, i, period=True) or _era_year(r, i)
    if left is None and quarters is None:
        return None
    if quarters is None and left is not None and left.month is None and left.season is None:
        quarters = _QUARTERS.match(s, left.end)
    if quarters is not None:
        return _quarters(r, i, left, quarters)
    assert left is not None
    mark = MARK.match(s, left.end)
    if mark is None:
        return _single(r, left)
    found = Range(left, None, mark.end())
    found.mark = mark.span()
    _right_side(r, found, left, mark)
    return found


def _era_year(r: Reading, i: int) -> Point | None:
    """The 7 of ``7～9年度`` in a document whose era is known."""
    match = _ERA_YEARS.match(r.s, i)
    if match is None or r.era is None or not int(match[1]):
        return None
    p = Point(i)
    p.end = match.end(1)
    p.era, p.era_year, p.written = r.era, int(match[1]), "era"
    p.year = r.era.base + p.era_year
    p.parts.append(("year", *match.span(1)))
    p.warn(NotationWarning.ERA_INHERITED)
    return p


_ERA_YEARS: Final = re.compile(r"([0-9]{1,2})(?=(?:~|から|-)[0-9]{1,2}年度)")


def _single(r: Reading, left: Point) -> Range:
    found = Range(left, left, left.end)
    settle(r, left)
    if "以降" in left.qualifiers or "以後" in left.qualifiers:
        found.right, found.open = None, True
    elif "まで" in left.qualifiers or "以前" in left.qualifiers:
        found.left, found.open = None, True
    return found


def settle(r: Reading, p: Point) -> None:
    """Resolve one side; a bare year counts as a fiscal year, with a warning ('21 as a calendar year)."""
    if p.season is not None:
        raise r.error(Reason.NOT_A_PERIOD, p.start)
    if p.month is None and p.word == "" and p.precision == "year":
        if p.written == "ay":
            p.word = "年"
        else:
            p.word = "年度"
            p.warn(NotationWarning.AMBIGUOUS_YEAR)
    resolve(r, p)


def _right_side(r: Reading, found: Range, left: Point, mark: re.Match[str]) -> None:
    s, j = r.s, mark.end()
    if mark.group() in ("から", "より") and (length := _LENGTH.match(s, j)) is not None:
        settle(r, left)
        months, days = read_length(length)
        found.length, found.days, found.end = months, days, length.end()
        return
    right = None
    if j < len(s):
        fuzzy = _FUZZY.match(s, j)
        if fuzzy is not None:
            settle(r, left)
            found.fuzzy, found.end = fuzzy.span(), fuzzy.end()
            return
        right = _scan_right(r, left, j, mark.group())
    if right is None:
        settle(r, left)
        found.open = True
        return
    found.right, found.end = right, right.end
    _agree(r, left, right, mark.group())
    _fill_year(r, left, right)
    settle(r, right)
    if not {"以降", "以後", "以前"}.isdisjoint(right.qualifiers):
        raise r.error(Reason.NOT_A_PERIOD, right.start)
    if right.key2 < left.key1 or right.key1 < left.key1:
        raise r.error(Reason.REVERSED, right.start)


def _scan_right(r: Reading, left: Point, j: int, mark: str) -> Point | None:
    s = r.s
    following = _NEXT.match(s, j)
    if following is not None:
        right = scan_point(r, following.end(), period=True)
        if right is None or right.month is None:
            return None
        right.start = j
        right.written = "next" if following[1][0] == "翌" else "same"
        return right
    bare = _BARE.match(s, j) if s[j] in "0123456789" else None
    if bare is None:
        return scan_point(r, j, period=True, like=left)
    right = Point(j)
    right.end = bare.end()
    right.inferred = True
    right.sep = bare[2] or ""
    _read_bare(r, left, right, bare, mark)
    finish_point(r, right)
    return right


def _read_bare(r: Reading, left: Point, p: Point, bare: re.Match[str], mark: str) -> None:
    """Numbers without a word: what they are follows from what the left side has."""
    a, b, c = int(bare[1]), bare[3], bare[4]
    first, second = ("day", p.start, bare.end(1)), bare.span(3)
    if c is not None:
        _short_year(r, left, p, a)
        p.month, p.day, p.precision = int(b), int(c), "day"
        p.parts += [("year", *bare.span(1)), ("month", *second), ("day", *bare.span(4))]
    elif b is not None:
        if left.day is not None and (left.sep == "/" and left.inferred and p.sep == "/"):
            as_day, as_year = True, False
        elif left.day is not None:
            as_day = 1 <= a <= 12 and 1 <= int(b) <= 31
            as_year = _can_be_year(left, a) and 1 <= int(b) <= 12
        else:
            as_day, as_year = False, left.month is not None and not left.inferred
        if as_day == as_year:
            raise r.error(Reason.AMBIGUOUS if as_day else Reason.NOT_A_PERIOD, p.start)
        if as_day:
            p.month, p.day, p.precision = a, int(b), "day"
            p.parts += [("month", *bare.span(1)), ("day", *second)]
        else:
            _short_year(r, left, p, a)
            p.month, p.precision = int(b), "month"
            p.parts += [("year", *bare.span(1)), ("month", *second)]
    elif left.day is not None:
        p.month, p.day, p.precision = left.month, a, "day"
        p.parts.append(first)
        if bare[5] is None and left.month is not None and a < left.day:
            raise r.error(Reason.REVERSED, p.start)
    elif bare[5] is not None:
        raise r.error(Reason.NOT_A_PERIOD, p.start)
    elif left.month is not None and not left.months and not left.season:
        p.month, p.precision = a, "month"
        p.parts.append(("month", *bare.span(1)))
    elif left.month is None and left.season is None:
        if left.word == "" and mark in "-ー":
            # R5-8: a range of years, or a month after a hyphen.
            raise r.error(Reason.AMBIGUOUS, p.start)
        _short_year(r, left, p, a)
        p.parts.append(("year", *bare.span(1)))
    else:
        raise r.error(Reason.NOT_A_PERIOD, p.start)


def _can_be_year(left: Point, number: int) -> bool:
    if left.era is not None:
        return number >= left.era_year
    return left.year is not None and number > 12 and 2000 + number >= left.year


def _short_year(r: Reading, left: Point, p: Point, number: int) -> None:
    """A year that shares the left side's era or century."""
    p.inferred = False
    if left.era is not None:
        if number < 1:
            raise r.error(Reason.INVALID_YEAR, p.start)
        p.era, p.era_year, p.year, p.written = left.era, number, left.era.base + number, "era"
    elif left.year is not None and (number > 12 or left.written in ("ay", "fy")):
        p.year, p.written = left.year // 100 * 100 + number, left.written
    else:
        raise r.error(Reason.AMBIGUOUS, p.start)


def _agree(r: Reading, left: Point, right: Point, mark: str) -> None:
    """One word (年, 年度) for both sides; a bare year beside a month could be either and is refused."""
    left_bare = left.month is None and left.word == "" and left.season is None
    right_bare = right.month is None and right.word == "" and right.season is None
    if left_bare and right.month is None and right.word:
        left.word = right.word
    elif right_bare and left.month is None and left.word:
        right.word = left.word
    elif left_bare != right_bare:
        raise r.error(Reason.AMBIGUOUS, left.start if left_bare else right.start)
    elif right_bare and left_bare and mark in "-ー" and right.written == "western" != left.written:
        raise r.error(Reason.AMBIGUOUS, right.start)
    if right.written == "relative" and not left.inferred and left.written != "relative":
        raise r.error(Reason.AMBIGUOUS, right.start)
    settle(r, left)


def _fill_year(r: Reading, left: Point, right: Point) -> None:
    if right.year is not None or right.precision == "fiscal_year":
        return
    left_month, year = left.month, left.year
    assert year is not None
    month = right.month
    if left_month is None or month is None or not 1 <= month <= 12:
        if month is not None and left_month is not None:
            raise r.error(Reason.INVALID_MONTH, right.start)
        raise r.error(Reason.NOT_A_PERIOD, right.start)
    if right.written in ("next", "same"):
        right.year = year + (right.written == "next")
        right.written = ""
        return
    earlier = month < left_month or (
        month == left_month and right.day is not None and left.day is not None and right.day < left.day
    )
    if earlier:
        # The fiscal year ends in March: 10~3 stays inside it, 9~4 and 3~2 do not.
        if not (left_month >= 4 > month):
            raise r.error(Reason.AMBIGUOUS_ROLLOVER, right.start)
        right.year = year + 1
        if not left.inferred and not right.months:
            right.warn(NotationWarning.YEAR_ROLLOVER)
    elif left.inferred and left_month < 4 <= month:
        raise r.error(Reason.AMBIGUOUS_ROLLOVER, right.start)
    else:
        right.year = year


def _quarters(r: Reading, i: int, left: Point | None, match: re.Match[str]) -> Range:
    q1, q2 = int(match[1] or match[3]), int(match[2] or match[4])
    if q2 < q1:
        raise r.error(Reason.REVERSED, match.start())
    start = left if left is not None else Point(i)
    end = Point(match.start())
    if left is None:
        start.inferred = end.inferred = True
    elif left.word == "年":
        raise r.error(Reason.AMBIGUOUS, match.start())
    elif left.word == "":
        start.warn(NotationWarning.AMBIGUOUS_YEAR)
    end.year, end.written = start.year, start.written
    for point, quarter in ((start, q1), (end, q2)):
        point.month, point.months, point.precision, point.word = (4, 7, 10, 1)[quarter - 1], 3, "part", "年度"
        point.end = match.end()
    start.parts.append(("part", *match.span()))
    resolve(r, start)
    resolve(r, end)
    found = Range(start, end, match.end())
    found.mark = match.span()
    return found


def scan_length(s: str, i: int) -> tuple[int, int | None, int | None] | None:
    """``(3年間)`` at ``i``: where it ends, months, days."""
    if s[i : i + 1] == "の":
        i += 1
    match = _LENGTH.match(s, i)
    if match is None:
        return None
    months, days = read_length(match)
    return match.end(), months, days


def read_length(match: re.Match[str]) -> tuple[int | None, int | None]:
    """Months, or days where it is given in weeks or days."""
    if match["half"]:
        return 6, None
    number = kanji_number(match["n"]) or 0
    unit = match["u"]
    if "年" in unit:
        return number * 12, None
    if "月" in unit:
        return number, None
    return None, number * (7 if "週" in unit else 1)


def add_months(key: int, months: int) -> int:
    """The last day of ``months`` whole months from the day ``key`` (yyyymmdd)."""
    total = key // 10000 * 12 + key // 100 % 100 - 1 + months
    year, month, day = total // 12, total % 12 + 1, key % 100
    if day == 1:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        return year * 10000 + month * 100 + last_day(year, month)
    return year * 10000 + month * 100 + min(day - 1, last_day(year, month))
