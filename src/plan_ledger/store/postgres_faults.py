"""What psycopg raises, turned into errors that say what to do; nothing of the driver's words is repeated."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import psycopg

from plan_ledger.store import errors

_BY_STATE: dict[str, type[errors.StoreError]] = {
    "25006": errors.ReadOnlyLedger,
    "28000": errors.AccessRefused,
    "28P01": errors.AccessRefused,
    "3D000": errors.AccessRefused,
    "42501": errors.NotPermitted,
    "53100": errors.DiskFull,
    "55P03": errors.LedgerBusy,
    "57014": errors.LedgerBusy,
    "40001": errors.LedgerBusy,
    "40P01": errors.LedgerBusy,
    "53300": errors.LedgerBusy,
    "PL001": errors.AppendOnly,
}
"""SQLSTATE → error. PL001 is our own, raised by the triggers."""

_DAMAGED = frozenset({"XX001", "XX002"})


def typed(error: psycopg.Error, *, connected: bool = True) -> errors.StoreError:
    """The error to raise for one of psycopg's. ``connected``: whether the connection still stands."""
    state = error.sqlstate or ""
    if state in _BY_STATE:
        return _BY_STATE[state]()
    if state in _DAMAGED:
        return errors.LedgerDamaged(state)
    if not connected or state.startswith(("08", "57P")) or (isinstance(error, psycopg.OperationalError) and not state):
        return errors.ServerUnreachable()
    return errors.StorageFault(f"{type(error).__name__} {state}".strip())


def typed_connect(error: psycopg.Error) -> errors.StoreError:
    """The error to raise where no connection could be made.

    The driver gives no SQLSTATE then. A server that answers says FATAL in its own language; what it means is guessed
    from the English, and without it told as a server that can't be reached.
    """
    text = str(error)
    if "authentication" in text or "no pg_hba.conf entry" in text or "does not exist" in text or "denied" in text:
        return errors.AccessRefused()
    if "too many" in text or "remaining connection slots" in text:
        return errors.LedgerBusy()
    return errors.ServerUnreachable()


@contextmanager
def typed_errors(connection: psycopg.Connection[tuple[object, ...]] | None = None) -> Generator[None, None, None]:
    """Turn what psycopg raises into errors that say what to do."""
    try:
        yield
    except psycopg.Error as error:
        raise typed(error, connected=connection is None or not connection.broken) from error
    except (OverflowError, UnicodeEncodeError) as error:
        # A number or a text that no database holds; the doors above let none through that a person would write.
        raise errors.StorageFault(type(error).__name__) from error
