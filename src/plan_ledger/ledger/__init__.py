"""The front door: ledgers, plans, items, and who is acting."""

from plan_ledger.ledger.acting import Acting, Person
from plan_ledger.ledger.front import Ledger
from plan_ledger.ledger.intents import Add, Batch, Change, Move, Restore, Withdraw
from plan_ledger.ledger.item import Item
from plan_ledger.ledger.plan import Plan
from plan_ledger.ledger.work import Receipt

__all__ = [
    "Acting",
    "Add",
    "Batch",
    "Change",
    "Item",
    "Ledger",
    "Move",
    "Person",
    "Plan",
    "Receipt",
    "Restore",
    "Withdraw",
]
