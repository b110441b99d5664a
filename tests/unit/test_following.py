"""Following: every event once and in order, from any position; a follower waits, stops, and is told when it is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from plan_ledger import Ledger
from plan_ledger.ledger.following import AheadOfLedger


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    place = tmp_path / "r5.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with Ledger.open(place) as ledger, ledger.acting("田中", section="企画課", reason="当初"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        item = plan.add("strategy", "戦略1")
        item.change(title="戦略い", source="9月補正予算書 p.12")
        plan.hold("第1回PT")
        plan.annul("第1回PT")
        other = ledger.open_plan("別の計画", fiscal_year=2024)
        other.add("strategy", "別の戦略")
        item.withdraw()
        yield ledger


def test_every_event_comes_once_in_order_without_gaps(ledger: Ledger) -> None:
    entries = list(ledger.follow(wait=False))
    assert [entry.position for entry in entries] == list(range(1, ledger.head + 1))
    assert entries[0].action == "actor_profiled"
    assert entries[0].plan is None
    told = {(entry.action, entry.plan_title, entry.new) for entry in entries if entry.item is None}
    assert ("plan_opened", "計画", "計画") in told
    assert ("meeting_held", "計画", "第1回PT") in told
    assert ("meeting_annulled", "計画", "第1回PT") in told
    assert ("plan_opened", "別の計画", "別の計画") in told


def test_what_is_said_of_items_is_what_the_audit_says(ledger: Ledger) -> None:
    audited = {row.position: row.to_dict() for plan in ledger.plans() for row in plan.audit()}
    followed = {entry.position: entry for entry in ledger.follow(wait=False) if entry.item is not None}
    assert followed.keys() == audited.keys()
    for position, entry in followed.items():
        said = entry.to_dict()
        assert said.pop("type").startswith("item.")
        assert said.pop("plan") in {plan.id.hex for plan in ledger.plans()}
        assert said.pop("plan_title") in {"計画", "別の計画"}
        assert said == audited[position]
    changed = next(entry for entry in followed.values() if entry.new == "戦略い")
    assert (changed.old, changed.field, changed.label, changed.type) == (
        "戦略1",
        "title",
        "戦略名",
        "item.field-changed/1",
    )
    assert (changed.actor.name, changed.actor.section, changed.reason) == ("田中", "企画課", "当初")
    assert changed.cause.source_text() == "9月補正予算書 p.12"


@pytest.mark.parametrize("after", [0, 1, 5, 12])
def test_it_resumes_after_any_position(ledger: Ledger, after: int) -> None:
    assert [entry.position for entry in ledger.follow(after, wait=False)] == list(range(after + 1, ledger.head + 1))


def test_pages_join_without_a_seam(ledger: Ledger) -> None:
    plan = ledger.plan("計画")
    with ledger.acting("田中"), ledger.batch():
        for number in range(700):
            plan.add("strategy", f"戦略-{number}")
    assert [entry.position for entry in ledger.follow(wait=False)] == list(range(1, ledger.head + 1))


def test_it_waits_for_what_is_written_later(ledger: Ledger) -> None:
    before = ledger.head

    def write() -> None:
        with ledger.acting("鈴木"):
            for number in range(3):
                ledger.plan("計画").add("strategy", f"後の戦略{number}")

    writer = threading.Thread(target=write)
    entries = ledger.follow(before, poll=0.01)
    writer.start()
    found = list(islice(entries, 1 + 3 * 3))
    writer.join()
    assert [entry.position for entry in found] == list(range(before + 1, ledger.head + 1))
    entries.close()


def test_a_follower_that_waits_can_be_stopped(ledger: Ledger) -> None:
    stopped = threading.Event()
    found: list[int] = []

    read = threading.Event()

    def follow() -> None:
        for entry in ledger.follow(poll=60, stop=stopped.is_set):
            found.append(entry.position)
            if entry.position == ledger.head:
                read.set()

    follower = threading.Thread(target=follow)
    follower.start()
    assert read.wait(10)
    assert follower.is_alive(), "it waits for more"
    stopped.set()
    follower.join(5)
    assert not follower.is_alive()
    assert len(found) == ledger.head


def test_nothing_stays_open_while_an_entry_is_being_handled(ledger: Ledger) -> None:
    """The follower writes about what it reads: into the same ledger, which a reader kept open would not see."""
    seen: list[int] = []
    for entry in ledger.follow(wait=False):
        seen.append(entry.position)
        if entry.action == "meeting_held":
            with ledger.acting("写し"):
                ledger.plan("計画").add("strategy", "写し")
    assert seen == list(range(1, ledger.head + 1))


@pytest.mark.parametrize("after", [-1, 10_000, 1 << 70])
def test_a_follower_that_is_ahead_is_told_at_once(ledger: Ledger, after: int) -> None:
    with pytest.raises(AheadOfLedger) as caught:
        ledger.follow(after)
    assert caught.value.head == ledger.head


def test_a_ledger_in_memory_can_be_followed() -> None:
    with Ledger.open() as ledger, ledger.acting("田中"):
        assert list(ledger.follow(wait=False)) == []
        ledger.open_plan("計画", fiscal_year=2023)
        assert [entry.action for entry in ledger.follow(wait=False)] == [
            "actor_profiled",
            "plan_opened",
            "schema_declared",
        ]
