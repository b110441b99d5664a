"""Totals of amounts, against an earlier table, and schedule entries whose time has passed, as lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from plan_ledger.queries.elapsed import ElapsedEntry
from plan_ledger.queries.totals import CellNote, Totals, TotalsChange
from plan_ledger.rendering.listing import Head, Listing, Section, plain
from plan_ledger.rendering.table import Look, Segments
from plan_ledger.rendering.texts import era_date, flattened, moment_name

_KINDS: Final = {"unreadable": "読めない", "left_out": "合計に含めない", "warning": "含めたが要確認"}
_REASONS: Final = {
    "repeated": "再掲",
    "repeated_alone": "再掲（元の行が見当たらない）",
    "ratio": "割合",
    "range": "幅のある金額",
    "redacted": "抹消済",
    "bracketed_amount": "括弧書き",
    "counted_on_two_levels": "上の段と下の段の両方に金額がある",
    "parts_mismatch": "内訳の計が合わない",
    "missing_unit": "単位が分からない",
    "bad_grouping": "桁区切りが正しくない",
    "bad_number": "数の書き方が正しくない",
    "not_an_amount": "金額として読めない",
    "fuzzy_amount": "幅のある金額",
    "fraction_of_yen": "1円未満の端数",
    "foreign_currency": "円以外の通貨",
}


def totals_listing(found: Totals | TotalsChange, look: Look | None = None) -> Listing:
    """Subtotals in table order, the sum of each level and in all, in yen; then every cell that was not simply counted.

    With an earlier table beside it: old, new and difference.
    """
    now = found if isinstance(found, Totals) else found.new
    before = found.old if isinstance(found, TotalsChange) else None
    names = [moment_name(each.moment) for each in (before, now) if each is not None]
    sections = [_sums(now) if not isinstance(found, TotalsChange) or before is None else _compared(found, before)]
    for heading, notes in (
        ("含めなかった金額・確かめる金額", now.notes),
        ("前回の表では", before.notes if before else ()),
    ):
        if notes:
            heads = (Head("行", 4), Head("記載", 2), Head("扱い", 1.5, 14), Head("理由", 3))
            sections.append(Section(heads, tuple(map(_note, notes)), heading))
    return Listing(
        f"{now.plan}　{now.label}の合計", (" → ".join(names), "単位：円"), tuple(sections), look=look or Look()
    )


def _sums(now: Totals) -> Section:
    rows = [_row(_indented(each.depth, each.title), f"{each.total:,}") for each in now.items]
    if len(now.levels) > 1:
        rows += [_row(f"{each.label}の欄の計", f"{each.total:,}") for each in now.levels]
    rows.append(_row("合計", f"{now.total:,}"))
    return Section((Head("行", 5), Head("金額", 1, 18)), tuple(rows))


def _compared(found: TotalsChange, before: Totals) -> Section:
    rows = [
        _row(_indented(each.depth, each.title), _yen(each.old), _yen(each.new), _signed(each.difference))
        for each in found.entries
    ]
    rows.append(_row("合計", _yen(before.total), _yen(found.new.total), _signed(found.difference or 0)))
    heads = (Head("行", 5), Head("前回", 1, 18), Head("今回", 1, 18), Head("増減", 1, 18))
    return Section(heads, tuple(rows))


def elapsed_listing(
    entries: Iterable[ElapsedEntry], look: Look | None = None, *, title: str = "時期を過ぎた予定"
) -> Listing:
    """Schedule entries whose time had passed, in table order."""
    rows = tuple(
        _row(
            " ／ ".join(map(flattened, each.path[-2:])),
            each.label,
            flattened(each.when),
            flattened(each.text),
            era_date(each.ended),
        )
        for each in entries
    )
    heads = (Head("行", 3), Head("欄", 1.2), Head("時期", 1, 14), Head("内容", 4), Head("終わり", 1, 16))
    notes = (f"{len(rows)}件",) if rows else ("時期を過ぎた予定はありません。",)
    return Listing(title, notes, (Section(heads, rows),), look=look or Look())


def _note(note: CellNote) -> tuple[Segments, ...]:
    where = " ／ ".join(map(flattened, note.path[-2:]))
    return _row(where, flattened(note.text), _KINDS[note.kind], _REASONS.get(note.reason, note.reason))


def _row(*cells: str | None) -> tuple[Segments, ...]:
    return tuple(plain(cell) for cell in cells)


def _indented(depth: int, title: str) -> str:
    return "　" * depth + flattened(title)


def _yen(yen: int | None) -> str | None:
    return None if yen is None else f"{yen:,}"


def _signed(yen: int) -> str:
    return f"{yen:+,}" if yen else "0"
