"""The front door: ledgers, plans, items, and who is acting."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from plan_ledger.queries.shown import LOADERS

# A result that is asked for HTML or Excel brings the renderers in by itself, and not before.
LOADERS.append(lambda: import_module("plan_ledger.rendering"))

# Loaded when first asked for, as the names of the whole package are.
_NAMES = {
    "acting": "Acting Person",
    "correcting": "CorrectionReceipt",
    "front": "Ledger",
    "hooks": "Commit",
    "intents": "Add Batch Change Move Restore Withdraw",
    "item": "Item",
    "plan": "Plan",
    "work": "Receipt",
}

if TYPE_CHECKING:
    from plan_ledger.ledger.acting import Acting as Acting, Person as Person
    from plan_ledger.ledger.correcting import CorrectionReceipt as CorrectionReceipt
    from plan_ledger.ledger.front import Ledger as Ledger
    from plan_ledger.ledger.hooks import Commit as Commit
    from plan_ledger.ledger.intents import (
        Add as Add,
        Batch as Batch,
        Change as Change,
        Move as Move,
        Restore as Restore,
        Withdraw as Withdraw,
    )
    from plan_ledger.ledger.item import Item as Item
    from plan_ledger.ledger.plan import Plan as Plan
    from plan_ledger.ledger.work import Receipt as Receipt
else:
    _HOMES = {name: home for home, names in _NAMES.items() for name in names.split()}
    __all__ = sorted(_HOMES)

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
