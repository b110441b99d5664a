"""A disk that fails in one step of a write, or from there on: a typed error, nothing half-kept, then it goes on."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import disk
import pytest
from disk import Disk, Step, available

from plan_ledger import Ledger
from plan_ledger.store.errors import DiskFull, StorageFault, StoreError

below_sqlite = pytest.mark.skipif(not available(), reason="this Python's SQLite can't be reached from outside")

FAULTS = {
    "no room for a write": ("write", disk.FULL, DiskFull),
    "a write that fails": ("write", disk.IOERR_WRITE, StorageFault),
    "a sync that fails": ("sync", disk.IOERR_FSYNC, StorageFault),
}


class Failing:
    """Answers the n-th step of a kind with an error, or all steps from there on, until it is mended."""

    def __init__(self, kind: str, status: int) -> None:
        self.kind, self.status = kind, status
        self.at = self.seen = 0
        self.lasting = False

    def arm(self, at: int, *, lasting: bool) -> None:
        self.at, self.seen, self.lasting = at, 0, lasting

    def mend(self) -> None:
        self.at = 0

    def __call__(self, step: Step) -> int:
        if step.kind != self.kind:
            return disk.OK
        self.seen += 1
        hit = self.at and (self.seen == self.at or (self.lasting and self.seen > self.at))
        return self.status if hit else disk.OK


@below_sqlite
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_any_step_of_a_write_is_told_and_the_next_write_succeeds(
    tmp_path: Path, fault: str, lasting: bool
) -> None:
    kind, status, error = FAULTS[fault]
    failing = Failing(kind, status)
    with Disk(fault=failing), Ledger.open(tmp_path / "r5.db") as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        item = plan.add("strategy", "戦略1")
        failing.arm(1 << 60, lasting=False)
        item.change(title="数える")
        steps = failing.seen
        assert steps >= 1
        told = 0
        for at in range(1, steps + 1):
            head, digest = ledger.head, plan.snapshot().digest
            failing.arm(at, lasting=lasting)
            try:
                item.change(title=f"{fault} {at}")
            except error:
                told += 1
                assert (ledger.head, plan.snapshot().digest) == (head, digest)
            failing.mend()
            item.change(title=f"また書ける {at}")
            assert item.text("title") == f"また書ける {at}"
        assert told == steps, "every step of an ordinary write matters"
        assert ledger.verify()
    with Ledger.open(tmp_path / "r5.db") as ledger:
        assert ledger.verify()


@below_sqlite
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_while_a_ledger_is_made_leaves_one_that_can_be_made(tmp_path: Path, fault: str) -> None:
    kind, status, _ = FAULTS[fault]
    told = 0
    for at in range(1, 300, 1 if kind == "sync" else 3):
        failing = Failing(kind, status)
        failing.arm(at, lasting=False)
        path = tmp_path / f"{at}.db"
        with Disk(fault=failing):
            try:
                Ledger.open(path).close()
            except StoreError:
                told += 1
        if failing.seen < at:
            break
        with Ledger.open(path) as ledger, ledger.acting("企画室"):
            ledger.open_plan("計画", fiscal_year=2023)
            assert ledger.verify()
    else:
        pytest.fail("making a ledger has no end")
    assert told >= 3


@below_sqlite
def test_a_checkpoint_that_fails_loses_nothing(tmp_path: Path) -> None:
    """Pages go from the write-ahead log into the file now and then; a fault there is no fault of the change."""
    path = tmp_path / "r5.db"
    broken = False

    def fault(step: Step) -> int:
        return disk.IOERR_WRITE if broken and step.kind == "write" and step.path.endswith(".db") else disk.OK

    with Disk(fault=fault), Ledger.open(path) as ledger, ledger.acting("企画室"):
        item = ledger.open_plan("計画", fiscal_year=2023).add("strategy", "戦略1")
        size = path.stat().st_size
        broken = True
        refused = 0
        for number in range(150):
            try:
                item.change(title=f"{number} " + "字" * 4000)
            except StoreError:
                refused += 1
        assert path.stat().st_size == size, "no checkpoint was tried: this proves nothing"
        broken = False
        item.change(title="また書ける")
        assert len(item.history("title")) == 1 + 150 - refused + 1
        assert refused == 0
        assert ledger.verify()
    assert path.stat().st_size > size


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 16 MiB; only root can make one."""
    folder = tmp_path / "小さなディスク"
    folder.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.name != "posix" or mount is None or umount is None or os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    made = subprocess.run([mount, "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no small file system can be mounted here: {made.stderr.strip()}")
    yield folder
    subprocess.run([umount, "-l", folder], check=True)


def test_a_full_file_system_is_told_keeps_what_was_acknowledged_and_writing_resumes(small_disk: Path) -> None:
    path = small_disk / "r5.db"
    ballast = small_disk / "ballast"
    with Ledger.open(path) as ledger, ledger.acting("企画室"):
        item = ledger.open_plan("計画", fiscal_year=2023).add("strategy", "戦略1")
        for around in range(3):
            acknowledged, refused = list[str](), 0
            with ballast.open("wb", buffering=0) as filling:
                with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
                    all(filling.write(b"x" * 65_536) for _ in range(1000))
                filling.truncate(filling.tell() - 65_536)  # so much is free
            for number in range(20):
                try:
                    item.change(title=f"{around}-{number} " + "字" * 2000)
                    acknowledged.append(f"{around}-{number}")
                except DiskFull:
                    refused += 1
            assert acknowledged
            assert refused
            ballast.unlink()
            item.change(title=f"また書ける {around}")
            there = [row.new.split()[0] for row in item.history("title")]
            assert [text for text in there if text.startswith(f"{around}-")] == acknowledged
        assert ledger.verify()
    with Ledger.open(path) as ledger:
        assert ledger.verify()
