"""Where a change begins and ends: whole words, whole clauses, no confetti."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from plan_ledger.values.marks_align import BULLETS
from plan_ledger.values.marks_tokens import COMBINING, DIGIT, HIRAGANA, KANJI, KATAKANA, LATIN, TOKEN

Change = tuple[int, int, int, int]
"""``old[a:b]`` became ``new[c:d]``; one of the two may be empty."""

_SLIDE: Final = 400  # signs that an insertion is tried at to either side
_BOUNDARY: Final = re.compile(r"[\s、。，；;・()（）「」『』【】]")
_ENDS: Final = re.compile(f"[{HIRAGANA}]{{,6}}(?:{_BOUNDARY.pattern}|$)")
_LIGHT: Final = re.compile(f"[^{KANJI}{KATAKANA}{LATIN}0-9０-９]")
_KEPT: Final = 0.25  # share that stayed, kana and signs counted half, up to which a phrase counts as rewritten
_RANGE: Final = re.compile("[~～〜－–—]")
_DATED: Final = re.compile(DIGIT)
_CLOSING: Final = frozenset("」』）)】〕]｝}〉》")
_OPENING: Final = frozenset("「『（(【〔[｛{〈《")
_JOINED: Final = re.compile(
    f"{DIGIT}{DIGIT}|{DIGIT}[.,．，/／]|[.,．，/／]{DIGIT}|[RHSＲＨＳ]{DIGIT}|[{LATIN}]{{2}}|\r\n|.[{COMBINING}]|[▲△]{DIGIT}",
    re.DOTALL,
)
_STEM: Final = re.compile(f"[^{KANJI}]?[{KANJI}][{HIRAGANA}]")
_ENDING: Final = re.compile(f"(?![をがはのにとでもへやか])[{HIRAGANA}]")
_SCRIPT: Final = re.compile(f"[{KANJI}{KATAKANA}{HIRAGANA}]")
_MARKED: Final = re.compile(f"[{COMBINING}]|{DIGIT}")
_CLASS: Final = re.compile(f"([{KANJI}])|([{KATAKANA}])|([{HIRAGANA}])|([{LATIN}])|({DIGIT})")


def tidied(old: str, new: str, changes: Iterable[Change]) -> list[Change]:
    """The changes as a person would colour them, still an exact account of both texts."""
    found = _absorbed(old, new, list(changes))
    found = [part for change in found for part in _trimmed(old, new, change)]
    return _slid(old, new, _joined(_stemmed(old, new, found)))


def _joined(changes: list[Change]) -> list[Change]:
    out: list[Change] = []
    for a, b, c, d in changes:
        if out and out[-1][1] == a and out[-1][3] == c:
            out[-1] = (out[-1][0], b, out[-1][2], d)
        else:
            out.append((a, b, c, d))
    return out


def _absorbed(old: str, new: str, changes: list[Change]) -> list[Change]:
    """Take in what stayed between changes where it is confetti: a range's sign, the rest of a rewritten phrase."""
    out: list[Change] = []
    phrase: list[Change] = []
    for change in changes:
        if phrase and _BOUNDARY.search(new, phrase[-1][3], change[2]):
            out.extend(_rewritten(old, new, phrase))
            phrase = []
        if phrase and _in_range(old, new, phrase[-1], change):
            phrase[-1] = (phrase[-1][0], change[1], phrase[-1][2], change[3])
        else:
            phrase.append(change)
    return [*out, *_rewritten(old, new, phrase)]


def _in_range(old: str, new: str, left: Change, right: Change) -> bool:
    """Whether the changes are the two ends of one period."""
    if not _RANGE.fullmatch(new, left[3], right[2]):
        return False
    return all(_DATED.search(t) for a, b, c, d in (left, right) for t in (old[a:b], new[c:d]))


def _rewritten(old: str, new: str, phrase: list[Change]) -> list[Change]:
    """One change instead of several where they leave hardly a word of a phrase standing."""
    if len(phrase) < 2:
        return phrase
    a, b, c, d = phrase[0][0], phrase[-1][1], phrase[0][2], phrase[-1][3]
    stop = _ENDS.match(new, d) if len(phrase) > 2 else None  # three changed words are no coincidence
    if not ((c == 0 or _BOUNDARY.match(new, c - 1)) and (stop or d == len(new) or _BOUNDARY.match(new, d))):
        return phrase
    islands = [new[x[3] : y[2]] for x, y in pairwise(phrase)]
    kept = sum(len(island) + len(_LIGHT.sub("", island)) for island in islands) / 2
    return [(a, b, c, d)] if kept <= _KEPT * min(b - a, d - c) else phrase


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
    whole = head + tail == min(len(gone), len(come))  # one side is only what both share
    cuts = _cuts(gone), _cuts(come)
    kept = next((n for n in range(head, 0, -1) if _may_cut(gone, come, n, cuts, whole and n == head)), 0)
    whole = whole and kept == head
    gone, come = gone[::-1], come[::-1]
    cuts = {len(gone) - n for n in cuts[0]}, {len(come) - n for n in cuts[1]}
    left = next((n for n in range(tail, 0, -1) if _may_cut(gone, come, n, cuts, whole and n == tail)), 0)
    return [(a + kept, b - left, c + kept, d - left)]


def _cuts(text: str) -> set[int]:
    """Offsets at which a cut would not split a number, a date, a word in letters or a combined sign."""
    found: set[int] = set()
    for token in TOKEN.finditer(text):
        found.add(token.end())
        if _SCRIPT.match(token[0]) and not _MARKED.search(token[0]):
            found.update(range(*token.span()))
    return found


def _may_cut(gone: str, come: str, at: int, cuts: tuple[set[int], set[int]], whole: bool) -> bool:
    """Whether the first ``at`` signs may stay uncoloured (the texts are given reversed for the last ones)."""
    if at not in cuts[0] or at not in cuts[1]:
        return False
    if at == len(gone) or at == len(come):
        return True
    if _class(gone[at - 1]) != _class(gone[at]) and _class(come[at - 1]) != _class(come[at]):
        return True
    return _class(come[at - 1]) == 1 and at >= 2 and (whole or min(len(gone), len(come)) - at >= 2)


def _stemmed(old: str, new: str, changes: list[Change]) -> list[Change]:
    """Take in the one kanji that a changed ending belongs to: 進め|る → 進め|た is another form of one word."""
    out: list[Change] = []
    for a, b, c, d in changes:
        stem = a < b and c > (out[-1][3] if out else 0) and bool(_STEM.fullmatch(new[max(0, c - 2) : c + 1]))
        stem = stem and c < d and bool(_ENDING.match(old, a)) and bool(_ENDING.match(new, c))
        out.append((a - stem, b, c - stem, d))
    return out


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
    if before in "。．！？" and after not in _CLOSING and not after.isspace():
        return 9
    if before.isspace():
        return 9 if after in BULLETS or after in "RHSＲＨＳ令平" or after.isdigit() else 7
    if before in "、，；;,":
        return 7
    if before in BULLETS:
        return 6
    if after.isspace() or before in _CLOSING or after in _OPENING:
        return 5
    if before in _OPENING or after in _CLOSING:
        return 4
    if after in "。、，":
        return 5
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
