"""A proposal as text for the person who decides: counts first, then every entry with its place."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from plan_ledger.queries.reports import Report
from plan_ledger.sheets.problems import shorten
from plan_ledger.sheets.proposal import KINDS_JA, Proposal, ProposalEntry, ProposalKind
from plan_ledger.sheets.reports import proposal_report
from plan_ledger.values.marks import Segment

_ORDER: tuple[ProposalKind, ...] = (
    "conflict",
    "added",
    "changed",
    "emptied",
    "moved",
    "reordered",
    "renamed",
    "missing",
)
_REMARKS: dict[str, str] = {
    "conflict": "台帳でも変更されています。どちらにするか決めるまで、取り込めません",
    "renamed": "同じものの改称と認めるまで、その行は取り込みません（--accept-renames）",
    "missing": "台帳に残します。掲載を終えるなら --withdraw-missing",
}
_LAYOUT_ONLY = "【表記のみ】空白・改行・文字幅だけの違いです"
_WHOLE = 60  # characters of a text that is shown whole
_CONTEXT = 8


def summary(proposal: Proposal) -> str:
    """取込内容（確認用）."""
    return "\n".join(_lines(proposal))


def as_report(proposal: Proposal) -> Report:
    """The same as tables, with whole texts."""
    what, counts = _head(proposal)
    order = [(kind, f"【{KINDS_JA[kind]}】{_REMARKS.get(kind, '')}") for kind in _ORDER]
    told = (what.partition("：")[2], counts)
    return proposal_report(proposal, told, [*order, ("layout_only", _LAYOUT_ONLY)])


def _head(proposal: Proposal) -> Iterator[str]:
    """What goes where, and the counts."""
    partial = "・一部の行" if proposal.partial else ""
    base = "現在の台帳" if proposal.base is None else f"{proposal.base.name}時点の表"
    yield f"取込内容（確認用）：{proposal.document} → {proposal.plan}（基準：{base}{partial}）"
    yield "　".join(
        (
            f"追加 {len({entry.item for entry in proposal.of('added')})}件",
            *(f"{KINDS_JA[kind]} {len(proposal.of(kind))}件" for kind in ("changed", "moved", "renamed", "emptied")),
            f"記載なし {len(proposal.of('missing'))}件",
            f"要確認 {len(proposal.conflicts)}件",
            f"変更なし {proposal.unchanged}欄",
            f"表記のみ {len(proposal.layout_only)}件",
            *([f"並べ替え {len(reordered)}件"] if (reordered := proposal.of("reordered")) else []),
        )
    )


def _lines(proposal: Proposal) -> Iterator[str]:
    yield from _head(proposal)
    held = proposal.held_back
    for kind in _ORDER:
        entries = proposal.of(kind)
        if entries:
            yield ""
            yield f"【{KINDS_JA[kind]}】{_REMARKS.get(kind, '')}"
            yield from _added(entries) if kind == "added" else _each(entries, held)
    if proposal.layout_only:
        yield ""
        yield _LAYOUT_ONLY
        yield from _each(proposal.layout_only, held)
    if proposal.warnings:
        yield ""
        yield "【確かめてください】"
        yield from (f"・{warning}" for warning in proposal.warnings)


def _added(entries: tuple[ProposalEntry, ...]) -> Iterator[str]:
    item = None
    for entry in entries:
        if entry.item != item:
            item = entry.item
            yield f"・{_path(entry)}{_at(entry)}"
        else:
            yield f"    {entry.label}：{shorten(entry.new, _WHOLE)}"


def _each(entries: tuple[ProposalEntry, ...], held: frozenset[UUID]) -> Iterator[str]:
    for entry in entries:
        label = "" if entry.kind == "missing" else f" {entry.label}"
        waits = "※改称と認めるまで取り込みません" if entry.item in held and entry.kind not in _REMARKS else ""
        yield f"・{_path(entry)}{label}{_at(entry)}{waits}"
        if entry.kind == "conflict":
            yield f"    基準：{shorten(entry.base, 200)}"
            yield f"    台帳：{shorten(entry.old, 200)}"
            yield f"    表　：{shorten(entry.new, 200)}"
        elif entry.kind != "missing":
            yield from _old_and_new(entry)


def _old_and_new(entry: ProposalEntry) -> Iterator[str]:
    if entry.field is None or max(len(entry.old), len(entry.new)) <= _WHOLE or not entry.new or not entry.old:
        yield f"    {shorten(entry.old, _WHOLE) or '（空欄）'} → {shorten(entry.new, _WHOLE) or '（空欄）'}"
    else:
        yield f"    {_excerpt(entry.segments)}"


def _excerpt(segments: tuple[Segment, ...]) -> str:
    """Only what changed, with a few characters around: ``…8月に［－2回－］［＋3回＋］開催…``."""
    parts: list[str] = []
    for number, segment in enumerate(segments):
        text = " ".join(segment.text.split("\n"))
        if segment.kind == "added":
            parts.append(f"［＋{text}＋］")
        elif segment.kind == "removed":
            parts.append(f"［－{text}－］")
        elif number == 0:
            parts.append(text if len(text) <= _CONTEXT else f"…{text[-_CONTEXT:]}")
        elif number == len(segments) - 1:
            parts.append(text if len(text) <= _CONTEXT else f"{text[:_CONTEXT]}…")
        else:
            parts.append(text if len(text) <= 2 * _CONTEXT else f"{text[:_CONTEXT]}…{text[-_CONTEXT:]}")
    return "".join(parts)


def _path(entry: ProposalEntry) -> str:
    return " ＞ ".join(shorten(title) for title in entry.path[-2:])


def _at(entry: ProposalEntry) -> str:
    return f"（{entry.source}）" if entry.source else ""
