"""Ledger and plain model, step by step, in memory and on a file."""

from __future__ import annotations

from hypothesis import settings

from plan_ledger.testing.machine import FileLedgerMachine, LedgerMachine

TestInMemory = LedgerMachine.TestCase
TestInMemory.settings = settings(TestInMemory.settings, max_examples=40, stateful_step_count=30)

TestOnAFile = FileLedgerMachine.TestCase
TestOnAFile.settings = settings(TestOnAFile.settings, max_examples=12, stateful_step_count=20)
