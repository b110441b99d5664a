"""The same table in Excel, Word and csv means the same; what only a format can show is told as it is."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO

import docx
import openpyxl
import pytest
from docx.oxml import OxmlElement
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from proposals import HEADER, ROWS, TITLE, edited, filled, opened, sheet, table, told

from plan_ledger import PlanLedgerError
from plan_ledger.sheets import NamedBytes

Rows = Sequence[Sequence[object]]


def xlsx(rows: Rows = ROWS, *, merged: bool = True, sheets: int = 1, header: Sequence[str] = HEADER) -> NamedBytes:
    """A workbook; with several sheets, the rows are dealt out over them, the headings repeated."""
    book = openpyxl.Workbook()
    per_sheet = -(-len(rows) // sheets)
    for number in range(sheets):
        page = book.active if number == 0 else book.create_sheet()
        assert page is not None
        page.title = f"様式{number + 1}"
        page["A1"] = TITLE
        page["A2"] = "※変更部分は赤字着色"
        for column, label in enumerate(header, start=1):
            page.cell(4, column, label)
        for at, row in enumerate(rows[number * per_sheet : (number + 1) * per_sheet], start=5):
            for column, text in enumerate(row, start=1):
                if text != "":
                    page.cell(at, column).value = text  # type: ignore[assignment]  # rich text too
        if merged and sheets == 1:
            page.merge_cells("A5:A6")
            page.merge_cells("A7:A8")
    data = BytesIO()
    book.save(data)
    return NamedBytes("様式.xlsx", data.getvalue())


def word(rows: Sequence[Sequence[str]]) -> NamedBytes:
    document = docx.Document()
    document.add_paragraph(TITLE)
    grid = document.add_table(rows=1 + len(rows), cols=len(HEADER))
    grid.cell(1, 0).merge(grid.cell(2, 0))
    for at, row in enumerate((HEADER, *rows)):
        for column, text in enumerate(row):
            if text:
                grid.cell(at, column).text = text
    data = BytesIO()
    document.save(data)
    return NamedBytes("様式.docx", data.getvalue())


def comma(rows: Sequence[Sequence[str]]) -> NamedBytes:
    text = StringIO()
    csv.writer(text).writerows([[TITLE], HEADER, *rows])
    return NamedBytes("様式.csv", text.getvalue().encode("cp932"))


@pytest.mark.parametrize("document", [xlsx(), xlsx(filled(ROWS), merged=False), word(ROWS), comma(ROWS)])
def test_the_same_table_in_another_format_proposes_nothing(document: NamedBytes) -> None:
    with opened() as plan:
        assert not plan.propose(document)


def test_a_line_break_that_only_excel_shows_is_layout_only() -> None:
    with opened() as plan:
        proposal = plan.propose(xlsx(edited(0, 3, "R5.4 準備\nR5.6 運行")))
        assert [(entry.kind, entry.layout_only) for entry in proposal.entries] == [("changed", True)]
        proposal.apply()
        assert table(plan)[0][3] == "R5.4 準備\nR5.6 運行"
        assert not plan.propose(sheet())


def test_an_entry_names_sheet_and_cell() -> None:
    with opened() as plan:
        proposal = plan.propose(xlsx(edited(3, 2, "350")))
        assert [str(entry.source) for entry in proposal.entries] == ["様式.xlsx「様式1」C8"]
        proposal.apply()
        assert list(plan.audit(field="budget"))[-1].to_dict()["source"] == "様式.xlsx「様式1」C8"


def test_struck_through_words_are_gone() -> None:
    struck = TextBlock(InlineFont(strike=True), "R5.4 準備 ")
    rows: Rows = [(*ROWS[0][:3], CellRichText(struck, "R5.6 運行"), ROWS[0][4]), *ROWS[1:]]
    with opened() as plan:
        proposal = plan.propose(xlsx(rows))
        assert told(proposal) == [
            ("changed", "周遊バス事業", "progress", "R5.4 準備 R5.6 運行", "R5.6 運行"),
        ]


def test_an_item_goes_on_in_the_next_sheet() -> None:
    with opened() as plan:
        assert not plan.propose(xlsx(filled(ROWS), merged=False, sheets=2))
        assert not plan.propose(xlsx(filled(ROWS), merged=False, sheets=4))


def test_what_is_doubtful_is_shown_and_does_not_stop_the_import() -> None:
    with opened() as plan:
        proposal = plan.propose(xlsx([(*ROWS[0][:2], 5.1, *ROWS[0][3:]), *ROWS[1:]]))
        assert [warning.code for warning in proposal.warnings] == ["suspicious_number"]
        assert "【確かめてください】" in str(proposal)


def test_what_is_wrong_with_file_and_table_is_reported_together() -> None:
    with opened() as plan, pytest.raises(PlanLedgerError) as caught:
        plan.propose(xlsx([(*ROWS[0][:2], "=1+1", *ROWS[0][3:]), (ROWS[1][0], "", *ROWS[1][2:]), *ROWS[2:]]))
    found = [(each.code, each.place.cell if each.place else None) for each in caught.value.problems()]
    assert found == [("formula_without_value", "C5"), ("blank_title", "B6")]


@pytest.mark.parametrize("format", ["xlsx", "docx"])
def test_a_hidden_row_that_says_something_else_is_a_located_problem(format: str) -> None:
    """An old copy of a row was hidden, not deleted: neither is taken for right in silence."""
    rows = [list(row) for row in filled(ROWS)]
    rows.insert(1, [*rows[0][:2], "900", *rows[0][3:]])
    if format == "xlsx":
        book = openpyxl.load_workbook(BytesIO(xlsx(rows, merged=False).data))
        book.worksheets[0].row_dimensions[6].hidden = True
        save, second = book.save, "B6"
    else:
        document = docx.Document()
        document.add_paragraph(TITLE)
        grid = document.add_table(rows=1 + len(rows), cols=len(HEADER))
        for at, row in enumerate((HEADER, *rows)):
            for column, text in enumerate(row):
                grid.cell(at, column).text = text
        grid.rows[2]._tr.get_or_add_trPr().append(OxmlElement("w:hidden"))
        save, second = document.save, "B3"
    data = BytesIO()
    save(data)
    with opened() as plan, pytest.raises(PlanLedgerError) as caught:
        plan.propose(NamedBytes(f"様式.{format}", data.getvalue()))
    (problem,) = caught.value.problems()
    assert (problem.code, problem.place.cell if problem.place else None) == ("duplicate_item", second)


def test_a_hidden_row_is_proposed_and_told() -> None:
    book = openpyxl.load_workbook(BytesIO(xlsx(edited(1, 2, "950")).data))
    book.worksheets[0].row_dimensions[6].hidden = True
    data = BytesIO()
    book.save(data)
    with opened() as plan:
        proposal = plan.propose(NamedBytes("様式.xlsx", data.getvalue()))
        assert told(proposal) == [("changed", "案内板整備事業", "budget", "800", "950")]
        assert [warning.code for warning in proposal.warnings] == ["hidden_rows"]
