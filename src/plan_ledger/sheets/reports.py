"""A proposal and the red-ink check as tables, for every format that is written: the page to look at, print, file.

The words are those of the printed texts (``summary``, ``ink_report``); here whole texts stand, with their marks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from plan_ledger.queries.reports import Report, ReportTable, Segments, lines, plain
from plan_ledger.values.marks import Segment

if TYPE_CHECKING:
    from plan_ledger.errors import PlanLedgerError
    from plan_ledger.sheets.ink_report import InkDifference, InkNote, InkReport
    from plan_ledger.sheets.proposal import Origin, Proposal, ProposalEntry

_PLACE = (("番号", 0.5), ("行", 2.2), ("欄", 1.0), ("場所", 1.6))
_DECISIONS = {"accepted": "取り込む（認めた）", "rejected": "取り込まない（退けた）"}
_BLANK = "（空欄）"


def proposal_report(proposal: Proposal, told: Sequence[str], order: Sequence[tuple[str, str]]) -> Report:
    """The proposal: every entry with its place, its marks, and what becomes of it.

    Args:
        proposal: What importing would record.
        told: What document, what base, the counts: the lines below the title.
        order: Kind and heading, as they are to stand.
    """
    taken = {entry.key for entry in proposal.applied()}
    tables: list[ReportTable] = []
    for kind, heading in order:
        entries = [
            entry
            for entry in proposal.entries
            if (entry.layout_only if kind == "layout_only" else entry.kind == kind and not entry.layout_only)
        ]
        if not entries:
            continue
        make = _conflicts if kind == "conflict" else _entries
        tables.append(make(entries, [_becomes(entry, taken) for entry in entries], heading))
    return Report("取込内容（確認用）", tuple(told), (*tables, *_warnings(proposal.warnings)))


def _entries(entries: Sequence[ProposalEntry], becomes: Sequence[str], heading: str) -> ReportTable:
    rows = tuple(
        (*_place(number, entry.path, entry.label, entry.source), _content(entry), plain(end))
        for number, (entry, end) in enumerate(zip(entries, becomes, strict=True), 1)
    )
    return ReportTable((*_PLACE, ("内容", 5.0), ("扱い", 1.2)), rows, heading)


def _conflicts(entries: Sequence[ProposalEntry], becomes: Sequence[str], heading: str) -> ReportTable:
    """Three texts: what the writer was given, what the ledger has now, what the sheet says."""
    rows = tuple(
        (
            *_place(number, entry.path, entry.label, entry.source),
            *(plain(text or _BLANK) for text in (entry.base, entry.old, entry.new)),
            plain(end),
        )
        for number, (entry, end) in enumerate(zip(entries, becomes, strict=True), 1)
    )
    return ReportTable((*_PLACE, ("基準", 2.0), ("台帳", 2.0), ("表", 2.0), ("扱い", 1.2)), rows, heading)


def _content(entry: ProposalEntry) -> Segments:
    if entry.kind == "missing":
        return ()
    if entry.field is None:  # a place: where it was and where it goes, not words that changed
        gone, come = Segment(entry.old, "removed"), Segment(entry.new, "added")
        return tuple(each for each in (gone, come) if each.text)
    if not entry.new:
        return (*entry.segments, Segment(_BLANK, "added"))
    return entry.segments


def _becomes(entry: ProposalEntry, taken: Collection[tuple[UUID, str | None, str]]) -> str:
    if entry.decision in _DECISIONS:
        return _DECISIONS[entry.decision]
    if entry.kind == "conflict":
        return "決めるまで取り込めない"
    if entry.key in taken:
        return "取り下げる" if entry.kind == "missing" else "取り込む"
    return "台帳に残す" if entry.kind == "missing" else "改称と認めるまで取り込まない"


def ink_report(report: InkReport, told: Sequence[str], kinds: Sequence[tuple[str, str]]) -> Report:
    """The check: every wrong cell with the words as they ought to be red, then what no red can show, then new rows.

    Args:
        report: What the check found.
        told: What document, what base, the counts.
        kinds: Kind of difference and heading, as they are to stand.
    """
    tables: list[ReportTable] = []
    columns = (
        *_PLACE,
        ("正しい赤字（下線は新しい語、取消線は消えた語）", 4.0),
        ("赤にする語", 2.0),
        ("黒に戻す語", 2.0),
    )
    for kind, heading in kinds:
        found = [each for each in report.differences if each.kind == kind]
        if found:
            rows = tuple(_difference(number, each) for number, each in enumerate(found, 1))
            tables.append(ReportTable(columns, rows, heading))
    if report.only_removed:
        heading = "【削除だけの変更】赤字では示せません。取消線か注記で示してください"
        tables.append(_notes(report.only_removed, heading, "消えた語", "removed"))
    if report.new_rows:
        tables.append(_notes(report.new_rows, "【新しい行】行の全体が赤字になります", "事業名など", "added"))
    return Report("赤字の点検", tuple(told), (*tables, *_warnings(report.warnings)))


def _difference(number: int, each: InkDifference) -> tuple[Segments, ...]:
    path = (*each.path[:-1], f"{each.path[-1]}※新しい行") if each.new_row else each.path
    return (*_place(number, path, each.label, each.source), each.segments, lines(each.missing), lines(each.extra))


def _notes(notes: Sequence[InkNote], heading: str, header: str, kind: str) -> ReportTable:
    rows = tuple(
        (
            *_place(number, note.path, note.label, note.source),
            tuple(Segment(text, "removed" if kind == "removed" else "added") for text in _apart(note.words)),
        )
        for number, note in enumerate(notes, 1)
    )
    return ReportTable((*_PLACE, (header, 6.0)), rows, heading)


def _apart(words: Sequence[str]) -> Iterator[str]:
    """Words with a line break between any two."""
    for at, word in enumerate(words):
        yield f"\n{word}" if at else word


def _place(number: int, path: Sequence[str], label: str, source: Origin | None) -> tuple[Segments, ...]:
    above = " ／ ".join(" ".join(each.split("\n")) for each in path[-2:])
    return plain(number), plain(above), plain(label), plain(source)


def _warnings(warnings: Sequence[PlanLedgerError]) -> Iterator[ReportTable]:
    if warnings:
        yield ReportTable(
            (("番号", 0.5), ("内容", 9.5)),
            tuple(_warning(*each) for each in enumerate(warnings, 1)),
            "【確かめてください】",
        )


def _warning(number: int, warning: PlanLedgerError) -> tuple[Segments, ...]:
    return plain(number), plain(warning)
