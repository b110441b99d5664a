"""What differs between two revisions of a schema, in the office's words: one line a difference, none for each item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from plan_ledger.values.schema import FieldKind, FieldSpec, LevelSpec, Schema

KIND_WORDS: Final[dict[FieldKind, str]] = {
    FieldKind.TEXT: "文章",
    FieldKind.MONEY: "金額",
    FieldKind.PERIOD: "期間",
    FieldKind.SCHEDULE: "日程",
    FieldKind.NUMBER: "数値",
    FieldKind.TARGET: "目標",
    FieldKind.CHOICE: "選択",
}


def schema_changes(old: Schema, new: Schema) -> tuple[str, ...]:
    """Fields added, retired, renamed, of another kind or unit; levels renamed; columns in another order."""
    if old == new:
        return ()
    return tuple(line for level in new.levels for line in _level(old.level(level.key), level))


def _level(old: LevelSpec | None, new: LevelSpec) -> Iterator[str]:
    if old is None:
        yield f"{new.label}：階層の追加"
        return
    if old.label != new.label:
        yield f"{old.label}：階層の名称変更（{new.label}）"
    for spec in new.fields:
        lead = f"{new.label}・{spec.label}"
        before = old.field(spec.key)
        if before is None or (before.retired and not spec.retired):
            if not spec.retired:
                yield f"{lead}：追加"
        elif spec.retired:
            if not before.retired:
                yield f"{lead}：廃止"
        else:
            yield from (f"{new.label}・{line}" for line in _field(before, spec))
    stayed = [spec.key for spec in old.live_fields if (now := new.field(spec.key)) is not None and not now.retired]
    if [spec.key for spec in new.live_fields if spec.key in stayed] != stayed:
        yield f"{new.label}：欄の並べ替え"


def _field(old: FieldSpec, new: FieldSpec) -> Iterator[str]:
    if old.label != new.label:
        yield f"{old.label}：名称変更（{new.label}）"
    elif old.header != new.header:
        yield f"{new.label}：見出しの変更（{old.header} → {new.header}）"
    if old.kind != new.kind:
        yield f"{new.label}：種類の変更（{KIND_WORDS[old.kind]} → {KIND_WORDS[new.kind]}）"
    if old.unit != new.unit:
        yield f"{new.label}：単位の変更（{old.unit or 'なし'} → {new.unit or 'なし'}）"
    if old.choices != new.choices:
        yield f"{new.label}：選択肢の変更（{'、'.join(old.choices)} → {'、'.join(new.choices)}）"
    if old.fiscal_year != new.fiscal_year:
        yield f"{new.label}：年度の変更（{old.fiscal_year or '計画の年度'} → {new.fiscal_year or '計画の年度'}）"
    if old.aliases != new.aliases:
        yield f"{new.label}：別の見出しの変更（{'、'.join(old.aliases)} → {'、'.join(new.aliases)}）"
