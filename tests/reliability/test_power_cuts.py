"""The power goes at any moment of any write: what was acknowledged is there, whatever became of what was not synced.

The same on a ledger whose settings are weaker must lose something, or this proves nothing.
"""

from __future__ import annotations

import shutil
import sqlite3
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from disk import Disk, Step, available
from power import FATES, cuts, put_down

from plan_ledger import Ledger
from plan_ledger.store.errors import LedgerDamaged, NotDurable

pytestmark = pytest.mark.skipif(not available(), reason="this Python's SQLite can't be reached from outside")


def recorded_work(path: Path, changes: int, seed: int) -> list[Step]:
    """What the disk saw while a ledger was made, written to, checkpointed, closed and opened again."""
    rng = Random(seed)
    with Disk(record=True) as disk:
        with Ledger.open(path) as ledger, ledger.acting("企画室"):
            plan = ledger.open_plan("計画", fiscal_year=2023)
            plan.add("strategy", "戦略1")
        number = 0
        while number < changes:
            with Ledger.open(path) as ledger, ledger.acting(f"担当{number % 7}", reason="更新"):
                item = ledger.plan().items()[0]
                for _ in range(rng.randrange(1, changes)):
                    long = "字" * rng.choice((0, 0, 0, 5, 900, 4000))
                    with ledger.batch():
                        item.set("title", f"{number} {long}", expected=1 << 40)
                        ledger.plan().add("strategy", f"戦略-{number}")
                    disk.told(str(number))
                    number += 1
                    if number % 40 == 0:
                        ledger.plan().hold(f"第{number // 40}回PT")
    return disk.log


def lost_in(log: list[Step], times: int, seed: int, folder: Path) -> dict[str, int]:
    """Cut the power so often; fate → number of cuts after which something acknowledged was missing or damaged."""
    lost = dict.fromkeys(FATES, 0)
    for fate, told, files in cuts(log, times, Random(seed)):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        put_down(files, folder)
        lost[fate] += not is_whole(folder / "r5.db", told)
    return lost


def is_whole(path: Path, told: list[str]) -> bool:
    """Whether all that was told is there, in order, sound, and at most one more; and whether writing goes on."""
    try:
        with Ledger.open(path) as ledger, ledger.acting("復旧"):
            if not ledger.verify():
                return False
            plan = ledger.open_plan("計画", fiscal_year=2023)
            items = plan.items()
            there = [row.new.split()[0] for row in items[0].history("title")][1:] if items else []
            plan.add("strategy", "停電のあと")
            return there[: len(told)] == told and len(there) <= len(told) + 1
    except LedgerDamaged:
        return False


def test_nothing_acknowledged_is_lost_in_two_hundred_power_cuts(tmp_path: Path) -> None:
    log = recorded_work(tmp_path / "r5.db", changes=100, seed=1)
    assert any(step.kind == "sync" and step.path.endswith(".db") for step in log[len(log) // 3 :]), "no checkpoint seen"
    assert sum(lost_in(log, 200, seed=2, folder=tmp_path / "cut").values()) == 0


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(10))
def test_nothing_acknowledged_is_lost_in_a_thousand_power_cuts(tmp_path: Path, seed: int) -> None:
    log = recorded_work(tmp_path / "r5.db", changes=250, seed=100 + seed)
    assert sum(lost_in(log, 1000, seed=200 + seed, folder=tmp_path / "cut").values()) == 0


class Weaker(sqlite3.Connection):
    """Sets another level of synchronisation behind the store's back, when it has already read its own back."""

    def __init__(self, *arguments: Any, level: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._level = level

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        if sql == "BEGIN IMMEDIATE":
            super().execute(f"PRAGMA synchronous = {self._level}")
        return super().execute(sql, *arguments)


@pytest.mark.parametrize("level", ["NORMAL", "OFF"])
def test_with_weaker_settings_the_same_cuts_do_lose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    usual = sqlite3.connect
    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", partial(usual, factory=partial(Weaker, level=level)))
        log = recorded_work(tmp_path / "r5.db", changes=60, seed=1)
    lost = lost_in(log, 40, seed=2, folder=tmp_path / "cut")
    assert lost["dropped"] >= 5, lost
    assert lost["kept"] == 0, "where everything written stays, nothing is lost under any setting"


class Stubborn(sqlite3.Connection):
    """Keeps to NORMAL, as a build of SQLite may."""

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        return super().execute(sql.replace("synchronous = FULL", "synchronous = NORMAL"), *arguments)


def test_a_database_that_will_not_sync_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Stubborn))
    with pytest.raises(NotDurable, match="synchronous=FULL"):
        Ledger.open(tmp_path / "r5.db")
