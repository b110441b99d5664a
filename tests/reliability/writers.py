"""What the child processes of the reliability tests run; ``python writers.py PLACE RUN`` is :func:`endless`."""

from __future__ import annotations

import contextlib
import sys
import time
from multiprocessing.connection import Connection

from plan_ledger import Item, Ledger, PlanLedgerError
from plan_ledger.store.errors import StoreError


def endless(place: str, run: str, line: Connection | None = None) -> None:
    """Change two fields of an item together, for ever; tell each change when it was acknowledged."""
    with Ledger.open(place) as ledger, ledger.acting(f"担当{run}"):
        item = ledger.plan()["事業1"]
        for number in range(1_000_000):
            text = f"{run}-{number}"
            item.change(budget=text, overview=text)
            if line is None:
                sys.stdout.write(text + "\n")
                sys.stdout.flush()
            else:
                line.send_bytes(text.encode())


def several(place: str, name: str, changes: int, sync_seconds: float, line: Connection) -> None:
    """So many changes to a field that all share and to one of its own; tells when ready, then the slowest in ms."""
    slowest = 0.0
    with _disk(sync_seconds), Ledger.open(place) as ledger, ledger.acting(name):
        plan = ledger.plan()
        shared, own = plan["事業1"], plan[name]
        line.send("ready")
        line.recv()
        for number in range(changes):
            start = time.perf_counter()
            with ledger.batch(reason=f"{name} {number}"):
                # The last one wins here: what matters is that every change is in the history.
                shared.set("progress", f"{name}/{number}", expected=1 << 40)
                own.set("overview", str(number))
            slowest = max(slowest, time.perf_counter() - start)
    line.send(slowest * 1000)


def _disk(sync_seconds: float) -> contextlib.AbstractContextManager[object]:
    """The usual disk, or one that takes so long for each sync."""
    if not sync_seconds:
        return contextlib.nullcontext()
    from disk import Disk

    return Disk(delay=sync_seconds)


def keyed(place: str, name: str, line: Connection) -> None:
    """Change a field of its own, for ever, each change under a key and tried until it is acknowledged; tell each.

    A change is made as somebody makes it who has seen the one before: a conflict can only be a false one. What was
    tried again is told with the change. Ends when something comes.
    """
    with Ledger.open(place) as ledger, ledger.acting(name):
        own = ledger.plan()[name]
        line.send("ready")
        for number in range(1_000_000):
            told = _insist(ledger, own, f"{name}/{number}")
            line.send((number, told))
            if line.poll():
                line.recv()
                return


def _insist(ledger: Ledger, own: Item, text: str) -> list[str]:
    """Record a change, again and again under one key; the codes of the errors on the way."""
    told: list[str] = []
    until = time.monotonic() + 60
    while True:
        try:
            with ledger.batch(key=text):
                own.change(overview=text)
        except StoreError as error:
            told.append(error.code)
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return told


def opener(name: str, line: Connection) -> None:
    """For each place that comes, until None does: open the store there at once, write, tell how it went."""
    while (place := line.recv()) is not None:
        try:
            with Ledger.open(place) as ledger, ledger.acting(name):
                ledger.open_plan("計画", fiscal_year=2023).add("strategy", name)
            line.send("ok")
        except PlanLedgerError as error:
            line.send(f"{error.code}: {error}")


if __name__ == "__main__":
    endless(*sys.argv[1:])
