"""Ledger on PostgreSQL, ledger on SQLite and plain model, step by step: no difference, not in a byte."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from plan_ledger import Ledger
from plan_ledger.testing.servers import PostgresServer
from plan_ledger.testing.twins import TwinMachine

NIGHTLY_EXAMPLES = int(os.environ.get("PLAN_LEDGER_TWINS", "5000"))


class PostgresMachine(TwinMachine):
    """A schema of its own for each run."""

    server: ClassVar[PostgresServer]

    def __init__(self) -> None:
        self.places = ExitStack()
        self.url = self.places.enter_context(self.server.schema())
        super().__init__()

    def open_ledger(self) -> Ledger:
        return Ledger.open(self.url, clock=self.clock, ids=self.ids, salts=self.salts)

    def teardown(self) -> None:
        with self.places:
            super().teardown()


@pytest.fixture
def machine(postgres_server: PostgresServer) -> Iterator[type[PostgresMachine]]:
    PostgresMachine.server = postgres_server
    yield PostgresMachine
    del PostgresMachine.server


def test_the_back_ends_and_the_model_agree(machine: type[PostgresMachine]) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=6, stateful_step_count=15))


@pytest.mark.nightly
def test_the_back_ends_and_the_model_agree_for_long(machine: type[PostgresMachine]) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=NIGHTLY_EXAMPLES, stateful_step_count=30))
