"""The server dies, a standby takes over: nothing that was acknowledged is lost, and writing goes on within seconds.

With a standby that is not synchronous, and whose sender stands still, the same must lose, or this proves nothing.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from keyed import Insisting, check
from processes import prepared
from servers import Server, children, running, url_of

from plan_ledger import Ledger
from plan_ledger.store.errors import CommitUnknown

NAMES = [f"課{number}" for number in range(4)]


@contextmanager
def pair(*, synchronous: bool) -> Iterator[tuple[Server, Server]]:
    """A server and its standby, both running, the standby caught up."""
    with running() as primary:
        standby = primary.standby("standby")
        standby.start()
        try:
            if synchronous:
                primary.configure({"synchronous_standby_names": "standby"})
                primary.reload()
            wanted = "sync" if synchronous else "async"
            until = time.monotonic() + 30
            while primary.value("SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'") != wanted:
                assert time.monotonic() < until, standby.log.read_text()
                time.sleep(0.02)
            yield primary, standby
        finally:
            standby.stop("immediate")


def senders(primary: Server) -> list[int]:
    """The processes that send the log to standbys."""
    return [
        pid for pid in children(primary.pid) if b"walsender" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]  # fmt: skip


def fail_over(seconds: float) -> float:
    """Kill the first server while four processes write, let the standby take over; seconds until one writes again."""
    with pair(synchronous=True) as (primary, standby):
        place = url_of([primary, standby])
        prepared(place, *NAMES)
        with Insisting(place, NAMES) as writing:
            writing.listen(seconds, least=40)
            with writing.trouble():
                primary.kill()
                standby.promote()
            writing.listen(0.3)
            writing.finish()
        check(standby.url, writing)
        return writing.away


def test_a_synchronous_standby_has_everything_that_was_acknowledged() -> None:
    assert fail_over(0.7) < 5


@pytest.mark.nightly
def test_ten_failovers_lose_nothing() -> None:
    times = [fail_over(0.5 + number * 0.1) for number in range(10)]
    assert max(times) < 5, times


def test_without_a_synchronous_standby_the_same_loses(tmp_path: Path) -> None:
    with pair(synchronous=False) as (primary, standby):
        prepared(primary.url, *NAMES)
        until = time.monotonic() + 10
        while standby.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'plan_ledger'") == 0:
            assert time.monotonic() < until
        for pid in senders(primary):
            os.kill(pid, signal.SIGSTOP)
        with Insisting(primary.url, NAMES) as writing:
            writing.listen(0.5, least=40)
            writing.finish()
        primary.kill()
        standby.promote()
        while standby.value("SELECT pg_is_in_recovery()"):
            time.sleep(0.02)
        with pytest.raises(AssertionError, match="lost"):
            check(standby.url, writing)
        with Ledger.open(standby.url) as ledger:
            assert ledger.verify(), "what is there is whole"


def waiting_writer(primary: Server) -> int:
    """The back end whose commit waits for the standby."""
    until = time.monotonic() + 10
    while True:
        pid = primary.value("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        if pid is not None:
            return int(pid)
        assert time.monotonic() < until, "nobody waits for the standby"
        time.sleep(0.01)


@pytest.mark.parametrize("end", ["pg_terminate_backend", "pg_cancel_backend"])
def test_a_retry_is_not_acknowledged_before_the_standby_has_the_first_try(end: str) -> None:
    """Whose wait for the standby is ended has committed on one server only; the retry finds that, and has to wait."""
    with pair(synchronous=True) as (primary, standby):
        prepared(primary.url)
        with Ledger.open(primary.url) as ledger:
            plan = ledger.plan()
            told: list[str] = []

            def write() -> None:
                try:
                    with ledger.acting("企画室"), ledger.batch(key="受付1"):
                        plan.add("strategy", "一度だけ")
                except CommitUnknown as error:
                    told.append(error.code)
                else:
                    told.append("acknowledged")

            frozen = senders(primary)
            for pid in frozen:
                os.kill(pid, signal.SIGSTOP)
            first = threading.Thread(target=write)
            first.start()
            primary.value(f"SELECT {end}({waiting_writer(primary)})")
            first.join(10)
            assert told == [CommitUnknown.code]
            again = threading.Thread(target=write)
            again.start()
            again.join(1)
            assert told == [CommitUnknown.code], "acknowledged, and on one disk only"
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
            again.join(10)
            assert told == [CommitUnknown.code, "acknowledged"]
            primary.kill()
            standby.promote()
        while standby.value("SELECT pg_is_in_recovery()"):
            time.sleep(0.02)
        with Ledger.open(standby.url) as ledger:
            assert [item.text("title") for item in ledger.plan().items("strategy")] == ["戦略1", "一度だけ"]


def test_nothing_is_acknowledged_while_the_synchronous_standby_stands_still() -> None:
    with pair(synchronous=True) as (primary, _):
        prepared(primary.url)
        with Ledger.open(primary.url) as ledger:
            item = ledger.plan()["事業1"]
            acknowledged = threading.Event()

            def write() -> None:
                with ledger.acting("企画室"):
                    item.change(overview="待つ")
                acknowledged.set()

            frozen = senders(primary)
            assert frozen
            for pid in frozen:
                os.kill(pid, signal.SIGSTOP)
            writer = threading.Thread(target=write)
            writer.start()
            assert not acknowledged.wait(1)
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
            assert acknowledged.wait(10)
            writer.join()
