"""Moments: meetings, editions, positions, dates and times, now, previous; what names nothing is told with help."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from plan_ledger import Ledger, Plan, PlanLedgerError
from plan_ledger.queries.moments import NoPreviousMeeting, NoSuchPosition, UnknownMoment
from plan_ledger.testing.clock import SteppingClock, deterministic_ledger
from plan_ledger.values.coordinates import Pair, effective_of, position_of

TOKYO = timezone(timedelta(hours=9))


@pytest.fixture(scope="module")
def plan() -> Iterator[Plan]:
    """One change a day at noon in Tokyo, from 1 April 2023; a meeting after the second and after the fourth."""
    clock = SteppingClock(datetime(2023, 4, 1, 3, 0, tzinfo=UTC), timedelta(0))
    with deterministic_ledger(clock=clock) as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        for number in range(1, 6):
            clock.now = datetime(2023, 4, number, 3, 0, tzinfo=UTC)
            plan.add("strategy", f"戦略{number}")
            if number in (2, 4):
                clock.advance(timedelta(hours=1))
                plan.hold(f"第{number // 2}回PT")
        yield plan


def count(plan: Plan, moment: object) -> int:
    return len(plan.snapshot(moment))  # type: ignore[arg-type]  # any moment


@pytest.mark.parametrize(
    ("moment", "items"),
    [
        (None, 5),
        ("now", 5),
        ("NOW", 5),
        ("現在", 5),
        (" now ", 5),
        (0, 0),
        ("0", 0),
        ("第1回PT", 2),
        ("第１回ＰＴ", 2),
        ("第1回pt", 2),
        ("第1回PT#1", 2),
        ("第１回ＰＴ＃１", 2),
        ("第2回PT", 4),
        ("previous", 4),
        ("前回", 4),
        ("2023-04-03", 3),
        ("2023/4/3", 3),
        ("R5.4.3", 3),
        ("Ｒ５．４．３", 3),
        ("令和5年4月3日", 3),
        ("２０２３－０４－０３", 3),
        (date(2023, 4, 3), 3),
        ("2023-04-03T12:00:00", 3),
        ("2023-04-03T11:59:59.999999", 2),
        ("2023-04-03T03:00:00Z", 3),
        ("2023-04-03T02:59:59+00:00", 2),
        (datetime(2023, 4, 3, 12, 0), 3),
        (datetime(2023, 4, 3, 3, 0, tzinfo=UTC), 3),
        (datetime(2023, 4, 3, 12, 0, tzinfo=TOKYO), 3),
        (datetime(2023, 4, 3, 2, 59, tzinfo=UTC), 2),
        ("2023-03-31", 0),
        ("1999-12-31", 0),
        ("9999-12-31", 5),
        ("0001-01-01", 0),
        (datetime.max, 5),
        (datetime.min, 0),
        (date.max, 5),
        (date.min, 0),
    ],
)
def test_every_kind_of_moment_names_a_point(plan: Plan, moment: object, items: int) -> None:
    assert count(plan, moment) == items


def test_a_date_is_its_end_of_day_in_the_plans_zone(plan: Plan) -> None:
    assert count(plan, "2023-04-04") == 4
    # 4 April 16:00 UTC is 5 April in Tokyo, before noon.
    assert count(plan, datetime(2023, 4, 4, 16, 0, tzinfo=UTC)) == 4
    assert count(plan, datetime(2023, 4, 4, 15, 0, tzinfo=UTC)) == count(plan, "2023-04-04")


def test_results_name_moments_too(plan: Plan) -> None:
    meeting = plan.meeting("第1回PT")
    for moment in (meeting, meeting.editions[0], plan.resolve("第1回PT"), plan.snapshot("第1回PT").moment):
        assert count(plan, moment) == 2


def test_a_resolved_moment_says_what_it_is(plan: Plan) -> None:
    first = plan.resolve("第1回PT")
    assert (first.name, first.meeting, first.edition) == ("第1回PT", "第1回PT", 1)
    assert first.pair == plan.meeting("第1回PT").editions[0].pair
    assert plan.resolve(3).pair == Pair.of(3)
    assert str(plan.resolve("now")) == "now"


def test_known_at_is_taken_from_the_other_moment(plan: Plan) -> None:
    mixed = plan.resolve("第2回PT", known_at="第1回PT")
    assert mixed.pair == Pair(plan.resolve("第2回PT").pair.at, plan.resolve("第1回PT").pair.known)
    assert len(plan.snapshot("第2回PT", known_at="第1回PT")) == 2
    assert len(plan.snapshot("第1回PT", known_at="now")) == 2


@pytest.mark.parametrize(
    ("moment", "near"),
    [
        ("第1回P", "第1回PT"),
        ("第3回PT", "第2回PT"),
        ("1回PT", "第1回PT"),
        ("第1回PT#2", "第1回PT#1"),
        ("第1回PT#", "第1回PT#1"),
        ("第1回PT#0", "第1回PT#1"),
        ("第1回PT#" + "9" * 5000, "第1回PT#1"),
        ("第1回PT#１.0", "第1回PT#1"),
        ("さっぱりわからない", None),
        ("", None),
        ("   ", None),
        ("R5.8", None),
        ("令和5年", None),
        ("2023-13-01", None),
        ("2023-02-30", None),
        ("-1", None),
        ("+1", None),
        ("1.5", None),
        ("1_0", None),
        ("9" * 19, None),
        ("now#1", None),
        ("\x00", None),
        (True, None),
        (1.5, None),
        (b"now", None),
    ],
)
def test_what_names_nothing_is_told_with_the_nearest_names(plan: Plan, moment: object, near: str | None) -> None:
    with pytest.raises(UnknownMoment) as caught:
        plan.snapshot(moment)  # type: ignore[arg-type]  # on purpose
    if near is not None:
        assert near in caught.value.near
        assert near in str(caught.value)


@pytest.mark.parametrize("position", [-1, 10_000, 2**63, 10**30])
def test_a_position_that_is_not_there_is_told_with_the_last(plan: Plan, position: int) -> None:
    with pytest.raises(NoSuchPosition) as caught:
        plan.snapshot(position)
    assert caught.value.head == plan.ledger.head


def test_a_meeting_of_another_plan_is_told(plan: Plan) -> None:
    with deterministic_ledger() as other, other.acting("企画室"):
        theirs = other.open_plan("計画", fiscal_year=2023)
        theirs.add("strategy", "戦略")
        with pytest.raises(UnknownMoment):
            theirs.snapshot(plan.meeting("第1回PT"))
        with pytest.raises(NoPreviousMeeting):
            theirs.snapshot("previous")


@given(st.text(max_size=20) | st.from_regex(r"[0-9０-９年月日.#/-]{0,20}", fullmatch=True))
def test_any_words_are_a_moment_or_a_typed_error(words: str) -> None:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        plan.hold("第1回PT")
        with suppress(PlanLedgerError):
            plan.resolve(words)


def test_recorded_times_never_go_back_and_the_wrong_clock_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SteppingClock(datetime(2023, 4, 3, 3, 0, tzinfo=UTC), timedelta(0))
    with deterministic_ledger(tmp_path / "r5.db", clock=clock) as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        clock.now = datetime(2023, 4, 1, 3, 0, tzinfo=UTC)
        item = plan.add("strategy", "戦略1")
        row = plan.history(item, "title")[0]
        assert row.recorded_at == datetime(2023, 4, 3, 3, 0, tzinfo=UTC)
        assert row.cause.header["clock"] == int(clock.now.timestamp()) * 1_000_000
        assert "behind" in caplog.text
        assert len(plan.snapshot("2023-04-02")) == 0
        assert len(plan.snapshot("2023-04-03")) == 1
        assert ledger.verify()


def test_any_time_finds_the_last_batch_at_or_before_it() -> None:
    clock = SteppingClock(datetime(2023, 4, 1, tzinfo=UTC), timedelta(0))
    with deterministic_ledger(clock=clock) as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        ends = [(clock.now, ledger.head)]
        for number in range(40):
            clock.advance(timedelta(seconds=(0, 1, 0, 5)[number % 4]))
            with ledger.batch():
                for each in range(1 + number % 3):
                    plan.add("strategy", f"戦略{number}-{each}")
            ends.append((clock.now, ledger.head))
        at = ends[0][0] - timedelta(seconds=1)
        while at <= ends[-1][0] + timedelta(seconds=1):
            wanted = max((position for when, position in ends if when <= at), default=0)
            assert plan.resolve(at).position == wanted
            at += timedelta(milliseconds=500)


def test_coordinates_and_positions_go_together() -> None:
    for position in (0, 1, 2, 10**6, 2**42):
        assert position_of(effective_of(position)) == position
        assert position_of(effective_of(position) + 5) == position
        assert Pair.of(position).ordinary == position
    assert Pair(effective_of(3) + 1, 10).ordinary == 3
    assert Pair(effective_of(10), 3).ordinary == 3
