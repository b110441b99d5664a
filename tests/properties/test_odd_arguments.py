"""Whatever words, numbers and times come in at the front door: a result or a typed error, and nothing is broken."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from plan_ledger import Ledger, PlanLedgerError

WORDS = (
    "",
    " ",
    "a",
    "第1回PT",
    "第1回PT#1",
    "now",
    "previous",
    "R5.8.30",
    "2023-01-01",
    "1",
    "0",
    "-1",
    "9" * 30,
    "\x00",
    "\ud800",
    "事業1",
    "施策1/事業1",
    "/",
    "#",
    "budget",
    "予算額",
    "existence",
    "place",
    "title",
    "a" * 5000,
    "%",
    "'",
    "\u202e",
    "x" * 32,
    "0" * 32,
    "=1",
)
NUMBERS = (None, 0, 1, -1, 5, 2**63, 10**30, -(10**30))
TIMES = (
    datetime(2023, 4, 1),
    date.min,
    date.max,
    datetime.min,
    datetime.max.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
)


@pytest.mark.parametrize("seed", range(3))
def test_odd_arguments_give_results_or_typed_errors(seed: int) -> None:
    rng = random.Random(seed)
    with Ledger.open() as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        strategy = plan.add("strategy", "戦略1")
        kpi = plan.add("kpi", "KPI1", under=strategy)
        measure = plan.add("measure", "施策1", under=kpi)
        plan.add("project", "事業1", under=measure, budget="1")
        plan.hold("第1回PT")

        def word() -> str:
            return rng.choice(WORDS)

        def maybe() -> str | None:
            return rng.choice((None, word()))

        def number() -> int | None:
            return rng.choice(NUMBERS)

        def moment() -> Any:
            return rng.choice((None, word(), word(), number(), rng.choice(TIMES)))

        def position() -> int:
            return rng.choice((0, -1, 3, ledger.head, ledger.head - 1, 10**30, -(10**30)))

        acts: list[Callable[[], object]] = [
            lambda: plan[word()].change(**{rng.choice(("budget", "title", "overview")): word()}, expected=number()),  # type: ignore[arg-type]  # odd on purpose
            lambda: plan[word()].set(word(), word(), expected=number(), source=maybe()),
            lambda: plan.add(word(), word(), under=rng.choice((None, word(), "施策1")), after=maybe()),
            lambda: plan.add("project", word(), under="施策1", **{rng.choice(("budget", "予算額", "place")): word()}),
            lambda: plan[word()].move(under=maybe(), after=maybe(), first=rng.random() < 0.3),
            lambda: plan[word()].withdraw(),
            lambda: plan[word()].restore(),
            lambda: plan.hold(
                word(), on=maybe(), at=number(), body=maybe(), number=number(), scope=maybe(), red_since=moment()
            ),
            lambda: plan.reissue(word(), at=number()),
            lambda: plan.annul(word()),
            lambda: plan.rename_meeting(word(), word(), on=maybe()),
            lambda: plan.undo(position()),
            lambda: plan.snapshot(moment(), known_at=moment(), scope=maybe()).to_json(),
            lambda: plan.changes(moment(), moment(), scope=maybe()).to_json(),
            lambda: list(
                plan.audit(actor=maybe(), item=maybe(), field=maybe(), since=moment(), until=moment(), limit=number())
            ),
            lambda: plan.history(word(), word()),
            lambda: plan.resolve(moment(), known_at=moment()),
            lambda: plan.red_base(moment()),
            lambda: ledger.open_plan(word(), fiscal_year=rng.choice((2023, 2024, -1)), zone=maybe() or "UTC"),
            lambda: ledger.plan(word()),
            lambda: ledger.receipt(position()),
        ]
        done = refused = 0
        for _ in range(1500):
            try:
                rng.choice(acts)()
                done += 1
            except PlanLedgerError as error:
                refused += 1
                for lang in ("ja", "en"):
                    error.message(lang)
                error.to_dict()
        assert done > 100, "hardly anything was done: the test proves little"
        assert refused > 100
        assert ledger.verify()
