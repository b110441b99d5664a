"""Marks on long texts, and the reading of budgets, periods and schedules: no ledger in it."""

from __future__ import annotations

import pytest

from plan_ledger import mark
from plan_ledger.values import notation

SENTENCES = (
    "庁内広報を隔週で発行し、職員の意識改革を進めた。",
    "市町村向け説明会を7月に3回開催し、延べ120人が参加した。",
    "副業・兼業人材の活用を支援する事業を9月補正予算で追加した（4,950千円）。",
    "アンケートでは満足度が82％となり、目標の80％を上回った。",
    "一部の工程に遅れがあるため、R6.3末までに体制を見直す。",
)
LENGTHS = (200, 2_000, 20_000)


def long_text(length: int) -> str:
    text = "".join(f"{number + 1}．{SENTENCES[number % 5]}\n" for number in range(length // 25))
    return text[:length]


def edited(text: str) -> str:
    """A word here and there, a sentence more and one less, as a section sends it back."""
    text = text.replace("3回", "5回", 1).replace("82％", "84％", 1).replace("進めた", "着実に進めた", 1)
    half = len(text) // 2
    return text[:half] + "新たに庁外の有識者会議を設けた。" + text[half + 30 :]


@pytest.mark.benchmark(group="mark")
@pytest.mark.parametrize("length", LENGTHS)
def test_edited(benchmark, length: int) -> None:
    old = long_text(length)
    found = benchmark(mark, old, edited(old))
    assert found.new == edited(old)


@pytest.mark.benchmark(group="mark")
@pytest.mark.parametrize("length", LENGTHS)
def test_rewritten(benchmark, length: int) -> None:
    """Nothing stayed: the worst that an alignment can meet."""
    old = long_text(length)
    new = "".join(reversed(old))
    assert benchmark(mark, old, new).new == new


@pytest.mark.benchmark(group="notation")
def test_budget(benchmark) -> None:
    assert benchmark(notation.parse_money, "4,450（うち一般財源2,225）", unit="千円").yen == 4_450_000


@pytest.mark.benchmark(group="notation")
def test_period(benchmark) -> None:
    assert benchmark(notation.parse_period, "R5.4～R6.3").end == "2024-03"


@pytest.mark.benchmark(group="notation")
def test_schedule(benchmark) -> None:
    text = "R5.4～ 公募開始\nR5.6 審査会\nR5.7.10 交付決定\nR5.9～12 中間検査\nR6.2末 実績報告\nR6.3 事業評価"
    found = benchmark(notation.parse_schedule, text, fiscal_year=2023)
    assert len(found.entries) == 6
