"""Bulk loads take a short way (``ledger/ordinary.py``): it must lead to what the long way gives, to the byte."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from plan_ledger import Acting, Batch, Change, FieldKind, FieldSpec, Ledger, LevelSpec, PlanLedgerError, Schema
from plan_ledger.index.rebuild import TABLES
from plan_ledger.ledger import ordinary
from plan_ledger.store.log import LOG_TABLES
from plan_ledger.testing.clock import START, CountingIds, CountingSalts

SCHEMA = Schema(
    (
        LevelSpec(
            "project",
            "事業",
            (
                FieldSpec("title", "事業名"),
                FieldSpec("budget", "予算額", FieldKind.MONEY, unit="円"),
                FieldSpec("status", "状況", FieldKind.CHOICE, choices=("継続", "完了")),
            ),
        ),
    )
)
PEOPLE = [
    Acting("事務局"),
    Acting("事務局", reason="照会への回答"),
    Acting("観光課", on_behalf_of="商工課", reason="取りまとめ"),
    Acting("商工課"),
]
ACTING = st.sampled_from(PEOPLE) | st.builds(Acting, st.sampled_from(["事務局", "新任"]), reason=st.just("別々に"))
TEXTS = st.sampled_from(["事業0", "1,200", "1,200 千円", "一行目\r\n二行目", "完了", "継続", "未定", "", "\x00"])
FIELDS = st.sampled_from(["title", "budget", "予算額", "status", "状況", "nothing"])


class Clock:
    """Moves as it is told, now and then back."""

    def __init__(self, steps: list[int]) -> None:
        self.now, self.steps = START + timedelta(days=1), iter(steps)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=next(self.steps, 1))
        return self.now


def _changes(draw: st.DrawFn, items: int) -> list[tuple[int, str, str, int | None]]:
    change = st.tuples(st.integers(0, items - 1), FIELDS, TEXTS, st.none() | st.none() | st.integers(1, 20))
    return draw(st.lists(change, min_size=1, max_size=1) | st.lists(change, max_size=2))


@st.composite
def loads(draw: st.DrawFn) -> list[tuple[Acting, list[tuple[int, str, str, int | None]], str | None]]:
    """Who changes what, and under which key: mostly one change without one."""
    keys = st.none() | st.none() | st.sampled_from(["受付-1", "受付-2"])
    return [(draw(ACTING), _changes(draw, 3), draw(keys)) for _ in range(draw(st.integers(1, 30)))]


def _rows(ledger: Ledger) -> dict[str, list[Any]]:
    with ledger.reading() as rows:
        found = {
            table: rows.all(f"SELECT {', '.join(names)} FROM {table} ORDER BY {names[0]}, {names[1]}")
            for table, names in LOG_TABLES.items()
        }
        return found | {table: rows.all(f"SELECT * FROM {table} ORDER BY {key}") for table, key in TABLES.items()}


def _loaded(
    load: list[tuple[Acting, list[tuple[int, str, str, int | None]], str | None]], steps: list[int], again: bool
) -> tuple[Any, dict[str, list[Any]]]:
    """What the caller got, and every row there is afterwards; ``again``: once more, with what is remembered."""
    with Ledger.open(":memory:", clock=Clock(steps), ids=CountingIds(), salts=CountingSalts()) as ledger:
        with ledger.acting("事務局"):
            plan = ledger.open_plan("計画", fiscal_year=2023, schema=SCHEMA)
            items = [plan.add("project", f"事業{number}", budget="100").id for number in range(3)]
        batches = [
            Batch(acting, [Change(items[no], field, text, expected) for no, field, text, expected in changes], key)
            for acting, changes, key in load
        ]
        answers: list[Any] = []
        for _ in range(2 if again else 1):
            try:
                answers.append(ledger.record(batches))
            except PlanLedgerError as error:
                answers.append((error.code, str(error)))
        assert not ledger.verify().findings
        return answers, _rows(ledger)


@given(loads(), st.lists(st.sampled_from([1, 1, 0, -60]), max_size=20), st.booleans())
def test_the_short_way_leads_to_the_same_ledger(
    load: list[tuple[Acting, list[tuple[int, str, str, int | None]], str | None]], steps: list[int], again: bool
) -> None:
    short = _loaded(load, steps, again)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordinary, "plain", lambda _: None)
        long = _loaded(load, steps, again)
    assert short == long


def test_most_of_a_bulk_load_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[Batch] = []
    record = ordinary.record

    def watched(work: Any, executor: Any, batches: Any, take: Any) -> Batch | None:
        other = record(work, executor, batches, take)
        if other is not None:
            refused.append(other)
        return other

    monkeypatch.setattr(ordinary, "record", watched)
    with Ledger.open(":memory:") as ledger:
        with ledger.acting("事務局"):
            plan = ledger.open_plan("計画", fiscal_year=2023, schema=SCHEMA)
            items = [plan.add("project", f"事業{number}").id for number in range(100)]
        refused.clear()
        ledger.record(Batch(Acting("新任"), [Change(item, "予算額", "200")]) for item in items)
        assert [batch.acting.actor.name for batch in refused] == ["新任"]  # somebody new is introduced first
        assert {item["budget"].text for item in plan.snapshot()} == {"200"}
