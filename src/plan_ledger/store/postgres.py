"""The PostgreSQL back end: one schema, many readers, one writer at a time over all machines, durable commits."""

from __future__ import annotations

import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import ApplicationRecorder
from eventsourcing.postgres import (
    BasePostgresFactory,
    PostgresApplicationRecorder,
    PostgresDatastore,
    PostgresFactory,
)
from eventsourcing.utils import Environment
from psycopg.pq import TransactionStatus

from plan_ledger.store import errors, postgres_migrations, postgres_settings
from plan_ledger.store.postgres_address import PostgresAddress
from plan_ledger.store.postgres_faults import typed, typed_errors
from plan_ledger.store.postgres_pool import Pool
from plan_ledger.store.postgres_settings import WAIT_SECONDS
from plan_ledger.store.postgres_sql import Connection, PostgresTransaction
from plan_ledger.store.postgres_watch import Listening
from plan_ledger.store.recorder import LogRecorder
from plan_ledger.store.watching import Watch

_READERS = 10
_LOCK_CLASS = 0x504C4447  # "PLDG"
_IDENTIFIER = 63
_SOMETHING = "SELECT pg_logical_emit_message(true, 'plan_ledger', ''::text)"


class LedgerPostgresDatastore(PostgresDatastore):
    """The library's datastore with our connections: it makes none itself."""

    def __init__(self, address: PostgresAddress, *, read_only: bool = False, must_exist: bool = False) -> None:
        super().__init__(dbname="", host="", port="", user="", password="", schema=address.schema)
        self.name = address.name
        self.read_only = read_only
        self._must_exist = must_exist
        self._schema = address.schema
        self.channel = f"plan_ledger:{address.schema}"[:_IDENTIFIER]
        # Held until the transaction ends, whichever way. It needs no right to any table.
        self._lock = f"SELECT pg_advisory_xact_lock({_LOCK_CLASS}, {zlib.crc32(address.schema.encode()) - (1 << 31)})"
        self._readers = Pool(address, self._set_up_reader, size=_READERS, wait_seconds=WAIT_SECONDS)
        self._writers = Pool(address, self._set_up_writer, size=1, wait_seconds=WAIT_SECONDS)
        self._writer_lock = RLock()
        self._writing = False
        self._made: postgres_migrations.Made | None = None

    def _set_up_reader(self, connection: Connection) -> None:
        postgres_settings.configure(connection, self._schema, read_only=True)

    def _set_up_writer(self, connection: Connection) -> None:
        postgres_settings.configure(connection, self._schema, read_only=False)

    # --- opening ------------------------------------------------------------------------------------------------

    def prepare(self, new_ledger: UUID, created_at: int) -> bool:
        """Make or migrate the schema, under the writers' lock; check that it is a ledger of ours, and durable.

        Raises:
            LedgerMissing, NotALedger, NewerFormat, ReadOnlyLedger, NotPermitted, NotDurable: See the message.
        """
        with self._readers.connection() as connection:
            version = postgres_migrations.version(connection, self.name)
        if version == postgres_migrations.LATEST:
            return False
        if version == 0 and (self.read_only or self._must_exist):
            raise errors.LedgerMissing(self.name)
        if self.read_only:
            raise errors.ReadOnlyLedger
        with self._locked(), self._writers.connection() as connection, typed_errors(connection):
            self._made = postgres_migrations.migrate(
                connection, self._schema, self.name, self._lock, new_ledger, created_at
            )
        return self._made.ledger

    def settings(self) -> dict[str, Any]:
        """What the server reports of itself, of its durability and of the role that is used."""
        with self.reading() as rows:
            return postgres_settings.shown(rows, self._schema)

    # --- transactions -------------------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Generator[PostgresTransaction, None, None]:
        """A consistent view, from the first thing that is asked in it."""
        with self._readers.connection() as connection:
            rows = PostgresTransaction(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                with typed_errors(connection):
                    yield rows
                    if rows.begun:
                        connection.execute("COMMIT")
            except BaseException:  # whatever ended it, the pool gets it back clean
                self._undo(connection)
                raise

    @contextmanager
    def asking(self) -> Generator[PostgresTransaction, None, None]:
        """For one question. It needs no transaction, nor the two statements around one."""
        with self._readers.connection() as connection:
            try:
                with typed_errors(connection):
                    yield PostgresTransaction(connection)
            except BaseException:  # as for reading
                self._undo(connection)
                raise

    @contextmanager
    def writing(self) -> Generator[PostgresTransaction, None, None]:
        """The one write transaction: thread lock, advisory lock; committed on leaving, or nothing.

        Raises:
            LedgerBusy: Others kept the lock for longer than the time allowed; nothing was recorded.
            ServerUnreachable: The connection was lost before the commit was asked for; nothing was recorded.
            CommitUnknown: It was lost after that: all of it is recorded, or nothing.
        """
        if self.read_only:
            raise errors.ReadOnlyLedger
        with self._locked(), self._writers.connection() as connection:
            # Each statement sees what was committed before it, so everything behind the lock sees the last write.
            tx = PostgresTransaction(connection, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", self._lock)
            try:
                with typed_errors(connection):
                    yield tx
                    if tx.untouched():
                        return
                self._commit(connection, tx)
            except BaseException:  # also for an interrupt: all or nothing
                self._undo(connection)
                raise

    def _commit(self, connection: Connection, tx: PostgresTransaction) -> None:
        # Who writes nothing, because it stands there already, is told so: then it has to be on the standby as well. A
        # commit waits for that only if it has something of its own to wait for.
        closing = f'NOTIFY "{self.channel}"' if tx.wrote else _SOMETHING
        warned: list[psycopg.errors.Diagnostic] = []
        hear = warned.append
        connection.add_notice_handler(hear)
        try:
            tx.end(closing, "COMMIT")
        except psycopg.Error as error:
            if connection.closed or connection.broken:
                raise errors.CommitUnknown from error
            raise typed(error) from error
        except BaseException:
            # Interrupted while waiting for the answer: it may be committed all the same.
            connection.close()
            raise
        finally:
            connection.remove_notice_handler(hear)
        if warned:
            # Somebody ended the wait for the standby: it is committed here, and perhaps nowhere else.
            raise errors.CommitUnknown

    @contextmanager
    def _locked(self) -> Generator[None, None, None]:
        if not self._writer_lock.acquire(timeout=WAIT_SECONDS):
            raise errors.LedgerBusy
        try:
            if self._writing:
                raise errors.LedgerBusy  # a write inside a write would never see its own lock free
            self._writing = True
            try:
                yield
            finally:
                self._writing = False
        finally:
            self._writer_lock.release()

    def _undo(self, connection: Connection) -> None:
        """Roll back; a connection that can't even do that is thrown away, with all others that are idle."""
        failed = not connection.closed and connection.info.transaction_status == TransactionStatus.INERROR
        try:
            if not connection.closed and connection.info.transaction_status != TransactionStatus.IDLE:
                connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()
        if connection.closed:
            self._readers.drop_idle()
        elif failed:
            # What was sent together with a statement that failed was not done, but the driver takes for prepared what
            # it asked to have prepared there: it would be missing some time later.
            connection.close()

    @contextmanager
    def watching(self) -> Generator[Watch, None, None]:
        listening = Listening(self._readers.connect, self.channel)
        try:
            yield listening
        finally:
            listening.close()

    # --- what the library below calls ---------------------------------------------------------------------------

    def factory(self, env: Environment) -> LedgerPostgresFactory:
        return LedgerPostgresFactory(env, self)

    def register_type_adapters(self) -> None:
        """Nothing: we have no composite types."""

    @contextmanager
    def get_connection(self) -> Generator[Any, None, None]:
        """For the library's own subscriptions."""
        with self._readers.connection() as connection:
            yield connection

    @contextmanager
    def transaction(self, *, commit: bool = False) -> Generator[Any, None, None]:
        with self.writing() if commit else self.reading() as transaction:
            yield transaction

    # --- keeping ------------------------------------------------------------------------------------------------

    def backup(self, target: Path) -> None:
        """Not offered: the server's own tools do it.

        Raises:
            NoFileBackup: Always; it names them.
        """
        raise errors.NoFileBackup

    def settle(self) -> None:
        """ANALYZE: until then, the server takes freshly loaded tables for empty ones."""
        with self._locked(), self._writers.connection() as connection, typed_errors(connection):
            connection.execute(
                "ANALYZE events, streams, headers, texts, facts, registers, items, places, acts, authorship"
            )

    def wipe(self) -> bool:
        """Write the tables that texts and profiles are deleted from anew, without what deleted rows left behind.

        Only their owner may. The server's write-ahead log and its archive are not ours: they keep it until recycled.
        """
        with self._locked(), self._writers.connection() as connection, typed_errors(connection):
            row = connection.execute(
                "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('texts')"
            ).fetchone()
            if row is None or not row[0]:
                return False
            connection.execute("VACUUM (FULL) texts, profiles")
        return True

    def discard(self) -> None:
        """Close, and take away the ledger that :meth:`prepare` has made; nothing where it has made none."""
        made, self._made = self._made, None
        if made is not None and made.ledger:
            with self._locked(), self._writers.connection() as connection, typed_errors(connection):
                postgres_migrations.drop(connection, self._schema, made)
        self.close()

    def close(self) -> None:
        for name in ("_readers", "_writers"):
            pool: Pool | None = getattr(self, name, None)  # None: it failed while it was made
            if pool is not None:
                pool.close()
        super().close()


class LedgerPostgresRecorder(LogRecorder, PostgresApplicationRecorder):
    """Reads our log; its tables come from our migrations, and its subscriptions listen where we notify."""

    datastore: LedgerPostgresDatastore

    def __init__(self, datastore: LedgerPostgresDatastore) -> None:
        super().__init__(datastore)
        self.channel_name = datastore.channel

    def create_table(self) -> None:
        """Nothing: the schema comes from our migrations."""


class LedgerPostgresFactory(PostgresFactory):
    """Builds from what it is given; imports nothing by name, reads no password from an environment."""

    def __init__(self, env: Environment, datastore: LedgerPostgresDatastore) -> None:
        # PostgresFactory's own would open a datastore from the environment.
        super(BasePostgresFactory, self).__init__(env)
        self.datastore = self._ours = datastore

    def application_recorder(self) -> ApplicationRecorder:
        return LedgerPostgresRecorder(self._ours)
