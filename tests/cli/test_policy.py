"""Policies from the command line: shown, set, and who is refused how to go on."""

from __future__ import annotations

from pathlib import Path

from .conftest import ACTOR, Run


def test_policies_are_shown_set_and_lifted(run: Run, ledger: Path) -> None:
    shown = run("policy", ledger=ledger)
    assert (shown.status, shown.err) == (0, "")
    assert "ありません" in shown.out
    done = run(
        "policy",
        "--all",
        "reason",
        "--field",
        "予算額=source、決裁番号",
        "--reissue",
        "approval",
        *ACTOR,
        ledger=ledger,
    )
    assert (done.status, done.err) == (0, "")
    assert "「予算額」の変更：根拠資料、決裁番号" in done.out
    assert run("policy", "--json", ledger=ledger).json() == {
        "plan": run("snapshot", "--json", ledger=ledger).json()["plan"],
        "everything": ["reason"],
        "fields": {"budget": ["source", "approval"]},
        "corrections": [],
        "reissues": ["approval"],
    }
    assert run("policy", "--all", "none", "--actor", "鈴木", ledger=ledger).status == 1, "itself without a reason"
    why = ("--actor", "鈴木", "--reason", "試行の終わり")
    assert run("policy", "--all", "none", "--field", "budget=none", "--json", *why, ledger=ledger).json()[
        "policies"
    ] == {
        "everything": [],
        "fields": {},
        "corrections": [],
        "reissues": ["approval"],
    }


def test_who_leaves_something_out_is_told_what_and_how(run: Run, ledger: Path) -> None:
    assert run("policy", "--field", "予算額=source", "--all", "reason", *ACTOR, ledger=ledger).status == 0
    refused = run("change", "周遊パス造成事業", "予算額=1", "--actor", "鈴木", "--json", ledger=ledger)
    assert refused.status == 1
    assert "周遊パス造成事業・予算額" in refused.err
    assert "--reason" in refused.err
    problems = refused.json()["error"]["problems"]
    assert [(each["code"], each["missing"]) for each in problems] == [
        ("policy_refused", "reason"),
        ("policy_refused", "source"),
    ]
    said = ("--actor", "鈴木", "--reason", "補正", "--source", "補正予算書 p.1")
    assert run("change", "周遊パス造成事業", "予算額=1", *said, ledger=ledger).status == 0
    under = run("snapshot", "--json", ledger=ledger).json()["items"]
    parent = next(each["path"] for each in under if each["title"] == "周遊パス造成事業")[-2]
    assert run("add", "project", "新規事業", "予算額=5", "--under", parent, *said, ledger=ledger).status == 0


def test_what_is_no_policy_is_wrong(run: Run, ledger: Path) -> None:
    assert run("policy", "--all", "reason", ledger=ledger).status == 2, "nobody sets it"
    assert run("policy", "--field", "budget", *ACTOR, ledger=ledger).status == 2
    assert run("policy", "--all", " ", *ACTOR, ledger=ledger).status == 2
    assert run("policy", "--all", "stamp", *ACTOR, ledger=ledger).status == 1
    assert run("policy", "--field", "よさん=reason", *ACTOR, ledger=ledger).status == 1
    assert "ありません" in run("policy", ledger=ledger).out
