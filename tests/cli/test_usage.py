"""How a call is put: where options stand, what is wrong usage, what help says."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path

import click
import pytest

import plan_ledger.cli
from plan_ledger.cli.app import app
from plan_ledger.cli.commands import LISTED

from .conftest import ACTOR, PLAN, Run

WRITING = {
    *("init", "add", "move", "withdraw", "restore", "change", "correct", "import", "baseline", "rollover"),
    *("hold", "reissue", "annul", "undo", "declare", "policy", "redact", "erase-person"),
}
ASKING = {
    *("snapshot", "changes", "differences", "audit", "history", "blame", "lineage", "meetings", "schema"),
    *("totals", "elapsed", "actors", "diff"),
}
KEEPING = {"verify", "seal", "doctor", "occurrences", "rebuild", "backup", "copy", "dump", "load"}


def options(name: str) -> set[str]:
    return {flag for param in app.commands[name].params for flag in param.opts}


def test_every_command_is_of_a_known_sort() -> None:
    assert set(app.commands) == WRITING | ASKING | KEEPING | {"parse"}


def test_the_list_of_commands_says_what_the_modules_say() -> None:
    found = {
        command.name: (module.name, command.short_help)
        for module in pkgutil.iter_modules(plan_ledger.cli.__path__)
        for command in getattr(import_module(f"plan_ledger.cli.{module.name}"), "COMMANDS", ())
        if module.name != "past"  # part of meetings
    }
    assert found == LISTED


@pytest.mark.parametrize("name", sorted(WRITING))
def test_what_records_takes_who_and_why(name: str) -> None:
    who = {"--actor", "--section", "--for", "--approver", "--approval", "--reason"}
    assert who | {"--json", "-l", "--plan"} <= options(name)


@pytest.mark.parametrize("name", sorted(ASKING))
def test_a_query_takes_format_and_output(name: str) -> None:
    assert {"--format", "-o"} <= options(name)


@pytest.mark.parametrize("name", sorted(WRITING | ASKING | KEEPING | {"parse"}))
def test_every_command_explains_itself(run: Run, name: str) -> None:
    done = run(name, "--help")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"使い方: plan-ledger {name}")
    assert "required" not in done.out
    for param in app.commands[name].params:
        assert isinstance(param, click.Argument) or not isinstance(param, click.Option) or param.hidden or param.help


def test_options_stand_before_or_after_the_command(run: Run, ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = run("--ledger", str(ledger), "--plan", PLAN, "meetings", "--json")
    after = run("meetings", "-l", str(ledger), "--plan", PLAN, "--json")
    assert before.status == after.status == 0
    monkeypatch.setenv("PLAN_LEDGER", str(ledger))
    assert run("meetings", "--json").out == before.out == after.out


def test_what_stands_after_wins_and_the_environment_comes_last(
    run: Run, ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAN_LEDGER", str(tmp_path / "env.db"))
    assert run("-l", str(tmp_path / "before.db"), "meetings", "-l", str(ledger)).status == 0
    assert "before.db" in run("-l", str(tmp_path / "before.db"), "meetings").err
    assert "env.db" in run("meetings").err


def test_without_a_ledger_the_usage_says_how_to_name_one(run: Run) -> None:
    done = run("meetings")
    assert (done.status, done.out) == (2, "")
    assert "PLAN_LEDGER" in done.err


@pytest.mark.parametrize("name", sorted(WRITING))
def test_a_missing_actor_is_wrong_usage_and_writes_nothing(run: Run, path: Path, name: str) -> None:
    arguments = {
        "init": ["--plan", PLAN, "--fiscal-year", "2023"],
        "add": ["project", "x"],
        "change": ["x", "a=b"],
        "undo": ["1"],
        "policy": ["--all", "reason"],
        "correct": ["x", "a=b", "--as-of", "第1回PT"],
        "baseline": ["x", "--meeting", "第1回PT"],
        "rollover": ["x", "--to", "y"],
        "redact": ["1"],
    }.get(name, ["x"])
    done = run(name, *arguments, ledger=path)
    assert (done.status, done.out) == (2, "")
    assert "--actor" in done.err
    assert not path.exists()


def test_the_actor_is_not_taken_from_the_environment(run: Run, ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAN_LEDGER_ACTOR", "だれか")
    assert run("withdraw", "周遊パス造成事業", ledger=ledger).status == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["snapshto"], "snapshot"),
        (["snapshot", "--fromat", "json"], "--format"),
        (["snapshot", "--format", "pdf"], "html"),
        (["audit", "--limit", "-1"], "--limit"),
        (["hold", "第2回PT", "--at", "ここ", *ACTOR], "--at"),
        (["change", "x", *ACTOR], "FIELD=TEXT"),
        (["init", "--plan", "p", "--fiscal-year", "五年", *ACTOR], "--fiscal-year"),
        (["init", "--fiscal-year", "2023", *ACTOR], "--plan"),
        (["move", "周遊パス造成事業", *ACTOR], "--under"),
        (["snapshot", "--red-since", "x", "--no-red"], "--no-red"),
        (["dump", "a", "-o", "b"], "一つだけ"),
    ],
    ids=lambda value: " ".join(value[:3]) if isinstance(value, list) else None,
)
def test_wrong_usage_says_what_is_wrong_and_where_help_is(
    run: Run, ledger: Path, arguments: list[str], words: str
) -> None:
    done = run(*arguments, ledger=ledger)
    assert (done.status, done.out) == (2, "")
    assert words in done.err
    assert "使い方" in done.err


def test_no_command_shows_the_help(run: Run) -> None:
    assert run().status == 0
    assert run().out == run("--help").out


def test_the_version(run: Run) -> None:
    assert run("--version").out.startswith("plan-ledger")
