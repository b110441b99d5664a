"""Where a change begins and ends: whole words, whole clauses, no confetti."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from plan_ledger.values.marks_align import BULLETS
from plan_ledger.values.marks_tokens import COMBINING, DIGIT, HIRAGANA, KANJI, KATAKANA, LATIN

Change = tuple[int, int, int, int]
"""``old[a:b]`` became ``new[c:d]``; one of the two may be empty."""

_SLIDE: Final = 400  # signs that an insertion is tried at to either side
_ONLY: Final = re.compile(
    f"(?P<kanji>[{KANJI}]+)|(?P<kana>[{KATAKANA}]+)|(?P<soft>[{HIRAGANA}ー]+)|(?P<number>.*{DIGIT}.*)", re.DOTALL
)
_LIGHT: Final = re.compile(f"[{HIRAGANA}ー]+|[・、,，~～〜／/（）()「」]", re.DOTALL)
_RANGE: Final = re.compile("[~～〜－–—]")
_DATED: Final = re.compile(f".*{DIGIT}", re.DOTALL)
_HAS_WORD: Final = re.compile(f"[{KANJI}{KATAKANA}{LATIN}]")
_PARTICLES: Final = frozenset("をがはのにとでもへやかば")
_CLOSING: Final = frozenset("」』）)】〕]｝}〉》")
_OPENING: Final = frozenset("「『（(【〔[｛{〈《")
_JOINED: Final = re.compile(
    f"{DIGIT}{DIGIT}|{DIGIT}[.,．，/／]|[.,．，/／]{DIGIT}|[RHSＲＨＳ]{DIGIT}|[{LATIN}]{{2}}|\r\n|.[{COMBINING}]|[▲△]{DIGIT}",
    re.DOTALL,
)
_CLASS: Final = re.compile(f"([{KANJI}])|([{KATAKANA}])|([{HIRAGANA}])|([{LATIN}])|({DIGIT})")


def tidied(old: str, new: str, changes: Iterable[Change]) -> list[Change]:
    """The changes as a person would colour them, still an exact account of both texts."""
    found = _absorbed(old, new, list(changes))
    found = _joined([part for change in found for part in _trimmed(old, new, change)])
    return _slid(old, new, found)


def _joined(changes: list[Change]) -> list[Change]:
    out: list[Change] = []
    for a, b, c, d in changes:
        if out and out[-1][1] == a and out[-1][3] == c:
            out[-1] = (out[-1][0], b, out[-1][2], d)
        else:
            out.append((a, b, c, d))
    return out


def _absorbed(old: str, new: str, changes: list[Change]) -> list[Change]:
    out: list[Change] = []
    for change in changes:
        if out and _confetti(old, new, out[-1], change):
            out[-1] = (out[-1][0], change[1], out[-1][2], change[3])
        else:
            out.append(change)
    return out


def _confetti(old: str, new: str, left: Change, right: Change) -> bool:
    """Whether the unchanged stretch between two changes is too slight to stay uncoloured."""
    island = new[left[3] : right[2]]
    if not island or not (new[left[2] : left[3]] or old[left[0] : left[1]]):
        return True
    gone = old[left[0] : left[1]], old[right[0] : right[1]]
    come = new[left[2] : left[3]], new[right[2] : right[3]]
    if _RANGE.fullmatch(island):
        return all(_DATED.fullmatch(t) for t in (*gone, *come) if t)
    if "\n" in island or not all(gone) or not all(come):
        return False
    if not all(_HAS_WORD.search(t) for t in (*gone, *come)):
        return False
    return bool(_LIGHT.fullmatch(island)) and len(island) <= 2


def _trimmed(old: str, new: str, change: Change) -> list[Change]:
    """Leave out of a replacement what both sides share at its ends, where a word may be cut there."""
    a, b, c, d = change
    gone, come = old[a:b], new[c:d]
    if not gone or not come:
        return [change]
    head = 0
    while head < len(gone) and head < len(come) and gone[head] == come[head]:
        head += 1
    tail = 0
    while tail < len(gone) - head and tail < len(come) - head and gone[-1 - tail] == come[-1 - tail]:
        tail += 1
    if not head and not tail:
        return [change]
    pure = head + tail == min(len(gone), len(come))
    while head and not _may_cut(gone, come, head, pure):
        head -= 1
        pure = False
    while tail and not _may_cut(gone[::-1], come[::-1], tail, pure):
        tail -= 1
        pure = False
    return [(a + head, b - tail, c + head, d - tail)]


def _may_cut(gone: str, come: str, at: int, pure: bool) -> bool:
    """Whether the first ``at`` signs may stay uncoloured (the texts are given reversed for the last ones)."""
    if at == len(gone) or at == len(come):
        longer = gone if len(gone) > at else come
        inside = _class(longer[at - 1]) == _class(longer[at]) if len(longer) > at else False
        return not (inside and _class(longer[at]) in (4, 5)) and not _JOINED.search(longer[at - 1 : at + 1])
    if _class(gone[at - 1]) != _class(gone[at]) and _class(come[at - 1]) != _class(come[at]):
        return not _JOINED.search(come[at - 1 : at + 1]) and not _JOINED.search(gone[at - 1 : at + 1])
    kind = _class(come[at - 1])
    if kind != 1:
        return False
    return at >= 2 and (pure or min(len(gone), len(come)) - at >= 2)


def _class(sign: str) -> int:
    found = _CLASS.fullmatch(sign)
    return found.lastindex or 0 if found else 0


def _slid(old: str, new: str, changes: list[Change]) -> list[Change]:
    out: list[Change] = []
    for k, (a, b, c, d) in enumerate(changes):
        if a < b and c < d:
            out.append((a, b, c, d))
            continue
        left = c - (out[-1][3] if out else 0)
        right = (changes[k + 1][2] if k + 1 < len(changes) else len(new)) - d
        by = _slide(new, c, d, left, right) if c < d else _slide(old, a, b, left, right)
        out.append((a + by, b + by, c + by, d + by))
    return _joined(out)


def _slide(text: str, start: int, end: int, left: int, right: int) -> int:
    """How far to move ``text[start:end]`` so that its ends fall on the strongest boundaries."""
    low = 0
    while low < min(left, _SLIDE) and text[start - low - 1] == text[end - low - 1]:
        low += 1
    high = 0
    while high < min(right, _SLIDE) and text[start + high] == text[end + high]:
        high += 1
    if not low and not high:
        return 0
    return max(range(-low, high + 1), key=lambda by: (_edge(text, start + by) + _edge(text, end + by), -abs(by)))


def _edge(text: str, at: int) -> float:
    """How natural it is to begin or end a coloured stretch before ``text[at]``."""
    if at == 0 or at == len(text):
        return 10
    before, after = text[at - 1], text[at]
    if _JOINED.fullmatch(before + after):
        return -50
    if before == "\n":
        return 10
    if after in "\r\n":
        return 8
    if before in "。．！？" and after not in _CLOSING:
        return 9
    if before.isspace():
        return 9 if after in BULLETS or after in "RHS" or after.isdigit() else 7
    if before in "、，；;,":
        return 7
    if before in BULLETS:
        return 6
    if after.isspace() or before in _CLOSING or after in _OPENING:
        return 5
    if before in _OPENING or after in _CLOSING:
        return 4
    if after in "。、，":
        return 3
    if before in "~～〜:：" or after in "~～〜:：":
        return 4
    x, y = _class(before), _class(after)
    if y == 3:
        return 2 if x != 3 else -3
    if x == 3:
        return 4
    if x != y:
        return 3
    return 0.5 if x == 1 else -3
