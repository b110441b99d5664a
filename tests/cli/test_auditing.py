"""The audit on the command line: filters, pages, counts, exceptions, and what a report says of itself."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from plan_ledger import Ledger

from .conftest import ACTOR, Run


@pytest.fixture
def audited(run: Run, ledger: Path) -> Path:
    run("hold", "第1回PT", *ACTOR, ledger=ledger)
    run("change", "周遊パス造成事業", "予算額=19,800", *ACTOR, "--reason", "補正", ledger=ledger)
    run("hold", "第2回PT", *ACTOR, ledger=ledger)
    run(
        "change",
        "夜の文化財事業",
        "予算額=1,234",
        *("--actor", "鈴木", "--section", "観光課", "--for", "商工課", "--approver", "部長", "--approval", "観第1号"),
        *("--reason", "照会への回答", "--source", "９月補正 p.3"),
        ledger=ledger,
    )
    return ledger


@pytest.mark.parametrize(
    "options",
    [
        ("--section", "観光課", "--field", "予算額"),
        ("--author", "商工課"),
        ("--approver", "部長"),
        ("--approval", "観第1号"),
        ("--level", "事業", "--since", "第2回PT"),
        ("--kind", "変更", "--reason", "回答"),
        ("--source", "9月補正"),
        ("--value", "1,234"),
        ("--moved-by", "0", "--since", "第2回PT"),
        ("--effective-since", "第2回PT"),
        ("--sort", "desc", "--limit", "1"),
    ],
)
def test_each_filter_finds_the_last_change(run: Run, audited: Path, options: tuple[str, ...]) -> None:
    rows = run("audit", *options, "--json", ledger=audited).json()
    assert [(row["new"], row["actor"]["section"]) for row in rows] == [("1,234", "観光課")]
    assert (rows[0]["approver"]["name"], rows[0]["on_behalf_of"]["name"]) == ("部長", "商工課")
    batch = run("audit", "--batch", str(rows[0]["position"]), "--json", ledger=audited).json()
    assert batch == rows


def test_what_the_limit_leaves_out_is_said_with_how_to_go_on(run: Run, audited: Path) -> None:
    first = run("audit", "--limit", "2", "--json", ledger=audited)
    last = first.json()[-1]["position"]
    assert f"--after {last}" in first.err
    rest = run("audit", "--after", str(last), "--json", ledger=audited)
    everything = run("audit", "--json", ledger=audited)
    assert first.json() + rest.json() == everything.json()
    assert everything.err == ""
    table = run("audit", "--limit", "2", ledger=audited).out
    assert f"ほかに{len(rest.json())}件" not in table
    assert f"{len(rest.json())}件を載せていません" in table


def test_acts_come_when_asked_for(run: Run, audited: Path) -> None:
    kinds = {row["kind"] for row in run("audit", "--json", ledger=audited).json()}
    assert "meeting_held" not in kinds
    acts = run("audit", "--acts", "--json", ledger=audited).json()
    assert {"meeting_held", "plan_opened"} <= {row["kind"] for row in acts}
    held = run("audit", "--kind", "資料確定", "--json", ledger=audited).json()
    assert [row["path"] for row in held] == [["第1回PT"], ["第2回PT"]]
    assert "資料確定" in run("audit", "--acts", ledger=audited).out


@pytest.mark.parametrize("format", ["table", "md", "html"])
@pytest.mark.parametrize("way", [(), ("--group-by", "section"), ("--exceptions",), ("--explain",)])
def test_reports_state_what_was_asked_for(run: Run, audited: Path, format: str, way: tuple[str, ...]) -> None:
    done = run("audit", "--section", "観光課", *way, "--format", format, ledger=audited)
    assert (done.status, done.err) == (0, "")
    if way != ("--explain",):
        assert "絞り込み：所属「観光課」" in done.out


def test_reports_as_json(run: Run, audited: Path) -> None:
    report = run("audit", "--report", "--limit", "3", "--json", ledger=audited).json()
    assert (report["listed"], report["limit"], len(report["rows"])) == (3, 3, 3)
    assert report["matching"] > 3
    groups = run("audit", "--group-by", "field", "--json", ledger=audited).json()
    assert sum(each["count"] for each in groups["groups"]) == groups["count"]
    found = run("audit", "--exceptions", "--mass", "5", "--json", ledger=audited).json()
    assert found["counts"]["mass"] == 1
    explained = run("audit", "--actor", "鈴木", "--explain", "--json", ledger=audited).json()
    assert explained["full_scans"] == []


def test_files(run: Run, audited: Path, tmp_path: Path) -> None:
    for way in ((), ("--group-by", "actor"), ("--exceptions",)):
        book = tmp_path / "変更履歴.xlsx"
        assert run("audit", *way, "-o", str(book), ledger=audited).status == 0
        assert book.read_bytes().startswith(b"PK")
        sheet = tmp_path / "変更履歴.csv"
        assert run("audit", *way, "-o", str(sheet), ledger=audited).status == 0
        assert sheet.read_bytes().startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(sheet.read_text(encoding="utf-8-sig"))))
        assert len({len(row) for row in rows}) == 1


def test_only_one_answer_at_a_time(run: Run, audited: Path) -> None:
    done = run("audit", "--group-by", "actor", "--exceptions", ledger=audited)
    assert (done.status, done.out) == (2, "")


@pytest.mark.parametrize(
    "options", [("--kind", "消去"), ("--section", "財政課"), ("--after", "次"), ("--batch", "9999")]
)
def test_what_is_unknown_is_one_located_message(run: Run, audited: Path, options: tuple[str, ...]) -> None:
    done = run("audit", *options, ledger=audited)
    assert (done.status, done.out) == (1, "")
    assert "Traceback" not in done.err


def test_the_same_rows_as_the_library_gives(run: Run, audited: Path) -> None:
    with Ledger.open(audited, read_only=True) as opened:
        rows = [row.to_dict() for row in opened.plan().audit()]
    assert run("audit", "--json", ledger=audited).json() == rows
