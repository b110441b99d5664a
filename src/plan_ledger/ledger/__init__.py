"""The front door: ledgers, plans, items, and who is acting."""

from importlib import import_module

from plan_ledger.ledger.acting import Acting, Person
from plan_ledger.ledger.correcting import CorrectionReceipt
from plan_ledger.ledger.front import Ledger
from plan_ledger.ledger.hooks import Commit
from plan_ledger.ledger.intents import Add, Batch, Change, Move, Restore, Withdraw
from plan_ledger.ledger.item import Item
from plan_ledger.ledger.plan import Plan
from plan_ledger.ledger.work import Receipt
from plan_ledger.queries.shown import LOADERS

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
