"""What every store promises, as tests that a host can run on its own.

Subclass it in a test module, and say how a ledger is opened::

    class TestOurStore(StoreContract):
        def open_ledger(self, place: Path) -> Ledger:
            return Ledger.open(our_url(place))

``place`` is an empty folder of the test's own; the same place opened twice must be the same ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from plan_ledger.errors import PlanLedgerError
from plan_ledger.events import FieldChanged
from plan_ledger.index.rebuild import dump_rows
from plan_ledger.ledger import Acting, Batch, Change, Ledger, Plan
from plan_ledger.ledger.errors import KeyUsedOtherwise
from plan_ledger.store import chain, log
from plan_ledger.store.errors import AppendOnly, StoreError
from plan_ledger.testing.strategies import FORMS
from plan_ledger.values.texts import clean_text

_THREADS, _CHANGES = 8, 15


class _Failed(Exception):
    """Raised in the middle of a write by a test."""


def _library(ledger: Ledger, name: str) -> Any:
    """A part of the event-sourcing library underneath; its generic types tell a strict checker nothing."""
    return getattr(ledger.store, name)


class StoreContract:
    """The promises. Nothing here knows which database is behind the ledger."""

    reopens = True
    """Whether the same place can be opened again."""

    def open_ledger(self, place: Path) -> Ledger:
        return Ledger.open(place / "ledger.db")

    @pytest.fixture
    def place(self, tmp_path: Path) -> Path:
        return tmp_path

    @pytest.fixture
    def ledger(self, place: Path) -> Iterator[Ledger]:
        with self.open_ledger(place) as ledger, ledger.acting("企画室"):
            yield ledger

    @pytest.fixture
    def plan(self, ledger: Ledger) -> Plan:
        plan = ledger.open_plan("計画", fiscal_year=2023)
        with ledger.batch():
            for number in range(3):
                plan.add("strategy", f"戦略{number}")
        return plan

    # --- the log ------------------------------------------------------------------------------------------------

    def test_positions_count_up_without_gaps_and_versions_within_streams(self, plan: Plan) -> None:
        self._fail_once(plan)
        for item in plan.items():
            item.change(title=item.text("title") + "改")
        with plan.ledger.reading() as rows:
            records = list(log.all_records(rows, plan.ledger.head))
        assert [record.position for record in records] == list(range(1, plan.ledger.head + 1))
        versions: dict[object, list[int]] = {}
        for record in records:
            versions.setdefault(record.stream, []).append(record.version)
        assert all(found == list(range(1, len(found) + 1)) for found in versions.values())

    def test_every_hash_follows_from_the_one_before(self, plan: Plan) -> None:
        previous = chain.genesis(plan.ledger.id)
        with plan.ledger.reading() as rows:
            for each in log.all_records(rows, plan.ledger.head):
                previous = chain.link(
                    previous,
                    each.position,
                    each.batch,
                    each.stream.bytes,
                    each.version,
                    each.type.encode(),
                    each.recorded_at,
                    each.header,
                    each.command,
                    each.payload,
                )
                assert previous == each.hash
        verified = plan.ledger.verify()
        assert verified
        assert verified.head == previous.hex()

    @pytest.mark.parametrize("text", FORMS)
    def test_texts_come_back_to_the_letter(self, plan: Plan, text: str) -> None:
        item = plan["戦略0"]
        item.change(title="題" + text)
        assert plan.snapshot().item(item.id) is not None
        assert item.text("title") == "題" + clean_text(text)

    @pytest.mark.parametrize("table", ["events", "headers", "texts", "streams", "event_types", "commands", "profiles"])
    def test_what_is_recorded_is_neither_deleted_nor_changed(self, plan: Plan, table: str) -> None:
        ledger = plan.ledger
        ledger.record([Batch(Acting("企画室"), [Change(plan["戦略0"].id, "title", "A")], key="受付1")])
        before = ledger.verify().head
        column = log.LOG_TABLES[table][-1]
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}"):
            with pytest.raises(AppendOnly), ledger.store.writing() as tx:
                tx.run(statement)
        verified = ledger.verify()
        assert verified
        assert verified.head == before

    def test_a_reader_cannot_write(self, plan: Plan) -> None:
        if not self.reopens:
            pytest.skip("one connection for all")
        with pytest.raises(StoreError), plan.ledger.reading() as rows:
            rows.one("DELETE FROM facts")
        assert plan.ledger.verify()

    # --- all or nothing -----------------------------------------------------------------------------------------

    def _fail_once(self, plan: Plan) -> None:
        def fail() -> None:
            with plan.ledger.store.writing() as tx:
                tx.run("INSERT INTO profiles (actor, revision, salt, body) VALUES (?, ?, ?, ?)", (b"a", 9, b"s", "{}"))
                raise _Failed

        with pytest.raises(_Failed):
            fail()

    def test_a_write_that_fails_leaves_nothing(self, plan: Plan) -> None:
        with plan.ledger.reading() as rows:
            before = dump_rows(rows)
        self._fail_once(plan)
        half = [Change(plan["戦略0"].id, "title", "A"), Change(plan["戦略1"].id, "title", " ")]
        with pytest.raises(PlanLedgerError):
            plan.ledger.record([Batch(Acting("企画室"), half, key="受付1")])
        with plan.ledger.reading() as rows:
            assert dump_rows(rows) == before
        assert plan.ledger.verify()
        with plan.ledger.batch(key="受付1"):
            plan["戦略0"].change(title="B")
        assert plan["B"].text("title") == "B"

    def test_many_batches_in_one_call_are_all_recorded_or_none(self, plan: Plan) -> None:
        items, head = plan.items(), plan.ledger.head
        good = [Batch(Acting(f"課{n}"), [Change(item.id, "title", f"題{n}")]) for n, item in enumerate(items)]
        with pytest.raises(PlanLedgerError):
            plan.ledger.record([*good, Batch(Acting("課9"), [Change(items[0].id, "title", " ")])])
        assert plan.ledger.head == head
        receipts = plan.ledger.record(good)
        assert [receipt.first for receipt in receipts] == [head + 1, head + 3, head + 5]

    def test_a_view_stays_what_it_was_while_others_write(self, plan: Plan) -> None:
        if not self.reopens:
            pytest.skip("one connection for all")
        with plan.ledger.reading() as rows:
            before = rows.one("SELECT max(position) FROM events")
            plan["戦略0"].change(title="A")
            assert rows.one("SELECT max(position) FROM events") == before
        assert plan["A"].text("title") == "A"

    def test_a_rebuilt_index_has_the_same_rows(self, plan: Plan) -> None:
        plan.hold("第1回PT")
        plan["戦略0"].withdraw()
        with plan.ledger.reading() as rows:
            before = dump_rows(rows)
        plan.ledger.rebuild()
        with plan.ledger.reading() as rows:
            assert dump_rows(rows) == before

    # --- asked again, opened again ------------------------------------------------------------------------------

    def test_a_key_is_used_once(self, plan: Plan, place: Path) -> None:
        batch = Batch(Acting("企画室"), [Change(plan["戦略0"].id, "title", "A")], key="受付1")
        other = Batch(Acting("企画室"), [Change(plan["戦略0"].id, "title", "B")], key="受付1")

        def ask(ledger: Ledger) -> int | None:
            with pytest.raises(KeyUsedOtherwise):
                ledger.record([other])
            return ledger.record([batch])[0].last

        first = plan.ledger.record([batch])[0].last
        assert ask(plan.ledger) == first
        if self.reopens:
            with self.open_ledger(place) as again:
                assert ask(again) == first

    def test_what_was_acknowledged_is_there_when_opened_again(self, plan: Plan, place: Path) -> None:
        if not self.reopens:
            pytest.skip("gone when closed")
        plan.hold("第1回PT")
        digest, head, identity = plan.snapshot().digest, plan.ledger.head, plan.ledger.id
        with self.open_ledger(place) as beside:
            assert beside.plan().snapshot().digest == digest
        plan.ledger.close()
        for _ in range(2):
            with self.open_ledger(place) as again:
                assert (again.id, again.head) == (identity, head)
                assert again.plan().snapshot("第1回PT").digest == digest
                assert again.verify()

    # --- many at once -------------------------------------------------------------------------------------------

    def _together(self, act: Callable[[int], None]) -> None:
        barrier = Barrier(_THREADS)

        def start(number: int) -> None:
            barrier.wait()
            act(number)

        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(start, range(_THREADS)))

    def test_threads_lose_nothing(self, plan: Plan) -> None:
        shared, head = plan["戦略0"], plan.ledger.head

        def change(number: int) -> None:
            with plan.ledger.acting("企画室"):
                for step in range(_CHANGES):
                    shared.set("title", f"{number}/{step}", expected=1 << 40)

        self._together(change)
        assert plan.ledger.head == head + _THREADS * _CHANGES
        found = [row.new for row in plan.history(shared, "title")][1:]
        assert sorted(found) == sorted(f"{n}/{step}" for n in range(_THREADS) for step in range(_CHANGES))
        assert plan.ledger.verify()

    def test_ledgers_opened_beside_one_another_lose_nothing(self, plan: Plan, place: Path) -> None:
        if not self.reopens:
            pytest.skip("nobody else can open it")
        head = plan.ledger.head

        def change(number: int) -> None:
            with self.open_ledger(place) as ledger, ledger.acting("企画室"):
                for step in range(_CHANGES):
                    ledger.plan().add("strategy", f"{number}/{step}")

        self._together(change)
        assert plan.ledger.head == head + 3 * _THREADS * _CHANGES
        assert len(plan.items()) == 3 + _THREADS * _CHANGES
        assert plan.ledger.verify()

    # --- for those who follow the log ---------------------------------------------------------------------------

    def test_the_log_is_read_by_position(self, plan: Plan) -> None:
        head = plan.ledger.head
        recorder = _library(plan.ledger, "recorder")
        everything = recorder.select_notifications(1, head + 10)
        assert (
            [each.id for each in everything]
            == list(range(1, head + 1))
            == list(range(1, (recorder.max_notification_id() or 0) + 1))
        )
        assert [each.id for each in recorder.select_notifications(2, 2)] == [2, 3]
        assert [each.id for each in recorder.select_notifications(2, 2, inclusive_of_start=False)] == [3, 4]
        assert [each.id for each in recorder.select_notifications(1, 10, stop=2)] == [1, 2]
        changed = [each.id for each in everything if each.topic == "item.field-changed/1"]
        assert [each.id for each in recorder.select_notifications(1, 2, topics=["item.field-changed/1"])] == changed[:2]
        assert recorder.select_notifications(head + 1, 5) == []

    def test_the_log_is_read_by_stream(self, plan: Plan) -> None:
        item = plan["戦略0"]
        for number in range(4):
            item.change(title=f"題{number}")
        events = _library(plan.ledger, "events")
        found = list(events.get(item.id))
        assert [each.originator_version for each in found] == list(range(1, 8))
        texts = [each.text for each in found if isinstance(each, FieldChanged)]
        assert texts == ["戦略0", "題0", "題1", "題2", "題3"]
        assert [each.originator_version for each in events.get(item.id, gt=2, lte=4)] == [3, 4]
        assert [each.originator_version for each in events.get(item.id, desc=True, limit=2)] == [7, 6]
