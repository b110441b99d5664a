"""How much memory reads take at most, beyond the answer itself, on the shared workload's ledger.

    python bench/memory.py [--size L] [--turns 3] [--json FILE]

Each question is asked in a fresh process that opens the ledger and asks it once. What it held at the most is the
system's count for the process, which sees SQLite's cache and everything else that a tracer of Python's own allocations
would not. It is compared with what another fresh process held at the most that opened the same ledger and then built
the same answer as plain objects, tuples and dicts of the same texts, from a file. The difference is what asking takes
beyond the answer; it must stay below 50 MiB. A stream of rows that is not kept has nothing for an answer, so it is
compared with the ledger opened alone.

L is 2,000 projects of 8 fields and 100,000 changes in 20 meetings.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import fresh
from peers.plan_ledger import PlanLedger
from workload import Workload

BAR = 50

OPEN = """
import pickle, sys
from plan_ledger import Ledger
url, file, before, after = sys.argv[1:]
ledger = Ledger.open(url, read_only=True)
plan = ledger.plan()
def plain(entry):
    return [getattr(entry, name) for name in ("title", "path", "field", "label", "kind", "old", "new")]
"""
# name → (what asks, what turns its answer into plain objects; None: nothing is kept)
QUESTIONS: dict[str, tuple[str, str, str | None]] = {
    "snapshot": (
        "a meeting's table, with every text",
        "found = plan.snapshot(after)\nfound = [found, [item.texts for item in found]]",
        "[(item.id.bytes, item.level, item.path, item.texts) for item in found[0]]",
    ),
    "now": (
        "the table now, with every text",
        "found = plan.snapshot()\nfound = [found, [item.texts for item in found]]",
        "[(item.id.bytes, item.level, item.path, item.texts) for item in found[0]]",
    ),
    "changes": (
        "net changes between two meetings",
        "found = plan.changes(before, after)",
        "[(*plain(e), [(c.position, c.recorded_at, c.actor.name, c.reason) for c in e.events]) for e in found]",
    ),
    "audit": ("every row of the audit, streamed", "for row in plan.audit():\n    found = row.position", None),
    "json": ("every row of the audit, as JSON lines", "for row in plan.audit():\n    found = row.to_dict()", None),
}
KEEP = "\npickle.dump({plain}, open(file, 'wb'), pickle.HIGHEST_PROTOCOL)"
BUILD = "\nfound = pickle.load(open(file, 'rb'))"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="L", help="of the shared workload: XS, S or L")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    told: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        before, after = _make(folder, asked.size)
        url = str(Path(folder) / "plan_ledger.db")
        for name, (_, ask, plain) in QUESTIONS.items():
            arguments = (url, str(Path(folder) / name), before, after)
            build = OPEN
            if plain is not None:
                fresh.run(OPEN + ask + KEEP.format(plain=plain), *arguments)
                build += BUILD
            turns = [(fresh.run(OPEN + ask, *arguments), fresh.run(build, *arguments)) for _ in range(asked.turns)]
            told[name] = {
                "peak_mb": statistics.median(one.peak_mb for one, _ in turns),
                "answer_mb": statistics.median(other.peak_mb for _, other in turns),
                "beyond_mb": statistics.median(one.peak_mb - other.peak_mb for one, other in turns),
            }
    print("| | at most | the answer as plain objects | beyond it | |\n|---|---:|---:|---:|---|")
    for name, (what, _, _) in QUESTIONS.items():
        peak, answer, beyond = told[name].values()
        verdict = "ok" if beyond <= BAR else f"above {BAR}"
        print(f"| {what} | {peak:.0f} MiB | {answer:.0f} MiB | {beyond:.0f} MiB | {verdict} |")
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=1))
    return 0


def _make(folder: str, size: str) -> tuple[str, str]:
    """The ledger in a folder; the names of two consecutive meetings in its middle."""
    workload = Workload(size)
    peer = PlanLedger()
    peer.open(folder)
    peer.seed(workload.projects, workload.seeded_at, "importer")
    for changes, meeting in zip(workload.intervals, workload.meetings, strict=True):
        peer.load(changes, meeting)
    peer.close()
    return f"第{workload.mid}回PT", f"第{workload.mid + 1}回PT"


if __name__ == "__main__":
    sys.exit(main())
