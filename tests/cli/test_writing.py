"""Commands that record changes of items."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plan_ledger import Ledger

from .conftest import ACTOR, PLAN, Run

RECEIPT = {"batch", "first", "last", "recorded_at"}


def text(path: Path, item: str, field: str) -> str:
    with Ledger.open(path, read_only=True) as ledger:
        return ledger.plan()[item].text(field)


def head(path: Path) -> int:
    with Ledger.open(path, read_only=True) as ledger:
        return ledger.head


def test_init_makes_ledger_and_plan(run: Run, path: Path) -> None:
    done = run("init", "--plan", PLAN, "--fiscal-year", "2023", *ACTOR, ledger=path)
    assert (done.status, done.err) == (0, "")
    assert "記録番号 1～3" in done.out
    with Ledger.open(path) as ledger:
        assert [(plan.title, plan.fiscal_year) for plan in ledger.plans()] == [(PLAN, 2023)]


def test_init_twice_records_nothing_and_another_year_is_refused(run: Run, path: Path) -> None:
    command = ("init", "--plan", PLAN, *ACTOR, "--json", "--fiscal-year")
    assert run(*command, "2023", ledger=path).json()["first"] == 1
    again = run(*command, "2023", ledger=path)
    assert (again.status, again.json()["first"]) == (0, None)
    other = run(*command, "2024", ledger=path)
    assert (other.status, other.json()["error"]["code"]) == (1, "other_fiscal_year")


def test_init_with_a_schema_of_its_own(run: Run, path: Path, tmp_path: Path) -> None:
    levels = [
        {"key": "goal", "label": "基本目標", "fields": [{"key": "title", "label": "目標名"}]},
        {
            "key": "work",
            "label": "事業",
            "fields": [
                {"key": "title", "label": "事業名"},
                {"key": "cost", "label": "費用", "kind": "money"},
                {"key": "under", "label": "上位"},
            ],
        },
    ]
    file = tmp_path / "schema.json"
    file.write_text(json.dumps({"levels": levels}), encoding="utf-8")
    made = run("init", "--plan", "総合計画", "--fiscal-year", "2023", "--schema", str(file), *ACTOR, ledger=path)
    assert made.status == 0
    assert run("add", "基本目標", "目標1", *ACTOR, ledger=path).status == 0
    assert run("add", "事業", "事業1", "費用=100", "under=X", "--under", "目標1", *ACTOR, ledger=path).status == 0
    assert (text(path, "事業1", "cost"), text(path, "事業1", "under")) == ("100", "X")


def test_a_schema_file_that_is_none_is_refused_with_every_place(run: Run, path: Path, tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    file.write_text('{"levels": [{"key": "Goal", "label": "目標", "fields": [{"key": "title"}]}]}', encoding="utf-8")
    done = run("init", "--plan", "計画", "--fiscal-year", "2023", "--schema", str(file), *ACTOR, ledger=path)
    assert done.status == 1
    assert "$.levels[0].key" in done.err
    assert "$.levels[0].fields[0].label" in done.err
    assert not path.exists()


def test_add_by_label_with_fields_gives_the_id(run: Run, ledger: Path) -> None:
    done = run(
        "add",
        "事業",
        "案内板事業",
        "予算額=500",
        "period=R5.8~",
        "--under",
        "② 受入環境",
        *ACTOR,
        "--json",
        ledger=ledger,
    )
    assert done.status == 0
    assert set(done.json()) == {*RECEIPT, "id"}
    assert text(ledger, done.json()["id"], "budget") == "500"


def test_add_after_a_sibling(run: Run, ledger: Path) -> None:
    run("add", "project", "間の事業", "--under", "① 周遊", "--after", "周遊パス造成事業", *ACTOR, ledger=ledger)
    with Ledger.open(ledger, read_only=True) as opened:
        titles = [item.title for item in opened.plan().snapshot().level("project")]
    assert titles == ["周遊パス造成事業", "間の事業", "夜の文化財事業"]


def test_change_several_fields_in_one_batch_by_key_and_label(run: Run, ledger: Path) -> None:
    done = run(
        *("change", "周遊パス造成事業", "予算額=19,800", "overview=概要"),
        *("--source", "6月補正予算書 p.3", "--reason", "補正予算", "--section", "企画課", "--for", "観光課"),
        *("--approval", "企第12号", *ACTOR),
        ledger=ledger,
    )
    assert (done.status, done.err) == (0, "")
    rows = run("audit", "--since", "第1回PT", "--json", ledger=ledger).json()
    assert {(row["field"], row["old"], row["new"]) for row in rows} == {
        ("budget", "24,600", "19,800"),
        ("overview", "", "概要"),
    }
    row = rows[0]
    assert row["actor"] == {"id": None, "name": "企画課 山田", "section": "企画課"}
    assert (row["reason"], row["source"]) == ("補正予算", "6月補正予算書 p.3")
    assert (row["on_behalf_of"]["name"], row["approval"]) == ("観光課", "企第12号")


def test_the_same_text_again_records_nothing(run: Run, ledger: Path) -> None:
    before = head(ledger)
    done = run("change", "周遊パス造成事業", "予算額=24,600", *ACTOR, "--json", ledger=ledger)
    assert done.status == 0
    assert {key: done.json()[key] for key in RECEIPT} == dict.fromkeys(RECEIPT)
    assert head(ledger) == before
    assert "変更はありません" in run("change", "周遊パス造成事業", "予算額=24,600", *ACTOR, ledger=ledger).out


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_text_from_a_file_to_the_letter_without_its_last_line_end(
    run: Run, ledger: Path, tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "概要.txt"
    file.write_bytes("一行目　～\r\n\r\n２行目\r\n".encode(encoding))
    assert run("change", "周遊パス造成事業", f"概要=@{file}", *ACTOR, ledger=ledger).status == 0
    assert text(ledger, "周遊パス造成事業", "overview") == "一行目　～\n\n２行目"


def test_a_text_from_standard_input(run: Run, ledger: Path) -> None:
    done = run("change", "周遊パス造成事業", "概要=-", *ACTOR, ledger=ledger, input="標準入力から\n二行目\n")
    assert done.status == 0
    assert text(ledger, "周遊パス造成事業", "overview") == "標準入力から\n二行目"


def test_a_text_may_hold_equals_signs_and_begin_with_an_at_sign(run: Run, ledger: Path) -> None:
    run("change", "周遊パス造成事業", "概要=a=b", "analysis=@@SNS", *ACTOR, ledger=ledger)
    assert text(ledger, "周遊パス造成事業", "overview") == "a=b"
    assert text(ledger, "周遊パス造成事業", "analysis") == "@SNS"


@pytest.mark.parametrize(
    "texts", [("予算額",), ("=1",), ("budget=1", "budget=2"), ("budget=1", "予算額=2"), ("overview=-", "analysis=-")]
)
def test_texts_that_say_no_field_or_one_twice_are_wrong_usage(run: Run, ledger: Path, texts: tuple[str, ...]) -> None:
    before = head(ledger)
    assert run("change", "周遊パス造成事業", *texts, *ACTOR, ledger=ledger, input="x").status == 2
    assert head(ledger) == before


def test_without_expected_the_last_one_wins_and_with_it_a_stale_edit_is_refused(run: Run, ledger: Path) -> None:
    seen = head(ledger)
    assert run("change", "周遊パス造成事業", "予算額=1", *ACTOR, ledger=ledger).status == 0
    assert run("change", "周遊パス造成事業", "予算額=2", *ACTOR, ledger=ledger).status == 0
    command = ("change", "周遊パス造成事業", "予算額=3", "--expected", str(seen), *ACTOR)
    done = run(*command, "--json", ledger=ledger)
    error = done.json()["error"]
    assert (done.status, error["code"], error["theirs"], error["mine"]) == (1, "edit_conflict", "2", "3")
    assert "いまの内容：2" in done.err
    assert text(ledger, "周遊パス造成事業", "budget") == "2"


def test_move_under_another_measure_and_within_one(run: Run, ledger: Path) -> None:
    assert run("move", "周遊パス造成事業", "--under", "② 受入環境", *ACTOR, ledger=ledger).status == 0
    assert run("move", "夜の文化財事業", "--under", "② 受入環境", "--first", *ACTOR, ledger=ledger).status == 0
    assert run("move", "夜の文化財事業", "--after", "周遊パス造成事業", *ACTOR, "--json", ledger=ledger).json()["first"]
    with Ledger.open(ledger, read_only=True) as opened:
        paths = [item.path[-2:] for item in opened.plan().snapshot().level("project")]
    assert paths == [("② 受入環境", "周遊パス造成事業"), ("② 受入環境", "夜の文化財事業")]


def test_withdraw_and_restore(run: Run, ledger: Path) -> None:
    assert run("withdraw", "夜の文化財事業", *ACTOR, ledger=ledger).status == 0
    refused = run("change", "夜の文化財事業", "予算額=1", *ACTOR, ledger=ledger)
    assert refused.status == 1
    assert "restore" in refused.err
    assert run("restore", "夜の文化財事業", *ACTOR, "--json", ledger=ledger).status == 0
    assert text(ledger, "夜の文化財事業", "budget") == "8,200"
