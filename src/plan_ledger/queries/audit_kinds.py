"""Kinds of audit rows: what a change did, what an act was, and which acts an audit lists unasked."""

from __future__ import annotations

from typing import Final

CHANGES: Final = {
    "added": "追加",
    "withdrawn": "掲載終了",
    "restored": "掲載再開",
    "placed": "配置",
    "moved": "移動",
    "changed": "変更",
    "renamed": "名称変更",
    "emptied": "空欄化",
    "corrected": "訂正",
}
"""What one recorded fact about an item did."""

ACTS: Final = {
    "meeting_held": "資料確定",
    "meeting_reissued": "差替",
    "meeting_renamed": "会議名変更",
    "meeting_annulled": "資料確定の取消",
    "schema_declared": "様式変更",
    "plan_opened": "計画登録",
    "plan_policies_declared": "記録のきまり",
    "actor_profiled": "関係者登録",
    "actor_erased": "関係者情報の抹消",
    "text_redacted": "抹消",
}
"""What is about no single value of an item: meetings, the schema, the ledger's administration."""

UNDO: Final = "undo"
"""Not what a row did but why: it belongs to a batch that takes another one back."""

LABELS: Final = {**CHANGES, **ACTS, UNDO: "取消"}
"""Every kind with the office's word for it."""

ROUTINE: Final = frozenset(
    {"meeting_held", "meeting_reissued", "meeting_renamed", "meeting_annulled", "plan_opened", "actor_profiled"}
)
"""Acts of the office's round of work, listed when asked for; the first schema is one too. All others, which are an
administrator's (a schema revised, a text redacted), are listed always."""


def kind_of_type(name: str) -> str:
    """``meeting.held/1`` → ``meeting_held``"""
    return name.partition("/")[0].replace(".", "_").replace("-", "_")


def label(kind: str) -> str:
    """The office's word; an act of a later version is called by its own name."""
    return LABELS.get(kind, kind)
