"""What an SQLite file must be, and what every connection to it is set to."""

from __future__ import annotations

import sqlite3
import sys

from plan_ledger.store import errors, migrations

APPLICATION_ID = 0x504C4447  # "PLDG"
_CACHE_KIB = 32_768
_CHECKPOINT_PAGES = 4000


def check_identity(connection: sqlite3.Connection, path: str, *, read_only: bool) -> bool:
    """Whether the database is new.

    Raises:
        NotALedger: It is somebody else's; or new, where nothing is to be made.
    """
    found = connection.execute("PRAGMA application_id").fetchone()[0]
    if found == APPLICATION_ID:
        return False
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if found or tables or read_only:
        raise errors.NotALedger(path)
    return True


def check_version(connection: sqlite3.Connection, path: str, *, read_only: bool) -> None:
    """Refuse what a newer version made, and what would have to be migrated where nothing may be written.

    Raises:
        NewerFormat, ReadOnlyLedger: As said.
    """
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > migrations.LATEST:
        raise errors.NewerFormat(path, found, migrations.LATEST)
    if read_only and found < migrations.LATEST:
        raise errors.ReadOnlyLedger


def configure(connection: sqlite3.Connection, path: str, *, in_memory: bool, read_only: bool) -> None:
    """Set a connection so that nothing acknowledged is lost, and read back that it is.

    Raises:
        NotDurable: It can't be had.
        NotALedger: The file is somebody else's, and its journal is left as it is.
    """
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    if in_memory:
        return
    if not read_only:
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        if mode != "wal":
            check_identity(connection, path, read_only=read_only)
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise errors.NotDurable("journal_mode=WAL", str(mode))
        # Pages that many changes touch are written back once, not after every thousand pages of log.
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    connection.execute("PRAGMA synchronous = FULL")
    if sys.platform == "darwin":
        # An ordinary fsync leaves the data in the drive's cache there.
        connection.execute("PRAGMA fullfsync = ON")
    level = connection.execute("PRAGMA synchronous").fetchone()[0]
    if level != 2:
        raise errors.NotDurable("synchronous=FULL", str(level))
