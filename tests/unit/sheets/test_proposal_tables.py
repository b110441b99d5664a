"""Headings, merged cells and rows: what can be read is read, what can't is reported with its place, all at once."""

from __future__ import annotations

import pytest
from proposals import HEADER, ROWS, SCHEMA, edited, filled, opened, sheet, table

from plan_ledger import Ledger, PlanLedgerError
from plan_ledger.sheets import NamedBytes


def problems(*args: object, partial: bool = False, **settings: object) -> list[tuple[str, str | None]]:
    """Code and cell of everything that is wrong with a sheet."""
    with opened() as plan:
        before = plan.ledger.head
        with pytest.raises(PlanLedgerError) as caught:
            plan.propose(sheet(*args, **settings), partial=partial)  # type: ignore[arg-type]  # passed through
        assert plan.ledger.head == before
        found = caught.value.problems()
    assert all(problem.place and problem.place.file == "様式.tsv" for problem in found)
    return [(problem.code, problem.place.cell if problem.place else None) for problem in found]


@pytest.mark.parametrize(
    "header",
    [
        ("施策", "B.事業名", "D.予算額", "進捗状況やスケジュール", "状態"),
        ("Ａ．施策", "事業", "Ｄ．予算額（千円）", "進捗 状況や スケジュール", "状態 ※選択"),
        ("番号", "施策", "事業名", "予算額", "進捗状況", "状態", "変更"),
    ],
)
def test_headings_are_known_by_label_letter_alias_and_note(header: tuple[str, ...]) -> None:
    extra = "番号" in header
    rows = [("1", *row, "変更") for row in ROWS] if extra else ROWS
    with opened() as plan:
        assert not plan.propose(sheet(rows, header=header))


def test_an_unknown_heading_is_reported_with_the_nearest() -> None:
    assert problems(header=("施策", "事業名", "当初予算額", "進捗状況", "状態")) == [
        ("unknown_header", "C5"),
        ("missing_columns", None),
    ]
    with opened() as plan, pytest.raises(PlanLedgerError, match="近いものは「予算額」"):
        plan.propose(sheet(header=("施策", "事業名", "当初予算額", "進捗状況", "状態")))


def test_a_sheet_of_unknown_headings_has_them_all_reported() -> None:
    found = problems([("a", "b", "c")], header=("甲の欄", "乙の欄", "丙の欄"))
    assert [code for code, _ in found] == [*["unknown_header"] * 3, "missing_columns", "missing_columns"]


def test_a_field_may_stand_in_one_column_only() -> None:
    header = ("施策", "事業名", "予算額", "進捗状況", "スケジュール")
    assert ("unknown_header", "E5") in problems(header=header)
    assert ("repeated_header", "E5") in problems(header=("施策", "事業名", "予算額", "進捗状況", "予算額"))


def test_a_full_sheet_has_every_column_and_a_partial_one_its_titles() -> None:
    rows = [row[:3] for row in ROWS]
    assert problems(rows, header=HEADER[:3]) == [("missing_columns", None)]
    assert problems([row[1:] for row in ROWS], header=HEADER[1:], partial=True) == [("missing_columns", None)]


def test_a_repeated_parent_is_the_same_parent() -> None:
    with opened() as plan:
        assert not plan.propose(sheet(filled(ROWS)))


def test_a_blank_means_as_above_only_under_the_same_parent() -> None:
    rows = [("", "迷子事業", "", "", ""), *ROWS]
    assert problems(rows) == [("blank_title", "A6")]


def test_a_blank_under_a_new_parent_is_a_problem() -> None:
    text = "令和5年度成長計画の推進について(第1回PT用)\n\n戦略名\tKPI\t施策\t事業名\t概要\t予算額\t期間\t進捗\t分析\n"
    rows = ["一\tあ\t①\t甲\t\t\t\t\t", "二\t\t\t乙\t\t\t\t\t", "\tい\t\t丙\t\t\t\t\t", "\t\t\t丁\t\t\t\t\t"]
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課"):
        plan = ledger.open_plan("令和5年度成長計画", fiscal_year=2023)
        with pytest.raises(PlanLedgerError) as caught:
            plan.propose(NamedBytes("表.tsv", (text + "\n".join(rows)).encode()))
    places = [(each.code, each.place.cell if each.place else None) for each in caught.value.problems()]
    assert places == [("blank_under_new_parent", "B5"), ("blank_under_new_parent", "C6")]


def test_every_row_names_its_item() -> None:
    assert problems(edited(1, 1, "")) == [("blank_title", "B7")]
    assert problems([*ROWS, ("③ 福祉", "", "", "", "")]) == [("blank_title", "B10")]


def test_a_row_may_stop_where_the_ledger_has_nothing_below() -> None:
    with opened() as plan:
        plan.add("measure", "③ 福祉")
        assert not plan.propose(sheet([*ROWS, ("③ 福祉", "", "", "", "")]))


def test_a_name_stands_once_under_its_parent() -> None:
    assert problems([*ROWS, ("", "商談会開催事業", "1", "", "")]) == [("duplicate_item", "B10")]
    with opened() as plan:
        plan.propose(sheet([*ROWS, ("① 別の施策", "商談会開催事業", "1", "", "")]))


def test_a_parent_that_comes_back_further_down_is_a_duplicate() -> None:
    assert problems([*ROWS, ("① 観光", "夜間事業", "1", "", "")]) == [("duplicate_item", "A10")]


def test_names_that_the_ledger_has_twice_may_stand_twice() -> None:
    twice = [*ROWS, ("", "商談会開催事業", "1", "R5.12 大阪", "")]
    with opened() as plan:
        plan.add("project", "商談会開催事業", under="② 産業", budget="1", progress="R5.12 大阪")
        assert not plan.propose(sheet(twice))
        with pytest.raises(PlanLedgerError):
            plan.propose(sheet([*twice, ("", "商談会開催事業", "1", "", "")]))


def test_parents_that_the_ledger_has_twice_may_stand_twice() -> None:
    with opened(()) as plan:
        for budget in ("1", "2"):
            plan.add("measure", "共通")
            measure = plan.items("measure")[-1]
            for name in ("甲", "乙"):
                plan.add("project", name, under=measure, budget=budget)
        rows = [(parent, name, n, "", "") for n in ("1", "2") for parent, name in (("共通", "甲"), ("", "乙"))]
        assert not plan.propose(sheet(rows))
        assert not plan.propose(sheet(filled(rows)))


def test_a_choice_outside_the_list_is_reported_with_its_cell() -> None:
    assert problems(edited(0, 4, "検討中")) == [("not_a_choice", "E6")]


def test_a_character_that_no_ledger_keeps_is_reported_with_its_cell() -> None:
    assert problems(edited(0, 3, "運行\x7f")) == [("text_refused", "D6")]


def test_a_sheet_of_another_plan_is_refused() -> None:
    assert problems(title="令和5年度別計画の推進について(第2回PT用)") == [("other_plan", "A1")]
    assert problems(title="令和4年度試験計画の推進について(第2回PT用)") == [("other_plan", "A1")]


@pytest.mark.parametrize(
    "title",
    [
        "試験計画の推進について（第２回ＰＴ用）",
        "令和５年度 試験計画",
        "令和5年8月30日",
        "計画推進課",
        "第2回PT 資料1",
    ],
)
def test_a_title_that_names_no_other_plan_is_no_problem(title: str) -> None:
    with opened() as plan:
        assert not plan.propose(sheet(title=title))


def test_everything_that_is_wrong_is_reported_together() -> None:
    rows = [*edited(1, 1, ""), ["", "商談会開催事業", "1", "", "", "はみ出し"], ["", "短い行", "1"]]
    found = problems(rows, header=("施策", "事業名", "予算", "進捗状況", "状態"))
    assert found == [
        ("ragged_row", "D11"),
        ("ragged_row", "F10"),
        ("unknown_header", "C5"),
        ("missing_columns", None),
        ("blank_title", "B7"),
        ("duplicate_item", "B10"),
    ]


def test_a_merged_item_has_one_text_a_field() -> None:
    from attrs import evolve

    from plan_ledger.values.schema import FieldSpec

    first, second = SCHEMA.levels
    first = evolve(first, fields=(*first.fields, FieldSpec("lead", "主管課")))
    header = ("施策", "主管課", *HEADER[1:])
    rows = [(row[0], lead, *row[1:]) for row, lead in zip(ROWS, ("観光課", "", "産業課", ""), strict=True)]
    with opened(()) as plan:
        plan.declare(evolve(SCHEMA, levels=(first, second)))
        plan.propose(sheet(rows, header=header)).apply()
        assert [item.text("lead") for item in plan.snapshot().level("measure")] == ["観光課", "産業課"]
        assert not plan.propose(sheet(rows, header=header))
        rows[1] = (rows[1][0], "総務課", *rows[1][2:])
        with pytest.raises(PlanLedgerError) as caught:
            plan.propose(sheet(rows, header=header))
    assert caught.value.code == "different_texts"
    assert str(caught.value).startswith("様式.tsv B7（① 観光・主管課）")


def test_rows_are_matched_by_the_ids_that_a_document_carries() -> None:
    with opened() as plan:
        ids = [item.id.hex for item in plan.snapshot().level("project")]
        rows = [(*row, uuid) for row, uuid in zip(edited(0, 1, "全く別の名前"), ids, strict=True)]
        proposal = plan.propose(sheet(rows, header=(*HEADER, "行ID")))
        assert [(entry.kind, entry.old, entry.new) for entry in proposal.entries] == [
            ("changed", "周遊バス事業", "全く別の名前")
        ]
        proposal.apply()
        assert table(plan)[0][1] == "全く別の名前"
        rows[1] = (*rows[1][:-1], "壊れた")
        with pytest.raises(PlanLedgerError) as caught:
            plan.propose(sheet(rows, header=(*HEADER, "行ID")))
        assert caught.value.code == "bad_row_id"


@pytest.mark.parametrize(
    ("header", "line", "cell"),
    [("予算額（百万円）", "", "C5"), ("予算額", "（単位：円）", "A2"), ("予算額", "（単位：千円）", None)],
)
def test_another_unit_than_the_plans_is_pointed_out(header: str, line: str, cell: str | None) -> None:
    document = sheet(header=("施策", "事業名", header, "進捗状況", "状態"))
    lines = document.data.decode().split("\n")
    lines[1] = line
    with opened() as plan:
        found = plan.propose(NamedBytes("様式.tsv", "\n".join(lines).encode()))
    assert not found
    assert [(each.code, each.place.cell if each.place else None) for each in found.warnings] == (
        [("other_unit", cell)] if cell else []
    )
