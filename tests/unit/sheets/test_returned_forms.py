"""Handouts that come back with edits: the base is known, rows are known by their ids, the wrong file is noticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import pairwise
from uuid import UUID

import docx
import openpyxl
import pytest
from attrs import evolve
from proposals import ROWS, SCHEMA, opened, sheet, told

from plan_ledger import Ledger, Plan, PlanLedgerError, rendering
from plan_ledger.sheets import NamedBytes, read_document
from plan_ledger.sheets.returned import EarlierEdition, OtherLedgerAccepted, read_carried

Rows = list[list[str]]
FORMATS = ("xlsx", "docx")


@pytest.fixture
def plan() -> Iterator[Plan]:
    """第1回PT was held."""
    with opened() as plan:
        plan.hold("第1回PT", on="R5.6.30")
        yield plan


def handout(plan: Plan, at: str | None = "第1回PT", format: str = "xlsx", name: str = "返却") -> NamedBytes:
    made = rendering.render(plan.snapshot(at), format)
    assert isinstance(made, bytes)
    return NamedBytes(f"{name}.{format}", made)


def typed(document: NamedBytes, old: str, new: str) -> NamedBytes:
    """The document with the one cell of this text typed over, and saved by another program."""
    data = BytesIO()
    if document.name.endswith("xlsx"):
        book = openpyxl.load_workbook(BytesIO(document.data))
        (cell,) = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value == old]
        cell.value = new
        book.save(data)
    else:
        opened_again = docx.Document(BytesIO(document.data))
        table = opened_again.tables[0]
        (place,) = [cell for cell in table._cells if cell.text == old][:1]
        place.text = new
        opened_again.save(data)
    return NamedBytes(document.name, data.getvalue())


def rebuilt(document: NamedBytes, how: Callable[[Rows], Rows]) -> NamedBytes:
    """The workbook with its rows taken out of their merged cells, changed, and put back."""
    book = openpyxl.load_workbook(BytesIO(document.data))
    page = book.worksheets[0]
    (grid,) = read_document(document).grids
    first = grid.rows[0].number
    for merged in list(page.merged_cells.ranges):
        page.unmerge_cells(str(merged))
    rows = [[cell.text for cell in row.cells] for row in grid.rows]
    for above, row in pairwise(rows):
        row[0] = row[0] or above[0]
    page.delete_rows(first, page.max_row)
    for at, row in enumerate(how(rows), start=first):
        for column, text in enumerate(row, start=1):
            page.cell(at, column).value = text or None
    data = BytesIO()
    book.save(data)
    return NamedBytes(document.name, data.getvalue())


# --- the base -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_the_base_is_known_without_being_told(plan: Plan, format: str) -> None:
    form = typed(handout(plan, format=format), "1,200", "1,500")
    plan["商談会開催事業"].change(budget="2,400")
    plan["周遊バス事業"].change(progress="R5.4 準備 R5.7 運行")
    proposal = plan.propose(form)
    assert proposal.base is not None
    assert (proposal.base.meeting, proposal.base.edition) == ("第1回PT", 1)
    assert "基準：第1回PT時点の表" in str(proposal)
    assert told(proposal) == [("changed", "周遊バス事業", "budget", "1,200", "1,500")]
    proposal.apply()
    assert plan.snapshot().find("商談会開催事業").text("budget") == "2,400"
    assert plan.propose(form).entries == ()


def test_a_cell_changed_on_both_sides_is_a_conflict(plan: Plan) -> None:
    form = typed(handout(plan), "1,200", "1,500")
    plan["周遊バス事業"].change(budget="1,800")
    (conflict,) = plan.propose(form).conflicts
    assert (conflict.base, conflict.old, conflict.new) == ("1,200", "1,800", "1,500")


def test_an_explicit_base_wins(plan: Plan) -> None:
    form = handout(plan)
    plan["周遊バス事業"].change(budget="1,800")
    assert plan.propose(form).entries == ()
    assert told(plan.propose(form, base="now")) == [("changed", "周遊バス事業", "budget", "1,800", "1,200")]


def test_a_table_between_meetings_and_one_of_a_subtree_are_known_too(plan: Plan) -> None:
    plan["周遊バス事業"].change(budget="1,300")
    between = handout(plan, None)
    part = rendering.render(plan.snapshot(scope="② 産業"), "xlsx")
    assert isinstance(part, bytes)
    plan["周遊バス事業"].change(budget="1,800")
    plan["研究会運営事業"].change(budget="400")
    for form in (between, NamedBytes("産業課.xlsx", part)):
        proposal = plan.propose(form)
        assert proposal.entries == ()
        assert proposal.base is not None
        assert proposal.warnings == ()


def test_the_base_is_known_where_the_meeting_was_renamed_and_where_it_was_of_a_subtree(plan: Plan) -> None:
    plan.hold("第1回部会", scope="② 産業")
    section, whole = handout(plan, "第1回部会"), handout(plan)
    plan.rename_meeting("第1回PT", "第1回推進会議")
    plan["研究会運営事業"].change(budget="400")
    for form, name in ((section, "第1回部会"), (whole, "第1回推進会議")):
        proposal = plan.propose(form)
        assert (proposal.entries, proposal.warnings) == ((), ())
        assert proposal.base is not None
        assert proposal.base.meeting == name


def test_the_document_properties_alone_are_enough_for_the_base(plan: Plan) -> None:
    book = openpyxl.load_workbook(BytesIO(typed(handout(plan), "1,200", "1,500").data))
    del book["_plan_ledger"]
    data = BytesIO()
    book.save(data)
    plan["商談会開催事業"].change(budget="2,400")
    assert len(plan.propose(NamedBytes("返却.xlsx", data.getvalue())).entries) == 1


# --- the wrong file -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_a_text_that_was_destroyed_is_not_entered_again_unasked(plan: Plan, format: str) -> None:
    """The form was given out before; nobody touched the cell, or somebody did: nothing can tell any more."""
    plan["周遊バス事業"].change(progress="山田太郎さんの要望により増便")
    plan.hold("第2回PT", on="R5.8.30")
    form = handout(plan, "第2回PT", format=format)
    (told_last,) = [row.position for row in plan.history("周遊バス事業", "progress")][-1:]
    plan.redact(told_last, reason="個人名")
    proposal = plan.propose(form)
    (conflict,) = proposal.conflicts
    assert (conflict.base, conflict.old, conflict.new) == ("抹消済", "抹消済", "山田太郎さんの要望により増便")
    assert proposal.entries == (conflict,)
    assert not proposal.reject(conflict).apply()
    assert not plan.check_ink(form, base="第2回PT").differences
    shown = rendering.render(plan.snapshot("第2回PT"), format)
    assert isinstance(shown, bytes)
    assert plan.propose(NamedBytes(f"抹消後.{format}", shown)).entries == ()


@pytest.mark.parametrize("format", FORMATS)
def test_last_meetings_file_is_noticed_and_does_no_harm(plan: Plan, format: str) -> None:
    form = typed(handout(plan, format=format), "1,200", "1,500")
    plan["商談会開催事業"].change(budget="2,400")
    plan.hold("第2回PT", on="R5.8.30")
    proposal = plan.propose(form)
    (warning,) = proposal.warnings
    assert isinstance(warning, EarlierEdition)
    assert (warning.found, warning.latest) == ("第1回PT 第1版", "第2回PT 第1版")
    assert warning.place is not None
    assert warning.place.file == f"返却.{format}"
    assert "第1回PT 第1版" in str(proposal)
    assert told(proposal) == [("changed", "周遊バス事業", "budget", "1,200", "1,500")]
    assert plan.propose(handout(plan, "第2回PT", format)).warnings == ()


def test_a_replaced_edition_is_noticed_as_one(plan: Plan) -> None:
    form = handout(plan)
    plan["商談会開催事業"].change(budget="2,400")
    plan.reissue("第1回PT")
    (warning,) = plan.propose(form).warnings
    assert "第1回PT 第1版" in str(warning)
    assert "第1回PT 第2版" in str(warning)
    assert "第2版" in warning.message("en")


def test_a_file_of_another_ledger_is_refused_with_its_place(plan: Plan) -> None:
    with opened() as other:
        other.hold("第1回PT", on="R5.6.30")
        form = handout(other, name="隣の課")
    with pytest.raises(PlanLedgerError) as caught:
        plan.propose(form)  # the same texts, hence the same digest; the ids tell
    assert caught.value.code == "other_ledger"
    assert caught.value.place is not None
    assert caught.value.place.file == "隣の課.xlsx"
    assert "--base" in str(caught.value)
    accepted = plan.propose(form, base="now")
    assert accepted.entries == ()
    assert [type(warning) for warning in accepted.warnings] == [OtherLedgerAccepted]


def test_a_file_of_a_copy_that_went_on_is_refused(plan: Plan) -> None:
    form = handout(plan)
    book = openpyxl.load_workbook(BytesIO(form.data))
    for prop in book.custom_doc_props.props:
        if prop.name == "plan_ledger.known":
            prop.value = str(plan.ledger.head + 5)
    data = BytesIO()
    book.save(data)
    tampered = NamedBytes(form.name, data.getvalue())
    with pytest.raises(PlanLedgerError, match="この台帳から出した"):
        plan.propose(tampered)


def test_a_file_of_another_plan_names_it(plan: Plan) -> None:
    with plan.ledger.acting("企画課"):
        other = plan.ledger.open_plan("令和6年度試験計画", fiscal_year=2024, schema=SCHEMA)
        other.propose(sheet(ROWS, title="令和6年度試験計画の推進について")).apply()
    with pytest.raises(PlanLedgerError) as caught:
        plan.propose(handout(other, None))
    assert {problem.code for problem in caught.value.problems()} == {"other_plan"}
    retitled = typed(handout(other, None), "令和6年度試験計画の推進について", "令和5年度試験計画の推進について")
    with pytest.raises(PlanLedgerError, match="令和6年度試験計画") as caught:
        plan.propose(retitled)
    assert caught.value.code == "other_plan_returned"
    assert "--plan" in str(caught.value)


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_tells_its_ledger_and_plan_also_where_every_text_and_row_is_the_same(plan: Plan, format: str) -> None:
    """The ids of the rows are the same in a ledger that was filled by a program with ids of its own."""
    elsewhere = evolve(plan.snapshot("第1回PT"), ledger_id=UUID(int=7, version=4))
    made = rendering.render(elsewhere, format)
    assert isinstance(made, bytes)
    with pytest.raises(PlanLedgerError, match="識別番号") as caught:
        plan.propose(NamedBytes(f"隣の課.{format}", made))
    assert caught.value.code == "other_ledger"
    carried = read_carried(read_document(handout(plan, format=format)))
    assert carried is not None
    assert (carried.ledger, carried.plan_id) == (plan.ledger.id, plan.id)
    assert (carried.meeting, carried.edition) == ("第1回PT", 1)
    assert {uuid for ids in carried.rows for uuid in ids if uuid} == {item.id for item in plan.snapshot()}


def test_an_empty_plan_takes_a_file_of_another_ledger_as_its_beginning(plan: Plan) -> None:
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課"):
        copy = ledger.open_plan("令和5年度試験計画", fiscal_year=2023, schema=SCHEMA)
        copy.propose(handout(plan)).apply()
        assert copy.snapshot().digest == plan.snapshot().digest


def test_files_with_different_bases_are_not_mixed(plan: Plan) -> None:
    first = handout(plan, name="一")
    plan["商談会開催事業"].change(budget="2,400")
    plan.hold("第2回PT")
    second = handout(plan, "第2回PT", name="二")
    with pytest.raises(PlanLedgerError, match="第1回PT 第1版") as caught:
        plan.propose([second, first])
    assert caught.value.code == "different_bases"
    assert plan.propose([second, second]).entries == ()
    plan["商談会開催事業"].change(budget="2,500")
    with pytest.raises(PlanLedgerError, match="現在の台帳"):
        plan.propose([second, sheet()])
    assert plan.propose([second, first], base="第2回PT", partial=True).conflicts


@pytest.mark.parametrize(
    ("name", "value"), [("format", "2"), ("position", "一"), ("digest", None), ("effective", "-1"), ("known", "9" * 30)]
)
def test_damaged_marks_make_it_a_sheet_by_hand(plan: Plan, name: str, value: str | None) -> None:
    book = openpyxl.load_workbook(BytesIO(handout(plan).data))
    del book["_plan_ledger"]
    for prop in list(book.custom_doc_props.props):
        if prop.name == f"plan_ledger.{name}":
            if value is None:
                del book.custom_doc_props[prop.name]
            else:
                prop.value = value
    data = BytesIO()
    book.save(data)
    proposal = plan.propose(NamedBytes("返却.xlsx", data.getvalue()))
    assert proposal.base is None
    assert [warning.code for warning in proposal.warnings] == ["carried_unreadable"]
    assert proposal.entries == ()


def test_a_sheet_by_hand_carries_nothing(plan: Plan) -> None:
    assert read_carried(read_document(sheet())) is None
    assert plan.propose(sheet()).base is None


@pytest.mark.parametrize("format", FORMATS)
def test_what_we_struck_through_ourselves_is_no_news(plan: Plan, format: str) -> None:
    plan["周遊バス事業"].change(budget="1,800")
    plan.hold("第2回PT", on="R5.8.30")
    made = rendering.render(plan.snapshot("第2回PT"), format, changes=plan.changes(until="第2回PT"), style="redline")
    assert isinstance(made, bytes)
    proposal = plan.propose(NamedBytes(f"返却.{format}", made))
    assert (proposal.entries, proposal.warnings) == ((), ())


# --- rows by their ids ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_a_row_with_a_new_title_is_the_same_item(plan: Plan, format: str) -> None:
    form = typed(handout(plan, format=format), "案内板整備事業", "多言語サイン設置事業")
    assert told(plan.propose(form)) == [
        ("changed", "案内板整備事業", "title", "案内板整備事業", "多言語サイン設置事業")
    ]


@pytest.mark.parametrize("format", FORMATS)
def test_so_is_an_upper_row(plan: Plan, format: str) -> None:
    form = typed(handout(plan, format=format), "① 観光", "① 交流人口の拡大")
    assert told(plan.propose(form)) == [("changed", "① 観光", "title", "① 観光", "① 交流人口の拡大")]


def test_a_row_typed_over_with_another_project_is_not(plan: Plan) -> None:
    def other(rows: Rows) -> Rows:
        rows[1][1:] = ["空き家活用モデル", "12,345", "R5.11 公募 R6.1 採択 R6.3 報告", "実施中"]
        return rows

    entries = plan.propose(rebuilt(handout(plan), other)).entries
    assert [(entry.kind, entry.title) for entry in entries if entry.field in (None, "title")] == [
        ("added", "空き家活用モデル"),
        ("missing", "案内板整備事業"),
    ]


def test_rows_inserted_deleted_and_renamed_at_once(plan: Plan) -> None:
    def worked_on(rows: Rows) -> Rows:
        rows[2][1] = "海外商談会"
        return [rows[0], ["① 観光", "夜間観光事業", "500", "R5.12 開始", ""], *rows[2:]]

    entries = plan.propose(rebuilt(handout(plan), worked_on)).entries
    assert [(entry.kind, entry.title, entry.new) for entry in entries if entry.field in (None, "title")] == [
        ("added", "夜間観光事業", "夜間観光事業"),
        ("changed", "商談会開催事業", "海外商談会"),
        ("missing", "案内板整備事業", ""),
    ]


def test_sorted_rows_keep_their_identity(plan: Plan) -> None:
    proposal = plan.propose(rebuilt(handout(plan), lambda rows: [rows[1], rows[0], rows[3], rows[2]]))
    assert {entry.kind for entry in proposal.entries} <= {"reordered"}


def test_swapped_titles_are_not_two_renames_but_what_the_names_say(plan: Plan) -> None:
    def swapped(rows: Rows) -> Rows:
        rows[0][1], rows[1][1] = rows[1][1], rows[0][1]
        return rows

    entries = plan.propose(rebuilt(handout(plan), swapped), partial=True).entries
    assert "title" not in {entry.field for entry in entries}


def test_of_two_rows_of_one_name_the_one_that_is_left_is_the_right_one() -> None:
    rows = [*ROWS[:3], ("", "周辺整備", "100", "R5.5 東側の工事", ""), ("", "周辺整備", "200", "R5.8 西側の工事", "")]
    with opened(()) as plan:
        for measure in ("① 観光", "② 産業"):
            plan.add("measure", measure)
        for _, title, budget, progress, _ in rows[3:]:
            plan.add("project", title, under="② 産業", budget=budget, progress=progress)
        form = handout(plan, None)
        entries = plan.propose(rebuilt(form, lambda rows: [row for row in rows if row[2] != "100"])).entries
        assert [(entry.kind, entry.item) for entry in entries] == [("missing", plan.items("project")[0].id)]
