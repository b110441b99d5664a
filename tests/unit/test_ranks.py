"""Ranks: between any two there is room for another, in plain ASCII order, and they stay short."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from plan_ledger.values.ranks import DIGITS, FIRST, between, spread


def test_the_first_and_its_neighbours() -> None:
    assert between(None, None) == FIRST
    assert between(FIRST, None) > FIRST
    assert between(None, FIRST) < FIRST
    assert FIRST < between(FIRST, between(FIRST, None)) < between(FIRST, None)


@given(st.lists(st.integers(0, 10**6), max_size=120))
def test_inserting_anywhere_keeps_the_order_and_moves_nobody(places: list[int]) -> None:
    ranks: list[str] = []
    for place in places:
        at = place % (len(ranks) + 1)
        ranks.insert(at, between(ranks[at - 1] if at else None, ranks[at] if at < len(ranks) else None))
        assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)
    assert all(set(rank) <= set(DIGITS) for rank in ranks)
    assert not any(len(rank) > 2 and rank.endswith("0") and rank[0] == "a" for rank in ranks)


def test_appending_ten_thousand_keeps_ranks_short() -> None:
    ranks = spread(None, None, 10_000)
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 10_000
    assert max(map(len, ranks)) <= 4


def test_putting_ten_thousand_in_front_keeps_ranks_short() -> None:
    rank, seen = FIRST, [FIRST]
    for _ in range(10_000):
        rank = between(None, rank)
        seen.append(rank)
    assert seen == sorted(seen, reverse=True)
    assert max(map(len, seen)) <= 4


def test_splitting_the_same_gap_a_thousand_times_still_finds_room() -> None:
    low, high = FIRST, between(FIRST, None)
    for _ in range(1000):
        middle = between(low, high)
        assert low < middle < high
        high = middle
    for _ in range(1000):
        middle = between(low, high)
        assert low < middle < high
        low = middle


def test_a_block_goes_between_two() -> None:
    block = spread("a0", "a1", 500)
    assert ["a0", *block, "a1"] == sorted({"a0", *block, "a1"})


@pytest.mark.parametrize(("before", "after"), [("a1", "a0"), ("a0", "a0"), ("b00", "az")])
def test_no_room_the_wrong_way_round(before: str, after: str) -> None:
    with pytest.raises(ValueError, match="no rank between"):
        between(before, after)


@pytest.mark.parametrize(("before", "after"), [("az", None), (None, "Z0"), ("Zz", "a0"), ("Zz", None), (None, "a0V")])
def test_the_lengths_change_over_in_order(before: str | None, after: str | None) -> None:
    rank = between(before, after)
    assert before is None or before < rank
    assert after is None or rank < after
