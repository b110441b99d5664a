"""Writing numbers and targets back in one plain form, so that reading it again gives the same value."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from plan_ledger.errors import NotationError
from plan_ledger.values.notation.formatting import DEFAULT, Style, format_date, format_fiscal_year
from plan_ledger.values.notation.model import Date, FiscalYear, Number, Quantity, Target
from plan_ledger.values.notation.numbers import parse_number
from plan_ledger.values.notation.targets import parse_target

if TYPE_CHECKING:
    from collections.abc import Iterable

_WIDE: Final = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_TAILS: Final = {
    ">=": "以上", "<=": "以下", "<": "未満", ">": "超",
    "increase": "の増加", "decrease": "の減少", "maintain": "を維持",
}  # fmt: skip
_AGAINST: Final = {"approx": "並み", ">=": "以上", "<=": "以下", ">": "を上回る", "<": "を下回る"}
_TRENDS: Final = {"increase": "増加", "decrease": "減少", "maintain": "維持"}
_PER_EACH: Final = frozenset(("名", "か月", "区", "市町村", "所属", "事業所"))
"""What can only be said in front (1名当たり), not behind a slash."""
_MARKS: Final = {"none": "-", "unknown": "…"}


def format_number(value: Number, style: Style = DEFAULT) -> str:
    """A number with its unit: grouped digits, in either width. A value that no plain form holds keeps its own text."""
    plain = _number(value, style)
    try:
        return plain if parse_number(plain) == value else value.text
    except NotationError:
        return value.text


def _number(value: Number, style: Style) -> str:
    if value.mark is not None:
        return _MARKS.get(value.mark, value.text)
    if value.numerator is not None and value.denominator is not None:
        return f"{_digits(value.numerator, style)}/{_digits(value.denominator, style)}{value.unit}"
    words = _figure(
        value.value, value.low, value.high, value.unit, style, original_unit=value.original_unit,
        approx=value.approx, comparator=value.comparator, per=value.per, cumulative=value.cumulative,
    )  # fmt: skip
    return words + (f"({_parts(value.parts, style)})" if value.parts else "")


def format_target(value: Target, style: Style = DEFAULT) -> str:
    """A target with what belongs to it in brackets. What was not read, or no plain form holds, keeps its own text."""
    if value.unparsed or value.comparator is None:
        return value.text
    plain = _target(value, style)
    try:
        return plain if parse_target(plain) == value else value.text
    except NotationError:
        return value.text


def _target(value: Target, style: Style) -> str:
    comparator = value.comparator or "="
    heading = "実績:" if value.role == "actual" and value.as_of is None else ""
    if value.multi:
        words = "、".join(
            (each.label or "") + _figure(each.value, None, None, each.unit, style, comparator=each.comparator)
            for each in value.multi
        )
    elif value.value is None and value.low is None:
        words = f"{value.reference}{_AGAINST[comparator]}" if value.reference else _TRENDS.get(comparator, "")
    else:
        words = _figure(
            value.value, value.low, value.high, value.unit, style, approx=value.approx, comparator=comparator,
            per=value.per, cumulative=value.cumulative,
        )  # fmt: skip
        if value.base is not None:
            words = f"({_quantity(value.base, style)})のうち{words}"
    return heading + words + "".join(f"({each})" for each in _notes(value, style))


def _notes(value: Target, style: Style) -> Iterable[str]:
    if value.ratio is not None:
        yield f"{_digits(value.ratio, style)}%"
    if value.change_rate is not None:
        yield ("+" if value.change_rate >= 0 else "△") + f"{_digits(abs(value.change_rate), style)}%"
    if value.side:
        yield _parts(value.side, style)
    if value.fiscal_year is not None:
        yield format_fiscal_year(FiscalYear("", value.fiscal_year), style)
    if value.target is not None:
        yield format_date(_date(value.target), style)
    if value.as_of is not None:
        yield format_date(_date(value.as_of), style) + "時点"


def _date(iso: str) -> Date:
    year, month, day = (int(part) if part else None for part in (iso[:4], iso[5:7], iso[8:10]))
    assert year is not None
    return Date("", year, month, day, "day" if day else "month" if month else "year")


def _figure(
    value: Decimal | None, low: Decimal | None, high: Decimal | None, unit: str, style: Style, *,
    original_unit: str | None = None, approx: bool = False, comparator: str | None = None, per: str | None = None,
    cumulative: bool = False,
) -> str:  # fmt: skip
    """One figure, or a range, with the words before and after it."""
    tenth = original_unit == "割"
    unit = "割" if tenth else unit
    before = "延べ" if cumulative else ""
    after = ""
    if per is not None and per[:1].isdigit() and per != "10a":
        before += f"{per}当たり"
    elif per in _PER_EACH:
        before += f"1{per}当たり"
    elif per is not None:
        after = f"/{per}"
    before += "約" if approx else ""
    if low is not None and high is not None:
        if low < 0 or low >= high:
            return f"{before}{_digits(low, style)}{unit}以上{_digits(high, style)}{unit}以下"
        return f"{before}{_tenths(low, style, tenth)}~{_tenths(high, style, tenth)}{unit}{after}"
    assert value is not None
    return f"{before}{_tenths(value, style, tenth)}{unit}{after}{_TAILS.get(comparator or '', '')}"


def _tenths(value: Decimal, style: Style, tenth: bool) -> str:
    return _digits(value / 10 if tenth else value, style)


def _digits(value: Decimal, style: Style) -> str:
    """The exact figure, grouped; a negative one with △."""
    digits = f"{abs(value):,f}"
    return ("△" if value < 0 else "") + (digits.translate(_WIDE) if style.width == "full" else digits)


def _parts(parts: Iterable[Quantity], style: Style) -> str:
    return "、".join((part.label or "うち") + _quantity(part, style, tail=True) for part in parts)


def _quantity(value: Quantity, style: Style, *, tail: bool = False) -> str:
    """A part's figure; after a label ``tail`` says 程度, since 約 would be read as the label's."""
    words = _figure(value.value, None, None, value.unit, style, approx=value.approx and not tail,
                    comparator=value.comparator)  # fmt: skip
    return words + ("程度" if value.approx and tail else "")
