"""A key that comes again with the same request records once; with another request it is an error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from plan_ledger import Acting, Add, Batch, Change, Ledger, Plan
from plan_ledger.ledger.errors import KeyUsedOtherwise


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        yield ledger


@pytest.fixture
def plan(ledger: Ledger) -> Plan:
    plan = ledger.open_plan("計画", fiscal_year=2023)
    plan.add("strategy", "戦略1")
    return plan


def test_the_same_key_and_request_record_once_and_give_the_first_receipt(plan: Plan) -> None:
    item = plan["戦略1"].id
    batch = Batch(Acting("観光課"), [Change(item, "title", "戦略1改")], key="受付1")
    first = plan.ledger.record([batch])[0]
    plan["戦略1改"].change(title="戦略1再改")
    head = plan.ledger.head
    again = plan.ledger.record([batch])[0]
    assert (again.first, again.last, again.recorded_at) == (first.first, first.last, first.recorded_at)
    assert plan.ledger.head == head
    assert plan["戦略1再改"]


def test_the_same_key_with_another_request_is_refused(plan: Plan) -> None:
    item, acting = plan["戦略1"].id, Acting("観光課")
    plan.ledger.record([Batch(acting, [Change(item, "title", "A")], key="受付1")])
    head = plan.ledger.head
    for other in (
        Batch(acting, [Change(item, "title", "B")], key="受付1"),
        Batch(Acting("財政課"), [Change(item, "title", "A")], key="受付1"),
        Batch(acting, [], key="受付1"),
    ):
        with pytest.raises(KeyUsedOtherwise, match="受付1"):
            plan.ledger.record([other])
    assert plan.ledger.head == head


def test_a_request_that_changes_nothing_uses_its_key_up_too(plan: Plan) -> None:
    item, acting = plan["戦略1"].id, Acting("観光課")
    batch = Batch(acting, [Change(item, "title", "戦略1")], key="受付1")
    assert not plan.ledger.record([batch])[0]
    plan["戦略1"].change(title="別の名称")
    assert not plan.ledger.record([batch])[0]
    assert plan["別の名称"]


def test_what_the_asker_had_seen_is_no_part_of_the_request(plan: Plan) -> None:
    def ask() -> int | None:
        with plan.ledger.batch(key="受付1") as batch:
            plan.items()[0].change(title="新しい名称")
        assert batch.receipt is not None
        return batch.receipt.last

    first = ask()
    plan["新しい名称"].change(title="もっと新しい名称")
    assert ask() == first
    assert plan["もっと新しい名称"]


def test_items_added_under_a_key_are_the_same_when_it_comes_again(plan: Plan) -> None:
    def ask() -> tuple[str, str]:
        with plan.ledger.batch(key="受付2"):
            strategy = plan.add("strategy", "戦略2")
            kpi = plan.add("kpi", "KPI2", under=strategy)
        return strategy.id.hex, kpi.id.hex

    first = ask()
    head = plan.ledger.head
    assert ask() == first
    assert plan.ledger.head == head
    assert plan[first[1]].text("title") == "KPI2"


def test_a_failed_request_leaves_its_key_free(plan: Plan) -> None:
    item, acting = plan["戦略1"].id, Acting("観光課")
    with pytest.raises(Exception, match="名称が空です"):
        plan.ledger.record([Batch(acting, [Change(item, "title", " ")], key="受付1")])
    assert plan.ledger.record([Batch(acting, [Change(item, "title", "A")], key="受付1")])[0]


def test_a_list_of_intents_is_the_same_request_as_a_tuple_of_them(plan: Plan) -> None:
    acting, change = Acting("観光課"), Change(plan["戦略1"].id, "title", "A")
    first = plan.ledger.record([Batch(acting, [change], key="受付1")])[0]
    assert plan.ledger.record([Batch(acting, (change,), key="受付1")])[0].last == first.last


def test_a_key_twice_in_one_call_records_once(plan: Plan) -> None:
    batch = Batch(Acting("観光課"), [Change(plan["戦略1"].id, "title", "A")], key="受付1")
    first, second = plan.ledger.record([batch, batch])
    assert first.last == second.last == plan.ledger.head


def test_keys_are_remembered_by_the_file(tmp_path: Path) -> None:
    path = tmp_path / "r5.db"
    with Ledger.open(path) as ledger, ledger.acting("企画室"):
        item = ledger.open_plan("計画", fiscal_year=2023).add("strategy", "戦略").id
        batch = Batch(Acting("観光課"), [Change(item, "title", "A")], key="受付1")
        first = ledger.record([batch])[0]
    with Ledger.open(path) as ledger:
        assert ledger.record([batch])[0].last == first.last
        assert ledger.verify()


def test_many_threads_with_one_key_record_once(plan: Plan) -> None:
    batch = Batch(Acting("観光課"), [Change(plan["戦略1"].id, "title", "A")], key="受付1")
    lasts: list[int | None] = []
    threads = [Thread(target=lambda: lasts.append(plan.ledger.record([batch])[0].last)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lasts) == 8
    assert len(set(lasts)) == 1
    assert len(plan.history(plan["A"], "title")) == 2


def test_an_item_of_the_same_id_is_not_added_twice(plan: Plan) -> None:
    taken = plan["戦略1"].id
    head = plan.ledger.head
    with pytest.raises(Exception, match="取り下げられていません"):
        plan.ledger.record([Batch(Acting("観光課"), [Add(taken, plan.id, "strategy", {"title": "戦略9"})])])
    assert plan.ledger.head == head
    assert [item.text("title") for item in plan.items()] == ["戦略1"]
