"""Closing, forking, backing up, migrating, vacuuming: the file stays one whole ledger."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from plan_ledger import Ledger
from plan_ledger.store import migrations
from plan_ledger.store.errors import LedgerClosed, OtherProcess, ReadOnlyLedger, StoreError, TargetExists


def filled(path: Path) -> Path:
    with Ledger.open(path) as ledger, ledger.acting("企画室"):
        ledger.open_plan("計画", fiscal_year=2023).add("strategy", "戦略1")
    return path


def schema_of(path: Path) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(
            "SELECT type, name, coalesce(sql, '') FROM sqlite_master ORDER BY type, name"
        ).fetchall()


# --- closing, forking, copying -----------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["file", "memory"])
def test_a_closed_ledger_says_so(tmp_path: Path, place: str) -> None:
    ledger = Ledger.open(tmp_path / "r5.db" if place == "file" else ":memory:")
    with ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        ledger.close()
        ledger.close()
        for act in (plan.snapshot, lambda: plan.add("strategy", "戦略1"), ledger.verify):
            with pytest.raises(LedgerClosed):
                act()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_has_to_open_the_ledger_again(tmp_path: Path) -> None:
    """Connections carried over a fork can damage the file."""
    path = filled(tmp_path / "r5.db")
    code = (
        "import os, sys\n"
        "from plan_ledger import Ledger, PlanLedgerError\n"
        "ledger = Ledger.open(sys.argv[1])\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    codes = []\n"
        "    for act in (lambda: ledger.plan(), lambda: ledger.rebuild()):\n"
        "        try:\n"
        "            act()\n"
        "        except PlanLedgerError as error:\n"
        "            codes.append(error.code)\n"
        "    with Ledger.open(sys.argv[1]) as own:\n"
        "        codes.append(str(bool(own.verify())))\n"
        "    print(codes, flush=True)\n"
        "    os._exit(0)\n"
        "os.waitpid(pid, 0)\n"
        "print(bool(ledger.verify()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == [str([OtherProcess.code, OtherProcess.code, "True"]), "True"], done.stderr


def test_a_backup_is_a_ledger_of_its_own_and_overwrites_nothing(tmp_path: Path) -> None:
    path, target = filled(tmp_path / "r5.db"), tmp_path / "控え.db"
    with Ledger.open(path) as ledger:
        ledger.backup(target)
        with pytest.raises(TargetExists):
            ledger.backup(target)
        digest, identity = ledger.plan().snapshot().digest, ledger.id
    with Ledger.open(target) as copy:
        assert copy.verify()
        assert (copy.plan().snapshot().digest, copy.id) == (digest, identity)


def test_a_backup_of_a_ledger_in_memory_holds_what_is_committed(tmp_path: Path) -> None:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        ledger.open_plan("計画", fiscal_year=2023).add("strategy", "戦略1")
        ledger.backup(tmp_path / "控え.db")
    with Ledger.open(tmp_path / "控え.db") as copy:
        assert copy.verify()


def test_a_backup_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with Ledger.open(filled(tmp_path / "r5.db")) as ledger, pytest.raises(StoreError):
        ledger.backup(tmp_path / "none" / "控え.db")
    assert not (tmp_path / "none").exists()


# --- migrations --------------------------------------------------------------------------------------------------


def test_a_migrated_schema_equals_a_fresh_one(tmp_path: Path) -> None:
    from plan_ledger.store.sqlite_settings import APPLICATION_ID

    fresh = filled(tmp_path / "fresh.db")
    for start in range(1, migrations.LATEST):
        path = tmp_path / f"from{start}.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            for number, script in migrations.scripts("sqlite"):
                if number <= start:
                    database.executescript(script)
            database.execute("INSERT INTO ledger VALUES (1, ?, 1, 0)", (uuid4().bytes,))
            database.execute(f"PRAGMA user_version = {start}")
        with Ledger.open(path) as ledger:
            assert ledger.verify()
        assert schema_of(path) == schema_of(fresh)


def test_the_migrations_are_numbered_up_to_the_latest_and_every_statement_is_used() -> None:
    scripts = migrations.scripts("sqlite")
    assert [number for number, _ in scripts] == list(range(1, migrations.LATEST + 1))
    for _, script in scripts:
        assert script.strip().endswith(migrations.statements(script)[-1])


def test_opening_again_changes_no_byte(tmp_path: Path) -> None:
    path = filled(tmp_path / "r5.db")
    before = path.read_bytes()
    for _ in range(3):
        Ledger.open(path).close()
    Ledger.open(path, read_only=True).close()
    assert path.read_bytes() == before


def test_vacuum_keeps_positions(tmp_path: Path) -> None:
    path = filled(tmp_path / "r5.db")
    with Ledger.open(path) as ledger:
        before, digest = ledger.verify().head, ledger.plan().snapshot().digest
    with closing(sqlite3.connect(path)) as database:
        database.execute("VACUUM")
    with Ledger.open(path) as ledger:
        verified = ledger.verify()
        assert verified
        assert (verified.head, ledger.plan().snapshot().digest) == (before, digest)


def test_a_read_only_ledger_reads_and_writes_nothing(tmp_path: Path) -> None:
    path = filled(tmp_path / "r5.db")
    before = path.read_bytes()
    with Ledger.open(path, read_only=True) as ledger, ledger.acting("企画室"):
        assert ledger.verify()
        for act in (
            lambda: ledger.plan().add("strategy", "戦略2"),
            ledger.rebuild,
            lambda: ledger.plan().hold("第1回PT"),
        ):
            with pytest.raises(ReadOnlyLedger):
                act()
    assert path.read_bytes() == before
