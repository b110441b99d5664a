"""The front door: ledgers, plans, items, and who is acting."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from plan_ledger.queries.shown import LOADERS

if TYPE_CHECKING:
    from plan_ledger.ledger.acting import Acting, Person
    from plan_ledger.ledger.correcting import CorrectionReceipt
    from plan_ledger.ledger.front import Ledger
    from plan_ledger.ledger.hooks import Commit
    from plan_ledger.ledger.intents import Add, Batch, Change, Move, Restore, Withdraw
    from plan_ledger.ledger.item import Item
    from plan_ledger.ledger.plan import Plan
    from plan_ledger.ledger.work import Receipt

# A result that is asked for HTML or Excel brings the renderers in by itself, and not before.
LOADERS.append(lambda: import_module("plan_ledger.rendering"))

__all__ = [
    "Acting",
    "Add",
    "Batch",
    "Change",
    "Commit",
    "CorrectionReceipt",
    "Item",
    "Ledger",
    "Move",
    "Person",
    "Plan",
    "Receipt",
    "Restore",
    "Withdraw",
]

# Loaded when first asked for, as the names of the whole package are.
_HOMES = {
    "acting": ("Acting", "Person"),
    "correcting": ("CorrectionReceipt",),
    "front": ("Ledger",),
    "hooks": ("Commit",),
    "intents": ("Add", "Batch", "Change", "Move", "Restore", "Withdraw"),
    "item": ("Item",),
    "plan": ("Plan",),
    "work": ("Receipt",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


if not TYPE_CHECKING:  # a type checker sees the imports above, and tells a misspelt name

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
