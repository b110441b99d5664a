"""Ranks: where an item stands among its siblings, as a string; between any two there is room for another.

A rank is an integer part whose first letter tells its length (``a0 … az, b00 … bzz``; ``Z`` and below count down
from there) and a fraction that never ends in the smallest digit. Ranks compare as plain ASCII, so every back end
sorts them alike (``COLLATE "C"``).
"""

from __future__ import annotations

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE = len(DIGITS)
FIRST = "a0"


def between(before: str | None, after: str | None) -> str:
    """A rank above ``before`` and below ``after``; None stands for the open end."""
    if before is not None and after is not None and before >= after:
        raise ValueError(f"no rank between {before!r} and {after!r}")
    if before is None:
        if after is None:
            return FIRST
        head, tail = _split(after)
        return head if tail else _step(head, -1)
    if after is None:
        return _step(_split(before)[0], +1)
    (low, low_tail), (high, high_tail) = _split(before), _split(after)
    if low == high:
        return low + _middle(low_tail, high_tail)
    following = _step(low, +1)
    return following if following < after else low + _middle(low_tail, "")


def spread(before: str | None, after: str | None, count: int) -> list[str]:
    """``count`` ranks in order between two, so that a block of new siblings can be filed at once."""
    ranks: list[str] = []
    for _ in range(count):
        before = between(before, after)
        ranks.append(before)
    return ranks


def _split(rank: str) -> tuple[str, str]:
    length = _length(rank[0])
    return rank[:length], rank[length:]


def _length(letter: str) -> int:
    if "a" <= letter <= "z":
        return ord(letter) - ord("a") + 2
    return ord("Z") - ord(letter) + 2


def _step(head: str, by: int) -> str:
    """The integer part one up or one down; at the end of its length, the first or last of the next length."""
    letter, digits = head[0], [DIGITS.index(digit) for digit in head[1:]]
    for at in range(len(digits) - 1, -1, -1):
        if 0 <= digits[at] + by < _BASE:
            digits[at] += by
            return letter + "".join(DIGITS[digit] for digit in digits)
        digits[at] = 0 if by > 0 else _BASE - 1
    if by > 0:
        letter = "a" if letter == "Z" else chr(ord(letter) + 1)
        filler = DIGITS[0]
    else:
        letter = "Z" if letter == "a" else chr(ord(letter) - 1)
        filler = DIGITS[-1]
    if not ("A" <= letter <= "Z" or "a" <= letter <= "z"):
        raise ValueError("no rank left on this side")
    return letter + filler * (_length(letter) - 1)


def _middle(low: str, high: str) -> str:
    """A fraction between two; ``""`` is 0 on the left and 1 on the right."""
    same = 0
    while same < len(high) and (low[same] if same < len(low) else DIGITS[0]) == high[same]:
        same += 1
    if same:
        return high[:same] + _middle(low[same:], high[same:])
    first = DIGITS.index(low[0]) if low else 0
    last = DIGITS.index(high[0]) if high else _BASE
    if last - first > 1:
        return DIGITS[(first + last) // 2]
    if len(high) > 1:
        return high[0]
    return DIGITS[first] + _middle(low[1:], "")
