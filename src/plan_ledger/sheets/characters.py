"""The one validator of characters for every document format: line ends, forbidden and doubtful characters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plan_ledger.sheets.problems import BadCharacter, CellTextTooLong, SheetProblem
from plan_ledger.sheets.suspicions import SuspiciousCharacter

if TYPE_CHECKING:
    from plan_ledger.errors import Place

# Tab and LF are the only controls that every store and format carries; the rest raises mixed errors further on.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")
_DOUBTFUL = {
    "private-use character": re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]"),
    "direction control": re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"),
    "replacement character": re.compile("\ufffd"),
}
_ANY = re.compile(
    "[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010fffd"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]"
)


def line_feeds(text: str) -> str:
    """CRLF and CR → LF: the one change that the door makes to a text."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def check_text(text: str, place: Place, longest: int) -> tuple[SheetProblem, ...]:
    """What is wrong with a cell's text: at most one problem of each kind, located at its first character.

    Args:
        text: The text, line ends already LF.
        place: Where it stands.
        longest: ``Limits.cell_characters``.
    """
    found: list[SheetProblem] = []
    if len(text) > longest:
        found.append(CellTextTooLong(len(text), longest, place=place))
        text = text[:longest]
    if not _ANY.search(text):
        return tuple(found)
    if bad := _FORBIDDEN.findall(text):
        found.append(BadCharacter(_codepoint(bad[0]), text.index(bad[0]) + 1, len(bad), place=place))
    for what, pattern in _DOUBTFUL.items():
        if doubtful := pattern.findall(text):
            first = doubtful[0]
            found.append(
                SuspiciousCharacter(_codepoint(first), text.index(first) + 1, what, len(doubtful), place=place)
            )
    return tuple(found)


def _codepoint(character: str) -> str:
    return f"U+{ord(character):04X}"
