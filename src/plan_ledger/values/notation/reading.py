"""Reads a text as what the caller says it is: one function for all kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plan_ledger.errors import NotationError
from plan_ledger.values.notation.amounts import parse_money
from plan_ledger.values.notation.as_json import Value, error_json, to_json
from plan_ledger.values.notation.cells import parse_cell
from plan_ledger.values.notation.codes import HINTS, Reason
from plan_ledger.values.notation.dates import parse_date
from plan_ledger.values.notation.fiscal_years import parse_fiscal_year
from plan_ledger.values.notation.meetings import parse_meeting
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
