"""The SQLite back end: one file, many readers, one writer at a time, nothing acknowledged before it is on the disk."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import Lock, RLock
from types import TracebackType
from typing import Any
from uuid import UUID

from eventsourcing.sqlite import SQLiteDatastore
from eventsourcing.utils import Environment

from plan_ledger.store import errors, migrations
from plan_ledger.store.faults import translated, typed, typed_errors
from plan_ledger.store.places import ledger_file
from plan_ledger.store.sidecar import SidecarLock
from plan_ledger.store.sqlite_recorder import LedgerFactory
from plan_ledger.store.transaction import SqlRow, SqlValue
from plan_ledger.store.watching import Polling, Watch

MEMORY = ":memory:"
APPLICATION_ID = 0x504C4447  # "PLDG"
_IDLE_READERS = 8
_CACHE_KIB = 32_768
_CHECKPOINT_PAGES = 4000
_WIPE_MILLISECONDS = 2000


class SqliteTransaction:
    """One open transaction on one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._cursor = connection.cursor()
        self.connection = connection

    def end(self) -> None:
        """Let go of the connection. Whoever keeps this object must not keep the file from being closed."""
        with suppress(sqlite3.ProgrammingError):  # the connection was closed before
            self._cursor.close()

    def all(self, sql: str, params: Sequence[SqlValue] = ()) -> list[SqlRow]:
        try:
            return self._cursor.execute(sql, params).fetchall()
        except sqlite3.Error as error:
            raise typed(error) from error

    def each(self, sql: str, params: Sequence[SqlValue] = ()) -> Iterator[SqlRow]:
        return self.connection.execute(sql, params)

    def one(self, sql: str, params: Sequence[SqlValue] = ()) -> SqlRow | None:
        row: SqlRow | None = self._cursor.execute(sql, params).fetchone()
        return row

    def run(self, sql: str, params: Sequence[SqlValue] = ()) -> None:
        self._cursor.execute(sql, params)

    def run_many(self, sql: str, rows: Iterable[Sequence[SqlValue]]) -> None:
        if isinstance(rows, list) and len(rows) == 1:
            self._cursor.execute(sql, rows[0])
        else:
            self._cursor.executemany(sql, rows)


class _Writing:
    """``with datastore.writing() as tx``. No generators: every change goes through it."""

    __slots__ = ("_datastore", "_transaction")

    def __init__(self, datastore: LedgerDatastore) -> None:
        self._datastore = datastore

    def __enter__(self) -> SqliteTransaction:
        with typed_errors():
            self._transaction = self._datastore.begin()
        return self._transaction

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with typed_errors():
            self._datastore.end(self._transaction, commit=error is None)
        if error is not None and (found := translated(error)) is not None:
            raise found from error


class _Reading:
    """``with datastore.reading() as rows``. No generators: every question goes through it."""

    __slots__ = ("_datastore", "_transaction")

    def __init__(self, datastore: LedgerDatastore) -> None:
        self._datastore = datastore

    def __enter__(self) -> SqliteTransaction:
        with typed_errors():
            self._transaction = self._datastore.begin_reading()
        return self._transaction

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with typed_errors():
            self._datastore.end_reading(self._transaction, whole=error is None)
        if error is not None and (found := translated(error)) is not None:
            raise found from error


class LedgerDatastore(SQLiteDatastore):
    """Opens by path (never by pasting into a URI), one writer under a sidecar lock, readers that can't write.

    In memory there is one connection, used by one thread at a time.
    """

    def __init__(self, path: str, *, lock_seconds: float = 30.0, read_only: bool = False) -> None:
        self.name = path
        self.in_memory = path == MEMORY
        if not self.in_memory:
            with typed_errors():
                path = ledger_file(path)
        super().__init__(db_name=path)
        self.path = path
        self._new = not self.in_memory and not Path(path).exists()
        self._process = os.getpid()
        self.read_only = read_only
        self._lock_seconds = lock_seconds
        self._writer_lock = RLock()
        self._writing = False
        self._readers_lock = Lock()
        self._readers: list[sqlite3.Connection] = []
        self._writer: sqlite3.Connection | None = None
        self._closed = False
        self._file_lock: SidecarLock | None = None
        if not self.in_memory and not read_only:
            self._file_lock = SidecarLock(f"{path}-lock", lock_seconds)

    # --- opening ------------------------------------------------------------------------------------------------

    def prepare(self, new_ledger: UUID, created_at: int) -> bool:
        """Make or migrate the schema, under the lock; check that this is a ledger of ours and durable."""
        with self._naming_the_file(), typed_errors():
            if self.read_only:
                connection = self._connect()
                self._check_identity(connection)
                self._check_version(connection)
                self._readers.append(connection)
                return False
            with self._locked():
                connection = self._writer_connection()
                if self._check_identity(connection):
                    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._check_version(connection)
                self._new = migrations.migrate_sqlite(connection, new_ledger, created_at)
                return self._new

    @contextmanager
    def _naming_the_file(self) -> Generator[None, None, None]:
        try:
            yield
        except errors.NotALedger as error:
            raise errors.NotALedger(self.path) from error

    def _check_identity(self, connection: sqlite3.Connection) -> bool:
        """Whether the database is new; raises where it is somebody else's."""
        found = connection.execute("PRAGMA application_id").fetchone()[0]
        if found == APPLICATION_ID:
            return False
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if found or tables or self.read_only:
            raise errors.NotALedger(self.path)
        return True

    def _check_version(self, connection: sqlite3.Connection) -> None:
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found > migrations.LATEST:
            raise errors.NewerFormat(self.path, found, migrations.LATEST)
        if self.read_only and found < migrations.LATEST:
            raise errors.ReadOnlyLedger

    def _connect(self) -> sqlite3.Connection:
        if self._closed:
            raise errors.LedgerClosed
        if not self.in_memory and self.read_only and not Path(self.path).exists():
            raise errors.LedgerMissing(self.path)
        connection = sqlite3.connect(
            self.path,
            timeout=self._lock_seconds,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
            uri=False,
        )
        try:
            self._configure(connection)
        except BaseException:  # an interrupt, too, leaves no connection open
            connection.close()
            raise
        return connection

    def _configure(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        if self.in_memory:
            return
        if not self.read_only:
            mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
            if mode != "wal":
                if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                    self._check_identity(connection)
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

    def settings(self) -> dict[str, Any]:
        """What the database reports of itself."""
        with self.reading() as rows:
            return {
                "sqlite": sqlite3.sqlite_version,
                **{
                    name: (rows.one(f"PRAGMA {name}") or (None,))[0]
                    for name in ("journal_mode", "synchronous", "application_id", "user_version")
                },
            }

    # --- transactions -------------------------------------------------------------------------------------------

    def reading(self) -> AbstractContextManager[SqliteTransaction]:
        """A consistent view. Connections that fail are thrown away, never handed on."""
        if self.in_memory:
            return self._reading_memory()
        self._check_process()
        return _Reading(self)

    @contextmanager
    def _reading_memory(self) -> Generator[SqliteTransaction, None, None]:
        with self._writer_lock, typed_errors():
            yield SqliteTransaction(self._writer_connection())

    def begin_reading(self) -> SqliteTransaction:
        """A connection with a view of everything committed so far."""
        connection = self._take_reader()
        transaction = SqliteTransaction(connection)
        try:
            transaction.run("BEGIN")
        except BaseException:  # whatever ended it, its state is unknown
            self.end_reading(transaction, whole=False)
            raise
        return transaction

    def end_reading(self, transaction: SqliteTransaction, *, whole: bool) -> None:
        """Give the connection back, or, where something failed in between, throw it away."""
        connection = transaction.connection
        try:
            if whole:
                transaction.run("ROLLBACK")
        except BaseException:  # also for an interrupt
            whole = False
            raise
        finally:
            transaction.end()
            if whole:
                self._give_back(connection)
            else:
                connection.close()

    def _take_reader(self) -> sqlite3.Connection:
        with self._readers_lock:
            if self._readers:
                return self._readers.pop()
        connection = self._connect()
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._readers_lock:
            if not self._closed and len(self._readers) < _IDLE_READERS:
                self._readers.append(connection)
                return
        connection.close()

    def writing(self) -> AbstractContextManager[SqliteTransaction]:
        """The one write transaction: thread lock, sidecar lock, BEGIN IMMEDIATE; committed on leaving, or nothing."""
        if self.read_only:
            raise errors.ReadOnlyLedger
        self._check_process()
        return _Writing(self)

    def begin(self) -> SqliteTransaction:
        """Take the locks and open the write transaction, or leave everything as it was."""
        self._lock()
        try:
            connection = self._writer_connection()
            connection.execute("BEGIN IMMEDIATE")
            return SqliteTransaction(connection)
        except BaseException:  # also for an interrupt
            self._unlock()
            raise

    def end(self, transaction: SqliteTransaction, *, commit: bool) -> None:
        """Commit or undo, and give the locks back."""
        connection = transaction.connection
        try:
            if commit:
                connection.execute("COMMIT")
        except BaseException:  # also for an interrupt: all or nothing
            commit = False
            raise
        finally:
            try:
                if not commit:
                    self._undo(connection)
            finally:
                transaction.end()
                self._unlock()

    def _lock(self) -> None:
        if not self._writer_lock.acquire(timeout=self._lock_seconds):
            raise errors.LedgerBusy
        if self._writing:
            self._writer_lock.release()
            raise errors.LedgerBusy  # a write inside a write would never see its own lock free
        try:
            if self._file_lock is not None:
                self._file_lock.acquire()
            self._writing = True
        except BaseException:  # also for an interrupt
            self._writer_lock.release()
            raise

    def _unlock(self) -> None:
        self._writing = False
        try:
            if self._file_lock is not None:
                self._file_lock.release()
        finally:
            self._writer_lock.release()

    @contextmanager
    def _locked(self) -> Generator[None, None, None]:
        self._lock()
        try:
            yield
        finally:
            self._unlock()

    def _check_process(self) -> None:
        if not self.in_memory and os.getpid() != self._process:
            raise errors.OtherProcess

    def _writer_connection(self) -> sqlite3.Connection:
        if self._writer is None:
            self._writer = self._connect()
        return self._writer

    def _undo(self, connection: sqlite3.Connection) -> None:
        """Roll back; a connection that can't even do that is thrown away, so that the next write starts afresh."""
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            if not self.in_memory:
                self._writer = None
                connection.close()

    # --- what the library below calls ---------------------------------------------------------------------------

    def factory(self, env: Environment) -> LedgerFactory:
        return LedgerFactory(env, self)

    @contextmanager
    def transaction(self, *, commit: bool) -> Generator[Any, None, None]:
        with self.writing() if commit else self.reading() as transaction:
            yield transaction

    @contextmanager
    def watching(self) -> Generator[Watch, None, None]:
        yield Polling()

    def settle(self) -> None:
        """Nothing: the queries say themselves which index they take."""

    def wipe(self) -> bool:
        """Overwrite what deleted rows left behind: in free parts of pages, in free pages, in the write-ahead log.

        False where readers, of this or another process, keep the log in use.
        """
        if self.in_memory:
            return True
        self._check_process()
        with typed_errors(), self._locked():
            connection = self._writer_connection()
            # Every page is written anew from live rows alone; then the log, which holds the old ones, is emptied.
            connection.execute("VACUUM")
            connection.execute(f"PRAGMA busy_timeout = {_WIPE_MILLISECONDS}")
            try:
                return bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
            finally:
                connection.execute(f"PRAGMA busy_timeout = {int(self._lock_seconds * 1000)}")

    def backup(self, target: Path) -> None:
        """Copy the ledger while it is in use, with SQLite's backup API, into a file that does not exist yet."""
        self._check_process()
        with typed_errors():
            if target.exists():
                raise errors.TargetExists(str(target))
            if self.in_memory:
                with self._writer_lock:
                    _copy(self._writer_connection(), target)
                return
            source = self._take_reader()
            try:
                _copy(source, target)
            except BaseException:  # whatever ended it, its state is unknown
                source.close()
                raise
            self._give_back(source)

    def discard(self) -> None:
        """Close, and take the file away, where this has made it."""
        self.close()
        if self._new and not self.in_memory:
            for leftover in (self.path, f"{self.path}-wal", f"{self.path}-shm", f"{self.path}-lock"):
                Path(leftover).unlink(missing_ok=True)

    def close(self) -> None:
        if getattr(self, "_closed", True):
            return
        with self._writer_lock, self._readers_lock:
            self._closed = True
            for connection in (*self._readers, *([self._writer] if self._writer else [])):
                connection.close()
            self._readers.clear()
            self._writer = None
            if self._file_lock is not None:
                self._file_lock.close()
        super().close()


def _copy(source: sqlite3.Connection, target: Path) -> None:
    """Copy a database into a new file, whole or not at all."""
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = WAL")
    except BaseException:  # half a copy must not look like a backup
        copy.close()
        target.unlink(missing_ok=True)
        raise
    copy.close()
