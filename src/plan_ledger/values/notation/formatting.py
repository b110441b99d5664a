"""Writing values back: era or western years, half or full width, 千円 or 円. ``parse(format(v)) == v``.

Original texts stay in the values; these functions are for a new text, for example in a table in another style.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from attrs import evolve, frozen

from plan_ledger.values.notation.amounts import UNITS
from plan_ledger.values.notation.eras import MAX_ERA_YEAR, SOLAR_SINCE, era_of
from plan_ledger.values.notation.model import Date, FiscalYear, Money, Part, Period, Precision

if TYPE_CHECKING:
    from collections.abc import Iterable

_WIDE: Final = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {ord("…"): "…"}
_EDGES: Final = {"年度末": 3, "年度当初": 4, "年末": 12, "年初": 1}
_SPECIAL_MARKS: Final = {"none": "-", "blank": "", "unknown": "…"}
_TAILS: Final = {">=": "以上", "<=": "以内", "<": "未満", ">": "超", "maintain": "の維持"}


@frozen
class Style:
    """``R5.4.1``, ``令和5年4月1日``, ``2023/4/1`` or ``2023年4月1日``, in either width; amounts in ``unit``."""

    calendar: Literal["era", "western"] = "era"
    form: Literal["short", "long"] = "short"
    width: Literal["half", "full"] = "half"
    unit: str = "千円"


DEFAULT: Final = Style()


def _width(text: str, style: Style) -> str:
    return text.translate(_WIDE) if style.width == "full" else text


def _year(year: int, style: Style, month: int = 12, day: int = 31) -> tuple[str, bool]:
    """The year as written, and whether it is an era year."""
    if style.calendar == "era" and year >= SOLAR_SINCE:
        era = era_of(year, month, day)
        number = year - era.base
        if number <= MAX_ERA_YEAR:
            name = era.letter if style.form == "short" else era.name
            return name + ("元" if number == 1 and style.form == "long" else str(number)), True
    return str(year), False


def _point(date: Date, style: Style) -> str:
    if date.qualifiers and date.precision == "month" and _EDGES.get(date.qualifiers[0]) == date.month:
        edge = date.qualifiers[0]
        year, _ = _year(date.year - (edge == "年度末"), style)
        return year + edge
    if date.month is None:
        year, _ = _year(date.year, style)
        if date.season is not None:
            return year + ("年" if style.form == "long" else "") + date.season
        return year + ("年度" if date.precision == "fiscal_year" else "年")
    last = date.last
    year, era = _year(date.year, style, last.month, last.day)
    if style.form == "long":
        return f"{year}年{date.month}月" + (f"{date.day}日" if date.day is not None else "")
    mark = "." if era else "/"
    return f"{year}{mark}{date.month}" + (f"{mark}{date.day}" if date.day is not None else "")


def format_date(date: Date, style: Style = DEFAULT) -> str:
    """A date in ``style``, with its qualifiers, weekday and suffix."""
    edge = bool(date.qualifiers) and date.precision == "month" and _EDGES.get(date.qualifiers[0]) == date.month
    words = "".join(date.qualifiers[1:] if edge else date.qualifiers)
    weekday = f"({date.weekday})" if date.weekday is not None else ""
    return _width(_point(date, style) + weekday + words, style) + date.suffix


def format_fiscal_year(value: FiscalYear, style: Style = DEFAULT) -> str:
    """A fiscal year (令和5年度) or calendar year (令和5年) in ``style``."""
    year, _ = _year(value.year, style)
    return _width(year + ("年度" if value.precision == "fiscal_year" else "年"), style)


def format_period(period: Period, style: Style = DEFAULT) -> str:
    """A period in ``style``; every side in full, so that nothing is inherited."""
    left_words, right_words = _share_qualifiers(period)
    start = _side(period.start, period.precision, left_words, style, late=False)
    end = _side(period.end, period.precision, right_words, style, late=True)
    if period.weekday_ok is not None:
        if period.start is not None and len(period.start) > 7:
            start = _weekday(period, start, left_words, style, late=False)
        else:
            end = _weekday(period, end, right_words, style, late=True)
    if period.end_text is not None:
        return _width(f"{start}~", style) + period.end_text + period.suffix
    if period.start is None:
        text = f"~{end}"
    elif period.end is None:
        text = start if {"以降", "以後"} & set(left_words) else f"{start}~"
    elif _single(period):
        text = start
    else:
        text = f"{start}~{end}"
    return _width(text + _duration(period), style) + period.suffix


def _single(period: Period) -> bool:
    """Whether both sides are the same day, month, year or fiscal year."""
    assert period.start is not None
    assert period.end is not None
    if period.precision == "fiscal_year":
        return int(period.end[:4]) == int(period.start[:4]) + 1
    if period.precision == "year":
        return period.end[:4] == period.start[:4]
    return period.start == period.end and period.duration_ok is None


def _share_qualifiers(period: Period) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which side each qualifier goes to: 年度末 and the like to the side that is such a month, the rest to the left."""
    words = period.qualifiers
    if period.start is None:
        return (), words
    if period.end is None:
        return words, ()
    month = int(period.start[5:7]) if period.precision == "month" else 0
    for n, word in enumerate(words):
        if word in _EDGES and (n > 0 or _EDGES[word] != month or len(period.start) > 7):
            return words[:n], words[n:]
    return words, ()


def _side(value: str | None, precision: Precision, words: tuple[str, ...], style: Style, *, late: bool) -> str:
    if value is None:
        return ""
    date = _date(value, precision, late=late)
    return format_date(evolve(date, qualifiers=words), evolve(style, width="half"))


def _date(value: str, precision: Precision, *, late: bool) -> Date:
    year, month = int(value[:4]), int(value[5:7])
    if len(value) > 7:
        return Date("", year, month, int(value[8:]), "day")
    if precision == "fiscal_year":
        return Date("", year - (1 if late else 0), precision="fiscal_year")
    if precision == "year":
        return Date("", year, precision="year")
    return Date("", year, month, precision="month")


def _weekday(period: Period, text: str, words: tuple[str, ...], style: Style, *, late: bool) -> str:
    """With a weekday that is right, or wrong, as the period says."""
    value = period.end if late else period.start
    assert value is not None
    if len(value) <= 7:
        return text
    date = _date(value, "day", late=late)
    offset = date.first.weekday() + (0 if period.weekday_ok else 1)
    return format_date(
        evolve(date, qualifiers=words, weekday="月火水木金土日"[offset % 7]), evolve(style, width="half")
    )


def _duration(period: Period) -> str:
    if period.duration_months is not None:
        return f"({period.duration_months}か月)"
    if period.duration_ok is None or period.start is None or period.end is None:
        return ""
    first, last = period.first, period.last
    assert first is not None
    assert last is not None
    days = (last - first).days + 1
    return f"({days if period.duration_ok else days % 900 + 1}日間)"


def format_money(money: Money, style: Style = DEFAULT) -> str:
    """An amount in ``style.unit``; in 円 where that unit can't hold it whole. Marks, parts and remarks are kept."""
    if money.mark is not None:
        return _SPECIAL_MARKS.get(money.mark, money.mark)
    opening, closing = (money.bracket[0], money.bracket[1]) if money.bracket else ("", "")
    if money.ratio is not None:
        sign = "△" if money.ratio < 0 else ""
        return opening + _width(f"{sign}{abs(money.ratio):f}%", style) + closing
    notes = "".join(_notes(money, style))
    label = money.label or ""
    words = [money.note_marker or ""]
    if money.fiscal_year is not None:
        words.append(format_fiscal_year(FiscalYear("", money.fiscal_year), style))
    words += [money.stage or "", money.role or "", label if notes else ""]
    if money.approx == "約":
        words.append("約")
    if money.comparator == "range":
        assert money.low is not None
        assert money.high is not None
        words.append(f"{_yen(money.low, style)}{_width('~', style)}{_yen(money.high, style)}")
    else:
        assert money.yen is not None
        words.append(_yen(money.yen, style))
        words.append(_TAILS.get(money.comparator or "", ""))
    if money.approx is not None and money.approx != "約":
        words.append(money.approx)
    words.append(notes)
    if label and not notes:
        words.append(f"は{label}")
    return opening + "".join(words) + closing


def _notes(money: Money, style: Style) -> Iterable[str]:
    if money.of_which:
        yield f"(うち{_listed(money.of_which, style)})"
    if money.breakdown:
        yield f"({_listed(money.breakdown, style)})"
    if money.remark is not None:
        yield f"({money.remark})"


def _listed(parts: Iterable[Part], style: Style) -> str:
    return "、".join(part.label + _yen(part.yen, style) for part in parts)


def _yen(yen: int, style: Style) -> str:
    unit = style.unit
    amount, rest = divmod(abs(yen), UNITS[unit])
    if rest:
        amount, unit = abs(yen), "円"
    return _width(("△" if yen < 0 else "") + f"{amount:,}", style) + unit
