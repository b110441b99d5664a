"""The two times against the plain list of facts: every point where something counts, as known at every batch's end.

A script of changes, structure, meetings, corrections and tables entered afterwards is done to a ledger and to the
model (``plan_ledger.testing.model_past``), which filters, sorts and takes the last.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from hypothesis import example, given, strategies as st

from plan_ledger.testing.machine import LedgerMachine
from plan_ledger.testing.machine_base import numbers
from plan_ledger.testing.model import EVERYTHING
from plan_ledger.values.coordinates import Pair

Act = tuple[str, dict[str, Any]]
few = st.integers(min_value=0, max_value=5)
words = st.sampled_from(["", "甲", "乙", "丙", "4,950\n千円", "=1"])


def act(name: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Act]:
    return st.tuples(st.just(name), st.fixed_dictionaries({"actor": st.just(0), **arguments}))


ORDINARY = st.one_of(
    act("change", number=numbers, field=few, text=words, stale=st.none()),
    act("change", number=numbers, field=few, text=words, stale=st.none()),
    act("add", level=st.just("project"), title=words, text=words, under=few, after=st.none()),
    act("move", number=numbers, under=few, after=st.none() | few, first=st.booleans()),
    act("withdraw", number=numbers),
    act("restore", number=numbers),
    act("hold", back=st.none() | few),
    act("reissue", number=few),
    act("undo", number=few),
)
PAST = st.one_of(
    act("correct", number=numbers, field=few, text=words, meeting=few),
    act("correct", number=numbers, field=few, text=words, meeting=few),
    act("correct_place", number=numbers, under=few, after=st.none() | few, first=st.booleans(), meeting=few),
    act("correct_existence", number=numbers, exists=st.booleans(), under=st.none() | few, meeting=few),
    act(
        "baseline",
        like=few,
        where=st.sampled_from(("before", "after", "head")),
        meeting=few,
        drop=st.lists(numbers, max_size=2),
        change=st.lists(st.tuples(numbers, words), max_size=3),
        turn=st.booleans(),
        new=st.none() | few,
    ),
    act("annul", number=few),
    act("undo", number=few),
)
SCRIPT = st.lists(st.one_of(ORDINARY, PAST), min_size=1, max_size=12)


@contextmanager
def furnished() -> Generator[LedgerMachine]:
    """Ledger and model with two goals, a measure under each, four projects, and a meeting held."""
    both = LedgerMachine()
    try:
        _furnish(both)
        both.hold(actor=0, back=None)
        yield both
    finally:
        both.ledger.close()


def _furnish(both: LedgerMachine) -> None:
    rows: list[tuple[str, str, int | None]] = [
        ("goal", "目標1", None),
        ("goal", "目標2", None),
        ("measure", "施策1", 0),
        ("measure", "施策2", 1),
        *(("project", f"事業{number}", 2 + number // 3) for number in range(4)),
    ]
    ids = [UUID(int=both.ids.count + number) for number in range(1, len(rows) + 1)]

    def in_model() -> None:
        for uuid, (level, title, under) in zip(ids, rows, strict=True):
            both.model.add(uuid, level, None if under is None else ids[under], None, {"title": title})

    def in_ledger() -> None:
        made: list[Any] = []
        with both.ledger.batch():
            for level, title, under in rows:
                made.append(both.plan.add(level, title, under=None if under is None else made[under]))
        assert [each.id for each in made] == ids

    both.both(0, in_model, in_ledger)


def do(both: LedgerMachine, script: list[Act]) -> None:
    for name, arguments in script:
        step: Callable[..., None] = getattr(both, name)
        step(**arguments)


@given(SCRIPT, SCRIPT)
@example([("correct_existence", {"actor": 0, "number": 4, "exists": False, "under": None, "meeting": 0})], [])
def test_every_pair_shows_what_the_list_of_facts_says(first: list[Act], then: list[Act]) -> None:
    """And what is recorded later changes no table and no change set of an earlier ``known_at``."""
    with furnished() as both:
        do(both, first)
        both.compare_pairs()  # keeps every digest, which has to be the same when it is looked at again
        do(both, then)
        both.compare_pairs()
        verified = both.ledger.verify()
        assert verified, str(verified)


@given(st.lists(ORDINARY, min_size=1, max_size=12))
def test_without_corrections_both_times_agree(script: list[Act]) -> None:
    with furnished() as both:
        do(both, script)
        head = both.model.head
        for meeting in both.model.meetings:
            for number, pair in enumerate(meeting.editions, 1):
                name = f"{meeting.name}#{number}"
                digest = both.plan.snapshot(name).digest
                assert list(both.plan.differences(name)) == []
                for known in range(pair.known, head + 1):
                    assert both.plan.snapshot(name, known_at=known).digest == digest
                    assert both.model.table(Pair(pair.at, known)) == both.model.table(Pair(pair.at, EVERYTHING))


@given(SCRIPT)
def test_an_index_made_anew_says_the_same(script: list[Act]) -> None:
    from plan_ledger.index.rebuild import dump_rows

    with furnished() as both:
        do(both, script)
        with both.ledger.reading() as rows:
            before = dump_rows(rows)
        both.ledger.rebuild()
        with both.ledger.reading() as rows:
            assert dump_rows(rows) == before
