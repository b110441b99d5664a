"""Excel's numbers, dates and truth values as the text that the sheet shows, and what is doubtful about them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from attrs import frozen

from plan_ledger.sheets.date_text import JAPANESE_BUILTINS, shown_date
from plan_ledger.sheets.extras import need
from plan_ledger.sheets.grid import CellKind
from plan_ledger.sheets.number_text import plain_number, shown_number
from plan_ledger.sheets.problems import SheetProblem
from plan_ledger.sheets.suspicions import DateValue, RoundedNumber, SuspiciousNumber, UnknownNumberFormat

# The serials of the days from 2018-01-01 to 2039-12-31: the plans' dates, and seldom an amount without a format.
_DATE_SERIALS = range(43_101, 51_136)


@frozen
class ShownValue:
    text: str
    kind: CellKind
    doubts: tuple[SheetProblem, ...] = ()


def shown_value(value: object, cell: Any, *, reporting: bool = True) -> ShownValue:
    """A value of openpyxl that is no text, as the sheet shows it.

    Args:
        value: A number, truth value, date, time, duration, or the code of an error (a string).
        cell: Its openpyxl cell, for the number format.
        reporting: Whether to say what is doubtful.
    """
    if isinstance(value, bool):
        return ShownValue("TRUE" if value else "FALSE", "text")
    format_id = int(cell._style.numFmtId)
    number_format = JAPANESE_BUILTINS.get(format_id) or str(cell.number_format)
    if isinstance(value, (int, float)):
        if format_id in JAPANESE_BUILTINS:  # openpyxl knows only the English ones for dates
            value = need("openpyxl.utils.datetime").from_excel(value, cell.parent.parent.epoch)
        else:
            return _number(value, number_format, reporting)
    if isinstance(value, dt.time):
        value = dt.datetime.combine(dt.date(1899, 12, 30), value)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time())
    if isinstance(value, dt.datetime):
        return _date(value, number_format, reporting)
    text = str(value)
    return ShownValue(text, "date" if isinstance(value, dt.timedelta) else "text", ())


def _date(value: dt.datetime, number_format: str, reporting: bool) -> ShownValue:
    iso = value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    text = shown_date(value, number_format)
    if not reporting:
        return ShownValue(text or iso, "date")
    doubts: list[SheetProblem] = [] if text else [UnknownNumberFormat(number_format, iso)]
    doubts.append(DateValue(iso, text or iso))
    return ShownValue(text or iso, "date", tuple(doubts))


def _number(value: int | float, number_format: str, reporting: bool) -> ShownValue:
    plain = plain_number(value)
    shown = shown_number(value, number_format)
    if not reporting:
        return ShownValue(plain if shown is None else shown.text, "number")
    if shown is None:
        return ShownValue(plain, "number", (UnknownNumberFormat(number_format, plain),))
    doubts: list[SheetProblem] = []
    if shown.rounded:
        doubts.append(RoundedNumber(shown.text, plain))
    if number_format in ("General", "G/標準"):
        if isinstance(value, int) or value.is_integer():
            if int(value) in _DATE_SERIALS:
                day = dt.date(1899, 12, 30) + dt.timedelta(days=int(value))
                doubts.append(SuspiciousNumber(shown.text, day.isoformat()))
        elif 0 < value < 100 and len(plain.partition(".")[2]) == 1:
            doubts.append(SuspiciousNumber(shown.text, f"{plain}0"))
    return ShownValue(shown.text, "number", tuple(doubts))
