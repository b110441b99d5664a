"""What sqlite3 and the operating system raise, turned into errors that say what to do."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import AbstractContextManager
from types import TracebackType
from typing import NoReturn

from plan_ledger.store import errors


class _TypedErrors:
    """No generator: every write and every question goes through it."""

    __slots__ = ()

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and (found := translated(error)) is not None:
            raise found from error


_TYPED_ERRORS = _TypedErrors()


def typed_errors() -> AbstractContextManager[None]:
    """Turn what sqlite3 and the operating system raise into errors that say what to do."""
    return _TYPED_ERRORS


FAULTS = (sqlite3.Error, OSError, UnicodeDecodeError, UnicodeEncodeError, OverflowError)


def raise_typed(error: Exception) -> NoReturn:
    """The same where every question passes: ``except FAULTS as error`` costs nothing while all is well."""
    found = translated(error)
    if found is None:
        raise error
    raise found from error


def translated(error: BaseException) -> errors.StoreError | None:
    """The error that says what to do; None for what is neither sqlite3's nor the operating system's."""
    if isinstance(error, sqlite3.Error):
        return typed(error)
    if isinstance(error, OSError):
        return _typed_os(error)
    if isinstance(error, UnicodeDecodeError):
        return errors.LedgerDamaged("UTF-8")  # the database's own words about itself can't be read
    if isinstance(error, OverflowError | UnicodeEncodeError):
        # A number or a text that no database holds; the doors above let none through that a person would write.
        return errors.StorageFault(str(error))
    return None


def _typed_os(error: OSError) -> errors.StoreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return errors.DiskFull()
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return errors.ReadOnlyLedger()
    return errors.StorageFault(error.strerror or type(error).__name__)


def typed(error: sqlite3.Error) -> errors.StoreError:
    text = str(error)
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_FULL") or "full" in text:
        return errors.DiskFull()
    if name.startswith("SQLITE_READONLY") or "readonly" in text:
        return errors.ReadOnlyLedger()
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return errors.LedgerBusy()
    if name.startswith("SQLITE_NOTADB"):
        return errors.NotALedger("SQLite")
    if name.startswith("SQLITE_CORRUPT") or "decode to UTF-8" in text:
        return errors.LedgerDamaged(text)
    if "append-only" in text:
        return errors.AppendOnly()
    if "closed database" in text:
        return errors.LedgerClosed()
    return errors.StorageFault(name or text)
