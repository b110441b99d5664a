"""The longest common subsequence of two token lists, without quadratic time in Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

CELLS: Final = 500_000_000  # bits of remembered rows, about 60 MB: 20,000 signs against 20,000


def common(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
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
    pairs: list[tuple[int, int]] = []
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
