"""Verify against single forgeries: events cut off, swapped, put in, joined; texts slipped in; whole chains forged."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from forging import findings, forge, rechain, rows_of

from plan_ledger import Acting, Batch, Change, Ledger, PlanLedgerError
from plan_ledger.testing.clock import SteppingClock, deterministic_ledger


def test_the_last_events_cut_off_with_their_rows_leave_an_index_that_does_not_fit(path: Path) -> None:
    last = rows_of(path, "events", ("max(position)",))[0][0]
    forge(
        path,
        f"DELETE FROM events WHERE position = {last}",
        f"DELETE FROM texts WHERE position = {last}",
    )
    assert findings(path)[0] == {"index"}


def test_an_event_inserted_in_between_is_found(path: Path) -> None:
    last = int(str(rows_of(path, "events", ("max(position)",))[0][0]))
    forge(
        path,
        f"INSERT INTO events SELECT {last + 1}, stream, 99, type, batch, recorded_at, header, command, payload, hash"
        " FROM events WHERE position = 5",
    )
    assert findings(path)[1] == last + 1


@pytest.mark.parametrize("position", [0, -1, -(2**40)])
def test_an_event_before_the_first_is_found(path: Path, position: int) -> None:
    forge(
        path,
        f"INSERT INTO events SELECT {position}, stream, 99, type, batch, recorded_at, header, command, payload, hash"
        " FROM events WHERE position = 5",
    )
    assert "event" in findings(path)[0]


def test_two_events_swapped_are_found_at_the_first(path: Path) -> None:
    forge(
        path,
        "UPDATE events SET position = -7 WHERE position = 7",
        "UPDATE events SET position = 7 WHERE position = 9",
        "UPDATE events SET position = 9 WHERE position = -7",
    )
    assert findings(path)[1] == 7


def test_two_texts_swapped_are_found(path: Path) -> None:
    first, second = (int(str(row[0])) for row in rows_of(path, "texts", ("position",))[:2])
    forge(
        path,
        f"UPDATE texts SET position = -1 WHERE position = {first}",
        f"UPDATE texts SET position = {first} WHERE position = {second}",
        f"UPDATE texts SET position = {second} WHERE position = -1",
    )
    assert findings(path) == ({"text"}, first)


def test_a_text_put_beside_an_emptied_field_is_found(path: Path) -> None:
    with Ledger.open(path) as ledger:
        emptied = next(row.position for row in ledger.plan().history("事業1", "overview") if not row.new)
    forge(path, f"INSERT INTO texts VALUES ({emptied}, x'00', '偽の概要')")
    assert findings(path) == ({"text"}, emptied)


def test_a_text_without_an_event_is_found(path: Path) -> None:
    forge(path, "INSERT INTO texts VALUES (999, x'00', '偽')")
    assert findings(path)[0] == {"text"}


def test_an_event_given_to_another_batch_is_found(path: Path) -> None:
    starts = [int(str(row[0])) for row in rows_of(path, "events", ("DISTINCT batch",))]
    forge(path, f"UPDATE events SET batch = {starts[1]} WHERE position = {starts[2]}")
    assert findings(path)[1] == starts[2]


@pytest.mark.parametrize(("offset", "to"), [(0, 0), (1, 0), (1, 1)])
def test_batches_alike_in_every_way_can_not_be_joined_or_split(tmp_path: Path, offset: int, to: int) -> None:
    """Header and time are the same; which batch an event belongs to is in its hash."""
    path = tmp_path / "r5.db"
    clock = SteppingClock(step=timedelta(0))
    with deterministic_ledger(path, clock=clock) as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        acting = Acting("企画室")
        batches = [
            Batch(acting, [Change(plan.add("strategy", t).id, "title", t + "改") for t in ab])
            for ab in ("甲乙", "丙丁")
        ]
        first, second = ledger.record(batches)
    positions = (second.first or 0) + offset
    wanted = {0: first.first, 1: positions}[to]
    forge(path, f"UPDATE events SET batch = {wanted} WHERE position = {positions}")
    codes, broken = findings(path)
    assert codes <= {"batch", "chain"}
    assert broken == positions


def test_another_ledger_id_breaks_the_chain_at_the_first_event(path: Path) -> None:
    forge(path, "UPDATE ledger SET uuid = zeroblob(16)")
    assert findings(path)[1] == 1


def test_another_format_is_found(path: Path) -> None:
    forge(path, "UPDATE ledger SET format = 0")
    assert "ledger" in findings(path)[0]


@pytest.mark.parametrize("statement", ["DELETE FROM ledger", "UPDATE ledger SET uuid = x'00'"])
def test_a_ledger_without_its_id_is_damaged(path: Path, statement: str) -> None:
    forge(path, statement)
    with pytest.raises(PlanLedgerError) as caught:
        Ledger.open(path)
    assert caught.value.code == "ledger_damaged"


def test_text_in_the_index_that_is_no_utf8_is_found(path: Path) -> None:
    forge(path, "UPDATE meetings SET name = CAST(x'ff' AS text)")
    assert findings(path)[0] == {"index"}


def test_a_forged_chain_with_an_impossible_log_is_a_finding_and_no_crash(path: Path) -> None:
    """Somebody who recomputes every hash can forge a log; what comes out must still be told, not crash."""
    forge(path)
    connection = sqlite3.connect(path, isolation_level=None)
    # The last event becomes the placing of an item that was never added.
    connection.execute("INSERT INTO streams VALUES (999, randomblob(16))")
    placed = connection.execute("SELECT no FROM event_types WHERE name = 'item.placed/1'").fetchone()[0]
    changed = connection.execute("SELECT max(position) FROM events").fetchone()[0]
    connection.execute(
        "UPDATE events SET stream = 999, version = 1, type = ?, payload = ? WHERE position = ?",
        (placed, b'{"parent":"' + b"0" * 32 + b'","rank":"a0"}', changed),
    )
    connection.execute("DELETE FROM texts WHERE position = ?", (changed,))
    rechain(connection)
    connection.close()
    assert findings(path)[0] <= {"replay", "index"}


def test_an_edition_whose_digest_does_not_fit_its_table_is_found(path: Path) -> None:
    """The digest is in the event; here event, chain and index are forged together, and the table gives it away."""
    forge(path)
    connection = sqlite3.connect(path, isolation_level=None)
    position, payload = connection.execute(
        "SELECT e.position, e.payload FROM events e JOIN event_types t ON t.no = e.type"
        " WHERE t.name LIKE 'meeting.held/%' ORDER BY e.position LIMIT 1"
    ).fetchone()
    digest = connection.execute("SELECT digest FROM editions WHERE position = ?", (position,)).fetchone()[0]
    forged = payload.replace(digest.encode(), b"0" * 64)
    assert forged != payload
    connection.execute("UPDATE events SET payload = ? WHERE position = ?", (forged, position))
    connection.execute("UPDATE editions SET digest = ? WHERE position = ?", ("0" * 64, position))
    rechain(connection)
    connection.close()
    assert findings(path) == ({"edition"}, position)
