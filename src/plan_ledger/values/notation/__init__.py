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

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from plan_ledger.values.notation.formatting import (
        Style,
        format_date,
        format_fiscal_year,
        format_money,
        format_period,
    )
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
    from plan_ledger.values.notation.reading import KINDS, parse, parse_to_json
    from plan_ledger.values.notation.schedules import parse_schedule
    from plan_ledger.values.notation.targets import parse_target

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

# A module is loaded when one of its names is first asked for: the patterns take longer to make than all the rest of
# the library, and most programs read a few notations or none.
_HOMES = {
    "plan_ledger.errors": ("NotationError",),
    "amounts": ("UNITS", "parse_money"),
    "as_json": ("Value", "error_json", "to_json"),
    "cells": (
        "FilledRow",
        "HeaderLabel",
        "HeaderRow",
        "Numbered",
        "fill_down",
        "parse_cell",
        "split_header_label",
        "strip_numbering",
    ),
    "codes": ("HINTS", "MAX_LENGTH", "NotationWarning", "Reason"),
    "dates": ("parse_date",),
    "fiscal_years": ("parse_fiscal_year",),
    "folding": ("Folded", "fold", "label"),
    "formatting": ("Style", "format_date", "format_fiscal_year", "format_money", "format_period"),
    "formatting_figures": ("format_number", "format_target"),
    "formatting_texts": ("format_meeting", "format_schedule"),
    "meetings": ("parse_meeting",),
    "model": (
        "Date",
        "FiscalYear",
        "MeetingName",
        "Mention",
        "Money",
        "Number",
        "Part",
        "Period",
        "Quantity",
        "Schedule",
        "ScheduleEntry",
        "Span",
        "Target",
    ),
    "numbers": ("parse_number",),
    "periods": ("parse_period",),
    "schedules": ("parse_schedule",),
    "targets": ("parse_target",),
    "reading": ("KINDS", "parse", "parse_to_json"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


if not TYPE_CHECKING:  # a type checker sees the imports above, and tells a misspelt name

    def __getattr__(name: str) -> Any:
        home = _HOME.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(home if "." in home else f"{__name__}.{home}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
