"""How fast verify and rebuild are: events a second of processor time, on the shared workload's ledger.

    python bench/verify.py [--size S|L] [--repeat 5]

L is 2,000 projects and 100,000 changes, one batch each, in 20 meetings. The best of the repetitions is told, and what a
loop of SHA-256 over 250 bytes takes at the same time: on a busy machine both are slower alike.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from peers.plan_ledger import PlanLedger
from plan_ledger import Ledger
from workload import Workload

CONTROL = 200_000


def best(run: Callable[[], object], repeat: int) -> float:
    """Seconds of processor time of the quickest run."""
    taken: list[float] = []
    for _ in range(repeat):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return min(taken)


def control() -> None:
    data = bytes(250)
    for _ in range(CONTROL):
        hashlib.sha256(data).digest()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", default="L")
    parser.add_argument("--repeat", type=int, default=5)
    said = parser.parse_args()
    workload = Workload(said.size)
    with tempfile.TemporaryDirectory() as folder:
        peer = PlanLedger()
        peer.open(folder)
        peer.seed(workload.projects, workload.seeded_at, "importer")
        for changes, meeting in zip(workload.intervals, workload.meetings, strict=True):
            peer.load(changes, meeting)
        peer.close()
        with Ledger.open(Path(folder) / "plan_ledger.db") as ledger:
            events = ledger.head
            assert ledger.verify()
            for name, run in (("verify", ledger.verify), ("rebuild", ledger.rebuild)):
                seconds = best(run, said.repeat)
                print(f"{name:8} {events:,} events in {seconds:.2f} s: {events / seconds:,.0f} a second")
    print(f"control  {best(control, said.repeat) / CONTROL * 1e6:.2f} µs for SHA-256 over 250 bytes")


if __name__ == "__main__":
    main()
