"""plan_ledger: an event-sourced progress ledger for action plans.

Every change to a field is an immutable event; from the events alone come any meeting's table exactly as it was handed
out, what changed since the last one, down to the words, and who changed what, when and why.
"""

from plan_ledger.domain.policies import Policies
from plan_ledger.errors import NotationError, Place, PlanLedgerError, Problems
from plan_ledger.ledger import (
    Acting,
    Add,
    Batch,
    Change,
    Commit,
    CorrectionReceipt,
    Item,
    Ledger,
    Move,
    Person,
    Plan,
    Receipt,
    Restore,
    Withdraw,
)
from plan_ledger.queries.results import (
    AuditRow,
    ChangeEntry,
    ChangeSet,
    MeetingInfo,
    Snapshot,
    SnapshotItem,
)
from plan_ledger.values.marks import Marks, Segment, mark
from plan_ledger.values.schema import FieldKind, FieldSpec, LevelSpec, Schema, default_schema

__version__ = "0.1.0"

__all__ = [
    "Acting",
    "Add",
    "AuditRow",
    "Batch",
    "Change",
    "ChangeEntry",
    "ChangeSet",
    "Commit",
    "CorrectionReceipt",
    "FieldKind",
    "FieldSpec",
    "Item",
    "Ledger",
    "LevelSpec",
    "Marks",
    "MeetingInfo",
    "Move",
    "NotationError",
    "Person",
    "Place",
    "Plan",
    "PlanLedgerError",
    "Policies",
    "Problems",
    "Receipt",
    "Restore",
    "Schema",
    "Segment",
    "Snapshot",
    "SnapshotItem",
    "Withdraw",
    "__version__",
    "default_schema",
    "mark",
]
