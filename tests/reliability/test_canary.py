"""A password is never told: not by an error, its causes, a log, a repr, a result, the command line or a file.

The server asks for a password; every path that fails and every one that works is walked with one that is easy to find
again, and everything that comes out is searched for it, and for any eight characters of it in a row.
"""

from __future__ import annotations

import logging
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from servers import Server, running

from plan_ledger import Ledger, PlanLedgerError
from plan_ledger.cli.app import app

CANARY = "Kanariya7Himitsu9Angou"
PIECE = 8


def told(text: str) -> list[str]:
    """The pieces of the password that a text holds."""
    pieces = {CANARY[start : start + PIECE] for start in range(len(CANARY) - PIECE + 1)}
    return sorted(piece for piece in pieces if piece in text)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running(password=CANARY) as server:
        yield server


@pytest.fixture(autouse=True)
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Every logger at its most talkative; what it said is searched at the end of each test."""
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield
    assert told(caplog.text + "".join(str(record.__dict__) for record in caplog.records)) == []
    assert told("".join(str(each.message) for each in warned)) == []


def spoken(error: BaseException) -> str:
    """Everything that an error can say: itself, its attributes, what caused it, and their tracebacks."""
    parts = ["".join(traceback.format_exception(error))]
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        parts += [str(each), repr(each), repr(each.args), repr(getattr(each, "__dict__", {}))]
        if isinstance(each, PlanLedgerError):
            parts += [each.message("ja"), each.message("en")]
        waiting += [each.__cause__, each.__context__]
    return "\n".join(parts)


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(PlanLedgerError) as caught:
        act()
    said = spoken(caught.value)
    assert told(said) == [], said
    return caught.value.code


def addresses(port: int) -> dict[str, str]:
    return {
        "wrong password": f"postgresql://postgres:{CANARY}x@127.0.0.1:{port}/postgres",
        "no such user": f"postgresql://nobody:{CANARY}@127.0.0.1:{port}/postgres",
        "no such database": f"postgresql://postgres:{CANARY}@127.0.0.1:{port}/nothing",
        "nobody listens": f"postgresql://postgres:{CANARY}@127.0.0.1:1/postgres",
        "no such host": f"postgresql://postgres:{CANARY}@no-such-host.invalid/postgres",
        "password as a parameter": f"postgresql://127.0.0.1:1/postgres?user=postgres&password={CANARY}",
        "a port that is none": f"postgresql://postgres:{CANARY}@127.0.0.1:port/postgres",
        "an at sign in the password": f"postgresql://postgres:{CANARY[:9]}@{CANARY[9:]}@127.0.0.1:1/postgres",
        "a slash in the password": f"postgresql://postgres:{CANARY[:9]}/{CANARY[9:]}@127.0.0.1:1/postgres",
        "a colon in the password": f"postgresql://postgres:{CANARY[:9]}:{CANARY[9:]}@127.0.0.1:port/postgres",
        "a hash in the password": f"postgresql://postgres:{CANARY[:9]}#{CANARY[9:]}@127.0.0.1:1/postgres",
        "a question mark": f"postgresql://postgres:{CANARY[:9]}?{CANARY[9:]}@127.0.0.1:1/postgres",
        "a percent sign": f"postgresql://postgres:{CANARY[:9]}%zz{CANARY[9:]}@127.0.0.1:1/postgres",
        "an unknown parameter": f"postgresql://postgres:{CANARY}@127.0.0.1:1/postgres?{CANARY}=1",
        "a schema that is none": f"postgresql://postgres:{CANARY}@127.0.0.1:1/postgres?schema={CANARY}!",
        "an open bracket": f"postgresql://postgres:{CANARY}@[127.0.0.1:1/postgres",
        "a bracket in the password": f"postgresql://postgres:[{CANARY}@127.0.0.1:1/postgres",
        "a space": f"postgresql://postgres:{CANARY[:9]} {CANARY[9:]}@127.0.0.1:1/postgres",
        "a NUL": f"postgresql://postgres:{CANARY}\0@127.0.0.1:1/postgres",
        "a lone surrogate": f"postgresql://postgres:{CANARY}\ud800@127.0.0.1:1/postgres",
        "password before the host": f"postgresql://{CANARY}@127.0.0.1:{port}:{CANARY}/postgres",
        "another scheme": f"postgre://postgres:{CANARY}@127.0.0.1/postgres",
        "yet another scheme": f"mysql://root:{CANARY}@127.0.0.1/ledger",
        "the driver's own scheme": f"postgresql+psycopg://postgres:{CANARY}@127.0.0.1/postgres",
        "a scheme of a driver in capitals": f"PostgreSQL+Psycopg://postgres:{CANARY}@127.0.0.1/postgres",
        "the driver's own words": f"host=127.0.0.1 port=1 user=postgres password={CANARY}",
        "two hosts, both wrong": f"postgresql://postgres:{CANARY}@127.0.0.1:1,127.0.0.1:2/postgres",
    }


@pytest.mark.parametrize("name", addresses(0))
def test_an_address_that_fails(server: Server, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    address = addresses(server.port)[name]
    for options in ({}, {"read_only": True}, {"must_exist": True}):
        refused(lambda options=options: Ledger.open(address, **options))
    for arguments in (
        ["snapshot"],
        ["verify", "--json"],
        ["init", "--plan", "計画", "--fiscal-year", "2023", "--actor", "x"],
    ):
        done = CliRunner().invoke(app, ["--ledger", address, *arguments])
        assert done.exit_code in (1, 2), done.output
        assert told(done.output + done.stderr) == []
        assert done.exception is None or isinstance(done.exception, SystemExit)
        if address.isprintable():  # no environment holds the others
            through = CliRunner(env={"PLAN_LEDGER": address}).invoke(app, arguments)
            assert told(through.output + through.stderr) == []
    assert [path for path in tmp_path.rglob("*") if told(str(path))] == []


def test_a_ledger_that_works(server: Server, tmp_path: Path) -> None:
    with Ledger.open(server.url) as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        item = plan.add("strategy", "戦略1")
        shown = [
            ledger, ledger.name, ledger.settings(), ledger.verify(), ledger.verify().to_dict(), plan, item,
            ledger.store, ledger.store.env, dict(ledger.store.env), ledger.store.recorder, ledger.store.factory,
            ledger.store.recorder.datastore, ledger.store.factory.env, list(ledger.follow(wait=False)), plan.snapshot(),
        ]  # fmt: skip
        assert told("\n".join(f"{each}\n{each!r}" for each in shown)) == []
        ledger.dump(tmp_path / "r5.jsonl")
        for path in tmp_path.rglob("*"):
            assert told(path.read_text(encoding="utf-8")) == []
        with ledger.reading() as rows:
            assert told(f"{rows} {rows!r}") == []


@pytest.mark.parametrize("arguments", [["verify"], ["verify", "--json"], ["snapshot"], ["audit"], ["meetings"]])
def test_the_command_line_on_a_ledger_that_works(server: Server, arguments: list[str]) -> None:
    with Ledger.open(server.url) as ledger, ledger.acting("企画室"):
        ledger.open_plan("計画", fiscal_year=2023)
    done = CliRunner().invoke(app, ["--ledger", server.url, *arguments])
    assert done.exit_code == 0, done.output
    assert told(done.output + done.stderr) == []


def test_faults_in_the_middle_of_things(server: Server) -> None:
    end_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'plan_ledger'"
    with Ledger.open(server.url) as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        item = plan.add("strategy", "戦略2")
        with server.connect() as connection:

            def broken_write() -> None:
                with ledger.store.writing() as tx:
                    tx.one("SELECT 1")
                    connection.execute(end_all)
                    tx.one("SELECT 1")

            def broken_read() -> None:
                with ledger.reading() as rows:
                    rows.one("SELECT 1")
                    connection.execute(end_all)
                    rows.one("SELECT 1")

            assert refused(broken_write) == "server_unreachable"
            assert refused(broken_read) == "server_unreachable"
            connection.execute("ALTER ROLE postgres PASSWORD 'another'")
            connection.execute(end_all)
            assert refused(lambda: item.change(title="x")) in ("access_refused", "server_unreachable")
            connection.execute(f"ALTER ROLE postgres PASSWORD '{CANARY}'")  # type: ignore[call-overload]
        with ledger.reading() as rows:

            def wrong() -> None:
                rows.one("SELECT nothing FROM nowhere")

            refused(wrong)
        server.stop("immediate")
        assert refused(lambda: item.change(title="x")) == "server_unreachable"
        assert refused(lambda: list(ledger.follow(wait=False))) == "server_unreachable"
        assert refused(lambda: Ledger.open(server.url)) == "server_unreachable"
        server.start()
        assert item.change(title="また書ける")
