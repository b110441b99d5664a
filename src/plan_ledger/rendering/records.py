"""Audit rows, one field's history, and meetings, as lists."""

from __future__ import annotations

from collections.abc import Iterable

from plan_ledger.queries.audit_kinds import label
from plan_ledger.queries.results import AuditRow, MeetingInfo
from plan_ledger.rendering.listing import Head, Listing, Section, plain
from plan_ledger.rendering.table import Look, Segments
from plan_ledger.rendering.texts import era_date, flattened, minute, short
from plan_ledger.values.marks import mark

AUDIT_HEADS = (
    Head("記録番号", 0.7, 8),
    Head("日時", 1.2, 16),
    Head("入力者", 1.4),
    Head("区分", 0.7, 8),
    Head("行", 2),
    Head("欄", 1),
    Head("内容", 4),
    Head("変更理由", 1.5),
    Head("根拠資料", 1.3),
    Head("掲載", 0.9, 8),
)


def audit_listing(rows: Iterable[AuditRow], look: Look | None = None, *, title: str = "変更履歴") -> Listing:
    """Recorded changes in order of recording, what each replaced struck through."""
    listed = tuple(audit_cells(row) for row in rows)
    notes = (f"{len(listed)}件",) if listed else ("該当する変更はありません。",)
    return Listing(title, notes, (Section(AUDIT_HEADS, listed),), look=look or Look(style="redline"))


def audit_cells(row: AuditRow) -> tuple[Segments, ...]:
    """A row under :data:`AUDIT_HEADS`."""
    who = f"{row.actor}\n（{row.cause.author} の回答）" if row.cause.author else str(row.actor)
    return (
        plain(row.position),
        plain(minute(row.recorded_at)),
        plain(who),
        plain(label(row.kind or row.action)),
        plain(" ／ ".join(map(flattened, row.path[-2:]))),
        plain(row.label),
        mark(row.old, row.new).segments,
        plain(row.reason),
        plain(row.cause.source_text()),
        plain(row.edition),
    )


_MEETING_HEADS = (
    Head("会議", 2),
    Head("版", 0.7, 6),
    Head("開催日", 1.5, 16),
    Head("基準日", 1.5, 16),
    Head("記録番号", 0.8, 8),
    Head("赤字の基準", 1.5),
    Head("照合値", 1.5, 12),
    Head("備考", 0.8, 4),
)


def meeting_listing(meetings: Iterable[MeetingInfo], look: Look | None = None, *, title: str = "会議の一覧") -> Listing:
    """The meetings in order, a row for each edition that was handed out."""
    rows: list[tuple[Segments, ...]] = []
    for meeting in meetings:
        for edition in meeting.editions:
            base = edition.red_since
            cells: tuple[object, ...] = (
                meeting.name,
                f"第{edition.number}版",
                era_date(meeting.held_on) if meeting.held_on else None,
                era_date(meeting.as_of_on) if meeting.as_of_on else None,
                edition.position,
                f"{base[0]} 第{base[1]}版" if base else "（初回）",
                short(edition.digest),
                "取消" if meeting.annulled else None,
            )
            rows.append(tuple(plain(cell) for cell in cells))
    notes = () if rows else ("確定した会議はまだありません。",)
    return Listing(title, notes, (Section(_MEETING_HEADS, tuple(rows)),), look=look or Look())
