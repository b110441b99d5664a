"""Many threads on one ledger: nothing lost, everybody reads whole states, contexts stay apart."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from plan_ledger import Ledger, PlanLedgerError

THREADS, CHANGES = 12, 25


@pytest.mark.parametrize("place", ["file", "memory"])
def test_many_threads_write_and_read_one_ledger(tmp_path: Path, place: str) -> None:
    with Ledger.open(tmp_path / "r5.db" if place == "file" else ":memory:") as ledger:
        with ledger.acting("企画室"):
            plan = ledger.open_plan("計画", fiscal_year=2023)
            items = [plan.add("strategy", f"戦略{number}") for number in range(THREADS)]
            shared = plan.add("strategy", "共有")
            plan.hold("第1回PT")
        before, digest = ledger.head, plan.snapshot("第1回PT").digest

        def work(number: int) -> list[str]:
            refused: list[str] = []
            with ledger.acting(f"課{number}", reason=f"理由{number}"):
                for step in range(CHANGES):
                    with ledger.batch():
                        items[number].change(title=f"戦略{number}-{step}")
                        shared.set("title", f"課{number}/{step}", expected=1 << 40)
                    assert plan.snapshot("第1回PT").digest == digest
                    now = {item.id: item.title for item in plan.snapshot()}
                    assert now[items[number].id] == f"戦略{number}-{step}"
                    if step % 10 == 5:
                        try:
                            items[number].change(title=" ")
                        except PlanLedgerError as error:
                            refused.append(error.code)
            return refused

        with ThreadPoolExecutor(THREADS) as pool:
            refused = list(pool.map(work, range(THREADS)))
        assert all(codes == ["title_missing"] * 2 for codes in refused), refused
        assert ledger.head == before + THREADS * (1 + 2 * CHANGES)
        told = Counter(row.new for row in plan.history(shared, "title"))
        assert told == Counter(["共有", *(f"課{n}/{step}" for n in range(THREADS) for step in range(CHANGES))])
        for row in plan.audit(since="第1回PT"):
            assert row.actor.name is not None
            assert row.reason == row.actor.name.replace("課", "理由"), "a batch under somebody else's name"
        assert ledger.verify()


def test_threads_that_open_plans_of_one_title_get_one_plan(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "r5.db") as ledger:

        def work(number: int) -> str:
            with ledger.acting(f"課{number}"):
                return ledger.open_plan("計画", fiscal_year=2023).id.hex

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(work, range(8)))) == 1
        assert len(ledger.plans()) == 1


def test_threads_under_one_new_name_are_one_actor(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "r5.db") as ledger:
        with ledger.acting("企画室"):
            plan = ledger.open_plan("計画", fiscal_year=2023)

        def work(number: int) -> None:
            with ledger.acting("新人"):
                plan.add("strategy", f"戦略{number}")

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(8)))
        assert len({(row.actor.id, row.actor.name, row.actor.revision) for row in plan.audit(actor="新人")}) == 1
        with ledger.reading() as rows:
            assert rows.one("SELECT count(*) FROM profiles") == (2,)
        assert ledger.verify()
