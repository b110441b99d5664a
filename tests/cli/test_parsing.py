"""The command parse: one JSON object a text."""

from __future__ import annotations

import json

import pytest

from .conftest import Run


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("period", "R5.4~9"), {"start": "2023-04", "end": "2023-09", "open": False, "precision": "month"}),
        (("date", "R5.5"), {"start": "2023-05", "precision": "month"}),
        (
            ("date", "8/23まで", "--fiscal-year", "2023"),
            {"start": "2023-08-23", "precision": "day", "qualifier": "まで", "warnings": ["year_inferred"]},
        ),
        (("fiscal_year", "令和５年度"), {"fiscal_year": 2023, "start": "2023-04", "end": "2024-03"}),
    ],
)
def test_one_text_gives_one_line_of_json(run: Run, arguments: tuple[str, ...], expected: dict[str, object]) -> None:
    done = run("parse", *arguments)
    assert (done.status, done.err, done.out.count("\n")) == (0, "", 1)
    assert done.json() == expected


def test_an_amount_with_the_tables_unit(run: Run) -> None:
    assert run("parse", "budget", "4,450", "--unit", "千円").json()["amount"] == 4_450_000


@pytest.mark.parametrize("text", ["-1,200", "△1,200", "▲１，２００"])
def test_an_amount_below_zero_is_no_option(run: Run, text: str) -> None:
    assert run("parse", "budget", text, "--unit", "千円").json()["amount"] == -1_200_000


def test_several_texts_and_standard_input_give_a_line_each(run: Run) -> None:
    for done in (run("parse", "period", "R5.4~9", "R5.4～"), run("parse", "period", "-", input="R5.4~9\r\nR5.4～")):
        assert [json.loads(line)["start"] for line in done.out.splitlines()] == ["2023-04"] * 2


def test_a_hyphen_among_several_texts_is_the_sign_for_nothing(run: Run) -> None:
    lines = run("parse", "budget", "100", "-", input="200\n").out.splitlines()
    assert len(lines) == 2
    assert json.loads(lines[1])["amount"] is None


def test_standard_input_may_be_shift_jis(run: Run) -> None:
    done = run("parse", "fiscal_year", "-", input="令和５年度\r\n".encode("cp932"))
    assert done.json()["fiscal_year"] == 2023


def test_an_empty_line_gets_its_own_answer(run: Run) -> None:
    lines = run("parse", "date", "-", input="R5.4\n\nR5.5\n").out.splitlines()
    assert len(lines) == 3
    assert json.loads(lines[1]) == {"error": "blank"}


def test_a_refusal_is_an_error_with_exit_status_1_and_the_rest_is_answered(run: Run) -> None:
    done = run("parse", "date", "R5.13", "R5.5")
    assert done.status == 1
    assert [json.loads(line) for line in done.out.splitlines()] == [
        {"error": "invalid_month"},
        {"start": "2023-05", "precision": "month"},
    ]
    assert "R5.13" in done.err


def test_another_kind_is_wrong_usage(run: Run) -> None:
    done = run("parse", "colour", "赤")
    assert (done.status, done.out) == (2, "")
    assert "KIND" in done.err


def test_a_period_is_what_a_schedules_entries_are_checked_against(run: Run) -> None:
    text = "R5.4 準備 R8.4 公表"
    assert "warnings" not in run("parse", "schedule_line", text).json()
    found = run("parse", "schedule_line", text, "--period", "R6.4~R7.3").json()
    assert found["warnings"] == ["entry_before_period", "entry_after_period"]
