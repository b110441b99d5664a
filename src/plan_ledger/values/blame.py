"""Blame (文言の来歴), pure: which version of a text brought each of its characters.

The versions are gone through in order. What :func:`~plan_ledger.values.marks.mark` calls the same keeps its version,
what it calls added gets the new one; but an entry or a sentence that was taken out in one place and put in at another,
word for word, was moved, and keeps its version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final

from attrs import frozen

from plan_ledger.values.marks import mark
from plan_ledger.values.marks_align import BULLETS, CIRCLED, ENTRY_DATE

LEAST_MOVED: Final = 4
"""Letters and digits from which an entry is taken for moved: ``同上。`` in two places says nothing."""

NOBODY: Final = -1
"""The version of characters that only hold a text together; whoever keeps them is who brought them."""

_BEGIN: Final = re.compile(
    rf"(?<=\n)|(?<=。)(?![」』）)])|(?<=\s)(?=[{''.join(sorted(BULLETS))}]|{CIRCLED.pattern}|{ENTRY_DATE.pattern})"
)
_AHEAD: Final = 8  # characters that a date at the head of an entry is known by
_SIGNS: Final = re.compile(r"[\W_]+")

Stretch = tuple[int, int]


@frozen
class Run:
    """Consecutive characters that came with one version. Never empty."""

    text: str
    version: int


@frozen
class Traced:
    """A text and, for each of its characters, the number of the version that brought it."""

    text: str = ""
    versions: Sequence[int] = ()

    def after(self, text: str, version: int) -> Traced:
        """The text that a version made of this one."""
        if text == self.text:
            return self._owned(version)
        kept = self.versions
        found: list[int] = []
        gone: list[Stretch] = []
        came: list[Stretch] = []
        stayed: list[tuple[int, int, int]] = []
        at = 0
        for segment in mark(self.text, text):
            size = len(segment.text)
            match segment.kind:
                case "same":
                    stayed.append((at, len(found), size))
                    found += kept[at : at + size]
                    at += size
                case "removed":
                    gone.append((at, at + size))
                    at += size
                case "added":
                    came.append((len(found), len(found) + size))
                    found += [version] * size
        if gone and came:
            for old, new, size in moved(self.text, text, gone, came):
                # What mark found of it in another entry is not of it: no word is given twice.
                for start, end in _images(old, old + size, stayed):
                    found[start:end] = [version] * (end - start)
                found[new : new + size] = kept[old : old + size]
        return Traced(text, found)._owned(version)

    def _owned(self, version: int) -> Traced:
        if NOBODY not in self.versions:
            return self
        return Traced(self.text, [version if each == NOBODY else each for each in self.versions])

    def runs(self) -> tuple[Run, ...]:
        """The text in runs, neighbours of one version as one."""
        runs: list[Run] = []
        at = 0
        for version, same in groupby(self.versions):
            size = sum(1 for _ in same)
            runs.append(Run(self.text[at : at + size], version))
            at += size
        return tuple(runs)


def trace(texts: Iterable[str], base: Traced | None = None, *, first: int = 0) -> Traced:
    """The last of several versions of a text, with what each character came with.

    Args:
        texts: The versions in order.
        base: What the first was made of: last year's text, traced.
        first: The number of the first version; the others follow it.
    """
    traced = base or Traced()
    for version, text in enumerate(texts, first):
        traced = traced.after(text, version)
    return traced


def joined(parts: Sequence[Traced]) -> Traced:
    """Several texts as one, below one another: what an item was made of that continues several."""
    found = Traced()
    for part in parts:
        if found.text and part.text:
            found = Traced(f"{found.text}\n{part.text}", [*found.versions, NOBODY, *part.versions])
        elif part.text:
            found = part
    return found


def moved(old: str, new: str, gone: Sequence[Stretch], came: Iterable[Stretch]) -> Iterator[tuple[int, int, int]]:
    """Entries that no longer stand where they stood, and were put in at another place, word for word.

    Args:
        old, new: The texts.
        gone: What of the old text was removed, as (start, end), in order. An entry of which a word is gone does not
            stand any more, whatever else of it was taken for another one's.
        came: What of the new text was added.

    Yields:
        Where the entry began, where it begins now, its length. No entry is given twice.
    """
    given: set[int] = set()
    for start, entry in _entries(new, came):
        at = old.find(entry)
        while at >= 0:
            end = at + len(entry)
            if at not in given and _is_entry(old, at, end) and _lost(old, at, end, gone):
                given.add(at)
                yield at, start, len(entry)
                break
            at = old.find(entry, at + 1)


def _images(start: int, end: int, stayed: Iterable[tuple[int, int, int]]) -> Iterator[Stretch]:
    """Where those characters of the old text stand in the new one that mark took for the same."""
    for old, new, size in stayed:
        low, high = max(start, old), min(end, old + size)
        if low < high:
            yield new + low - old, new + high - old


def _lost(text: str, start: int, end: int, gone: Iterable[Stretch]) -> bool:
    return any(
        low < end and start < high and _SIGNS.sub("", text[max(low, start) : min(high, end)]) for low, high in gone
    )


def _entries(text: str, stretches: Iterable[Stretch]) -> Iterator[tuple[int, str]]:
    """Whole entries (lines, bullets, dated entries, sentences) that lie in the stretches: where they begin."""
    for start, end in stretches:
        if end - start < LEAST_MOVED:
            continue
        stop = _behind_space(text, end)
        begins = [found.start() for found in _BEGIN.finditer(text, start, min(len(text), stop + _AHEAD))]
        begins = [at for at in begins if at <= stop]
        if _heads(text, start):
            begins = [start, *begins]
        if stop == len(text):
            begins.append(stop)
        for low, high in pairwise(begins):
            entry = text[low:high].strip()
            at = low + len(text[low:high]) - len(text[low:high].lstrip())
            if at + len(entry) <= end and len(_SIGNS.sub("", entry)) >= LEAST_MOVED:
                yield at, entry


def _is_entry(text: str, start: int, end: int) -> bool:
    stop = _behind_space(text, end)
    return (_heads(text, start) or _BEGIN.match(text, start) is not None) and (
        stop == len(text) or any(_BEGIN.match(text, at) for at in range(end, stop + 1))
    )


def _behind_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _heads(text: str, at: int) -> bool:
    """Whether a line or a sentence begins here, but for white space."""
    before = text[:at].rstrip(" \t\u3000")
    return not before or before[-1] in "\n。"
