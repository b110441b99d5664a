"""Hooks: what a host wants done after its ledger recorded something.

An exception from the ledger means that nothing was recorded, always. A hook runs when it is recorded, so that what a
hook raises is not raised on: it is logged with its traceback, the other hooks run, and the writer gets its receipt.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from attrs import field, frozen

from plan_ledger.ledger.receipt import Receipt
from plan_ledger.store.transaction import Rows

if TYPE_CHECKING:
    from plan_ledger.queries.following import LogEntry

_log = logging.getLogger("plan_ledger")

Reading = Callable[[], AbstractContextManager[Rows]]


@frozen
class Commit:
    """What one write recorded: all positions from ``first`` to ``last``, one batch or many."""

    first: int
    last: int
    recorded_at: datetime
    _reading: Reading = field(repr=False)

    def entries(self) -> Iterator[LogEntry]:
        """The events of the write, in order, as :meth:`Ledger.follow` gives them; read when asked for."""
        from plan_ledger.queries import following

        after = self.first - 1
        while after < self.last:
            with self._reading() as rows:
                page = following.page(rows, after, min(following.PAGE, self.last - after))
            yield from page
            after = page[-1].position


Hook = Callable[[Commit], object]


class Hooks:
    """The hooks of one ledger, in the order in which they were added."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._hooks: dict[object, Hook] = {}
        self._lock = Lock()

    def add(self, hook: Hook) -> Callable[[], None]:
        """Have a hook called after every commit. Returns what takes it away again; once is enough."""
        key = object()
        with self._lock:
            self._hooks = {**self._hooks, key: hook}
        return partial(self._remove, key)

    def _remove(self, key: object) -> None:
        with self._lock:
            self._hooks = {each: hook for each, hook in self._hooks.items() if each is not key}

    def call(self, receipt: Receipt) -> None:
        """Call the hooks with what was recorded."""
        if not self._hooks or receipt.first is None or receipt.last is None or receipt.recorded_at is None:
            return
        commit = Commit(receipt.first, receipt.last, receipt.recorded_at, self._reading)
        for hook in self._hooks.values():
            try:
                hook(commit)
            except Exception:  # noqa: BLE001 - the host's code may raise anything; what was recorded is recorded
                _log.exception("a hook failed after positions %d to %d were recorded", commit.first, commit.last)
