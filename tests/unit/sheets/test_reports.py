"""Proposals and the red-ink check as tables in every format: whole texts, marked words, places, and what becomes of
each entry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest
import xlsxwriter
from attrs import evolve
from proposals import HEADER, ROWS, TITLE, edited, opened, sheet

from plan_ledger import Plan, rendering
from plan_ledger.queries.reports import Report
from plan_ledger.sheets import NamedBytes
from plan_ledger.sheets.ink_report import InkReport, InkReports
from plan_ledger.sheets.proposal import Proposal

HOSTILE = "</td><script>alert(1)</script>=1+1|‮"


@pytest.fixture
def plan() -> Iterator[Plan]:
    with opened() as plan:
        plan.hold("第1回PT", on="R5.6.30")
        yield plan


@pytest.fixture
def proposal(plan: Plan) -> Proposal:
    rows = [list(row) for row in edited(1, 2, "950")]
    return plan.propose(sheet(rows[:-1]))


@pytest.fixture
def check(plan: Plan) -> InkReport:
    data = BytesIO()
    book = xlsxwriter.Workbook(data)
    page = book.add_worksheet()
    red = book.add_format({"font_color": "#FF0000"})
    page.write_string(0, 0, TITLE)
    for at, row in enumerate((HEADER, *edited(1, 2, "950")), 2):
        for column, text in enumerate(row):
            page.write_string(at, column, text, red if (at, column) == (5, 2) else None)
    book.close()
    return plan.check_ink(NamedBytes("観光課.xlsx", data.getvalue()))


def words(report: Report) -> list[list[str]]:
    return [["".join(s.text for s in cell) for cell in row] for table in report.tables for row in table.rows]


def test_a_proposal_is_a_page_with_every_word_marked(proposal: Proposal) -> None:
    page = proposal.to_html()
    assert "<h1>取込内容（確認用）</h1>" in page
    (changed,) = proposal.of("changed")
    assert f"<del>{changed.old}</del><ins>{changed.new}</ins>" in page
    assert str(changed.source) in page
    assert "【変更】" in page
    assert "台帳に残します" in page
    assert page == proposal.to_html()
    assert proposal.to_markdown().count("| 取り込む |") == 1
    assert "<table" in (proposal._repr_html_() or "")


def test_the_page_says_what_was_decided(proposal: Proposal) -> None:
    (changed,) = proposal.of("changed")
    (missing, *_) = proposal.of("missing")
    decided = proposal.reject(changed).accept(missing)
    said = {row[-1] for row in words(decided.report())}
    assert said == {"取り込まない（退けた）", "取り込む（認めた）"}


def test_a_conflict_shows_three_texts(plan: Plan) -> None:
    plan["案内板整備事業"].change(budget="850")
    proposal = plan.propose(sheet(edited(1, 2, "950")), base="第1回PT")
    (row,) = words(proposal.report())
    assert row[-1] == "決めるまで取り込めない"
    assert row[-4:-1] == ["800", "850", "950"]


def test_the_check_is_a_page_that_tells_what_to_colour(check: InkReport) -> None:
    page = check.to_html()
    assert "<h1>赤字の点検</h1>" in page
    for difference in check.differences:
        for word in (*difference.missing, *difference.extra):
            assert word in page
    assert check.differences
    headings = [table.heading or "" for table in check.report().tables]
    assert any("赤くない" in heading or "赤い" in heading for heading in headings)
    assert str(check.differences[0].source) in check.to_markdown().replace("\\", "")
    assert "<table" in (check._repr_html_() or "")


def test_several_checks_are_one_report_that_names_their_sheets(check: InkReport) -> None:
    both = InkReports((check, check))
    headings = [table.heading or "" for table in both.report().tables]
    assert all(heading.startswith("観光課.xlsx【") for heading in headings)
    assert len(headings) == 2 * len(check.report().tables)
    assert json.loads(both.to_json())["clean"] is False
    assert InkReports((check,)).report() == check.report()


@pytest.mark.parametrize("format", ["table", "html", "md", "tsv", "csv", "xlsx", "docx", "json"])
def test_both_are_written_in_every_format(proposal: Proposal, check: InkReport, format: str) -> None:
    for result in (proposal, check):
        made = rendering.render(result, format)
        assert made == rendering.render(result, format)
        assert len(made) > 100


def test_office_files_hold_the_same_tables(proposal: Proposal, tmp_path: Path) -> None:
    wanted = [[text for text in row if text] for row in words(proposal.report())]
    book = openpyxl.load_workbook(proposal.to_xlsx(tmp_path / "取込内容.xlsx"))
    rows = [[str(cell) for cell in row if cell is not None] for row in book.worksheets[0].iter_rows(values_only=True)]
    assert all(row in rows for row in wanted)
    tables = docx.Document(str(proposal.to_docx(tmp_path / "取込内容.docx"))).tables
    rows = [[cell.text for cell in row.cells if cell.text] for table in tables for row in table.rows]
    assert all(row in rows for row in wanted)


def test_hostile_texts_stay_texts_in_the_pages(proposal: Proposal, check: InkReport) -> None:
    entries = tuple(evolve(each, path=(HOSTILE,), label=HOSTILE, new=HOSTILE) for each in proposal.entries)
    differences = tuple(evolve(each, path=(HOSTILE,), missing=(HOSTILE,), new=HOSTILE) for each in check.differences)
    for result in (
        evolve(proposal, plan=HOSTILE, entries=entries),
        evolve(check, plan=HOSTILE, differences=differences),
    ):
        page = result.to_html()
        assert "<script>alert" not in page
        assert "\u202e" not in page
        assert "&lt;script&gt;" in page
        assert "<script" not in result.to_markdown()


def test_nothing_to_propose_is_said(plan: Plan) -> None:
    report = plan.propose(sheet(ROWS)).report()
    assert report.tables == ()
    assert any("変更 0件" in note for note in report.notes)
