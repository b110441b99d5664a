"""Tab- and comma-separated text: a snapshot as a sheet that imports again, and audit rows for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Final

from plan_ledger.queries.audit_kinds import label
from plan_ledger.queries.results import AuditRow, ChangeSet, Snapshot
from plan_ledger.rendering.layout import lay_out
from plan_ledger.rendering.listing import Listing
from plan_ledger.rendering.table import Segments, Table
from plan_ledger.rendering.texts import flattened

_FORMULA_LEADS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for a formula; Japanese ones read the full-width signs too."""

AUDIT_HEADERS: Final = (
    "記録番号",
    "日時",
    "入力者ID",
    "入力者",
    "所属",
    "回答者",
    "区分",
    "行",
    "欄",
    "変更前",
    "変更後",
    "変更理由",
    "根拠資料",
    "決裁番号",
    "文書",
    "文書SHA-256",
    "記録単位",
    "階層",
    "決裁者",
    "確認",
    "シート",
    "セル",
    "取消した記録単位",
    "掲載された会議",
    "ハッシュ",
)


ASSURANCES: Final = {"authenticated": "認証済", "declared": "申告"}


def to_tsv(snapshot: Snapshot, changes: ChangeSet | None = None) -> str:
    """The table as tab-separated text: title line, note where there is red, header, rows; merged cells blank below.

    Line breaks inside a cell become spaces, so that a row is a line; our reader takes a line break and a space for
    the same. Without style: a text file has no red. The last line ends with a line feed.
    """
    return table_tsv(lay_out(snapshot, changes))


def table_tsv(table: Table) -> str:
    lines = [tsv_cell(table.title_line), ""]
    for note in table.notes:
        lines += [tsv_cell(note), ""]
    lines.append("\t".join(tsv_cell(column.header) for column in table.columns))
    lines += ["\t".join(tsv_cell(cell.text) if cell else "" for cell in row.cells) for row in table.rows]
    return "\n".join(lines) + "\n"


def listing_tsv(listing: Listing) -> str:
    """A list as tab-separated text: header and rows of every section, the texts as they are now."""
    lines = [tsv_cell(listing.title), ""]
    for section in listing.sections:
        lines += [tsv_cell(section.heading)] if section.heading else []
        lines.append("\t".join(tsv_cell(head.text) for head in section.heads))
        lines += ["\t".join(tsv_cell(_now(cell)) for cell in row) for row in section.rows]
    return "\n".join(lines) + "\n"


def tsv_cell(text: str) -> str:
    """A text as one cell on one line; quoted only where a reader would otherwise take its quotes for its own.

    A reader takes quotes away from a cell that begins with one (Excel always, ours where something inside made Excel
    quote it), so such a cell is quoted whole.
    """
    text = flattened(text.replace("\r\n", "\n").replace("\r", "\n"))
    if text.startswith('"') or "\t" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def audit_csv(rows: Iterable[AuditRow]) -> str:
    """Audit rows as csv (RFC 4180, CRLF) with a header; for Excel encode it as ``utf-8-sig``."""
    return "".join(audit_csv_lines(rows))


def audit_csv_lines(rows: Iterable[AuditRow]) -> Iterator[str]:
    """The same, row by row, for an audit that is streamed. What a spreadsheet would run gets a ``'`` before it."""
    yield _csv_line(AUDIT_HEADERS)
    for row in rows:
        header = row.cause.batch_header.words
        yield _csv_line(
            (
                row.position,
                row.recorded_at.isoformat(),
                row.actor.id,
                row.actor.name,
                row.actor.section,
                row.cause.author,
                label(row.kind or row.action),
                " / ".join(row.path),
                row.label,
                row.old,
                row.new,
                row.reason,
                row.cause.source_text(),
                header.get("approval"),
                header.get("document"),
                header.get("document_sha256"),
                row.batch,
                row.level,
                row.approver,
                ASSURANCES.get(row.assurance, row.assurance),
                row.cause.source.get("sheet"),
                row.cause.source.get("cell"),
                row.undoes,
                row.edition,
                row.hash.hex(),
            )
        )


def listing_csv(listing: Listing) -> str:
    """A list's sections as csv, the texts as they are now."""
    lines: list[str] = []
    for section in listing.sections:
        lines.append(_csv_line(head.text for head in section.heads))
        lines += [_csv_line(_now(cell) for cell in row) for row in section.rows]
    return "".join(lines)


def _now(cell: Segments) -> str:
    return "".join(segment.text for segment in cell if segment.kind != "removed")


def _csv_line(cells: Iterable[object]) -> str:
    out = StringIO()
    csv.writer(out).writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _harmless(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA_LEADS) else text
