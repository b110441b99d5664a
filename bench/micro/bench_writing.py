"""One change, a batch of a hundred, a meeting held, a link of the chain, a seal; on a real file, durable as ever."""

from __future__ import annotations

from itertools import count

import pytest

from plan_ledger import Plan
from plan_ledger.store.chain import link

pytestmark = pytest.mark.benchmark(group="writing")


def test_one_change(benchmark, written: Plan) -> None:
    item, numbers = written["事業7"], count()
    receipt = benchmark(lambda: item.set("progress", f"{next(numbers)}回目の会議を開催した。"))
    assert receipt


def test_same_text_again(benchmark, written: Plan) -> None:
    """Says what is recorded already: nothing is written."""
    item = written["事業7"]
    assert not benchmark(lambda: item.set("budget", "4,450"))


def test_batch_of_100(benchmark, written: Plan) -> None:
    items, numbers = written.items("project"), count()

    def record() -> None:
        number = next(numbers)
        with written.ledger.batch():
            for item in items:
                item.set("progress", f"{number}回目の会議を開催した。")

    benchmark(record)
    assert written["事業99"].history("progress")


def test_hold(benchmark, written: Plan) -> None:
    numbers = count(1)
    assert benchmark(lambda: written.hold(f"第{next(numbers)}回PT")).editions


def test_seal(benchmark, written: Plan) -> None:
    """Without the verification before it."""
    written.hold("第1回PT")
    assert benchmark(lambda: written.ledger.seal(check=False)).to_json()


def test_chain_link(benchmark) -> None:
    found = benchmark(
        link, bytes(32), 7, 7, bytes(16), 3, b"item.field-changed/1", 1_700_000_000_000_000, bytes(80), None, bytes(150)
    )
    assert len(found) == 32
