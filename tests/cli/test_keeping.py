"""verify, rebuild, backup, dump, load."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from plan_ledger import Ledger

from .conftest import Run


def digest(path: Path) -> str:
    with Ledger.open(path, read_only=True) as ledger:
        return ledger.plan().snapshot().digest


def test_verify_says_that_all_is_well(run: Run, ledger: Path) -> None:
    assert "異常はありません" in run("verify", ledger=ledger).out
    found = run("verify", "--json", ledger=ledger).json()
    assert (found["ok"], found["first_broken"], found["editions"]) == (True, None, 1)


def test_verify_says_where_a_ledger_was_tampered_with(run: Run, ledger: Path) -> None:
    with sqlite3.connect(ledger) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f'DROP TRIGGER "{name}"')
        (position,) = raw.execute("SELECT position FROM texts WHERE body = '8,200'").fetchone()
        raw.execute("UPDATE texts SET body = '8,300' WHERE position = ?", (position,))
    raw.close()
    done = run("verify", ledger=ledger)
    assert done.status == 1
    assert "異常が" in done.out
    assert f"記録番号{position}" in done.err
    told = run("verify", "--json", ledger=ledger)
    assert (told.status, told.json()["first_broken"]) == (1, position)


def test_rebuild_gives_the_same_table(run: Run, ledger: Path) -> None:
    before = digest(ledger)
    assert run("rebuild", ledger=ledger).status == 0
    assert run("rebuild", "--json", ledger=ledger).json()["ok"] is True
    assert digest(ledger) == before
    assert run("verify", ledger=ledger).status == 0


def test_backup_makes_a_ledger_of_its_own(run: Run, ledger: Path, tmp_path: Path) -> None:
    target = tmp_path / "控え.db"
    assert run("backup", str(target), ledger=ledger).status == 0
    assert digest(target) == digest(ledger)
    again = run("backup", str(target), "--json", ledger=ledger)
    assert (again.status, "error" in again.json()) == (1, True)


def test_dump_and_load_give_the_same_ledger(run: Run, ledger: Path, tmp_path: Path) -> None:
    file, copy = tmp_path / "書き出し.jsonl", tmp_path / "写し.db"
    assert run("dump", str(file), ledger=ledger).status == 0
    assert run("dump", ledger=ledger).out == file.read_text(encoding="utf-8")
    other = tmp_path / "other.jsonl"
    assert run("dump", "-o", str(other), "--json", ledger=ledger).json()["events"] > 0
    assert other.read_bytes() == file.read_bytes()
    assert run("load", str(file), ledger=copy).status == 0
    assert digest(copy) == digest(ledger)
    assert run("verify", "--json", ledger=copy).json()["head"] == run("verify", "--json", ledger=ledger).json()["head"]
    assert run("load", str(file), str(tmp_path / "c.db"), "--json").status == 0


def test_load_refuses_what_is_no_dump_and_a_ledger_that_is_there(run: Run, ledger: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text("これは違う\n", encoding="utf-8")
    target = tmp_path / "new.db"
    assert run("load", str(file), ledger=target).status == 1
    assert not target.exists()
    run("dump", str(file), ledger=ledger)
    assert run("load", str(file), ledger=ledger).status == 1
    missing = run("load", str(tmp_path / "無い.jsonl"), ledger=target)
    assert missing.status == 1
    assert "無い.jsonl" in missing.err
