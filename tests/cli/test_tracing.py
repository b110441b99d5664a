"""blame, lineage, rollover, schema and declare."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest

from .conftest import ACTOR, PLAN, Run

NEXT = "令和6年度観光振興アクションプラン"


@pytest.fixture
def written(run: Run, ledger: Path) -> Path:
    """A ledger with a schedule that two people wrote."""
    run("change", "夜の文化財事業", "progress=R5.7 公募", *ACTOR, ledger=ledger)
    told = ("--actor", "鈴木", "--section", "観光課", "--reason", "実績")
    run("change", "夜の文化財事業", "progress=R5.7 公募\nR5.9 契約", "--source", "回答票", *told, ledger=ledger)
    run("hold", "第2回PT", *ACTOR, ledger=ledger)
    return ledger


def test_blame_of_a_field(run: Run, written: Path) -> None:
    shown = run("blame", "夜の文化財事業", "進捗状況", ledger=written)
    assert shown.status == 0
    assert all(each in shown.out for each in ("文言の来歴", "R5.9 契約", "鈴木（観光課）", "実績", "回答票", "第2回PT"))
    found = run("blame", "夜の文化財事業", "progress", "--format", "json", ledger=written).json()
    assert found["text"] == "".join(each["text"] for each in found["runs"]) == "R5.7 公募\nR5.9 契約"
    assert [each["actor"]["name"] for each in found["runs"]] == [ACTOR[1], "鈴木"]
    before = run("blame", "夜の文化財事業", "progress", "--at", "第1回PT", "--json", ledger=written).json()
    assert before["runs"] == []


def test_blame_of_a_table(run: Run, written: Path, tmp_path: Path) -> None:
    whole = run("blame", "--json", ledger=written).json()
    assert {cell["field"] for cell in whole["cells"]} >= {"title", "budget", "progress"}
    part = run("blame", "① 周遊", "--known-at", "now", "--json", ledger=written).json()
    assert 0 < len(part["cells"]) < len(whole["cells"])
    rows = list(csv.reader(StringIO(run("blame", "--format", "csv", ledger=written).out)))
    assert rows[0][:3] == ["行", "欄", "文言"]
    page = tmp_path / "来歴.html"
    assert run("blame", "-o", str(page), ledger=written).status == 0
    assert 'title="' in page.read_text(encoding="utf-8")
    sheet = tmp_path / "来歴.csv"
    assert run("blame", "夜の文化財事業", "progress", "-o", str(sheet), ledger=written).status == 0
    assert sheet.read_bytes().startswith(b"\xef\xbb\xbf")


def test_blame_refuses_what_it_does_not_know(run: Run, written: Path) -> None:
    assert run("blame", "ない事業", "progress", ledger=written).status == 1
    assert "ない欄" in run("blame", "夜の文化財事業", "ない欄", ledger=written).err
    assert run("blame", "夜の文化財事業", "progress", "--at", "第9回PT", ledger=written).status == 1


def test_rollover_and_lineage(run: Run, written: Path) -> None:
    to = ("--plan", PLAN, "--to", NEXT)
    assert run("rollover", *to, *ACTOR, ledger=written).status == 1, "there is no such plan yet"
    first = run("rollover", "夜の文化財事業", *to, "--fiscal-year", "2024", *ACTOR, ledger=written)
    assert first.status == 0
    assert f"「{NEXT}」へ4行を引き継ぎました：記録番号" in first.out
    again = run("rollover", "夜の文化財事業", *to, *ACTOR, ledger=written)
    assert "何も記録していません" in again.out
    done = run("rollover", *to, "--titles-only", "--json", *ACTOR, ledger=written).json()
    assert {entry["status"] for entry in done["entries"]} == {"added", "existing"}
    assert done["first"] is not None
    line = run("lineage", "夜の文化財事業", "--plan", NEXT, "--json", ledger=written).json()
    assert [(entry["relation"], entry["fiscal_year"]) for entry in line["entries"]] == [
        ("earlier", 2023),
        ("self", 2024),
    ]
    shown = run("lineage", "夜の文化財事業", "--plan", NEXT, ledger=written).out
    assert PLAN in shown
    assert NEXT in shown
    runs = ("blame", "夜の文化財事業", "progress", "--plan", NEXT, "--json")
    assert {each["plan"] for each in run(*runs, ledger=written).json()["runs"]} == {PLAN}
    assert {each["plan"] for each in run(*runs, "--no-lineage", ledger=written).json()["runs"]} == {NEXT}
    schema = run("schema", "--plan", NEXT, ledger=written).out
    assert "R6アクションプラン" in schema, "the built-in schema of that year"


def test_rollover_tells_what_it_left(run: Run, written: Path) -> None:
    to = ("--plan", PLAN, "--to", NEXT)
    run("rollover", *to, "--fiscal-year", "2024", *ACTOR, ledger=written)
    run("withdraw", "① 周遊", "--plan", NEXT, *ACTOR, ledger=written)
    told = run("rollover", *to, *ACTOR, ledger=written).out
    assert "① 周遊：引き継いだ後に取り下げられています" in told
    assert "夜の文化財事業：上の行がないか" in told
    assert run("rollover", *to, "--titles-only", "--field", "budget", *ACTOR, ledger=written).status == 2


def test_a_schema_is_written_out_changed_and_declared(run: Run, ledger: Path, tmp_path: Path) -> None:
    file = tmp_path / "様式.json"
    assert run("schema", "-o", str(file), ledger=ledger).status == 0
    same = run("declare", str(file), *ACTOR, ledger=ledger)
    assert "何も記録していません" in same.out, "what was written out says what there is"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"予算額"', '"総事業費"').replace('"千円"', '"百万円"'), encoding="utf-8")
    done = run("declare", str(file), *ACTOR, ledger=ledger)
    assert "様式を改めました：記録番号" in done.out
    assert "事業・予算額：名称変更（総事業費）" in done.err
    assert "総事業費" in run("schema", ledger=ledger).out
    assert "総事業費" not in run("schema", "--at", "第1回PT", ledger=ledger).out
    assert "総事業費" not in run("snapshot", "--at", "第1回PT", ledger=ledger).out
    changed = run("changes", "--json", ledger=ledger).json()
    assert changed["entries"] == []
    assert changed["schema_changes"] == [
        "事業・予算額：名称変更（総事業費）",
        "事業・総事業費：単位の変更（千円 → 百万円）",
    ]
    receipt = run("declare", str(file), "--json", *ACTOR, ledger=ledger).json()
    assert (receipt["first"], receipt["revision"], receipt["changes"]) == (None, 2, [])
    file.write_text("{", encoding="utf-8")
    assert run("declare", str(file), *ACTOR, ledger=ledger).status == 1
