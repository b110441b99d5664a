"""Header labels, numbering and other short texts around a table: ``D.予算額(千円)``, ``【KPI i】 ■``, ``(R4:3→R5:6)``.

Labels are folded for matching only; what is kept is the original.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from attrs import field, frozen

from plan_ledger.values.notation.codes import MAX_LENGTH, MAX_SHORT, Reason
from plan_ledger.values.notation.context import Reading
from plan_ledger.values.notation.folding import fold, label
from plan_ledger.values.notation.numerals import scan_number
from plan_ledger.values.notation.points import scan_point
from plan_ledger.values.notation.quantities import scan_figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal


@frozen
class HeaderLabel:
    """A column heading: its letter (``D``), its label to the letter, and a trailing note in brackets."""

    letter: str | None
    label: str
    note: str | None = None

    @property
    def key(self) -> str:
        """For matching: one width, without white space or line breaks."""
        return label(self.label)


@frozen
class HeaderRow:
    """A header row's columns, in order."""

    text: str = field(eq=False)
    columns: tuple[HeaderLabel, ...]


@frozen
class Numbered:
    """A label with its numbering apart: ``①``, ``(6)``, ``【KPI i】``; ``bullet`` is a mark after it (■)."""

    text: str = field(eq=False)
    numbering: str | None
    rest: str
    bullet: str | None = None

    @property
    def name(self) -> str | None:
        """The numbering without its brackets (``KPI i``, ``6``), in one width."""
        return None if self.numbering is None else fold(self.numbering).text.strip("()[]【】<>〈〉. 、") or None


@frozen
class Row:
    """A data row as it stands; ``blank`` are the offsets of its empty cells."""

    text: str = field(eq=False)
    cells: tuple[str, ...]
    blank: tuple[int, ...]


@frozen
class Series:
    """Figures of several years side by side (``R4:3→R5:6``): a comparison, not an edit."""

    text: str = field(eq=False)
    points: tuple[tuple[int, Decimal], ...]


@frozen
class Replaced:
    """An old and a new figure in one cell (``1,842ha→1,817ha``)."""

    text: str = field(eq=False)
    old: Decimal
    new: Decimal
    unit: str
    fiscal_year: int | None = None


@frozen
class MarkRule:
    """A note that says how changes are marked in the document."""

    text: str = field(eq=False)
    mark: Literal["red_text", "underline", "highlight"]


@frozen
class FilledRow:
    """A row's level cells with merged blanks filled from above; ``blank`` says which were empty in the source."""

    levels: tuple[str, ...]
    blank: tuple[int, ...]


Cell = HeaderRow | Numbered | Row | Series | Replaced | MarkRule

_LETTER: Final = re.compile(r" *(?:\(([A-Z])\)|\[([A-Z])\]|([A-Z])(?:[.:)、]|[・ ](?=[^\x00-\x7f]))) *")
_NOTE: Final = re.compile(r" *[(\[※]")
_NUMBERING: Final = re.compile(
    r" *(?:(?P<circled>[①-⑳㉑-㉟㊱-㊿❶-❿⑴-⒇⒜-⒵Ⓐ-ⓩ㈠-㈩])|(?P<box>【(?=[^【】]{0,19}[0-9A-Za-z①-⑳Ⅰ-Ⅻ"
    r"ⅰ-ⅻ一二三四五六七八九十])[^【】]{1,20}】)|(?P<paren>[(\[<〈](?:[0-9]{1,3}"
    r"|[ア-ン]|[ivxIVX]{1,4}|[a-zA-Z]|[一二三四五六七八九十]{1,3})[)\]>〉])"
    r"|(?P<half>(?:[0-9]{1,3}|[ア-ン]|[a-z]|[ivx]{1,4})\))|(?P<dotted>[0-9]{1,3}(?:[.-][0-9]{1,3}){"
    r"0,3}[.、 ](?! *[0-9]))|(?P<multi>[0-9]{1,2}(?:-[0-9]{1,2}){1,3}(?=[^0-9]))"
    r"|(?P<roman>[Ⅰ-Ⅻⅰ-ⅻ]{1,2}[.、 -]?)|(?P<kana>[ア-コ][. 、])|(?P<word>(?:施策"
    r"|基本目標|目標|戦略|重点|柱|KPI|政策)(?:[0-9]{1,2}|[①-⑳]|[ⅰ-ⅻⅠ-Ⅻ])[:. 、]?))"
)
_BULLET: Final = re.compile(r" *([■□●○◯◎◆◇・▪★☆※])")
_PAIR: Final = re.compile(r"\(?(?=(?:[RHS]|令和|平成|昭和|[12][0-9]{3}|'))")
_COLON: Final = re.compile(r":|=")
_ARROW: Final = re.compile(r"→|、|,(?= |[RHS令平])|;|/")
_MARK: Final = re.compile(
    r"(?:変更|修正|追加|更新|改訂|加筆|新規|前回からの変更|見直し)[^。]{0,20}?(?:(?P<red>赤字"
    r"|朱書き?|赤色|赤文字|赤書き|赤)|(?P<line>下線|アンダーライン)|(?P<high>網掛け"
    r"|黄色|マーカー|着色|ハイライト))"
)
_MARKED: Final = re.compile(
    r"(?:(?P<red>赤字|朱書き?|赤文字|赤色)|(?P<line>下線部?|アンダーライン)|(?P<high>網掛け部?|黄色|マーカー))"
    r"(?:の?(?:部分|箇所))?(?:は|が|:|…|=)[^。]{0,20}?(?:変更|修正|追加|更新|改訂|加筆)"
)
_HEADING: Final = re.compile(r"[A-Z]\.(?![0-9A-Za-z]*$)")


def split_header_label(text: str) -> HeaderLabel:
    """Split a heading into letter, label and note: ``D.予算額(千円)`` → D, 予算額, (千円)."""
    folded = fold(text)
    s = folded.text
    letter = None
    begin = 0
    match = _LETTER.match(s)
    if match is not None and match.end() < len(s):
        letter, begin = match[1] or match[2] or match[3], match.end()
    note_at = _NOTE.search(s, begin + 1)
    cut = (
        note_at.start()
        if (note_at is not None and s.rstrip()[-1:] in ")]") or (note_at and "※" in note_at.group())
        else len(s)
    )
    words = text[folded.at(begin) : folded.at(cut)].strip() if begin < len(s) else ""
    note = text[folded.at(cut) :].strip() if cut < len(s) else ""
    return HeaderLabel(letter, words, note or None)


def strip_numbering(text: str) -> Numbered:
    """Take the numbering off a label: ``① 県庁…`` → ①; ``【KPI i】 ■…`` → 【KPI i】 with the bullet ■."""
    head = text[:80]
    folded = fold(head)
    s = folded.text
    match = _NUMBERING.match(s)
    at = match.end() if match is not None else 0
    if (
        match is not None
        and at >= len(s.rstrip())
        and len(text) <= 80
        and match.lastgroup in ("word", "multi", "dotted")
    ):
        match, at = None, 0
    bullet = _BULLET.match(s, at)
    if bullet is not None:
        at = bullet.end()
    start = folded.at(match.start()) if match is not None else 0
    numbering = text[start : folded.at(match.end())].strip() if match is not None else None
    return Numbered(text, numbering or None, text[folded.at(at) :].strip(), bullet[1] if bullet is not None else None)


def fill_down(rows: Iterable[Sequence[str]], levels: int) -> list[FilledRow]:
    """Fill merged blanks of the first ``levels`` cells from above, only while every higher level is the same.

    Raises:
        NotationError: child_blank_under_new_parent: a level is blank although a higher one is new in that row.
    """
    filled: list[FilledRow] = []
    above: list[str] | None = None
    for row in rows:
        own = [row[i] if i < len(row) else "" for i in range(levels)]
        blank = tuple(i for i in range(levels) if not own[i].strip())
        new = next((i for i in range(levels) if own[i].strip()), levels)
        for i in blank:
            if above is None or i > new:
                raise _refuse_blank("\t".join(row), i)
            own[i] = above[i]
        above = own
        filled.append(FilledRow(tuple(own), blank))
    return filled


def _refuse_blank(text: str, position: int) -> Exception:
    return Reading("cell", text[:MAX_LENGTH], limit=MAX_LENGTH).error(Reason.CHILD_BLANK_UNDER_NEW_PARENT, position)


def parse_cell(text: str) -> Cell:
    """Read a text around the table: a header or data row (tab-separated), a comparison, a marking rule, or a label.

    Raises:
        NotationError: blank, too_long.
    """
    if "\t" in text and len(text) <= MAX_LENGTH:
        return _row(text)
    if MAX_SHORT < len(text) <= MAX_LENGTH and not text.isspace():
        return strip_numbering(text)
    r = Reading("cell", text)
    if not r.s:
        raise r.error(Reason.BLANK)
    if len(r.s) <= 200:
        found = _mark(r) or _series(r) or _replaced(r)
        if found is not None:
            return found
        if _HEADING.match(r.s):
            return HeaderRow(text, (split_header_label(text),))
    return strip_numbering(text)


def _row(text: str) -> HeaderRow | Row:
    cells = text.split("\t")
    if len(cells) > MAX_HEADINGS:
        return Row(text, tuple(cells), tuple(i for i, cell in enumerate(cells) if not cell.strip()))
    headers = [split_header_label(cell) for cell in cells]
    lettered = [h.letter for h in headers if h.letter is not None]
    blank = tuple(i for i, cell in enumerate(cells) if not cell.strip())
    if len(lettered) >= 2 and lettered == sorted(set(lettered)) and not blank:
        return HeaderRow(text, tuple(headers))
    if not blank and all(h.key in _HEADINGS for h in headers):
        return HeaderRow(text, tuple(headers))
    return Row(text, tuple(cells), blank)


MAX_HEADINGS: Final = 256
"""A row of more cells is data."""
_HEADINGS: Final = frozenset((
    "戦略", "戦略名", "KPI", "施策", "施策名", "事業", "事業名", "概要", "事業概要", "予算", "予算額", "期間",
    "事業期間", "実施期間", "進捗", "進捗状況", "現状", "現状分析", "現状・分析", "課題", "担当", "担当課",
    "担当部署", "所管", "所管課", "備考", "目標", "目標値", "実績", "実績値", "基準値", "スケジュール",
    "進捗状況やスケジュール", "No", "No.", "番号", "区分", "取組", "取組内容", "成果", "評価", "今後の方針",
    "今後の予定",
))  # fmt: skip


def _mark(r: Reading) -> MarkRule | None:
    match = _MARK.search(r.s) or _MARKED.search(r.s)
    if match is None:
        return None
    return MarkRule(r.text, "red_text" if match["red"] else "underline" if match["line"] else "highlight")


def _series(r: Reading) -> Series | None:
    """``(R4:3→R5:6)``; at least two years, each with a figure."""
    from plan_ledger.errors import NotationError

    begin, end = r.strip_brackets()
    s = r.s[:end]
    points: list[tuple[int, Decimal]] = []
    i = begin
    try:
        while i < end:
            point = scan_point(r, i, period=True)
            if point is None or point.year is None or point.month is not None or not _COLON.match(s, point.end):
                return None
            figure = scan_figure(r, point.end + 1)
            if figure is None or figure.end > end:
                return None
            points.append((point.year, figure.value))
            i = figure.end
            if i < end:
                arrow = _ARROW.match(s, i)
                if arrow is None:
                    return None
                i = arrow.end()
    except NotationError:
        return None
    return Series(r.text, tuple(points)) if len(points) > 1 else None


def _replaced(r: Reading) -> Replaced | None:
    """``1,842ha→1,817ha（R3年度）``: both figures in one unit."""
    from plan_ledger.errors import NotationError

    s = r.s
    if s.count("→") != 1 or scan_number(s, 1 if s[0] in "△-+" else 0) is None:
        return None
    try:
        old = scan_figure(r, 0)
        if old is None or s[old.end : old.end + 1] != "→":
            return None
        new = scan_figure(r, old.end + 1)
        if new is None or (old.unit and new.unit and old.unit != new.unit):
            return None
        year = None
        if new.end < len(s):
            point = scan_point(r, new.end + 1) if s[new.end] == "(" else None
            if point is None or point.month is not None or point.end != len(s) - 1 or s[-1] != ")":
                return None
            year = point.year
    except NotationError:
        return None
    return Replaced(r.text, old.value, new.value, new.unit or old.unit, year)
