"""The ledgers that the micro-benchmarks use: one to ask, one to write into, made once a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import growth_ledgers as made
from plan_ledger import Ledger, Plan


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plan]:
    """500 projects, 20 meetings and 10,000 changes, each its own batch; only read from."""
    path = tmp_path_factory.mktemp("asked") / "ledger.db"
    made.make(path, made.SMALLEST)
    with Ledger.open(path, read_only=True) as ledger:
        yield ledger.plan()


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Plan]:
    """A plan with 100 projects on a real file, durable as ever, somebody acting."""
    with Ledger.open(tmp_path / "ledger.db") as ledger, ledger.acting("観光課", reason="進捗の更新"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        with ledger.batch():
            measure = plan.add("strategy", "戦略")
            measure = plan.add("kpi", "指標", under=measure)
            measure = plan.add("measure", "施策", under=measure)
            for number in range(100):
                plan.add("project", f"事業{number}", under=measure, budget="4,450")
        yield plan
