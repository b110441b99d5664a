"""What a difference is called: the one place where kinds get the words that the office reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from plan_ledger.queries.results import ChangeEntry

ShownKind = Literal["added", "changed", "removed", "moved", "renamed", "emptied", "corrected"]
"""The kinds of a change set, and two that people tell apart from a plain change."""

KINDS: Final[dict[ShownKind, str]] = {
    "added": "追加",
    "changed": "変更",
    "removed": "削除",
    "moved": "移動",
    "renamed": "名称変更",
    "emptied": "空欄化",
    "corrected": "訂正",
}
LAYOUT_ONLY: Final = "表記のみ"


def shown_kind(entry: ChangeEntry) -> ShownKind:
    """A change of the name is a renaming, one that leaves nothing an emptying; a correction stays one."""
    if entry.kind == "changed":
        if entry.naming:
            return "renamed"
        if not entry.new or entry.new.isspace():
            return "emptied"
    return entry.kind


def kind_word(entry: ChangeEntry) -> str:
    """追加 変更 削除 移動 名称変更 空欄化 訂正."""
    return KINDS[shown_kind(entry)]
