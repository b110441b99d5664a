"""Digits and kanji numerals: whole numbers, decimals, grouped thousands, 億/万/千 mixtures. Exact, linear, no floats.

A number here is what stands before the unit: ``4,450``, ``1億4,260万``, ``四億六千九百九十万``, ``83百万``, ``2.5``.
万 is 10⁴, 億 10⁸, 兆 10¹²; what stands before each is below 10,000.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

KANJI_DIGITS: Final = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "壱": 1, "弐": 2, "参": 3}
KANJI_SET: Final = "〇零一二三四五六七八九十百"
_SMALL: Final = {"十": 10, "拾": 10, "百": 100, "千": 1000}
_BIG: Final = {"万": 10**4, "億": 10**8, "兆": 10**12}
_ATOM: Final = re.compile(
    r"(?P<num>[0-9][0-9,]*(?:\.[0-9]+)?)|(?P<kan>[〇零一二三四五六七八九]+|[壱弐参](?=[十拾百千万億"
    r"]))|(?P<small>[十拾百千])|(?P<big>[万億兆])"
)
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_PLAIN: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
MAX_DIGITS: Final = 30


class Scanned(NamedTuple):
    """A number and where it ended; ``error`` says what is wrong, ``scale`` is the first multiplier run (億, 百万)."""

    value: Decimal
    end: int
    scale: str = ""
    error: str = ""
    plain: bool = True


def kanji_number(text: str) -> int | None:
    """``二十五`` or ``二五`` → 25, ``元`` → 1, ``百`` → 100; None where it is no number below 1,000."""
    if text == "元":
        return 1
    if text.isascii():
        return int(text) if text.isdigit() and len(text) <= MAX_DIGITS else None
    if not any(c in _SMALL for c in text):
        total = 0
        for c in text:
            if c not in KANJI_DIGITS:
                return None
            total = total * 10 + KANJI_DIGITS[c]
        return total
    total = 0
    digit: int | None = None
    ceiling = 1000
    for c in text:
        if c in KANJI_DIGITS:
            if digit is not None:
                return None
            digit = KANJI_DIGITS[c]
            if digit == 0:
                return None
        elif (unit := _SMALL.get(c, 0)) and unit < ceiling:
            total += (1 if digit is None else digit) * unit
            digit, ceiling = None, unit
        else:
            return None
    return total + (digit or 0)


def decimal_of(token: str) -> Decimal | None:
    """An ASCII token with or without grouping; None where the grouping is broken."""
    if "," in token:
        if _GROUPED.fullmatch(token) is None:
            return None
        token = token.replace(",", "")
    elif _PLAIN.fullmatch(token) is None:
        return None
    return Decimal(token)


def scan_number(text: str, start: int) -> Scanned | None:
    """The number at ``start``; None where none begins there.

    ``error`` is "bad_grouping" for broken thousands (``4,45``) and "bad_number" for multipliers out of order.
    """
    match = _ATOM.match(text, start)
    if match is None or match["big"] or text[start] == "〇":
        return None  # 〇〇人 stands for a figure that is not known yet
    if match["num"]:
        end = match.end()
        following = text[end : end + 1]
        if (following not in _SMALL and following not in _BIG) or not following:
            token = match["num"]
            if token[-1] == ",":
                token = token.rstrip(",")
                end = start + len(token)
            value = decimal_of(token) if len(token) <= 2 * MAX_DIGITS else None
            if value is None:
                return Scanned(Decimal(0), end, error="bad_grouping")
            return Scanned(value, end)
    return _scan_mixed(text, start)


class _Mixed:
    """Adds up one number atom by atom: small multipliers within a myriad, myriads in falling order."""

    __slots__ = (
        "big_before",
        "decimals",
        "digit",
        "error",
        "myriad",
        "sections",
        "seen",
        "small_before",
        "total",
        "wide",
    )

    def __init__(self) -> None:
        self.total = Decimal(0)
        self.myriad = Decimal(0)
        self.digit: Decimal | None = None
        self.small_before = 10**4
        self.big_before = 10**16
        self.sections = 0
        self.seen = False
        self.decimals = False
        self.wide = False
        self.error = ""

    def number(self, value: Decimal) -> None:
        if self.digit is not None or (self.wide and value):
            self.error = "bad_number"
        self.digit = value

    def small(self, unit: int) -> None:
        if unit >= self.small_before:
            self.error = "bad_number"
        factor = Decimal(1) if self.digit is None else self.digit
        if factor >= 10:
            if self.myriad:
                self.error = "bad_number"
            self.wide = True
        self.myriad += factor * unit
        self.seen = True
        self.small_before, self.digit = unit, None

    def big(self, unit: int) -> None:
        value = self.myriad + (self.digit or 0)
        if unit >= self.big_before or (not value and self.digit is None and not self.seen):
            self.error = "bad_number"
        self._close(value, unit)
        self.big_before = unit

    def _close(self, value: Decimal, unit: int) -> None:
        if self.sections and (value >= self.big_before // unit or self.decimals):
            self.error = "bad_number"
        if value != value.to_integral_value():
            self.decimals = True
            if self.sections:
                self.error = "bad_number"
        self.total += value * unit
        self.sections += 1
        self.myriad, self.digit, self.small_before, self.wide, self.seen = Decimal(0), None, 10**4, False, False

    def finish(self) -> Decimal:
        if self.myriad or self.digit is not None:
            self._close(self.myriad + (self.digit or 0), 1)
        return self.total


def _scan_mixed(text: str, start: int) -> Scanned:
    mixed = _Mixed()
    position = start
    scale = ""
    first_digits = False
    scale_done = False
    atoms = 0
    while atoms < 40 and (match := _ATOM.match(text, position)) is not None:
        atoms += 1
        if match["num"]:
            token = match["num"]
            if token[-1] == ",":
                # 2億8,619万 keeps its comma inside the token; 1億,2 does not continue the number.
                token = token.rstrip(",")
            value = decimal_of(token) if len(token) <= 2 * MAX_DIGITS else None
            if value is None:
                return Scanned(Decimal(0), match.end(), error="bad_grouping")
            mixed.number(value)
            first_digits = first_digits or position == start
            scale_done = scale_done or bool(scale)
            if len(token) < len(match["num"]):
                position += len(token)
                break
        elif match["kan"]:
            digits = kanji_number(match["kan"])
            assert digits is not None
            mixed.number(Decimal(digits))
            scale_done = scale_done or bool(scale)
        elif match["small"]:
            mixed.small(_SMALL[match["small"]])
            if first_digits and not scale_done:
                scale += match["small"]
        else:
            mixed.big(_BIG[match["big"]])
            if not scale_done:
                scale = (scale if first_digits else "") + match["big"]
                scale_done = True
        position = match.end()
    value = mixed.finish()
    if value == value.to_integral_value():
        value = Decimal(int(value))
    return Scanned(value, position, scale, mixed.error, plain=False)
