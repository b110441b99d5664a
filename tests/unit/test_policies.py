"""Policies: what a plan asks to be said with a change, who is refused, and that the past stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from plan_ledger import Acting, Batch, Change, Ledger, Plan, Policies, Problems
from plan_ledger.domain.errors import PolicyInvalid, PolicyRefused
from plan_ledger.ledger.errors import ActorRequired
from plan_ledger.rendering import render
from plan_ledger.sheets import NamedBytes
from plan_ledger.values.naming import UnknownField


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        yield ledger


@pytest.fixture
def plan(ledger: Ledger) -> Plan:
    plan = ledger.open_plan("計画", fiscal_year=2023)
    strategy = plan.add("strategy", "戦略1")
    measure = plan.add("measure", "施策1", under=plan.add("kpi", "KPI1", under=strategy))
    plan.add("project", "事業1", under=measure, budget="100")
    return plan


def refused(plan: Plan, act: Callable[[], object]) -> list[tuple[str, str | None, str | None]]:
    """(what is missing, item, field) of each problem; nothing was recorded."""
    head = plan.ledger.head
    with pytest.raises((PolicyRefused, Problems)) as caught:
        act()
    assert plan.ledger.head == head
    problems = caught.value.problems()
    assert all(isinstance(each, PolicyRefused) for each in problems)
    return [
        (str(each.to_dict()["missing"]), each.place and each.place.item, each.place and each.place.field)
        for each in problems
    ]


def test_a_plan_asks_for_nothing_until_it_is_told_to(plan: Plan) -> None:
    assert not plan.policies
    assert plan["事業1"].change(budget="1")


def test_a_reason_for_everything(plan: Plan, ledger: Ledger) -> None:
    plan.set_policies(Policies(everything="reason"))
    head = ledger.head
    assert refused(plan, plan["事業1"].withdraw) == [("reason", "事業1", None)]
    for act in (lambda: plan.hold("第1回PT"), lambda: plan.set_policies(Policies())):
        assert refused(plan, act) == [("reason", None, None)]
    assert refused(plan, lambda: plan["事業1"].change(budget="1")) == [("reason", "事業1", "予算額")]
    assert refused(plan, lambda: plan.add("strategy", "戦略2")) == [("reason", "戦略2", None)]
    with ledger.acting(reason="　"):
        assert refused(plan, lambda: plan["事業1"].change(budget="1")) == [("reason", "事業1", "予算額")]
    assert ledger.head == head
    with ledger.acting(reason="9月補正"):
        assert plan["事業1"].change(budget="1")
        assert plan.hold("第1回PT")
        plan.set_policies(Policies())
    assert plan["事業1"].change(budget="2")


def test_a_source_for_the_budget_only(plan: Plan) -> None:
    plan.set_policies(Policies(fields={"予算額": "source"}))
    assert plan.policies == Policies(fields={"budget": ("source",)})
    item = plan["事業1"]
    assert item.change(overview="財源は問わない")
    assert refused(plan, lambda: item.change(budget="1")) == [("source", "事業1", "予算額")]
    assert refused(plan, lambda: item.change(budget="1", source=" ")) == [("source", "事業1", "予算額")]
    assert not item.change(budget="100"), "no change, nothing to be said"
    assert item.change(budget="1", source="9月補正予算書 p.12")
    assert refused(plan, lambda: plan.add("project", "事業2", under="施策1", budget="5")) == [
        ("source", "事業2", "予算額")
    ]
    assert plan.add("project", "事業2", under="施策1")
    assert plan.add("project", "事業3", under="施策1", budget="5", source="予算書 p.3")
    assert plan.history("事業3", "budget")[0].cause.source_text() == "予算書 p.3"


def test_an_imported_document_is_the_source_of_its_cells(plan: Plan, ledger: Ledger) -> None:
    plan.set_policies(Policies(fields={"budget": "source"}))
    item = plan["事業1"].id
    ledger.record([Batch(Acting("観光課", document="回答.xlsx"), [Change(item, "budget", "7")])])
    sheet = str(render(plan.snapshot(), "tsv")).replace("7", "8").encode()
    assert plan.propose(NamedBytes("回答.tsv", sheet)).apply()
    assert plan["事業1"].text("budget") == "8"


def test_taking_back_needs_no_source_but_what_a_batch_says(plan: Plan, ledger: Ledger) -> None:
    plan.set_policies(Policies(everything="reason", fields={"budget": ("source", "approval")}))
    with ledger.acting(reason="誤り", approval="決裁1"):
        batch = plan["事業1"].change(budget="1", source="予算書").first or 0
    assert refused(plan, lambda: plan.undo(batch)) == [("reason", "事業1", "予算額"), ("approval", "事業1", "予算額")]
    with ledger.acting(reason="取り違え", approval="決裁2"):
        assert plan.undo(batch)


def test_corrections_and_reissues_have_policies_of_their_own(plan: Plan, ledger: Ledger) -> None:
    plan.hold("第1回PT")
    plan.set_policies(Policies(corrections=("approval", "source"), reissues="approval"))
    item = plan["事業1"]
    assert item.change(budget="1")
    assert refused(plan, lambda: item.correct(as_of="第1回PT", budget="150")) == [
        ("source", "事業1", "予算額"),
        ("approval", "事業1", "予算額"),
    ]
    assert refused(plan, lambda: plan.reissue("第1回PT")) == [("approval", None, None)]
    with ledger.acting(approval="決裁第5号"):
        assert item.correct(as_of="第1回PT", budget="150", source="正誤表")
        assert plan.reissue("第1回PT")


def test_several_things_are_told_together_and_a_batch_is_refused_whole(plan: Plan, ledger: Ledger) -> None:
    plan.set_policies(Policies(everything="reason", fields={"budget": "approval"}))

    def several() -> None:
        with ledger.batch():
            plan["事業1"].change(overview="a", budget="1", analysis="b")
            plan.add("strategy", "戦略2")

    assert refused(plan, several) == [("reason", "事業1", "概要"), ("approval", "事業1", "予算額")]
    with pytest.raises(Problems) as caught:
        several()
    assert "ほか" in str(caught.value)
    assert "変更理由" in str(caught.value)
    assert "--approval" in str(caught.value)


def test_policies_are_of_one_plan(plan: Plan, ledger: Ledger) -> None:
    plan.set_policies(Policies(everything="reason"))
    other = ledger.open_plan("別の計画", fiscal_year=2023)
    assert other.add("strategy", "戦略1").change(title="別の戦略")

    def both() -> None:
        with ledger.batch():
            other["別の戦略"].change(title="題")
            plan["事業1"].change(budget="1")

    assert refused(plan, both) == [("reason", "事業1", "予算額")]
    assert other["別の戦略"].text("title") == "別の戦略"


def test_policies_are_recorded_and_leave_the_past_alone(plan: Plan, ledger: Ledger) -> None:
    plan.hold("第1回PT")
    digest = plan.snapshot("第1回PT").digest
    assert plan.set_policies(Policies(everything="reason"))
    assert not plan.set_policies(Policies(everything=("reason", "reason"))), "the same again records nothing"
    ledger.rebuild()
    assert plan.policies == Policies(everything=("reason",))
    assert plan.snapshot("第1回PT").digest == digest
    assert ledger.verify()
    assert refused(plan, lambda: plan["事業1"].change(budget="1"))


def test_the_audit_tells_who_set_which_policies(plan: Plan, ledger: Ledger) -> None:
    with ledger.acting("課長", reason="通知第3号"):
        plan.set_policies(Policies(everything="reason", fields={"budget": ("approval", "source")}))
        plan.set_policies(Policies(reissues="approval"))
    first, second = [row for row in plan.audit() if row.action == "plan_policies_declared"]
    assert (first.actor.name, first.reason) == ("課長", "通知第3号")
    assert (first.old, first.new) == ("", "全ての記録：変更理由\n「予算額」の変更：根拠資料、決裁番号")
    assert (second.old, second.new) == (first.new, "差替：決裁番号")


def test_another_handle_of_the_same_file_is_bound_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("policies") / "r5.db"
    with Ledger.open(path) as one, Ledger.open(path) as other, one.acting("企画室"), other.acting("企画室"):
        plan = one.open_plan("計画", fiscal_year=2023)
        plan.add("strategy", "戦略1")
        again = other.plan()
        assert again["戦略1"].change(title="A")
        plan.set_policies(Policies(everything="reason"))
        assert refused(again, lambda: again["A"].change(title="B"))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Policies(everything="because"),
        lambda: Policies(fields={"budget": ("reason", "stamp")}),
        lambda: Policies(reissues="source"),
    ],
)
def test_what_can_not_be_asked_for_is_refused(make: Callable[[], Policies]) -> None:
    with pytest.raises(PolicyInvalid):
        make()


def test_a_policy_is_about_a_field_there_is_and_set_by_somebody(plan: Plan, ledger: Ledger) -> None:
    head = ledger.head
    with pytest.raises(UnknownField):
        plan.set_policies(Policies(fields={"予算": "source", "よさん": "source"}))
    with Ledger.open() as empty, pytest.raises(ActorRequired):
        empty.open_plan("計画", fiscal_year=2023)
    assert ledger.head == head
