"""plan_ledger: an event-sourced progress ledger for action plans.

Every change to a field is an immutable event; from the events alone come any meeting's table exactly as it was handed
out, what changed since the last one, down to the words, and who changed what, when and why.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

# A name is loaded when it is first asked for: a program that only compares two texts loads no database, and one that
# imports the library among many others waits for nothing.
_HOMES = {
    "plan_ledger.domain.policies": ("Policies",),
    "plan_ledger.errors": ("NotationError", "Place", "PlanLedgerError", "Problems"),
    "plan_ledger.queries.results": (
        *("AuditRow", "ChangeEntry", "ChangeSet", "MeetingInfo", "Snapshot", "SnapshotItem"),
    ),
    "plan_ledger.values.marks": ("Marks", "Segment", "mark"),
    "plan_ledger.values.schema": ("FieldKind", "FieldSpec", "LevelSpec", "Schema", "default_schema"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


if not TYPE_CHECKING:  # a type checker sees the imports above, and tells a misspelt name

    def __getattr__(name: str) -> Any:
        if name.startswith("__") or name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(_HOME.get(name, "plan_ledger.ledger")), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
