"""Reading a date: ``R5.4.1``, ``令和五年四月``, ``8/23まで``, ``令和6年度末時点``, ``R5秋``, ``9/5(火)``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

from plan_ledger.values.notation.codes import NotationWarning, Reason
from plan_ledger.values.notation.context import DASHES, Reading
from plan_ledger.values.notation.model import Date, Precision
from plan_ledger.values.notation.point import Point
from plan_ledger.values.notation.points import scan_point
from plan_ledger.values.notation.resolving import resolve

if TYPE_CHECKING:
    from plan_ledger.errors import NotationError

_RANGE: Final = re.compile(r"~|→|から|より|-$|ー")
SUFFIX: Final = re.compile(
    r"(?:\((?:第[0-9]{1,3}|[^()0-9~→]){1,40}\)|(?!の[春夏秋冬初前後上下])[^\x00-\x7f、。・…→〇○◯●◎□■◇◆×ー△年月日度代時春夏秋冬][^0-9~→、。・/,:;()]{0,30}){1,2}"
)
"""What may follow a date or period: a word, or words in brackets, without digits or marks of their own."""
_OTHER_SENSE: Final = re.compile(r"~|→|から|より|ー|補正|議会|定例|分(?!科)|号|[上中下]$")
_PLANNED: Final = re.compile(r"\((予定|見込み?|頃|ごろ)\)$")
_FIGURES: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def parse_date(text: str, *, fiscal_year: int | None = None, era: str | None = None) -> Date:
    """Read a date as government tables write it, as exactly as it says.

    Args:
        text: The cell, to the letter. Kept as ``Date.text``.
        fiscal_year: The table's fiscal year (April to March), for a date that names no year.
        era: The document's era (``令和``), for a year that names none (``28.10.13``).

    Returns:
        Day, month, year, fiscal year or season; words such as 末, 頃, まで in ``qualifiers``.

    Raises:
        NotationError: blank, not_a_date, ambiguous (``5.1``: Excel drops the zero of 5.10), invalid_month,
            invalid_day, invalid_year, missing_year, missing_era, year_mismatch, lunar_calendar, too_long.

    Source: eras and their first days as in ``eras``; fiscal years 地方自治法第208条.
    """
    r = Reading("date", text, fiscal_year=fiscal_year, era=era)
    if not r.s:
        raise r.error(Reason.BLANK)
    if DASHES.fullmatch(r.s):
        raise r.error(Reason.BLANK)
    i, end = r.strip_brackets()
    if end < len(r.s):
        r.s = r.s[:end]
    point = scan_point(r, i)
    if point is None:
        raise _unread(r, i)
    return _date(r, point)


def _unread(r: Reading, i: int) -> NotationError:
    """An Excel serial number or a bare figure could be several things; anything else is no date."""
    if r.s[i : i + 1] and _RANGE.match(r.s, i):
        return r.error(Reason.NOT_A_DATE, i)
    return r.error(Reason.AMBIGUOUS if _FIGURES.fullmatch(r.s, i) else Reason.NOT_A_DATE, i)


def _date(r: Reading, p: Point) -> Date:
    if p.precision == "part":
        raise r.error(Reason.NOT_A_DATE, p.start)
    resolve(r, p)
    suffix = ""
    if p.end < len(r.s):
        planned = _PLANNED.match(r.s, p.end)
        if planned:
            word = planned[1]
            p.qualifiers += ({"見込み": "見込", "ごろ": "頃"}.get(word, word),)
            p.approx = p.approx or word in ("頃", "ごろ")
        elif (
            SUFFIX.fullmatch(r.s, p.end) is None
            or _OTHER_SENSE.match(r.s, p.end)
            or (p.month is None and p.word == "" and p.season is None)
        ):
            raise r.error(Reason.NOT_A_DATE, p.end)
        else:
            suffix = r.original(p.end, len(r.s))
            p.parts.append(("suffix", p.end, len(r.s)))
    if p.precision == "year" and p.word == "" and p.month is None:
        p.warn(NotationWarning.AMBIGUOUS_YEAR)
    year = p.year
    assert year is not None
    date = Date(
        r.text, year, p.month, p.day, cast("Precision", p.precision), p.qualifiers, p.approx, p.season, p.weekday,
        suffix, tuple(p.warnings), r.spans(p.parts),
    )  # fmt: skip
    if date.weekday_ok is False:
        from attrs import evolve

        return evolve(date, warnings=(*date.warnings, NotationWarning.WEEKDAY_MISMATCH))
    return date
