"""The store contract on every back end."""

from __future__ import annotations

from pathlib import Path

import pytest

from plan_ledger import Ledger
from plan_ledger.testing.contract import StoreContract


class TestSqliteFile(StoreContract):
    """The default: a file."""


class TestSqliteInMemory(StoreContract):
    """In memory: one connection, gone when it is closed."""

    reopens = False

    def open_ledger(self, place: Path) -> Ledger:
        return Ledger.open(":memory:")


class TestPostgres(StoreContract):
    """A server that everybody shares."""

    @pytest.fixture(autouse=True)
    def _address(self, postgres_url: str) -> None:
        self.url = postgres_url

    def open_ledger(self, place: Path) -> Ledger:
        return Ledger.open(self.url)
