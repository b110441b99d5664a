"""Which siblings a change set calls moved: as few as can be, checked against all subsets of a handful of them."""

from __future__ import annotations

from itertools import combinations

from hypothesis import example, given, strategies as st

from plan_ledger import Ledger, Plan

COUNT = 7
moves = st.lists(st.tuples(st.integers(0, COUNT - 1), st.none() | st.integers(0, COUNT - 1)), max_size=6)


def order(plan: Plan, position: int) -> list[tuple[str, str]]:
    """(title, rank) in the table's order."""
    titles = [each.title for each in plan.snapshot(position)]
    with plan.ledger.reading() as rows:
        placed = dict(
            rows.all(
                "SELECT x.body, (SELECT p.rank FROM places p JOIN facts f ON f.position = p.position"
                " WHERE f.register >> 10 = e.stream AND p.position <= ? ORDER BY p.position DESC LIMIT 1)"
                " FROM texts x JOIN events e ON e.position = x.position",
                (position,),
            )
        )
    return [(title, placed[title]) for title in titles]


def moved(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> set[str]:
    """By trying everything: of the subsets that hold whoever kept a rank and stand in one order in both tables, the
    largest stays; of several, the one that comes first in the later table."""
    was = {title: at for at, (title, _) in enumerate(before)}
    kept = {title for title, rank in after if (title, rank) in before}
    titles = [title for title, _ in after]
    for size in range(len(titles), -1, -1):
        for subset in combinations(titles, size):
            places = [was[title] for title in subset]
            if kept <= set(subset) and places == sorted(places):
                return set(titles) - set(subset)
    raise AssertionError("those that kept their ranks stand in one order")


@given(moves)
@example([(6, None), (0, 5)])
@example([(0, 6), (1, 6), (2, 6)])
@example([(5, 0), (6, 0), (2, None), (4, 1)])
def test_as_few_siblings_as_can_be_are_called_moved(steps: list[tuple[int, int | None]]) -> None:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        with ledger.batch():
            items = [plan.add("strategy", f"戦略{number}") for number in range(COUNT)]
        start = ledger.head
        for item, behind in steps:
            if behind is None:
                items[item].move(under=None, first=True)
            elif behind != item:
                items[item].move(under=None, after=items[behind])
        before, after = order(plan, start), order(plan, ledger.head)
        found = {each.title for each in plan.changes(start, None) if each.kind == "moved"}
        assert found == moved(before, after)
        back = {each.title for each in plan.changes(None, start) if each.kind == "moved"}
        assert back == moved(after, before)
