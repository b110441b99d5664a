"""Keeping a ledger: read it, follow it, make its index anew, back it up, copy it. :class:`Ledger` inherits it."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from plan_ledger.index import catalog
from plan_ledger.ledger.errors import UnknownBatch
from plan_ledger.ledger.guarding import Guarding
from plan_ledger.ledger.receipt import Receipt
from plan_ledger.store.position import last_position

if TYPE_CHECKING:
    from plan_ledger.ledger.copying import Copied
    from plan_ledger.ledger.front import Ledger
    from plan_ledger.queries.following import LogEntry
    from plan_ledger.store.application import LedgerStore
    from plan_ledger.store.transaction import Rows


def receipt_of(rows: Rows, position: int) -> Receipt:
    """The receipt of the batch that holds a position.

    Raises:
        UnknownBatch: There is none.
    """
    bounds = catalog.batch_bounds(rows, position)
    if bounds is None:
        raise UnknownBatch(position)
    row = rows.one("SELECT recorded_at FROM events WHERE position = ?", (bounds[0],))
    assert row is not None
    return Receipt(*bounds, int(row[0]))


def dump(rows: Rows, path: Path) -> int:
    """Write everything as JSON lines, beside its place and then moved there. Returns how many events there are."""
    from plan_ledger.integrity.transfer import dump_lines

    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(line + "\n" for line in dump_lines(rows))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return last_position(rows)


class Keeping(Guarding):
    """Part of the front door; see :class:`plan_ledger.Ledger`."""

    def reading(self) -> AbstractContextManager[Rows]:
        """A consistent view of everything recorded so far."""
        return self._store.reading()

    def asking(self) -> AbstractContextManager[Rows]:
        """A view for one question: what is asked next may show more."""
        return self._store.asking()

    @property
    def head(self) -> int:
        """The last position."""
        with self.reading() as rows:
            return last_position(rows)

    def follow(
        self,
        after: int = 0,
        *,
        poll: float | None = None,
        stop: Callable[[], bool] | None = None,
        wait: bool = True,
    ) -> Generator[LogEntry, None, None]:
        """Every event after a position, in order and without gaps; then wait for the next, and go on.

        Nothing is kept of who has read what: whoever follows keeps the position of the last entry dealt with, and
        begins after it next time. So each entry comes at least once.

        Args:
            after: The last position that has been dealt with; 0 for none.
            poll: Seconds after which to look again; None: as the storage advises.
            stop: Asked between portions and at least every 0.2 seconds of waiting; True ends it.
            wait: Whether to wait at the end of the log. Without, everything recorded so far is given.

        Raises:
            AheadOfLedger: The ledger ends before ``after``: it is another one, or an older copy.
            StoreError: The storage failed; follow again from where it stopped.
        """
        from plan_ledger.ledger.following import follow

        return follow(cast("Ledger", self), after, poll=poll, stop=stop, wait=wait)

    def receipt(self, position: int) -> Receipt:
        """The receipt of the batch that holds a position.

        Raises:
            UnknownBatch: There is none.
        """
        with self.reading() as rows:
            return receipt_of(rows, position)

    @property
    def store(self) -> LedgerStore:
        """The event-sourced application underneath: eventsourcing's notification log, mapper and recorder."""
        return self._store

    def rebuild(self) -> None:
        """Make the index anew from the log."""
        from plan_ledger.index.rebuild import rebuild

        with self._store.writing() as tx:
            rebuild(tx, self._store.sealer, last_position(tx))
            self._recording.forget()
        self.forget_tables()

    def backup(self, target: str | os.PathLike[str]) -> None:
        """Copy the ledger to a new file while it is in use. Copying the file itself can lose what is in its log."""
        self._store.backup(Path(target))

    def dump(self, target: str | os.PathLike[str]) -> int:
        """Write everything as JSON lines, with the chain. Returns how many events there are.

        The file is complete or not there: it is written beside its place and then moved.
        """
        with self.reading() as rows:
            return dump(rows, Path(target))

    def copy_to(self, target: str | os.PathLike[str]) -> Copied:
        """Copy everything recorded so far into a new ledger, a file or on a server; the same positions and chain.

        Raises:
            LedgerExists: There is a ledger at ``target``.
            CopyRefused: This ledger does not verify; no copy is made.
        """
        from plan_ledger.ledger.copying import copy

        return copy(self._store, os.fspath(target))

    def settings(self) -> dict[str, Any]:
        """What the database reports of its settings."""
        return self._store.settings()
