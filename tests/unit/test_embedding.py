"""Inside another tool: batches are all or nothing, hooks come after the commit, a reader writes nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest

from plan_ledger import Acting, Batch, Change, Ledger, Plan
from plan_ledger.domain.errors import EditConflict, TitleMissing
from plan_ledger.ledger.errors import BatchEnded, KeyUsedOtherwise, NotInBatch
from plan_ledger.ledger.hooks import Commit
from plan_ledger.store.errors import ReadOnlyLedger


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        yield ledger


@pytest.fixture
def plan(ledger: Ledger) -> Plan:
    plan = ledger.open_plan("計画", fiscal_year=2023)
    plan.add("strategy", "戦略1")
    return plan


# --- batches ----------------------------------------------------------------------------------------------------


def test_a_batch_over_several_plans_is_one_batch_or_nothing(ledger: Ledger, plan: Plan) -> None:
    other = ledger.open_plan("別の計画", fiscal_year=2024)
    head = ledger.head

    def wrong() -> None:
        with ledger.batch():
            plan["戦略1"].change(title="A")
            other.add("strategy", "別の戦略")
            plan.add("strategy", " ")

    with pytest.raises(TitleMissing):
        wrong()
    assert ledger.head == head
    assert other.items() == []
    with ledger.batch() as batch:
        plan["戦略1"].change(title="A")
        other.add("strategy", "別の戦略")
    assert batch.receipt is not None
    assert batch.receipt.first == head + 1
    assert batch.receipt.last == ledger.head
    assert ledger.receipt(ledger.head) == batch.receipt
    assert ledger.verify()


class Unrelated(Exception):
    pass


@pytest.mark.parametrize("error", [Unrelated, KeyboardInterrupt])
def test_whatever_is_raised_inside_records_nothing(ledger: Ledger, plan: Plan, error: type[BaseException]) -> None:
    head = ledger.head

    def broken() -> None:
        with ledger.batch():
            plan["戦略1"].change(title="A")
            raise error

    with pytest.raises(error):
        broken()
    assert ledger.head == head
    assert plan["戦略1"].change(title="B"), "outside again"


def test_a_conflict_caught_inside_comes_at_the_end_and_takes_all_with_it(ledger: Ledger, plan: Plan) -> None:
    seen = ledger.head
    with ledger.acting("観光課"):
        plan["戦略1"].change(title="A")
    head = ledger.head

    def stale() -> None:
        with ledger.batch():
            plan.add("strategy", "戦略2")
            plan["A"].change(title="B", expected=seen)

    with pytest.raises(EditConflict):
        stale()
    assert ledger.head == head


def test_batches_do_not_nest_and_the_outer_one_stays_whole(ledger: Ledger, plan: Plan) -> None:
    with ledger.batch() as batch:
        plan["戦略1"].change(title="A")
        with pytest.raises(NotInBatch), ledger.batch():
            pytest.fail("a batch in a batch")
        with pytest.raises(NotInBatch):
            plan.hold("第1回PT")
        plan.add("strategy", "戦略2")
    assert batch.receipt
    assert [each.title for each in plan.snapshot()] == ["A", "戦略2"]


def test_tasks_awaited_inside_are_part_of_the_batch_others_have_their_own(ledger: Ledger, plan: Plan) -> None:
    head = ledger.head

    async def rename(title: str) -> None:
        await asyncio.sleep(0)
        plan.add("strategy", title)

    async def main() -> None:
        async def apart(number: int) -> None:
            with ledger.batch(reason=str(number)):
                plan.add("strategy", f"{number}-a")
                await asyncio.sleep(0)
                plan.add("strategy", f"{number}-b")

        await asyncio.gather(*(apart(number) for number in range(3)))
        with ledger.batch(reason="共に"):
            await asyncio.gather(rename("共-a"), rename("共-b"))

    asyncio.run(main())
    reasons: dict[str, set[str | None]] = {}
    for row in plan.audit(field="title", since=head):
        reasons.setdefault(row.new.partition("-")[0], set()).add(row.reason)
    assert reasons == {"0": {"0"}, "1": {"1"}, "2": {"2"}, "共": {"共に"}}
    assert len({ledger.receipt(row.position).batch for row in plan.audit(field="title", since=head)}) == 4


def test_what_a_task_wants_after_its_batch_ended_is_refused_not_lost(ledger: Ledger, plan: Plan) -> None:
    async def late() -> None:
        await asyncio.sleep(0.01)
        plan["戦略1"].change(title="遅い")

    async def main() -> None:
        with ledger.batch():
            task = asyncio.create_task(late())
            plan.add("strategy", "戦略2")
        with pytest.raises(BatchEnded):
            await task

    asyncio.run(main())
    assert [each.title for each in plan.snapshot()] == ["戦略1", "戦略2"]


def test_a_thread_does_not_slip_into_somebody_elses_batch(ledger: Ledger, plan: Plan) -> None:
    def other() -> None:
        with ledger.acting("観光課"):
            plan.add("strategy", "よそ")

    with ledger.batch():
        plan.add("strategy", "うち")
        thread = Thread(target=other)
        thread.start()
        thread.join()
        assert [each.title for each in plan.snapshot()] == ["戦略1", "よそ"]
    assert [each.title for each in plan.snapshot()] == ["戦略1", "よそ", "うち"]


# --- hooks ------------------------------------------------------------------------------------------------------


def test_a_hook_is_called_once_a_write_after_it_is_recorded(ledger: Ledger, plan: Plan) -> None:
    seen: list[tuple[Commit, int]] = []
    remove = ledger.on_commit(lambda commit: seen.append((commit, ledger.head)))
    plan["戦略1"].change(title="A")
    assert not plan["A"].change(title="A")
    with ledger.batch():
        plan["A"].change(title="B")
        plan.add("strategy", "戦略2")
        assert len(seen) == 1
    plan.hold("第1回PT")
    item = plan["B"].id
    ledger.record([Batch(Acting(name), [Change(item, "title", name)]) for name in ("甲", "乙")])
    assert [(commit.first, commit.last) for commit, _ in seen] == [
        (seen[0][0].first, seen[0][0].first),
        (seen[1][0].first, seen[1][0].first + 3),
        (seen[2][0].first, seen[2][0].first),
        (seen[3][0].first, ledger.head),
    ]
    assert all(commit.last == head for commit, head in seen), "called after the commit"
    assert [entry.new for entry in seen[1][0].entries() if entry.field == "title"] == ["B", "戦略2"]
    assert [entry.position for entry in seen[3][0].entries()] == list(range(seen[3][0].first, ledger.head + 1))
    assert seen[0][0].recorded_at == ledger.receipt(seen[0][0].first).recorded_at
    remove()
    remove()
    plan["乙"].change(title="C")
    assert len(seen) == 4


def test_what_is_not_recorded_calls_no_hook(ledger: Ledger, plan: Plan) -> None:
    with ledger.batch(key="受付-1"):
        plan["戦略1"].change(title="A")
    seen: list[Commit] = []
    ledger.on_commit(seen.append)
    with pytest.raises(TitleMissing):
        plan["A"].change(title="")
    with ledger.batch(key="受付-1"):
        plan["A"].change(title="A")
    with pytest.raises(KeyUsedOtherwise), ledger.batch(key="受付-1"):
        plan["A"].change(title="B")
    ledger.rebuild()
    assert seen == []


def test_a_hook_that_fails_loses_neither_the_write_nor_the_other_hooks(
    ledger: Ledger, plan: Plan, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Commit] = []

    def broken(_: Commit) -> None:
        raise ConnectionError("no mail today")

    ledger.on_commit(broken)
    ledger.on_commit(seen.append)
    with caplog.at_level(logging.ERROR, logger="plan_ledger"):
        receipt = plan["戦略1"].change(title="A")
    assert receipt
    assert plan["A"].text("title") == "A"
    assert [commit.first for commit in seen] == [receipt.first]
    (record,) = caplog.records
    assert str(receipt.first) in record.getMessage()
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ConnectionError)
    assert ledger.verify()


def test_a_hook_may_read_and_record(ledger: Ledger, plan: Plan) -> None:
    def stamp(commit: Commit) -> None:
        with ledger.acting("自動"):
            plan["戦略1"].change(title="戦略1")  # nothing new: ends here
            if commit.last < 10:
                plan.add("strategy", f"印{commit.last}")

    ledger.on_commit(stamp)
    plan.add("strategy", "戦略2")
    titles = [each.title for each in plan.snapshot()]
    assert titles[:2] == ["戦略1", "戦略2"]
    assert len(titles) > 2
    assert ledger.verify()


def test_hooks_of_many_threads_each_see_their_own_commit(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "r5.db") as ledger:
        with ledger.acting("企画室"):
            plan = ledger.open_plan("計画", fiscal_year=2023)
        seen: list[tuple[int, int]] = []
        ledger.on_commit(lambda commit: seen.append((commit.first, commit.last)))
        start = Barrier(4)

        def work(number: int) -> None:
            start.wait()
            with ledger.acting(f"課{number}"):
                for count in range(5):
                    plan.add("strategy", f"{number}-{count}")

        threads = [Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        covered = sorted(seen)
        assert len(covered) == 20
        assert [first for first, _ in covered[1:]] == [last + 1 for _, last in covered[:-1]]
        assert covered[-1][1] == ledger.head


# --- reading only -----------------------------------------------------------------------------------------------


def test_a_ledger_opened_for_reading_answers_and_records_nothing(tmp_path: Path) -> None:
    path = tmp_path / "r5.db"
    with Ledger.open(path) as ledger, ledger.acting("企画室"):
        ledger.open_plan("計画", fiscal_year=2023).add("strategy", "戦略1")
    with Ledger.open(path, read_only=True) as reader, reader.acting("企画室"):
        plan = reader.plan()
        seen: list[Commit] = []
        reader.on_commit(seen.append)
        assert plan["戦略1"].text("title") == "戦略1"
        with pytest.raises(ReadOnlyLedger):
            plan["戦略1"].change(title="A")
        with pytest.raises(ReadOnlyLedger), reader.batch():
            plan.add("strategy", "戦略2")
        with Ledger.open(path) as writer, writer.acting("観光課"):
            writer.plan()["戦略1"].change(title="B")
        assert plan["B"].text("title") == "B", "what others record shows"
        assert seen == []
