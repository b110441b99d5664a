"""import and diff, on the example plan's sheets."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from plan_ledger import Ledger

from .conftest import ACTOR, Run

PLAN = "令和5年度観光・ものづくり振興アクションプラン"
KINDS = {"added", "changed", "moved", "renamed", "emptied", "missing", "conflicts", "layout_only", "unchanged"}


@pytest.fixture
def first(example_data: Path) -> str:
    return str(example_data / "第1回PT.tsv")


@pytest.fixture
def second(example_data: Path) -> str:
    return str(example_data / "第2回PT.tsv")


@pytest.fixture
def third(example_data: Path) -> str:
    return str(example_data / "第3回PT.tsv")


@pytest.fixture
def imported(run: Run, path: Path, second: str) -> Path:
    """第2回PT's table, imported and held."""
    assert run("import", second, *ACTOR, ledger=path).status == 0
    assert run("hold", "第2回PT", "--on", "R5.8.30", *ACTOR, ledger=path).status == 0
    return path


def head(path: Path) -> int:
    with Ledger.open(path, read_only=True) as ledger:
        return ledger.head


def test_the_first_import_makes_ledger_and_plan_from_the_title_line(run: Run, path: Path, first: str) -> None:
    done = run("import", first, *ACTOR, ledger=path)
    assert (done.status, done.err) == (0, "")
    assert "追加 16件" in done.out
    assert "記録番号" in done.out
    with Ledger.open(path) as ledger:
        plan = ledger.plan()
        assert (plan.title, plan.fiscal_year) == (PLAN, 2023)
        assert plan.snapshot().total("budget") == 99_100_000


def test_into_a_ledger_without_a_plan_and_under_a_name_of_ones_choice(run: Run, path: Path, first: str) -> None:
    Ledger.open(path).close()
    assert run("import", first, *ACTOR, ledger=path).status == 0
    assert run("snapshot", "--json", ledger=path).json()["plan"] == PLAN
    unknown = run("import", first, "--plan", "総合計画", *ACTOR, ledger=path)
    assert unknown.status == 1
    assert "総合計画" in unknown.err


def test_with_several_plans_the_title_line_says_which(run: Run, path: Path, first: str) -> None:
    run("init", "--plan", "総合計画", "--fiscal-year", "2023", *ACTOR, ledger=path)
    run("init", "--plan", PLAN, "--fiscal-year", "2023", *ACTOR, ledger=path)
    assert run("import", first, *ACTOR, ledger=path).status == 0
    assert len(run("snapshot", "--plan", PLAN, "--json", ledger=path).json()["items"]) == 16
    assert run("snapshot", "--plan", "総合計画", "--json", ledger=path).json()["items"] == []


def test_the_json_has_the_documented_keys_and_the_receipt(run: Run, imported: Path, third: str) -> None:
    found = run("import", third, *ACTOR, "--accept-renames", "--withdraw-missing", "--json", ledger=imported).json()
    assert set(found) >= KINDS
    assert {"path", "field", "old", "new", "source"} <= set(found["changed"][0])
    assert found["meeting"] == "第3回PT"
    assert found["receipt"]["batch"] == found["receipt"]["first"] <= found["receipt"]["last"] == head(imported)


def test_a_dry_run_needs_no_actor_and_writes_nothing(run: Run, path: Path, imported: Path, third: str) -> None:
    before = head(imported)
    found = run("import", third, "--dry-run", "--json", ledger=imported).json()
    assert set(found) >= KINDS
    assert "receipt" not in found
    assert len(found["missing"]) == 1
    shown = run("import", third, "--dry-run", ledger=imported)
    assert "取込内容（確認用）" in shown.out
    assert "何も記録していません" in shown.err
    assert head(imported) == before


def test_a_dry_run_makes_no_ledger(run: Run, path: Path, first: str) -> None:
    done = run("import", first, "--dry-run", "--json", ledger=path)
    assert (done.status, bool(done.json()["added"])) == (0, True)
    assert not path.exists()


def test_renames_and_missing_rows_wait_until_they_are_accepted(run: Run, imported: Path, third: str) -> None:
    done = run("import", third, *ACTOR, ledger=imported)
    assert done.status == 0
    assert "--withdraw-missing" in done.err
    titles = {item["title"] for item in run("snapshot", "--json", ledger=imported).json()["items"]}
    assert "観光案内多言語化事業" in titles
    run("import", third, "--withdraw-missing", "--accept-renames", *ACTOR, ledger=imported)
    titles = {item["title"] for item in run("snapshot", "--json", ledger=imported).json()["items"]}
    assert "観光案内多言語化事業" not in titles
    assert "伝統的工芸品担い手育成事業" in titles


def test_what_was_exported_imports_without_a_change(run: Run, imported: Path, second: str, tmp_path: Path) -> None:
    assert run("import", second, *ACTOR, "--json", ledger=imported).json()["receipt"]["first"] is None
    exported = tmp_path / "out.tsv"
    run("snapshot", "--at", "第2回PT", "-o", str(exported), ledger=imported)
    again = run("import", str(exported), *ACTOR, ledger=imported)
    assert "何も記録していません" in again.out


def test_sections_return_their_parts_of_the_table_that_they_were_given(
    run: Run, imported: Path, example_data: Path
) -> None:
    parts = sorted(str(sheet) for sheet in (example_data / "課別").glob("*.tsv"))
    run("change", "食のみずのブランド発信事業", "予算額=16,400", *ACTOR, ledger=imported)
    done = run("import", *parts, "--base", "第2回PT", "--partial", *ACTOR, "--json", ledger=imported)
    assert (done.status, done.json()["conflicts"], done.json()["missing"]) == (0, [], [])
    rows = run("history", "食のみずのブランド発信事業", "予算額", "--json", ledger=imported).json()
    assert [row["new"] for row in rows] == ["12,000", "16,400"]


def test_a_true_conflict_is_shown_with_three_texts_and_nothing_is_written(
    run: Run, imported: Path, example_data: Path
) -> None:
    run("change", "みずの周遊パス造成事業", "現状分析=企画課の文", *ACTOR, ledger=imported)
    before = head(imported)
    sheet = str(example_data / "課別" / "観光課.tsv")
    command = ("import", sheet, "--base", "第2回PT", "--partial", "--json")
    looked_at = run(*command, "--dry-run", ledger=imported).json()
    assert [each["old"] for each in looked_at["conflicts"]] == ["企画課の文"]
    done = run(*command, *ACTOR, ledger=imported)
    assert (done.status, done.json()["error"]["code"]) == (1, "unresolved_conflict")
    for words in ("基準：", "台帳：企画課の文", "表　：", "観光課.tsv"):
        assert words in done.err
    assert head(imported) == before


def test_several_problems_are_told_together_each_with_its_place(
    run: Run, path: Path, tmp_path: Path, first: str
) -> None:
    lines = Path(first).read_text(encoding="utf-8").split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("戦略名"))
    lines[at] = lines[at].replace("D.予算額", "D.予算学")
    lines[at + 2] = lines[at + 2].rsplit("\t", 3)[0]
    broken = tmp_path / "壊れた表.tsv"
    broken.write_text("\n".join(lines), encoding="utf-8")
    done = run("import", str(broken), *ACTOR, "--json", ledger=path)
    assert done.status == 1
    assert len(done.json()["error"]["problems"]) >= 2
    assert done.err.count("壊れた表.tsv") >= 2
    assert "予算額" in done.err  # the nearest name
    assert not path.exists()


def test_import_without_an_actor_is_wrong_usage(run: Run, path: Path, first: str) -> None:
    done = run("import", first, ledger=path)
    assert done.status == 2
    assert "--actor" in done.err
    assert not path.exists()


def test_a_sheet_without_a_title_line_needs_a_plan_that_is_there(
    run: Run, path: Path, first: str, tmp_path: Path
) -> None:
    untitled = tmp_path / "表.tsv"
    untitled.write_text(Path(first).read_text(encoding="utf-8").split("\n\n", 1)[1], encoding="utf-8")
    refused = run("import", str(untitled), *ACTOR, ledger=path)
    assert refused.status == 1
    assert not path.exists()
    run("init", "--plan", PLAN, "--fiscal-year", "2023", *ACTOR, ledger=path)
    assert run("import", str(untitled), *ACTOR, ledger=path).status == 0


def test_diff_of_two_sheets_needs_no_ledger(run: Run, first: str, second: str) -> None:
    done = run("diff", first, second, "--format", "json")
    assert (done.status, done.err) == (0, "")
    found = done.json()
    assert (found["since"]["name"], found["until"]["name"]) == ("第1回PT.tsv", "第2回PT.tsv")
    kinds = [entry["kind"] for entry in found["entries"]]
    assert kinds.count("changed") == 16
    assert {entry["title"] for entry in found["entries"] if entry["kind"] == "added"} == {
        "【新規】宿泊施設人材確保支援事業"
    }
    assert [entry["layout_only"] for entry in found["entries"]].count(True) == 1


def test_diff_tells_moved_and_removed_rows(run: Run, second: str, third: str) -> None:
    entries = run("diff", second, third, "--json").json()["entries"]
    assert {entry["title"] for entry in entries if entry["kind"] == "moved"} == {"越境ＥＣ活用支援事業"}
    assert {entry["title"] for entry in entries if entry["kind"] == "removed"} == {"観光案内多言語化事業"}


def test_diff_as_a_table_and_as_a_page(run: Run, first: str, second: str, tmp_path: Path) -> None:
    shown = run("diff", first, second)
    assert shown.status == 0
    for words in ("第1回PT.tsv", "第2回PT.tsv", "{+19,800+}", "照合値"):
        assert words in shown.out
    page = tmp_path / "違い.html"
    assert run("diff", first, second, "--style", "comparison", "-o", str(page)).status == 0
    assert "19,800" in page.read_text(encoding="utf-8")


def test_diff_of_equal_sheets_is_empty(run: Run, first: str, tmp_path: Path) -> None:
    copy = tmp_path / "写し.tsv"
    shutil.copy(first, copy)
    assert json.loads(run("diff", first, str(copy), "--json").out)["entries"] == []


def test_diff_of_a_missing_sheet_names_it(run: Run, first: str) -> None:
    done = run("diff", first, "無い表.xlsx", "--json")
    assert done.status == 1
    assert "無い表.xlsx" in done.err
    assert done.json()["error"]["place"]["file"] == "無い表.xlsx"
