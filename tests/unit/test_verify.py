"""Verify: whatever is written over the log, its texts, the profiles, the index or an edition is found, and where."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from plan_ledger import Acting, Batch, Change, Ledger, Person, PlanLedgerError
from plan_ledger.index.rebuild import TABLES
from plan_ledger.store.log import LOG_TABLES
from plan_ledger.testing.clock import SteppingClock, deterministic_ledger

BOOKKEEPING = {"redactions": "redacted_by", "erasures": "erased_by"}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("verify") / "r5.db"
    with deterministic_ledger(path) as ledger:
        with ledger.acting(Person("企画室 主査", id="u1", section="企画室"), reason="当初"):
            plan = ledger.open_plan("計画", fiscal_year=2023)
            with ledger.batch():
                strategy = plan.add("strategy", "戦略1")
                kpi = plan.add("kpi", "KPI1", under=strategy)
                measure = plan.add("measure", "施策1", under=kpi)
                plan.add("project", "事業1", under=measure, budget="100", overview="概要")
            plan.hold("第1回PT")
        with ledger.acting("観光課", on_behalf_of="財政課"):
            with ledger.batch(key="受付1"):
                plan["事業1"].change(budget="200", overview="")
            plan["事業1"].withdraw()
            plan.hold("第2回PT")
            plan["事業1"].restore()
            plan["事業1"].change(analysis="=1", source="資料 p.1")
    return path


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(original, tmp_path / "r5.db"))


def forge(path: Path, *statements: str, params: tuple[object, ...] = ()) -> None:
    """Write past the triggers, as somebody with the file and a database tool could."""
    connection = sqlite3.connect(path, isolation_level=None)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    for statement in statements:
        connection.execute(statement, params)
    connection.close()


def rows_of(path: Path, table: str, columns: tuple[str, ...]) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    found = connection.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
    connection.close()
    return found


def findings(path: Path) -> tuple[set[str], int | None]:
    with Ledger.open(path) as ledger:
        verified = ledger.verify()
        assert not verified
        str(verified)
        assert verified.to_dict()["ok"] is False
        return {each.code for each in verified.findings}, verified.first_broken


def others(value: object) -> Iterator[object]:
    """Values that are not this one: near it, and of other types."""
    if isinstance(value, int):
        yield from (value + 1, value - 1, 2**62, "x")
    elif isinstance(value, bytes):
        yield from (bytes([value[0] ^ 1]) + value[1:], value[:-1], value + b"\0", b"", "x")
    elif isinstance(value, str):
        yield from (value + " ", value[1:] + "字", b"\xff")


def test_an_untouched_ledger_verifies(path: Path) -> None:
    with Ledger.open(path) as ledger:
        verified = ledger.verify()
        assert verified
        assert verified.events == ledger.head
        assert verified.editions == 2
        assert verified.first_broken is None
        assert verified.to_dict()["head"] == verified.head
        assert "異常はありません" in str(verified)


CELLS = [(table, column) for table, columns in LOG_TABLES.items() for column in columns]


@pytest.mark.parametrize(("table", "column"), [cell for cell in CELLS if cell[0] not in BOOKKEEPING])
def test_any_other_value_in_any_column_of_the_log_is_found(
    original: Path, tmp_path: Path, table: str, column: str
) -> None:
    columns = LOG_TABLES[table]
    rows = rows_of(original, table, columns)
    picked = rows if len(rows) <= 4 else [rows[0], rows[1], rows[len(rows) // 2], rows[-1]]
    for number, row in enumerate(picked):
        value = row[columns.index(column)]
        for variant, other in enumerate(others(value)):
            if table == "commands" and column == "request":
                continue  # says only whether a later request is the same one
            path = Path(shutil.copy(original, tmp_path / f"{number}-{variant}.db"))
            key = columns[0] if table != "profiles" else "actor = ? AND revision"
            keys = (row[0], row[1]) if table == "profiles" else (row[0],)
            try:
                forge(path, f"UPDATE {table} SET {column} = ? WHERE {key} = ?", params=(other, *keys))
            except (sqlite3.IntegrityError, sqlite3.OperationalError):
                continue  # the database itself holds no such value
            try:
                codes, first = findings(path)
            except PlanLedgerError as error:
                pytest.fail(f"{table}.{column} = {other!r}: {error.code} instead of a finding")
            if table == "events" and column in ("payload", "hash", "version"):
                assert first == row[0], (other, codes)
            if table == "texts" and column != "position":
                assert first == row[0]


def test_every_byte_of_payloads_hashes_headers_texts_and_salts_counts(original: Path, tmp_path: Path) -> None:
    """On the log's own check alone, in one copy: each byte is flipped, looked for and put back."""
    from plan_ledger.integrity.findings import Verification
    from plan_ledger.integrity.log_check import check_log

    path = Path(shutil.copy(original, tmp_path / "bytes.db"))
    forge(path)
    editor = sqlite3.connect(path, isolation_level=None)
    rng = random.Random(5)
    with Ledger.open(path) as ledger:
        for table, column in (
            ("events", "payload"),
            ("events", "hash"),
            ("batches", "header"),
            ("texts", "body"),
            ("texts", "salt"),
        ):
            cells = editor.execute(f"SELECT position, CAST({column} AS blob), typeof({column}) FROM {table}").fetchall()
            for position, value, kind in rng.sample(cells, min(4, len(cells))):
                for at in range(len(value)):
                    changed = bytes([*value[:at], value[at] ^ (1 << rng.randrange(8)), *value[at + 1 :]])
                    cast = "CAST(? AS text)" if kind == "text" else "?"
                    editor.execute(f"UPDATE {table} SET {column} = {cast} WHERE position = ?", (changed, position))
                    found = Verification()
                    with ledger.reading() as rows:
                        check_log(rows, ledger.store, found)
                    assert found.first_broken == position, (table, column, position, at, changed)
                    editor.execute(f"UPDATE {table} SET {column} = {cast} WHERE position = ?", (value, position))
        assert ledger.verify()
    editor.close()


@pytest.mark.parametrize("table", [name for name in LOG_TABLES if name not in BOOKKEEPING])
def test_any_row_taken_out_of_the_log_is_found(original: Path, tmp_path: Path, table: str) -> None:
    for number, row in enumerate(rows_of(original, table, LOG_TABLES[table])):
        path = Path(shutil.copy(original, tmp_path / f"{number}.db"))
        key = "actor = ? AND revision = ?" if table == "profiles" else f"{LOG_TABLES[table][0]} = ?"
        forge(path, f"DELETE FROM {table} WHERE {key}", params=row[:2] if table == "profiles" else row[:1])
        if table == "commands":
            assert findings(path) == ({"command"}, findings(path)[1])
            continue
        _, first = findings(path)
        if table in ("events", "texts", "batches"):
            assert first == row[0]


def test_the_last_events_cut_off_with_their_rows_leave_an_index_that_does_not_fit(path: Path) -> None:
    last = rows_of(path, "events", ("max(position)",))[0][0]
    forge(
        path,
        f"DELETE FROM events WHERE position = {last}",
        f"DELETE FROM texts WHERE position = {last}",
        f"DELETE FROM batches WHERE position = {last}",
    )
    assert findings(path)[0] == {"index"}


def test_an_event_inserted_in_between_is_found(path: Path) -> None:
    last = int(str(rows_of(path, "events", ("max(position)",))[0][0]))
    forge(
        path,
        f"INSERT INTO events SELECT {last + 1}, stream, 99, type, batch, payload, hash FROM events WHERE position = 5",
    )
    assert findings(path)[1] == last + 1


@pytest.mark.parametrize("position", [0, -1, -(2**40)])
def test_an_event_before_the_first_is_found(path: Path, position: int) -> None:
    forge(
        path,
        f"INSERT INTO events SELECT {position}, stream, 99, type, batch, payload, hash FROM events WHERE position = 5",
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
    starts = [int(str(row[0])) for row in rows_of(path, "batches", ("position",))]
    forge(path, f"UPDATE events SET batch = {starts[1]} WHERE position = {starts[2]}")
    assert findings(path)[1] == starts[2]


@pytest.mark.parametrize(("offset", "to"), [(0, 0), (1, 0), (1, 1)])
def test_batches_alike_in_every_way_can_not_be_joined_or_split(tmp_path: Path, offset: int, to: int) -> None:
    """Header and time are the same, so the chain says nothing of it."""
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
    assert codes <= {"batch", "gap"}
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


@pytest.mark.parametrize("table", list(TABLES))
def test_any_row_of_the_index_changed_or_taken_out_is_found_and_rebuilt(
    original: Path, tmp_path: Path, table: str
) -> None:
    connection = sqlite3.connect(original)
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    connection.close()
    if not count:
        pytest.skip("nothing of this kind in the ledger")
    statements = [f"DELETE FROM {table}", *(f"UPDATE {table} SET {column} = 7" for column in columns)]
    found = 0
    for number, statement in enumerate(statements):
        path = Path(shutil.copy(original, tmp_path / f"{number}.db"))
        try:
            forge(path, statement)
        except sqlite3.IntegrityError:
            continue
        codes, first = findings(path)
        assert codes == {"index"}
        assert first is None
        with Ledger.open(path) as ledger:
            assert table in {each.detail for each in ledger.verify().findings}
            ledger.rebuild()
            assert ledger.verify()
        found += 1
    assert found


def test_text_in_the_index_that_is_no_utf8_is_found(path: Path) -> None:
    forge(path, "UPDATE meetings SET name = CAST(x'ff' AS text)")
    assert findings(path)[0] == {"index"}


def test_a_forged_chain_with_an_impossible_log_is_a_finding_and_no_crash(path: Path) -> None:
    """Somebody who recomputes every hash can forge a log; what comes out must still be told, not crash."""
    from plan_ledger.store import chain

    connection = sqlite3.connect(path, isolation_level=None)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    # The second item event becomes a withdrawal of an item that was never added.
    connection.execute("INSERT INTO streams VALUES (999, randomblob(16))")
    number = connection.execute("SELECT max(no) + 1 FROM event_types").fetchone()[0]
    connection.execute("INSERT INTO event_types VALUES (?, 'item.placed/1')", (number + 90,)) if False else None
    placed = connection.execute("SELECT no FROM event_types WHERE name = 'item.placed/1'").fetchone()[0]
    changed = connection.execute("SELECT max(position) FROM events").fetchone()[0]
    connection.execute(
        "UPDATE events SET stream = 999, version = 1, type = ?, payload = ? WHERE position = ?",
        (placed, b'{"parent":"' + b"0" * 32 + b'","rank":"a0"}', changed),
    )
    connection.execute("DELETE FROM texts WHERE position = ?", (changed,))
    previous = chain.genesis(__import__("uuid").UUID(bytes=connection.execute("SELECT uuid FROM ledger").fetchone()[0]))
    for row in connection.execute(
        "SELECT e.position, s.uuid, e.version, t.name, b.recorded_at, b.header, e.payload FROM events e"
        " JOIN streams s ON s.no = e.stream JOIN event_types t ON t.no = e.type JOIN batches b ON b.position = e.batch"
        " ORDER BY e.position"
    ).fetchall():
        previous = chain.link(previous, row[0], row[1], row[2], row[3].encode(), row[4], row[5], row[6])
        connection.execute("UPDATE events SET hash = ? WHERE position = ?", (previous, row[0]))
    connection.close()
    assert findings(path)[0] <= {"replay", "index"}


def test_an_edition_whose_digest_does_not_fit_its_table_is_found(path: Path) -> None:
    """The digest is in the event; here event, chain and index are forged together, and the table gives it away."""
    from uuid import UUID

    from plan_ledger.store import chain

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
    previous = chain.genesis(UUID(bytes=connection.execute("SELECT uuid FROM ledger").fetchone()[0]))
    for row in connection.execute(
        "SELECT e.position, s.uuid, e.version, t.name, b.recorded_at, b.header, e.payload FROM events e"
        " JOIN streams s ON s.no = e.stream JOIN event_types t ON t.no = e.type JOIN batches b ON b.position = e.batch"
        " ORDER BY e.position"
    ).fetchall():
        previous = chain.link(previous, row[0], row[1], row[2], row[3].encode(), row[4], row[5], row[6])
        connection.execute("UPDATE events SET hash = ? WHERE position = ?", (previous, row[0]))
    connection.close()
    assert findings(path) == ({"edition"}, position)


def test_a_flipped_byte_anywhere_in_the_file_is_found_or_changes_nothing(original: Path, tmp_path: Path) -> None:
    """Unused space in a page carries nothing; everything else is told: as a finding, or as a damaged file."""
    rng = random.Random(11)
    whole = original.read_bytes()
    with Ledger.open(original) as ledger:
        wanted = ledger.plan().snapshot().digest
        head = ledger.verify().head
    told = 0
    for number in range(60):
        at = rng.randrange(100, len(whole))
        path = tmp_path / f"{number}.db"
        path.write_bytes(bytes([*whole[:at], whole[at] ^ (1 << rng.randrange(8)), *whole[at + 1 :]]))
        try:
            with Ledger.open(path) as ledger:
                verified = ledger.verify()
                if verified:
                    assert verified.head == head
                    assert ledger.plan().snapshot().digest == wanted
                else:
                    told += 1
        except PlanLedgerError:
            told += 1
    assert told, "no flip hit anything: the test proves nothing"
