"""Word tables are read with their real merged cells, ink and tracked changes; what is no text is reported."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import RGBColor

from plan_ledger.errors import MissingExtra, PlanLedgerError
from plan_ledger.sheets.grid import Document, Grid, Run
from plan_ledger.sheets.reading import NamedBytes, read_document

HEADER = ["戦略名", "事業名", "予算額", "進捗"]


def table(document: Any, rows: list[list[str]]) -> Any:
    made = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        cells = made.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text
    return made


def saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def read(document: Any) -> Document:
    return read_document(NamedBytes("観光課.docx", saved(document)))


def grid(document: Document) -> Grid:
    (only,) = document.grids
    return only


def texts(document: Document) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in grid(document).rows]


def codes(problems: tuple[PlanLedgerError, ...]) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.place.cell if problem.place else None) for problem in problems]


def one_cell(fill: Callable[[Any], None]) -> Document:
    document = docx.Document()
    fill(table(document, [HEADER, ["甲", "乙", "1", ""]]).rows[1].cells[3])
    return read(document)


def insert(cell: Any, xml: str) -> None:
    """Put inline markup into the cell's first paragraph."""
    cell.paragraphs[0]._p.append(parse_xml(re.sub(r"(?<=[a-z])(?=[ >])", f" {nsdecls('w')}", xml, count=1)))


def test_a_table_between_its_lines() -> None:
    document = docx.Document()
    document.add_paragraph("題名(第2回PT用)")
    document.add_paragraph("")
    document.add_paragraph("※変更部分は赤字着色")
    table(document, [HEADER, ["甲", "乙", "4,450", "一行目\n二行目　～〜"], ["", "丙", "2,900", ""]])
    document.add_paragraph("以上")
    found = read(document)
    assert found.kind == "docx"
    assert found.problems == ()
    assert grid(found).sheet == "表1"
    assert [line.text for line in grid(found).lines_before] == ["題名(第2回PT用)", "※変更部分は赤字着色"]
    assert [line.text for line in grid(found).lines_after] == ["以上"]
    assert texts(found) == [["甲", "乙", "4,450", "一行目\n二行目　～〜"], ["", "丙", "2,900", ""]]
    assert [cell.ref for cell in grid(found).rows[0].cells] == ["A2", "B2", "C2", "D2"]


def test_real_merged_cells() -> None:
    document = docx.Document()
    made = table(document, [HEADER, ["甲", "乙", "1", "x"], ["", "丙", "2", "y"], ["丁", "戊", "3", "z"]])
    made.cell(1, 0).merge(made.cell(2, 0)).text = "甲"  # merging leaves an empty paragraph behind
    made.cell(3, 2).merge(made.cell(3, 3))
    rows = grid(read(document)).rows
    assert [row.cells[0].merged_into for row in rows] == [None, "A2", None]
    assert rows[0].cells[0].text == "甲"
    assert rows[2].cells[2].text == "3\nz"
    assert rows[2].cells[3].merged_into == "C4"


def test_a_block_merged_both_ways() -> None:
    document = docx.Document()
    made = table(document, [HEADER, ["甲", "", "1", "x"], ["", "", "2", "y"], ["乙", "丙", "3", "z"]])
    made.cell(1, 0).merge(made.cell(2, 1))
    rows = grid(read(document)).rows
    assert [[cell.merged_into for cell in row.cells] for row in rows] == [
        [None, "A2", None, None],
        ["A2", "A2", None, None],
        [None, None, None, None],
    ]


def test_a_header_of_two_merged_lines() -> None:
    document = docx.Document()
    made = table(document, [["戦略名", "予算額", "", "進捗"], ["", "当初", "補正", ""], ["甲", "1", "2", "x"]])
    made.cell(0, 0).merge(made.cell(1, 0))
    made.cell(0, 1).merge(made.cell(0, 2))
    made.cell(0, 3).merge(made.cell(1, 3))
    found = read(document)
    assert [cell.text.strip() for cell in grid(found).header] == ["戦略名", "予算額\n\n当初", "予算額\n\n補正", "進捗"]
    assert len(grid(found).rows) == 1


def test_ink() -> None:
    def fill(cell: Any) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.add_run("前")
        red = paragraph.add_run("赤")
        red.font.color.rgb = RGBColor(0xFF, 0, 0)
        red.font.underline = True
        more = paragraph.add_run("い")
        more.font.color.rgb = RGBColor(0xEE, 0, 0)
        more.font.underline = True
        paragraph.add_run("消").font.strike = True
        cell.add_paragraph("次")

    found = one_cell(fill)
    cell = grid(found).rows[0].cells[3]
    assert cell.text == "前赤い消\n次"
    assert cell.runs == (
        Run("前"),
        Run("赤い", red=True, underline=True),
        Run("消", strike=True),
        Run("\n次"),
    )
    assert cell.standing == "前赤い\n次"
    assert codes(found.warnings) == [("struck_text", "D2")]


def test_ink_of_styles() -> None:
    document = docx.Document()
    style = document.styles.add_style("変更", docx.enum.style.WD_STYLE_TYPE.CHARACTER)
    style.font.color.rgb = RGBColor(0xFF, 0, 0)
    derived = document.styles.add_style("変更2", docx.enum.style.WD_STYLE_TYPE.CHARACTER)
    derived.base_style = style
    cell = table(document, [HEADER, ["甲", "乙", "1", ""]]).rows[1].cells[3]
    cell.paragraphs[0].add_run("赤", style="変更2")
    assert grid(read(document)).rows[0].cells[3].runs == (Run("赤", red=True),)


def test_tracked_changes_are_read_as_accepted() -> None:
    def fill(cell: Any) -> None:
        insert(cell, "<w:r><w:t>旧</w:t></w:r>")
        insert(cell, '<w:ins w:id="1" w:author="a"><w:r><w:t>追加</w:t></w:r></w:ins>')
        insert(cell, '<w:del w:id="2" w:author="a"><w:r><w:delText>削除</w:delText></w:r></w:del>')

    found = one_cell(fill)
    assert grid(found).rows[0].cells[3].text == "旧追加"
    assert grid(found).rows[0].cells[3].runs == (Run("旧"), Run("追加", red=True, underline=True))
    assert codes(found.warnings) == [("tracked_change", "D2")]


def test_a_row_deleted_as_a_tracked_change_is_no_row() -> None:
    document = docx.Document()
    made = table(document, [HEADER, ["甲", "乙", "1", "x"], ["甲", "丙", "2", "y"]])
    made.rows[1]._tr.insert(0, parse_xml(f'<w:trPr {nsdecls("w")}><w:del w:id="1" w:author="a"/></w:trPr>'))
    found = read(document)
    assert texts(found) == [["甲", "丙", "2", "y"]]
    assert codes(found.warnings) == [("tracked_change", "2行目")]


def test_a_hidden_row_is_read_and_told() -> None:
    document = docx.Document()
    made = table(document, [HEADER, ["甲", "乙", "1", "x"], ["甲", "丙", "2", "y"]])
    made.rows[1]._tr.insert(0, parse_xml(f"<w:trPr {nsdecls('w')}><w:hidden/></w:trPr>"))
    found = read(document)
    assert [row[1] for row in texts(found)] == ["乙", "丙"]
    assert [(each.code, each.place.sheet if each.place else None) for each in found.warnings] == [
        ("hidden_rows", "表1")
    ]
    assert "2" in str(found.warnings[0])


def test_what_a_row_inserted_as_a_tracked_change_holds_is_read() -> None:
    document = docx.Document()
    made = table(document, [HEADER, ["甲", "乙", "1", "x"], ["甲", "丙", "2", "y"]])
    made.rows[2]._tr.insert(0, parse_xml(f'<w:trPr {nsdecls("w")}><w:ins w:id="1" w:author="a"/></w:trPr>'))
    found = read(document)
    assert [row[1] for row in texts(found)] == ["乙", "丙"]
    assert codes(found.warnings) == [("tracked_change", "3行目")]


def test_inline_markup() -> None:
    def fill(cell: Any) -> None:
        insert(cell, '<w:r><w:t xml:space="preserve"> 前 </w:t><w:tab/><w:br/><w:noBreakHyphen/></w:r>')
        insert(cell, "<w:hyperlink><w:r><w:t>リンク</w:t></w:r></w:hyperlink>")
        insert(cell, "<w:r><w:instrText>PAGE</w:instrText></w:r>")
        insert(cell, "<w:sdt><w:sdtContent><w:r><w:t>欄</w:t></w:r></w:sdtContent></w:sdt>")
        insert(
            cell,
            "<w:r><w:ruby><w:rt><w:r><w:t>けん</w:t></w:r></w:rt>"
            "<w:rubyBase><w:r><w:t>県</w:t></w:r></w:rubyBase></w:ruby></w:r>",
        )

    assert grid(one_cell(fill)).rows[0].cells[3].text == " 前 \t\n\u2011リンク欄県"


def test_what_is_no_text_is_reported() -> None:
    def fill(cell: Any) -> None:
        insert(cell, "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隠し</w:t></w:r>")
        insert(cell, "<w:r><w:t>表</w:t></w:r>")
        cell.paragraphs[0]._p.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')
        )
        cell.add_table(1, 1)

    found = one_cell(fill)
    assert codes(found.errors) == [("nested_table", "D2")]
    assert codes(found.warnings) == [("hidden_text", "D2"), ("automatic_numbering", "D2")]


def test_several_tables() -> None:
    document = docx.Document()
    table(document, [["文書番号", "第1号"]])
    document.add_paragraph("一")
    table(document, [HEADER, ["甲", "乙", "1", "x"]])
    document.add_paragraph("二")
    table(document, [HEADER, ["丙", "丁", "2", "y"]])
    found = read(document)
    assert [one.sheet for one in found.grids] == ["表2", "表3"]
    assert [[line.text for line in one.lines_before] for one in found.grids] == [["文書番号\t第1号", "一"], ["二"]]
    assert [problem.code for problem in found.problems] == ["sheet_without_table"]


def test_the_part_below_a_known_heading_is_no_table() -> None:
    document = docx.Document()
    table(document, [HEADER, ["甲", "乙", "1", "x"]])
    document.add_paragraph("【掲載を終了した事業】")
    table(document, [["戦略名", "事業名", "理由"], ["甲", "丙", "終了"]])
    found = read(document)
    assert texts(found) == [["甲", "乙", "1", "x"]]
    lines = [line.text for line in grid(found).lines_after]
    assert lines == ["【掲載を終了した事業】", "戦略名\t事業名\t理由", "甲\t丙\t終了"]
    assert found.problems == ()


def test_a_document_without_a_table() -> None:
    assert [problem.code for problem in read(docx.Document()).errors] == ["header_not_found"]


def test_our_own_marks_come_back_as_properties() -> None:
    document = docx.Document()
    table(document, [HEADER, ["甲", "乙", "1", "x"]])
    stream = io.BytesIO(saved(document))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(
            "docProps/custom.xml",
            '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
            'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
            '<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="plan_ledger.edition">'
            "<vt:lpwstr>第2回PT#1</vt:lpwstr></property></Properties>",
        )
    found = read_document(NamedBytes("x.docx", stream.getvalue()))
    assert dict(found.properties) == {"plan_ledger.edition": "第2回PT#1"}


def test_a_missing_library_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    document = docx.Document()
    data = saved(document)
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(MissingExtra) as caught:
        read_document(NamedBytes("x.docx", data))
    assert "python-docx" in str(caught.value)
