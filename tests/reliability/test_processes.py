"""Many processes on one file: killed at any time, writing at once, opening at once. Nothing acknowledged is lost."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from disk import available
from processes import kill_writers, open_together, prepared, start_endless, write_together

from plan_ledger import Ledger

slow_disk = pytest.mark.skipif(not available(), reason="this Python's SQLite can't be reached from outside")


# --- kill -9 -----------------------------------------------------------------------------------------------------


def test_a_writer_killed_three_hundred_times_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    acknowledged = sum(kill_writers(tmp_path / f"{part}.db", 30, seed=part) for part in range(10))
    assert acknowledged > 1000


@pytest.mark.nightly
def test_a_writer_killed_ten_thousand_times_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    for part in range(200):
        kill_writers(tmp_path / f"{part}.db", 50, seed=1000 + part)


# --- many writers ------------------------------------------------------------------------------------------------


def test_sixteen_processes_on_one_file_lose_nothing_and_followers_miss_nothing(tmp_path: Path) -> None:
    write_together(tmp_path / "r5.db", 16, 50, followers=2)


@pytest.mark.nightly
def test_of_sixteen_processes_that_write_long_none_waits_a_second(tmp_path: Path) -> None:
    assert write_together(tmp_path / "r5.db", 16, 400) < 1000


@pytest.mark.nightly
def test_four_followers_of_sixteen_writers_miss_nothing(tmp_path: Path) -> None:
    write_together(tmp_path / "r5.db", 16, 400, followers=4)


@slow_disk
def test_sixteen_processes_on_a_slow_disk_lose_nothing_and_meet_no_lock_error(tmp_path: Path) -> None:
    begun = time.perf_counter()
    write_together(tmp_path / "r5.db", 16, 10, sync_seconds=0.020)
    assert time.perf_counter() - begun > 16 * 10 * 0.020, "the disk was not slow: this proves nothing"


@slow_disk
@pytest.mark.nightly
def test_sixteen_processes_write_long_on_a_slow_disk(tmp_path: Path) -> None:
    write_together(tmp_path / "r5.db", 16, 75, sync_seconds=0.020, followers=2)


# --- opening -----------------------------------------------------------------------------------------------------


def test_eight_processes_open_a_fresh_store_at_once_fifty_times(tmp_path: Path) -> None:
    open_together(tmp_path / f"{number}.db" for number in range(50))


@pytest.mark.nightly
def test_eight_processes_open_a_fresh_store_at_once_two_hundred_times(tmp_path: Path) -> None:
    open_together(tmp_path / f"{number}.db" for number in range(200))


# --- beside a writer ---------------------------------------------------------------------------------------------


def test_a_reader_beside_a_writer_always_sees_a_whole_state(tmp_path: Path) -> None:
    path = prepared(tmp_path / "r5.db")
    writer = start_endless(path, "w")
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
    writer = start_endless(path, "w")
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
