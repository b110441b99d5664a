"""The one door for every text: line ends made LF, characters that no back end or format can keep refused."""

from __future__ import annotations

import re
import unicodedata
from typing import ClassVar

from attrs import define

from plan_ledger.errors import PlanLedgerError

MAX_TEXT = 1_000_000
"""Longest text of one field, in code points. A cell that is longer is a mistake; Excel itself ends at 32,767."""

# C0 controls but tab and line feed, DEL, C1 controls but NEL, lone surrogates, and the two permanent non-characters.
REDACTED_TEXT = "抹消済"
"""What stands where a text was destroyed on purpose."""

_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


@define(eq=False, slots=False)
class TextRefused(PlanLedgerError):
    """A text holds a character that can't be kept, or is longer than a field may be."""

    code: ClassVar[str] = "text_refused"
    ja: ClassVar[str] = "{offset}文字目の{character}は記録できません。取り除いてからやり直してください。"
    en: ClassVar[str] = "Character {character} at {offset} can't be recorded; take it out and try again."

    character: str
    offset: int


@define(eq=False, slots=False)
class TextTooLong(PlanLedgerError):
    """A text is longer than a field may be."""

    code: ClassVar[str] = "text_too_long"
    ja: ClassVar[str] = "{length}文字あります。1つの欄に記録できるのは{limit}文字までです。"
    en: ClassVar[str] = "{length} characters; a field holds at most {limit}."

    length: int
    limit: int = MAX_TEXT


def clean_text(text: str) -> str:
    """The text as it is recorded: CRLF and CR become LF, nothing else changes.

    Raises:
        TextRefused: It holds a control character, a lone surrogate or a non-character.
        TextTooLong: It is longer than :data:`MAX_TEXT`.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_TEXT:
        raise TextTooLong(len(text))
    if not text.isprintable() and (bad := _REFUSED.search(text)):
        raise TextRefused(f"U+{ord(bad.group()):04X}", bad.start() + 1)
    return text


def flat(text: str) -> str:
    """The text as a flattened format shows it: line feeds as spaces. For comparing, never for storing."""
    return text.replace("\n", " ")


def folded_name(text: str) -> str:
    """A name for comparing: width and compatibility forms, case and runs of white space folded. Never stored."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
