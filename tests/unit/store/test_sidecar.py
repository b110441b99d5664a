"""The sidecar lock: alone, waited for, given up in time; one lock where the file goes away or a child is forked."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic

import pytest
from filelock import FileLock, Timeout

from plan_ledger.store.errors import LedgerBusy
from plan_ledger.store.sidecar import SidecarLock


def free(path: Path) -> bool:
    """Whether somebody else could take the lock."""
    other = SidecarLock(str(path), 0)
    try:
        other.acquire()
    except LedgerBusy:
        return False
    finally:
        other.close()
    return True


def test_one_at_a_time_and_again(tmp_path: Path) -> None:
    path = tmp_path / "x-lock"
    lock = SidecarLock(str(path), 1)
    for _ in range(3):
        lock.acquire()
        assert not free(path)
        lock.release()
        assert free(path)
    lock.close()


def test_it_is_waited_for_and_given_up_in_time(tmp_path: Path) -> None:
    path = tmp_path / "x-lock"
    first, second = SidecarLock(str(path), 5), SidecarLock(str(path), 0.05)
    first.acquire()
    began = monotonic()
    with pytest.raises(LedgerBusy):
        second.acquire()
    assert monotonic() - began >= 0.05
    waiting = threading.Thread(target=(patient := SidecarLock(str(path), 30)).acquire)
    waiting.start()
    first.release()
    waiting.join(30)
    assert not waiting.is_alive()
    assert not free(path)
    patient.close()
    assert free(path)


def test_who_uses_filelock_on_the_file_waits_for_ours_and_ours_for_it(tmp_path: Path) -> None:
    path = tmp_path / "x-lock"
    ours, theirs = SidecarLock(str(path), 0), FileLock(path, timeout=0)
    ours.acquire()
    with pytest.raises(Timeout):
        theirs.acquire()
    ours.release()
    with theirs, pytest.raises(LedgerBusy):
        ours.acquire()
    ours.close()


@pytest.mark.skipif(sys.platform == "win32", reason="an open file can't be removed there")
def test_a_file_that_was_removed_is_no_lock_any_more(tmp_path: Path) -> None:
    path = tmp_path / "x-lock"
    lock = SidecarLock(str(path), 1)
    lock.acquire()
    lock.release()
    path.unlink()
    lock.acquire()
    assert path.exists()
    assert not free(path)
    lock.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no fork there")
def test_a_forked_child_does_not_keep_the_lock_of_a_parent_that_died(tmp_path: Path) -> None:
    path = tmp_path / "x-lock"
    program = """
import os, sys, time
from plan_ledger.store.sidecar import SidecarLock
lock = SidecarLock(sys.argv[1], 1)
lock.acquire()
child = os.fork()
if child == 0:
    os.close(1)
    time.sleep(60)
else:
    print(child, flush=True)
    os.kill(os.getpid(), 9)
"""
    died = subprocess.run([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True, check=False)
    assert died.returncode == -9
    child = int(died.stdout)
    try:
        os.kill(child, 0)  # the child lives
        assert free(path)
    finally:
        os.kill(child, 9)
