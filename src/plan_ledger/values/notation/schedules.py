"""Splitting a progress cell into dated entries, without taking a date inside a sentence for the start of one.

An entry begins with a bullet (・ ● ○ ■ … or a ※ footnote, ① numbering) or with a date that stands by itself: at the
start of a line or after a space, outside brackets, followed by a space or colon, and not governed by a particle
(``R5.9 までに``). Line breaks that a flattened file has lost are not needed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from plan_ledger.errors import NotationError
from plan_ledger.values.notation.codes import MAX_LENGTH, NotationWarning, Reason
from plan_ledger.values.notation.context import Reading
from plan_ledger.values.notation.mentions import find_mentions
from plan_ledger.values.notation.model import Period, Schedule, ScheduleEntry
from plan_ledger.values.notation.periods import build_period, parse_period
from plan_ledger.values.notation.points import scan_point
from plan_ledger.values.notation.ranges import scan_range

if TYPE_CHECKING:
    from collections.abc import Iterable

_BULLETS: Final = "・〇●○◯◎■□◆◇▪▫◦★☆▶►▷❏"
_KEPT: Final = "※①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_HEAD: Final = re.compile(rf"(?:^|(?<= ))(?=[{_BULLETS}{_KEPT}*\-~0-9'RHSTMrhs令平昭大明【\[(<自通上下第翌今来年])")
_BRACKETS: Final = re.compile(r"[(\[「『【〈《{]|[)\]」』】〉》}]")
_CLOSES: Final = {")": "(", "]": "[", "」": "「", "』": "『", "】": "【", "〉": "〈", "》": "《", "}": "{"}
_BOUNDARY: Final = re.compile(r" |:(?![0-9])|$")
_GAP: Final = re.compile(r" {0,3}(?:~|→|から|-(?= )) {0,3}(?=[0-9'RHS令平昭翌])")
_GOVERNED: Final = re.compile(
    r" *(?:まで|から|より|以降|以前|時点|現在|頃|ごろ|[にのはをでとがへも](?![ぁ-ん])"
    r"|にお|につ|によ|には|での|との|とし)"
)
_BEFORE: Final = frozenset("はをにのでとがへ、,(:")
_BAD: Final = frozenset(
    {Reason.INVALID_MONTH.value, Reason.INVALID_DAY.value, Reason.REVERSED.value, Reason.AMBIGUOUS_ROLLOVER.value}
)
_DATE_TOKEN: Final = re.compile(r"(?:[RHS]|令和|平成|昭和)[0-9元.~/年月日RHS令和平成\-]{2,30}(?= |$)")
_HEAD_DATE: Final = re.compile(r" {0,2}(?=[0-9RHS令平'第通上下])")
_STATUS: Final = re.compile(r"\((?:予定|見込み?|仮|案|実施済み?|済み?|完了|継続|目途|目標)\)")
_ENCLOSED: Final = re.compile(r"【([^【】]{1,30})】|\[([^\[\]]{1,30})\]|\(([^()]{1,30})\)|<([^<>]{1,30})>")
_UNKNOWN_YEAR: Final = 1999
"""Stands in for a missing fiscal year while scanning (its February has 29 days); no value that used it is kept."""
_PLACEHOLDERS: Final = frozenset("〇○◯□◇☆")
MAX_ENTRIES: Final = 1_000


class _Head:
    """Where an entry begins, its when (folded offsets) and where its words begin."""

    __slots__ = ("start", "when", "when_end", "when_start", "words")

    def __init__(self, start: int, words: int) -> None:
        self.start = start
        self.words = words
        self.when: Period | None = None
        self.when_start = self.when_end = -1


def parse_schedule(
    text: str,
    *,
    fiscal_year: int | None = None,
    era: str | None = None,
    period: str | Period | None = None,
) -> Schedule:
    """Split a progress cell into its entries.

    Args:
        text: The cell, to the letter; line breaks may have been flattened to spaces.
        fiscal_year: The table's fiscal year, for dates that name no year. None: such an entry keeps ``when_text`` only.
        era: The document's era.
        period: The project's period; entries that begin outside it are warned about, never changed.

    Returns:
        The entries in order (words without a leading bullet), and the dates mentioned inside sentences.

    Raises:
        NotationError: blank, too_long. A cell without any date is one undated entry.
    """
    r = Reading(
        "schedule_line", text, fiscal_year=_UNKNOWN_YEAR if fiscal_year is None else fiscal_year, era=era,
        keep_spaces=True, limit=MAX_LENGTH,
    )  # fmt: skip
    if not r.s.strip():
        raise r.error(Reason.BLANK)
    warnings: list[NotationWarning] = []
    heads = _heads(r, known=fiscal_year is not None, warnings=warnings)
    entries = [_entry(r, head, heads[n + 1].start if n + 1 < len(heads) else len(r.s)) for n, head in enumerate(heads)]
    if _label_first(entries):
        heads = [_Head(0, 0)]
        entries = [_entry(r, heads[0], len(r.s))]
    mentions = find_mentions(
        r, [(h.when_start, h.when_end) for h in heads if h.when_end > 0], known=fiscal_year is not None
    )
    warnings.extend(_against(period, entries, fiscal_year))
    return Schedule(text, tuple(entries), mentions, tuple(dict.fromkeys(warnings)))


def _label_first(entries: list[ScheduleEntry]) -> bool:
    """``第1回 R6.4 第2回 R6.6``: the dates follow their words, so that splitting at them would join the wrong ones."""
    return (
        len(entries) > 1
        and entries[0].when_text is None
        and entries[-1].when_text is not None
        and not entries[-1].text
        and all(entry.when_text is not None for entry in entries[1:])
    )


def _entry(r: Reading, head: _Head, end: int) -> ScheduleEntry:
    words = r.original(head.words, end).strip()
    begin, stop = r.folded.span(head.start, end)
    stop = begin + len(r.text[begin:stop].rstrip())
    when_text = r.original(head.when_start, head.when_end).strip() if head.when_end > 0 else None
    return ScheduleEntry(when_text, head.when, words, (begin, stop))


def _outside(s: str) -> list[tuple[int, int]]:
    """Offsets of what stands in matched brackets; an opening one without its partner counts for nothing."""
    stacks: dict[str, list[int]] = {}
    order: list[tuple[int, int]] = []
    for match in _BRACKETS.finditer(s):
        char = match.group()
        if char in _CLOSES:
            stack = stacks.get(_CLOSES[char])
            if stack:
                start = stack.pop()
                while order and order[-1][0] > start:
                    order.pop()
                if not order or order[-1][1] < start:
                    order.append((start, match.end()))
        else:
            stacks.setdefault(char, []).append(match.start())
    return order


def _heads(r: Reading, *, known: bool, warnings: list[NotationWarning]) -> list[_Head]:
    s = r.s
    candidates = list(_HEAD.finditer(s))
    inside = _outside(s) if len(candidates) > 1 else []
    at = 0
    heads: list[_Head] = []
    busy = 0
    dated_cell = False
    for match in candidates:
        i = match.start()
        while at < len(inside) and inside[at][1] <= i:
            at += 1
        if i < busy or (at < len(inside) and inside[at][0] < i < inside[at][1]):
            continue
        if len(heads) >= MAX_ENTRIES:
            raise r.error(Reason.TOO_LONG, i)
        words_end = _words_end(s, i)
        line = words_end == 0 or "\n" in r.original(words_end, i)
        head = _bullet(s, i, line=line)
        start = head.words if head is not None else i
        free = line or head is not None
        dated = _dated(r, start, free=free, dated_cell=dated_cell, known=known, warnings=warnings)
        if dated is None:
            if head is None:
                continue
            if s[i] in _KEPT:
                head.words = i
            heads.append(head)
            busy = head.words
            continue
        dated.start = i
        heads.append(dated)
        busy = dated.words
        dated_cell = dated_cell or free
    if not heads or s[: heads[0].start].strip():
        heads.insert(0, _Head(0, 0))
    return heads


def _bullet(s: str, i: int, *, line: bool) -> _Head | None:
    char, following = s[i], s[i + 1 : i + 2]
    if char in _PLACEHOLDERS and (following == char or (char == "〇" and following in "一二三四五六七八九十")):
        return None  # ○○会議
    if char in _BULLETS or (line and char in "*-" and (following == " " or following in "RHS令平")):
        j = i + 1
        while j < len(s) and s[j] == " ":
            j += 1
        return _Head(i, j)
    if char in _KEPT:
        numbered = _HEAD_DATE.match(s, i + 1) if char != "※" else None
        return _Head(i, i if numbered is None else numbered.end())
    return None


def _dated(
    r: Reading, i: int, *, free: bool, dated_cell: bool, known: bool, warnings: list[NotationWarning]
) -> _Head | None:
    """The date that an entry begins with at ``i``; ``free`` at the start of a line or after a bullet."""
    s = r.s
    if i >= len(s) or (not free and (s[i] == "~" or s[_words_end(s, i) - 1] in _BEFORE)):
        return None
    enclosed = _ENCLOSED.match(s, i)
    if enclosed is not None:
        return _enclosed(r, enclosed, known=known) if free or s[i] == "【" else None
    if s[i] not in "~0123456789'RHSTMrhs令平昭大明自通上下第翌今来年":
        return None
    try:
        found = scan_range(r, i)
        if found is None or (found.left is None and not free):
            return None
        end = found.end
        period: Period | None = build_period(r, found, r.original(i, end))
        gap = (
            _GAP.match(s, end if found.mark is None else found.mark[0])
            if found.right is None or found.mark is None
            else None
        )
        if gap is not None and gap.end() > end and (wider := _wide(r, i, gap.end())) is not None:
            end, period = wider
    except NotationError as error:
        if error.reason in _BAD and _DATE_TOKEN.match(s, i):
            warnings.append(NotationWarning.UNREADABLE_WHEN)
            return _Head(i, i)
        return None
    status = _STATUS.match(s, end)
    if status is not None:
        end = status.end()
    boundary = _BOUNDARY.match(s, end)
    if boundary is None or (not free and _GOVERNED.match(s, end)):
        return None
    assert period is not None
    inferred = NotationWarning.YEAR_INFERRED in period.warnings
    if inferred and not free and not dated_cell:
        return None
    head = _Head(i, boundary.end())
    head.when_start, head.when_end = i, end
    head.when = None if inferred and not known else period
    return head


def _words_end(s: str, i: int) -> int:
    """Past the last character before ``i`` that is no space; a head has one run of spaces before it."""
    while i > 0 and s[i - 1] == " ":
        i -= 1
    return i


def _wide(r: Reading, i: int, right: int) -> tuple[int, Period] | None:
    """``R5.4 ~ R6.3`` with spaces around its mark."""
    point = scan_point(r, right, period=True)
    if point is None or not _BOUNDARY.match(r.s, point.end):
        return None
    era = r.era.name if r.era is not None else None
    return point.end, parse_period(r.original(i, point.end), fiscal_year=r.fiscal_year, era=era)


def _enclosed(r: Reading, match: re.Match[str], *, known: bool) -> _Head | None:
    """``【R5.4】`` as a heading."""
    group = match.lastindex or 1
    start, end = match.span(group)
    try:
        found = scan_range(r, start)
        if found is None or found.end != end or found.left is None:
            return None
        period = build_period(r, found, r.original(start, end))
    except NotationError:
        return None
    head = _Head(match.start(), match.end())
    head.when_start, head.when_end = start, end
    head.when = None if NotationWarning.YEAR_INFERRED in period.warnings and not known else period
    return head


def _against(
    period: str | Period | None, entries: Iterable[ScheduleEntry], fiscal_year: int | None
) -> Iterable[NotationWarning]:
    if isinstance(period, str):
        try:
            period = parse_period(period, fiscal_year=fiscal_year)
        except NotationError:
            return
    if period is None:
        return
    first, last = period.first, period.last
    for entry in entries:
        begins = entry.when.first if entry.when is not None else None
        if begins is None:
            continue
        if first is not None and begins < first:
            yield NotationWarning.ENTRY_BEFORE_PERIOD
        elif last is not None and begins > last:
            yield NotationWarning.ENTRY_AFTER_PERIOD
