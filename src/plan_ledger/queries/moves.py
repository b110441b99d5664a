"""Which items of two tables moved: they stand under another parent, or behind other siblings."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence

from plan_ledger.index.asof import ItemRow, table_order


class Moves:
    """Compares where items stand that are in both of two tables."""

    def __init__(self, old: Mapping[int, ItemRow], new: Mapping[int, ItemRow], both: Collection[int]) -> None:
        self._old, self._new, self._both = old, new, both
        self._settled_below: dict[int | None, set[int]] = {}

    def moved(self, item: int) -> bool:
        """Whether it stands under another parent, or behind other siblings; moved there and back is not moved."""
        old, new = self._old[item], self._new[item]
        if old.parent != new.parent:
            return True
        return old.rank != new.rank and item not in self._settled(new.parent)

    def _settled(self, parent: int | None) -> set[int]:
        """The children of both tables that need not have moved: those with their old rank, and as many others as stand
        in one order in both. Of several such choices, the one that comes first in the later table."""
        found = self._settled_below.get(parent)
        if found is None:
            was, now = self._old, self._new
            same = [no for no in self._both if was[no].parent == parent == now[no].parent]
            later = sorted(same, key=lambda no: table_order(now[no]))
            earlier = sorted(same, key=lambda no: table_order(was[no]))
            stayed = {no for no in same if was[no].rank == now[no].rank}
            behind, behind_now = _behind(earlier, stayed), _behind(later, stayed)
            before = {no: at for at, no in enumerate(earlier)}
            found = _longest_rise([no for no in later if behind[no] == behind_now[no]], before)
            self._settled_below[parent] = found
        return found


def _behind(order: Iterable[int], stayed: Collection[int]) -> dict[int, int]:
    """Item → how many of those that stayed it stands behind."""
    found: dict[int, int] = {}
    count = 0
    for no in order:
        found[no] = count
        count += no in stayed
    return found


def _longest_rise(order: Sequence[int], before: Mapping[int, int]) -> set[int]:
    """The longest run of items, in this order, that stand in the same order in ``before``; the first of several."""
    lengths: dict[int, int] = {}
    heads: list[int] = []  # for each length, the greatest place (negative) with which a run of that length begins
    for no in reversed(order):
        at = bisect_left(heads, -before[no])
        heads[at : at + 1] = [-before[no]]
        lengths[no] = at + 1
    found: set[int] = set()
    wanted, last = len(heads), -1
    for no in order:
        if lengths[no] == wanted and before[no] > last:
            found.add(no)
            wanted, last = wanted - 1, before[no]
    return found
