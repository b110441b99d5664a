"""correct, baseline, differences, snapshot --known-at."""

from __future__ import annotations

from pathlib import Path

import pytest

from plan_ledger import Ledger

from .conftest import ACTOR, PLAN, Run

HEADINGS = "戦略名\tKPI\tKPI向上のための施策\t事業名\t概要\t予算額\t期間\t進捗状況やスケジュール\t現状分析"


@pytest.fixture
def ledger(path: Path) -> Path:
    with Ledger.open(path) as ledger, ledger.acting("企画課 山田"):
        plan = ledger.open_plan(PLAN, fiscal_year=2023)
        kpi = plan.add("kpi", "指標", under=plan.add("strategy", "戦略"))
        measure = plan.add("measure", "施策1", under=kpi)
        plan.add("measure", "施策2", under=kpi)
        plan.add("project", "道路", under=measure, budget="100", overview="舗装")
        plan.hold("第1回PT")
        plan["道路"].change(budget="200")
        plan.add("project", "広報", under=measure, budget="5")
        plan.hold("第2回PT")
    return path


def texts(run: Run, ledger: Path, *options: str) -> dict[str, dict[str, str]]:
    answer = run("snapshot", *options, "--format", "json", ledger=ledger)
    assert answer.status == 0
    return {
        item["title"]: {key: cell["text"] for key, cell in item["fields"].items()}
        for item in answer.json()["items"]
        if item["level"] == "project"
    }


def test_correct_tells_which_tables_it_reaches(run: Run, ledger: Path) -> None:
    answer = run("correct", "道路", "概要=橋", "--as-of", "第1回PT", "--source", "正誤表", *ACTOR, ledger=ledger)
    assert answer.status == 0
    assert answer.out.startswith("「道路」を訂正しました：記録番号 ")
    assert answer.out.endswith("「第2回PT」、今の表にも及びます。\n")
    answer = run("correct", "道路", "予算額=150", "--as-of", "第1回PT", *ACTOR, "--json", ledger=ledger)
    told = answer.json()
    assert (told["as_of"], told["reaches"], told["reaches_now"]) == ("第1回PT", [], False)
    assert texts(run, ledger, "--at", "第1回PT")["道路"]["budget"] == "100"
    assert texts(run, ledger, "--at", "第1回PT", "--known-at", "now")["道路"]["budget"] == "150"
    assert texts(run, ledger)["道路"]["budget"] == "200"


def test_differences_are_the_table_of_errors(run: Run, ledger: Path) -> None:
    run("correct", "道路", "budget=150", "--as-of", "第1回PT", "--under", "施策2", *ACTOR, ledger=ledger)
    answer = run("differences", "第1回PT", "--format", "json", ledger=ledger)
    assert [(each["kind"], each["field"], each["new"]) for each in answer.json()["entries"]] == [
        ("corrected", None, "戦略 / 指標 / 施策2"),
        ("corrected", "budget", "150"),
    ]
    shown = run("differences", "第1回PT", ledger=ledger)
    assert "訂正" in shown.out
    changes = run("changes", "--since", "第1回PT", "--until", "now", "--format", "json", ledger=ledger).json()
    assert {each["kind"] for each in changes["entries"] if each["title"] == "道路"} == {"corrected", "changed"}


def test_rows_that_were_missing_or_too_many(run: Run, ledger: Path) -> None:
    answer = run("correct", "広報", "budget=3", "--as-of", "第1回PT", "--was-there", *ACTOR, ledger=ledger)
    assert answer.status == 0
    assert texts(run, ledger, "--at", "第1回PT", "--known-at", "now")["広報"] == {"title": "広報", "budget": "3"}
    answer = run("correct", "道路", "--as-of", "第2回PT", "--was-not-there", *ACTOR, ledger=ledger)
    assert answer.status == 0
    assert "道路" not in texts(run, ledger)


def test_the_place_among_siblings_alone(run: Run, ledger: Path) -> None:
    answer = run("correct", "道路", "--as-of", "第2回PT", "--after", "広報", *ACTOR, ledger=ledger)
    assert answer.status == 0
    assert list(texts(run, ledger, "--at", "第2回PT", "--known-at", "now")) == ["広報", "道路"]


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (["道路", "--as-of", "第1回PT"], 2, ""),
        (["道路", "budget=1"], 2, ""),
        (["道路", "budget=1", "--as-of", "第1回PT", "--was-not-there"], 2, ""),
        (["道路", "budget=100", "--as-of", "第1回PT"], 1, "nothing_to_correct"),
        (["道路", "budget=1", "--as-of", "第3回PT"], 1, "unknown_meeting"),
        (["道路", "budget=1", "--as-of", "now"], 1, "not_a_meeting"),
        (["広報", "budget=1", "--as-of", "第1回PT"], 1, "not_in_table"),
        (["道路", "--as-of", "第1回PT", "--under", "戦略"], 1, "wrong_level"),
    ],
)
def test_a_refused_correction(run: Run, ledger: Path, arguments: list[str], status: int, code: str) -> None:
    answer = run("correct", *arguments, *ACTOR, "--json", ledger=ledger)
    assert answer.status == status
    if code:
        assert answer.json()["error"]["code"] == code
    with Ledger.open(ledger) as opened:
        assert opened.head == opened.plan().meeting("第2回PT").editions[0].position


def test_a_past_table_is_entered_between_two_meetings(run: Run, ledger: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "臨時.tsv"
    sheet.write_text(f"{HEADINGS}\n戦略\t指標\t施策1\t道路\t舗装\t120\t\t\t\n", encoding="utf-8")
    before = texts(run, ledger)
    answer = run(
        "baseline", str(sheet), "--meeting", "臨時PT", "--after", "第1回PT", "--on", "R5.7.1", *ACTOR, ledger=ledger
    )
    assert answer.status == 0, answer.err
    assert answer.out.startswith("「臨時PT」の表を登録しました：記録番号 ")
    assert "照合値 " in answer.out
    assert texts(run, ledger, "--at", "臨時PT") == {"道路": {"title": "道路", "overview": "舗装", "budget": "120"}}
    assert texts(run, ledger) == before
    names = [each["name"] for each in run("meetings", "--format", "json", ledger=ledger).json()]
    assert names == ["第1回PT", "臨時PT", "第2回PT"]
    again = run("baseline", str(sheet), "--meeting", "臨時PT", *ACTOR, "--json", ledger=ledger)
    assert (again.status, again.json()["error"]["code"]) == (1, "meeting_exists")


def test_a_corrected_handout_says_what_it_is(run: Run, ledger: Path) -> None:
    run("correct", "道路", "budget=150", "--as-of", "第1回PT", *ACTOR, ledger=ledger)
    shown = run("snapshot", "--at", "第1回PT", "--known-at", "now", "--format", "md", ledger=ledger)
    assert "までの記録による" in shown.out
    assert "までの記録による" not in run("snapshot", "--at", "第1回PT", "--format", "md", ledger=ledger).out
