"""Which siblings have to be moved so that they stand in the sheet's order: as few as can be."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from attrs import frozen

T = TypeVar("T")


@frozen
class Shuffle(Generic[T]):
    """An item that has to be moved: behind whom it stood on the base, stands in the ledger, stands on the sheet.

    None stands for the beginning. ``conflict``: the ledger's order is not the base's any more.
    """

    item: T
    given: T | None
    has: T | None
    wanted: T | None
    conflict: bool


def shuffled(siblings: Sequence[T], given: Mapping[T, int], has: Mapping[T, int]) -> Iterator[Shuffle[T]]:
    """What has to be moved so that the siblings stand as on the sheet; nothing where the sheet is as it was given.

    Args:
        siblings: In the sheet's order.
        given: Where each stood on the base; ``has``: where it stands in the ledger.
    """
    wanted = list(siblings)
    before, now = sorted(wanted, key=given.__getitem__), sorted(wanted, key=has.__getitem__)
    if wanted in (before, now):
        return
    stood, stands, behind = (dict(zip(each, [None, *each], strict=False)) for each in (before, now, wanted))
    for item in out_of_order(wanted, has):
        yield Shuffle(item, stood[item], stands[item], behind[item], before != now)


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
