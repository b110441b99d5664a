"""Meetings and batches from the command line."""

from __future__ import annotations

from pathlib import Path

from plan_ledger import Ledger

from .conftest import ACTOR, Run

RECEIPT = {"batch", "first", "last", "recorded_at"}


def test_hold_with_its_dates_gives_a_receipt_and_the_digest(run: Run, ledger: Path) -> None:
    run("change", "周遊パス造成事業", "予算額=1", *ACTOR, ledger=ledger)
    done = run("hold", "第2回PT", "--on", "R5.8.30", "--as-of-date", "2023-08-20", *ACTOR, "--json", ledger=ledger)
    assert done.status == 0
    held = done.json()
    assert {*RECEIPT, "digest", "meeting", "edition", "effective", "known"} <= set(held)
    assert (held["held_on"], held["as_of_on"], held["edition"]) == ("2023-08-30", "2023-08-20", 1)
    assert held["red_since"] == "第1回PT#1"
    shown = run("snapshot", "--at", "第2回PT", "--json", ledger=ledger).json()
    assert shown["digest"] == held["digest"]


def test_hold_at_an_earlier_position(run: Run, ledger: Path) -> None:
    first = run("change", "周遊パス造成事業", "予算額=1", *ACTOR, "--json", ledger=ledger).json()
    run("change", "周遊パス造成事業", "予算額=2", *ACTOR, ledger=ledger)
    assert run("hold", "第2回PT", "--at", str(first["last"]), *ACTOR, ledger=ledger).status == 0
    items = run("snapshot", "--at", "第2回PT", "--json", ledger=ledger).json()["items"]
    assert [each["fields"]["budget"]["text"] for each in items if each["title"] == "周遊パス造成事業"] == ["1"]


def test_hold_of_a_subtree(run: Run, ledger: Path) -> None:
    done = run("hold", "第1回周遊部会", "--scope", "① 周遊", *ACTOR, ledger=ledger)
    assert done.status == 0
    titles = [
        each["title"] for each in run("snapshot", "--at", "第1回周遊部会", "--json", ledger=ledger).json()["items"]
    ]
    assert "① 周遊" in titles
    assert "② 受入環境" not in titles


def test_a_held_meeting_prints_its_digest(run: Run, ledger: Path) -> None:
    done = run("hold", "第2回PT", *ACTOR, ledger=ledger)
    with Ledger.open(ledger, read_only=True) as opened:
        assert f"照合値 {opened.plan().meeting('第2回PT').editions[0].digest}" in done.out


def test_reissue_adds_an_edition_and_the_first_stays(run: Run, ledger: Path) -> None:
    run("change", "周遊パス造成事業", "予算額=1", *ACTOR, ledger=ledger)
    done = run("reissue", "第1回PT", *ACTOR, "--json", ledger=ledger)
    assert (done.status, done.json()["edition"]) == (0, 2)
    (meeting,) = run("meetings", "--json", ledger=ledger).json()
    assert [edition["edition"] for edition in meeting["editions"]] == [1, 2]
    first = run("snapshot", "--at", "第1回PT#1", "--json", ledger=ledger).json()
    assert first["digest"] == meeting["editions"][0]["digest"] != meeting["editions"][1]["digest"]


def test_annul_frees_the_name(run: Run, ledger: Path) -> None:
    assert run("annul", "第1回PT", *ACTOR, "--json", ledger=ledger).status == 0
    assert run("meetings", "--json", ledger=ledger).json() == []
    assert [each["annulled"] for each in run("meetings", "--annulled", "--json", ledger=ledger).json()] == [True]
    assert run("hold", "第1回PT", *ACTOR, ledger=ledger).status == 0


def test_undo_a_batch_by_any_of_its_positions(run: Run, ledger: Path) -> None:
    batch = run("change", "周遊パス造成事業", "予算額=1", "概要=x", *ACTOR, "--json", ledger=ledger).json()
    done = run("undo", str(batch["last"]), *ACTOR, "--json", ledger=ledger)
    assert (done.status, set(done.json())) == (0, RECEIPT)
    assert run("changes", "--since", "第1回PT", "--json", ledger=ledger).json()["entries"] == []


def test_undo_of_what_was_changed_again_is_refused(run: Run, ledger: Path) -> None:
    batch = run("change", "周遊パス造成事業", "予算額=1", *ACTOR, "--json", ledger=ledger).json()["batch"]
    run("change", "周遊パス造成事業", "予算額=2", *ACTOR, ledger=ledger)
    done = run("undo", str(batch), *ACTOR, "--json", ledger=ledger)
    assert (done.status, done.json()["error"]["code"]) == (1, "undo_conflict")


def test_the_list_of_meetings_as_a_table(run: Run, ledger: Path) -> None:
    done = run("meetings", ledger=ledger)
    assert done.status == 0
    for words in ("第1回PT", "令和5年5月30日", "照合値"):
        assert words in done.out
