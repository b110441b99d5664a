"""Who: nothing without an actor; the context carries it, threads do not inherit it; particulars have revisions."""

from __future__ import annotations

import asyncio
import contextvars
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from plan_ledger import Acting, Batch, Change, Ledger, Person, Plan
from plan_ledger.ledger.errors import ActorRefused, ActorRequired, UnknownActor


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.open() as ledger:
        yield ledger


@pytest.fixture
def plan(ledger: Ledger) -> Plan:
    with ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        plan.add("strategy", "戦略1")
    return plan


def test_nothing_is_recorded_without_an_actor(ledger: Ledger, plan: Plan) -> None:
    item, head = plan["戦略1"], ledger.head
    for act in (
        lambda: item.change(title="A"),
        lambda: item.set("title", "A"),
        lambda: item.move(under=None, first=True),
        item.withdraw,
        item.restore,
        lambda: plan.add("strategy", "戦略2"),
        lambda: plan.hold("第1回PT"),
        lambda: plan.undo(head),
        lambda: plan.declare(plan.schema),
        lambda: ledger.open_plan("別の計画", fiscal_year=2023),
    ):
        with pytest.raises(ActorRequired, match="acting"):
            act()
    with pytest.raises(ActorRequired), ledger.batch():
        pytest.fail("a batch of nobody's")
    with pytest.raises(ActorRequired), ledger.acting(reason="理由だけ"):
        pytest.fail("a reason of nobody's")
    assert ledger.head == head


def test_opening_a_plan_that_is_there_needs_nobody(ledger: Ledger, plan: Plan) -> None:
    assert ledger.open_plan("計画", fiscal_year=2023).id == plan.id


def test_a_batch_tells_everything_that_was_said(ledger: Ledger, plan: Plan) -> None:
    with ledger.acting(
        Person("主査", id="u1", section="企画室"),
        on_behalf_of=Person("観光課"),
        approver="課長",
        approval="決裁第3号",
        assurance="authenticated",
        reason="照会への\r\n回答",
    ):
        plan["戦略1"].change(title="A", source="資料 p.3")
    row = plan.history("A", "title")[-1]
    assert (row.actor.id, row.actor.name, row.actor.section) == ("u1", "主査", "企画室")
    told = row.to_dict()
    assert told["on_behalf_of"]["name"] == "観光課"
    assert (told["assurance"], told["approval"], told["reason"]) == ("authenticated", "決裁第3号", "照会への\n回答")
    assert "資料 p.3" in (told["source"] or "")
    json.dumps(told)


def test_what_a_batch_says_comes_from_the_acting_given_with_it(ledger: Ledger, plan: Plan) -> None:
    acting = Acting("観光課", on_behalf_of="商工課", approver="課長", document="回答.xlsx", document_sha256="0" * 64)
    ledger.record([Batch(acting, [Change(plan["戦略1"].id, "title", "A")])])
    told = plan.history("A", "title")[-1].to_dict()
    assert (told["document"], told["document_sha256"]) == ("回答.xlsx", "0" * 64)
    assert [told[role]["name"] for role in ("actor", "on_behalf_of", "approver")] == ["観光課", "商工課", "課長"]


def test_inside_another_acting_only_what_is_said_anew_changes(ledger: Ledger, plan: Plan) -> None:
    item = plan["戦略1"]
    with ledger.acting("企画室", on_behalf_of="観光課", reason="外"):
        with ledger.acting(reason="内"):
            item.change(title="A")
        with ledger.batch(reason="まとめ"):
            item.change(title="B")
        item.change(title="C")
        with ledger.acting("財政課"):
            item.change(title="D")
    rows = plan.history(item, "title")[1:]
    assert [row.reason for row in rows[:3]] == ["内", "まとめ", "外"]
    assert [row.actor.name for row in rows] == ["企画室", "企画室", "企画室", "財政課"]
    assert all(row.cause.author is not None and row.cause.author.name == "観光課" for row in rows[:3])
    assert rows[3].cause.author is None, "somebody else does not act for the same people"
    with pytest.raises(ActorRequired):
        item.change(title="E")


def test_an_exception_ends_the_acting(ledger: Ledger, plan: Plan) -> None:
    with pytest.raises(KeyError), ledger.acting("企画室"):
        raise KeyError
    with pytest.raises(ActorRequired):
        plan["戦略1"].change(title="A")


def test_a_new_thread_acts_for_nobody(ledger: Ledger, plan: Plan) -> None:
    codes: list[str] = []

    def work() -> None:
        try:
            plan["戦略1"].change(title="A")
        except ActorRequired as error:
            codes.append(error.code)

    with ledger.acting("企画室"):
        thread = Thread(target=work)
        thread.start()
        thread.join()
    assert codes == ["actor_required"]


def test_tasks_started_inside_act_for_the_same_person_and_stay_apart(ledger: Ledger, plan: Plan) -> None:
    async def one(number: int) -> None:
        with ledger.acting(f"課{number}"):
            await asyncio.sleep(0)
            plan.add("strategy", f"課{number}の戦略")
            await asyncio.sleep(0)

    async def inherited() -> None:
        plan.add("strategy", "企画室の戦略")

    async def main() -> None:
        with ledger.acting("企画室"):
            await asyncio.gather(*(one(number) for number in range(5)), asyncio.create_task(inherited()))

    asyncio.run(main())
    for row in plan.audit(field="title"):
        if row.new.endswith("の戦略"):
            assert row.new == f"{row.actor.name}の戦略"


def test_a_task_that_outlives_the_block_keeps_its_actor_and_a_thread_can_be_given_one(
    ledger: Ledger, plan: Plan
) -> None:
    async def later() -> None:
        await asyncio.sleep(0.01)
        plan.add("strategy", "後の戦略")
        await asyncio.to_thread(plan.add, "strategy", "別のスレッドの戦略")

    async def main() -> None:
        with ledger.acting("企画室", reason="照会"):
            task = asyncio.create_task(later())
        with pytest.raises(ActorRequired):
            plan.add("strategy", "外の戦略")
        await task

    asyncio.run(main())
    rows = {row.new: row for row in plan.audit(field="title")}
    assert {rows[name].actor.name for name in ("後の戦略", "別のスレッドの戦略")} == {"企画室"}
    assert rows["後の戦略"].reason == "照会"


def test_a_block_left_in_another_context_ends_quietly(ledger: Ledger, plan: Plan) -> None:
    """Frameworks may run the two halves of a dependency in different threads."""
    block = ledger.acting("企画室")
    contextvars.copy_context().run(block.__enter__)
    with pytest.raises(ActorRequired):
        plan["戦略1"].change(title="A")
    block.__exit__(None, None, None)
    with pytest.raises(ActorRequired):
        plan["戦略1"].change(title="A")


def test_who_acts_is_authenticated_only_where_the_host_says_so(ledger: Ledger, plan: Plan) -> None:
    item = plan["戦略1"]
    with ledger.acting("山田", assurance="authenticated"):
        item.change(title="A")
        with ledger.acting(reason="内"):
            item.change(title="B")
        with ledger.acting("鈴木"):
            item.change(title="C")
        with ledger.acting(assurance="declared"):
            item.change(title="D")
    told = [row.to_dict()["assurance"] for row in plan.history(item, "title")[1:]]
    assert told == ["authenticated", "authenticated", "declared", "declared"]
    head = ledger.head
    with pytest.raises(ValueError, match="assurance"):
        ledger.acting("山田", assurance="root")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="document_sha256"):
        Acting("山田", document_sha256="abc")
    with pytest.raises(TypeError, match="section"):
        ledger.acting(Person("山田"), section="企画室")
    assert ledger.head == head


def test_two_ledgers_keep_their_actors_apart(ledger: Ledger) -> None:
    with Ledger.open() as other, ledger.acting("企画室"), pytest.raises(ActorRequired):
        other.open_plan("計画", fiscal_year=2023)


def test_a_change_of_section_is_a_revision_of_the_same_person(ledger: Ledger, plan: Plan) -> None:
    item = plan["戦略1"]
    for number, person in enumerate(
        [
            Person("山田", id="u1", section="企画室"),
            Person("山田", id="u1", section="財政課"),
            Person("山田（旧姓佐藤）", id="u1", section="財政課"),
            Person("山田", id="u1", section="企画室"),
            Person("山田", id="u2", section="企画室"),
        ]
    ):
        with ledger.acting(person):
            item.change(title=f"題{number}")
    rows = plan.history(item, "title")[1:]
    assert [(row.actor.id, row.actor.revision) for row in rows] == [
        ("u1", 1),
        ("u1", 2),
        ("u1", 3),
        ("u1", 1),
        ("u2", 1),
    ]
    assert [row.actor.section for row in rows] == ["企画室", "財政課", "財政課", "企画室", "企画室"], "as of then"
    assert len(list(plan.audit(actor="u1"))) == 4
    assert ledger.verify()


def test_a_section_renamed_by_reorganisation_changes_no_table_and_no_row_of_the_past(
    ledger: Ledger, plan: Plan
) -> None:
    item = plan["戦略1"]
    with ledger.acting(Person("山田", id="u1", section="観光課"), on_behalf_of=Person("観光課", id="s7")):
        item.change(title="A")
        plan.hold("第1回PT")
    before = plan.snapshot("第1回PT").to_json()
    rows = [row.to_dict() for row in plan.audit()]
    with ledger.acting(Person("山田", id="u1", section="観光戦略課"), on_behalf_of=Person("観光戦略課", id="s7")):
        item.change(title="B")
        item.change(title="A")
        plan.hold("第2回PT")
    assert plan.snapshot("第1回PT").to_json() == before
    assert plan.snapshot("第2回PT").digest == plan.snapshot("第1回PT").digest
    assert not plan.changes("第1回PT", "第2回PT"), "who recorded it makes nothing red"
    assert [row.to_dict() for row in plan.audit()][: len(rows)] == rows
    authors = [row.cause.author for row in plan.history(item, "title")[1:]]
    assert [(each.id, each.name) for each in authors if each] == [
        ("s7", "観光課"),
        ("s7", "観光戦略課"),
        ("s7", "観光戦略課"),
    ]
    (section,) = [each for each in ledger.actors() if each.latest.id == "s7"]
    assert (section.latest.name, [each.name for each in section.former]) == ("観光戦略課", ["観光課"])
    assert ledger.verify()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("財政課 上田", "財政課 上\u7530\ufe00"),
        ("Aoki", "Аоki"),
        ("総務課 二ノ宮", "総務課 ニノ宮"),
        ("高橋", "髙橋"),
        ("企画室 主査", "企画室主査"),
        ("スポーツ課", "スポ一ツ課"),
    ],
)
def test_other_actors_whose_names_look_alike_are_flagged(ledger: Ledger, plan: Plan, one: str, other: str) -> None:
    item = plan["戦略1"]
    for name in (one, other, "環境課"):
        with ledger.acting(name):
            item.change(title=name)
    alike = {each.latest.name: [found.name for found in each.looks_like] for each in ledger.actors()}
    assert alike == {"企画室": [], one: [other], other: [one], "環境課": []}
    assert [row.actor.name for row in plan.history(item, "title")[1:]] == [one, other, "環境課"], "stored as given"


@pytest.mark.parametrize("invisible", ["\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u00ad"])
def test_invisible_characters_in_a_name_are_refused(ledger: Ledger, invisible: str) -> None:
    for name in (f"財政課{invisible}", f"{invisible}財政課"):
        with pytest.raises(ActorRefused):
            Person(name)
        with pytest.raises(ActorRefused), ledger.acting("企画室", on_behalf_of=name):
            pytest.fail("on behalf of nobody who can be seen")


def test_names_that_look_alike_are_one_person_each_shown_as_given(ledger: Ledger, plan: Plan) -> None:
    item = plan["戦略1"]
    for number, name in enumerate(["ＤＸ推進課　主査", "DX推進課 主査", "dx推進課  主査"]):
        with ledger.acting(name):
            item.change(title=f"題{number}")
    rows = plan.history(item, "title")[1:]
    assert [row.actor.name for row in rows] == ["ＤＸ推進課　主査", "DX推進課 主査", "dx推進課  主査"]
    assert [row.actor.revision for row in rows] == [1, 2, 3]
    assert len(list(plan.audit(actor="dx推進課 主査"))) == 3
    assert len(list(plan.audit(actor="DX推進課"))) == 3, "the leading words find them too"


def test_an_unknown_actor_is_told_with_the_nearest(plan: Plan) -> None:
    with pytest.raises(UnknownActor) as caught:
        plan.audit(actor="企画課")
    assert caught.value.near == ("企画室",)


def test_who_changed_nothing_is_not_introduced(ledger: Ledger, plan: Plan) -> None:
    head = ledger.head
    with ledger.acting("通りがかり"):
        assert not plan["戦略1"].change(title="戦略1")
    ledger.record(
        [
            Batch(Acting("企画室"), [Change(plan["戦略1"].id, "title", "A")]),
            Batch(Acting("通りがかり"), [Change(plan["戦略1"].id, "title", "A")]),
            Batch(Acting("企画室"), [Change(plan["戦略1"].id, "title", "B")]),
        ]
    )
    assert ledger.head == head + 2
    with pytest.raises(UnknownActor):
        plan.audit(actor="通りがかり")


def test_names_stand_outside_the_log(tmp_path: Path) -> None:
    path = tmp_path / "r5.db"
    with Ledger.open(path) as ledger, ledger.acting(Person("山田花子", id="hanako@example.jp", section="企画室")):
        ledger.open_plan("計画", fiscal_year=2023).add("strategy", "戦略1")
    with closing(sqlite3.connect(path)) as database:
        dumped = {
            table: repr(database.execute(f"SELECT * FROM {table}").fetchall())
            for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        }
    needles = ["山田花子", "hanako", "企画室"] + [repr(text.encode())[2:-1] for text in ("山田花子", "企画室")]
    assert {table for table, text in dumped.items() if any(needle in text for needle in needles)} == {"profiles"}


def test_an_erased_person_is_shown_as_such_and_everything_still_verifies(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "r5.db") as ledger:
        with ledger.acting(Person("山田花子", id="u1")):
            ledger.open_plan("計画", fiscal_year=2023).add("strategy", "戦略1")
        with ledger.acting("企画室", reason="退職者からの請求"):
            ledger.erase_person("u1")
        assert ledger.verify()
        row = next(iter(ledger.plan().audit()))
        assert (row.actor.name, str(row.actor)) == (None, "抹消済")
        assert [each.latest.name for each in ledger.actors()] == [None, "企画室"]
