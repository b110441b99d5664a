"""Who acts, from the command line: the options that say it, and the list of everybody."""

from __future__ import annotations

from pathlib import Path

from .conftest import Run


def test_everybody_once_with_what_they_were_called_and_who_looks_alike(run: Run, ledger: Path) -> None:
    who = (
        "--actor",
        "山田",
        "--section",
        "観光課",
        "--for",
        "文化財課",
        "--approver",
        "髙橋 課長",
        "--approval",
        "決裁3",
    )
    assert run("change", "周遊パス造成事業", "予算額=1", *who, ledger=ledger).status == 0
    assert run("change", "周遊パス造成事業", "予算額=2", "--actor", "高橋 課長", ledger=ledger).status == 0
    assert run("change", "周遊パス造成事業", "予算額=3", "--actor", "山田", "--section", "観光戦略課", ledger=ledger)
    found = {each["name"]: each for each in run("actors", "--json", ledger=ledger).json()}
    assert {"山田", "文化財課", "髙橋 課長", "高橋 課長"} <= set(found)
    assert (found["山田"]["section"], found["山田"]["former"][0]["section"]) == ("観光戦略課", "観光課")
    assert [each["name"] for each in found["高橋 課長"]["looks_like"]] == ["髙橋 課長"]
    shown = run("actors", ledger=ledger)
    assert (shown.status, shown.err) == (0, "")
    assert "似た名前" in shown.out
    assert "観光戦略課" in shown.out
    row = run("audit", "--item", "周遊パス造成事業", "--actor", "山田", "--limit", "1", "--json", ledger=ledger).json()[
        0
    ]
    assert (row["on_behalf_of"]["name"], row["approval"], row["assurance"]) == ("文化財課", "決裁3", "declared")


def test_the_command_line_can_not_say_that_somebody_is_authenticated(run: Run, ledger: Path) -> None:
    args = ("change", "周遊パス造成事業", "予算額=1", "--actor", "山田", "--assurance", "authenticated")
    assert run(*args, ledger=ledger).status == 2
