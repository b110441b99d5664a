"""Marks: which words of a text are new, as a careful clerk would colour them in red."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final, Literal, overload

from attrs import frozen

if TYPE_CHECKING:
    from plan_ledger.values.marks_edges import Change

MARKS_VERSION: Final[int] = 1
"""Recorded with each edition: the same version gives the same marks for the same two texts."""

Kind = Literal["same", "added", "removed"]


@frozen
class Segment:
    """A stretch of text that stayed, came or went. Never empty."""

    text: str
    kind: Kind


@frozen
class Marks(Sequence[Segment]):
    """The segments of a comparison, in the new text's order.

    ``same`` and ``added`` together are the new text, ``same`` and ``removed`` the old one. A removed segment stands
    where it was removed, before the added one that replaces it. No two neighbours are of one kind.
    """

    segments: tuple[Segment, ...]

    @property
    def old(self) -> str:
        """The old text."""
        return "".join(s.text for s in self.segments if s.kind != "added")

    @property
    def new(self) -> str:
        """The new text."""
        return "".join(s.text for s in self.segments if s.kind != "removed")

    def __len__(self) -> int:
        return len(self.segments)

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments)

    @overload
    def __getitem__(self, index: int) -> Segment: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Segment, ...]: ...
    def __getitem__(self, index: int | slice) -> Segment | tuple[Segment, ...]:
        return self.segments[index]


def mark(old: str, new: str) -> Marks:
    """Compare two texts and say which words were added and which removed."""
    if old == new:
        return Marks((Segment(new, "same"),) if new else ())
    # Loaded here: every result that may be marked knows this module, few are, and the patterns take long to make.
    from plan_ledger.values.marks_align import aligned, widened
    from plan_ledger.values.marks_edges import tidied
    from plan_ledger.values.marks_tokens import tokens
    from plan_ledger.values.marks_window import window
    from plan_ledger.values.marks_words import words

    before, behind = window(old, new)
    a, b = tokens(old[before : len(old) - behind]), tokens(new[before : len(new) - behind])
    start, stop_a, stop_b = widened(a, b, *_trim(a, b))
    at = before + sum(map(len, a[:start]))
    a = [w for t in a[start:stop_a] for w in words(t)]
    b = [w for t in b[start:stop_b] for w in words(t)]
    changes: list[Change] = []
    x = y = at  # offsets behind the last token that stayed
    i = j = 0
    for p, q in chain(aligned(a, b), [(len(a), len(b))]):
        if p > i or q > j:
            x_end, y_end = x + sum(map(len, a[i:p])), y + sum(map(len, b[j:q]))
            changes.append((x, x_end, y, y_end))
            x, y = x_end, y_end
        if p < len(a):
            x, y = x + len(a[p]), y + len(a[p])
        i, j = p + 1, q + 1
    return Marks(tuple(_segments(old, new, tidied(old, new, changes))))


def _trim(a: list[str], b: list[str]) -> tuple[int, int, int]:
    """Length of the common beginning, and where the common end starts in each list."""
    start, stop_a, stop_b = 0, len(a), len(b)
    while start < stop_a and start < stop_b and a[start] == b[start]:
        start += 1
    while stop_a > start and stop_b > start and a[stop_a - 1] == b[stop_b - 1]:
        stop_a, stop_b = stop_a - 1, stop_b - 1
    return start, stop_a, stop_b


def _segments(old: str, new: str, changes: list[Change]) -> Iterator[Segment]:
    at = 0
    for a, b, c, d in changes:
        if c > at:
            yield Segment(new[at:c], "same")
        if b > a:
            yield Segment(old[a:b], "removed")
        if d > c:
            yield Segment(new[c:d], "added")
        at = d
    if at < len(new):
        yield Segment(new[at:], "same")


def old_runs(marks: Marks) -> tuple[tuple[str, bool], ...]:
    """The old text as ``(text, marked)`` runs: marked is what was removed."""
    return _runs(marks, "added")


def new_runs(marks: Marks) -> tuple[tuple[str, bool], ...]:
    """The new text as ``(text, marked)`` runs: marked is what was added."""
    return _runs(marks, "removed")


def _runs(marks: Marks, without: Kind) -> tuple[tuple[str, bool], ...]:
    runs: list[tuple[str, bool]] = []
    for segment in marks.segments:
        if segment.kind == without:
            continue
        marked = segment.kind != "same"
        if runs and runs[-1][1] == marked:
            runs[-1] = (runs[-1][0] + segment.text, marked)
        else:
            runs.append((segment.text, marked))
    return tuple(runs)


def is_layout_only(old: str, new: str) -> bool:
    """Whether two different texts differ only in white space, line breaks or character width (表記のみ)."""
    return old != new and _folded(old) == _folded(new)


_HALF: Final = "ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ｡｢｣､･ﾞﾟ"
_FULL: Final = (
    "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソ"
    "タチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン。「」、・\u3099\u309a"
)
_WIDTH: Final[dict[int, int]] = {
    **{full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)},
    **{ord(half): ord(full) for half, full in zip(_HALF, _FULL, strict=True)},
    ord("￥"): ord("¥"),
}
_VOICED: Final = {
    **{base + "\u3099": chr(ord(base) + 1) for base in "カキクケコサシスセソタチツテトハヒフヘホヽ"},
    **{base + "\u309a": chr(ord(base) + 2) for base in "ハヒフヘホ"},
    "ウ\u3099": "ヴ",
    "ワ\u3099": "ヷ",
    "ヲ\u3099": "ヺ",
}


def _folded(text: str) -> str:
    # Not NFKC: that would make ① a 1 and ㈱ a (株), which are other texts, not other widths.
    folded = "".join(text.split()).translate(_WIDTH)
    if "\u3099" in folded or "\u309a" in folded:
        for pair, one in _VOICED.items():
            folded = folded.replace(pair, one)
    return folded
