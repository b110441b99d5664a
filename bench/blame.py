"""How long blame takes: one cell of 2,000 characters after 200 edits, and the whole table around it.

Run it from the project's folder: ``python bench/blame.py``. The bar is 100 ms for the cell.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable

from plan_ledger import Ledger, Plan

EDITS, LENGTH, PROJECTS = 200, 2000, 100
SENTENCES = (
    "R5.4 事業者の公募を開始し、{}件の応募があった。",
    "庁内の検討会で{}回目の協議を行い、関係団体の意見を聴取した。",
    "・R5.9 システム改修の仕様書を{}版として確定した。\n",
    "市町村向け説明会を{}か所で開催し、参加者は延べ120人であった。",
)
UNBROKEN = ("公募を開始し{}件の応募があり、", "検討会で{}回の協議を行い、", "仕様書を{}版として確定し、")
"""Without full stops or lines: a single entry of 2,000 characters, which has to be compared whole."""


def history(seed: int, pieces: tuple[str, ...]) -> list[str]:
    """Versions of one cell: words replaced, entries put in, taken out and moved; the length stays about the same."""
    chance = random.Random(seed)
    text = ""
    while len(text) < LENGTH:
        text += chance.choice(pieces).format(chance.randint(1, 99))
    texts = [text[:LENGTH]]
    for number in range(EDITS):
        text = texts[-1]
        at = chance.randrange(len(text) - 40)
        match chance.randrange(5):
            case 0 if len(text) < LENGTH * 1.1:
                text = text[:at] + chance.choice(pieces).format(number) + text[at:]
            case 1:
                text = text[:at] + text[at + chance.randint(5, 40) :]
            case 2:
                moved = text[at : at + 30]
                rest = text[:at] + text[at + 30 :]
                to = chance.randrange(len(rest))
                text = rest[:to] + moved + rest[to:]
            case _:
                text = text[:at] + chance.choice(("増加", "R5.10", "検討を継続", "15")) + text[at + 4 :]
        texts.append(text)
    return texts


def filled(ledger: Ledger) -> Plan:
    """A plan whose projects have an overview each; two of them were edited over and over."""
    with ledger.acting("企画課"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        measure = plan.add("measure", "施策", under=plan.add("kpi", "KPI", under=plan.add("strategy", "戦略")))
        with ledger.batch():
            for number in range(PROJECTS):
                plan.add("project", f"事業{number}", under=measure, overview=SENTENCES[number % 4].format(number))
    for item, pieces in (("事業1", SENTENCES), ("事業2", UNBROKEN)):
        handle = plan[item]
        for number, text in enumerate(history(5, pieces)):
            with ledger.acting(f"課{number % 7}"):
                handle.change(overview=text)
            if number % 20 == 0 and pieces is SENTENCES:
                with ledger.acting("企画課"):
                    plan.hold(f"第{number // 20 + 1}回PT")
    return plan


def best(measured: Callable[[], object], times: int = 5) -> float:
    """Milliseconds, the best of several."""
    found = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        measured()
        found = min(found, time.perf_counter() - start)
    return found * 1000


def main() -> None:
    with Ledger.open() as ledger:
        plan = filled(ledger)
        cells = {name: plan[title] for name, title in (("sentences", "事業1"), ("one long sentence", "事業2"))}
        for name, item in cells.items():
            found = item.blame("overview")
            took = best(lambda item=item: item.blame("overview"))  # type: ignore[misc]  # bound at once
            print(f"{name}: {took:.1f} ms, {EDITS} edits, {len(found.text)} characters, {len(found)} runs")
        print(f"whole table: {best(plan.blame, 3):.1f} ms, {len(plan.blame())} cells")


if __name__ == "__main__":
    sys.exit(main())
