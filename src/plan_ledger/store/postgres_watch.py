"""Told of a write by PostgreSQL: LISTEN on a connection of the follower's own."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import psycopg

from plan_ledger.store import errors
from plan_ledger.store.postgres_sql import Connection


class Listening:
    """Wakes up when something is committed. A lost connection is a reason to look, and is made anew."""

    every = 5.0
    """Notifications are not missed while the connection stands; this is for the day when a firewall swallows them."""

    def __init__(self, connect: Callable[[], Connection], channel: str) -> None:
        self._connect = connect
        self._statement = f'LISTEN "{channel}"'.encode()
        self._connection: Connection | None = None
        self._listen()

    def _listen(self) -> bool:
        try:
            self._connection = self._connect()
            self._connection.execute(self._statement)
        except (errors.StoreError, psycopg.Error):
            self.close()
            return False
        return True

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until something was committed. Whether it was, or may have been."""
        until = time.monotonic() + seconds
        if self._connection is None:
            if self._listen():
                return True  # what was committed in the meantime, nobody told
            time.sleep(max(0.0, min(until - time.monotonic(), seconds)))
            return False
        try:
            return any(True for _ in self._connection.notifies(timeout=seconds, stop_after=1))
        except psycopg.Error:
            self.close()
            return True

    def close(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None
