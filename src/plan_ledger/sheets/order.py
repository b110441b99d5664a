"""Which items have to be moved so that a list stands in another order: as few as can be."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


def out_of_order(wanted: Sequence[T], rank: Mapping[T, int]) -> list[T]:
    """The items outside one longest run that already stands in order; in the wanted order.

    Args:
        wanted: The items as they shall stand.
        rank: Where each stands now.
    """
    tails: list[int] = []  # ranks of the last items of the shortest-ended runs, by length
    ends: list[int] = []  # and their indexes
    before: list[int] = []
    for index, item in enumerate(wanted):
        length = bisect_left(tails, rank[item])
        before.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [rank[item]]
        ends[length : length + 1] = [index]
    kept: set[int] = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return [item for index, item in enumerate(wanted) if index not in kept]
