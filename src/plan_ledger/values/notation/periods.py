"""Reading a period: ``R5.4~R6.3``, ``R5.4~9``, ``R3〜R6``, ``～令和9年``, ``第3四半期``, ``10月～3月``."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, cast

from plan_ledger.errors import NotationError
from plan_ledger.values.notation.codes import NotationWarning, Reason
from plan_ledger.values.notation.context import DASHES, Reading, plausible_year
from plan_ledger.values.notation.dates import SUFFIX
from plan_ledger.values.notation.model import Period, Precision, iso
from plan_ledger.values.notation.point import Point
from plan_ledger.values.notation.ranges import Range, add_months, scan_length, scan_range

_FROM_TO: Final = re.compile(r"自:?([^至自]{1,40})至:?([^至自]{1,60})")
_OPEN_WORDS: Final = re.compile(r"(?:継続(?:中|実施)?|現在)")
_PAIR: Final = re.compile(r"[0-9]{1,2}:[0-9]")
_BARE_PAIR: Final = re.compile(r"[0-9]{1,2}(?:~|-|ー|→)[0-9]{1,2}")


def parse_period(text: str, *, fiscal_year: int | None = None, era: str | None = None) -> Period:
    """Read a period as government tables write it.

    Args:
        text: The cell, to the letter. Kept as ``Period.text``.
        fiscal_year: The table's fiscal year (April to March), for a period that names no year.
        era: The document's era (``令和``), for ``7年度から21年度まで``.

    Returns:
        First and last month or day, both inclusive; a side is None where the text leaves it open or vague.

    Raises:
        NotationError: blank, not_a_period, ambiguous, ambiguous_rollover (``R5.9~4``), reversed, invalid_month,
            invalid_day, invalid_year, missing_year, missing_era, year_mismatch, too_long.

    Source: the wave dash 1-33 of JIS X 0208, which files hold as U+301C or U+FF5E; 地方自治法第208条 (fiscal years).
    """
    r = Reading("period", text, fiscal_year=fiscal_year, era=era)
    if not r.s or DASHES.fullmatch(r.s):
        raise r.error(Reason.BLANK)
    i, end = r.strip_brackets()
    r.s = r.s[:end]
    from_to = _FROM_TO.fullmatch(r.s, i)
    if from_to is not None:
        # 自 … 至 … is から … まで; the mark keeps every offset where it was.
        r.s = r.s[: from_to.start(1)] + from_to[1] + "~" + r.s[from_to.start(2) :]
        i = from_to.start(1)
    found = scan_range(r, i)
    if found is None:
        raise _unread(r, i)
    return build_period(r, found, r.text, whole=True)


def _unread(r: Reading, i: int) -> NotationError:
    if _BARE_PAIR.fullmatch(r.s, i):
        return r.error(Reason.AMBIGUOUS, i)
    return r.error(Reason.NOT_A_PERIOD, i)


def build_period(r: Reading, found: Range, text: str, *, whole: bool = False) -> Period:
    """The value behind a scanned range; ``whole`` reads what follows it as a duration and a suffix."""
    left, right = found.left, found.right
    warnings: list[NotationWarning] = []
    for point in (left, right):
        if point is not None:
            warnings.extend(w for w in point.warnings if w not in warnings)
    parts = _parts(found)
    suffix = ""
    months = days = None
    agrees: bool | None = None
    key1 = left.key1 if left is not None else 0
    key2 = right.key2 if right is not None else 0
    if found.length is not None or found.days is not None:
        assert left is not None
        months, agrees = found.length, True
        key2 = add_months(key1, found.length) if found.length is not None else _add_days(key1, found.days or 1)
        if not plausible_year(key2 // 10000):
            raise r.error(Reason.INVALID_YEAR, left.end)
    elif whole and found.end < len(r.s):
        if key1 and key2 and (length := scan_length(r.s, found.end)) is not None:
            parts.append(("duration", found.end, length[0]))
            found.end, months, days = length
            agrees = key2 == (add_months(key1, months) if months is not None else _add_days(key1, days or 1))
            if not agrees:
                warnings.append(NotationWarning.DURATION_MISMATCH)
        if found.end < len(r.s) and _said_again(r, found, key1, key2):
            parts.append(("again", found.end, len(r.s)))
            found.end = len(r.s)
        if found.end < len(r.s):
            bare = NotationWarning.AMBIGUOUS_YEAR in warnings and r.s[found.end] != "("
            if bare or not (SUFFIX.fullmatch(r.s, found.end) and _may_follow(r, found)):
                raise r.error(Reason.NOT_A_PERIOD, found.end)
            suffix = r.original(found.end, len(r.s))
            parts.append(("suffix", found.end, len(r.s)))
    weekday_ok = _weekdays(left, right)
    if weekday_ok is False:
        warnings.append(NotationWarning.WEEKDAY_MISMATCH)
    fuzzy = None
    if found.fuzzy is not None:
        fuzzy = r.original(*found.fuzzy)
        warnings.append(NotationWarning.FUZZY_END)
    qualifiers = (left.qualifiers if left is not None else ()) + (
        tuple(q for q in right.qualifiers if q != "まで") if right is not None and right is not left else ()
    )
    if left is None:
        qualifiers = tuple(q for q in qualifiers if q != "まで")
    return Period(
        text,
        _side(key1, left, found) if left is not None else None,
        _side(key2, right or left, found) if key2 else None,
        found.open,
        _precision(left, right),
        fuzzy,
        qualifiers,
        any(point.approx for point in (left, right) if point is not None),
        suffix,
        weekday_ok,
        months,
        agrees,
        tuple(warnings),
        r.spans(parts),
    )


def _said_again(r: Reading, found: Range, key1: int, key2: int) -> bool:
    """Whether the period follows once more in brackets, in the other calendar (``(2023～2027年度)``).

    Raises:
        NotationError: year_mismatch: the two are not the same.
    """
    s, at = r.s, found.end
    if found.right is None or found.right is found.left or s[at] != "(" or s[-1] != ")":
        return False
    try:
        again = scan_range(r, at + 1)
    except NotationError:
        return False
    if again is None or again.left is None or again.right in (None, again.left) or again.end != len(s) - 1:
        return False
    assert again.right is not None
    if (again.left.key1, again.right.key2) != (key1, key2):
        raise r.error(Reason.YEAR_MISMATCH, at)
    return True


def _may_follow(r: Reading, found: Range) -> bool:
    """Words straight after a range mark would be an end that was not understood."""
    if found.mark is not None and found.mark[1] == found.end:
        return r.s[found.end] == "(" or _OPEN_WORDS.fullmatch(r.s, found.end) is not None
    return True


def _parts(found: Range) -> list[tuple[str, int, int]]:
    parts: list[tuple[str, int, int]] = []
    left, right = found.left, found.right
    if left is not None:
        parts.append(("start", left.start, left.end))
    if found.mark is not None:
        parts.append(("mark", *found.mark))
    if right is not None and right is not left:
        parts.append(("end", right.start, right.end))
    if found.fuzzy is not None:
        parts.append(("end_text", *found.fuzzy))
    return parts


def _side(key: int, point: Point | None, found: Range) -> str:
    exact = point is not None and point.day is not None
    if found.days is not None:
        exact = True
    return iso(key // 10000, key // 100 % 100, key % 100 if exact else None)


def _precision(left: Point | None, right: Point | None) -> Precision:
    names = {"month" if p.precision == "part" else p.precision for p in (left, right) if p is not None}
    if len(names) == 1:
        return cast("Precision", names.pop())
    return "month"


def _weekdays(left: Point | None, right: Point | None) -> bool | None:
    checks = [
        "月火水木金土日"[dt.date(p.key1 // 10000, p.key1 // 100 % 100, p.key1 % 100).weekday()] == p.weekday
        for p in ((left,) if left is right else (left, right))
        if p is not None and p.weekday is not None
    ]
    return all(checks) if checks else None


def _add_days(key: int, days: int) -> int:
    day = dt.date(key // 10000, key // 100 % 100, key % 100) + dt.timedelta(days=days - 1)
    return day.year * 10000 + day.month * 100 + day.day
