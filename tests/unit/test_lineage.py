"""Rollover into the next year's plan, and what follows an item through the years: lineage, history, blame."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import evolve

from plan_ledger import Add, FieldKind, FieldSpec, Ledger, LevelSpec, Plan, Schema
from plan_ledger.ledger.errors import ActorRequired, KeyUsedOtherwise, NotInBatch, UnknownItem
from plan_ledger.ledger.rollover import LevelsDiffer, NoOtherPlan, NotInThisTable, Rollover
from plan_ledger.values.naming import UnknownField

FIRST, SECOND = "公募を開始する。", "12件の応募があった。"


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.open() as ledger, ledger.acting("企画課 山田", reason="当初"):
        yield ledger


@pytest.fixture
def old(ledger: Ledger) -> Plan:
    plan = ledger.open_plan("令和5年度計画", fiscal_year=2023)
    kpi = plan.add("kpi", "KPI", under=plan.add("strategy", "戦略"))
    for measure in "甲乙":
        under = plan.add("measure", f"施策{measure}", under=kpi)
        for number in "12":
            plan.add("project", f"事業{measure}{number}", under=under, overview=FIRST, budget="100")
    plan.hold("第1回PT")
    with ledger.acting("観光課", reason="実績"):
        plan["事業甲1"].change(overview=FIRST + SECOND, progress="R5.4 公募")
    return plan


@pytest.fixture
def new(ledger: Ledger) -> Plan:
    return ledger.open_plan("令和6年度計画", fiscal_year=2024)


def told(found: Rollover) -> list[tuple[str, str]]:
    return [(entry.path[-1], entry.status) for entry in found.entries]


def titles(plan: Plan) -> list[str]:
    return [item.title for item in plan.snapshot()]


def test_an_item_goes_on_with_what_is_above_it(old: Plan, new: Plan) -> None:
    done = old.rollover(new, ["事業甲1"])
    assert told(done) == [("戦略", "added"), ("KPI", "added"), ("施策甲", "added"), ("事業甲1", "added")]
    assert [item.path for item in new.snapshot()] == [entry.path for entry in done.entries]
    assert new["事業甲1"].now().text("overview") == FIRST + SECOND
    assert {row.cause.header.get("reason") for row in new["事業甲1"].history("overview")} == {"当初"}
    batches = new.ledger.receipt(done.receipt.first or 0)
    assert (batches.first, batches.last) == (done.receipt.first, done.receipt.last), "one batch"


def test_with_what_is_below_it_unless_it_is_wanted_alone(old: Plan, new: Plan) -> None:
    assert told(old.rollover(new, [old["施策乙"]], below=False))[-1] == ("施策乙", "added")
    assert titles(new) == ["戦略", "KPI", "施策乙"]
    old.rollover(new, ["施策乙"])
    assert titles(new) == ["戦略", "KPI", "施策乙", "事業乙1", "事業乙2"]


def test_the_whole_table_in_its_order(old: Plan, new: Plan) -> None:
    done = old.rollover(new)
    assert titles(new) == titles(old)
    assert len(done.of("added")) == len(old.snapshot())
    assert [entry.item for entry in done.entries] == [item.id for item in new.snapshot()]


def test_chosen_fields_are_copied(old: Plan, new: Plan) -> None:
    old.rollover(new, ["事業甲1"], fields=["概要"])
    assert dict(new["事業甲1"].now().fields).keys() == {"title", "overview"}
    old.rollover(new, ["事業甲2"], fields=[])
    assert dict(new["事業甲2"].now().fields).keys() == {"title"}


def test_asked_for_twice_it_records_nothing(old: Plan, new: Plan) -> None:
    old.rollover(new, ["事業甲1"])
    head = new.ledger.head
    again = old.rollover(new, ["事業甲1"])
    assert (again.receipt.first, new.ledger.head) == (None, head)
    assert {status for _, status in told(again)} == {"existing"}
    more = old.rollover(new)
    assert [title for title, status in told(more) if status == "added"] == ["事業甲2", "施策乙", "事業乙1", "事業乙2"]
    assert titles(new) == titles(old)


def test_renamed_and_moved_since_it_still_goes_on_there(old: Plan, new: Plan) -> None:
    old.rollover(new)
    new["事業甲1"].move(under=new["施策乙"])
    new["事業甲1"].change(title="事業甲1（拡充）")
    assert not old.rollover(new).receipt


def test_a_key_gives_the_first_receipt_again(old: Plan, new: Plan) -> None:
    first = old.rollover(new, ["事業甲1"], key="年度更新")
    old.add("project", "後から", under="施策甲")
    again = old.rollover(new, ["事業甲1"], key="年度更新")
    assert again.receipt == first.receipt
    assert [entry.item for entry in again.entries] == [entry.item for entry in first.entries]
    with pytest.raises(KeyUsedOtherwise):
        old.rollover(new, ["事業乙1"], key="年度更新")
    with pytest.raises(KeyUsedOtherwise), new.ledger.batch(key="年度更新"):
        new["事業甲1"].change(budget="1")
    assert new.ledger.verify()


def test_a_row_of_the_same_title_is_not_doubled(old: Plan, new: Plan) -> None:
    kpi = new.add("kpi", "ＫＰＩ", under=new.add("strategy", "戦略"))
    done = old.rollover(new, ["事業甲1"])
    assert told(done)[:2] == [("戦略", "same_title"), ("KPI", "same_title")]
    assert titles(new) == ["戦略", "ＫＰＩ", "施策甲", "事業甲1"]
    assert len(kpi.lineage()) == 1, "it was not made to continue that one"
    assert told(old.rollover(new, ["事業甲1"])) == [
        *told(done)[:2],
        ("施策甲", "existing"),
        ("事業甲1", "existing"),
    ]


def test_what_was_withdrawn_there_stays_withdrawn(old: Plan, new: Plan) -> None:
    old.rollover(new)
    new["施策甲"].withdraw()
    done = old.rollover(new)
    assert not done.receipt
    statuses = dict(told(done))
    assert (statuses["施策甲"], statuses["事業甲1"], statuses["事業乙1"]) == ("withdrawn", "left_out", "existing")


def test_a_past_table_can_be_copied(old: Plan, new: Plan) -> None:
    old["事業乙2"].withdraw()
    old.rollover(new, at="第1回PT")
    assert new["事業甲1"].text("overview") == FIRST
    assert "事業乙2" in titles(new)
    runs = new["事業甲1"].blame("overview").runs
    assert [(run.text, run.author.name, run.plan) for run in runs] == [(FIRST, "企画課 山田", old.title)]


def test_refusals(old: Plan, new: Plan, ledger: Ledger) -> None:
    head = ledger.head
    with pytest.raises(NoOtherPlan):
        old.rollover(old)
    with pytest.raises(UnknownItem):
        old.rollover(new, ["ない事業"])
    with pytest.raises(UnknownField):
        old.rollover(new, fields=["ない欄"])
    with pytest.raises(NotInThisTable):
        old.rollover(new, ["事業甲1"], at=1)
    with pytest.raises(NotInBatch), ledger.batch():
        old.rollover(new)
    with Ledger.open() as other, other.acting("別"):
        with pytest.raises(NoOtherPlan):
            old.rollover(other.open_plan("令和6年度計画", fiscal_year=2024))
        with pytest.raises(ActorRequired):
            _without_actor()
    assert ledger.head == head


def _without_actor() -> None:
    with Ledger.open() as ledger:
        with ledger.acting("誰か"):
            old, new = (ledger.open_plan(str(year), fiscal_year=year) for year in (2023, 2024))
        old.rollover(new)


def test_plans_of_other_levels_are_refused(old: Plan, ledger: Ledger) -> None:
    title = FieldSpec("title", "名称")
    flat = Schema((LevelSpec("strategy", "戦略", (title,)), LevelSpec("project", "事業", (title,))))
    other = ledger.open_plan("別の様式", fiscal_year=2024, schema=flat)
    head = ledger.head
    with pytest.raises(LevelsDiffer):
        old.rollover(other)
    assert ledger.head == head


def test_fields_that_the_other_plan_lacks_stay_behind(old: Plan, ledger: Ledger) -> None:
    *upper, project = old.schema.levels
    fields = [spec for spec in project.fields if spec.key != "progress"]
    fields = [evolve(spec, kind=FieldKind.TEXT) if spec.key == "budget" else spec for spec in fields]
    schema = Schema((*upper, evolve(project, fields=tuple(fields))))
    other = ledger.open_plan("令和6年度計画", fiscal_year=2024, schema=schema)
    old.rollover(other, ["事業甲1"])
    assert dict(other["事業甲1"].now().fields).keys() == {"title", "overview", "budget"}


# --- lineage --------------------------------------------------------------------------------------------------------


def test_lineage_goes_both_ways_over_several_years(old: Plan, new: Plan, ledger: Ledger) -> None:
    third = ledger.open_plan("令和7年度計画", fiscal_year=2025)
    old.rollover(new)
    new["事業甲1"].change(title="改称した事業")
    new.rollover(third, ["改称した事業"])
    line = new["改称した事業"].lineage()
    assert [(entry.relation, entry.plan, entry.fiscal_year, entry.title) for entry in line] == [
        ("earlier", "令和5年度計画", 2023, "事業甲1"),
        ("self", "令和6年度計画", 2024, "改称した事業"),
        ("later", "令和7年度計画", 2025, "改称した事業"),
    ]
    assert [entry.item for entry in line] == [
        old["事業甲1"].id,
        new["改称した事業"].id,
        third["改称した事業"].id,
    ]
    assert line.entries[1].continues == (old["事業甲1"].id,)
    assert [entry.relation for entry in old["事業甲1"].lineage()] == ["self", "later", "later"]
    assert [entry.relation for entry in third["改称した事業"].lineage()] == ["earlier", "earlier", "self"]
    assert len(old["事業乙2"].lineage().later) == 1
    new["施策甲"].withdraw()
    assert [entry.alive for entry in line] == [True, True, True]
    assert [entry.alive for entry in third["改称した事業"].lineage()] == [True, False, True]


def test_lineage_survives_a_rebuild(old: Plan, new: Plan) -> None:
    old.rollover(new)
    before = new["事業甲1"].lineage().to_dict()
    new.ledger.rebuild()
    assert new.ledger.verify()
    assert new["事業甲1"].lineage().to_dict() == before


def test_history_follows_where_it_is_wanted(old: Plan, new: Plan) -> None:
    old.rollover(new, ["事業甲1"])
    new["事業甲1"].change(overview=SECOND)
    own = [row.new for row in new["事業甲1"].history("overview")]
    assert own == [FIRST + SECOND, SECOND]
    both = new["事業甲1"].history("overview", follow_lineage=True)
    assert [row.new for row in both] == [FIRST, FIRST + SECOND, *own]
    assert [row.position for row in both] == sorted(row.position for row in both)


# --- blame through the years ----------------------------------------------------------------------------------------


def test_words_of_last_year_are_of_who_wrote_them(old: Plan, new: Plan) -> None:
    old.hold("第2回PT")
    with new.ledger.acting("総務課"):
        old.rollover(new, ["事業甲1"])
    new["事業甲1"].change(overview=f"{FIRST}{SECOND}契約した。")
    new.hold("第1回PT")
    found = new["事業甲1"].blame("overview")
    assert [(run.text, run.author.name, run.plan, str(run.handout)) for run in found] == [
        (FIRST, "企画課 山田", old.title, "第1回PT"),
        (SECOND, "観光課", old.title, "第2回PT"),
        ("契約した。", "企画課 山田", new.title, "第1回PT"),
    ]
    assert [run.item for run in found] == [old["事業甲1"].id, old["事業甲1"].id, new["事業甲1"].id]
    assert new.blame().of(new["事業甲1"].id, "overview") is not None
    (cell,) = new.blame(fields=["overview"])
    assert [run.to_dict() for run in cell] == [run.to_dict() for run in found]
    alone = new["事業甲1"].blame("overview", follow_lineage=False)
    assert [(run.text, run.author.name) for run in alone] == [(FIRST + SECOND, "総務課"), ("契約した。", "企画課 山田")]


def test_what_last_year_never_handed_out_came_with_this_years_meeting(old: Plan, new: Plan) -> None:
    old.rollover(new, ["事業甲1"])
    new.hold("第1回会議")
    found = new["事業甲1"].blame("overview").runs
    assert [(run.text, run.handout and (run.handout.plan, run.handout.meeting)) for run in found] == [
        (FIRST, (old.title, "第1回PT")),
        (SECOND, (new.title, "第1回会議")),
    ]


def test_what_is_corrected_last_year_later_does_not_change_this_years_words(old: Plan, new: Plan) -> None:
    old.rollover(new, ["事業甲2"])
    before = [run.to_dict() for run in new["事業甲2"].blame("overview")]
    old["事業甲2"].correct(as_of="第1回PT", overview="公募を始める。")
    old["事業甲2"].change(overview="別の文。")
    assert [run.to_dict() for run in new["事業甲2"].blame("overview")] == before


def test_what_was_written_anew_is_of_this_year(old: Plan, new: Plan) -> None:
    old.rollover(new, ["事業甲1"], fields=[])
    with new.ledger.acting("総務課"):
        new["事業甲1"].change(overview=FIRST)
    assert [run.author.name for run in new["事業甲1"].blame("overview")] == ["総務課"]


def test_an_item_may_continue_several(old: Plan, new: Plan, ledger: Ledger) -> None:
    old["事業乙1"].change(overview="橋を架ける。")
    old.rollover(new, ["施策甲"], below=False)
    uuid = ledger.recording.new_id()
    earlier = (old["事業甲1"].id, old["事業乙1"].id)
    texts = {"title": "統合した事業", "overview": f"{SECOND}\n橋を架ける。"}
    under = new["施策甲"].id
    ledger.recording.submit(Add(uuid, new.id, "project", texts, under, continues=earlier))
    found = new["統合した事業"].blame("overview")
    assert [(run.text, run.author.name, run.item) for run in found if len(run.text) > 1] == [
        (SECOND, "観光課", old["事業甲1"].id),
        ("橋を架ける", "企画課 山田", old["事業乙1"].id),
    ]
    assert found.text == texts["overview"]
    assert [entry.title for entry in new["統合した事業"].lineage().earlier] == ["事業甲1", "事業乙1"]
