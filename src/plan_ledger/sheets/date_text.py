"""A date as Excel shows it, for the date formats that Japanese offices use (western and era years).

Source: ECMA-376 Part 1, 18.8.30 (numFmt, with the built-in formats of Japanese Excel) and 18.8.31; the eras' first days
are those of the Cabinet Orders.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

# Built-in formats that a file names by number only and whose text depends on the language; here Japanese Excel's.
JAPANESE_BUILTINS = {
    14: "yyyy/m/d",
    22: "yyyy/m/d h:mm",
    27: "[$-411]ge.m.d",
    28: '[$-411]ggge"年"m"月"d"日"',
    29: '[$-411]ggge"年"m"月"d"日"',
    30: "m/d/yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"時"mm"分"',
    33: 'h"時"mm"分"ss"秒"',
    34: 'yyyy"年"m"月"',
    35: 'm"月"d"日"',
    36: "[$-411]ge.m.d",
    50: "[$-411]ge.m.d",
    51: '[$-411]ggge"年"m"月"d"日"',
    52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"',
    54: '[$-411]ggge"年"m"月"d"日"',
    55: 'yyyy"年"m"月"',
    56: 'm"月"d"日"',
    57: "[$-411]ge.m.d",
    58: '[$-411]ggge"年"m"月"d"日"',
}

_ERAS = (
    (dt.date(2019, 5, 1), "R", "令", "令和"),
    (dt.date(1989, 1, 8), "H", "平", "平成"),
    (dt.date(1926, 12, 25), "S", "昭", "昭和"),
    (dt.date(1912, 7, 30), "T", "大", "大正"),
    (dt.date(1868, 1, 25), "M", "明", "明治"),
)
_LONGEST = 255  # Excel's own limit for a number format
_WEEKDAYS = "月火水木金土日"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|\[\$-[^\]]*\]|(y+|m+|d+|g+|e+|a+|h+|s+)|([/.\-:年月日時分秒 ,()（）~～])|(.)', re.I
)


def shown_date(value: dt.datetime, number_format: str) -> str | None:
    """The date in a number format; None where the format is not one of those covered (AM/PM, durations …)."""
    tokens = _tokens(number_format)
    if tokens is None:
        return None
    shown: list[str] = []
    for letters, literal in tokens:
        text = _part(value, letters) if letters else literal
        if text is None:
            return None
        shown.append(text)
    return "".join(shown)


@lru_cache(maxsize=256)
def _tokens(number_format: str) -> tuple[tuple[str, str], ...] | None:
    """The format's letters (months ``m``, minutes ``n``) and literals, in order; None where it is not covered."""
    if len(number_format) > _LONGEST:
        return None
    # a backslash-escaped or quoted semicolon is not met in date formats
    found = [token.groups() for token in _TOKEN.finditer(number_format.split(";")[0])]
    if any(other for *_, other in found) or not any(letters for _, _, letters, _, _ in found):
        return None
    runs = [letters.lower() for _, _, letters, _, _ in found if letters]
    tokens: list[tuple[str, str]] = []
    met = 0
    for quoted, escaped, letters, sign, _ in found:
        if not letters:
            tokens.append(("", quoted or escaped or sign or ""))
            continue
        run = runs[met]
        beside = (runs[met - 1][0] if met else "", runs[met + 1][0] if met + 1 < len(runs) else "")
        met += 1
        minutes = run in ("m", "mm") and (beside[0] == "h" or beside[1] == "s")
        tokens.append((run.replace("m", "n") if minutes else run, ""))
    return tuple(tokens)


def _part(value: dt.datetime, letters: str) -> str | None:
    letter, length = letters[0], len(letters)
    if letter == "y":
        return f"{value.year:04d}" if length > 2 else f"{value.year % 100:02d}"
    if letter in "ge":
        return _era(value.date(), letter, length)
    if letter == "m" and length == 3:
        return _MONTHS[value.month - 1]
    if letter == "a" and length in (3, 4):
        return _WEEKDAYS[value.weekday()] + ("曜日" if length == 4 else "")
    number = {"m": value.month, "d": value.day, "h": value.hour, "n": value.minute, "s": value.second}.get(letter)
    if number is None or length > 2:
        return None
    return f"{number:02d}" if length == 2 else str(number)


def _era(date: dt.date, letter: str, length: int) -> str | None:
    for first, *names in _ERAS:
        if date >= first:
            year = date.year - first.year + 1
            if letter == "g":
                return names[min(length, 3) - 1]
            return f"{year:02d}" if length == 2 else str(year)
    return None
