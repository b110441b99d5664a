"""Which pieces of two texts belong together: entry by entry first, then words, then the signs between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from plan_ledger.values.marks_tokens import HIRAGANA

CELLS: Final = 500_000_000  # bits of remembered rows, about 60 MB: 20,000 signs against 20,000
_REACH: Final = 400  # tokens looked at for the beginning and the end of an entry
_PAIRED: Final = 400  # entries old times entries new up to which likeness is computed for every pair
_ALIKE: Final = 0.45  # share of common words from which two entries count as one entry, edited

_TAKEN_UP: Final = 0.4
"""Share of an entry's words that another one must have over for it to count as taken up there."""

_EDGE: Final = 8
"""Signs at its beginning or end by which an entry is known where most of it is gone."""

_SAME_DATE: Final = 0.3  # what the same date at the head adds to that share

_LIGHT: Final = re.compile(f"[{HIRAGANA}ー]{{1,3}}|[^\\w]+|_")
BULLETS: Final = frozenset("・■□○●◎◆◇▪▸►※★☆")
ENTRY_DATE: Final = re.compile(r"[RHSＲＨＳ][0-9０-９]|(?:令和|平成)|[0-9０-９]{1,4}[年月/／]")
CIRCLED: Final = re.compile("[①-⑳⓪㉑-㉟㊱-㊿]")

Pair = tuple[int, int]


def common(a: Sequence[str], b: Sequence[str]) -> list[Pair]:
    """Index pairs of a longest common subsequence of ``a`` and ``b``, ascending.

    One big integer holds a whole row of the table, so a row costs a few machine operations per 30 tokens. Lists too
    large to remember all rows give no pairs.

    Source: the bit-vector recurrence of Hyyrö (2004), "Bit-parallel LCS-length computation revisited".
    """
    if len(a) * len(b) > CELLS:
        return []
    full = (1 << len(a)) - 1
    where: dict[str, int] = {}
    for i, token in enumerate(a):
        where[token] = where.get(token, 0) | 1 << i
    rows: list[int] = []
    row = full
    for token in b:
        hit = where.get(token)
        if hit is not None:
            up = row & hit
            row = (row + up | row - up) & full
        rows.append(row)
    pairs: list[Pair] = []
    i, j = len(a), len(b)
    while i and j:
        if rows[j - 1] >> (i - 1) & 1:
            i -= 1
            continue
        j -= 1
        if j and not rows[j - 1] >> (i - 1) & 1:
            continue
        i -= 1
        pairs.append((i, j))
    pairs.reverse()
    return pairs


def aligned(a: Sequence[str], b: Sequence[str]) -> Iterator[Pair]:
    """Index pairs of the tokens that stay, ascending on both sides."""
    if not a or not b:
        return
    heads_a, heads_b = _entries(a), _entries(b)
    if len(heads_a) < 2 and len(heads_b) < 2:
        yield from _by_words(a, b, 0, 0)
        return
    parts_a = [a[s:e] for s, e in zip(heads_a, [*heads_a[1:], len(a)], strict=True)]
    parts_b = [b[s:e] for s, e in zip(heads_b, [*heads_b[1:], len(b)], strict=True)]
    same = common([_key(p) for p in parts_a], [_key(p) for p in parts_b])
    i = j = 0
    for x, y in [*same, (len(parts_a), len(parts_b))]:
        for (i0, i1), (j0, j1) in _paired(parts_a[i:x], parts_b[j:y]):
            at_a, at_b = heads_a[i + i0], heads_b[j + j0]
            yield from _by_words(
                [t for p in parts_a[i + i0 : i + i1] for t in p],
                [t for p in parts_b[j + j0 : j + j1] for t in p],
                at_a,
                at_b,
            )
        if x < len(parts_a) and y < len(parts_b):
            yield from _by_words(parts_a[x], parts_b[y], heads_a[x], heads_b[y])
        i, j = x + 1, y + 1


def widened(a: Sequence[str], b: Sequence[str], start: int, stop_a: int, stop_b: int) -> tuple[int, int, int]:
    """The same stretch from the beginning of its first entry to the end of its last, where it has several.

    Without the rest of an entry nothing tells which of two new ones is the old one, edited.
    """
    if not any(t.isspace() or t[0] == "。" for t in (*a[start:stop_a], *b[start:stop_b])):
        return start, stop_a, stop_b
    low = max(0, start - _REACH)
    while start > low and not (start < len(a) and start < len(b) and _begins(a, start) and _begins(b, start)):
        start -= 1
    high = min(len(a), stop_a + _REACH)
    while stop_a < high and not _begins(a, stop_a):
        stop_a, stop_b = stop_a + 1, stop_b + 1
    return start, stop_a, stop_b


def _entries(tokens: Sequence[str]) -> list[int]:
    """Where entries begin: lines, bullets, dates after a space, sentences."""
    found = [0] if tokens else []
    before = ""
    for i, token in enumerate(tokens):
        if before and (before[0] == "。" or before.isspace()) and _begins(tokens, i):
            found.append(i)
        before = token
    return found


def _begins(tokens: Sequence[str], at: int) -> bool:
    token = tokens[at]
    if token.isspace():
        return False
    before = at - 1
    while before >= 0 and tokens[before].isspace():
        if tokens[before][0] in "\r\n":
            return True
        before -= 1
    if before >= 0 and tokens[before][0] == "。":
        return token[0] not in "」』）)"
    return before < at - 1 and (
        token[0] in BULLETS or ENTRY_DATE.match(token) is not None or CIRCLED.match(token) is not None
    )


def _key(entry: Sequence[str]) -> str:
    return "".join(entry).strip()


def _paired(a: list[Sequence[str]], b: list[Sequence[str]]) -> Iterator[tuple[Pair, Pair]]:
    """Stretches of entries to compare with each other; the rest came or went whole."""
    if not a or not b:
        return
    if len(a) == len(b) == 1 or len(a) * len(b) > _PAIRED:
        yield (0, len(a)), (0, len(b))
        return
    bags_a, bags_b = [_bag(e) for e in a], [_bag(e) for e in b]
    best = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    like: dict[Pair, float] = {}
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b) - 1, -1, -1):
            alike = _alike(bags_a[i], bags_b[j]) + (_SAME_DATE if a[i][0] == b[j][0] and _dated(a[i][0]) else 0)
            top = max(best[i + 1][j], best[i][j + 1])
            if alike >= _ALIKE:
                like[i, j] = alike
                top = max(top, best[i + 1][j + 1] + alike * alike)
            best[i][j] = top
    i = j = 0
    pairs: list[Pair] = []
    while i < len(a) and j < len(b):
        if (i, j) in like and best[i][j] == best[i + 1][j + 1] + like[i, j] ** 2:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    i = j = 0
    spans = _grown(pairs, a, b, bags_a, bags_b)
    for (x, x_end), (y, y_end) in [*spans, ((len(a), len(a)), (len(b), len(b)))]:
        if x - i == y - j:
            for k in range(x - i):
                yield (i + k, i + k + 1), (j + k, j + k + 1)
        elif x > i and y > j and any(_key(e).endswith("。") for e in (*a[i:x], *b[j:y])):
            yield (i, x), (j, y)
        if x_end > x:
            yield (x, x_end), (y, y_end)
        i, j = x_end, y_end


def _grown(
    pairs: list[Pair],
    a: list[Sequence[str]],
    b: list[Sequence[str]],
    bags_a: list[Counter[str]],
    bags_b: list[Counter[str]],
) -> list[tuple[Pair, Pair]]:
    """The pairs with the entries beside them that became part of the other side's entry, or came out of it.

    An entry loses its own line, or its bullet the space before it, with an edit at its end; then it has no partner, but
    its words, or the first or last of them, stand in the one that took it up.
    """
    spans: list[tuple[Pair, Pair]] = []
    for at, (x, y) in enumerate(pairs):
        (_, low_a), (_, low_b) = spans[-1] if spans else ((0, 0), (0, 0))
        high_a, high_b = pairs[at + 1] if at + 1 < len(pairs) else (len(a), len(b))
        over_a, over_b = bags_a[x] - bags_b[y], bags_b[y] - bags_a[x]
        spans.append(
            (_around(a, bags_a, (low_a, x, high_a), b[y], over_b), _around(b, bags_b, (low_b, y, high_b), a[x], over_a))
        )
    return spans


def _around(
    entries: list[Sequence[str]],
    bags: list[Counter[str]],
    place: tuple[int, int, int],
    other: Sequence[str],
    over: Counter[str],
) -> Pair:
    """From the entry in the middle of ``place``, the neighbours that stand in ``other``, the other side's entry.

    ``over`` are the words that ``other`` has beyond the entry itself.
    """
    low, start, high = place
    end = start + 1
    while (
        over
        and start > low
        and (_within(bags[start - 1], over) or (end == start + 1 and _at_edge(entries[start - 1], other, over, 1)))
    ):
        start -= 1
        over = over - bags[start]
    while over and end < high and (_within(bags[end], over) or _at_edge(entries[end], other, over, -1)):
        over = over - bags[end]
        end += 1
    return start, end


def _within(bag: Counter[str], over: Counter[str]) -> bool:
    size = sum(len(t) * n for t, n in bag.items())
    return size > 0 and sum(len(t) * n for t, n in (bag & over).items()) >= _TAKEN_UP * size


def _at_edge(entry: Sequence[str], other: Sequence[str], over: Counter[str], step: Literal[1, -1]) -> bool:
    """Whether ``other`` begins (or with ``step`` -1 ends) as the entry does, for some words that it has over."""
    size = 0
    for one, two in zip(_key_tokens(entry)[::step], _key_tokens(other)[::step], strict=False):
        if one != two or (not _LIGHT.fullmatch(one) and one not in over):
            break
        size += len(one)
    return size >= _EDGE


def _key_tokens(entry: Sequence[str]) -> list[str]:
    return [token for token in entry if not token.isspace()]


def _dated(token: str) -> bool:
    return ENTRY_DATE.match(token) is not None


def _bag(entry: Sequence[str]) -> Counter[str]:
    return Counter(t for t in entry if not _LIGHT.fullmatch(t))


def _alike(a: Counter[str], b: Counter[str]) -> float:
    size = sum(len(t) * n for t, n in a.items()) + sum(len(t) * n for t, n in b.items())
    return 2 * sum(len(t) * n for t, n in (a & b).items()) / size if size else 0.0


def _by_words(a: Sequence[str], b: Sequence[str], at_a: int, at_b: int) -> Iterator[Pair]:
    """Match what carries meaning, then particles and signs that touch a match, then those in what is left."""
    start, stop_a, stop_b = 0, len(a), len(b)
    while start < stop_a and start < stop_b and a[start] == b[start]:
        yield start + at_a, start + at_b
        start += 1
    while stop_a > start and stop_b > start and a[stop_a - 1] == b[stop_b - 1]:
        stop_a, stop_b = stop_a - 1, stop_b - 1
    heavy_a = [i for i in range(start, stop_a) if not _LIGHT.fullmatch(a[i])]
    heavy_b = [j for j in range(start, stop_b) if not _LIGHT.fullmatch(b[j])]
    anchors = common([a[i] for i in heavy_a], [b[j] for j in heavy_b])
    i, j = start, start
    for x, y in [*((heavy_a[p], heavy_b[q]) for p, q in anchors), (stop_a, stop_b)]:
        yield from _between(a, b, i, x, j, y, at_a, at_b)
        if x < stop_a:
            yield x + at_a, y + at_b
        i, j = x + 1, y + 1
    for k in range(len(a) - stop_a):
        yield stop_a + k + at_a, stop_b + k + at_b


def _between(
    a: Sequence[str], b: Sequence[str], i: int, x: int, j: int, y: int, at_a: int, at_b: int
) -> Iterator[Pair]:
    while i < x and j < y and a[i] == b[j]:
        yield i + at_a, j + at_b
        i, j = i + 1, j + 1
    tail = 0
    while x - tail > i and y - tail > j and a[x - tail - 1] == b[y - tail - 1]:
        tail += 1
    if i < x - tail and j < y - tail:
        for p, q in common(a[i : x - tail], b[j : y - tail]):
            yield i + p + at_a, j + q + at_b
    for k in range(tail, 0, -1):
        yield x - k + at_a, y - k + at_b
