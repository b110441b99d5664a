"""Audit reports, counts, exceptions and explanations as lists: each says what was asked for and how much is listed."""

from __future__ import annotations

from typing import Final

from plan_ledger.queries.audit_answers import (
    GROUPINGS,
    RULES,
    AuditException,
    AuditExceptions,
    AuditExplanation,
    AuditGroup,
    AuditGroups,
)
from plan_ledger.queries.audit_report import AuditReport, Statement
from plan_ledger.rendering.listing import Head, Listing, Section, plain
from plan_ledger.rendering.records import AUDIT_HEADS, audit_cells
from plan_ledger.rendering.table import Look, Segments
from plan_ledger.rendering.texts import flattened, minute

Audited = AuditReport | AuditGroups | AuditExceptions | AuditExplanation
NAME: Final = "変更履歴"


def audited_listing(found: Audited, look: Look | None = None) -> Listing:
    """Any answer of an audit, laid out."""
    match found:
        case AuditReport():
            return _report(found, look)
        case AuditGroups():
            return _groups(found, look)
        case AuditExceptions():
            return _exceptions(found, look)
        case AuditExplanation():
            return _explanation(found, look)


def statement_lines(statement: Statement) -> tuple[str, ...]:
    """What was asked for and over which range, in words."""
    said = "、".join(f"{name}「{flattened(text)}」" for name, text in statement.filters.items())
    found = [f"絞り込み：{said or 'なし'}"]
    if statement.events:
        found.append(f"範囲：記録番号{statement.first}～{statement.last}（記録{statement.events:,}件）")
    else:
        found.append("範囲：記録はありません")
    if statement.routine:
        found.append(f"ほかに会議・計画登録などの記録{statement.routine:,}件（載せていません）")
    return tuple(found)


def _title(statement: Statement, name: str) -> str:
    return f"{'、'.join(statement.plans)}　{name}" if statement.plans else name


def _report(found: AuditReport, look: Look | None) -> Listing:
    notes = list(statement_lines(found.statement))
    if not found.rows:
        notes.append("該当する記録はありません。" if not found.matching else f"該当{found.matching:,}件のうち0件を掲載")
    else:
        positions = [row.position for row in found.rows]
        order = "新しい順" if found.statement.sort == "desc" else "古い順"
        notes.append(
            f"該当{found.matching:,}件のうち{len(found):,}件を掲載（記録番号{min(positions)}～{max(positions)}、{order}）"
        )
    if found.left_out:
        unlisted = f"上限{found.statement.limit}件のため{found.left_out:,}件を載せていません。"
        notes.append(f"{unlisted}続きは記録番号{found.next}の次から")
    rows = tuple(map(audit_cells, found.rows))
    return Listing(
        _title(found.statement, NAME),
        tuple(notes),
        (Section(AUDIT_HEADS, rows),),
        look=look or Look(style="redline"),
    )


def _groups(found: AuditGroups, look: Look | None) -> Listing:
    heads = (
        Head(GROUPINGS[found.by], 3),
        Head("件数", 1, 8),
        Head("行数", 1, 6),
        Head("増額", 1.2, 14),
        Head("減額", 1.2, 14),
        Head("差引", 1.2, 14),
        Head("読めない金額", 1, 12),
        Head("記録番号", 1.2, 13),
    )
    notes = (*statement_lines(found.statement), f"{found.count:,}件の変更、{len(found)}組。金額の単位：円")
    rows = tuple(map(_group, found))
    return Listing(
        _title(found.statement, f"{NAME}の集計（{GROUPINGS[found.by]}別）"),
        notes,
        (Section(heads, rows),),
        look=look or Look(),
    )


def _group(each: AuditGroup) -> tuple[Segments, ...]:
    return (
        plain(flattened(each.label)),
        plain(f"{each.count:,}"),
        plain(f"{each.items:,}"),
        plain(f"{each.increase:,}"),
        plain(f"{each.decrease:,}"),
        plain(f"{each.net:+,}" if each.net else "0"),
        plain(f"{each.unread:,}" if each.unread else None),
        plain(f"{each.first}～{each.last}" if each.first != each.last else each.first),
    )


_EXCEPTION_HEADS: Final = (
    Head("記録番号", 1, 11),
    Head("日時", 1.2, 16),
    Head("入力者", 1.4),
    Head("件数", 0.6, 6),
    Head("内容", 3),
    Head("行", 2.5),
    Head("変更理由", 1.5),
    Head("文書", 1.3),
)


def _exceptions(found: AuditExceptions, look: Look | None) -> Listing:
    """A table for each rule, those that found nothing named at the top."""
    counts = "、".join(f"{label}{len(found.of(rule))}件" for rule, label in RULES.items())
    notes = (*statement_lines(found.statement), counts, f"一括取込：1回の記録で{found.mass}件以上の変更")
    sections = tuple(
        Section(_EXCEPTION_HEADS, tuple(map(_exception, those)), f"{label}（{len(those)}件）")
        for rule, label in RULES.items()
        if (those := found.of(rule))
    )
    empty = (Section(_EXCEPTION_HEADS, ()),)
    return Listing(_title(found.statement, "例外一覧"), notes, sections or empty, look=look or Look())


def _exception(each: AuditException) -> tuple[Segments, ...]:
    who = f"{each.actor}\n（{each.author} の回答）" if each.author else str(each.actor)
    shown = [" ／ ".join(map(flattened, path[-2:])) for path in each.paths]
    return (
        plain(f"{each.first}～{each.last}" if each.first != each.last else each.first),
        plain(minute(each.recorded_at)),
        plain(who),
        plain(f"{each.events:,}"),
        plain(each.detail),
        plain("\n".join(shown)),
        plain(each.reason),
        plain(each.document),
    )


def _explanation(found: AuditExplanation, look: Look | None) -> Listing:
    notes = [f"全件を読む段階：{len(found.full_scans)}"]
    if found.row_by_row:
        notes.append(f"索引がなく、残った行を一つずつ見るもの：{'、'.join(found.row_by_row)}")
    rows = tuple((plain(step),) for step in found.steps)
    return Listing("問い合わせの実行計画", tuple(notes), (Section((Head("段階", 1),), rows),), look=look or Look())
