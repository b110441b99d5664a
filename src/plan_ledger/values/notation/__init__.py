"""Japanese administrative notation, read to the letter and never by guessing.

``parse(kind, text)`` and its typed forms return frozen values that keep the original text, the span of text each part
came from, and warnings out of :class:`NotationWarning`. What can't be read, or could be read in two ways, raises
:class:`~plan_ledger.errors.NotationError` with a reason out of :class:`Reason`.

>>> parse_period("R5.4~9").end
'2023-09'
>>> parse_money("△1,200", unit="千円").yen
-1200000
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plan_ledger.errors import NotationError
from plan_ledger.values.notation.amounts import UNITS, parse_money
from plan_ledger.values.notation.as_json import Value, error_json, to_json
from plan_ledger.values.notation.cells import (
    FilledRow,
    HeaderLabel,
    HeaderRow,
    Numbered,
    fill_down,
    parse_cell,
    split_header_label,
    strip_numbering,
)
from plan_ledger.values.notation.codes import HINTS, MAX_LENGTH, NotationWarning, Reason
from plan_ledger.values.notation.dates import parse_date
from plan_ledger.values.notation.fiscal_years import parse_fiscal_year
from plan_ledger.values.notation.folding import Folded, fold, label
from plan_ledger.values.notation.formatting import Style, format_date, format_fiscal_year, format_money, format_period
from plan_ledger.values.notation.formatting_figures import format_number, format_target
from plan_ledger.values.notation.formatting_texts import format_meeting, format_schedule
from plan_ledger.values.notation.meetings import parse_meeting
from plan_ledger.values.notation.model import (
    Date,
    FiscalYear,
    MeetingName,
    Mention,
    Money,
    Number,
    Part,
    Period,
    Quantity,
    Schedule,
    ScheduleEntry,
    Span,
    Target,
)
from plan_ledger.values.notation.numbers import parse_number
from plan_ledger.values.notation.periods import parse_period
from plan_ledger.values.notation.schedules import parse_schedule
from plan_ledger.values.notation.targets import parse_target

if TYPE_CHECKING:
    from typing import Any

KINDS: Final = ("date", "period", "fiscal_year", "budget", "number", "kpi", "schedule_line", "meeting", "cell")
"""The kinds that :func:`parse` reads."""


def parse(
    kind: str,
    text: str,
    *,
    fiscal_year: int | None = None,
    unit: str | None = None,
    era: str | None = None,
    period: str | None = None,
) -> Value:
    """Read ``text`` as one of :data:`KINDS`.

    Args:
        kind: What the text is.
        text: The cell, to the letter.
        fiscal_year: The table's fiscal year (April to March), for dates that name no year.
        unit: The table's unit (``千円``), for amounts that name none.
        era: The document's era (``令和``), for years that name none.
        period: The project's period, against which a schedule's entries are checked.

    Raises:
        NotationError: The text can't be read, or could be read in two ways; ``reason`` says which, ``hint`` the remedy.
    """
    match kind:
        case "date":
            return parse_date(text, fiscal_year=fiscal_year, era=era)
        case "period":
            return parse_period(text, fiscal_year=fiscal_year, era=era)
        case "fiscal_year":
            return parse_fiscal_year(text, fiscal_year=fiscal_year, era=era)
        case "budget":
            return parse_money(text, unit=unit, fiscal_year=fiscal_year)
        case "number":
            return parse_number(text, fiscal_year=fiscal_year)
        case "kpi":
            return parse_target(text, fiscal_year=fiscal_year)
        case "schedule_line":
            return parse_schedule(text, fiscal_year=fiscal_year, era=era, period=period)
        case "meeting":
            return parse_meeting(text, fiscal_year=fiscal_year)
        case "cell":
            return parse_cell(text)
        case _:
            reason = Reason.UNKNOWN_KIND
            raise NotationError(text=text, kind=kind, reason=reason.value, hint=HINTS[reason])


def parse_to_json(
    kind: str,
    text: str,
    *,
    fiscal_year: int | None = None,
    unit: str | None = None,
    era: str | None = None,
    period: str | None = None,
) -> dict[str, Any]:
    """As :func:`parse`, but plain JSON; a refusal is ``{"error": reason}``."""
    try:
        return to_json(parse(kind, text, fiscal_year=fiscal_year, unit=unit, era=era, period=period))
    except NotationError as error:
        return error_json(error)


__all__ = [
    "HINTS",
    "KINDS",
    "MAX_LENGTH",
    "UNITS",
    "Date",
    "FilledRow",
    "FiscalYear",
    "Folded",
    "HeaderLabel",
    "HeaderRow",
    "MeetingName",
    "Mention",
    "Money",
    "NotationError",
    "NotationWarning",
    "Number",
    "Numbered",
    "Part",
    "Period",
    "Quantity",
    "Reason",
    "Schedule",
    "ScheduleEntry",
    "Span",
    "Style",
    "Target",
    "Value",
    "error_json",
    "fill_down",
    "fold",
    "format_date",
    "format_fiscal_year",
    "format_meeting",
    "format_money",
    "format_number",
    "format_period",
    "format_schedule",
    "format_target",
    "label",
    "parse",
    "parse_cell",
    "parse_date",
    "parse_fiscal_year",
    "parse_meeting",
    "parse_money",
    "parse_number",
    "parse_period",
    "parse_schedule",
    "parse_target",
    "parse_to_json",
    "split_header_label",
    "strip_numbering",
    "to_json",
]
