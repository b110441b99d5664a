"""The SQLite back end: one file, many readers, one writer at a time, nothing acknowledged before it is on the disk."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Lock, RLock
from typing import Any
from uuid import UUID

from eventsourcing.sqlite import SQLiteDatastore
from eventsourcing.utils import Environment

from plan_ledger.store import errors, migrations, sqlite_settings as settings
from plan_ledger.store.faults import typed_errors
from plan_ledger.store.places import ledger_file
from plan_ledger.store.sidecar import SidecarLock
from plan_ledger.store.sqlite_recorder import LedgerFactory
from plan_ledger.store.sqlite_transaction import Reading, SqliteTransaction, Writing
from plan_ledger.store.watching import Polling, Watch

MEMORY = ":memory:"
_IDLE_READERS = 8
_WIPE_MILLISECONDS = 2000


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
                settings.check_identity(connection, self.path, read_only=self.read_only)
                settings.check_version(connection, self.path, read_only=self.read_only)
                self._readers.append(connection)
                return False
            with self._locked():
                connection = self._writer_connection()
                if settings.check_identity(connection, self.path, read_only=self.read_only):
                    connection.execute(f"PRAGMA application_id = {settings.APPLICATION_ID}")
                settings.check_version(connection, self.path, read_only=self.read_only)
                self._new = migrations.migrate_sqlite(connection, new_ledger, created_at)
                return self._new

    @contextmanager
    def _naming_the_file(self) -> Generator[None, None, None]:
        try:
            yield
        except errors.NotALedger as error:
            raise errors.NotALedger(self.path) from error

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
            settings.configure(connection, self.path, in_memory=self.in_memory, read_only=self.read_only)
        except BaseException:  # an interrupt, too, leaves no connection open
            connection.close()
            raise
        return connection

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
        return Reading(self)

    def asking(self) -> AbstractContextManager[SqliteTransaction]:
        """One statement is a view of its own: BEGIN and ROLLBACK around it would be two more."""
        if self.in_memory:
            return self._reading_memory()
        self._check_process()
        return Reading(self, begin=False)

    @contextmanager
    def _reading_memory(self) -> Generator[SqliteTransaction, None, None]:
        with self._writer_lock, typed_errors():
            yield SqliteTransaction(self._writer_connection())

    def begin_reading(self, *, begin: bool = True) -> SqliteTransaction:
        """A connection with a view of everything committed so far; of each statement's own, where none is begun."""
        connection = self._take_reader()
        transaction = SqliteTransaction(connection)
        try:
            if begin:
                transaction.run("BEGIN")
        except BaseException:  # whatever ended it, its state is unknown
            self.end_reading(transaction, whole=False)
            raise
        return transaction

    def end_reading(self, transaction: SqliteTransaction, *, whole: bool) -> None:
        """Give the connection back, or, where something failed in between, throw it away."""
        connection = transaction.connection
        try:
            if whole and connection.in_transaction:
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
        return Writing(self)

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
