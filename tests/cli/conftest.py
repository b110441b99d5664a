"""A small ledger in a file, and a call of the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from click.testing import CliRunner

from plan_ledger import Ledger
from plan_ledger.cli.app import app

PLAN = "令和5年度観光振興アクションプラン"
ACTOR = ("--actor", "企画課 山田")


@frozen
class Answer:
    """What a call said: exit status, standard output and error."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Answer]


@pytest.fixture(autouse=True)
def fixed_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("PLAN_LEDGER", raising=False)


@pytest.fixture
def run() -> Run:
    """``run(*arguments, ledger=PATH, input=TEXT)``; an exception that is no exit fails the test."""

    def call(*arguments: str, ledger: Path | None = None, input: str | bytes | None = None) -> Answer:
        where = [] if ledger is None else ["--ledger", str(ledger)]
        done = CliRunner().invoke(app, [*where, *arguments], input=input, prog_name="plan-ledger")
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Answer(done.exit_code, done.stdout, done.stderr)

    return call


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "r5.db"


@pytest.fixture
def ledger(path: Path) -> Path:
    """A ledger's file: one strategy, KPI, two measures, two projects, held as 第1回PT."""
    with Ledger.open(path) as made, made.acting("事務局", reason="作成"):
        plan = made.open_plan(PLAN, fiscal_year=2023)
        with made.batch():
            strategy = plan.add("strategy", "(3) 戦略")
            kpi = plan.add("kpi", "【KPI i】 宿泊者数", under=strategy)
            first = plan.add("measure", "① 周遊", under=kpi)
            plan.add("measure", "② 受入環境", under=kpi)
            plan.add("project", "周遊パス造成事業", under=first, budget="24,600", period="R5.4~R6.3")
            plan.add("project", "夜の文化財事業", under=first, budget="8,200", period="R5.7~11")
        plan.hold("第1回PT", on="R5.5.30")
    return path
