"""The JSON Schemas of the reference describe what the command line and the results really give."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from plan_ledger import Ledger
from plan_ledger.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "reference" / "schemas"
SCHEMAS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
REGISTRY: Registry[Any] = Registry().with_resources(
    (f"{name}.json", Resource.from_contents(schema)) for name, schema in SCHEMAS.items()
)
ACTOR = ("--actor", "田中 主査", "--section", "企画課")


def check(name: str, instance: Any) -> None:
    errors = list(Draft202012Validator(SCHEMAS[name], registry=REGISTRY).iter_errors(instance))
    assert not errors, [(error.json_path, error.message) for error in errors[:5]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``call(status, *arguments)`` in a folder with the example plan: the JSON on standard output."""
    shutil.copytree(ROOT / "examples" / "data", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLAN_LEDGER", "r5.db")

    def run(status: int, *arguments: str) -> Any:
        done = CliRunner().invoke(app, arguments, prog_name="plan-ledger")
        assert done.exit_code == status, done.output
        return json.loads(done.stdout)

    return run


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$id"] == f"{name}.json"


def test_real_answers_fit(call: Any, tmp_path: Path) -> None:
    check("import", call(0, "import", "第1回PT.tsv", *ACTOR, "--json"))
    call(0, "hold", "第1回PT", "--on", "R5.5.30", *ACTOR, "--json")
    dry = call(0, "import", "第2回PT.tsv", "--dry-run", "--json")
    check("import", dry)
    assert all(dry[kind] for kind in ("added", "changed", "layout_only"))
    assert "receipt" not in dry
    check("import", call(0, "import", "第2回PT.tsv", *ACTOR, "--for", "観光課", "--json"))
    call(0, "hold", "第2回PT", *ACTOR, "--json")
    call(0, "change", "食のみずのブランド発信事業", "予算額=未定", "--source", "口頭", *ACTOR, "--json")
    third = call(0, "import", "第3回PT.tsv", "--accept-renames", "--withdraw-missing", *ACTOR, "--json")
    check("import", third)
    assert all(third[kind] for kind in ("changed", "moved", "renamed", "emptied", "missing"))
    call(0, "reissue", "第2回PT", *ACTOR, "--json")
    call(0, "annul", "第2回PT", *ACTOR, "--json")

    for at in ("第1回PT", "119", "now"):
        check("snapshot", call(0, "snapshot", "--at", at, "--format", "json"))
    check("snapshot", call(0, "snapshot", "--red-since", "第1回PT", "--format", "json"))
    changes = call(0, "changes", "--since", "0", "--format", "json")
    check("changes", changes)
    changes = call(0, "changes", "--since", "第1回PT", "--format", "json")
    check("changes", changes)
    assert {entry["kind"] for entry in changes["entries"]} == {"added", "changed", "removed", "moved"}
    audit = call(0, "audit", "--format", "json")
    check("audit", audit)
    assert {row["action"] for row in audit} >= {"added", "placed", "moved", "changed", "withdrawn"}
    check("audit", call(0, "history", "食のみずのブランド発信事業", "予算額", "--format", "json"))
    check("meetings", call(0, "meetings", "--annulled", "--format", "json"))


def test_a_conflict_fits(call: Any) -> None:
    for sheet in ("第1回PT.tsv", "第2回PT.tsv"):
        call(0, "import", sheet, *ACTOR, "--json")
    call(0, "hold", "第2回PT", *ACTOR, "--json")
    call(0, "change", "みずの周遊パス造成事業", "現状分析=別の文", *ACTOR, "--json")
    sheet = ("import", "課別/観光課.tsv", "--base", "第2回PT", "--partial")
    proposed = call(0, *sheet, "--dry-run", "--json")
    check("import", proposed)
    assert proposed["conflicts"][0]["base"]
    check("error", call(1, *sheet, *ACTOR, "--json"))


def test_refusals_fit(call: Any, tmp_path: Path) -> None:
    check("error", call(1, "snapshot", "--format", "json"))
    (tmp_path / "悪い.tsv").write_text("題名\n\n戦略名\tKPI\t施策\t事業名\t謎\t謎2\n", encoding="utf-8")
    call(0, "import", "第1回PT.tsv", *ACTOR, "--json")
    several = call(1, "import", "悪い.tsv", *ACTOR, "--json")
    check("error", several)
    check("error", call(1, "change", "ない事業", "予算額=1", *ACTOR, "--json"))


def test_a_verification_fits_also_when_something_is_wrong(call: Any, tmp_path: Path) -> None:
    call(0, "import", "第1回PT.tsv", *ACTOR, "--json")
    check("verify", call(0, "verify", "--json"))
    with sqlite3.connect(tmp_path / "r5.db") as connection:
        connection.execute("DROP TRIGGER events_no_update")
        connection.execute("UPDATE events SET payload = '{}' WHERE position = 20")
    found = call(1, "verify", "--json")
    check("verify", found)
    assert found["first_broken"] is not None


def test_results_give_the_same_keys_as_the_command_line(tmp_path: Path) -> None:
    with Ledger.open(":memory:") as ledger, ledger.acting("事務局"):
        plan = ledger.open_plan("令和5年度観光・ものづくり振興アクションプラン", fiscal_year=2023)
        proposal = plan.propose(ROOT / "examples" / "data" / "第1回PT.tsv")
        check("import", proposal.to_dict())
        proposal.apply()
        plan.hold("第1回PT")
        check("snapshot", plan.snapshot().to_dict())
        check("changes", plan.changes(since=0).to_dict())
        check("audit", [row.to_dict() for row in plan.audit()])
        check("meetings", [meeting.to_dict() for meeting in plan.meetings()])
        check("verify", ledger.verify().to_dict())


def test_origins_of_words_and_lines_of_items_fit(call: Any) -> None:
    call(0, "import", "第1回PT.tsv", *ACTOR, "--json")
    call(0, "hold", "第1回PT", *ACTOR, "--json")
    call(0, "import", "第2回PT.tsv", *ACTOR, "--for", "産業課", "--json")
    one = call(0, "blame", "食のみずのブランド発信事業", "progress", "--json")
    check("blame", one)
    assert "".join(run["text"] for run in one["runs"]) == one["text"]
    assert {run["handout"] and run["handout"]["meeting"] for run in one["runs"]} == {"第1回PT", None}
    check("blame", call(0, "blame", "--json"))
    old = "令和5年度観光・ものづくり振興アクションプラン"
    new = ("--plan", "令和6年度アクションプラン")
    call(0, "--plan", old, "rollover", "--to", new[1], "--fiscal-year", "2024", *ACTOR, "--json")
    line = call(0, *new, "lineage", "食のみずのブランド発信事業", "--json")
    check("lineage", line)
    assert [entry["relation"] for entry in line["entries"]] == ["earlier", "self"]
    check("blame", call(0, *new, "blame", "食のみずのブランド発信事業", "progress", "--json"))
