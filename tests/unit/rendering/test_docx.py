"""Word: what is read back is what was written, red where it was marked; the file prints and returns."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import docx
import pytest
from attrs import evolve

from plan_ledger import ChangeSet, Ledger, Plan, PlanLedgerError, Snapshot, rendering
from plan_ledger.rendering import Table, lay_out
from plan_ledger.sheets.grid import Document, Grid
from plan_ledger.sheets.reading import NamedBytes, read_document
from rendering_plan import long_plan, small_plan

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


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
    made = rendering.render(result, "docx", changes=changes, **options)
    assert isinstance(made, bytes)
    return made


def read(data: bytes) -> Document:
    document = read_document(NamedBytes("a.docx", data))
    assert document.errors == ()
    return document


def grid_of(data: bytes) -> Grid:
    return read(data).grids[0]


def texts(table: Table) -> list[list[str]]:
    signs = [["\n".join(row.signs)] if table.sign_column else [] for row in table.rows]
    return [
        [cell.text if cell else "" for cell in row.cells] + sign for row, sign in zip(table.rows, signs, strict=True)
    ]


def test_every_cell_is_read_back_to_the_letter(snapshot: Snapshot, changes: ChangeSet, written: bytes) -> None:
    table = lay_out(snapshot, changes)
    grid = grid_of(written)
    assert [cell.text for cell in grid.header] == list(table.headers)
    assert [[cell.text for cell in row.cells] for row in grid.rows] == texts(table)
    assert [line.text for line in grid.lines_before] == [table.title_line, *table.notes, table.unit_note]


def test_harmful_texts_are_read_back_too(snapshot: Snapshot) -> None:
    harmful = iter(["=1+1", "</w:t><w:p/>", "&amp;", " a  b ", "a\n", "\na", "a\tb", "\u202eb", "]]>", '"', "_x0041_"])
    items = tuple(
        evolve(item, fields={key: evolve(cell, text=next(harmful, "x")) for key, cell in item.fields.items()})
        for item in snapshot.items
    )
    table = lay_out(evolve(snapshot, items=items))
    assert [
        [cell.text for cell in row.cells] for row in grid_of(as_bytes(evolve(snapshot, items=items))).rows
    ] == texts(table)


def test_the_red_text_that_is_read_back_is_what_was_added(
    snapshot: Snapshot, changes: ChangeSet, written: bytes
) -> None:
    red = [["".join(run.text for run in cell.runs if run.red) for cell in row.cells] for row in grid_of(written).rows]
    assert red == [
        [*("".join(s.text for s in cell.segments if s.kind == "added") if cell else "" for cell in row.cells), ""]
        for row in lay_out(snapshot, changes).rows
    ]


def test_in_redline_what_went_is_struck_through(snapshot: Snapshot, changes: ChangeSet) -> None:
    runs = [
        run for row in grid_of(as_bytes(snapshot, changes, style="redline")).rows for c in row.cells for run in c.runs
    ]
    assert "4,450" in [run.text for run in runs if run.strike]
    assert "4,950" in [run.text for run in runs if run.red and run.underline]


def test_cells_are_merged_and_the_header_is_repeated(written: bytes) -> None:
    table = docx.Document(BytesIO(written)).tables[0]
    assert table.cell(1, 0)._tc is table.cell(4, 0)._tc
    assert table.cell(1, 1)._tc is table.cell(3, 1)._tc
    assert table.cell(3, 1)._tc is not table.cell(4, 1)._tc
    assert table.rows[0]._tr.find(f"{WORD}trPr/{WORD}tblHeader") is not None


def test_the_page_is_a3_landscape_with_a_footer(written: bytes) -> None:
    section = docx.Document(BytesIO(written)).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (420, 297)
    foot = section.footer._element
    shown = "".join(each.text or "" for each in foot.iter(f"{WORD}t"))
    assert shown.startswith("令和5年8月30日時点　第2回PT　第1版")
    assert [each.get(f"{WORD}instr") for each in foot.iter(f"{WORD}fldSimple")] == ["PAGE", "NUMPAGES"]


def test_the_lists_below_and_the_box_above_are_there(snapshot: Snapshot, changes: ChangeSet) -> None:
    lines = [
        each.text for each in docx.Document(BytesIO(as_bytes(snapshot, changes, stamp=("資料１", "案")))).paragraphs
    ]
    assert lines[:2] == ["資料１", "案"]
    assert "※削除した記載" in lines
    assert "【掲載を終了した事業】" in lines


def test_the_file_tells_what_it_is_when_it_comes_back(snapshot: Snapshot, written: bytes) -> None:
    told = read(written).properties
    assert told["plan_ledger.digest"] == snapshot.digest
    assert told["plan_ledger.meeting"] == "第2回PT"
    with ZipFile(BytesIO(written)) as package:
        carried = package.read("customXml/item2.xml").decode()
    assert f"<v>row 2</v><v>{snapshot.items[0].id.hex}\t" in carried
    assert told["plan_ledger.ledger"] == (snapshot.ledger_id or UUID(int=0)).hex
    assert told["plan_ledger.plan_id"] == (snapshot.plan_id or UUID(int=0)).hex


def test_the_same_snapshot_gives_the_same_bytes(snapshot: Snapshot, changes: ChangeSet, written: bytes) -> None:
    assert as_bytes(snapshot, changes) == written
    with ZipFile(BytesIO(written)) as package:
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_lists_are_written_too(changes: ChangeSet, tmp_path: Path) -> None:
    made = changes.to_docx(tmp_path / "新旧.docx", style="comparison")
    table = docx.Document(str(made)).tables[0]
    assert [cell.text for cell in table.rows[0].cells][3:5] == ["変更後", "変更前"]
    underlined = [run for cell in table.rows[1].cells for part in cell.paragraphs for run in part.runs if run.underline]
    assert [run.text for run in underlined] == ["4,950", "4,450"]
    assert all(run.font.color.rgb is None and not run.font.strike for run in underlined)


def test_a_redline_may_be_words_own_tracked_changes(plan: Plan, snapshot: Snapshot, changes: ChangeSet) -> None:
    data = as_bytes(snapshot, changes, style="redline", tracked=True)
    table = lay_out(snapshot, changes, rendering.Look(style="redline"))
    marked = [cell.segments for row in table.rows for cell in row.cells if cell and cell.marked]
    body = docx.Document(BytesIO(data)).element.body
    for kind, part, held in (("added", "ins", "t"), ("removed", "del", "delText")):
        found = ["".join(each.text for each in part.iter(f"{WORD}{held}")) for part in body.iter(f"{WORD}{part}")]
        assert found == [each.text.replace("\n", "") for cell in marked for each in cell if each.kind == kind]
    tracked = [each for part in ("ins", "del") for each in body.iter(f"{WORD}{part}")]
    assert {each.get(f"{WORD}author") for each in tracked} == {"plan_ledger"}
    assert {each.get(f"{WORD}date") for each in tracked} == {"2023-08-30T00:00:00Z"}
    assert len({each.get(f"{WORD}id") for each in tracked}) == len(tracked)
    assert as_bytes(snapshot, changes, style="redline", tracked=True) == data


def test_tracked_changes_come_back_as_what_they_are(plan: Plan, snapshot: Snapshot, changes: ChangeSet) -> None:
    data = as_bytes(snapshot, changes, style="redline", tracked=True)
    proposal = plan.propose(NamedBytes("a.docx", data))
    assert (proposal.entries, proposal.warnings) == ((), ())
    red = [["".join(run.text for run in cell.runs if run.red) for cell in row.cells] for row in grid_of(data).rows]
    ink = grid_of(as_bytes(snapshot, changes)).rows
    assert red == [["".join(run.text for run in cell.runs if run.red) for cell in row.cells] for row in ink]
    assert not plan.check_ink(NamedBytes("a.docx", data))


def test_tracked_changes_need_the_style_that_shows_what_went(snapshot: Snapshot, changes: ChangeSet) -> None:
    with pytest.raises(PlanLedgerError, match="redline"):
        as_bytes(snapshot, changes, tracked=True)


def test_labels_that_span_pages_stand_on_each_of_them(snapshot: Snapshot) -> None:
    """In one table, whose rows are so high that each page is full where we end it; and it comes back as it is."""
    data = as_bytes(long_plan(snapshot, 30))
    (table,) = docx.Document(BytesIO(data)).tables
    above = [item.title for item in snapshot.items if item.depth < 3][:3]
    starts = [at for at, row in enumerate(table.rows) if row._tr.find(f".//{WORD}pageBreakBefore") is not None]
    assert len(starts) >= 3
    assert all([cell.text for cell in table.rows[at].cells][:3] == above for at in starts)
    heights = [row.height.pt if row.height is not None else 0.0 for row in table.rows]
    assert all(650 < heights[0] + sum(heights[a:b]) < 771 for a, b in pairwise(starts))
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課", reason="戻り"):
        plan = ledger.open_plan(snapshot.plan, fiscal_year=2023)
        plan.propose(NamedBytes("a.docx", data)).apply()
        levels = [item.level for item in plan.snapshot()]
        assert [levels.count(level) for level in ("strategy", "kpi", "measure", "project")] == [1, 1, 1, 30]
