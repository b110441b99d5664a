"""A number as Excel shows it, for the number formats that government tables use.

Covered: ``General``, ``0``, ``0.0``, ``#,##0``, ``#,##0.0``, scaling by ``,`` (千円), ``%``, sections for negative
numbers and zero, colours, quoted and escaped text, currency signs. Everything else (fractions, exponents, conditions)
is not guessed: :func:`shown_number` gives None.

Source: ECMA-376 Part 1, 18.8.31 (numFmts).
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from attrs import frozen

_TOKEN = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]*)(?:-([^\]]*))?\]|\[([^\]]*)\]|([0#?.,]+)|(%)|(.)', re.DOTALL)
_COLOURS = frozenset(
    [
        "black",
        "blue",
        "cyan",
        "green",
        "magenta",
        "red",
        "white",
        "yellow",
        "黒",
        "青",
        "水",
        "緑",
        "紫",
        "赤",
        "白",
        "黄",
    ]
)
_SHOWN_AS_THEY_ARE = frozenset("-+()/: ¥￥$円千百万億人件台校名回年%％△▲〜～")
_PLACEHOLDERS = re.compile(r"([#?0,]*)(?:\.([0#?]*))?(,*)")
_OTHER_DIGITS = re.compile("[0-9A-Fa-f]{5,}")  # a language code that also asks for full-width or kanji digits
_LONGEST = 255  # Excel's own limit for a number format


@frozen
class Shown:
    """``text`` is what the sheet shows; ``rounded`` says that the value has more digits than are shown."""

    text: str
    rounded: bool = False


def plain_number(value: int | float) -> str:
    """The number in the format ``General``: no grouping, at most fifteen digits.

    Only from 1E+15 on, and below 1E-9, with an exponent.
    """
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if abs(value) >= 10**15 or 0 < abs(value) < 1e-9:
        mantissa, _, exponent = f"{Decimal(value):.5E}".partition("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return format(Decimal(f"{value:.15g}"), "f")


def shown_number(value: int | float, number_format: str) -> Shown | None:
    """The number in a number format; None where the format is not one of those covered, or the value no number."""
    if value != value or len(number_format) > _LONGEST:
        return None
    if number_format in ("General", "@", "G/標準", ""):
        return Shown(plain_number(value))
    if abs(value) >= 1e15:  # Excel keeps fifteen digits
        return None
    sections = _sections(number_format)
    if not 1 <= len(sections) <= 4:
        return None
    exact = Decimal(plain_number(value))
    section, sign = sections[0], "-" if exact < 0 else ""
    if exact < 0 and len(sections) > 1:
        section, sign = sections[1], ""
    elif exact == 0 and len(sections) > 2:
        section = sections[2]
    return _in_section(abs(exact), section, sign)


def _sections(number_format: str) -> list[str]:
    sections: list[str] = []
    current = ""
    for token in _TOKEN.finditer(number_format):
        if token[0] == ";":
            sections.append(current)
            current = ""
        else:
            current += token[0]
    return [*sections, current]


def _in_section(value: Decimal, section: str, sign: str) -> Shown | None:
    pieces: list[str] = []
    digits: tuple[int, str] | None = None
    percent = 0
    for quoted, escaped, currency, language, bracket, placeholder, per_cent, other in _TOKEN.findall(section):
        if placeholder:
            if digits is not None:
                return None
            digits = (len(pieces), placeholder)
            pieces.append("")
        elif bracket:
            if bracket.lower() not in _COLOURS:
                return None
        elif _OTHER_DIGITS.fullmatch(language):
            return None
        elif per_cent:
            percent += 1
            pieces.append("%")
        elif other and other not in _SHOWN_AS_THEY_ARE:
            return None
        else:
            pieces.append(quoted or escaped or currency or other)
    if digits is None:
        return Shown(sign + "".join(pieces)) if pieces or not section else None
    text = _digits(value * 100**percent, digits[1])
    if text is None:
        return None
    pieces[digits[0]] = text.text
    return Shown(sign + "".join(pieces), text.rounded)


def _digits(value: Decimal, placeholder: str) -> Shown | None:
    matched = _PLACEHOLDERS.fullmatch(placeholder)
    if matched is None:
        return None
    whole, fraction, trailing = matched[1], matched[2] or "", matched[3]
    scale = len(trailing) + len(whole) - len(whole.rstrip(","))
    whole = whole.rstrip(",")
    grouped = "," in whole
    scaled = value / Decimal(1000) ** scale
    rounded = scaled.quantize(Decimal(1).scaleb(-len(fraction)), rounding=ROUND_HALF_UP)
    before, _, after = format(rounded, "f").partition(".")
    least = whole.replace(",", "").count("0")
    before = "" if before == "0" and least == 0 else before.zfill(least)
    kept = max((at + 1 for at, sign in enumerate(fraction) if sign == "0"), default=0)
    while len(after) > kept and after.endswith("0"):
        after = after[:-1]
    if grouped and before:
        before = f"{int(before):,}".rjust(least, "0") if len(before) <= 30 else before
    point = "." if matched[2] is not None else ""
    return Shown(before + point + after, rounded != scaled)
