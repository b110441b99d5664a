"""Excel workbooks are read as the sheet shows them, and what Excel may have changed is reported."""

from __future__ import annotations

import datetime as dt
import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.styles.colors import Color

from plan_ledger.errors import MissingExtra, PlanLedgerError
from plan_ledger.sheets.grid import Cell, Document, Grid, Run
from plan_ledger.sheets.reading import NamedBytes, read_document

HEADER = ["戦略名", "事業名", "予算額", "進捗"]


def workbook(fill: Callable[[Any], None], *, header: bool = True) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "様式1"
    if header:
        sheet.append(HEADER)
    fill(sheet)
    return saved(book)


def saved(book: Any) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def rewritten(data: bytes, changes: dict[str, Callable[[bytes], bytes]]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, changes[name](content) if name in changes else content)
    return made.getvalue()


def read(data: bytes, name: str = "観光課.xlsx") -> Document:
    return read_document(NamedBytes(name, data))


def grid(document: Document) -> Grid:
    (only,) = document.grids
    return only


def texts(document: Document) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in grid(document).rows]


def codes(problems: tuple[PlanLedgerError, ...]) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.place.cell if problem.place else None) for problem in problems]


def one_cell(value: object, number_format: str = "General") -> tuple[Cell, Document]:
    def fill(sheet: Any) -> None:
        sheet.append(["甲", "乙", value, "x"])
        sheet["C2"].number_format = number_format

    document = read(workbook(fill))
    return grid(document).rows[0].cells[2], document


def test_a_plain_sheet() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["題名(第2回PT用)"])
        sheet.append([])
        sheet.append(["※変更部分は赤字着色"])
        sheet.append(HEADER)
        sheet.append(["甲", "乙", "4,450", "一行目\n二行目　～〜"])
        sheet.append([None, "丙", "2,900", None])

    document = read(workbook(fill, header=False))
    assert document.kind == "xlsx"
    assert document.problems == ()
    assert grid(document).sheet == "様式1"
    assert [line.text for line in grid(document).lines_before] == ["題名(第2回PT用)", "※変更部分は赤字着色"]
    assert grid(document).header_rows == (4,)
    assert texts(document) == [["甲", "乙", "4,450", "一行目\n二行目　～〜"], ["", "丙", "2,900", ""]]
    assert [cell.ref for cell in grid(document).rows[1].cells] == ["A6", "B6", "C6", "D6"]


def test_a_table_that_does_not_begin_in_column_a() -> None:
    def fill(sheet: Any) -> None:
        sheet["B3"], sheet["C3"], sheet["D3"] = "戦略名", "事業名", "予算額"
        sheet["B4"], sheet["C4"], sheet["D4"] = "甲", "乙", "1"
        sheet["F4"] = "欄外"

    document = read(workbook(fill, header=False))
    assert texts(document) == [["甲", "乙", "1"]]
    assert codes(document.errors) == [("outside_table", "F4")]


def test_merged_cells_are_told_from_blank_ones() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["甲", "乙", "1", "x"])
        sheet.append([None, "丙", None, "y"])
        sheet.append([None, "丁", "3", "z"])
        sheet.merge_cells("A2:A4")

    rows = grid(read(workbook(fill))).rows
    assert [row.cells[0].merged_into for row in rows] == [None, "A2", "A2"]
    assert rows[1].cells[2].merged_into is None


def test_a_header_of_two_merged_lines() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["戦略名", "予算額", None, "進捗"])
        sheet.append([None, "当初", "補正", None])
        sheet.append(["甲", "1", "2", "x"])
        for merged in ("A1:A2", "B1:C1", "D1:D2"):
            sheet.merge_cells(merged)

    document = read(workbook(fill, header=False))
    assert [cell.text for cell in grid(document).header] == ["戦略名", "予算額\n当初", "予算額\n補正", "進捗"]
    assert grid(document).header_rows == (1, 2)
    assert texts(document) == [["甲", "1", "2", "x"]]


def test_ink() -> None:
    red, plain = InlineFont(color="FFFF0000", u="single"), InlineFont(sz=11)
    struck = InlineFont(strike=True)

    def fill(sheet: Any) -> None:
        rich = CellRichText("前 ", TextBlock(red, "追加\r\n"), TextBlock(plain, "後"), TextBlock(struck, "消"))
        sheet.append(["甲", "乙", "4,950", rich])
        sheet["C2"].font = Font(color="00C00000", underline="single")
        sheet["B2"].font = Font(color=Color(theme=5))
        sheet["A2"].font = Font(color=Color(indexed=10))

    document = read(workbook(fill))
    first, second, third, fourth = grid(document).rows[0].cells
    assert first.runs == (Run("甲", red=True),)
    assert second.runs == (Run("乙", red=True),)  # the second accent of openpyxl's theme is C0504D
    assert third.runs == (Run("4,950", red=True, underline=True),)
    assert fourth.text == "前 追加\n後消"
    assert fourth.runs == (
        Run("前 "),
        Run("追加\n", red=True, underline=True),
        Run("後"),
        Run("消", strike=True),
    )
    assert fourth.standing == "前 追加\n後"
    assert codes(document.warnings) == [("struck_text", "D2")]


def test_rich_text_without_a_font_is_written_in_the_cells() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet()
    red = book.add_format({"font_color": "red", "underline": 1})
    sheet.write_row(0, 0, HEADER)
    sheet.write_rich_string(1, 0, "前", red, "赤", "後")
    sheet.write_rich_string(1, 1, "前", red, "赤", "後", red)
    book.close()
    first, second, *_ = grid(read(stream.getvalue())).rows[0].cells
    assert first.runs == (Run("前"), Run("赤", red=True, underline=True), Run("後"))
    assert second.runs[0] == Run("前赤", red=True, underline=True)


@pytest.mark.parametrize(
    ("value", "number_format", "text", "reported"),
    [
        (4450, "General", "4450", []),
        (4450, "#,##0", "4,450", []),
        (4450.0, "#,##0_ ", "4,450", []),
        (4450000, "#,##0,", "4,450", []),
        (4450600, "#,##0,", "4,451", ["rounded_number"]),
        (-1200, "#,##0;[Red]▲#,##0", "▲1,200", []),
        (0.733, "0.0%", "73.3%", []),
        (4450, '#,##0"千円"', "4,450千円", []),
        (4450, "¥#,##0", "¥4,450", []),
        (5.1, "General", "5.1", ["suspicious_number"]),
        (5.1, "0.00", "5.10", []),
        (45168, "General", "45168", ["suspicious_number"]),
        (12.5, "# ?/?", "12.5", ["unknown_number_format"]),
        (12, "[DBNum1]General", "12", ["unknown_number_format"]),
        (12, "[$-30411]#,##0", "12", ["unknown_number_format"]),
        (12, "[$¥-411]#,##0", "¥12", []),
        (-4450.5, "#,##0.00_);[Red](#,##0.00)", "(4,450.50)", []),
        (0, '#,##0;-#,##0;"―"', "―", []),
        (0.5, "#,##0.0#", "0.5", []),
        (0.25, "0.0", "0.3", ["rounded_number"]),
        (10**18, "#,##0", "1E+18", ["unknown_number_format"]),
        (True, "General", "TRUE", []),
        (dt.date(2023, 5, 10), "yyyy/m/d", "2023/5/10", ["date_value"]),
        (dt.date(2023, 5, 10), "[$-411]ge.m.d;@", "R5.5.10", ["date_value"]),
        (dt.date(2019, 4, 30), '[$-411]ggge"年"m"月"d"日"', "平成31年4月30日", ["date_value"]),
        (dt.date(2023, 5, 10), 'm"月"d"日"', "5月10日", ["date_value"]),
        (dt.datetime(2023, 5, 10, 9, 5), "yyyy/m/d h:mm", "2023/5/10 9:05", ["date_value"]),
        (dt.date(2023, 5, 10), "m/d AM/PM", "2023-05-10", ["unknown_number_format", "date_value"]),
    ],
)
def test_numbers_and_dates_read_as_the_sheet_shows_them(
    value: object, number_format: str, text: str, reported: list[str]
) -> None:
    cell, document = one_cell(value, number_format)
    assert cell.text == text
    assert [code for code, _ in codes(document.problems)] == reported
    assert all(place == "C2" for _, place in codes(document.problems))
    assert document.errors == ()
    assert list(cell.warnings) == list(document.problems)


def test_a_date_in_a_builtin_format_of_japanese_excel_is_a_date() -> None:
    data = workbook(lambda sheet: sheet.append(["甲", "乙", 45056, "x"]))
    styled = rewritten(data, {"xl/styles.xml": lambda xml: xml.replace(b'<xf numFmtId="0"', b'<xf numFmtId="57"')})
    document = read(styled)
    assert grid(document).rows[0].cells[2].text == "R5.5.10"
    assert codes(document.warnings) == [("date_value", "C2")]


def test_formulas() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("計")
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, ["甲", "乙"])
    sheet.write_formula(1, 2, "=1+1", book.add_format({"num_format": "#,##0"}), 4450)
    sheet.write_formula(1, 3, '="a"', None, "a\nb")
    book.close()
    document = read(stream.getvalue())
    assert [(cell.text, cell.kind) for cell in grid(document).rows[0].cells[2:]] == [
        ("4,450", "formula"),
        ("a\nb", "formula"),
    ]
    assert codes(document.problems) == [("formula_value", "C2"), ("formula_value", "D2")]
    without = read(workbook(lambda sheet: sheet.append(["甲", "乙", "=1+1", "=NA()"])))
    assert codes(without.errors) == [("formula_without_value", "C2"), ("formula_without_value", "D2")]
    assert grid(without).rows[0].cells[2].kind == "formula"


def test_error_values_and_bad_characters_are_errors() -> None:
    document = read(workbook(lambda sheet: sheet.append(["甲", "#REF!", "#N/A", "_x000B_"])))
    assert codes(document.errors) == [("error_value", "B2"), ("error_value", "C2"), ("bad_character", "D2")]


def test_phonetic_guides_are_no_text() -> None:
    def add(xml: bytes) -> bytes:
        return xml.replace("<t>甲</t>".encode(), '<t>甲</t><rPh sb="0" eb="1"><t>コウ</t></rPh>'.encode())

    data = workbook(lambda sheet: sheet.append(["甲", "乙", "1", "x"]))
    assert texts(read(rewritten(data, {"xl/sharedStrings.xml": add}))) == [["甲", "乙", "1", "x"]]


def test_escapes_of_the_file_format_are_resolved_and_literal_ones_kept() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, ["_x000D_", "a_b", "x005F_", "_X000D_"])
    book.close()
    data = stream.getvalue()
    assert texts(read(data)) == [["_x000D_", "a_b", "x005F_", "_X000D_"]]
    real = rewritten(data, {"xl/sharedStrings.xml": lambda xml: xml.replace(b"a_b", b"a_x000D__x000A_b")})
    assert texts(read(real))[0][1] == "a\nb"


def test_hidden_rows_columns_and_sheets() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["甲", "乙", "1", "x"])
        sheet.append(["甲", "丙", "2", "y"])
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True
        other = sheet.parent.create_sheet("控え")
        other.append(HEADER)
        other.sheet_state = "hidden"
        sheet.parent.create_sheet("説明").append(["この様式の書き方"])
        sheet.parent.create_sheet("白紙")

    document = read(workbook(fill))
    assert [row.hidden for row in grid(document).rows] == [False, True]
    assert grid(document).hidden_columns == (2,)
    found = [(problem.code, problem.place.sheet if problem.place else None) for problem in document.warnings]
    assert found == [("hidden_sheet", "控え"), ("hidden_rows", "様式1"), ("sheet_without_table", "説明")]


def test_several_sheets_are_several_grids() -> None:
    def fill(sheet: Any) -> None:
        other = sheet.parent.create_sheet("観光課/[2]"[:3])
        other.append(HEADER)

    assert [one.sheet for one in read(workbook(fill)).grids] == ["様式1", "観光課"]


def test_text_covered_by_a_merged_range_is_reported() -> None:
    def cover(xml: bytes) -> bytes:
        return xml.replace(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A2:A3"/></mergeCells>')

    data = workbook(lambda sheet: [sheet.append(["甲", "乙", "1", "x"]) for _ in range(2)])
    document = read(rewritten(data, {"xl/worksheets/sheet1.xml": cover}))
    assert codes(document.warnings) == [("covered_text", "A3")]
    assert grid(document).rows[1].cells[0] == Cell("A3", merged_into="A2")


def test_our_own_marks_come_back_as_properties() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("表")
    sheet.write_row(0, 0, HEADER)
    book.set_custom_property("plan_ledger.plan", "計画A")
    own = book.add_worksheet("_plan_ledger")
    own.very_hidden()
    own.write_row(0, 0, ["edition", "第2回PT#1"])
    own.write_row(1, 0, ["row.2", "01J-id"])
    book.close()
    document = read(stream.getvalue())
    assert dict(document.properties) == {"plan_ledger.plan": "計画A", "edition": "第2回PT#1", "row.2": "01J-id"}
    assert document.problems == ()
    with pytest.raises(TypeError):
        document.properties["x"] = "y"  # type: ignore[index]  # that it is refused is what is tested


def test_what_openpyxl_stumbles_over_is_not_read() -> None:
    def links(xml: bytes) -> bytes:
        return xml.replace(
            b"</worksheet>",
            b'<hyperlinks><hyperlink ref="A1:XFD1048576" r:id="rId9" xmlns:r="http://schemas.openxmlformats.org/'
            b'officeDocument/2006/relationships"/></hyperlinks><tableParts><tablePart/></tableParts></worksheet>',
        )

    data = workbook(lambda sheet: sheet.append(["甲", "乙", "1", "x"]))
    assert texts(read(rewritten(data, {"xl/worksheets/sheet1.xml": links}))) == [["甲", "乙", "1", "x"]]


def test_the_extension_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "様式.csv"
    path.write_bytes(workbook(lambda sheet: sheet.append(["甲", "乙", "1", "x"])))
    assert read_document(path).kind == "xlsx"


def test_a_failing_header_test_is_the_callers_own_error() -> None:
    def broken(_: object) -> bool:
        raise TypeError("the caller's")

    data = workbook(lambda sheet: None)
    with pytest.raises(TypeError, match="the caller's"):
        read_document(NamedBytes("x.xlsx", data), is_header=broken)


def test_a_missing_library_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    data = workbook(lambda sheet: None)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtra) as caught:
        read(data)
    assert "pip install 'plan-ledger[sheets]'" in str(caught.value)
