"""The same questions of ledgers with 10,000, 100,000 and 1,000,000 changes: how much longer a long history takes.

    python bench/growth.py [--sizes 10000,100000,1000000] [--turns 30] [--keep FOLDER] [--json FILE]

The answers are of the same size in every ledger (growth_ledgers.py says how), so that nothing but the history grows.
All ledgers are open at once and asked in turns; a question's figure is the median over the turns of its processor time
in one ledger to that in the smallest, and beside it the same by the clock on the wall. Single changes are measured
fifty at a time, so that checkpoints of the log count with the changes that cause them.

Making a million changes takes about a minute on a quiet machine; ``--keep`` keeps the ledgers, or takes those that are
there. The ledgers that are kept grow by some thousand single changes with each run.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import growth_ledgers as made
from plan_ledger import Acting, Batch, Change, Ledger
from turns import Taken, in_turns, median_ratio

BAR = 1.3
SINGLE = 50
"""Single changes are measured so many at a time."""

QUESTIONS = {
    "open": "open the ledger and name its plans",
    "first": "open it and take the table now",
    "now": "the table now",
    "meeting": "a meeting's table, in the middle",
    "changes": "net changes between two meetings",
    "history": "one field's history",
    "newest": "audit: the newest page",
    "actor": "audit: a page of one actor, from the middle",
    "auditor": "audit: a page of a rare actor",
    "item": "audit: a page of one item",
    "change": "one durable change",
}


class Asked:
    """One open ledger, and the questions that are asked of it; each answers with the size of its answer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ledger = Ledger.open(path)
        self.plan = self.ledger.plan()
        self.ids = made.projects(self.plan)
        self.followed = made.followed(self.ids)[3].hex
        chance = random.Random(self.ledger.head)
        self.cells = chance.sample(made.busy(self.ids), len(made.busy(self.ids)))
        self.numbers = count(self.ledger.head)
        self.acting = Acting("事業課01", reason="進捗状況の更新")

    def open(self) -> int:
        with Ledger.open(self.path) as ledger:
            return len(ledger.plans())

    def first(self) -> int:
        with Ledger.open(self.path) as ledger:
            return sum(len(item.texts) for item in ledger.plan().snapshot())

    def now(self) -> int:
        return sum(len(item.texts) for item in self.plan.snapshot())

    def meeting(self) -> int:
        return sum(len(item.texts) for item in self.plan.snapshot(made.BEFORE))

    def changes(self) -> int:
        return sum(len(entry.events) for entry in self.plan.changes(made.BEFORE, made.AFTER))

    def history(self) -> int:
        return len(self.plan.history(self.followed, made.FOLLOWED))

    def newest(self) -> int:
        return len(self.plan.audit().sort("desc").page(100).rows)

    def actor(self) -> int:
        return len(self.plan.audit(actor="事業課07", since=made.BEFORE).page(100).rows)

    def auditor(self) -> int:
        return len(self.plan.audit(actor=made.AUDITOR).page(100).rows)

    def item(self) -> int:
        return len(self.plan.audit(item=self.followed, field=made.QUIET).page(100).rows)

    def change(self) -> int:
        for _ in range(SINGLE):
            number = next(self.numbers)
            project, field = self.cells[number % len(self.cells)]
            wanted = Change(project, field, made.text(field, number + 1))
            assert self.ledger.record([Batch(self.acting, (wanted,))])[0]
        return SINGLE


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000", help="changes, separated by commas")
    parser.add_argument("--turns", type=int, default=30)
    parser.add_argument("--only", help="questions, separated by commas: " + " ".join(QUESTIONS))
    parser.add_argument("--keep", type=Path, help="folder in which the ledgers stay, or are")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    sizes = sorted(int(size) for size in asked.sizes.split(","))
    with ExitStack() as stack:
        folder = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        bytes_per_change = {size: _made(folder, size) for size in sizes}
        ledgers = {size: Asked(folder / f"{size}.db") for size in sizes}
        for each in ledgers.values():
            stack.callback(each.ledger.close)
        found = {
            name: _ask(name, {size: getattr(ledger, name) for size, ledger in ledgers.items()}, asked.turns)
            for name in (asked.only.split(",") if asked.only else QUESTIONS)
        }
    print(table(sizes, found, bytes_per_change))
    if asked.json:
        asked.json.write_text(
            json.dumps({"sizes": sizes, "questions": found, "bytes": bytes_per_change}, ensure_ascii=False, indent=1)
        )
    return 0


def _made(folder: Path, size: int) -> float:
    """Make the ledger where it is not there yet; its bytes a change."""
    path, notes = folder / f"{size}.db", folder / f"{size}.json"
    if not notes.exists():
        path.unlink(missing_ok=True)  # half made
        before, after = made.make(path, size)
        notes.write_text(json.dumps({"bytes": (after - before) / size}))
    return float(json.loads(notes.read_text())["bytes"])


Figures = dict[str, dict[int, float]]


def _ask(name: str, acts: dict[int, Callable[[], int]], turns: int) -> Figures:
    """Ask in turns; milliseconds of processor time, ratios to the smallest ledger, and the size of the answers."""
    answers = {size: act() for size, act in acts.items()}
    if len(set(answers.values())) != 1:
        raise SystemExit(f"{name}: the answers differ in size: {answers}")
    taken = in_turns({size: partial(act) for size, act in acts.items()}, turns)
    smallest = taken[min(taken)]
    per = SINGLE if name == "change" else 1
    figures: Figures = {
        "rows": {size: float(rows) for size, rows in answers.items()},
        "cpu_ms": {size: statistics.median(_cpu(each)) / per * 1000 for size, each in taken.items()},
        "wall_ms": {size: statistics.median(_wall(each)) / per * 1000 for size, each in taken.items()},
        "cpu": {size: median_ratio(_cpu(each), _cpu(smallest)) for size, each in taken.items()},
        "wall": {size: median_ratio(_wall(each), _wall(smallest)) for size, each in taken.items()},
    }
    print(f"{name}: {figures['cpu']}", file=sys.stderr, flush=True)
    return figures


def _cpu(taken: list[Taken]) -> list[float]:
    return [each.cpu for each in taken]


def _wall(taken: list[Taken]) -> list[float]:
    return [each.wall for each in taken]


def table(sizes: list[int], found: dict[str, Figures], bytes_per_change: dict[int, float]) -> str:
    """A Markdown table of ratios to the smallest ledger."""
    base, largest = sizes[0], sizes[-1]
    head = ["", f"at {base:,}", *(f"{size:,}" for size in sizes[1:]), "by the wall clock", ""]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 2) + "---|"]
    for name, figures in found.items():
        ratios = [f"{figures['cpu'][size]:.2f} ×" for size in sizes[1:]]
        verdict = "ok" if figures["cpu"][largest] <= BAR else f"above {BAR}"
        row = [QUESTIONS[name], f"{figures['cpu_ms'][base]:.2f} ms", *ratios, f"{figures['wall'][largest]:.2f} ×"]
        lines.append("| " + " | ".join([*row, verdict]) + " |")
    ratio = {size: value / bytes_per_change[base] for size, value in bytes_per_change.items()}
    row = ["bytes a change", f"{bytes_per_change[base]:.0f}", *(f"{ratio[size]:.2f} ×" for size in sizes[1:]), ""]
    lines.append("| " + " | ".join([*row, "ok" if ratio[largest] <= BAR else f"above {BAR}"]) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
