"""Excel: what is read back is what was written, red where it was marked; the file prints, returns and never runs."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import openpyxl
import pytest
from attrs import evolve
from openpyxl.cell.rich_text import CellRichText, TextBlock

from plan_ledger import ChangeSet, Ledger, Plan, PlanLedgerError, Snapshot, rendering
from plan_ledger.queries.shown import FileNotWritten
from plan_ledger.rendering import Look, Table, lay_out
from plan_ledger.rendering.errors import BadColour, CellTooLong
from plan_ledger.rendering.heights import split
from plan_ledger.rendering.table import Cell
from plan_ledger.rendering.xlsx_page import footer
from plan_ledger.sheets.grid import Grid
from plan_ledger.sheets.reading import NamedBytes, read_document
from rendering_plan import long_plan, small_plan


@pytest.fixture(scope="module")
def plan() -> Iterator[Plan]:
    with small_plan() as plan:
        yield plan


@pytest.fixture(scope="module")
def snapshot(plan: Plan) -> Snapshot:
    return plan.snapshot("第2回PT")


@pytest.fixture(scope="module")
def changes(plan: Plan) -> ChangeSet:
    return plan.changes(until="第2回PT")


@pytest.fixture(scope="module")
def written(snapshot: Snapshot, changes: ChangeSet) -> bytes:
    return as_bytes(snapshot, changes)


def as_bytes(result: object, changes: ChangeSet | None = None, **options: Any) -> bytes:
    made = rendering.render(result, "xlsx", changes=changes, **options)
    assert isinstance(made, bytes)
    return made


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(data), rich_text=True)


def grid_of(data: bytes) -> Grid:
    document = read_document(NamedBytes("a.xlsx", data))
    assert document.errors == ()
    assert len(document.grids) == 1
    return document.grids[0]


def marked(grid: Grid, *, strike: bool = False) -> list[list[str]]:
    return [
        ["".join(run.text for run in cell.runs if (run.strike if strike else run.red)) for cell in row.cells]
        for row in grid.rows
    ]


def added(table: Table) -> list[list[str]]:
    """What should be red, cell by cell; nothing in the column of signs."""
    return [[*(new_words(cell) if cell else "" for cell in row.cells), ""] for row in table.rows]


def new_words(cell: Cell) -> str:
    return "".join(segment.text for segment in cell.segments if segment.kind == "added")


def test_every_cell_is_read_back_to_the_letter(snapshot: Snapshot, changes: ChangeSet, written: bytes) -> None:
    table = lay_out(snapshot, changes)
    grid = grid_of(written)
    assert [cell.text for cell in grid.header] == list(table.headers)
    assert [[cell.text for cell in row.cells] for row in grid.rows] == [
        [*(cell.text if cell else "" for cell in row.cells), "\n".join(row.signs)] for row in table.rows
    ]
    assert grid.lines_before[0].text == table.title_line


def test_the_red_text_that_is_read_back_is_what_was_added(
    snapshot: Snapshot, changes: ChangeSet, written: bytes
) -> None:
    grid = grid_of(written)
    assert marked(grid) == added(lay_out(snapshot, changes))
    assert all(run.underline for row in grid.rows for cell in row.cells for run in cell.runs if run.red)


def test_in_redline_what_went_is_struck_through(snapshot: Snapshot, changes: ChangeSet) -> None:
    grid = grid_of(as_bytes(snapshot, changes, style="redline"))
    assert "4,450" in [text for row in marked(grid, strike=True) for text in row]
    assert "4,950" in [text for row in marked(grid) for text in row]


def test_another_red_is_used_where_it_is_asked_for(snapshot: Snapshot, changes: ChangeSet) -> None:
    assert marked(grid_of(as_bytes(snapshot, changes, red="C00000"))) == added(lay_out(snapshot, changes))
    with pytest.raises(BadColour, match="C00000"):
        Look(red="C00000'")


def test_merged_cells_are_merged(written: bytes) -> None:
    page = opened(written).worksheets[0]
    assert {"A4:A7", "B4:B6", "C5:C6"} <= {str(each) for each in page.merged_cells.ranges}


def test_nothing_is_a_formula_number_or_link(snapshot: Snapshot) -> None:
    texts = iter(
        ["=1+1", "+1", "-1", "@a", "'=1", "1,000", "0012", "http://a.b", "{=1}", "_x0041_", " a ", "a\n", "\u202eb"]
    )
    items = tuple(
        evolve(item, fields={key: evolve(cell, text=next(texts, "x")) for key, cell in item.fields.items()})
        for item in snapshot.items
    )
    data = as_bytes(evolve(snapshot, items=items))
    expected = lay_out(evolve(snapshot, items=items))
    assert [[cell.text for cell in row.cells] for row in grid_of(data).rows] == [
        [cell.text if cell else "" for cell in row.cells] for row in expected.rows
    ]
    with ZipFile(BytesIO(data)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
        assert not any("hyperlink" in name for name in package.namelist())
    cells = [cell for row in opened(data).worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert {(cell.data_type, cell.number_format) for cell in cells if cell.row > 3} <= {("s", "@"), ("n", "@")}


def test_the_same_snapshot_gives_the_same_bytes(snapshot: Snapshot, changes: ChangeSet, written: bytes) -> None:
    assert as_bytes(snapshot, changes) == written
    assert as_bytes(changes) == as_bytes(changes)


def test_the_page_prints_on_a3_landscape_with_its_header_on_every_sheet(written: bytes) -> None:
    page = opened(written).worksheets[0]
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (8, "landscape")
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (1, 0)
    assert page.print_title_rows == "$3:$3"
    assert page.oddFooter.left.text == "令和5年8月30日時点　第2回PT　第1版"
    assert page.oddFooter.center.text == "&P / &N"
    assert page.oddFooter.right.text.startswith("照合値 ")


def test_the_file_tells_what_it_is_when_it_comes_back(snapshot: Snapshot, written: bytes) -> None:
    book = opened(written)
    hidden = book["_plan_ledger"]
    assert hidden.sheet_state == "veryHidden"
    rows = [[cell for cell in row if cell is not None] for row in hidden.iter_rows(values_only=True)]
    told = {row[0]: row[1] for row in rows if len(row) > 1}
    assert told["plan"] == snapshot.plan
    assert told["meeting"] == "第2回PT"
    assert told["digest"] == snapshot.digest
    assert told["known"] == str(snapshot.moment.pair.known)
    assert told["row 4"].split("\t")[-1] == snapshot.find("橋りょう補修事業").id.hex
    assert told["ledger"] == (snapshot.ledger_id or UUID(int=0)).hex
    assert told["plan_id"] == (snapshot.plan_id or UUID(int=0)).hex
    custom = {each.name: each.value for each in book.custom_doc_props.props}
    assert custom["plan_ledger.digest"] == snapshot.digest
    assert read_document(NamedBytes("a.xlsx", written)).properties["plan_ledger.meeting"] == "第2回PT"


def test_a_row_higher_than_excel_allows_becomes_several(snapshot: Snapshot) -> None:
    long = "\n".join(f"R5.{number} 実施" for number in range(100))
    items = tuple(
        evolve(item, fields={**item.fields, "progress": evolve(item["progress"], text=long)})
        if item.level == "project"
        else item
        for item in snapshot.items
    )
    with pytest.warns(rendering.RowsSplit, match="409") as told:
        data = as_bytes(evolve(snapshot, items=items))
    assert len(told) == 1
    page = opened(data).worksheets[0]
    assert max(each.height for each in page.row_dimensions.values() if each.height) <= 409
    grid = grid_of(data)
    assert len(grid.rows) == 4
    assert [row.cells[7].text for row in grid.rows[:3]] == [long] * 3
    assert split(1000) == (333.33, 333.33, 333.33)


def test_a_text_too_long_for_a_cell_is_refused_not_cut(snapshot: Snapshot) -> None:
    items = tuple(
        evolve(item, fields={**item.fields, "overview": evolve(item["overview"], text="あ" * 32_768)})
        if item.level == "project"
        else item
        for item in snapshot.items
    )
    with pytest.raises(PlanLedgerError) as raised:
        as_bytes(evolve(snapshot, items=items))
    found = raised.value.problems()
    assert len(found) == 3
    assert all(isinstance(each, CellTooLong) for each in found)
    assert found[0].place is not None
    assert found[0].place.cell == "E4"
    assert "橋りょう補修事業" in str(found[0])


def test_a_footer_doubles_ampersands_and_stays_within_excels_limit() -> None:
    assert footer("A&B", "C") == "&LA&&B&C&P / &N&RC"
    long = footer("長い会議名&" * 100, "照合値 0123456789ab")
    assert len(long) <= 255
    assert long.endswith("&C&P / &N&R照合値 0123456789ab")
    assert long[: long.index("&C&P")].replace("&&", "").count("&") == 1


def test_lists_are_written_too(plan: Plan, changes: ChangeSet) -> None:
    page = opened(as_bytes(changes, style="comparison")).worksheets[0]
    values = [str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None]
    assert "変更後" in values
    assert "（新設）" in values
    blocks = [
        part
        for row in page.iter_rows()
        for cell in row
        if isinstance(cell.value, CellRichText)
        for part in cell.value
        if isinstance(part, TextBlock)
    ]
    assert any(part.font.u for part in blocks)
    assert not any(part.font.color is not None and part.font.color.rgb == "FFFF0000" for part in blocks)
    assert opened(as_bytes(list(plan.audit()))).worksheets[0]["A1"].value == "変更履歴"
    assert opened(as_bytes(plan.meetings())).worksheets[0]["A1"].value == "会議の一覧"


def test_a_result_writes_its_file(snapshot: Snapshot, changes: ChangeSet, written: bytes, tmp_path: Path) -> None:
    made = snapshot.to_xlsx(tmp_path / "資料.xlsx", changes=changes)
    assert made.read_bytes() == written
    with pytest.raises(FileNotWritten, match="ない"):
        snapshot.to_xlsx(tmp_path / "ない" / "資料.xlsx")


def test_labels_that_span_pages_stand_on_each_of_them(snapshot: Snapshot) -> None:
    """And the file still proposes what it says: a label that stands again is the same item."""
    above = [item.title for item in snapshot.items if item.depth < 3][:3]
    data = as_bytes(long_plan(snapshot, 30))
    page = opened(data).worksheets[0]
    starts = [each.id + 1 for each in page.row_breaks.brk]
    assert len(starts) >= 3
    for row in starts:
        assert [str(page.cell(row, column).value) for column in (1, 2, 3)] == above
    heights = [page.row_dimensions[row].height for row in range(4, 34)]
    edges = [4, *starts, 34]
    assert all(sum(heights[a - 4 : b - 4]) < 780 for a, b in pairwise(edges))
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課", reason="戻り"):
        plan = ledger.open_plan(snapshot.plan, fiscal_year=2023)
        plan.propose(NamedBytes("a.xlsx", data)).apply()
        levels = [item.level for item in plan.snapshot()]
        assert [levels.count(level) for level in ("strategy", "kpi", "measure", "project")] == [1, 1, 1, 30]


def test_the_box_at_the_top_right_has_room_for_a_date(snapshot: Snapshot, changes: ChangeSet) -> None:
    page = opened(as_bytes(snapshot, changes, stamp=("資料１", "令和5年8月30日", "案"))).worksheets[0]
    assert [page.cell(row, 9).value for row in (1, 2, 3)] == ["資料１", "令和5年8月30日", "案"]
    assert "I2:J2" in {str(each) for each in page.merged_cells.ranges}


def test_a_table_of_one_page_has_no_breaks(written: bytes) -> None:
    assert not opened(written).worksheets[0].row_breaks.brk
