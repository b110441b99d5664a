"""What audits answer besides rows: groups, exceptions, and how the database goes about it. Free of the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Literal

from attrs import frozen

from plan_ledger.queries.audit_report import Statement
from plan_ledger.queries.results import Actor
from plan_ledger.queries.shown import Shown

Grouping = Literal["actor", "section", "field", "meeting"]
GROUPINGS: Mapping[str, str] = {"actor": "入力者", "section": "所属", "field": "欄", "meeting": "会議"}
RULES: Final[Mapping[str, str]] = {
    "blank_reason": "変更理由なし",
    "after_hold": "資料確定後の変更",
    "other_section": "他所属の行の変更",
    "mass": "一括取込",
    "clock": "時計のずれ",
}
"""Rules by name with the office's words, in the order of the report."""


@frozen
class AuditGroup:
    """Changes that have something in common.

    ``increase`` and ``decrease`` are the sums in yen by which amounts rose and fell, change by change; ``unread`` is
    how many changes of amounts could not be counted because the one or the other text is no sum.
    """

    key: str | None
    label: str
    count: int
    items: int
    increase: int
    decrease: int
    unread: int
    first: int
    last: int

    @property
    def net(self) -> int:
        """By how many yen the amounts rose in all."""
        return self.increase - self.decrease

    def to_dict(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "label": self.label,
            "count": self.count,
            "items": self.items,
            "increase": self.increase,
            "decrease": self.decrease,
            "net": self.net,
            "unread": self.unread,
            "first": self.first,
            "last": self.last,
        }


@frozen(eq=False)
class AuditGroups(Shown):
    """Groups, the largest first; of meetings in the order in which they were handed out. Acts are not counted."""

    statement: Statement
    by: Grouping
    groups: tuple[AuditGroup, ...]

    def __iter__(self) -> Iterator[AuditGroup]:
        return iter(self.groups)

    def __len__(self) -> int:
        return len(self.groups)

    @property
    def count(self) -> int:
        """All changes."""
        return sum(each.count for each in self.groups)

    def to_dict(self) -> dict[str, Any]:
        return {
            **self.statement.to_dict(),
            "by": self.by,
            "count": self.count,
            "groups": [each.to_dict() for each in self.groups],
        }


@frozen
class AuditException:
    """One batch to be looked at. ``events``: changes in it that the rule is about; ``paths``: some of their rows."""

    rule: str
    batch: int
    first: int
    last: int
    events: int
    recorded_at: datetime
    actor: Actor
    author: Actor | None
    reason: str | None
    document: str | None
    detail: str
    paths: tuple[tuple[str, ...], ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "label": RULES[self.rule],
            "batch": self.batch,
            "first": self.first,
            "last": self.last,
            "events": self.events,
            "recorded_at": self.recorded_at.isoformat(),
            "actor": self.actor.to_dict(),
            "on_behalf_of": self.author.to_dict() if self.author else None,
            "reason": self.reason,
            "document": self.document,
            "detail": self.detail,
            "paths": [list(path) for path in self.paths],
        }


@frozen(eq=False)
class AuditExceptions(Shown):
    """The findings, rule by rule, each in order of recording. ``mass`` is from how many changes on a batch is large."""

    statement: Statement
    mass: int
    found: tuple[AuditException, ...]

    def __iter__(self) -> Iterator[AuditException]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def of(self, rule: str) -> tuple[AuditException, ...]:
        """The findings of one rule."""
        return tuple(each for each in self.found if each.rule == rule)

    def to_dict(self) -> dict[str, Any]:
        return {
            **self.statement.to_dict(),
            "mass": self.mass,
            "counts": {rule: len(self.of(rule)) for rule in RULES},
            "exceptions": [each.to_dict() for each in self.found],
        }


@frozen(eq=False)
class AuditExplanation(Shown):
    """The database's own words for each step, those that read a whole table, and the filters no index knows.

    What ``row_by_row`` names is decided on the rows that the other filters leave, in the order of recording, until
    enough are found: with no other filter that is the whole range.
    """

    steps: tuple[str, ...]
    full_scans: tuple[str, ...]
    row_by_row: tuple[str, ...]
    statements: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "steps": list(self.steps),
            "full_scans": list(self.full_scans),
            "row_by_row": list(self.row_by_row),
            "statements": list(self.statements),
        }
