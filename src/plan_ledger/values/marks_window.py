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

# Behind these signs, none of which is part of a longer token, the cut into tokens begins anew.
_CUT: Final = re.compile(rf"[、。（）「」『』【】 \t\n\u3000](?![{COMBINING}])")
# Behind a line break or a full stop an entry begins as well: see marks_align.widened.
_ENTRY: Final = re.compile(rf"[\n。](?=[^\s」』）){COMBINING}])")
_ENDS_ENTRY: Final = re.compile(r"[\s。]")
_BACK: Final = 200


def window(old: str, new: str) -> tuple[int, int]:
    """How many characters at the beginning, and at the end, two different texts share without their being needed."""
    shorter = min(len(old), len(new))
    if shorter < LEAST:
        return 0, 0
    head = _shared(old, new, shorter, from_end=False)
    tail = _shared(old, new, shorter - head, from_end=True)
    start, end = _before(_CUT, new, head), _after(_CUT, new, len(new) - tail)
    # The sign at the end is shared: it is not of what is compared.
    if not any(_ENDS_ENTRY.search(text, start, len(text) - end - (end > 0)) for text in (old, new)):
        return start, end  # inside one entry: no other one is looked at
    return _before(_ENTRY, new, _before(_ENTRY, new, head - 1)), _after(_ENTRY, new, len(new) - tail)


def _before(sign: re.Pattern[str], text: str, upto: int) -> int:
    """The last place behind such a sign that lies before ``upto``; 0 where there is none."""
    stop = upto
    while stop > 0:
        low = max(0, stop - _BACK)
        place = 0
        # What follows the sign is looked at as well, hence not only the stretch itself.
        for found in sign.finditer(text, low, upto):
            if found.end() < upto:
                place = found.end()
        if place:
            return place
        stop = low
    return 0


def _after(sign: re.Pattern[str], text: str, start: int) -> int:
    """How many characters follow the first place behind such a sign from ``start`` on; 0 where there is none."""
    found = sign.search(text, start)
    return 0 if found is None else len(text) - found.end()


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
