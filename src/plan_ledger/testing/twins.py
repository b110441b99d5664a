"""The ledger machine on two back ends at once: the same steps must give the same refusals, bytes, hashes and index."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest

from plan_ledger.errors import PlanLedgerError
from plan_ledger.index.rebuild import dump_rows
from plan_ledger.ledger import Ledger
from plan_ledger.store import log
from plan_ledger.testing.clock import CountingIds, CountingSalts, SteppingClock
from plan_ledger.testing.machine import LedgerMachine
from plan_ledger.testing.machine_base import ACTORS, SCHEMA, TITLE
from plan_ledger.testing.model import Span


class TwinMachine(LedgerMachine):
    """Ledger, twin and plain model, step by step. Say how the ledger is opened; the twin is in memory.

    Both are given the same times, ids and salts, so that their logs must be the same to the byte.
    """

    reopens = True

    def __init__(self) -> None:
        super().__init__()
        self.twin_clock, self.twin_ids, self.twin_salts = SteppingClock(), CountingIds(), CountingSalts()
        self.twin = self.open_twin()
        with self.twin.acting(ACTORS[0]):
            self.twin_plan = self.twin.open_plan(TITLE, fiscal_year=2023, schema=SCHEMA)
            self.twin.open_plan("別の計画", fiscal_year=2023, schema=SCHEMA).add("goal", "別の目標", note="別の備考")

    def open_twin(self) -> Ledger:
        return Ledger.open(":memory:", clock=self.twin_clock, ids=self.twin_ids, salts=self.twin_salts)

    def _swap(self) -> None:
        self.ledger, self.twin = self.twin, self.ledger
        self.plan, self.twin_plan = self.twin_plan, self.plan
        self.clock, self.twin_clock = self.twin_clock, self.clock
        self.ids, self.twin_ids = self.twin_ids, self.ids
        self.salts, self.twin_salts = self.twin_salts, self.salts

    def both(
        self, actor: int, in_model: Callable[[], int | None], in_ledger: Callable[[], object], *, extra: int = 0
    ) -> Span | None:
        """The twin first, then ledger and model as ever."""
        self._swap()
        try:
            with self.ledger.acting(ACTORS[actor % len(ACTORS)]):
                in_ledger()
        except PlanLedgerError as error:
            refused = error.to_dict()
        else:
            refused = {}
        finally:
            self._swap()
        told: list[dict[str, object]] = []

        def watched() -> object:
            try:
                return in_ledger()
            except PlanLedgerError as error:
                told.append(error.to_dict())
                raise

        span = super().both(actor, in_model, watched, extra=extra)
        assert told == ([refused] if refused else []), "the two refuse differently"
        assert self.ledger.head == self.twin.head
        return span

    def teardown(self) -> None:
        try:
            with self.ledger.reading() as rows, self.twin.reading() as twins:
                for table, columns in log.LOG_TABLES.items():
                    one, other = (list(log.table_rows(each, table, columns, 1000)) for each in (rows, twins))
                    differing = next((pair for pair in zip_longest(one, other) if pair[0] != pair[1]), None)
                    assert differing is None, f"the logs differ in {table}: {differing}"
                assert dump_rows(rows) == dump_rows(twins), "the indexes differ"
            assert self.ledger.verify().head == self.twin.verify().head
        finally:
            self.twin.close()
            super().teardown()
