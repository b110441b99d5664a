"""PostgreSQL under blows: back ends killed, answers lost, immediate restarts, full disks, many processes at once.

Every change that was acknowledged is there, once, in order; nobody meets a conflict that is none.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from keyed import Insisting, check
from processes import open_together, prepared, write_together
from proxy import Wire
from servers import Server, running, url_of

from plan_ledger import Ledger
from plan_ledger.store.errors import CommitUnknown, DiskFull, ServerUnreachable, StoreError

NAMES = [f"課{number}" for number in range(4)]
_numbers = count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def place(server: Server) -> str:
    """The address of a ledger that is not there yet."""
    return server.address("postgres", schema=f"ledger_{next(_numbers)}")


# --- many processes ----------------------------------------------------------------------------------------------


def test_sixteen_processes_lose_nothing_and_followers_miss_nothing(place: str) -> None:
    write_together(place, 16, 20, followers=3)


@pytest.mark.nightly
def test_sixteen_processes_write_long_and_followers_miss_nothing(place: str) -> None:
    write_together(place, 16, 600, followers=4)


def test_eight_processes_open_a_fresh_store_at_once_ten_times(server: Server) -> None:
    open_together(server.address("postgres", schema=f"fresh_{next(_numbers)}") for _ in range(10))


@pytest.mark.nightly
def test_eight_processes_open_a_fresh_store_at_once_two_hundred_times(server: Server) -> None:
    open_together(server.address("postgres", schema=f"fresh_{next(_numbers)}") for _ in range(200))


# --- killed back ends --------------------------------------------------------------------------------------------


def kill_backends(server: Server, place: str, times: int, seed: int) -> Insisting:
    """End one of the writers' connections so many times while they write."""
    rng = random.Random(seed)
    prepared(place, *NAMES)
    kills = 0
    with Insisting(place, NAMES) as writing, server.connect() as connection:
        while kills < times:
            writing.listen(rng.random() * 0.05)
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'plan_ledger' AND backend_type = 'client backend' ORDER BY random() LIMIT 1"
            ).fetchall()
            kills += len(ended)
        writing.listen(0, least=8)
        writing.finish()
    check(place, writing)
    return writing


def test_sixty_killed_back_ends_lose_nothing_and_double_nothing(server: Server, place: str) -> None:
    writing = kill_backends(server, place, 60, seed=1)
    assert sum(writing.errors.values()) >= 20, "hardly a kill was noticed: this proves nothing"
    assert set(writing.errors) <= {CommitUnknown.code, ServerUnreachable.code}


@pytest.mark.nightly
def test_a_thousand_killed_back_ends_lose_nothing_and_double_nothing(server: Server, place: str) -> None:
    kill_backends(server, place, 1000, seed=2)


def test_an_answer_that_is_lost_after_the_commit_is_told_and_a_retry_gives_the_first_result(
    server: Server, place: str
) -> None:
    """Cut the wire between the server's commit and its answer: every time it is recorded, and nobody knows."""
    prepared(place)
    with Wire(server.port) as wire:
        there = place.replace(f":{server.port}/", f":{wire.port}/")
        with Ledger.open(there) as ledger, ledger.acting("企画室"):
            item = ledger.plan()["事業1"]
            for number in range(20):
                head = ledger.head
                wire.arm()
                with pytest.raises(CommitUnknown), ledger.batch(key=f"変更{number}"):
                    item.change(overview=str(number))
                with ledger.batch(key=f"変更{number}") as again:
                    item.change(overview=str(number))
                assert again.receipt
                assert (again.receipt.first, again.receipt.last) == (ledger.head, ledger.head)
                assert ledger.head > head
            assert wire.cut == 20
            assert [row.new for row in item.history("overview")] == [str(number) for number in range(20)]
            assert ledger.verify()


def test_without_a_key_the_same_retry_is_seen_as_somebody_elses_change(server: Server, place: str) -> None:
    """The control: what the key is for."""
    prepared(place)
    with Wire(server.port) as wire:
        there = place.replace(f":{server.port}/", f":{wire.port}/")
        with Ledger.open(there) as ledger, ledger.acting("企画室"):
            wire.arm()
            with pytest.raises(CommitUnknown):
                ledger.plan().add("strategy", "二重")
            ledger.plan().add("strategy", "二重")
            titles = [each.text("title") for each in ledger.plan().items("strategy")]
            assert titles.count("二重") == 2


def test_a_follower_goes_on_after_its_connections_were_killed(server: Server, place: str) -> None:
    prepared(place)
    seen: list[int] = []
    with Ledger.open(place) as ledger, ledger.acting("企画室"), server.connect() as connection:
        item = ledger.plan()["事業1"]
        last = ledger.head + 40

        def follow() -> None:
            with Ledger.open(f"{place}&application_name=follower", read_only=True) as mine:
                while not seen or seen[-1] < last:
                    try:
                        for entry in mine.follow(seen[-1] if seen else 0):
                            seen.append(entry.position)
                            if entry.position >= last:
                                break
                    except ServerUnreachable:
                        continue

        follower = threading.Thread(target=follow)
        follower.start()
        killed = 0
        while ledger.head < last:
            item.change(overview=str(ledger.head))
            if ledger.head % 5 == 0:
                killed += len(
                    connection.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'follower'"
                    ).fetchall()
                )
        follower.join(30)
    assert killed
    assert seen == list(range(1, last + 1))


def test_a_follower_is_woken_by_a_write(place: str) -> None:
    """It would look again by itself after a minute only."""
    prepared(place)
    woken = threading.Event()
    with Ledger.open(place) as ledger, ledger.acting("企画室"):
        head = ledger.head
        stopping = threading.Event()

        def follow() -> None:
            with Ledger.open(place, read_only=True) as mine:
                for _ in mine.follow(head, poll=60, stop=stopping.is_set):
                    woken.set()

        follower = threading.Thread(target=follow)
        follower.start()
        assert not woken.wait(0.7), "it waits"
        ledger.plan()["事業1"].change(overview="起きる")
        assert woken.wait(2)
        stopping.set()
        follower.join(5)
        assert not follower.is_alive()


# --- restarts ----------------------------------------------------------------------------------------------------


def restart(times: int, seed: int, *, kill: bool) -> None:
    rng = random.Random(seed)
    with running() as server:
        place = str(prepared(server.url, *NAMES))
        with Insisting(place, NAMES) as writing:
            for _ in range(times):
                writing.listen(0.2 + rng.random() * 0.3, least=8)
                with writing.trouble():
                    if kill:
                        server.kill()
                        server.start()
                    else:
                        server.restart_immediately()
            writing.finish()
        check(place, writing)


def test_immediate_restarts_lose_nothing() -> None:
    restart(2, seed=1, kill=False)


def test_a_server_killed_whole_loses_nothing() -> None:
    restart(2, seed=2, kill=True)


@pytest.mark.nightly
@pytest.mark.parametrize("kill", [False, True], ids=["immediate restart", "kill"])
def test_forty_restarts_lose_nothing(kill: bool) -> None:
    restart(40, seed=3, kill=kill)


# --- faults ------------------------------------------------------------------------------------------------------


HANDLES = """
import os, resource, sys
from plan_ledger import Ledger, PlanLedgerError
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
with Ledger.open(sys.argv[1]) as ledger, ledger.acting("x"):
    plan = ledger.plan()
    plan.add("strategy", "first")
codes = []
for keep in range(6):
    with Ledger.open(sys.argv[1]) as ledger, ledger.acting("x"):
        plan = ledger.plan()
        held = []
        try:
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            pass
        for _ in range(keep):
            os.close(held.pop())
        try:
            plan.add("strategy", f"s{keep}")
            codes.append("written")
        except PlanLedgerError as error:
            codes.append(error.code)
        for handle in held:
            os.close(handle)
        plan.add("strategy", f"again{keep}")
        assert ledger.verify()
print(*codes)
"""


def test_no_more_file_handles_is_a_typed_error_and_the_next_write_succeeds(place: str) -> None:
    prepared(place)
    done = subprocess.run([sys.executable, "-c", HANDLES, place], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    codes = done.stdout.split()
    assert set(codes[:1]) & {"server_unreachable", "storage_fault"}, codes
    assert set(codes) <= {"server_unreachable", "storage_fault", "written"}


def test_what_failed_in_one_write_does_not_spoil_the_next(place: str) -> None:
    """The driver prepares what is asked often, and takes it for prepared also where it went down with its pipeline."""
    prepared(place)
    with Ledger.open(place) as ledger:

        def ask(number: int, *before: str) -> None:
            with ledger.store.writing() as tx:
                tx.one("SELECT 1")
                for statement in before:
                    tx.run(statement)
                tx.one(f"SELECT count(*) FROM events WHERE position > ? + {number}", (0,))

        for times in range(12):
            for _ in range(times):
                ask(times)
            for _ in range(2):
                with pytest.raises(StoreError):
                    ask(times, "SELECT 1 / 0")
            ask(times)


@pytest.fixture
def small_database(server: Server) -> Iterator[tuple[str, Path]]:
    """The address of a database on a file system of its own, 32 MiB, and that file system."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if mount is None or umount is None or os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    folder = server.root / "small"
    folder.mkdir()
    made = subprocess.run([mount, "-t", "tmpfs", "-o", "size=32m", "tmpfs", folder], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no small file system can be mounted here: {made.stderr.strip()}")
    try:
        data = folder / "data"
        data.mkdir()
        shutil.chown(data, "nobody")
        with server.connect() as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{data}'")  # type: ignore[call-overload]
            connection.execute("CREATE DATABASE small TABLESPACE small")
        yield server.address("small"), folder
        with server.connect() as connection:
            connection.execute("DROP DATABASE small WITH (FORCE)")
            connection.execute("DROP TABLESPACE small")
    finally:
        subprocess.run([umount, "-l", folder], check=True)


def test_a_full_disk_is_told_keeps_what_was_acknowledged_and_writing_resumes(small_database: tuple[str, Path]) -> None:
    address, folder = small_database
    ballast = folder / "ballast"
    prepared(address)
    with Ledger.open(address) as ledger, ledger.acting("企画室"):
        item = ledger.plan()["事業1"]
        with ballast.open("wb", buffering=0) as filling:
            with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
                all(filling.write(b"x" * 65_536) for _ in range(1000))
            filling.truncate(filling.tell() - 1_500_000)  # so much is free
        rng = random.Random(1)
        acknowledged: list[str] = []
        refused = 0
        for number in range(200):
            if refused == 5:
                break
            long = "".join(chr(rng.randrange(0x4E00, 0x9FFF)) for _ in range(8000))  # does not compress
            try:
                item.set("overview", f"{number} {long}", expected=1 << 40)
                acknowledged.append(str(number))
            except DiskFull:
                refused += 1
        assert acknowledged
        assert refused
        ballast.unlink()
        item.set("overview", "また書ける", expected=1 << 40)
        assert [row.new.split()[0] for row in item.history("overview")] == [*acknowledged, "また書ける"]
        assert ledger.verify()


def test_a_server_that_is_away_is_a_typed_error_and_the_next_write_succeeds() -> None:
    with running() as server:
        prepared(server.url)
        with Ledger.open(server.url) as ledger, ledger.acting("企画室"):
            item = ledger.plan()["事業1"]
            server.stop("immediate")
            for _ in range(3):
                with pytest.raises(StoreError) as caught:
                    item.change(overview="書けない")
                assert caught.value.code in (ServerUnreachable.code, CommitUnknown.code)
            with pytest.raises(ServerUnreachable):
                Ledger.open(url_of([server]))
            server.start()
            assert item.change(overview="また書ける")
            assert ledger.verify()
