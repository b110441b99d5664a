"""Items: the right events come out; doing it twice changes nothing; each refusal."""

from __future__ import annotations

from uuid import UUID

import pytest
from attrs import evolve as replaced

from plan_ledger.domain.errors import (
    AlreadyThere,
    CommandRefused,
    EditConflict,
    NotAChoice,
    NotThere,
    OtherPlan,
    TitleMissing,
    WrongLevel,
)
from plan_ledger.domain.items import (
    AddItem,
    Cell,
    ChangeField,
    Item,
    ItemCommand,
    MoveItem,
    RestoreItem,
    WithdrawItem,
    decide,
    evolve,
)
from plan_ledger.events import FieldChanged, ItemAdded, ItemEvent, ItemPlaced, ItemRestored, ItemWithdrawn, Source
from plan_ledger.values.schema import FieldKind, FieldSpec, LevelSpec

PLAN, OTHER_PLAN, MEASURE, PROJECT = (UUID(int=n) for n in (1, 2, 3, 4))
ABOVE = LevelSpec("measure", "施策", (FieldSpec("title", "施策名"),))
LEVEL = LevelSpec(
    "project",
    "事業",
    (
        FieldSpec("title", "事業名"),
        FieldSpec("budget", "予算額", FieldKind.MONEY),
        FieldSpec("state", "状況", FieldKind.CHOICE, choices=("未着手", "完了")),
    ),
)
MEASURE_ITEM = Item(MEASURE, PLAN, "measure", alive=True, parent=None, rank="a0")
ITEM = Item(
    PROJECT,
    PLAN,
    "project",
    alive=True,
    parent=MEASURE,
    rank="a0",
    cells={"title": Cell("事業1", 5), "budget": Cell("100", 6)},
)


def run(item: Item | None, command: ItemCommand) -> list[ItemEvent]:
    return decide(item, command, LEVEL, ABOVE)


def after(item: Item | None, events: list[ItemEvent], position: int = 10) -> Item:
    for offset, event in enumerate(events):
        item = evolve(item, event, position + offset)
    assert item is not None
    return item


def add(**changes: object) -> AddItem:
    command = AddItem(PROJECT, PLAN, "a1", {"budget": "100", "title": "事業1"}, MEASURE_ITEM)
    return replaced(command, **changes)


def test_adding_gives_existence_place_and_every_filled_field_in_the_schemas_order() -> None:
    source = Source(cell="B3")
    events = run(None, add(texts={"state": "", "budget": "100", "title": "事業1"}, sources={"title": source}))
    assert events == [
        ItemAdded(originator_id=PROJECT, plan=PLAN, level="project", source=source),
        ItemPlaced(originator_id=PROJECT, parent=MEASURE, rank="a1"),
        FieldChanged(originator_id=PROJECT, field="title", text="事業1", source=source),
        FieldChanged(originator_id=PROJECT, field="budget", text="100"),
    ]


def test_an_added_item_is_what_its_events_say() -> None:
    item = after(None, run(None, add()), position=10)
    assert item == Item(
        PROJECT, PLAN, "project", True, MEASURE, "a1", {"title": Cell("事業1", 12), "budget": Cell("100", 13)}
    )
    assert item.cell("state") == Cell("", 0)


def test_an_item_can_go_on_from_earlier_ones() -> None:
    added = run(None, add(continues=(UUID(int=9),)))[0]
    assert isinstance(added, ItemAdded)
    assert added.continues == (UUID(int=9),)


@pytest.mark.parametrize(
    ("command", "event"),
    [
        (ChangeField("budget", "200"), FieldChanged(originator_id=PROJECT, field="budget", text="200")),
        (ChangeField("budget", ""), FieldChanged(originator_id=PROJECT, field="budget", text=None)),
        (ChangeField("state", "完了"), FieldChanged(originator_id=PROJECT, field="state", text="完了")),
        (
            ChangeField("budget", "200", source=Source(note="p.1")),
            FieldChanged(originator_id=PROJECT, field="budget", text="200", source=Source(note="p.1")),
        ),
        (MoveItem(MEASURE_ITEM, "a5"), ItemPlaced(originator_id=PROJECT, parent=MEASURE, rank="a5")),
        (WithdrawItem(), ItemWithdrawn(originator_id=PROJECT)),
    ],
)
def test_the_right_event_comes_out_and_doing_it_twice_changes_nothing(command: ItemCommand, event: ItemEvent) -> None:
    events = run(ITEM, command)
    assert events == [event]
    assert run(after(ITEM, events), command) == []


def test_withdrawing_and_restoring_keep_place_and_fields() -> None:
    gone = after(ITEM, run(ITEM, WithdrawItem()))
    assert gone == replaced(ITEM, alive=False)
    back = run(gone, RestoreItem())
    assert back == [ItemRestored(originator_id=PROJECT)]
    assert after(gone, back) == ITEM


@pytest.mark.parametrize("expected", [None, 6, 7, 1000])
def test_who_saw_the_last_change_may_change(expected: int | None) -> None:
    assert run(ITEM, ChangeField("budget", "200", expected=expected))


def test_who_saw_an_older_one_gets_both_texts() -> None:
    with pytest.raises(EditConflict) as caught:
        run(ITEM, ChangeField("budget", "200", expected=5))
    error = caught.value
    assert (error.theirs, error.mine, error.position, error.expected) == ("100", "200", 6, 5)
    assert error.place is not None
    assert error.place.field == "予算額"


@pytest.mark.parametrize("expected", [0, 5])
def test_setting_what_is_there_is_no_conflict_and_another_field_is_none_either(expected: int) -> None:
    assert run(ITEM, ChangeField("budget", "100", expected=expected)) == []
    assert run(ITEM, ChangeField("state", "完了", expected=0))


OTHERS = replaced(MEASURE_ITEM, plan=OTHER_PLAN)
GONE = replaced(ITEM, alive=False)


@pytest.mark.parametrize(
    ("item", "command", "error"),
    [
        (None, add(texts={}), TitleMissing),
        (None, add(texts={"title": " 　\n"}), TitleMissing),
        (None, add(under=None), WrongLevel),
        (None, add(under=ITEM), WrongLevel),
        (None, add(under=OTHERS), OtherPlan),
        (None, add(under=replaced(MEASURE_ITEM, alive=False)), NotThere),
        (None, add(texts={"title": "事業", "state": "着手"}), NotAChoice),
        (ITEM, ChangeField("title", ""), TitleMissing),
        (ITEM, ChangeField("title", "　"), TitleMissing),
        (ITEM, ChangeField("state", "着手"), NotAChoice),
        (ITEM, MoveItem(None, "a0"), WrongLevel),
        (ITEM, MoveItem(ITEM, "a0"), WrongLevel),
        (ITEM, MoveItem(OTHERS, "a0"), OtherPlan),
        (ITEM, MoveItem(replaced(MEASURE_ITEM, alive=False), "a1"), NotThere),
        (ITEM, RestoreItem(), AlreadyThere),
        (GONE, ChangeField("budget", "200"), NotThere),
        (GONE, MoveItem(MEASURE_ITEM, "a1"), NotThere),
    ],
)
def test_each_refusal_says_why(item: Item | None, command: ItemCommand, error: type[CommandRefused]) -> None:
    with pytest.raises(error) as caught:
        run(item, command)
    for lang in ("ja", "en"):
        assert caught.value.message(lang)
    assert caught.value.to_dict()["code"] == error.code


def test_a_field_may_hold_nothing_where_choices_are_given() -> None:
    filled = after(ITEM, run(ITEM, ChangeField("state", "完了")))
    assert run(filled, ChangeField("state", ""))
