"""One cell's red against one cell's change: which words are red without need, and which ought to be.

A clerk's red is judged as a colleague would: white space has no colour, a comma at the edge of a change may be red or
black, and so may the unit behind a number that changed. Where a change can be told in two ways (a word put between
two of its like), either is right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final, Literal, get_args

from attrs import define, frozen

from plan_ledger.sheets.grid import Cell
from plan_ledger.values.marks import Segment, is_layout_only, mark

Strictness = Literal["exact", "words", "entries"]
"""``exact``: every character but white space. ``words`` (the default): edges, punctuation and units are free.
``entries``: red may also cover the whole sentence or line in which something is new."""

STRICTNESS: Final[tuple[Strictness, ...]] = get_args(Strictness)

_UNIT = re.compile(
    "(?:百万|十億|[千万億兆])?"
    "(?:円|人|名|件|回|者|社|団体|か所|箇所|ヶ所|カ所|台|基|校|館|戸|棟|泊|日|月|年|年度|時|分|％|%|ha|km|㎡|t)?"
)
_ENTRY = re.compile(r"[^\n。]*[\n。]?")


@frozen
class Verdict:
    """``changed``: the text is another one (not by white space and width alone). ``missing``: words that are new and
    not red. ``extra``: words that are red and not new. ``red``: whether anything is. ``only_removed``: the cell lost
    words and got none, which no red can show."""

    changed: bool
    red: bool
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    only_removed: bool = False


def red_of(cell: Cell) -> tuple[bool, ...]:
    """For each character of the cell's standing text, whether it is red."""
    if not cell.runs:
        return (False,) * len(cell.text)
    return tuple(run.red for run in cell.runs if not run.strike for _ in run.text)


def judge(old: str, new: str, red: Sequence[bool], strictness: Strictness = "words") -> Verdict:
    """Compare a cell's red with what changed in it.

    Args:
        old: The text of the last meeting's table.
        new: The text now, without what is struck through.
        red: For each character of ``new``, whether it is red.
        strictness: How much is let pass.
    """
    coloured = any(is_red and not sign.isspace() for sign, is_red in zip(new, red, strict=True))
    if old == new or is_layout_only(old, new):
        # whether white space and width alone are coloured is a matter of the house
        extra = tuple(_pieces(new, red)) if old == new and coloured else ()
        return Verdict(False, coloured, extra=extra)
    segments = mark(old, new).segments
    cell = _Cell(new, tuple(red), tuple(_added(segments)), strictness)
    only_removed = not any(new[at].strip() for at, is_new in enumerate(cell.added) if is_new)
    if cell.tells_the_same():
        return Verdict(True, coloured, only_removed=only_removed)
    free = cell.layout_only(segments)
    return Verdict(True, coloured, tuple(cell.uncoloured(free)), tuple(cell.stray(free)), only_removed)


def _added(segments: Sequence[Segment]) -> Iterator[bool]:
    for segment in segments:
        if segment.kind != "removed":
            yield from (segment.kind == "added" for _ in segment.text)


@define
class _Cell:
    text: str
    red: tuple[bool, ...]
    added: tuple[bool, ...]
    strictness: Strictness

    def tells_the_same(self) -> bool:
        """What is black is what stayed: the red tells the change, perhaps in another of several right ways."""
        return self._left(self.red) == self._left(self.added)

    def _left(self, taken: Sequence[bool]) -> str:
        return "".join(sign for sign, gone in zip(self.text, taken, strict=True) if not gone and not sign.isspace())

    def layout_only(self, segments: Sequence[Segment]) -> frozenset[int]:
        """Characters that only changed their width or their white space: red or black, both are right."""
        found: set[int] = set()
        at = 0
        for number, segment in enumerate(segments):
            if segment.kind == "removed":
                continue
            before = segments[number - 1] if number else None
            if (
                segment.kind == "added"
                and before is not None
                and before.kind == "removed"
                and is_layout_only(before.text, segment.text)
            ):
                found.update(range(at, at + len(segment.text)))
            at += len(segment.text)
        return frozenset(found)

    def uncoloured(self, free: frozenset[int]) -> Iterator[str]:
        for start, end in _spans(self.added):
            whole = self.text[start:end]
            wanted = [at not in free and not self.red[at] for at in range(start, end)]
            # A change of nothing but punctuation is a change; beside words, punctuation has any colour.
            loose = self.strictness != "exact" and any(not _is_punctuation(sign) for sign in whole)
            yield from _pieces(whole, wanted, trimmed=loose)

    def stray(self, free: frozenset[int]) -> Iterator[str]:
        for start, end in _spans(
            [self.red[at] and not self.added[at] and at not in free for at in range(len(self.text))]
        ):
            piece = self.text[start:end]
            if self.strictness == "exact":
                yield from _pieces(piece, [True] * len(piece))
                continue
            beside = (start > 0 and self.added[start - 1]) or (end < len(self.text) and self.added[end])
            words = _trimmed(piece)
            if not words and not beside:
                words = piece.strip()
            if not words or (self._behind_a_number(start) and _UNIT.fullmatch(words)):
                continue
            if self.strictness == "entries":
                yield from self._outside_entries(start, end, any(not _is_punctuation(sign) for sign in words))
            else:
                yield words

    def _behind_a_number(self, at: int) -> bool:
        return at > 0 and self.added[at - 1] and self.text[at - 1].isdigit()

    def _outside_entries(self, start: int, end: int, has_words: bool) -> Iterator[str]:
        """What of a stretch stands in no sentence or line in which something is new; signs alone if it is no more."""
        for entry in _ENTRY.finditer(self.text):
            if not any(self.added[entry.start() : entry.end()]):
                piece = self.text[max(start, entry.start()) : min(end, entry.end())]
                if words := _trimmed(piece) or ("" if has_words else piece.strip()):
                    yield words


def _spans(mask: Sequence[bool]) -> Iterator[tuple[int, int]]:
    at = 0
    for value, group in groupby(mask):
        length = len(list(group))
        if value:
            yield at, at + length
        at += length


def _pieces(text: str, mask: Sequence[bool], *, trimmed: bool = False) -> Iterator[str]:
    """The stretches of a text for which the mask holds, across white space; never blank ones."""
    joined = list(mask)
    for start, end in _spans([not each for each in mask]):
        if start > 0 and end < len(text) and text[start:end].isspace():
            joined[start:end] = [True] * (end - start)
    for start, end in _spans(joined):
        piece = _trimmed(text[start:end]) if trimmed else text[start:end].strip()
        if piece:
            yield piece


def _trimmed(text: str) -> str:
    """Without punctuation and white space at either end."""
    start, end = 0, len(text)
    while start < end and _is_punctuation(text[start]):
        start += 1
    while end > start and _is_punctuation(text[end - 1]):
        end -= 1
    return text[start:end]


@lru_cache(maxsize=4096)
def _is_punctuation(sign: str) -> bool:
    """Signs that separate: 、。・（）「」, white space, dashes and arrows. Not the ▲ of an amount, nor ○ and ×."""
    return unicodedata.category(sign)[0] in "PZ" or sign.isspace() or sign in "~～→⇒|｜"
