"""Blame: who wrote which words of a field, when, why, and by which edition they were first handed out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from plan_ledger import FieldSpec, Ledger, Plan, Schema
from plan_ledger.ledger.errors import UnknownItem
from plan_ledger.queries.moments import UnknownMoment
from plan_ledger.queries.results.blame import Blame
from plan_ledger.values.naming import UnknownField

FIRST, SECOND = "公募を開始する。", "12件の応募があった。"


@pytest.fixture
def plan() -> Iterator[Plan]:
    """A project whose overview got a second sentence between the first and the second PT."""
    with Ledger.open() as ledger, ledger.acting("企画課 山田", reason="当初"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        strategy = plan.add("strategy", "戦略")
        kpi = plan.add("kpi", "KPI", under=strategy)
        measure = plan.add("measure", "施策", under=kpi)
        plan.add("project", "事業", under=measure, overview=FIRST, budget="100")
        plan.hold("第1回PT")
        with ledger.acting("鈴木", section="観光課", on_behalf_of="商工課", reason="実績"):
            plan["事業"].change(overview=FIRST + SECOND, source="回答票 p.3")
        plan.hold("第2回PT")
        yield plan


def told(found: Blame) -> list[tuple[str, str, str | None]]:
    return [(run.text, str(run.author), str(run.handout) if run.handout else None) for run in found]


def test_each_run_has_its_event_and_its_meeting(plan: Plan) -> None:
    found = plan["事業"].blame("概要")
    assert told(found) == [(FIRST, "企画課 山田", "第1回PT"), (SECOND, "商工課", "第2回PT")]
    assert (found.text, found.title, found.field, found.label) == (FIRST + SECOND, "事業", "overview", "概要")
    run = found.runs[1]
    row = plan["事業"].history("overview")[-1]
    assert row.position == run.position
    assert (row.new, row.old) == (found.text, FIRST)
    assert (run.cause.reason, run.cause.source_text(), str(run.cause.actor)) == ("実績", "回答票 p.3", "鈴木（観光課）")
    assert run.cause.recorded_at == row.recorded_at


def test_at_any_moment(plan: Plan) -> None:
    plan["事業"].change(overview=SECOND)
    item = plan["事業"]
    assert told(item.blame("overview", "第1回PT")) == [(FIRST, "企画課 山田", "第1回PT")]
    assert told(item.blame("overview")) == [(SECOND, "商工課", "第2回PT")]
    assert item.blame("overview", 1).runs == ()
    assert told(item.blame("overview", plan.snapshot("第2回PT").moment))[1][0] == SECOND


def test_what_was_not_yet_handed_out_has_no_meeting(plan: Plan) -> None:
    plan["事業"].change(overview=FIRST + SECOND + "15件を採択した。")
    assert told(plan["事業"].blame("overview"))[2] == ("15件を採択した。", "企画課 山田", None)
    plan.hold("第3回PT")
    before = plan.snapshot("第3回PT").moment.position - 1
    assert told(plan["事業"].blame("overview", before))[1][2] == "第2回PT"
    plan["事業"].change(overview=FIRST + SECOND + "15件を採択した。検収した。")
    plan.reissue("第3回PT")
    assert [run.handout and str(run.handout) for run in plan["事業"].blame("overview")][2:] == [
        "第3回PT",
        "第3回PT 第2版",
    ]


def test_an_edition_that_did_not_show_the_item_handed_nothing_out(plan: Plan) -> None:
    item, measure = plan["事業"], plan["施策"]
    item.change(overview="見直した。")
    item.withdraw()
    plan.hold("第3回PT")
    item.restore()
    measure.withdraw()
    plan.hold("第4回PT")
    measure.restore()
    plan.hold("第5回PT")
    assert told(item.blame("overview"))[0] == ("見直した", "企画課 山田", "第5回PT")
    (cell,) = plan.blame(fields=["overview"])
    assert told(cell) == told(item.blame("overview"))


def test_an_edition_of_another_part_handed_nothing_out(plan: Plan) -> None:
    other = plan.add("strategy", "別の戦略")
    plan["事業"].change(overview="見直した。")
    plan.hold("別部会", scope=other)
    assert told(plan["事業"].blame("overview"))[0][2] is None
    plan.hold("第3回部会", scope=plan["施策"])
    assert told(plan["事業"].blame("overview"))[0][2] == "第3回部会"
    assert told(plan["戦略"].blame("title"))[0][2] == "第1回PT"
    whole = plan.blame()
    cell = whole.of(plan["事業"].id, "overview")
    assert cell is not None
    assert told(cell) == told(plan["事業"].blame("overview"))


def test_an_annulled_meeting_handed_nothing_out(plan: Plan) -> None:
    plan.annul("第2回PT")
    assert [run[2] for run in told(plan["事業"].blame("overview"))] == ["第1回PT", None]


def test_a_correction_counts_at_its_meeting(plan: Plan) -> None:
    with plan.ledger.acting("検査課", reason="正誤表"):
        plan.correct("事業", "overview", "公募を始める。", as_of="第1回PT")
    item = plan["事業"]
    assert told(item.blame("overview", "第1回PT")) == [(FIRST, "企画課 山田", "第1回PT")]
    corrected = item.blame("overview", "第1回PT", known_at="now")
    assert corrected.text == plan.snapshot("第1回PT", known_at="now").find("事業").text("overview")
    assert {run.author.name for run in corrected} == {"企画課 山田", "検査課"}
    assert {run.handout is None for run in corrected if run.author.name == "検査課"} == {True}
    assert item.blame("overview", "第2回PT").text == FIRST + SECOND
    assert told(item.blame("overview", "第2回PT")) == [(FIRST, "企画課 山田", "第1回PT"), (SECOND, "商工課", "第2回PT")]


def test_a_destroyed_text_says_so_and_what_stands_around_it_goes_on(plan: Plan) -> None:
    item = plan["事業"]
    destroyed = item.change(overview=FIRST + "電話は090である。").last
    later = item.change(overview=FIRST + SECOND + "終わった。").last
    assert destroyed is not None
    plan.ledger.redact(destroyed, reason="個人情報")
    gone = item.blame("overview", destroyed)
    assert (gone.text, [run.redacted for run in gone], gone.runs[0].position) == ("抹消済", [True], destroyed)
    # What came with the destroyed text or with the next one can't be told apart any more: the next one says since when.
    assert [(run.text, run.since) for run in item.blame("overview")] == [
        (FIRST, None),
        (SECOND, None),
        ("終わった。", destroyed),
    ]
    assert item.blame("overview").runs[-1].position == later


def test_every_field_is_a_text(plan: Plan) -> None:
    plan["事業"].change(budget="150")
    strategy = plan["戦略"]
    strategy.change(title="戦略と方針")
    assert told(plan["事業"].blame("budget")) == [("150", "企画課 山田", None)]
    assert [run[0] for run in told(strategy.blame("title"))] == ["戦略", "と方針"]
    assert plan["事業"].blame("analysis").runs == ()


def test_it_goes_on_through_moving_and_restoring(plan: Plan) -> None:
    other = plan.add("measure", "別の施策", under="KPI")
    item = plan["事業"]
    item.move(under=other)
    item.withdraw()
    item.restore()
    assert told(item.blame("overview"))[0] == (FIRST, "企画課 山田", "第1回PT")
    assert item.blame("overview").path == ("戦略", "KPI", "別の施策", "事業")
    assert item.blame("overview", "第1回PT").path == ("戦略", "KPI", "施策", "事業")


def test_a_retired_field_keeps_its_authors(plan: Plan) -> None:
    *upper, project = plan.schema.levels
    from attrs import evolve

    fields = tuple(evolve(spec, retired=spec.key == "overview") for spec in project.fields)
    plan.declare(Schema((*upper, evolve(project, fields=(*fields, FieldSpec("memo", "備考"))))))
    assert plan["事業"].blame("概要").text == FIRST + SECOND
    assert [row.new for row in plan["事業"].history("概要")] == [FIRST, FIRST + SECOND]
    assert plan["事業"].blame("備考", "第1回PT").runs == ()
    assert plan.blame().of(plan["事業"].id, "overview") is None
    assert plan.blame("第2回PT").of(plan["事業"].id, "overview") is not None


def test_a_whole_table(plan: Plan) -> None:
    found = plan.blame()
    taken = plan.snapshot()
    assert [(cell.item, cell.field, cell.text) for cell in found] == [
        (item.id, key, item.text(key)) for item in taken for key in item.fields
    ]
    assert all("".join(run.text for run in cell) == cell.text for cell in found)
    one = plan["事業"].blame("overview")
    same = found.of(plan["事業"].id, "overview")
    assert same is not None
    assert same.to_dict() == one.to_dict()
    assert [(str(author), count) for author, count in found.authors().items()][-1] == ("商工課", len(SECOND))
    assert [cell.field for cell in plan.blame(fields=["概要"], scope="施策")] == ["overview"]
    assert plan.blame("第1回PT").of(plan["事業"].id, "overview") is not None
    assert len(plan.blame(0)) == 0


def test_what_names_nothing_is_refused(plan: Plan) -> None:
    with pytest.raises(UnknownField):
        plan["事業"].blame("ない欄")
    with pytest.raises(UnknownField):
        plan.blame(fields=["ない欄"])
    with pytest.raises(UnknownMoment):
        plan["事業"].blame("overview", "第9回PT")
    with pytest.raises(UnknownItem):
        plan.blame_of("ない事業", "overview")
