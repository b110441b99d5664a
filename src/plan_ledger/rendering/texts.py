"""Words and characters that every format shares: dates as offices write them, digests, unseen characters shown."""

from __future__ import annotations

import codecs
import re
from datetime import date, datetime
from typing import Final

from attrs import evolve

from plan_ledger.queries.results import MomentRef
from plan_ledger.values.notation.eras import era_of

DIGEST_LABEL: Final = "照合値"
SHORT_DIGEST: Final = 12
"""Hexadecimal digits of the digest that a footer shows: enough to tell two handouts apart, short enough to read out."""

# Controls, and the characters that turn the direction of what follows them: unseen, they make one text look like
# another, and a terminal obeys them.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def visible(text: str) -> str:
    """The text with its control characters written out (``‹U+202E›``); tabs and line feeds stay."""
    return _UNSEEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text)


def storable(text: str) -> str:
    """The text with what XML can't hold written out; no text from a ledger has any of it."""
    return _NOT_XML.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text)


def era_date(day: date) -> str:
    """A day as the office prints it: 令和5年8月30日, the first year of an era as 元年."""
    era = era_of(day.year, day.month, day.day)
    year = day.year - era.base
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def minute(moment: datetime) -> str:
    """A recorded time to the minute, in the zone it carries: 2023-08-30 14:05."""
    return moment.strftime("%Y-%m-%d %H:%M")


def moment_name(moment: MomentRef) -> str:
    """A moment as people call it: a meeting with its edition from the second on, a position as 記録番号.

    The same point as it was known at another position says so.
    """
    if moment.as_known:
        return f"{moment_name(evolve(moment, as_known=False))}（記録番号{moment.pair.known}までの記録による）"
    if moment.meeting:
        edition = moment.edition or 1
        return moment.meeting if edition == 1 else f"{moment.meeting} 第{edition}版"
    if moment.name == "now" or moment.name == str(moment.position):
        return f"記録番号{moment.position}"
    return f"{moment.name}（記録番号{moment.position}）"


def short(digest: str) -> str:
    """The first digits of a digest, as footers show it."""
    return digest[:SHORT_DIGEST]


def _two_columns(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "??" * (error.end - error.start), error.end


codecs.register_error("plan_ledger.two_columns", _two_columns)


def width(text: str) -> int:
    """Columns of a line in a Japanese fixed-width font: 1 for ASCII and half-width kana, 2 for anything else.

    That is the number of bytes in CP932, which was made so; what it lacks counts as full width.
    """
    return len(text.encode("cp932", "plan_ledger.two_columns"))


def flattened(text: str) -> str:
    """Line breaks as spaces, for a format or a heading that has one line."""
    return text.replace("\n", " ")
