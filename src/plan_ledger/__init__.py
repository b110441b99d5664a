"""plan_ledger: an event-sourced progress ledger for action plans.

Every change to a field is an immutable event; from the events alone come any meeting's table exactly as it was handed
out, what changed since the last one, down to the words, and who changed what, when and why.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# A name is loaded when it is first asked for: a program that only compares two texts loads no database, and one that
# imports the library among many others waits for nothing.
_NAMES = {
    "plan_ledger.domain.policies": "Policies",
    "plan_ledger.errors": "NotationError Place PlanLedgerError Problems",
    "plan_ledger.ledger": "Acting Add Batch Change Commit CorrectionReceipt Item Ledger Move Person Plan Receipt"
    " Restore Withdraw",
    "plan_ledger.queries.results": "AuditRow ChangeEntry ChangeSet MeetingInfo Snapshot SnapshotItem",
    "plan_ledger.values.marks": "Marks Segment mark",
    "plan_ledger.values.schema": "FieldKind FieldSpec LevelSpec Schema default_schema",
}

if TYPE_CHECKING:  # the same for type checkers, which then tell a misspelt name
    from plan_ledger.domain.policies import (
        Policies as Policies,
    )
    from plan_ledger.errors import (
        NotationError as NotationError,
        Place as Place,
        PlanLedgerError as PlanLedgerError,
        Problems as Problems,
    )
    from plan_ledger.ledger import (
        Acting as Acting,
        Add as Add,
        Batch as Batch,
        Change as Change,
        Commit as Commit,
        CorrectionReceipt as CorrectionReceipt,
        Item as Item,
        Ledger as Ledger,
        Move as Move,
        Person as Person,
        Plan as Plan,
        Receipt as Receipt,
        Restore as Restore,
        Withdraw as Withdraw,
    )
    from plan_ledger.queries.results import (
        AuditRow as AuditRow,
        ChangeEntry as ChangeEntry,
        ChangeSet as ChangeSet,
        MeetingInfo as MeetingInfo,
        Snapshot as Snapshot,
        SnapshotItem as SnapshotItem,
    )
    from plan_ledger.values.marks import (
        Marks as Marks,
        Segment as Segment,
        mark as mark,
    )
    from plan_ledger.values.schema import (
        FieldKind as FieldKind,
        FieldSpec as FieldSpec,
        LevelSpec as LevelSpec,
        Schema as Schema,
        default_schema as default_schema,
    )
else:
    _HOMES = {name: home for home, names in _NAMES.items() for name in names.split()}
    __all__ = sorted([*_HOMES, "__version__"])

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
