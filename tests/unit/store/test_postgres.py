"""The PostgreSQL back end: opening, durability, lost connections. What every store promises is in the contract."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from plan_ledger import Acting, Batch, Change, Ledger
from plan_ledger.store import migrations, postgres_migrations
from plan_ledger.store.errors import (
    CommitUnknown,
    LedgerBusy,
    LedgerMissing,
    NewerFormat,
    NotALedger,
    NotDurable,
    ServerUnreachable,
    SettingRefused,
)
from plan_ledger.store.transaction import Transaction
from plan_ledger.testing.servers import PostgresServer


def schema_of(url: str) -> str:
    found = re.search(r"schema=(\w+)", url)
    assert found is not None
    return found[1]


@pytest.fixture
def ledger(postgres_url: str) -> Iterator[Ledger]:
    with Ledger.open(postgres_url) as ledger, ledger.acting("企画室"):
        ledger.open_plan("計画", fiscal_year=2023).add("strategy", "戦略")
        yield ledger


# --- the schema --------------------------------------------------------------------------------------------------


def test_both_back_ends_have_the_same_tables_and_columns(
    ledger: Ledger, postgres_url: str, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    types = {"integer": "bigint", "blob": "bytea", "text": "text"}
    Ledger.open(tmp_path / "r5.db").close()
    with closing(sqlite3.connect(tmp_path / "r5.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        wanted = {
            (table, column, types[kind.lower()])
            for table in tables
            for _, column, kind, *_ in database.execute(f"PRAGMA table_info({table})")
        }
    found = postgres_server.execute(
        "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns"
        f" WHERE table_schema = '{schema_of(postgres_url)}' AND table_name <> 'plan_ledger_format'"
    )
    assert {*found} == wanted
    assert postgres_migrations.LATEST == len(migrations.scripts("postgres")) == len(migrations.scripts("sqlite"))


def test_every_text_is_ordered_by_code_points(
    ledger: Ledger, postgres_url: str, postgres_server: PostgresServer
) -> None:
    found = postgres_server.execute(
        "SELECT DISTINCT collation_name::text FROM information_schema.columns"
        f" WHERE table_schema = '{schema_of(postgres_url)}' AND data_type = 'text'"
    )
    assert found == [("C",)]


def test_many_who_open_at_once_get_one_ledger(postgres_server: PostgresServer) -> None:
    for _ in range(4):
        barrier = threading.Barrier(8)

        def opened(url: str, barrier: threading.Barrier = barrier) -> tuple[object, int]:
            barrier.wait()
            with Ledger.open(url) as ledger:
                return ledger.id, ledger.head

        with postgres_server.schema() as url, ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(opened, [url] * 8))) == 1


def test_where_there_must_be_a_ledger_none_is_made(postgres_url: str, postgres_server: PostgresServer) -> None:
    for asked in ({"read_only": True}, {"must_exist": True}):
        with pytest.raises(LedgerMissing, match=schema_of(postgres_url)):
            Ledger.open(postgres_url, **asked)
    assert not postgres_server.execute(f"SELECT 1 FROM pg_namespace WHERE nspname = '{schema_of(postgres_url)}'")


def test_the_tables_of_another_application_are_left_as_they_are(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    schema = schema_of(postgres_url)
    postgres_server.execute(f"CREATE SCHEMA {schema}", f"CREATE TABLE {schema}.events (theirs text)")
    for read_only in (False, True):
        with pytest.raises(NotALedger, match=schema):
            Ledger.open(postgres_url, read_only=read_only)
    left = postgres_server.execute(f"SELECT relname::text FROM pg_class WHERE relnamespace = '{schema}'::regnamespace")
    assert [name for (name,) in left if not name.startswith("pg_toast")] == ["events"]


def test_a_ledger_beside_other_tables_of_the_host(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as url:
        postgres_server.execute("CREATE TABLE events (theirs text)", url=url)
        with Ledger.open(url) as ledger:
            assert ledger.verify()


def test_a_newer_ledger_is_refused(ledger: Ledger, postgres_url: str, postgres_server: PostgresServer) -> None:
    newer = postgres_migrations.LATEST + 1
    postgres_server.execute(f"INSERT INTO {schema_of(postgres_url)}.plan_ledger_format (number) VALUES ({newer})")
    for read_only in (False, True):
        with pytest.raises(NewerFormat):
            Ledger.open(postgres_url, read_only=read_only)


# --- durable -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "found"), [("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")])
def test_a_commit_is_durable_whatever_the_database_says(postgres_server: PostgresServer, said: str, found: str) -> None:
    with postgres_server.database() as url:
        name = url.split("?")[0].rpartition("/")[2]
        postgres_server.execute(f"ALTER DATABASE {name} SET synchronous_commit = {said}")
        with Ledger.open(url) as ledger:
            assert ledger.settings()["synchronous_commit"] == found
            with ledger.store.writing() as tx:
                assert tx.one("SELECT current_setting('synchronous_commit')") == (found,)


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_may_lose_commits_is_refused(postgres_server: PostgresServer, setting: str) -> None:
    if not postgres_server.own:
        pytest.skip("somebody else's server")
    with postgres_server.schema() as url:
        postgres_server.execute(f"ALTER SYSTEM SET {setting} = off", "SELECT pg_reload_conf()")
        try:
            until = time.monotonic() + 10
            while postgres_server.execute(f"SHOW {setting}") != [("off",)]:
                assert time.monotonic() < until
            with pytest.raises(NotDurable, match=setting):
                Ledger.open(url)
        finally:
            postgres_server.execute(f"ALTER SYSTEM RESET {setting}", "SELECT pg_reload_conf()")
        while postgres_server.execute(f"SHOW {setting}") != [("on",)]:
            assert time.monotonic() < until


@pytest.mark.parametrize(
    "name", ["POSTGRES_ENABLE_DB_FUNCTIONS", "POSTGRES_PASSWORD", "POSTGRES_SCHEMA", "CREATE_TABLE"]
)
def test_settings_that_go_round_the_ledger_are_refused(postgres_url: str, name: str) -> None:
    with pytest.raises(SettingRefused, match=name):
        Ledger.open(postgres_url, settings={name: "yes"})


# --- large and long ----------------------------------------------------------------------------------------------


def test_thousands_of_changes_are_one_write(ledger: Ledger) -> None:
    item = ledger.plan()["戦略"]
    head = ledger.head
    ledger.record([Batch(Acting("企画室"), [Change(item.id, "title", f"{n}" + "長い名称" * 300) for n in range(3000)])])
    assert ledger.head == head + 3000
    assert ledger.verify()


def test_a_long_reason_and_a_long_key_are_taken(ledger: Ledger) -> None:
    item = ledger.plan()["戦略"]
    with ledger.acting("企画室", reason="".join(map(chr, range(0x4E00, 0x4E00 + 9000)))):
        for _ in range(2):
            with ledger.batch(key="".join(map(chr, range(0x4E00, 0x4E00 + 5000)))):
                item.change(title="改")
    assert ledger.verify()


# --- lost connections --------------------------------------------------------------------------------------------


def _cut(tx: Transaction, server: PostgresServer) -> None:
    """End the server's side of a write that is open."""
    row = tx.one("SELECT pg_backend_pid()")
    assert row is not None
    server.execute(f"SELECT pg_terminate_backend({row[0]}, 5000)")


def test_a_connection_that_is_lost_in_a_write_records_nothing(ledger: Ledger, postgres_server: PostgresServer) -> None:
    item, head = ledger.plan()["戦略"], ledger.head

    def lose() -> None:
        with ledger.store.writing() as tx:
            _cut(tx, postgres_server)
            tx.one("SELECT 1")

    with pytest.raises(ServerUnreachable):
        lose()
    assert ledger.head == head
    assert item.change(title="改").last == head + 1
    assert ledger.verify()


def test_a_connection_that_is_lost_in_the_commit_is_told_and_the_key_makes_it_once(
    ledger: Ledger, postgres_url: str, postgres_server: PostgresServer
) -> None:
    item, head, schema = ledger.plan()["戦略"], ledger.head, schema_of(postgres_url)
    postgres_server.execute(
        f"CREATE FUNCTION {schema}.cut() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$",
        f"CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON {schema}.events DEFERRABLE INITIALLY DEFERRED"
        f" FOR EACH ROW EXECUTE FUNCTION {schema}.cut()",
    )

    def ask() -> int | None:
        with ledger.batch(key="受付1") as batch:
            item.change(title="改")
        assert batch.receipt is not None
        return batch.receipt.last

    with pytest.raises(CommitUnknown, match="key"):
        ask()
    postgres_server.execute(f"DROP TRIGGER cut ON {schema}.events")
    assert [ask(), ask()] == [head + 1] * 2
    assert ledger.head == head + 1
    assert ledger.verify()


def test_after_a_restart_of_the_server_the_ledger_goes_on(postgres_server: PostgresServer) -> None:
    if not postgres_server.own:
        pytest.skip("somebody else's server")
    with postgres_server.schema() as url, Ledger.open(url) as ledger, ledger.acting("企画室"):
        item = ledger.open_plan("計画", fiscal_year=2023).add("strategy", "戦略")
        head = ledger.head
        postgres_server.restart("immediate")
        for _ in range(2):  # the first may meet the connection that is gone
            try:
                item.change(title="改")
            except ServerUnreachable:
                assert ledger.head == head
        assert (ledger.head, item.text("title")) == (head + 1, "改")
        assert ledger.verify()


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ServerUnreachable):
        Ledger.open(f"postgresql://nobody@/nothing?host={tmp_path}")


def test_a_write_inside_a_write_is_refused_at_once(ledger: Ledger) -> None:
    began = time.monotonic()
    with ledger.store.writing(), pytest.raises(LedgerBusy):
        ledger.plan()["戦略"].change(title="改")
    assert time.monotonic() - began < 5
    assert ledger.plan()["戦略"].change(title="改")


# --- told of writes ----------------------------------------------------------------------------------------------


def test_a_follower_is_woken_by_a_write_of_somebody_else(ledger: Ledger, postgres_url: str) -> None:
    item = ledger.plan()["戦略"]
    with Ledger.open(postgres_url, read_only=True) as other, other.store.watching() as watch:
        assert not watch.wait(0.05)
        threading.Timer(0.1, lambda: ledger.record([Batch(Acting("課"), [Change(item.id, "title", "改")])])).start()
        began = time.monotonic()
        assert watch.wait(20)
        assert time.monotonic() - began < 10


def test_the_librarys_own_subscription_sees_every_event(ledger: Ledger) -> None:
    item, seen_one = ledger.plan()["戦略"].id, threading.Event()

    def writing() -> None:
        # Again and again: the library looks for what is there before it listens, and is told of what was written in
        # between only with the next write.
        for number in range(200):
            ledger.record([Batch(Acting("課"), [Change(item, "title", f"改{number}")])])
            if seen_one.wait(0.1):
                return

    with ledger.store.recorder.subscribe(gt=0) as subscription:
        seen = [next(subscription).id for _ in range(ledger.head)]
        writer = threading.Thread(target=writing)
        writer.start()
        seen.append(next(subscription).id)
        seen_one.set()
        writer.join()
    assert seen == list(range(1, len(seen) + 1))
