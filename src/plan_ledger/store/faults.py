"""What sqlite3 and the operating system raise, turned into errors that say what to do."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from plan_ledger.store import errors


@contextmanager
def typed_errors() -> Generator[None, None, None]:
    """Turn what sqlite3 and the operating system raise into errors that say what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise typed(error) from error
    except OSError as error:
        raise _typed_os(error) from error
    except UnicodeDecodeError as error:
        raise errors.LedgerDamaged("UTF-8") from error  # the database's own words about itself can't be read
    except (OverflowError, UnicodeEncodeError) as error:
        # A number or a text that no database holds; the doors above let none through that a person would write.
        raise errors.StorageFault(str(error)) from error


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
