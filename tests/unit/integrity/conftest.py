"""A small ledger with every kind of row, and a copy of it to write on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from plan_ledger import Ledger, Person
from plan_ledger.testing.clock import deterministic_ledger


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("verify") / "r5.db"
    with deterministic_ledger(path) as ledger:
        with ledger.acting(Person("企画室 主査", id="u1", section="企画室"), reason="当初"):
            plan = ledger.open_plan("計画", fiscal_year=2023)
            with ledger.batch():
                strategy = plan.add("strategy", "戦略1")
                kpi = plan.add("kpi", "KPI1", under=strategy)
                measure = plan.add("measure", "施策1", under=kpi)
                plan.add("project", "事業1", under=measure, budget="100", overview="概要")
            plan.hold("第1回PT")
        with ledger.acting("観光課", on_behalf_of="財政課"):
            with ledger.batch(key="受付1"):
                plan["事業1"].change(budget="200", overview="")
            plan["事業1"].withdraw()
            plan.hold("第2回PT")
            plan["事業1"].restore()
            plan["事業1"].change(analysis="=1", source="資料 p.1")
            with ledger.batch(key="受付2"):
                plan["事業1"].change(budget="200")  # what it has: remembered, nothing recorded
            typed = plan["事業1"].change(analysis="住民の氏名")
            ledger.redact(typed.last or 0, reason="住民の氏名")
        with ledger.acting("退職者"):
            plan["事業1"].change(analysis="継続")
        with ledger.acting("観光課", reason="本人の請求"):
            ledger.erase_person("退職者")
        with ledger.acting("観光課", on_behalf_of="財政課"):
            plan["事業1"].change(analysis="完了")
    return path


@pytest.fixture(scope="module")
def everything(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same ledger with what else an index can hold: a correction, and next year's plan, which continues items."""
    path = Path(shutil.copy(original, tmp_path_factory.mktemp("everything") / "r5.db"))
    with Ledger.open(path) as ledger, ledger.acting("観光課", reason="年度更新"):
        plan = ledger.plan()
        plan["事業1"].correct(budget="150", as_of="第1回PT")
        plan.rollover(ledger.open_plan("翌年の計画", fiscal_year=2024))
    return path


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(original, tmp_path / "r5.db"))
