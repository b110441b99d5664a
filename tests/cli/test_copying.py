"""copy, and the other commands on a server: they say where, and never with the password."""

from __future__ import annotations

from pathlib import Path

import pytest

from plan_ledger import Ledger

from .conftest import ACTOR, PLAN, Run

CANARY = "canary-s3cret"


@pytest.fixture
def filled(path: Path, run: Run) -> Path:
    assert run("init", "--plan", PLAN, "--fiscal-year", "2023", *ACTOR, ledger=path).status == 0
    assert run("add", "strategy", "戦略１", *ACTOR, ledger=path).status == 0
    return path


def test_copy_from_file_to_server_and_back(filled: Path, postgres_url: str, tmp_path: Path, run: Run) -> None:
    url = postgres_url.replace("postgres@", f"postgres:{CANARY}@", 1)
    with Ledger.open(filled) as ledger:
        head, end = ledger.head, ledger.verify().head
    there = run("copy", str(filled), url)
    assert (there.status, there.err) == (0, "")
    assert f"記録 {head} 件を「postgresql://" in there.out
    assert end[:16] in there.out
    back = run("copy", url, str(tmp_path / "back.db"), "--json")
    assert back.json() == {"ok": True, "target": str(tmp_path / "back.db"), "events": head, "head": end}
    again = run("copy", str(filled), url)
    assert again.status == 1
    assert "もうあります" in again.err
    assert CANARY not in there.out + again.out + again.err


def test_commands_work_on_a_server(postgres_url: str, tmp_path: Path, run: Run) -> None:
    url = postgres_url.replace("postgres@", f"postgres:{CANARY}@", 1)
    said = ""
    for arguments, status in (
        (("snapshot",), 1),  # there is no ledger yet, and asking makes none
        (("init", "--plan", PLAN, "--fiscal-year", "2023", *ACTOR), 0),
        (("add", "strategy", "戦略１", *ACTOR), 0),
        (("change", "戦略１", "title=戦略２", *ACTOR), 0),
        (("hold", "第1回PT", *ACTOR), 0),
        (("snapshot", "--at", "第1回PT"), 0),
        (("audit", "--json"), 0),
        (("rebuild",), 0),
        (("verify",), 0),
        (("dump", str(tmp_path / "r5.jsonl")), 0),
        (("load", str(tmp_path / "r5.jsonl"), url), 1),
        (("backup", str(tmp_path / "r5.db")), 1),
    ):
        done = run("--ledger", url, *arguments)
        assert done.status == status, (arguments, done)
        said += done.out + done.err
    assert "pg_dump" in said
    assert CANARY not in said
    assert not (tmp_path / "r5.db").exists()
