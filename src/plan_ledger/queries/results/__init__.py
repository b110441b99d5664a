"""Results: frozen and typed, free of the database; everything that is shown or written out starts from these."""

from plan_ledger.queries.results.audit import AuditRow
from plan_ledger.queries.results.causes import ERASED, Actor, Actors, Cause, time_of
from plan_ledger.queries.results.changes import PLACE_LABEL, ChangeEntry, ChangeKind, ChangeSet
from plan_ledger.queries.results.meetings import EditionInfo, MeetingInfo
from plan_ledger.queries.results.moments import MomentRef
from plan_ledger.queries.results.snapshots import EMPTY, CellValue, Snapshot, SnapshotItem
from plan_ledger.queries.shown import HTML, LOADERS, RENDERERS, MissingRenderer

__all__ = [
    "EMPTY",
    "ERASED",
    "HTML",
    "LOADERS",
    "PLACE_LABEL",
    "RENDERERS",
    "Actor",
    "Actors",
    "AuditRow",
    "Cause",
    "CellValue",
    "ChangeEntry",
    "ChangeKind",
    "ChangeSet",
    "EditionInfo",
    "MeetingInfo",
    "MissingRenderer",
    "MomentRef",
    "Snapshot",
    "SnapshotItem",
    "time_of",
]
