"""Values as plain JSON objects: what ``plan-ledger parse`` prints. Keys that say nothing are left out."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from plan_ledger.values.notation.cells import Cell, HeaderRow, MarkRule, Numbered, Replaced, Row, Series
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
    Target,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan_ledger.errors import NotationError

Value = Date | Period | FiscalYear | Money | Number | Target | Schedule | MeetingName | Cell
"""Whatever ``parse`` can return."""


def plain(value: Decimal | None) -> int | float | None:
    """A JSON number: whole where it was written without decimals."""
    if value is None:
        return None
    exponent = value.as_tuple().exponent
    return float(value) if isinstance(exponent, int) and exponent < 0 else int(value)


def error_json(error: NotationError) -> dict[str, Any]:
    """A refusal, with its stable reason and its place in the text."""
    return {"error": error.reason}


def to_json(value: Value) -> dict[str, Any]:
    """The value's meaning under the keys that the reference page lists."""
    match value:
        case Date():
            out = _date(value)
        case Period():
            out = _period(value)
        case FiscalYear():
            out = _fiscal_year(value)
        case Money():
            out = _money(value)
        case Number():
            out = _number(value)
        case Target():
            out = _target(value)
        case Schedule():
            out = _schedule(value)
        case MeetingName():
            out = _some(value, "number body fiscal_year plan date material mode")
        case _:
            return _cell(value)
    if value.warnings:
        out["warnings"] = [warning.value for warning in value.warnings]
    return out


def _some(value: object, names: str) -> dict[str, Any]:
    """The named attributes that say something."""
    out: dict[str, Any] = {}
    for name in names.split():
        found = getattr(value, name)
        if found is None or found is False or found in ("", ()):
            continue
        out[name] = plain(found) if isinstance(found, Decimal) else found
    return out


def _date(value: Date) -> dict[str, Any]:
    out: dict[str, Any] = {"start": value.start, "precision": value.precision}
    if value.qualifiers:
        out["qualifier"] = value.qualifiers[0]
    out |= _some(value, "approx season weekday")
    if value.weekday_ok is not None:
        out["weekday_ok"] = value.weekday_ok
    return out | _some(value, "suffix")


def _period(value: Period) -> dict[str, Any]:
    out: dict[str, Any] = {"start": value.start, "end": value.end, "open": value.open, "precision": value.precision}
    if value.open_side == "start":
        out["open_side"] = "start"
    if value.qualifiers:
        out["qualifier"] = value.qualifiers[0]
    out |= _some(value, "approx end_text suffix duration_months")
    for name in ("weekday_ok", "duration_ok"):
        if (known := getattr(value, name)) is not None:
            out[name] = known
    return out


def _fiscal_year(value: FiscalYear) -> dict[str, Any]:
    if value.precision == "year":
        return {"year": value.year, "precision": "year"}
    return {"fiscal_year": value.year, "start": f"{value.year}-04", "end": f"{value.year + 1}-03"}


def _parts(parts: Iterable[Part]) -> list[dict[str, Any]]:
    return [{"label": part.label, "amount": part.yen} for part in parts]


def _money(value: Money) -> dict[str, Any]:
    extra = _some(value, "mark approx comparator low high fiscal_year stage bracket")
    if value.ratio is not None:
        extra |= {"role": "ratio", "value": plain(value.ratio)}
    extra |= _some(value, "role label note_marker remark")
    if value.of_which:
        extra["of_which"] = _parts(value.of_which)
    if value.breakdown:
        extra["breakdown"] = _parts(value.breakdown)
    if value.yen is not None and value.unit_given == "none" and value.mark is None:
        extra["unit_source"] = "default"
    if value.excluded:
        extra["excluded_from_total"] = True
    return {"amount": value.yen, "unit_given": value.unit_given, "extra": extra}


def _number(value: Number) -> dict[str, Any]:
    out: dict[str, Any] = {"value": plain(value.value), "unit": value.unit}
    out |= _some(value, "original_unit approx comparator per cumulative low high numerator denominator mark")
    if value.parts:
        out["parts"] = [_quantity(part) for part in value.parts]
        if all(part.unit in ("", value.unit) for part in value.parts):
            for part in out["parts"]:
                part.pop("unit", None)
    return out


def _quantity(value: Quantity) -> dict[str, Any]:
    out = _some(value, "label")
    if value.rank is not None:
        out["rank"] = value.rank
    else:
        out["value"] = plain(value.value)
        out |= _some(value, "unit")
    return out | _some(value, "approx comparator")


def _target(value: Target) -> dict[str, Any]:
    if value.unparsed:
        return {"unparsed": True}
    if value.comparator is None:
        return {}
    out: dict[str, Any] = {"value": plain(value.value), "unit": value.unit, "comparator": value.comparator}
    out |= _some(
        value,
        "approx cumulative per low high rank fiscal_year target target_precision"
        " role as_of reference ratio change_rate",
    )
    if value.base is not None:
        out["base"] = _quantity(value.base)
    if value.side:
        out["side"] = [_quantity(part) for part in value.side]
    if value.multi:
        out["multi"] = [_quantity(part) for part in value.multi]
        if len({part.unit for part in value.multi}) == 1:
            for part in out["multi"]:
                part.pop("unit", None)
    return out


def _schedule(value: Schedule) -> dict[str, Any]:
    out: dict[str, Any] = {"entries": [{"when": entry.when_text, "text": entry.text} for entry in value.entries]}
    if value.mentions:
        out["mentions"] = [_mention(mention) for mention in value.mentions]
    return out


def _mention(value: Mention) -> dict[str, Any]:
    out: dict[str, Any] = {"text": value.text}
    when = value.when
    if when is None:
        return out
    if when.start is not None:
        out["start"] = when.start
    if when.end is not None and when.end != when.start:
        out["end"] = when.end
    if when.open and when.start is not None:
        out["open"] = True
    return out


def _cell(value: Cell) -> dict[str, Any]:
    match value:
        case HeaderRow():
            columns = [
                {"letter": c.letter, "label": c.label, **({"note": c.note} if c.note else {})} for c in value.columns
            ]
            return {"columns": columns}
        case Row():
            return {"cells": list(value.cells), "blank": list(value.blank)}
        case Series():
            series = [{"fiscal_year": year, "value": plain(figure)} for year, figure in value.points]
            return {"change": False, "series": series}
        case Replaced():
            out: dict[str, Any] = {
                "change": True,
                "old": {"value": plain(value.old)},
                "new": {"value": plain(value.new)},
            }
            return out | _some(value, "fiscal_year")
        case MarkRule():
            return {"change_mark": value.mark}
        case Numbered():
            return {"numbering": value.numbering, "text": value.rest, **_some(value, "bullet")}
