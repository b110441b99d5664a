"""A table, net changes, a field's history, an audit page, and verification, on a ledger with 10,000 changes."""

from __future__ import annotations

import pytest

import growth_ledgers as made
from plan_ledger import Plan

pytestmark = pytest.mark.benchmark(group="reading")


def test_snapshot_now(benchmark, asked: Plan) -> None:
    assert len(benchmark(asked.snapshot)) == 500 + made.MEASURES + 2


def test_snapshot_of_a_meeting(benchmark, asked: Plan) -> None:
    assert len(benchmark(asked.snapshot, made.BEFORE)) == 500 + made.MEASURES + 2


def test_digest(benchmark, asked: Plan) -> None:
    assert benchmark(lambda: asked.snapshot(made.BEFORE).digest) == asked.meeting(made.BEFORE).editions[0].digest


def test_changes(benchmark, asked: Plan) -> None:
    assert len(benchmark(asked.changes, made.BEFORE, made.AFTER).entries) == made.INTERVAL


def test_history(benchmark, asked: Plan) -> None:
    item = made.followed(made.projects(asked))[3].hex
    assert len(benchmark(asked.history, item, made.FOLLOWED)) == made.FOLLOWED_CHANGES + 1


def test_audit_page(benchmark, asked: Plan) -> None:
    assert len(benchmark(lambda: asked.audit(actor=made.AUDITOR).page(100)).rows) == 100


def test_verify_a_page(benchmark, written: Plan) -> None:
    """About a thousand events, as many as verification reads at a time."""
    with written.ledger.batch():
        for item in written.items("project"):
            for number in range(7):
                item.set("overview", f"{number}回目の案")
                item.set("progress", f"{number}回目の進捗")
    for number in range(100):
        written["事業1"].set("analysis", f"{number}回目の分析")
    found = benchmark(written.ledger.verify)
    assert found
