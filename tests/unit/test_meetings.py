"""Meetings: holding fixes an edition for ever; reissue, annul and rename put mistakes right without touching it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from plan_ledger import Commit, Ledger, Plan, PlanLedgerError
from plan_ledger.domain.errors import MeetingAnnulledAlready, MeetingExists, MeetingNameRefused, NotABatchEnd
from plan_ledger.ledger.errors import ActorRequired, NotInBatch, UnknownItem, UnknownMeeting
from plan_ledger.values.coordinates import Pair


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        yield ledger


@pytest.fixture
def plan(ledger: Ledger) -> Plan:
    plan = ledger.open_plan("計画", fiscal_year=2023)
    with ledger.batch():
        strategy = plan.add("strategy", "戦略1")
        kpi = plan.add("kpi", "KPI1", under=strategy)
        measure = plan.add("measure", "施策1", under=kpi)
        plan.add("project", "事業1", under=measure, budget="100")
    return plan


def test_an_edition_has_its_two_coordinates_digest_and_base(plan: Plan) -> None:
    head, digest = plan.ledger.head, plan.snapshot().digest
    first = plan.hold("第1回PT", on="R5.5.10", as_of=date(2023, 4, 30))
    assert (first.name, first.body, first.number) == ("第1回PT", "PT", 1)
    assert (first.held_on, first.as_of_on) == (date(2023, 5, 10), date(2023, 4, 30))
    edition = first.editions[0]
    assert (edition.number, edition.pair, edition.digest, edition.red_since) == (1, Pair.of(head), digest, None)
    assert edition.schema_revision == 1
    assert edition.marks_version >= 1
    plan["事業1"].change(budget="200")
    second = plan.hold("第2回PT")
    assert second.editions[0].red_since == ("第1回PT", 1)
    assert second.to_dict()["editions"][0]["red_since"] == "第1回PT#1"


def test_what_comes_later_changes_neither_the_table_nor_its_red_base(plan: Plan) -> None:
    plan.hold("第1回PT")
    plan["事業1"].change(budget="200")
    plan.hold("第2回PT")
    table, red = plan.snapshot("第2回PT"), plan.changes(until="第2回PT")
    plan["事業1"].change(budget="300", title="事業改")
    plan["施策1"].withdraw()
    plan.reissue("第1回PT")
    plan.annul("第1回PT")
    plan.rename_meeting("第2回PT", "第2回WG")
    again, red_again = plan.snapshot("第2回WG"), plan.changes(until="第2回WG")
    assert again.digest == table.digest
    assert [(i.id, i.path, i.fields) for i in again] == [(i.id, i.path, i.fields) for i in table]
    assert [(e.item, e.field, e.old, e.new) for e in red_again] == [(e.item, e.field, e.old, e.new) for e in red]
    assert plan.ledger.verify()


def test_a_reissue_is_a_further_edition_red_against_the_same(plan: Plan) -> None:
    plan.hold("第1回PT")
    plan["事業1"].change(budget="200")
    plan.hold("第2回PT")
    plan["事業1"].change(budget="250")
    reissued = plan.reissue("第2回PT")
    assert [each.number for each in reissued.editions] == [1, 2]
    assert reissued.editions[1].red_since == ("第1回PT", 1)
    budgets = {name: plan.snapshot(name).find("事業1").text("budget") for name in ("第2回PT#1", "第2回PT#2", "第2回PT")}
    assert budgets == {"第2回PT#1": "200", "第2回PT#2": "250", "第2回PT": "250"}
    plan["事業1"].change(budget="300")
    assert plan.hold("第3回PT").editions[0].red_since == ("第2回PT", 2), "the last table handed out"


def test_holding_at_an_earlier_batch_end_shows_that_table(plan: Plan) -> None:
    at, digest = plan.ledger.head, plan.snapshot().digest
    plan["事業1"].change(budget="200")
    held = plan.hold("第1回PT", at=at)
    assert (held.editions[0].pair, held.editions[0].digest) == (Pair.of(at), digest)
    assert plan.snapshot("第1回PT").digest == digest


def test_a_meeting_held_at_an_earlier_point_is_red_against_the_edition_before_it(plan: Plan) -> None:
    plan.hold("第1回PT")
    plan["事業1"].change(budget="200")
    between = plan.ledger.head
    plan["事業1"].change(budget="300")
    plan.reissue("第1回PT")
    red = plan.red_base(between)
    assert red is not None
    assert (red.meeting, red.edition) == ("第1回PT", 1)
    assert plan.hold("臨時PT", at=between, body="PT").editions[0].red_since == ("第1回PT", 1)


def test_an_edition_can_not_be_fixed_inside_a_batch(plan: Plan) -> None:
    first = plan.ledger.head + 1
    with plan.ledger.batch():
        plan["事業1"].change(budget="1", overview="2", analysis="3")
    with pytest.raises(NotABatchEnd) as caught:
        plan.hold("第1回PT", at=first + 1)
    assert (caught.value.before, caught.value.after) == (first - 1, first + 2)
    for at in (-1, 10_000, 10**30):
        with pytest.raises(NotABatchEnd):
            plan.hold("第1回PT", at=at)
    assert plan.meetings() == []
    for name, at in (("甲会議", 0), ("乙会議", caught.value.before), ("丙会議", caught.value.after)):
        assert plan.hold(name, at=at)


@pytest.mark.parametrize("name", ["第1回PT", "第１回ＰＴ", "第1回pt", " 第1回PT "])
def test_a_meeting_is_held_once(plan: Plan, name: str) -> None:
    plan.hold("第1回PT")
    head = plan.ledger.head
    with pytest.raises(MeetingExists, match="reissue"):
        plan.hold(name)
    assert plan.ledger.head == head


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "blank"),
        ("　", "blank"),
        ("12", "number"),
        ("１２", "number"),
        ("1,000", "number"),
        ("now", "reserved"),
        ("ＮＯＷ", "reserved"),
        ("前回", "reserved"),
        ("Previous", "reserved"),
        ("第1回PT#2", "hash"),
        ("第1回PT＃2", "hash"),
        ("2023-08-30", "date"),
        ("2023/8/30", "date"),
        ("2023-08-30T10:00", "date"),
        ("R5.8.30", "date"),
        ("令和5年8月30日", "date"),
        ("Ｒ５．８．３０", "date"),
        ("令和5年8月30日(水)", "date"),
        ("2023-W35-3", "date"),
        ("20230830T1000", "date"),
    ],
)
def test_a_name_that_reads_as_another_moment_is_refused(plan: Plan, name: str, reason: str) -> None:
    with pytest.raises(MeetingNameRefused) as caught:
        plan.hold(name)
    assert caught.value.reason == reason
    assert name in str(caught.value)
    plan.hold("第1回PT")
    with pytest.raises(MeetingNameRefused):
        plan.rename_meeting("第1回PT", name)


@pytest.mark.parametrize("name", ["第2回PT", "幹事会", "R5第2回", "2回目", "令和5年度第2回推進本部会議", "PT 2023"])
def test_ordinary_names_are_names(plan: Plan, name: str) -> None:
    plan.hold(name)
    assert plan.snapshot(name).moment.meeting == name


def test_previous_counts_by_body(plan: Plan) -> None:
    plan.hold("第1回PT")
    plan.hold("第1回幹事会")
    plan["事業1"].change(budget="200")
    assert plan.hold("第2回PT").editions[0].red_since == ("第1回PT", 1)
    assert plan.hold("第2回幹事会").editions[0].red_since == ("第1回幹事会", 1)


def test_the_red_base_can_be_named(plan: Plan) -> None:
    plan.hold("第1回PT")
    plan.hold("第2回PT")
    assert plan.hold("第3回PT", red_since="第1回PT").editions[0].red_since == ("第1回PT", 1)
    with pytest.raises(UnknownMeeting):
        plan.hold("第4回PT", red_since=3)


def test_a_scope_hands_out_one_subtree(plan: Plan) -> None:
    other = plan.add("strategy", "戦略2")
    plan.add("kpi", "KPI2", under=other)
    held = plan.hold("第1回戦略2PT", scope="戦略2")
    assert held.scope == other.id
    assert [item.title for item in plan.snapshot("第1回戦略2PT")] == ["戦略2", "KPI2"]
    plan["事業1"].change(budget="200")
    plan["KPI2"].change(title="KPI2改")
    plan.hold("第2回戦略2PT", scope="戦略2")
    assert [entry.new for entry in plan.changes(until="第2回戦略2PT")] == ["KPI2改"]
    assert plan.ledger.verify()


def test_a_scope_that_is_not_in_the_plan_is_refused(ledger: Ledger, plan: Plan) -> None:
    other = ledger.open_plan("別の計画", fiscal_year=2023).add("strategy", "別の戦略")
    head = ledger.head
    with pytest.raises(UnknownItem):
        plan.hold("第1回PT", scope=other)
    with pytest.raises(UnknownItem):
        plan.snapshot(scope=other)
    assert ledger.head == head


def test_annulling_frees_the_name_and_takes_the_meeting_out_of_the_line(plan: Plan) -> None:
    plan.hold("第1回PT")
    plan["事業1"].change(budget="200")
    plan.hold("第2回PT")
    plan.annul("第2回PT")
    assert [each.name for each in plan.meetings()] == ["第1回PT"]
    assert [each.annulled for each in plan.meetings(annulled=True)] == [False, True]
    with pytest.raises(UnknownMeeting) as caught:
        plan.annul("第2回PT")
    assert caught.value.near == ("第1回PT",)
    again = plan.hold("第2回PT")
    assert again.editions[0].red_since == ("第1回PT", 1)
    assert plan.ledger.verify()


def test_renaming_keeps_editions_body_and_number(plan: Plan) -> None:
    held = plan.hold("第1回PT", on="2023-05-10")
    renamed = plan.rename_meeting("第1回PT", "とりまとめ会")
    assert renamed.editions == held.editions
    assert (renamed.body, renamed.number, renamed.held_on) == ("PT", 1, date(2023, 5, 10))
    with pytest.raises(PlanLedgerError):
        plan.snapshot("第1回PT")
    assert plan.hold("第2回PT").editions[0].red_since == ("とりまとめ会", 1)


def test_renaming_to_the_same_name_records_nothing(plan: Plan) -> None:
    plan.hold("第1回PT", on="2023-05-10")
    head = plan.ledger.head
    plan.rename_meeting("第1回PT", "第1回PT")
    assert plan.ledger.head == head
    plan.rename_meeting("第1回PT", "第１回ＰＴ")
    assert plan.ledger.head == head + 1


def test_a_new_name_that_is_taken_is_refused(plan: Plan) -> None:
    plan.hold("第1回PT")
    plan.hold("第2回PT")
    with pytest.raises(MeetingExists):
        plan.rename_meeting("第2回PT", "第１回ＰＴ")


def test_what_was_recorded_is_told_whatever_happened_to_it_since(ledger: Ledger, plan: Plan) -> None:
    """Between a meeting's recording and the answer, somebody else may rename it or take it back."""

    def meanwhile(act: Callable[[], object]) -> None:
        def somebody_else(_: Commit) -> None:
            take_away()
            act()

        take_away = ledger.on_commit(somebody_else)

    meanwhile(lambda: plan.rename_meeting("第1回PT", "初回"))
    held = plan.hold("第1回PT")
    assert (held.name, held.number, len(held.editions)) == ("初回", 1, 1)
    meanwhile(lambda: plan.rename_meeting("初回", "改めて"))
    assert plan.reissue("初回").name == "改めて"
    meanwhile(lambda: plan.annul("初回"))
    renamed = plan.rename_meeting("改めて", "初回")
    assert (renamed.id, renamed.annulled) == (held.id, True)


def test_names_are_cleaned_at_the_door(plan: Plan) -> None:
    with pytest.raises(PlanLedgerError) as caught:
        plan.hold("第1回\x00PT")
    assert caught.value.code == "text_refused"


def test_meetings_are_not_part_of_a_batch(plan: Plan) -> None:
    plan.hold("第1回PT")
    head = plan.ledger.head
    for act in (
        lambda: plan.hold("第2回PT"),
        lambda: plan.reissue("第1回PT"),
        lambda: plan.annul("第1回PT"),
        lambda: plan.rename_meeting("第1回PT", "別名"),
        lambda: plan.undo(1),
        lambda: plan.ledger.open_plan("別の計画", fiscal_year=2023),
    ):
        with pytest.raises(NotInBatch), plan.ledger.batch():
            act()
    assert plan.ledger.head == head


def test_nobody_holds_a_meeting_without_an_actor() -> None:
    with Ledger.open() as ledger:
        with ledger.acting("企画室"):
            plan = ledger.open_plan("計画", fiscal_year=2023)
            plan.hold("第1回PT")
        head = ledger.head
        for act in (
            lambda: plan.hold("第2回PT"),
            lambda: plan.reissue("第1回PT"),
            lambda: plan.annul("第1回PT"),
            lambda: plan.rename_meeting("第1回PT", "別名"),
        ):
            with pytest.raises(ActorRequired):
                act()
        assert ledger.head == head


def test_meetings_of_two_plans_have_nothing_to_do_with_each_other(ledger: Ledger, plan: Plan) -> None:
    other = ledger.open_plan("別の計画", fiscal_year=2023)
    other.add("strategy", "別の戦略")
    plan.hold("第1回PT")
    assert other.hold("第1回PT").editions[0].red_since is None
    assert [item.title for item in other.snapshot("第1回PT")] == ["別の戦略"]
    plan.annul("第1回PT")
    assert [each.name for each in other.meetings()] == ["第1回PT"]


def test_a_standing_meeting_annulled_meanwhile_is_told(plan: Plan) -> None:
    from plan_ledger.domain import plans as domain
    from plan_ledger.domain.plans import AnnulMeeting, Meeting, Plan as State

    meeting = Meeting(plan.id, "第1回PT", 1, annulled=True)
    with pytest.raises(MeetingAnnulledAlready, match="第1回PT"):
        domain.decide(State(plan.id, "計画", 2023, "Asia/Tokyo", None, {plan.id: meeting}), AnnulMeeting(plan.id))
