"""Handouts from the command line: styles, tracked changes, the box at the top right, extracts, the chair's summary."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import docx
import openpyxl
import pytest

from plan_ledger import Ledger
from plan_ledger.cli.receipts import NOTHING
from rendering_plan import TITLE

from .conftest import ACTOR, Run


@pytest.fixture
def held(run: Run, path: Path) -> Path:
    """Two measures with a project each; 第2回PT with changes in both."""
    with Ledger.open(path) as ledger, ledger.acting("企画課", reason="当初"):
        plan = ledger.open_plan(TITLE, fiscal_year=2023)
        kpi = plan.add("kpi", "KPI", under=plan.add("strategy", "戦略"))
        for name in ("道路", "公園"):
            measure = plan.add("measure", f"{name}の整備", under=kpi)
            plan.add("project", f"{name}事業", under=measure, budget="1,000", overview="整備を行う。")
        plan.hold("第1回PT", on="R5.5.30")
        plan["道路事業"].change(budget="1,500", overview="整備と補修を行う。")
        plan["公園事業"].change(budget="800")
        plan.hold("第2回PT", on="R5.8.30")
    return path


def test_the_style_of_a_handout(run: Run, held: Path) -> None:
    assert "{+1,500+}" in run("snapshot", "--at", "第2回PT", ledger=held).out
    redline = run("snapshot", "--at", "第2回PT", "--style", "redline", ledger=held).out
    assert "[-1,000-]{+1,500+}" in redline
    clean = run("snapshot", "--at", "第2回PT", "--style", "clean", ledger=held).out
    assert "1,500" in clean
    assert "{+" not in clean


def test_tracked_changes_and_the_box(run: Run, held: Path, tmp_path: Path) -> None:
    file = tmp_path / "第2回PT.docx"
    stamp = ("--stamp", "資料１", "--stamp", "令和5年8月30日", "--stamp", "案")
    done = run("snapshot", "--at", "第2回PT", "--tracked", *stamp, "-o", str(file), ledger=held)
    assert (done.status, done.out, done.err) == (0, "", "")
    with ZipFile(file) as package:
        body = package.read("word/document.xml").decode()
    assert re.findall(r"<w:ins [^>]*><w:r><w:rPr/?>(?:</w:rPr>)?<w:t[^>]*>([^<]*)", body)[:2]
    assert "<w:delText" in body
    assert [each.text for each in docx.Document(str(file)).paragraphs[:3]] == ["資料１", "令和5年8月30日", "案"]
    again = run("import", str(file), *ACTOR, ledger=held)
    assert again.status == 0
    assert NOTHING in again.out
    assert run("snapshot", "--tracked", "--style", "clean", ledger=held).status == 2


def test_one_sections_extract(run: Run, held: Path, tmp_path: Path) -> None:
    shown = run("snapshot", "--at", "第2回PT", "--item", "公園の整備", ledger=held).out
    assert "公園事業" in shown
    assert "道路事業" not in shown
    entries = run("changes", "--until", "第2回PT", "--item", "公園の整備", "--json", ledger=held).json()["entries"]
    assert [(entry["title"], entry["new"]) for entry in entries] == [("公園事業", "800")]
    file = tmp_path / "公園課.xlsx"
    assert run("snapshot", "--at", "第2回PT", "--item", "公園の整備", "-o", str(file), ledger=held).status == 0
    again = run("import", str(file), "--dry-run", "--json", ledger=held).json()
    assert {kind: found for kind, found in again.items() if isinstance(found, list) and found} == {}


def test_the_summary_for_the_chair(run: Run, held: Path, tmp_path: Path) -> None:
    shown = run("changes", "--until", "第2回PT", "--summary", ledger=held).out
    assert "戦略別" in shown
    assert "+300,000" in shown
    file = tmp_path / "概要.xlsx"
    assert run("changes", "--until", "第2回PT", "--summary", "-o", str(file), ledger=held).status == 0
    cells = [cell for row in openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True) for cell in row]
    assert "-200,000" in cells
    assert run("changes", "--summary", "--json", ledger=held).status == 2


def test_rows_that_excel_can_not_show_whole_are_told(run: Run, held: Path, tmp_path: Path) -> None:
    long = "\n".join(f"R5.{month} 実施" for month in range(60))
    assert run("change", "道路事業", f"progress={long}", *ACTOR, ledger=held).status == 0
    done = run("snapshot", "-o", str(tmp_path / "高い行.xlsx"), ledger=held)
    assert done.status == 0
    assert "注意：1行がExcelの行の高さの上限" in done.err
