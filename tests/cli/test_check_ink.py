"""``import --check-ink``: the red of sheets, reported and not recorded; and a handout that is imported again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter

from .conftest import ACTOR, PLAN, Run

HEADER = ("戦略名", "KPI", "KPI向上のための施策", "B.事業名", "D.予算額(千円)", "E.期間")


@pytest.fixture
def sheet(tmp_path: Path) -> str:
    """A section's sheet for 第2回PT: one budget coloured rightly, one not coloured, one period coloured for nothing."""
    path = tmp_path / "観光課.xlsx"
    book = xlsxwriter.Workbook(path)
    red = book.add_format({"font_color": "#FF0000"})
    page = book.add_worksheet("様式1")
    page.write_string(0, 0, f"{PLAN}の推進について(第2回PT用)")
    page.write_row(2, 0, HEADER)
    above = ("(3) 戦略", "【KPI i】 宿泊者数", "① 周遊")
    page.write_row(3, 0, (*above, "周遊パス造成事業"))
    page.write_string(3, 4, "26,000", red)
    page.write_string(3, 5, "R5.4~R6.3", red)
    page.write_row(4, 0, (*above, "夜の文化財事業", "9,000", "R5.7~11"))
    book.close()
    return str(path)


def test_the_report_is_printed_and_nothing_is_recorded(run: Run, ledger: Path, sheet: str) -> None:
    before = ledger.read_bytes()
    done = run("import", sheet, "--check-ink", ledger=ledger)
    assert (done.status, done.err) == (0, "")
    for words in (
        "赤字の点検：観光課.xlsx",
        "基準：第1回PT 第1版の表",
        "赤にする語：「9,000」",
        "黒に戻す語：「R5.4~R6.3」",
        "E5",
    ):
        assert words in done.out
    assert ledger.read_bytes() == before


def test_the_json_has_a_report_for_each_sheet(run: Run, ledger: Path, sheet: str) -> None:
    found = run("import", sheet, sheet, "--check-ink", "--json", ledger=ledger).json()
    assert found["clean"] is False
    assert len(found["sheets"]) == 2
    first = found["sheets"][0]
    assert (len(first["changed_uncoloured"]), len(first["coloured_unchanged"]), first["agreeing"]) == (1, 1, 1)


def test_the_base_can_be_named(run: Run, ledger: Path, sheet: str) -> None:
    run("change", "夜の文化財事業", "予算額=9,000", *ACTOR, ledger=ledger)
    found = run("import", sheet, "--check-ink", "--base", "now", "--json", ledger=ledger).json()
    assert found["sheets"][0]["changed_uncoloured"] == []


def test_a_format_without_colours_and_a_ledger_without_a_plan_are_errors(
    run: Run, ledger: Path, path: Path, sheet: str, example_data: Path, tmp_path: Path
) -> None:
    refused = run("import", str(example_data / "第1回PT.tsv"), "--check-ink", "--json", ledger=ledger)
    assert refused.status == 1
    assert "no_ink" in refused.out
    nowhere = run("import", sheet, "--check-ink", ledger=tmp_path / "ない.db")
    assert (nowhere.status, nowhere.out) == (1, "")
    assert not (tmp_path / "ない.db").exists()


def test_our_handout_is_clean_and_last_meetings_is_noticed_when_it_is_imported(
    run: Run, ledger: Path, tmp_path: Path
) -> None:
    old, new = str(tmp_path / "第1回.xlsx"), str(tmp_path / "第2回.docx")
    run("change", "周遊パス造成事業", "予算額=26,000", *ACTOR, ledger=ledger)
    run("hold", "第2回PT", "--on", "R5.8.30", *ACTOR, ledger=ledger)
    run("snapshot", "--at", "第1回PT", "-o", old, ledger=ledger)
    run("snapshot", "--at", "第2回PT", "--red-since", "第1回PT", "-o", new, ledger=ledger)
    found = run("import", new, "--check-ink", "--json", ledger=ledger).json()
    assert found["clean"] is True
    assert found["sheets"][0]["agreeing"] == 1
    done = run("import", old, *ACTOR, ledger=ledger)
    assert done.status == 0
    assert "第1回PT 第1版" in done.err
    assert "第2回PT 第1版" in done.err
    assert "26,000" in run("snapshot", ledger=ledger).out


def test_two_handouts_of_one_ledger_can_be_compared_without_it(run: Run, ledger: Path, tmp_path: Path) -> None:
    old, new = str(tmp_path / "第1回.xlsx"), str(tmp_path / "今.docx")
    run("snapshot", "--at", "第1回PT", "-o", old, ledger=ledger)
    run("change", "周遊パス造成事業", "予算額=26,000", *ACTOR, ledger=ledger)
    run("snapshot", "-o", new, ledger=ledger)
    entries = run("diff", old, new, "--json").json()["entries"]
    assert [(entry["old"], entry["new"]) for entry in entries] == [("24,600", "26,000")]


@pytest.mark.parametrize("ending", ["html", "md", "json", "xlsx", "docx", "tsv"])
def test_the_report_is_filed_too(run: Run, ledger: Path, sheet: str, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"点検.{ending}"
    done = run("import", sheet, "--check-ink", "--report", str(path), ledger=ledger)
    assert (done.status, done.err) == (0, "")
    assert "赤字の点検：観光課.xlsx" in done.out
    if ending == "html":
        assert "<h1>赤字の点検</h1>" in path.read_text(encoding="utf-8")
    elif ending == "json":
        assert json.loads(path.read_text(encoding="utf-8"))["clean"] is False
    assert path.stat().st_size > 100


def test_a_proposal_is_filed_as_a_page(run: Run, ledger: Path, sheet: str, tmp_path: Path) -> None:
    path = tmp_path / "取込内容.html"
    done = run("import", sheet, "--partial", "--dry-run", "--report", str(path), ledger=ledger)
    assert done.status == 0
    page = path.read_text(encoding="utf-8")
    assert "<h1>取込内容（確認用）</h1>" in page
    assert "<ins>9,000</ins>" in page


def test_a_report_in_a_format_that_there_is_none_of_is_wrong_usage(run: Run, ledger: Path, sheet: str) -> None:
    done = run("import", sheet, "--dry-run", "--report", "取込内容.pdf", ledger=ledger)
    assert done.status == 2
    assert "html" in done.err
