"""How long a page of 100 audit rows takes on a large ledger, filter by filter.

    python bench/audit.py [--intervals 20] [--repeat 5]

The ledger is the shared workload's (2,000 projects, 5,000 changes an interval), gone through again and again until it
has as many intervals as asked for: 200 are a million changes. The best of the repetitions is told.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from peers.plan_ledger import PlanLedger
from workload import INTERVAL, Meeting, Workload


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--intervals", type=int, default=20)
    parser.add_argument("--repeat", type=int, default=5)
    said = parser.parse_args()
    workload = Workload("L")
    with tempfile.TemporaryDirectory() as folder:
        peer = PlanLedger()
        peer.open(folder)
        peer.seed(workload.projects, workload.seeded_at, "importer")
        for number in range(said.intervals):
            again, at = divmod(number, len(workload.intervals))
            later: timedelta = again * len(workload.intervals) * INTERVAL
            changes = [
                # said again in another round, a text would be no change
                each._replace(
                    at=each.at + later, new=each.new + again if each.field == "budget" else f"{each.new}{again}"
                )
                for each in workload.intervals[at]
            ]
            peer.load(changes, Meeting(number + 1, workload.meetings[at].at + later))
        plan = peer.plan
        middle = f"第{max(1, said.intervals // 2)}回PT"
        item = plan.items()[7]
        print(f"{plan.ledger.head:,} events")
        queries = {
            "everything": plan.audit(),
            "newest first": plan.audit().sort("desc"),
            "from the middle on": plan.audit().since(middle),
            "one actor": plan.audit().actor("actor05"),
            "one actor, from the middle": plan.audit().actor("actor05").since(middle),
            "one field": plan.audit().field("budget"),
            "one item": plan.audit().item(item),
            "one item, one field": plan.audit().item(item).field("schedule"),
            "words of a reason": plan.audit().reason("予算査定"),
            "amounts moved by 50,000 yen": plan.audit().field("budget").moved_by(50_000),
        }
        for name, query in queries.items():
            taken: list[float] = []
            for _ in range(said.repeat):
                began = time.perf_counter()
                rows = query.page(100).rows
                taken.append(time.perf_counter() - began)
            print(f"{name:28} {len(rows):4} rows {min(taken) * 1e3:8.1f} ms")
        peer.close()


if __name__ == "__main__":
    main()
