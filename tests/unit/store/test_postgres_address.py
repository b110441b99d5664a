"""Addresses of PostgreSQL ledgers: what is read from them, and that nothing of a password gets out."""

from __future__ import annotations

import logging
import traceback

import pytest

from plan_ledger import Ledger, PlanLedgerError
from plan_ledger.store.errors import AddressRefused
from plan_ledger.store.postgres_address import read_address

CANARY = "canary-s3cret"


@pytest.mark.parametrize(
    ("url", "name", "schema"),
    [
        ("postgresql://db.example.jp/plans", "postgresql://db.example.jp/plans", "plan_ledger"),
        (f"postgresql://u:{CANARY}@db:5433/plans", "postgresql://u@db:5433/plans", "plan_ledger"),
        (f"postgres://u@a,b:6000/plans?password={CANARY}", "postgresql://u@a,b:6000/plans", "plan_ledger"),
        ("postgresql://a:1,b:2/plans?schema=r5", "postgresql://a:1,b:2/plans?schema=r5", "r5"),
        ("postgresql:///plans?host=/run/pg&schema=r5&port=5", "postgresql://[local]:5/plans?schema=r5", "r5"),
        ("postgresql://[::1]:5432/plans", "postgresql://[::1]:5432/plans", "plan_ledger"),
        (f"postgresql://u:p%40{CANARY}%2F@db/plans?sslpassword={CANARY}", "postgresql://u@db/plans", "plan_ledger"),
    ],
)
def test_an_address_is_read_and_named_without_its_secrets(url: str, name: str, schema: str) -> None:
    address = read_address(url)
    assert (address.name, str(address), address.schema) == (name, name, schema)
    assert CANARY not in repr(address)


def test_of_several_hosts_the_one_that_can_be_written_to_is_sought() -> None:
    url = "postgresql://a,b/plans"
    assert read_address(url).parameters["target_session_attrs"] == "read-write"
    assert "target_session_attrs" not in read_address(url, read_only=True).parameters
    assert read_address(url + "?target_session_attrs=any").parameters["target_session_attrs"] == "any"
    assert "target_session_attrs" not in read_address("postgresql://a/plans").parameters


def test_a_server_that_went_silent_is_given_up_on() -> None:
    parameters = read_address("postgresql://a/plans?connect_timeout=9").parameters
    assert parameters["connect_timeout"] == "9"
    assert int(parameters["tcp_user_timeout"]) <= 30_000


MISTYPED = [
    f"postgresql://user:pa@{CANARY}@db/plans",
    f"postgresql://user:{CANARY}/x@db/plans",
    f"postgresql://user:12/{CANARY}@db/plans",
    f"postgresql://user:{CANARY}%zz@db/plans",
    f"postgresql://user:{CANARY}@db:port/plans",
    f"postgresql://user:x@db/plans?pasword={CANARY}",
    f"postgresql://user:x@db/plans?schema={CANARY}",
    f"postgresql://user:x@db/plans?schema=pg_{CANARY}",
    f"postgresql://[{CANARY}/plans",
    f"postgresql://user:{CANARY}@db/plans\x00",
    f"postgresql://user:x@db/plans?port={CANARY}",
]


@pytest.mark.parametrize("url", MISTYPED)
def test_a_mistyped_address_is_refused_and_not_repeated(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(AddressRefused) as caught:
        Ledger.open(url)
    _silent(caught.value, caplog)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://user:{CANARY}@127.0.0.1:9/plans?connect_timeout=2",
        f"postgresql://user:{CANARY}@no-such-host.invalid/plans?connect_timeout=2",
        f"postgresql:///plans?host=/no/such/folder&user=u&password={CANARY}",
        f"mysql://user:{CANARY}@db/plans",
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_the_password(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(PlanLedgerError) as caught:
        Ledger.open(url)
    _silent(caught.value, caplog)


def _silent(error: PlanLedgerError, caplog: pytest.LogCaptureFixture) -> None:
    """No part of the password in anything that a host may print, the causes and the log included."""
    told = [str(error), repr(error), error.message("en"), str(error.to_dict()), caplog.text]
    chained: BaseException | None = error
    while chained is not None:
        told += [str(chained), repr(chained)]
        chained = chained.__cause__ or chained.__context__
    told.append("".join(traceback.format_exception_only(error)))
    assert CANARY not in "\n".join(told)
