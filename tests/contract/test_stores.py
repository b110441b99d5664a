"""The store contract on every back end."""

from __future__ import annotations

from pathlib import Path

from plan_ledger import Ledger
from plan_ledger.testing.contract import StoreContract


class TestSqliteFile(StoreContract):
    """The default: a file."""


class TestSqliteInMemory(StoreContract):
    """In memory: one connection, gone when it is closed."""

    reopens = False

    def open_ledger(self, place: Path) -> Ledger:
        return Ledger.open(":memory:")
