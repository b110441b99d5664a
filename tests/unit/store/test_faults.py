"""A full disk, no file handles, no permission: a typed error, nothing half-written, and the next write succeeds."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from plan_ledger import Ledger, PlanLedgerError
from plan_ledger.store.errors import DiskFull, LedgerBusy
from plan_ledger.store.sqlite import LedgerDatastore

posix = pytest.mark.skipif(os.name != "posix", reason="limits and user ids of POSIX")


def child(code: str, *arguments: object) -> str:
    """What a Python process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_full_disk_is_told_nothing_is_kept_and_writing_resumes(tmp_path: Path) -> None:
    """The page limit makes SQLite answer as it does on a full disk."""
    with Ledger.open(tmp_path / "r5.db") as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        item = plan.add("strategy", "戦略1")
        with ledger.store.writing() as tx:
            pages = tx.one("PRAGMA page_count")
            assert pages is not None
            tx.one(f"PRAGMA max_page_count = {pages[0]}")
        head, digest = ledger.head, plan.snapshot().digest
        for _ in range(3):
            with pytest.raises(DiskFull):
                item.change(title="長い名称" * 20_000)
            assert (ledger.head, plan.snapshot().digest) == (head, digest)
        with ledger.store.writing() as tx:
            tx.one("PRAGMA max_page_count = 1000000")
        assert item.change(title="長い名称" * 20_000)
        assert ledger.verify()


FULL = """
import sys
from pathlib import Path
from plan_ledger import Ledger, PlanLedgerError
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Ledger.open(sys.argv[1]) as ledger, ledger.acting("企画室"):
    plan = ledger.open_plan("計画", fiscal_year=2023)
    item = plan.add("strategy", "戦略1")
    acknowledged = ledger.head
    size = Path(sys.argv[1] + "-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20000, resource.RLIM_INFINITY))
    codes = set()
    for number in range(20):
        try:
            item.change(title=str(number) + "字" * 3000)
            acknowledged = ledger.head
        except PlanLedgerError as error:
            codes.add(error.code)
            assert ledger.head == acknowledged
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    item.change(title="また書ける")
    print(sorted(codes), ledger.head == acknowledged + 1, bool(ledger.verify()))
"""


@posix
def test_a_file_that_may_not_grow_is_a_typed_error_and_writing_resumes(tmp_path: Path) -> None:
    codes, resumed = child(FULL, tmp_path / "r5.db").split("]")
    assert "disk_full" in codes or "storage_fault" in codes
    assert resumed.split() == ["True", "True"]


HANDLES = """
import os, resource, sys, threading
from plan_ledger import Ledger, PlanLedgerError
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
path = sys.argv[1]
with Ledger.open(path) as ledger, ledger.acting("企画室"):
    plan = ledger.open_plan("計画", fiscal_year=2023)
    item = plan.add("strategy", "戦略1")
with Ledger.open(path) as ledger, ledger.acting("企画室"):
    plan = ledger.plan()
    uuid = item.id.hex
    codes = []
    for keep in range(0, 8):  # more and more handles left, so that every step of opening and writing meets the fault
        held = []
        try:
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            pass
        for _ in range(keep):
            os.close(held.pop())
        try:
            with Ledger.open(path) as again, again.acting("企画室"):
                again.plan().add("strategy", f"戦略{keep}")
            codes.append("written")
        except PlanLedgerError as error:
            codes.append(error.code)
        for handle in held:
            os.close(handle)
        plan.add("strategy", f"また書ける{keep}")
    print(codes)
    print(bool(ledger.verify()), len(plan.items()))
"""


@posix
def test_no_more_file_handles_is_a_typed_error_and_the_next_write_succeeds(tmp_path: Path) -> None:
    codes, state = child(HANDLES, tmp_path / "r5.db").splitlines()
    written = codes.count("written")
    assert "storage_fault" in codes, codes
    assert written, codes
    assert state == f"True {1 + 8 + written}"


@posix
def test_no_more_file_handles_while_opening_leaves_a_file_that_opens(tmp_path: Path) -> None:
    code = """
import os, resource, sys
from plan_ledger import Ledger, PlanLedgerError
import plan_ledger.store.application, plan_ledger.store.opening, plan_ledger.integrity.verify
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (40, hard))
codes = []
for keep in range(0, 8):
    held = []
    try:
        while True:
            held.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        pass
    for _ in range(keep):
        os.close(held.pop())
    try:
        Ledger.open(sys.argv[1]).close()
        codes.append("opened")
    except PlanLedgerError as error:
        codes.append(error.code)
    for handle in held:
        os.close(handle)
with Ledger.open(sys.argv[1]) as ledger:
    print(codes[0], codes[-1], bool(ledger.verify()))
"""
    assert child(code, tmp_path / "r5.db").split() == ["storage_fault", "opened", "True"]


NOBODY = """
import os, sys
from plan_ledger import Ledger, PlanLedgerError
import plan_ledger.store.application, plan_ledger.store.sqlite, plan_ledger.integrity.verify, plan_ledger.ledger.plan
if os.geteuid() == 0:
    os.setuid(65534)
codes = []
try:
    with Ledger.open(sys.argv[1]) as ledger, ledger.acting("企画室"):
        ledger.plan().add("strategy", "戦略2")
    codes.append("written")
except PlanLedgerError as error:
    codes.append(error.code)
print(*codes)
"""


@posix
@pytest.mark.parametrize("what", ["file", "folder", "both"])
def test_a_read_only_file_or_folder_is_told_and_nothing_is_written(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "台帳"
    folder.mkdir()
    path = folder / "r5.db"
    with Ledger.open(path) as ledger, ledger.acting("企画室"):
        ledger.open_plan("計画", fiscal_year=2023).add("strategy", "戦略1")
    for each in folder.iterdir():
        each.chmod(0o666)
    for above in (tmp_path, *tmp_path.parents[:3]):
        above.chmod(above.stat().st_mode | 0o111)  # the other user has to get there
    folder.chmod(0o777)
    before = path.read_bytes()
    if what in ("file", "both"):
        for each in folder.iterdir():
            each.chmod(0o444)
    if what in ("folder", "both"):
        folder.chmod(0o555)
    try:
        code = child(NOBODY, path).strip()
        assert code == "read_only"
        assert path.read_bytes() == before
    finally:
        folder.chmod(0o777)


def test_a_writer_that_does_not_let_go_is_told_after_a_while(tmp_path: Path) -> None:
    path = tmp_path / "r5.db"
    with Ledger.open(path):
        pass
    holder = LedgerDatastore(str(path))
    other = LedgerDatastore(str(path), lock_seconds=0.2)
    with holder.writing(), pytest.raises(LedgerBusy), other.writing():
        pytest.fail("two writers at once")
    with other.writing() as tx:
        assert tx.one("SELECT 1") == (1,)
    holder.close()
    other.close()


def test_a_database_tool_that_holds_the_file_is_told_after_a_while(tmp_path: Path) -> None:
    path = tmp_path / "r5.db"
    with Ledger.open(path):
        pass
    tool = sqlite3.connect(path, isolation_level=None)
    tool.execute("BEGIN IMMEDIATE")
    store = LedgerDatastore(str(path), lock_seconds=0.2)
    with pytest.raises(LedgerBusy), store.writing():
        pytest.fail("two writers at once")
    tool.execute("ROLLBACK")
    with store.writing() as tx:
        assert tx.one("SELECT 1") == (1,)
    store.close()
    tool.close()


def test_a_write_inside_a_write_is_refused_at_once(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "r5.db") as ledger, ledger.acting("企画室"):
        with ledger.store.writing(), pytest.raises(LedgerBusy):
            ledger.open_plan("計画", fiscal_year=2023)
        assert ledger.open_plan("計画", fiscal_year=2023)


@pytest.mark.parametrize("place", ["file", "memory"])
def test_an_exception_inside_a_write_undoes_it_whole(tmp_path: Path, place: str) -> None:
    with Ledger.open(tmp_path / "r5.db" if place == "file" else ":memory:") as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        head = ledger.head

        def fail(work: object, executor: object) -> None:
            from plan_ledger import Acting
            from plan_ledger.events import MeetingAnnulled
            from plan_ledger.ledger.work import Work

            assert isinstance(work, Work)
            work.begin(Acting("新しい人"))
            work.record([MeetingAnnulled(originator_id=plan.id, meeting=plan.id)])
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            ledger.recording.write(fail)
        assert ledger.head == head
        with ledger.acting("新しい人"):
            plan.add("strategy", "戦略1")
        assert ledger.verify()


def test_a_write_that_fails_does_not_disturb_one_in_another_thread(tmp_path: Path) -> None:
    """What a failed write leaves in memory must not be seen by the others, nor taken from under them."""
    with Ledger.open(tmp_path / "r5.db") as ledger:
        with ledger.acting("企画室"):
            plan = ledger.open_plan("計画", fiscal_year=2023)
            for number in range(4):
                plan.add("strategy", f"戦略{number}")
        items = plan.items()
        codes: list[str] = []

        def edit(number: int) -> None:
            with ledger.acting(f"担当{number}"):
                for step in range(30):
                    try:
                        if (number + step) % 2:
                            items[number].set("title", " ")
                        else:
                            plan.add("kpi", f"KPI{number}-{step}", under=items[number])
                    except PlanLedgerError as error:
                        codes.append(error.code)

        threads = [threading.Thread(target=edit, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert codes == ["title_missing"] * 60
        assert len(plan.items("kpi")) == 60
        assert ledger.verify()
