"""The title line: which plan, fiscal year and meeting a table is of (``令和5年度○○計画の推進について(第2回PT用)``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import frozen

from plan_ledger.errors import NotationError
from plan_ledger.sheets.grid import Cell, Line
from plan_ledger.sheets.shaping import NOTE_SIGNS
from plan_ledger.values.notation import label, parse_fiscal_year, parse_meeting

_YEAR = re.compile(r"(?:令和|平成|昭和|[RHSＲＨＳ])\s*(?:元|[0-9０-９]{1,2})\s*年度|[0-9０-９]{4}\s*年度")
_TAIL = re.compile(r"(?:の(?:推進|進捗状況|進捗|策定)|進捗状況)?(?:について)?$")
# A section's name (計画推進課) is no plan's: without a fiscal year, the word stands at the end.
_PLAN_WORD = re.compile("年度|(?:計画|プラン|戦略|ビジョン|構想)$")


@frozen
class TitleLine:
    """What the line says; None where it says nothing of it. ``title`` is to the letter, with its fiscal year."""

    text: str
    ref: str
    title: str | None = None
    fiscal_year: int | None = None
    meeting: str | None = None


def read_title(lines: Iterable[Line]) -> TitleLine | None:
    """The title among the lines above a table; notes, units, dates and document numbers are passed over.

    The first line that names plan and meeting wins, then the first that looks like a plan's name, then one that
    names a meeting only.
    """
    found = [_read(cell) for cell in _candidates(lines)]
    full = [each for each in found if each.title and each.meeting]
    named = [each for each in found if each.title]
    meeting = next((each.meeting for each in found if each.meeting), None)
    best = next(iter(full or named), None)
    if best is None:
        return next((each for each in found if each.meeting), None)
    return best if best.meeting else TitleLine(best.text, best.ref, best.title, best.fiscal_year, meeting)


def same_plan(line: TitleLine, title: str, fiscal_year: int) -> bool:
    """Whether the line can be of this plan: the names agree without year and width, and so do the years."""
    if line.title is None:
        return True
    ours = _YEAR.search(title)
    if ours is not None and line.fiscal_year is not None and line.fiscal_year != fiscal_year:
        return False
    found, wanted = _core(line.title), _core(title)
    return not found or not wanted or found in wanted or wanted in found


def _core(title: str) -> str:
    return label(_TAIL.sub("", _YEAR.sub("", title).strip())).casefold()


def _candidates(lines: Iterable[Line]) -> Iterator[Cell]:
    for line in lines:
        for cell in line.cells:
            if not cell.text.strip().startswith(NOTE_SIGNS) and "単位" not in cell.text:
                yield cell


def _read(cell: Cell) -> TitleLine:
    text = " ".join(cell.text.split("\n")).strip()
    try:
        read = parse_meeting(text)
    except NotationError:
        return _without_meeting(text, cell.ref)
    number = next(span for span in read.spans if span.part == "number")
    meeting = f"{text[number.start : number.end]}{read.body or ''}"
    title = read.plan
    if title is None:
        title = _without_meeting(text[: number.start].rstrip(" 　（(「、"), cell.ref).title
    else:
        year = next((span for span in read.spans if span.part == "fiscal_year"), None)
        start = text.find(title)
        if year is not None and start >= year.end and not text[year.end : start].strip():
            title = text[year.start : start + len(title)]
    return TitleLine(text, cell.ref, title, read.fiscal_year, meeting)


def _without_meeting(text: str, ref: str) -> TitleLine:
    title = _TAIL.sub("", text)
    if not _PLAN_WORD.search(title):
        return TitleLine(text, ref)
    year = _YEAR.search(text)
    try:
        fiscal_year = parse_fiscal_year(year[0]).year if year else None
    except NotationError:
        fiscal_year = None
    return TitleLine(text, ref, title if _core(title) else None, fiscal_year)
