"""What a user can get wrong: exit status 1 with a message that helps, 2 for wrong usage; nothing is written."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from plan_ledger import Ledger

from .conftest import ACTOR, Run


def head(path: Path) -> int:
    with Ledger.open(path, read_only=True) as ledger:
        return ledger.head


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (("change", "周遊パス事業", "予算額=1", *ACTOR), "unknown_item", "周遊パス造成事業"),
        (("change", "周遊パス造成事業", "予算=1", "予算学=1", *ACTOR), "unknown_field", "予算額"),
        (("add", "project", "新事業", "予算学=1", "--under", "① 周遊", *ACTOR), "unknown_field", "予算額"),
        (("add", "事業群", "新事業", *ACTOR), "unknown_level", "事業群"),
        (("add", "project", "新事業", "--under", "【KPI i】 宿泊者数", *ACTOR), "wrong_level", "の下に置くものです"),
        (("add", "project", "", "--under", "① 周遊", *ACTOR), "title_missing", "事業名"),
        (("move", "周遊パス造成事業", "--under", "③ 無い施策", *ACTOR), "unknown_item", "③ 無い施策"),
        (("withdraw", "無い事業", *ACTOR), "unknown_item", "無い事業"),
        (("restore", "周遊パス造成事業", *ACTOR), "already_there", "取り下げられていません"),
        (("hold", "第1回PT", *ACTOR), "meeting_exists", "reissue"),
        (("hold", "2023", *ACTOR), "meeting_name_refused", "第2回PT"),
        (("hold", "第2回PT", "--on", "R5.13.1", *ACTOR), "notation", "R5.13.1"),
        (("hold", "第2回PT", "--at", "5", *ACTOR), "not_a_batch_end", "記録番号5"),
        (("reissue", "第2回PT", *ACTOR), "unknown_meeting", "第1回PT"),
        (("annul", "第2回PT", *ACTOR), "unknown_meeting", "第1回PT"),
        (("undo", "9999", *ACTOR), "unknown_batch", "9999"),
        (("change", "周遊パス造成事業", "概要=\x01", *ACTOR), "text_refused", "U+0001"),
        (("change", "周遊パス造成事業", "概要=@無いファイル.txt", *ACTOR), "file_fault", "無いファイル.txt"),
        (("change", "周遊パス造成事業", "予算額=1", "--actor", "  "), "actor_refused", "入力者"),
        (("snapshot", "--at", "第2回PT"), "unknown_moment", "第1回PT"),
        (("snapshot", "--at", "9999"), "no_such_position", "9999"),
        (("changes", "--since", "第1回PD"), "unknown_moment", "第1回PT"),
        (("audit", "--actor", "事務曲"), "unknown_actor", "事務局"),
        (("audit", "--field", "予算学"), "unknown_field", "予算額"),
        (("history", "周遊パス造成事業", "予算学"), "unknown_field", "予算額"),
        (("history", "周遊パス事業", "予算額"), "unknown_item", "周遊パス造成事業"),
        (("snapshot", "--plan", "令和6年度観光振興アクションプラン"), "unknown_plan", "令和5年度"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value[:2]) if value else None,
)
def test_a_refusal_names_the_problem_and_what_is_near(
    run: Run, ledger: Path, command: tuple[str, ...], code: str, words: str
) -> None:
    before = head(ledger)
    done = run(*command, "--json", ledger=ledger)
    assert done.status == 1
    assert words in done.err
    assert "Traceback" not in done.err
    assert done.json()["error"]["code"] == code
    assert done.json()["error"]["message"] in done.err
    plain = run(*command, ledger=ledger)
    assert (plain.status, plain.out, plain.err) == (1, "", done.err)
    assert head(ledger) == before


def test_the_nearest_names_are_in_the_json_too(run: Run, ledger: Path) -> None:
    done = run("history", "周遊パス事業", "予算額", "--json", ledger=ledger)
    assert "周遊パス造成事業" in done.json()["error"]["near"]


def test_a_title_that_several_items_bear_is_refused_with_the_paths(run: Run, ledger: Path) -> None:
    run("add", "project", "周遊パス造成事業", "--under", "② 受入環境", *ACTOR, ledger=ledger)
    done = run("change", "周遊パス造成事業", "予算額=1", *ACTOR, ledger=ledger)
    assert done.status == 1
    assert "① 周遊/周遊パス造成事業" in done.err
    assert run("change", "② 受入環境/周遊パス造成事業", "予算額=1", *ACTOR, ledger=ledger).status == 0


def test_the_first_meeting_has_no_previous_one(run: Run, ledger: Path) -> None:
    done = run("changes", "--until", "第1回PT", ledger=ledger)
    assert (done.status, done.out) == (1, "")
    assert "前回" in done.err


def test_which_plan_of_several_has_to_be_said(run: Run, ledger: Path) -> None:
    run("init", "--plan", "総合計画", "--fiscal-year", "2023", *ACTOR, ledger=ledger)
    done = run("snapshot", ledger=ledger)
    assert done.status == 1
    assert "--plan" in done.err
    assert "総合計画" in done.err


@pytest.mark.parametrize("command", [("snapshot",), ("verify",), ("change", "x", "a=1", *ACTOR), ("rebuild",)])
def test_a_ledger_that_is_not_there_is_not_made(run: Run, path: Path, command: tuple[str, ...]) -> None:
    done = run(*command, ledger=path)
    assert done.status == 1
    assert str(path) in done.err
    assert not path.exists()


@pytest.mark.parametrize("command", [("snapshot",), ("change", "x", "a=1", *ACTOR), ("verify",)])
def test_a_database_of_another_application_is_left_alone(run: Run, path: Path, command: tuple[str, ...]) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (a)")
    other.close()
    before = path.read_bytes()
    done = run(*command, "--json", ledger=path)
    assert (done.status, done.json()["error"]["code"]) == (1, "not_a_ledger")
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(run: Run, path: Path) -> None:
    path.write_text("これは台帳ではない。" * 100, encoding="utf-8")
    assert run("snapshot", "--json", ledger=path).json()["error"]["code"] == "not_a_ledger"
    assert run("init", "--plan", "p", "--fiscal-year", "2023", *ACTOR, ledger=path).status == 1


@pytest.mark.parametrize("command", [("snapshot",), ("change", "周遊パス造成事業", "予算額=1", *ACTOR)])
def test_a_newer_format_asks_for_an_upgrade(run: Run, ledger: Path, command: tuple[str, ...]) -> None:
    with sqlite3.connect(ledger) as raw:
        raw.execute("PRAGMA user_version = 99")
    raw.close()
    done = run(*command, "--json", ledger=ledger)
    assert (done.status, done.json()["error"]["code"]) == (1, "newer_format")
    assert "更新してください" in done.err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_file_is_not_written_to(run: Run, ledger: Path) -> None:
    ledger.chmod(0o444)
    done = run("change", "周遊パス造成事業", "予算額=1", *ACTOR, "--json", ledger=ledger)
    assert (done.status, done.json()["error"]["code"]) == (1, "read_only")


def test_english_messages_where_they_are_asked_for(run: Run, ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAN_LEDGER_LANG", "en")
    assert "There is no item" in run("history", "無い事業", "budget", ledger=ledger).err
    assert "Missing option '--actor'" in run("withdraw", "周遊パス造成事業", ledger=ledger).err
