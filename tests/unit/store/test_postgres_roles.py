"""The roles of sql/postgres/roles.sql: the application can't change what is recorded, and owns nothing."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import psycopg
import pytest

from plan_ledger import Ledger
from plan_ledger.store import log
from plan_ledger.store.errors import AppendOnly, NotPermitted, ReadOnlyLedger, StoreError
from plan_ledger.testing.servers import PostgresServer

ROLES = files("plan_ledger.store").joinpath("sql", "postgres", "roles.sql").read_text("utf-8")
LOGINS = {"pldg_app": "plan_ledger_writer", "pldg_view": "plan_ledger_reader", "pldg_keep": "plan_ledger_keeper"}
INSUFFICIENT = psycopg.errors.InsufficientPrivilege


@pytest.fixture(scope="module")
def office(postgres_server: PostgresServer) -> Iterator[dict[str, str]]:
    """A ledger that its owner has made, and the addresses of it for each login."""
    if not postgres_server.own:
        pytest.skip("makes roles with names of their own")
    with postgres_server.database() as url:
        with Ledger.open(url) as ledger, ledger.acting("企画室"):
            ledger.open_plan("計画", fiscal_year=2023).add("strategy", "戦略")
        postgres_server.execute(ROLES, ROLES, url=url)
        for login, group in LOGINS.items():
            postgres_server.execute(f"CREATE ROLE {login} LOGIN", f"GRANT {group} TO {login}")
        try:
            yield {login: url.replace("postgres@", f"{login}@", 1) for login in LOGINS} | {"owner": url}
        finally:
            postgres_server.execute(*(f"DROP OWNED BY {role}" for role in (*LOGINS.values(), *LOGINS)), url=url)
            postgres_server.execute(*(f"DROP ROLE {role}" for role in (*LOGINS, *LOGINS.values())))


def test_the_application_reads_and_records(office: dict[str, str]) -> None:
    with Ledger.open(office["pldg_app"]) as ledger, ledger.acting("観光課"):
        plan = ledger.plan()
        item = plan["戦略"]
        for number in range(40):
            item.change(title=f"戦略{number}")
        with ledger.batch(key="受付1"):
            item.change(title="戦略")
        item.withdraw()
        item.restore()
        plan.hold("第1回PT")
        plan.rename_meeting("第1回PT", "第1回会議")
        item.correct(title="戦略０", as_of="第1回会議")
        plan["戦略０"].change(title="戦略")
        assert ledger.verify()
        found = ledger.settings()
        assert (found["role"], found["superuser"], found["may_change_the_log"]) == ("pldg_app", False, False)
        assert found["owner"] != found["role"]


@pytest.mark.parametrize("table", [*log.LOG_TABLES, "ledger", "plan_ledger_format"])
@pytest.mark.parametrize("login", LOGINS)
def test_nobody_but_the_owner_changes_empties_or_drops_what_is_recorded(
    office: dict[str, str], login: str, table: str
) -> None:
    columns = log.LOG_TABLES.get(table, ("uuid",) if table == "ledger" else ("number",))
    may_delete = login == "pldg_keep" and table in ("texts", "profiles")
    with psycopg.connect(office[login], autocommit=True) as connection:
        for statement in (
            f"UPDATE plan_ledger.{table} SET {columns[-1]} = {columns[-1]}",
            f"DELETE FROM plan_ledger.{table}",
            f"TRUNCATE plan_ledger.{table}",
            f"DROP TABLE plan_ledger.{table}",
            f"ALTER TABLE plan_ledger.{table} DISABLE TRIGGER ALL",
            f"CREATE TRIGGER x BEFORE INSERT ON plan_ledger.{table} EXECUTE FUNCTION plan_ledger.append_only()",
            "SET session_replication_role = replica",
            "DROP SCHEMA plan_ledger CASCADE",
            "CREATE TABLE plan_ledger.x (y int)",
        ):
            if may_delete and statement.startswith("DELETE"):
                with pytest.raises(psycopg.DatabaseError) as caught:
                    connection.execute(statement.encode())
                assert caught.value.sqlstate == "PL001", "only what a redaction names may go"
            else:
                with pytest.raises(INSUFFICIENT):
                    connection.execute(statement.encode())
    with Ledger.open(office["pldg_view"], read_only=True) as ledger:
        assert ledger.verify()


def test_a_reader_only_reads(office: dict[str, str]) -> None:
    with Ledger.open(office["pldg_view"], read_only=True) as ledger, ledger.acting("議会"):
        assert ledger.plan().snapshot()
        with pytest.raises(ReadOnlyLedger):
            ledger.plan()["戦略"].change(title="改")
    with Ledger.open(office["pldg_view"]) as ledger, ledger.acting("議会"), pytest.raises(NotPermitted):
        ledger.plan()["戦略"].change(title="改")


def test_the_application_neither_redacts_nor_rebuilds_and_the_keeper_does(office: dict[str, str]) -> None:
    with Ledger.open(office["pldg_app"]) as ledger, ledger.acting("観光課"):
        typed = ledger.plan()["戦略"].change(title="名前のある戦略").last
        assert typed is not None
        head = ledger.head
        for act in (ledger.rebuild, lambda: ledger.redact(typed, reason="個人名")):
            with pytest.raises(StoreError):
                act()
        assert ledger.head == head
        assert ledger.verify()
    with Ledger.open(office["pldg_keep"]) as ledger, ledger.acting("文書課"):
        ledger.redact(typed, reason="個人名")
        ledger.rebuild()
        assert ledger.verify()


def test_the_owner_is_stopped_by_the_triggers(office: dict[str, str]) -> None:
    with Ledger.open(office["owner"]) as ledger:
        for statement in ("TRUNCATE events CASCADE", "DELETE FROM events", "UPDATE texts SET body = 'x'"):
            with pytest.raises(AppendOnly), ledger.store.writing() as tx:
                tx.run(statement)
        assert ledger.verify()
