"""Writing progress cells and meetings' names back: an entry a line, dates in the wanted style."""

from __future__ import annotations

from typing import Final

from plan_ledger.errors import NotationError
from plan_ledger.values.notation.formatting import DEFAULT, Style, format_date, format_fiscal_year, format_period
from plan_ledger.values.notation.meetings import parse_meeting
from plan_ledger.values.notation.model import Date, FiscalYear, MeetingName, Schedule, ScheduleEntry
from plan_ledger.values.notation.schedules import parse_schedule

_KEPT: Final = frozenset("※①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
_WIDE: Final = {code: code + 0xFEE0 for code in range(0x30, 0x3A)}


def format_schedule(value: Schedule, style: Style = DEFAULT, *, fiscal_year: int | None = None) -> str:
    """A progress cell with an entry a line: its time in ``style``, with the year; undated entries with ・.

    Read against the same ``fiscal_year``, it gives the same entries and mentions. A cell, or an entry's time, that no
    plain form holds keeps its own text.
    """
    lines = [_line(entry, style) for entry in value.entries]
    plain = "\n".join(lines)
    return plain if _same(plain, value, fiscal_year) else value.text


def _line(entry: ScheduleEntry, style: Style) -> str:
    if entry.when_text is None:
        return entry.text if entry.text[:1] in _KEPT else f"・{entry.text}"
    when = entry.when_text if entry.when is None else format_period(entry.when, style)
    styled = f"{when} {entry.text}".rstrip()
    try:
        read = parse_schedule(styled).entries
    except NotationError:
        read = ()
    if len(read) == 1 and (read[0].when, read[0].text) == (entry.when, entry.text):
        return styled
    return f"{entry.when_text} {entry.text}".rstrip()


def _same(text: str, value: Schedule, fiscal_year: int | None) -> bool:
    try:
        return parse_schedule(text, fiscal_year=fiscal_year) == value
    except NotationError:
        return False


def format_meeting(value: MeetingName, style: Style = DEFAULT) -> str:
    """A meeting's name: day, fiscal year, plan, number and body, document and mode. Else its own text."""
    plain = _meeting(value, style)
    try:
        return plain if parse_meeting(plain) == value else value.text
    except NotationError:
        return value.text


def _meeting(value: MeetingName, style: Style) -> str:
    number = str(value.number).translate(_WIDE) if style.width == "full" else str(value.number)
    name = f"第{number}回{value.body or ''}"
    year = "" if value.fiscal_year is None else format_fiscal_year(FiscalYear("", value.fiscal_year), style)
    words = f"{year}{value.plan}について({name})" if value.plan is not None else f"{year} {name}"
    if value.date is not None:
        words = f"{_day(value.date, style)} {words}"
    if value.mode is not None:
        words += f"({value.mode})"
    if value.material is not None:
        words += f" {value.material}"
    return words.strip()


def _day(iso: str, style: Style) -> str:
    if len(iso) == 4:
        return format_date(Date("", int(iso), precision="year"), style)
    year, month, day = map(int, iso.split("-"))
    return format_date(Date("", year, month, day), style)
