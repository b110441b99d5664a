"""The stretch of two texts that has to be compared: all around their differences, from entry to entry.

Long cells change in one place. What lies before the entry in front of it and behind the entry that follows can't have a
part in the comparison, so its tokens need not be made: the marks are the same, to the letter.
"""

from __future__ import annotations

import re
from typing import Final

from plan_ledger.values.marks_tokens import COMBINING

LEAST: Final = 400
"""Characters below which a text is compared whole: finding the stretch would cost more than it saves."""

# Behind a line break or a full stop the cut into tokens begins anew, and an entry begins: see marks_align.widened.
_ENTRY: Final = re.compile(rf"[\n。](?=[^\s」』）){COMBINING}])")
_BACK: Final = 400


def window(old: str, new: str) -> tuple[int, int]:
    """How many characters at the beginning, and at the end, two different texts share without their being needed."""
    shorter = min(len(old), len(new))
    if shorter < LEAST:
        return 0, 0
    head = _shared(old, new, shorter, from_end=False)
    tail = _shared(old, new, shorter - head, from_end=True)
    start = _entry_before(new, _entry_before(new, head - 1))
    found = _ENTRY.search(new, len(new) - tail) if tail else None
    return start, 0 if found is None else len(new) - found.end()


def _entry_before(text: str, upto: int) -> int:
    """Where the last entry begins that begins before ``upto``; 0 where none does."""
    stop = upto
    while stop > 0:
        low = max(0, stop - _BACK)
        begin = 0
        # One character of what follows is looked at as well, hence not only the stretch itself.
        for found in _ENTRY.finditer(text, low, upto):
            begin = found.end()
        if begin:
            return begin
        stop = low
    return 0


def _shared(old: str, new: str, most: int, *, from_end: bool) -> int:
    """Length of the common beginning, or of the common end, by halves: comparing slices is a matter of the machine."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if from_end:
            same = old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]
        else:
            same = old[low:middle] == new[low:middle]
        low, high = (middle, high) if same else (low, middle - 1)
    return low
