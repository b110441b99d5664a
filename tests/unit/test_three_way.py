"""The merge that loses work today: two sections were given a table, both return it, the ledger moved on meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from plan_ledger import Ledger, Plan
from plan_ledger.errors import Problems
from plan_ledger.ledger.importing import ProposalStale, UnresolvedConflict, plan_from_sheet
from plan_ledger.sheets import NamedBytes
from plan_ledger.sheets.comparing import with_breaks

PASS, BRAND = "みずの周遊パス造成事業", "食のみずのブランド発信事業"
SECRETARIAT = (
    "・参画の申出は28者(交通8、観光施設20 R5.9末時点) ・北部圏域の申出が少なく、市町村と連携した個別の働きかけが必要"
)


@pytest.fixture
def plan(example_data: Path) -> Iterator[Plan]:
    """第2回PT was held; the secretariat edited two cells since."""
    first, second = example_data / "第1回PT.tsv", example_data / "第2回PT.tsv"
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課"):
        title, fiscal_year, _ = plan_from_sheet(ledger, first)
        plan = ledger.open_plan(title, fiscal_year=fiscal_year)
        for name, path in (("第1回PT", first), ("第2回PT", second)):
            plan.propose(path, accept_renames=True).apply()
            plan.hold(name)
        plan[BRAND].change(budget="16,400")
        plan[PASS].change(analysis=SECRETARIAT)
        yield plan


def cells(plan: Plan) -> dict[tuple[str, str], str]:
    return {(item.title, key): cell.text for item in plan.snapshot() for key, cell in item.fields.items()}


def test_untouched_cells_of_both_sections_revert_nothing(plan: Plan, example_data: Path) -> None:
    before = cells(plan)
    industry = plan.propose(example_data / "課別" / "産業課.tsv", base="第2回PT", partial=True)
    assert {(entry.kind, entry.title, entry.field) for entry in industry.entries} == {
        ("changed", BRAND, "progress"),
        ("changed", BRAND, "analysis"),
        ("changed", "伝統的工芸品後継者育成事業", "progress"),
        ("changed", "越境ＥＣ活用支援事業", "progress"),
        ("changed", "海外販路開拓サポートデスク事業", "period"),
        ("changed", "海外販路開拓サポートデスク事業", "progress"),
    }
    industry.apply()
    tourism = plan.propose(example_data / "課別" / "観光課.tsv", base="第2回PT", partial=True)
    tourism.reject(*tourism.conflicts).apply()
    after = cells(plan)
    assert after[BRAND, "budget"] == "16,400"
    assert after[PASS, "analysis"] == SECRETARIAT
    touched = {(entry.title, entry.field) for entry in (*industry.entries, *tourism.entries)}
    assert {key for key in after if after[key] != before[key]} == touched - {(PASS, "analysis")}


def test_a_true_conflict_is_shown_with_three_texts_and_nothing_is_written(plan: Plan, example_data: Path) -> None:
    proposal = plan.propose(example_data / "課別" / "観光課.tsv", base="第2回PT", partial=True)
    (conflict,) = proposal.conflicts
    assert (conflict.title, conflict.field) == (PASS, "analysis")
    assert "26者" in conflict.base
    assert conflict.old == SECRETARIAT
    assert "31者" in conflict.new
    assert proposal.to_dict()["conflicts"][0]["base"] == conflict.base
    shown = str(proposal)
    assert all(text[:20] in shown for text in (conflict.base, conflict.old, conflict.new))
    head = plan.ledger.head
    with pytest.raises(UnresolvedConflict) as caught:
        proposal.apply()
    assert all(text in str(caught.value) for text in (conflict.base, conflict.old, conflict.new, "観光課.tsv I6"))
    assert plan.ledger.head == head


@pytest.mark.parametrize("how", ["sheet", "ledger", "both"])
def test_a_conflict_is_settled_by_a_person(plan: Plan, example_data: Path, how: str) -> None:
    proposal = plan.propose(example_data / "課別" / "観光課.tsv", base="第2回PT", partial=True)
    (conflict,) = proposal.conflicts
    match how:
        case "sheet":
            proposal.accept(conflict).apply()
        case "ledger":
            proposal.reject(conflict).apply()
        case _:
            proposal.resolve(conflict, "両方を踏まえた文").apply()
    wanted = {"sheet": conflict.new, "ledger": SECRETARIAT, "both": "両方を踏まえた文"}[how]
    assert cells(plan)[PASS, "analysis"] == wanted


def test_every_conflict_is_listed(plan: Plan, example_data: Path) -> None:
    plan["夜の文化財活用事業"].change(progress="企画課の文")
    proposal = plan.propose(example_data / "課別" / "観光課.tsv", base="第2回PT", partial=True)
    with pytest.raises(Problems) as caught:
        proposal.apply()
    assert [problem.code for problem in caught.value.problems()] == ["unresolved_conflict"] * 2


def test_the_same_change_on_both_sides_is_no_conflict(plan: Plan, example_data: Path) -> None:
    path = example_data / "課別" / "産業課.tsv"
    plan.propose(path, base="第2回PT", partial=True).apply()
    assert not plan.propose(path, base="第2回PT", partial=True)


def test_without_its_base_an_old_copy_would_revert(plan: Plan, example_data: Path) -> None:
    """The control: this is the loss that the base prevents."""
    proposal = plan.propose(example_data / "課別" / "産業課.tsv", partial=True)
    assert (BRAND, "16,400", "12,000") in [(entry.title, entry.old, entry.new) for entry in proposal.entries]


def test_both_sections_at_once(plan: Plan, example_data: Path) -> None:
    folder = example_data / "課別"
    proposal = plan.propose([folder / "観光課.tsv", folder / "産業課.tsv"], base="第2回PT", partial=True)
    proposal.accept(*proposal.conflicts).apply()
    after = cells(plan)
    assert after[BRAND, "budget"] == "16,400"
    assert "31者" in after[PASS, "analysis"]
    assert not plan.propose([folder / "観光課.tsv", folder / "産業課.tsv"], base="第2回PT", partial=True)


def test_a_row_that_was_withdrawn_meanwhile_conflicts_only_where_it_was_edited(plan: Plan, example_data: Path) -> None:
    plan[BRAND].withdraw()
    plan["観光案内多言語化事業"].withdraw()
    proposal = plan.propose(example_data / "課別" / "産業課.tsv", base="第2回PT", partial=True)
    assert {(entry.title, entry.field) for entry in proposal.conflicts} == {(BRAND, "progress"), (BRAND, "analysis")}
    proposal.reject(*proposal.conflicts).apply()
    assert BRAND not in [item.title for item in plan.snapshot()]
    again = plan.propose(example_data / "課別" / "産業課.tsv", base="第2回PT", partial=True)
    again.accept(*again.conflicts).apply()
    assert "商談" in cells(plan)[BRAND, "progress"]


def test_a_row_that_moved_meanwhile_stays_where_it_is(plan: Plan, example_data: Path) -> None:
    plan[BRAND].move(under="④ 県内企業の海外展開の支援")
    proposal = plan.propose(example_data / "課別" / "産業課.tsv", base="第2回PT", partial=True)
    assert not proposal.of("moved")
    assert not proposal.conflicts
    proposal.apply()
    assert plan[BRAND].now().path[-2] == "④ 県内企業の海外展開の支援"


def test_a_row_that_was_renamed_meanwhile_is_still_known(plan: Plan, example_data: Path) -> None:
    plan[BRAND].change(title="みずのブランド発信事業")
    proposal = plan.propose(example_data / "課別" / "産業課.tsv", base="第2回PT", partial=True)
    assert not proposal.of("added")
    assert not proposal.of("renamed")
    proposal.apply()
    assert plan["みずのブランド発信事業"].text("budget") == "16,400"


def test_a_row_that_both_added_is_one_item(plan: Plan, example_data: Path) -> None:
    text = (example_data / "課別" / "産業課.tsv").read_text()
    row = "\t\t\t輸出相談会事業\t概要\t{}\tR5.4~R6.3\t\t\n"
    sheet = NamedBytes("産業課.tsv", (text.rstrip("\n") + "\n" + row.format("500")).encode())
    plan.add("project", "輸出相談会事業", under="④ 県内企業の海外展開の支援", overview="概要", budget="600")
    proposal = plan.propose(sheet, base="第2回PT", partial=True)
    assert [(entry.title, entry.base, entry.old, entry.new) for entry in proposal.conflicts] == [
        ("輸出相談会事業", "", "600", "500")
    ]
    assert not proposal.of("added")


def test_a_missing_row_that_was_worked_on_meanwhile_is_not_withdrawn_unasked(plan: Plan, example_data: Path) -> None:
    plan["観光案内多言語化事業"].change(progress="続いている")
    proposal = plan.propose(example_data / "第3回PT.tsv", base="第2回PT", accept_renames=True, withdraw_missing=True)
    assert ("観光案内多言語化事業", None) in [(entry.title, entry.field) for entry in proposal.conflicts]


def test_a_proposal_with_a_base_is_stale_when_its_conflict_changed(plan: Plan, example_data: Path) -> None:
    proposal = plan.propose(example_data / "課別" / "観光課.tsv", base="第2回PT", partial=True)
    decided = proposal.accept(*proposal.conflicts)
    plan[PASS].change(analysis="また変わった")
    with pytest.raises(ProposalStale):
        decided.apply()
    assert cells(plan)[PASS, "analysis"] == "また変わった"


@pytest.mark.parametrize(
    ("given", "sheet", "wanted"),
    [
        ("一\n二\n三", "一 二 三", "一\n二\n三"),
        ("R5.4 準備\nR5.6 運行", "R5.4 準備 R5.7 運行", "R5.4 準備\nR5.7 運行"),
        ("R5.4 準備\nR5.6 運行", "R5.4 準備 R5.6 運行 R6.3 報告", "R5.4 準備\nR5.6 運行 R6.3 報告"),
        ("一\n二", "一\n弐", "一\n弐"),
        ("一 二", "一 弐", "一 弐"),
    ],
)
def test_line_breaks_that_a_format_could_not_show_are_kept(given: str, sheet: str, wanted: str) -> None:
    assert with_breaks(given, sheet) == wanted


def test_a_row_that_both_moved_is_a_conflict_about_its_place(plan: Plan, example_data: Path) -> None:
    name = "越境ＥＣ活用支援事業"
    plan[name].move(under="② 観光客の受入環境の整備")
    proposal = plan.propose(example_data / "第3回PT.tsv", base="第2回PT", accept_renames=True)
    (conflict,) = [entry for entry in proposal.conflicts if entry.title == name]
    assert [text.rpartition(" / ")[2] for text in (conflict.base, conflict.old, conflict.new)] == [
        "③ 地域産品のブランド力の強化",
        "② 観光客の受入環境の整備",
        "④ 県内企業の海外展開の支援",
    ]
    others = [entry for entry in proposal.conflicts if entry is not conflict]
    proposal.accept(conflict).reject(*others).apply()
    assert plan[name].now().path[-2] == "④ 県内企業の海外展開の支援"


def test_another_order_on_both_sides_is_a_conflict(plan: Plan, example_data: Path) -> None:
    text = (example_data / "第2回PT.tsv").read_text().split("\n")
    rows = [line for line in text if line.count("\t") == 8][1:]
    titles = [row.split("\t")[3] for row in rows]
    assert titles[5:8] == [BRAND, "伝統的工芸品後継者育成事業", "越境ＥＣ活用支援事業"]
    cells_of = [row.split("\t") for row in rows]
    cells_of[6][3:], cells_of[7][3:] = cells_of[7][3:], cells_of[6][3:]
    sheet = "\n".join([*text[: text.index(rows[0])], *("\t".join(row) for row in cells_of), ""])
    document = NamedBytes("並べ替え.tsv", sheet.encode())
    assert [entry.kind for entry in plan.propose(document, base="第2回PT").entries] == ["reordered"]
    for name in ("越境ＥＣ活用支援事業", "伝統的工芸品後継者育成事業"):
        plan[name].move(under="③ 地域産品のブランド力の強化", first=True)
    proposal = plan.propose(document, base="第2回PT")
    assert {entry.kind for entry in proposal.entries} == {"conflict"}
    proposal.accept(*proposal.entries).apply()
    assert not plan.propose(document, base="第2回PT")
    assert [item.title for item in plan.snapshot().level("project")][5:8] == [
        BRAND,
        "越境ＥＣ活用支援事業",
        "伝統的工芸品後継者育成事業",
    ]


def test_three_meetings_of_the_example_plan_import_one_after_the_other(example_data: Path) -> None:
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課"):
        plan = ledger.open_plan("令和5年度観光・ものづくり振興アクションプラン", fiscal_year=2023)
        for number, projects, budget in ((1, 8, 99_100), (2, 9, 109_200), (3, 8, 109_650)):
            path = example_data / f"第{number}回PT.tsv"
            plan.propose(path, accept_renames=True, withdraw_missing=True).apply()
            taken = plan.snapshot()
            assert (len(taken.level("project")), taken.total("budget")) == (projects, budget * 1_000)
            assert not plan.propose(path)
        assert plan["伝統的工芸品担い手育成事業"].history("title")[0].new == "伝統的工芸品後継者育成事業"


def test_a_cell_that_was_emptied_in_the_ledger_takes_the_sheets_text_when_that_is_accepted(
    plan: Plan, example_data: Path
) -> None:
    plan[PASS].change(analysis="")
    proposal = plan.propose(example_data / "課別" / "観光課.tsv", base="第2回PT", partial=True)
    (conflict,) = proposal.conflicts
    assert (conflict.old, conflict.field) == ("", "analysis")
    proposal.accept(conflict).apply()
    assert cells(plan)[PASS, "analysis"] == conflict.new
