"""A summary of changes for the chair: how many by top-level item and by field, and how amounts went up or down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from plan_ledger.queries.kinds import KINDS, LAYOUT_ONLY, kind_word
from plan_ledger.queries.results import ChangeEntry, ChangeSet, Snapshot
from plan_ledger.rendering.listing import Head, Listing, Section, plain
from plan_ledger.rendering.table import Look, Segments
from plan_ledger.rendering.texts import flattened, moment_name
from plan_ledger.values.fields import read_value
from plan_ledger.values.schema import FieldKind, FieldSpec

_COUNTED: Final = (*KINDS.values(), LAYOUT_ONLY)
UNREADABLE: Final = "（読めません）"


def summary_listing(changes: ChangeSet, snapshot: Snapshot, look: Look | None = None) -> Listing:
    """Counts of cells by top-level item and by field; every changed amount with its difference, and their sum.

    Args:
        changes: What is summed up.
        snapshot: The table that the changes end at: its schema says which fields are amounts, its fiscal year how
            they are read.

    An amount that can't be read is listed as it is, and left out of the sum.
    """
    top = snapshot.schema.levels[0]
    sections = [
        _counts(top.label, ((flattened(entry.path[0]), entry) for entry in changes)),
        _counts("欄", ((entry.label, entry) for entry in changes)),
    ]
    amounts = _amounts(changes, snapshot)
    if amounts.rows:
        sections.append(amounts)
    notes = (f"{moment_name(changes.since)} → {moment_name(changes.until)}",)
    return Listing(f"{changes.plan}　変更の概要", notes, tuple(sections), look=look or Look())


def _counts(name: str, entries: Iterable[tuple[str, ChangeEntry]]) -> Section:
    """A row for each name, in order of first mention, and the sum."""
    by_name: dict[str, Counter[str]] = {}
    for each, entry in entries:
        kind = LAYOUT_ONLY if entry.layout_only else kind_word(entry)
        by_name.setdefault(each, Counter())[kind] += 1
    total = sum(by_name.values(), Counter[str]())
    rows = [_count_row(each, counted) for each, counted in by_name.items()]
    heads = (Head(name, 4), *(Head(kind, 1, 8) for kind in _COUNTED), Head("計", 1, 6))
    return Section(heads, (*rows, _count_row("計", total)), f"{name}別")


def _count_row(name: str, counted: Counter[str]) -> tuple[Segments, ...]:
    return (plain(name), *(plain(counted[kind] or None) for kind in _COUNTED), plain(counted.total()))


def _amounts(changes: ChangeSet, snapshot: Snapshot) -> Section:
    rows: list[tuple[Segments, ...]] = []
    total = 0
    for entry in changes:
        spec = snapshot.spec(entry.level, entry.field) if entry.field else None
        if spec is None or spec.kind is not FieldKind.MONEY:
            continue
        old, new = (_yen(spec, text, snapshot.fiscal_year) for text in (entry.old, entry.new))
        if old is None or new is None:
            difference = UNREADABLE
        else:
            total += new - old
            difference = _signed(new - old)
        cells = (flattened(entry.title), entry.label, kind_word(entry), entry.old, entry.new, difference)
        rows.append(tuple(plain(cell) for cell in cells))
    if rows:
        rows.append(tuple(plain(cell) for cell in ("計", None, None, None, None, _signed(total))))
    heads = ("事業名", "欄", "区分", "変更前", "変更後", "増減（円）")
    widths = (4.0, 1.5, 1.0, 2.0, 2.0, 2.0)
    return Section(tuple(map(Head, heads, widths)), tuple(rows), "金額の増減")


def _yen(spec: FieldSpec, text: str, fiscal_year: int) -> int | None:
    """The amount; 0 for a blank, None where it can't be read."""
    if not text.strip():
        return 0
    yen = getattr(read_value(spec, text, fiscal_year=fiscal_year), "yen", None)
    return yen if isinstance(yen, int) else None


def _signed(yen: int) -> str:
    return f"{yen:+,}" if yen else "0"
