"""Two people and one field: the second, who saw an old text, gets both texts; different fields never conflict."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier, Thread

import pytest

from plan_ledger import Item, Ledger, Plan, PlanLedgerError
from plan_ledger.domain.errors import EditConflict


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        yield ledger


@pytest.fixture
def plan(ledger: Ledger) -> Plan:
    return ledger.open_plan("計画", fiscal_year=2023)


@pytest.fixture
def project(plan: Plan) -> Item:
    strategy = plan.add("strategy", "戦略1")
    kpi = plan.add("kpi", "KPI1", under=strategy)
    measure = plan.add("measure", "施策1", under=kpi)
    return plan.add("project", "事業1", under=measure, budget="100", overview="概要")


def test_second_editor_of_a_field_gets_both_texts_and_nothing_is_lost(plan: Plan, project: Item) -> None:
    mine, theirs = plan["事業1"], plan["事業1"]
    theirs.change(budget="200")
    head = plan.ledger.head
    with pytest.raises(EditConflict) as caught:
        mine.change(budget="300")
    conflict = caught.value
    assert (conflict.theirs, conflict.mine, conflict.expected, conflict.position) == ("200", "300", mine.seen, head)
    assert conflict.place is not None
    assert conflict.place.item == "事業1"
    assert "200" in str(conflict)
    assert "300" in str(conflict)
    assert plan.ledger.head == head
    assert plan["事業1"].text("budget") == "200"


def test_different_fields_of_an_item_never_conflict(plan: Plan, project: Item) -> None:
    mine, theirs = plan["事業1"], plan["事業1"]
    theirs.change(budget="200")
    mine.change(overview="新しい概要")
    assert (plan["事業1"].text("budget"), plan["事業1"].text("overview")) == ("200", "新しい概要")


def test_moving_or_withdrawing_is_no_conflict_with_a_change(plan: Plan, project: Item) -> None:
    mine, theirs = plan["事業1"], plan["事業1"]
    theirs.change(budget="200")
    assert mine.withdraw()


def test_setting_what_is_there_already_is_no_conflict_even_when_stale(plan: Plan, project: Item) -> None:
    mine, theirs = plan["事業1"], plan["事業1"]
    theirs.change(budget="200")
    assert not mine.change(budget="200")


def test_one_conflict_among_several_fields_records_none_of_them(plan: Plan, project: Item) -> None:
    mine, theirs = plan["事業1"], plan["事業1"]
    theirs.change(budget="200")
    with pytest.raises(EditConflict):
        mine.change(overview="新しい概要", budget="300")
    assert plan["事業1"].text("overview") == "概要"


def test_expected_is_the_position_at_which_the_editor_saw_the_field(plan: Plan, project: Item) -> None:
    seen = plan.ledger.head
    plan["事業1"].change(budget="200")
    fresh = plan["事業1"]
    with pytest.raises(EditConflict):
        fresh.change(budget="300", expected=seen)
    assert fresh.change(budget="300", expected=plan.ledger.head)


def test_a_handle_does_not_conflict_with_its_own_changes(plan: Plan, project: Item) -> None:
    handle = plan["事業1"]
    for budget in ("1", "2", "3"):
        assert handle.change(budget=budget)
        assert handle.set("予算額", budget + "千円")


def test_a_change_of_its_own_does_not_make_a_handle_see_what_others_did(plan: Plan, project: Item) -> None:
    mine, theirs = plan["事業1"], plan["事業1"]
    theirs.change(budget="200")
    mine.change(overview="新しい概要")
    with pytest.raises(EditConflict):
        mine.change(budget="300")


def test_a_handle_used_in_a_batch_goes_on_without_conflict(plan: Plan, project: Item) -> None:
    handle = plan["事業1"]
    with plan.ledger.batch():
        handle.change(budget="1")
        handle.change(budget="2")
    assert plan["事業1"].text("budget") == "2"
    assert handle.change(budget="3")


def test_an_item_added_in_a_batch_can_be_changed_inside_and_behind_it(plan: Plan, project: Item) -> None:
    with plan.ledger.batch():
        added = plan.add("strategy", "戦略2")
        added.change(title="戦略2改")
    assert added.text("title") == "戦略2改"
    assert added.change(title="戦略2再改")


def test_of_two_threads_with_one_stale_view_one_wins_and_one_is_told(plan: Plan, project: Item) -> None:
    ledger, seen, barrier = plan.ledger, plan.ledger.head, Barrier(8)
    told: list[str] = []

    def edit(number: int) -> None:
        barrier.wait()
        try:
            with ledger.acting(f"担当{number}"):
                plan[project.id.hex].change(budget=str(1000 + number), expected=seen)
        except PlanLedgerError as error:
            told.append(error.code)

    threads = [Thread(target=edit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["edit_conflict"] * 7
    assert len(plan.history(project, "budget")) == 2
    assert ledger.verify()
