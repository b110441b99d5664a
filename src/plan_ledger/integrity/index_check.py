"""Is the index what the log says? Every row of it against a replay of the log, page by page."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from plan_ledger.errors import PlanLedgerError
from plan_ledger.index.rebuild import TABLES
from plan_ledger.index.replay import Replay
from plan_ledger.integrity.findings import Finding, Verification
from plan_ledger.integrity.log_check import Portion
from plan_ledger.store import log, scan
from plan_ledger.store.sqlite import MEMORY, LedgerDatastore, SqliteTransaction
from plan_ledger.store.transaction import Rows, SqlRow

_FACTS = "SELECT position, register, effective, state FROM facts WHERE position > ? AND position <= ? ORDER BY position"


class IndexCheck:
    """Follows the log in a database of its own, which holds everything but changes of fields."""

    def __init__(self, rows: Rows, found: Verification) -> None:
        self._rows, self._found = rows, found
        self._replayed = LedgerDatastore(MEMORY)
        self._authorship: list[SqlRow] = []
        self._facts_differ = False
        self._failed = False
        self._last = 0

    def __enter__(self) -> Self:
        self._replayed.prepare(log.ledger_uuid(self._rows), 0)
        self._writing = self._replayed.writing()
        self._tx: SqliteTransaction = self._writing.__enter__()
        self._replay = Replay(self._tx, scan.stream_ids(self._rows).items())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writing.__exit__(None, None, None)
        self._replayed.close()

    def follow(self, portion: Portion) -> None:
        """Take in a page of the log, and compare the facts that it records."""
        if self._failed:
            return
        try:
            facts, authorship = self._replay.take(portion.structure, portion.plain, portion.late, portion.batches)
        except (AssertionError, KeyError, PlanLedgerError, TypeError, ValueError) as error:
            # Only a forged log gets here: every event can be read, but together they make no sense.
            self._failed = True
            self._found.findings.append(Finding("replay", 0, type(error).__name__))
            return
        self._authorship += authorship
        self._last = portion.last
        bounds = (portion.after, portion.last)
        if portion.structure:
            facts = sorted(facts + self._tx.all(_FACTS, bounds))
        if not self._facts_differ and facts != self._read(_FACTS, bounds):
            self._facts_differ = True

    def finish(self) -> None:
        """Compare everything else."""
        if self._failed:
            return
        for table, order in TABLES.items():
            if not self._same(table, order):
                self._found.findings.append(Finding("index", 0, table))

    def _same(self, table: str, order: str) -> bool:
        select = f"SELECT * FROM {table} ORDER BY {order}"
        if table == "facts":
            outside = self._read("SELECT position FROM facts WHERE position < 1 OR position > ?", (self._last,))
            return not self._facts_differ and outside == []
        if table == "registers":
            return sorted([*self._replay.heads.items(), *self._tx.all(select)]) == self._read(select)
        if table == "authorship":
            return sorted(self._authorship) == self._read(select)
        return self._tx.all(select) == self._read(select)

    def _read(self, sql: str, params: tuple[int, ...] = ()) -> list[SqlRow] | None:
        try:
            return self._rows.all(sql, params)
        except PlanLedgerError:
            return None  # a column holds what can't be read
