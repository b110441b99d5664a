"""What is looked at in one go is found as when it is gone through event by event, and nearly all is looked at so."""

from __future__ import annotations

import random
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from forging import forge, rechain
from hypothesis import given, strategies as st

from plan_ledger import Ledger
from plan_ledger.events.plain import TAIL, Heads, commitments_in, read_plain
from plan_ledger.integrity import log_check
from plan_ledger.integrity.course import Course, Known
from plan_ledger.integrity.findings import Finding
from plan_ledger.integrity.quick_look import PAGE, Look, quick_look
from plan_ledger.store.mapper import commitment, commitments
from plan_ledger.store.transaction import Rows
from plan_ledger.testing.clock import deterministic_ledger

TAMPERINGS = 120


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of some pages: batches of one and of many, emptied fields, sources, corrections, keys."""
    path = tmp_path_factory.mktemp("long") / "r5.db"
    with deterministic_ledger(path) as ledger, ledger.acting("企画室", reason="当初"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        with ledger.batch():
            strategy = plan.add("strategy", "戦略")
            kpi = plan.add("kpi", "KPI", under=strategy)
            measure = plan.add("measure", "施策", under=kpi)
            items = [
                plan.add("project", f"事業{number}", under=measure, budget="100", overview="概要")
                for number in range(25)
            ]
        plan.hold("第1回PT")
        with ledger.batch(key="受付1"):
            for number, item in enumerate(items):
                item.change(analysis=f"分析{number}", source=f"資料 p.{number}")
        items[3].correct(budget="90", as_of="第1回PT")
        for step in range(2 * PAGE):
            items[step % 25].change(progress=f"進捗{step}" if step % 7 else "")
        plan.hold("第2回PT")
        items[4].change(analysis="")
        with ledger.acting("財政課", on_behalf_of="企画室", reason="査定"):
            items[5].withdraw()
            plan.hold("第3回PT")
    return path


def told(ledger: Ledger) -> tuple[list[Finding], int, int, str]:
    found = ledger.verify()
    return found.findings, found.events, found.editions, found.head


def by_event(monkeypatch: pytest.MonkeyPatch, run: Callable[[], tuple[list[Finding], int, int, str]]) -> object:
    with monkeypatch.context() as patched:
        patched.setattr(log_check, "quick_look", lambda *_: None)
        return run()


def test_every_page_of_an_untouched_ledger_is_looked_at_in_one_go(long: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given_up: list[int] = []
    read: list[int] = []

    def looked(rows: Rows, after: int, course: Course, known: Known) -> Look | None:
        found = quick_look(rows, after, course, known)
        (given_up if found is None else read).append(after)
        return found

    monkeypatch.setattr(log_check, "quick_look", looked)
    with Ledger.open(long) as ledger:
        assert ledger.verify()
        assert read == list(range(0, ledger.head, PAGE))
        assert given_up == [ledger.head], "the end of the log, and nothing else"


def test_whatever_is_written_over_a_row_is_told_as_event_by_event(
    long: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "r5.db"
    path.write_bytes(long.read_bytes())
    forge(path)
    editor = sqlite3.connect(path, isolation_level=None)
    editor.execute("PRAGMA ignore_check_constraints = ON")
    rng = random.Random(7)
    columns = {
        table: [row[1] for row in editor.execute(f"PRAGMA table_info({table})")]
        for table in ("events", "texts", "facts")
    }
    missed: list[tuple[str, str, int, object]] = []
    tried = 0
    with Ledger.open(path) as ledger:
        while tried < TAMPERINGS:
            table = rng.choice(list(columns))
            column = rng.choice(columns[table])
            positions = [row[0] for row in editor.execute(f"SELECT position FROM {table}")]
            position = rng.choice(positions)
            (value,) = editor.execute(f"SELECT {column} FROM {table} WHERE position = ?", (position,)).fetchone()
            other = _other(rng, value, editor, table, column)
            editor.execute("BEGIN")
            try:
                editor.execute(f"UPDATE {table} SET {column} = ? WHERE position = ?", (other, position))
                moved = other if column == "position" else position
                (kept,) = editor.execute(f"SELECT {column} FROM {table} WHERE position = ?", (moved,)).fetchone()
                chained = table == "events" and rng.random() < 0.5
                if chained:
                    rechain(editor)
            except (sqlite3.IntegrityError, sqlite3.OperationalError, struct.error, TypeError, AttributeError):
                editor.execute("ROLLBACK")
                continue
            editor.execute("COMMIT")
            tried += 1
            quickly = told(ledger)
            slowly = by_event(monkeypatch, lambda: told(ledger))
            assert quickly == slowly, (table, column, position, other)
            if not quickly[0] and not chained and (kept, type(kept)) != (value, type(value)):
                missed.append((table, column, position, other))
            editor.execute(f"UPDATE {table} SET {column} = ? WHERE position = ?", (value, moved))
            if chained:
                rechain(editor)
        assert not missed
        assert ledger.verify()
    editor.close()


def _other(rng: random.Random, value: object, editor: sqlite3.Connection, table: str, column: str) -> object:
    if rng.random() < 0.3:  # what stands at another row
        return editor.execute(f"SELECT {column} FROM {table} ORDER BY random() LIMIT 1").fetchone()[0]
    if isinstance(value, bytes) and value and rng.random() < 0.8:
        at = rng.randrange(len(value))
        return bytes([*value[:at], value[at] ^ (1 << rng.randrange(8)), *value[at + 1 :]])
    if isinstance(value, str) and value and rng.random() < 0.8:
        at = rng.randrange(len(value))
        return value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]
    if isinstance(value, int) and rng.random() < 0.8:
        return value + rng.choice((-1, 1, 2, 1 << 20))
    return rng.choice((0, -1, 2**62, 1.5, "x", b"", b"\xff", ""))


@pytest.mark.parametrize("table", ["events", "texts", "facts"])
def test_a_row_taken_out_is_told_as_event_by_event(
    long: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    path = tmp_path / "r5.db"
    path.write_bytes(long.read_bytes())
    forge(path)
    editor = sqlite3.connect(path, isolation_level=None)
    rng = random.Random(3)
    with Ledger.open(path) as ledger:
        rows = editor.execute(f"SELECT * FROM {table}").fetchall()
        for row in (rows[0], rows[-1], *rng.sample(rows, 15)):
            editor.execute(f"DELETE FROM {table} WHERE position = ?", (row[0],))
            quickly = told(ledger)
            assert quickly[0]
            assert quickly == by_event(monkeypatch, lambda: told(ledger))
            editor.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        assert ledger.verify()
    editor.close()


FORGED = {
    "INSERT INTO texts VALUES (:emptied, x'00', '偽の進捗')": {"text"},
    "UPDATE events SET recorded_at = recorded_at - 1000000000000 WHERE position >= :single": {"batch"},
    "UPDATE events SET recorded_at = recorded_at + 1 WHERE position = :within": {"batch"},
    "UPDATE events SET batch = batch - 1 WHERE position = :within": {"batch"},
    "UPDATE events SET command = NULL WHERE position = :within": {"batch"},
    "UPDATE events SET header = (SELECT max(no) FROM headers) WHERE position = :within": {"batch"},
    "UPDATE facts SET state = 1 WHERE position = :emptied": {"index"},
    "UPDATE facts SET state = 0 WHERE position = :single": {"index"},
    "UPDATE facts SET effective = effective + 1 WHERE position = :single": {"index"},
    "UPDATE facts SET register = register + 1 WHERE position = :single": {"index"},
    "UPDATE authorship SET last = last + 1 WHERE batch = :single": {"index"},
    "DELETE FROM authorship WHERE batch = :single": {"index"},
    "INSERT INTO authorship VALUES (1, 9999, 0, 9999)": {"index"},
    "UPDATE registers SET head = head - 1 WHERE no = (SELECT max(no) FROM registers)": {"index"},
    "INSERT INTO facts VALUES (9999, 1, 1, 1)": {"index"},
    "INSERT INTO facts VALUES (0, 1, 1, 1)": {"index"},
    "INSERT INTO headers VALUES (99, x'00')": {"stray"},
    "INSERT INTO streams VALUES (999, zeroblob(16))": {"stray"},
    "INSERT INTO event_types VALUES (99, 'x')": {"stray"},
}


@pytest.mark.parametrize("statement", FORGED)
def test_what_is_forged_with_the_chain_made_anew_is_found(
    long: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    path = tmp_path / "r5.db"
    path.write_bytes(long.read_bytes())
    forge(path)
    editor = sqlite3.connect(path, isolation_level=None)
    find = f"SELECT position FROM events JOIN facts USING (position) WHERE batch = position AND position > {PAGE}"
    (emptied,) = editor.execute(f"{find} AND state = 0").fetchone()
    (single,) = editor.execute(f"{find} AND state = 1").fetchone()
    (within,) = editor.execute("SELECT max(position) FROM events WHERE command = '受付1'").fetchone()
    editor.execute(statement, {"emptied": emptied, "single": single, "within": within})
    rechain(editor)
    editor.close()
    with Ledger.open(path) as ledger:
        quickly = told(ledger)
        assert {each.code for each in quickly[0]} == FORGED[statement]
        assert quickly == by_event(monkeypatch, lambda: told(ledger))


@pytest.mark.parametrize("quick", [True, False])
def test_a_version_left_out_is_found_even_where_the_chain_was_made_anew(
    long: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: bool
) -> None:
    path = tmp_path / "r5.db"
    path.write_bytes(long.read_bytes())
    forge(path)
    editor = sqlite3.connect(path, isolation_level=None)
    stream, version, position = editor.execute(
        "SELECT stream, version, position FROM events WHERE position > ? AND version > 5 LIMIT 1", (PAGE,)
    ).fetchone()
    editor.execute("UPDATE events SET version = -version - 1 WHERE stream = ? AND version >= ?", (stream, version))
    editor.execute("UPDATE events SET version = -version WHERE version < 0")
    rechain(editor)
    editor.close()
    if not quick:
        monkeypatch.setattr(log_check, "quick_look", lambda *_: None)
    with Ledger.open(path) as ledger:
        found = ledger.verify()
        assert [(each.code, each.position) for each in found.findings] == [("version", position)]
        monkeypatch.setenv("PLAN_LEDGER_LANG", "ja")
        assert f"記録番号{position}：対象ごとの版番号が続いていません" in str(found)
        monkeypatch.setenv("PLAN_LEDGER_LANG", "en")
        assert f"position {position}: version" in str(found)


@given(st.lists(st.tuples(st.binary(min_size=16, max_size=16), st.text(max_size=20)), max_size=5))
def test_commitments_at_once_are_those_made_one_by_one(texts: list[tuple[bytes, str]]) -> None:
    single = [commitment(salt, text).encode() for salt, text in texts]
    wanted = b"".join(each + b"A" for each in single)
    assert commitments([salt + text.encode() for salt, text in texts]) == wanted
    assert commitments_in([b'{"field":"title","text":"' + each + b'"}' for each in single]) == wanted


@pytest.mark.parametrize("end", [b'"]', b"'}", b'" ', b"x}"])
def test_a_payload_that_ends_otherwise_holds_no_commitment(end: bytes) -> None:
    assert commitments_in([b'{"field":"title","text":"' + b"0" * 43 + end]) is None


@given(
    st.from_regex(r'\{("source":\{"(sheet|cell|note)":"[^"\\]{0,50}"\},)?"field":"[a-z0-9_]{0,70}"', fullmatch=True),
    st.sampled_from(["", ',"text":"' + "0" * 43 + '"', ',"text":"' + "-" * 42 + '"', ',"text":null', ' ,"text":""']),
    st.sampled_from(["}", "} ", ""]),
)
def test_where_a_payload_begins_tells_what_reading_it_tells(start: str, text: str, end: str) -> None:
    payload = (start + text + end).encode()
    read = read_plain(payload)
    field = Heads()[payload[:-TAIL]]
    if read is not None and read[1] is not None:
        assert field == read[0]
    elif field is not None:
        assert commitments_in([payload]) is None
