"""Connections to PostgreSQL: configured and checked once, used by one at a time, thrown away when they fail.

Connections are made by whoever needs one, at once, and an error is theirs at once. psycopg_pool makes them in threads
of its own, waits longer after every failure, and tells the caller no more than that time is up: after a failover that
is the difference between writing again at the first try and in some seconds.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from threading import BoundedSemaphore, Lock
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from plan_ledger.store import errors
from plan_ledger.store.postgres_address import PostgresAddress
from plan_ledger.store.postgres_faults import typed_connect, typed_errors
from plan_ledger.store.postgres_sql import Connection, adapt

_CHECK_AFTER = 2.0
"""Seconds of idleness after which a connection is asked whether it still stands."""


class Pool:
    """Up to ``size`` connections. ``configure`` sets up a new one; what it raises, the caller gets."""

    def __init__(
        self,
        address: PostgresAddress,
        configure: Callable[[Connection], None],
        *,
        size: int,
        wait_seconds: float,
    ) -> None:
        self._address = address
        self._configure = configure
        self._wait_seconds = wait_seconds
        self._room = BoundedSemaphore(size)
        self._lock = Lock()
        self._idle: list[tuple[Connection, float]] = []
        self._process = os.getpid()
        self._closed = False

    @contextmanager
    def connection(self) -> Generator[Connection, None, None]:
        """A connection outside of any transaction.

        Raises:
            LedgerBusy: All of them were in use for longer than the time allowed.
            ServerUnreachable, AccessRefused, NotDurable: No connection can be had.
        """
        if os.getpid() != self._process:
            raise errors.OtherProcess
        if not self._room.acquire(timeout=self._wait_seconds):
            raise errors.LedgerBusy
        try:
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)
        finally:
            self._room.release()

    def _take(self) -> Connection:
        while True:
            with self._lock:
                if self._closed:
                    raise errors.LedgerClosed
                if not self._idle:
                    break
                connection, since = self._idle.pop()
            if (time.monotonic() - since < _CHECK_AFTER and _silent(connection)) or _stands(connection):
                return connection
            connection.close()
        return self.connect()

    def connect(self) -> Connection:
        """A new connection, configured; the caller closes it."""
        connection = self._connect()
        if not isinstance(connection, psycopg.Connection):
            # Raised here, outside of any handler: the driver's error carries the parameters, the password with them.
            raise connection
        try:
            adapt(connection)
            with typed_errors(connection):
                self._configure(connection)
        except BaseException:  # an interrupt, too, leaves no connection open
            connection.close()
            raise
        return connection

    def _connect(self) -> Connection | errors.StoreError:
        try:
            return psycopg.Connection[Any].connect(
                **self._address.parameters, autocommit=True, cursor_factory=psycopg.RawCursor
            )
        except psycopg.Error as error:
            return typed_connect(error)
        except OSError as error:  # no file handle is left for the socket, or for waiting on it
            return errors.StorageFault(error.strerror or type(error).__name__)

    def _give_back(self, connection: Connection) -> None:
        if connection.closed or connection.info.transaction_status != TransactionStatus.IDLE:
            connection.close()  # in the middle of something: whatever it is, it ends here
            return
        with self._lock:
            if not self._closed:
                self._idle.append((connection, time.monotonic()))
                return
        connection.close()

    def drop_idle(self) -> None:
        """Close what is idle: where one connection was lost, the others were too."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection, _ in idle:
            connection.close()

    def close(self) -> None:
        self._closed = True
        if os.getpid() == self._process:
            self.drop_idle()


def _silent(connection: Connection) -> bool:
    """Whether the server has said nothing since, not even that it ends. Costs no round trip."""
    if not hasattr(select, "poll"):
        return not select.select([connection.fileno()], [], [], 0)[0]
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)


def _stands(connection: Connection) -> bool:
    with suppress(psycopg.Error):
        connection.execute("")
        return True
    return False
