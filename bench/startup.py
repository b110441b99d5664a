"""How long a program waits for ``import plan_ledger``, beside the two libraries that it stands on.

    python bench/startup.py [--turns 30] [--json FILE]

Each case is a fresh interpreter; the cases take turns. Told are processor time (so that a busy machine does not count),
its ratio to the baseline, and the peak memory. Reading this code and printing the peak count in every case alike.

The baseline imports what anybody who uses the two libraries imports: pydantic's ``BaseModel``, eventsourcing's
``Application`` and ``Aggregate``, and its SQLite module. The bare baseline (``import pydantic; import eventsourcing``)
does next to nothing, as both load their parts when they are asked for; so does plan_ledger, and it is held against that
one too. Since an import that loads everything later proves little, the same is told, without a bar, of a ledger that is
open: against a pydantic model that is defined and an eventsourcing application on SQLite that is open.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import fresh

BAR = 1.3

PARTS = """
from pydantic import BaseModel
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
import eventsourcing.sqlite
"""
READY = """
class Model(BaseModel):
    name: str
    number: int
Model(name="a", number=1)
app = Application(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": ":memory:"})
"""
COMMAND = """
import contextlib, io, sys
sys.argv = ["plan-ledger", {argument!r}]
from plan_ledger.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
"""

CASES = {
    "nothing": "an interpreter that does nothing",
    "bare": "import pydantic; import eventsourcing",
    "baseline": "BaseModel, Application, Aggregate and SQLite imported from them",
    "import": "import plan_ledger",
    "names": "every public name of plan_ledger",
    "ready-baseline": "the two: a model defined, an application open on SQLite",
    "ready": "plan_ledger: a ledger open",
    "help": "plan-ledger --help",
    "version": "plan-ledger --version",
}
CODE = {
    "nothing": "pass",
    "bare": "import pydantic; import eventsourcing",
    "baseline": PARTS,
    "import": "import plan_ledger",
    "names": "from plan_ledger import *",
    "ready-baseline": PARTS + READY,
    "ready": "import plan_ledger; plan_ledger.Ledger.open(':memory:')",
    "help": COMMAND.format(argument="--help"),
    "version": COMMAND.format(argument="--version"),
}
AGAINST = (("import", "bare"), ("import", "baseline"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=30)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    taken: dict[str, list[fresh.Cost]] = {name: [] for name in CASES}
    for turn in range(asked.turns + 1):
        for name, code in CODE.items():
            cost = fresh.run(code)
            if turn:  # the first may still have to read or to compile what the others find ready
                taken[name].append(cost)
    cpu = {name: statistics.median(cost.cpu for cost in costs) for name, costs in taken.items()}
    peak = {name: statistics.median(cost.peak_mb for cost in costs) for name, costs in taken.items()}
    print("| | processor time | to the baseline | peak memory |\n|---|---:|---:|---:|")
    for name, what in CASES.items():
        print(f"| {what} | {cpu[name] * 1e3:.0f} ms | {cpu[name] / cpu['baseline']:.2f} × | {peak[name]:.0f} MiB |")
    ratios = {f"{one} / {other}": cpu[one] / cpu[other] for one, other in AGAINST}
    for name, ratio in ratios.items():
        print(f"- {name}: {ratio:.2f} × ({'ok' if ratio <= BAR else f'above {BAR}'})")
    print(f"- ready / ready-baseline: {cpu['ready'] / cpu['ready-baseline']:.2f} × (told, no bar)")
    if asked.json:
        asked.json.write_text(json.dumps({"cpu": cpu, "peak_mb": peak, "ratios": ratios}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
