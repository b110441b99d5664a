"""Verify: whatever is written over the log, its texts, the profiles or the index is found, and where."""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

import pytest
from forging import findings, forge, others, rows_of

from plan_ledger import Ledger, PlanLedgerError
from plan_ledger.index.rebuild import TABLES
from plan_ledger.integrity.findings import Verification
from plan_ledger.integrity.log_check import check_log
from plan_ledger.store.log import LOG_TABLES


def test_an_untouched_ledger_verifies(path: Path) -> None:
    with Ledger.open(path) as ledger:
        verified = ledger.verify()
        assert verified
        assert verified.events == ledger.head
        assert verified.editions == 2
        assert (verified.redacted, verified.erased, verified.unverifiable) == (1, 1, 0)
        assert verified.first_broken is None
        assert verified.to_dict()["head"] == verified.head
        assert "異常はありません" in str(verified)


CELLS = [
    (table, column)
    for table, columns in LOG_TABLES.items()
    for column in columns
    if (table, column) != ("commands", "request")  # says only whether a request is the same one: see test_anchor.py
]


@pytest.mark.parametrize(("table", "column"), CELLS)
def test_any_other_value_in_any_column_of_the_log_is_found(
    original: Path, tmp_path: Path, table: str, column: str
) -> None:
    columns = LOG_TABLES[table]
    # Of a key under which nothing was recorded no event speaks: only an anchor tells, see test_anchor.py.
    rows = [row for row in rows_of(original, table, columns) if row[0] != "受付2"]
    picked = rows if len(rows) <= 4 else [rows[0], rows[1], rows[len(rows) // 2], rows[-1]]
    for number, row in enumerate(picked):
        value = row[columns.index(column)]
        for variant, other in enumerate(others(value)):
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
    path = Path(shutil.copy(original, tmp_path / "bytes.db"))
    forge(path)
    editor = sqlite3.connect(path, isolation_level=None)
    rng = random.Random(5)
    with Ledger.open(path) as ledger:
        for table, column in (
            ("events", "payload"),
            ("events", "hash"),
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
        for no, content in editor.execute("SELECT no, content FROM headers").fetchall():
            (using,) = editor.execute("SELECT min(position) FROM events WHERE header = ?", (no,)).fetchone()
            for at in range(len(content)):
                changed = bytes([*content[:at], content[at] ^ (1 << rng.randrange(8)), *content[at + 1 :]])
                editor.execute("UPDATE headers SET content = ? WHERE no = ?", (changed, no))
                found = Verification()
                with ledger.reading() as rows:
                    check_log(rows, ledger.store, found)
                assert found.first_broken == using, (no, at, changed)
                editor.execute("UPDATE headers SET content = ? WHERE no = ?", (content, no))
        assert ledger.verify()
    editor.close()


@pytest.mark.parametrize("table", list(LOG_TABLES))
def test_any_row_taken_out_of_the_log_is_found(original: Path, tmp_path: Path, table: str) -> None:
    for number, row in enumerate(rows_of(original, table, LOG_TABLES[table])):
        path = Path(shutil.copy(original, tmp_path / f"{number}.db"))
        key = "actor = ? AND revision = ?" if table == "profiles" else f"{LOG_TABLES[table][0]} = ?"
        forge(path, f"DELETE FROM {table} WHERE {key}", params=row[:2] if table == "profiles" else row[:1])
        if row[0] == "受付2":
            continue  # see above
        codes, first = findings(path)
        if table in ("events", "texts"):
            # Where the event was that of a redaction, its text, which stood before, is missing for no reason too.
            assert first == row[0] or "redaction" in codes


@pytest.mark.parametrize("table", list(TABLES))
def test_any_row_of_the_index_changed_or_taken_out_is_found_and_rebuilt(
    everything: Path, tmp_path: Path, table: str
) -> None:
    connection = sqlite3.connect(everything)
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    connection.close()
    assert count
    statements = [f"DELETE FROM {table}", *(f"UPDATE {table} SET {column} = 7" for column in columns)]
    found = 0
    for number, statement in enumerate(statements):
        path = Path(shutil.copy(everything, tmp_path / f"{number}.db"))
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
