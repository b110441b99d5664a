"""Undo of a batch: compensating changes, history keeps both; what was changed again since is a conflict."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from plan_ledger import Item, Ledger, Plan, Problems
from plan_ledger.ledger.errors import HoldNotUndone, NothingToUndo, TextDestroyed, UndoConflict, UnknownBatch


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        yield ledger


@pytest.fixture
def plan(ledger: Ledger) -> Plan:
    plan = ledger.open_plan("計画", fiscal_year=2023)
    with ledger.batch():
        strategy = plan.add("strategy", "戦略1")
        for number in (1, 2):
            kpi = plan.add("kpi", f"KPI{number}", under=strategy)
            measure = plan.add("measure", f"施策{number}", under=kpi)
            plan.add("project", f"事業{number}", under=measure, budget="100")
    return plan


def table(plan: Plan) -> list[tuple[str, ...]]:
    return [each.path for each in plan.snapshot()]


def test_undo_puts_the_table_back_and_says_so_in_the_history(plan: Plan) -> None:
    before = plan.snapshot()
    with plan.ledger.batch(reason="誤った取込") as batch:
        plan["事業1"].change(budget="999", overview="誤り")
        plan["事業2"].withdraw()
        plan["施策2"].move(under="KPI1")
        plan.add("strategy", "戦略2")
    assert batch.receipt is not None
    undone = plan.undo(batch.receipt.first or 0)
    assert undone
    after = plan.snapshot()
    assert after.digest == before.digest
    assert not plan.changes(before.moment.position, None)
    assert [row.new for row in plan.history("事業1", "budget")] == ["100", "999", "100"]
    assert plan.history("事業1", "budget")[-1].cause.header["undoes"] == batch.receipt.first
    assert plan.ledger.verify()


@pytest.mark.parametrize("offset", [0, 1, 2])
def test_any_position_of_a_batch_names_it(plan: Plan, offset: int) -> None:
    with plan.ledger.batch():
        plan["事業1"].change(budget="1", overview="2", analysis="3")
    plan.undo(plan.ledger.head - offset)
    assert plan["事業1"].now().fields.keys() == {"title", "budget"}


def test_what_was_changed_again_is_reported_all_of_it_and_nothing_is_recorded(plan: Plan) -> None:
    with plan.ledger.batch() as batch:
        plan["事業1"].change(budget="1", overview="2", analysis="3")
    plan["事業1"].change(budget="10", overview="20")
    head = plan.ledger.head
    assert batch.receipt is not None
    with pytest.raises(Problems) as caught:
        plan.undo(batch.receipt.first or 0)
    told = [each.to_dict() for each in caught.value.problems()]
    assert [(each["code"], each["place"], each["put"], each["now"]) for each in told] == [
        ("undo_conflict", {"item": "事業1", "field": "予算額"}, "1", "10"),
        ("undo_conflict", {"item": "事業1", "field": "概要"}, "2", "20"),
    ]
    assert {each["later"] for each in told} == {head, head - 1}
    assert "予算額" in str(caught.value)
    assert "20" in str(caught.value)
    assert plan.ledger.head == head


def test_undoing_twice_finds_nothing_and_undoing_the_undo_brings_it_back(plan: Plan) -> None:
    plan["事業1"].change(budget="1")
    batch = plan.ledger.head
    plan.undo(batch)
    undo = plan.ledger.head
    with pytest.raises(NothingToUndo):
        plan.undo(batch)
    plan.undo(undo)
    assert plan["事業1"].text("budget") == "1"


def test_a_later_change_that_was_taken_back_is_no_conflict(plan: Plan) -> None:
    first = plan["事業1"].change(budget="1").first
    second = plan["事業1"].change(budget="2", overview="書き足した").first
    with pytest.raises(UndoConflict):
        plan.undo(first or 0)
    plan.undo(second or 0)
    plan.undo(first or 0)
    assert plan["事業1"].text("budget") == "100"


def test_only_what_is_not_back_already_is_undone(plan: Plan) -> None:
    batch = plan["事業1"].change(budget="1", overview="2").first
    plan["事業1"].change(budget="100")
    receipt = plan.undo(batch or 0)
    assert receipt.first == receipt.last
    now = plan["事業1"].now()
    assert (now.text("budget"), now.text("overview")) == ("100", "")


def test_a_batch_without_a_net_effect_gives_way_to_what_came_later(plan: Plan) -> None:
    with plan.ledger.batch() as batch:
        plan["事業1"].change(budget="1")
        plan["事業1"].change(budget="100", overview="2")
    plan["事業1"].change(budget="7")
    assert batch.receipt is not None
    plan.undo(batch.receipt.first or 0)
    now = plan["事業1"].now()
    assert (now.text("budget"), now.text("overview")) == ("7", "")


def test_a_move_or_withdrawal_since_is_told_in_words(plan: Plan) -> None:
    move = plan["事業1"].move(under="施策2").first
    plan["事業1"].move(under="施策1", first=True)
    plan["施策1"].move(under="KPI2")
    with pytest.raises(NothingToUndo):
        plan.undo(move or 0)
    plan.add("measure", "施策3", under="KPI1")
    plan["事業1"].move(under="施策3")
    with pytest.raises(UndoConflict) as caught:
        plan.undo(move or 0)
    assert caught.value.place is not None
    assert (caught.value.place.item, caught.value.place.field) == ("事業1", "位置")
    assert (caught.value.put, caught.value.now) == ("「施策2」の下", "「施策3」の下")
    gone = plan["事業2"].withdraw().first
    plan["事業2"].restore()
    with pytest.raises(NothingToUndo):
        plan.undo(gone or 0)


def test_undo_of_adding_is_refused_once_something_stands_below(plan: Plan) -> None:
    added = plan.add("strategy", "戦略2")
    batch = plan.ledger.head
    child = plan.add("kpi", "KPI9", under=added)
    with pytest.raises(UndoConflict) as caught:
        plan.undo(batch)
    assert caught.value.place is not None
    assert (caught.value.place.item, caught.value.place.field, caught.value.now) == ("戦略2", "下の行", "KPI9")
    child.withdraw()
    plan.undo(batch)
    assert "戦略2" not in [path[0] for path in table(plan)]


def test_undo_of_adding_is_refused_once_a_new_field_was_filled(plan: Plan) -> None:
    added = plan.add("project", "事業9", under="施策1")
    batch = plan.ledger.head
    added.change(overview="書き足した")
    with pytest.raises(UndoConflict):
        plan.undo(batch)
    added.change(overview="")
    plan.undo(batch)
    assert "事業9" not in [path[-1] for path in table(plan)]


def test_undo_of_restoring_is_refused_once_something_stands_below(plan: Plan) -> None:
    plan["KPI1"].withdraw()
    batch = plan["KPI1"].restore().first
    plan.add("measure", "施策3", under="KPI1")
    with pytest.raises(UndoConflict):
        plan.undo(batch or 0)
    plan["施策3"].withdraw()
    plan.undo(batch or 0)
    assert "KPI1" not in [path[-1] for path in table(plan)]


def test_an_item_that_was_moved_below_a_new_one_goes_back_with_the_batch(plan: Plan) -> None:
    before = plan.snapshot().digest
    with plan.ledger.batch():
        plan.add("measure", "施策3", under="KPI1")
    with plan.ledger.batch() as batch:
        new = plan.add("measure", "施策4", under="KPI1")
        plan["事業1"].move(under=new)
    assert batch.receipt is not None
    plan.undo(batch.receipt.first or 0)
    plan["施策3"].withdraw()
    assert plan.snapshot().digest == before


def test_undo_of_a_batch_that_withdrew_and_restored_leaves_the_item_there(plan: Plan) -> None:
    with plan.ledger.batch():
        plan["事業1"].change(budget="1")
        plan["事業1"].withdraw()
        plan["事業1"].restore()
    plan.undo(plan.ledger.head)
    assert plan["事業1"].text("budget") == "100"


def test_a_hold_is_annulled_not_undone(plan: Plan) -> None:
    plan.hold("第1回PT")
    batch = plan.ledger.head
    with pytest.raises(HoldNotUndone, match="annul") as caught:
        plan.undo(batch)
    assert caught.value.name == "第1回PT"
    assert plan.ledger.head == batch
    plan.annul("第1回PT")
    with pytest.raises(NothingToUndo):
        plan.undo(batch)


def test_a_text_that_was_destroyed_is_not_brought_back(plan: Plan) -> None:
    first = plan["事業1"].change(overview="住民の氏名").last or 0
    second = plan["事業1"].change(overview="氏名を除いた").last or 0
    plan.redact(first, reason="個人情報")
    with pytest.raises(TextDestroyed) as caught:
        plan.undo(second)
    assert caught.value.place is not None
    assert (caught.value.place.item, caught.value.place.field) == ("事業1", "概要")
    with pytest.raises(UndoConflict) as conflict:
        plan.undo(first)
    assert (conflict.value.put, conflict.value.now) == ("抹消済", "氏名を除いた")
    assert plan["事業1"].text("overview") == "氏名を除いた"


def test_no_two_siblings_share_a_rank_after_undo(plan: Plan) -> None:
    with plan.ledger.batch():
        for name in "ABC":
            plan.add("strategy", name)
    move = plan["A"].move(under=None, after="C").first
    plan.add("strategy", "D", after="戦略1")  # takes the rank that A had
    plan.undo(move or 0)
    plan.add("strategy", "E", after="D")
    order = [path[0] for path in table(plan) if len(path) == 1]
    assert order == ["戦略1", "D", "E", "A", "B", "C"]
    with plan.ledger.reading() as rows:
        ranks = rows.all("SELECT parent, rank FROM items")
    assert len(set(ranks)) == len(ranks)


def test_undo_of_a_move_restores_the_order_among_siblings(plan: Plan) -> None:
    for number in (2, 3, 4):
        plan.add("strategy", f"戦略{number}")
    before = table(plan)
    first = plan["戦略4"].move(under=None, after="戦略1").first
    second = plan["戦略2"].move(under=None, first=True).first
    assert [path[0] for path in table(plan) if len(path) == 1] == ["戦略2", "戦略1", "戦略4", "戦略3"]
    plan.undo(second or 0)
    plan.undo(first or 0)
    assert table(plan) == before


@pytest.mark.parametrize("what", ["reissue", "annul", "rename", "declare", "open"])
def test_what_compensating_changes_cannot_take_back_is_refused_and_says_so(plan: Plan, what: str) -> None:
    plan.hold("第1回PT")
    batch = 1
    if what == "reissue":
        batch = plan.reissue("第1回PT").editions[-1].position
    elif what == "annul":
        batch = plan.annul("第1回PT").last or 0
    elif what == "rename":
        plan.rename_meeting("第1回PT", "第1回WG")
        batch = plan.ledger.head
    elif what == "declare":
        schema = plan.schema
        from attrs import evolve

        level = evolve(schema.levels[0], label="大戦略")
        batch = plan.declare(evolve(schema, levels=(level, *schema.levels[1:]))).last or 0
    head = plan.ledger.head
    with pytest.raises(NothingToUndo):
        plan.undo(batch)
    assert plan.ledger.head == head


def test_a_batch_of_another_plan_is_not_undone_from_here(ledger: Ledger, plan: Plan) -> None:
    other = ledger.open_plan("別の計画", fiscal_year=2023)
    item: Item = other.add("strategy", "別の戦略")
    item.change(title="別の戦略改")
    for batch in (ledger.head, ledger.head - 2):
        with pytest.raises(NothingToUndo):
            plan.undo(batch)
    assert item.text("title") == "別の戦略改"


@pytest.mark.parametrize("position", [0, -1, 10_000, 10**30])
def test_a_position_without_a_batch_is_told(plan: Plan, position: int) -> None:
    with pytest.raises(UnknownBatch):
        plan.undo(position)


def test_undo_where_the_old_parent_is_withdrawn_since_is_refused(plan: Plan) -> None:
    plan["施策2"].move(under="KPI1")
    batch = plan.ledger.head
    plan["KPI2"].withdraw()
    head = plan.ledger.head
    with pytest.raises(Exception, match="取り下げ"):
        plan.undo(batch)
    assert plan.ledger.head == head
