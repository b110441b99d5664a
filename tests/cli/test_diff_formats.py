"""``diff`` between every two formats, written in every format and style: the same changes, however the sheets came."""

from __future__ import annotations

import csv
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from attrs import evolve

from plan_ledger import rendering
from rendering_plan import small_plan

from .conftest import Run

FORMATS = ("tsv", "csv", "xlsx", "docx")
WRITTEN = ("table", "json", "tsv", "md", "html", "xlsx", "docx")
STYLES = ("red", "redline", "comparison")
Said = list[tuple[str, str | None, str, str, str]]


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, str], str]:
    """The table of both meetings in each format, the second with its red."""
    folder = tmp_path_factory.mktemp("sheets")
    made: dict[tuple[int, str], str] = {}
    with small_plan() as plan:
        for number, format in product((1, 2), FORMATS):
            snapshot = plan.snapshot(f"第{number}回PT")
            # a text file does not tell a KPI that has nothing below it from one whose row was left unfinished
            full = tuple(item for item in snapshot.items if not item.title.startswith("【KPI ii】"))
            snapshot = evolve(snapshot, items=full)
            changes = plan.changes(until="第2回PT") if number == 2 else None
            path = folder / f"第{number}回PT.{format}"
            data = rendering.render(snapshot, "tsv" if format == "csv" else format, changes=changes)
            if format == "csv":
                out = StringIO()
                csv.writer(out).writerows(csv.reader(StringIO(str(data)), delimiter="\t"))
                data = out.getvalue()
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
            made[number, format] = str(path)
    return made


def told(entries: list[dict[str, Any]]) -> Said:
    """What the entries say, line breaks as spaces; where only those differ, nothing: tsv and csv have none."""
    return [
        (entry["title"], entry["field"], entry["kind"], *(" ".join(entry[side].split()) for side in ("old", "new")))
        for entry in entries
        if not entry["layout_only"]
    ]


@pytest.mark.parametrize(("old", "new"), list(product(FORMATS, FORMATS)))
def test_every_two_formats_differ_in_the_same_cells(
    run: Run, sheets: dict[tuple[int, str], str], old: str, new: str
) -> None:
    wanted = told(run("diff", sheets[1, "xlsx"], sheets[2, "xlsx"], "--json").json()["entries"])
    assert ("橋りょう補修事業", "budget", "changed", "4,450", "4,950") in wanted
    assert ("<b>新しい</b>広場の整備事業", "overview", "added", "", "=1+1 | 縦棒 |") in wanted
    found = run("diff", sheets[1, old], sheets[2, new], "--json")
    assert (found.status, found.err) == (0, "")
    assert told(found.json()["entries"]) == wanted
    same = run("diff", sheets[2, old], sheets[2, new], "--json").json()
    assert told(same["entries"]) == []


@pytest.mark.parametrize(("format", "style"), list(product(WRITTEN, STYLES)))
def test_it_is_written_in_every_format_and_style(
    run: Run, sheets: dict[tuple[int, str], str], tmp_path: Path, format: str, style: str
) -> None:
    path = tmp_path / f"差分.{format}"
    asked = ("--format", format, "--style", style, "-o", str(path))
    done = run("diff", sheets[1, "docx"], sheets[2, "xlsx"], *asked)
    assert (done.status, done.out, done.err) == (0, "", "")
    if format == "xlsx":
        rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
        shown = " ".join(str(cell) for row in rows for cell in row if cell)
    elif format == "docx":
        cells = (cell for table in docx.Document(str(path)).tables for row in table.rows for cell in row.cells)
        shown = " ".join(cell.text for cell in cells)
    else:
        shown = path.read_text(encoding="utf-8")
    assert "4,950" in shown
    if format not in ("json", "tsv"):
        assert ("4,450" in shown) == (style != "red")
        assert ("変更後" in shown) == (style == "comparison")
