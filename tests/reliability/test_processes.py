"""Real processes on real files: killed at any time, many at once, opening together. Nothing acknowledged is lost."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from plan_ledger import Ledger

WRITERS = Path(__file__).with_name("writers.py")


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WRITERS), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def prepared(path: Path, *titles: str) -> Path:
    with Ledger.open(path) as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        with ledger.batch():
            strategy = plan.add("strategy", "戦略1")
            kpi = plan.add("kpi", "KPI1", under=strategy)
            measure = plan.add("measure", "施策1", under=kpi)
            for title in ("事業1", *titles):
                plan.add("project", title, under=measure)
        plan.hold("第1回PT")
    return path


def kill_writers(path: Path, times: int, seed: int) -> int:
    """Kill a writing process so many times; returns how many changes were acknowledged."""
    rng = random.Random(seed)
    prepared(path)
    acknowledged: list[str] = []
    unacknowledged = 0
    for run in range(times):
        writer = start("endless", path, run)
        assert writer.stdout is not None
        assert writer.stderr is not None
        told = [writer.stdout.readline().strip() for _ in range(rng.randrange(1, 40))]
        time.sleep(rng.random() * 0.004)
        writer.kill()
        rest = writer.stdout.read()
        writer.wait()
        assert all(told), writer.stderr.read()
        # What was still in the pipe was acknowledged too; a line cut short was not.
        told += [line.strip() for line in rest.splitlines(keepends=True) if line.endswith("\n")]
        acknowledged += told
        with Ledger.open(path) as ledger:
            plan = ledger.plan()
            budgets = [row.new for row in plan.history("事業1", "budget")]
            assert [text for text in budgets if text in set(acknowledged)] == acknowledged, (
                "an acknowledged one is lost"
            )
            assert budgets == [row.new for row in plan.history("事業1", "overview")], "a half-written batch"
            unacknowledged = len(budgets) - len(acknowledged)
            assert unacknowledged <= run + 1, "at most one a kill is committed without having been told"
            verified = ledger.verify()
            assert verified, str(verified)
        for stream in (writer.stdin, writer.stdout, writer.stderr):
            assert stream is not None
            stream.close()
    return len(acknowledged)


def test_a_writer_killed_thirty_times_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    assert kill_writers(tmp_path / "r5.db", 30, seed=1) > 300


@pytest.mark.nightly
def test_a_writer_killed_three_hundred_times_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    for part in range(10):
        kill_writers(tmp_path / f"{part}.db", 30, seed=100 + part)


def write_together(path: Path, processes: int, changes: int) -> float:
    """Let processes write at once; returns the slowest change in milliseconds."""
    names = [f"課{number}" for number in range(processes)]
    prepared(path, *names)
    with Ledger.open(path) as ledger:
        before = ledger.head
    writers = [start("several", path, name, changes) for name in names]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    slowest = 0.0
    for writer in writers:
        out, err = writer.communicate(timeout=600)
        assert writer.returncode == 0, err
        done, milliseconds = out.split()
        assert int(done) == changes
        slowest = max(slowest, float(milliseconds))
    with Ledger.open(path) as ledger:
        plan = ledger.plan()
        assert ledger.head == before + processes * (1 + 2 * changes), "events are missing, or there are too many"
        shared = [row.new for row in plan.history("事業1", "progress")]
        assert Counter(shared) == Counter(f"{name}/{number}" for name in names for number in range(changes))
        for name in names:
            mine = [text for text in shared if text.startswith(f"{name}/")]
            assert mine == [f"{name}/{number}" for number in range(changes)], "in the order in which they were made"
            assert [row.new for row in plan.history(name, "overview")] == [str(number) for number in range(changes)]
            assert len(list(plan.audit(actor=name))) == 2 * changes
        assert ledger.verify()
    return slowest


def test_eight_processes_on_one_file_lose_nothing_and_meet_no_lock_error(tmp_path: Path) -> None:
    write_together(tmp_path / "r5.db", 8, 50)


@pytest.mark.nightly
def test_sixteen_processes_on_one_file_lose_nothing_and_none_waits_a_second(tmp_path: Path) -> None:
    assert write_together(tmp_path / "r5.db", 16, 200) < 1000


def open_together(folder: Path, rounds: int, processes: int = 8) -> None:
    openers = [start("openers") for _ in range(processes)]
    try:
        for number in range(rounds):
            path = folder / f"{number}.db"
            for index, opener in enumerate(openers):
                assert opener.stdin is not None
                opener.stdin.write(f"{path}\t課{index}\n")
            for opener in openers:
                assert opener.stdin is not None
                opener.stdin.flush()
            told = []
            for opener in openers:
                assert opener.stdout is not None
                told.append(opener.stdout.readline().strip())
            assert told == ["ok"] * processes
            with Ledger.open(path) as ledger:
                assert len(ledger.plans()) == 1
                assert sorted(item.text("title") for item in ledger.plan().items()) == [
                    f"課{index}" for index in range(processes)
                ]
                assert ledger.verify()
    finally:
        for opener in openers:
            opener.communicate(timeout=60)


def test_eight_processes_open_a_fresh_store_at_once_twenty_times(tmp_path: Path) -> None:
    open_together(tmp_path, 20)


@pytest.mark.nightly
def test_eight_processes_open_a_fresh_store_at_once_two_hundred_times(tmp_path: Path) -> None:
    open_together(tmp_path, 200)


def test_a_reader_beside_a_writer_always_sees_a_whole_state(tmp_path: Path) -> None:
    path = prepared(tmp_path / "r5.db")
    writer = start("endless", path, "w")
    assert writer.stdout is not None
    writer.stdout.readline()
    seen: list[int] = []
    with Ledger.open(path, read_only=True) as ledger:
        plan = ledger.plan()
        held = plan.snapshot("第1回PT").digest
        for _ in range(200):
            item = plan.snapshot().find("事業1")
            assert item.text("budget") == item.text("overview")
            seen.append(int(item.text("budget").removeprefix("w-")))
            assert plan.snapshot("第1回PT").digest == held
    writer.kill()
    writer.communicate()
    assert seen == sorted(seen)
    assert seen[0] < seen[-1], "the writer stood still: the test proves nothing"


def test_a_copy_made_while_writing_goes_on_is_whole(tmp_path: Path) -> None:
    path = prepared(tmp_path / "r5.db")
    writer = start("endless", path, "w")
    assert writer.stdout is not None
    writer.stdout.readline()
    with Ledger.open(path) as ledger:
        for number in range(5):
            acknowledged = writer.stdout.readline().strip()
            ledger.backup(tmp_path / f"控え{number}.db")
            with Ledger.open(tmp_path / f"控え{number}.db") as copy:
                assert copy.verify()
                assert acknowledged in [row.new for row in copy.plan().history("事業1", "budget")]
    writer.kill()
    writer.communicate()
