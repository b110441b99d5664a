"""What the child processes of the reliability tests run: ``python writers.py ROLE PATH …``."""

from __future__ import annotations

import sys
import time

from plan_ledger import Ledger, PlanLedgerError
from plan_ledger.store.errors import LedgerBusy


def endless(path: str, run: str) -> None:
    """Change two fields of an item together, for ever; tell each change when it was acknowledged."""
    with Ledger.open(path) as ledger, ledger.acting(f"担当{run}"):
        item = ledger.plan()["事業1"]
        for number in range(1_000_000):
            text = f"{run}-{number}"
            item.change(budget=text, overview=text)
            sys.stdout.write(text + "\n")
            sys.stdout.flush()


def several(path: str, name: str, changes: str) -> None:
    """So many changes to a field that all share and to one of its own; tells how many, and the slowest in ms."""
    slowest = 0.0
    with Ledger.open(path) as ledger, ledger.acting(name):
        plan = ledger.plan()
        shared, own = plan["事業1"], plan[name]
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        for number in range(int(changes)):
            start = time.perf_counter()
            with ledger.batch(reason=f"{name} {number}"):
                # The last one wins here: what matters is that every change is in the history.
                shared.set("progress", f"{name}/{number}", expected=1 << 40)
                own.set("overview", str(number))
            slowest = max(slowest, time.perf_counter() - start)
    sys.stdout.write(f"{changes} {slowest * 1000:.0f}\n")


def openers() -> None:
    """For each path on standard input: open the store there as soon as the line comes, write, and tell how it went."""
    for line in sys.stdin:
        path, name = line.rstrip("\n").split("\t")
        try:
            with Ledger.open(path) as ledger, ledger.acting(name):
                ledger.open_plan("計画", fiscal_year=2023).add("strategy", name)
            told = "ok"
        except LedgerBusy:
            told = "busy"
        except PlanLedgerError as error:
            told = f"{error.code}: {error}"
        sys.stdout.write(told.replace("\n", " ") + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    {"endless": endless, "several": several, "openers": openers}[sys.argv[1]](*sys.argv[2:])  # type: ignore[operator]
