"""Is the index what the log says? Every row of it against a replay of the log, page by page."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from plan_ledger.errors import PlanLedgerError
from plan_ledger.index.rebuild import TABLES
from plan_ledger.index.replay import Replay, Taken
from plan_ledger.integrity.editions import Tables
from plan_ledger.integrity.findings import Finding, Verification
from plan_ledger.integrity.said import Portion
from plan_ledger.store import log, scan
from plan_ledger.store.sqlite import MEMORY, LedgerDatastore
from plan_ledger.store.sqlite_transaction import SqliteTransaction
from plan_ledger.store.transaction import Rows, SqlRow

_FACTS = "SELECT position, register, effective, state FROM facts WHERE position > ? AND position <= ? ORDER BY position"
_AUTHORSHIP = (
    "SELECT batch, last FROM authorship WHERE actor = ? AND role = ? AND batch > ? AND batch <= ? ORDER BY batch"
)
_WAITING = 50_000
"""Batches whose authorship is kept until it is compared: that table is not in the order of the log."""


class IndexCheck:
    """Follows the log in a database of its own, which holds everything but changes of fields."""

    def __init__(self, rows: Rows, found: Verification) -> None:
        self._rows, self._found = rows, found
        self._replayed = LedgerDatastore(MEMORY)
        self._waiting = self._compared = self._since = self._ended = 0
        self._differ: set[str] = set()
        self._failed = False
        self._last = 0

    def __enter__(self) -> Self:
        self._replayed.prepare(log.ledger_uuid(self._rows), 0)
        self._writing = self._replayed.writing()
        self._tx: SqliteTransaction = self._writing.__enter__()
        streams = scan.stream_ids(self._rows)
        self._replay = Replay(self._tx, streams.items())
        self.tables = Tables(streams, self._replay.cells)
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
            taken = self._replay.take(portion.structure, portion.plain, portion.late, portion.batches)
        except (AssertionError, KeyError, PlanLedgerError, TypeError, ValueError) as error:
            # Only a forged log gets here: every event can be read, but together they make no sense.
            self._failed = True
            self._found.findings.append(Finding("replay", 0, type(error).__name__))
            return
        self._last = portion.last
        if "facts" not in self._differ and not self._same_facts(portion, taken):
            self._differ.add("facts")
        if portion.batches:
            (self._ended, _), _ = portion.batches[-1]
            self._waiting += len(portion.batches)
            if self._waiting > _WAITING:
                self._compare_authorship()
        self.tables.follow(portion)

    def _same_facts(self, portion: Portion, taken: Taken) -> bool:
        plain = portion.plain
        if portion.registers is not None:
            return portion.registers == taken.registers
        bounds = (portion.after, portion.last)
        facts = taken.facts(plain)
        if portion.structure:
            facts = sorted(facts + self._tx.all(_FACTS, bounds))
        return facts == self._read(_FACTS, bounds)

    def _compare_authorship(self) -> None:
        """Compare the batches that wait, person by person: that is the table's own order."""
        for (actor, role), batches in self._replay.authorship.items():
            if batches and self._read(_AUTHORSHIP, (actor, role, self._since, self._ended)) != batches:
                self._differ.add("authorship")
            self._compared += len(batches)
            batches.clear()
        self._waiting, self._since = 0, self._ended

    def finish(self) -> None:
        """Compare everything else."""
        if self._failed:
            return
        self._compare_authorship()
        for table, order in TABLES.items():
            if not self._same(table, order):
                self._found.findings.append(Finding("index", 0, table))

    def _same(self, table: str, order: str) -> bool:
        if table in self._differ:
            return False
        select = f"SELECT * FROM {table} ORDER BY {order}"
        if table == "facts":
            outside = self._read("SELECT position FROM facts WHERE position > ?", (self._last,))
            return outside == [] == self._read("SELECT position FROM facts WHERE position < 1")
        if table == "registers":
            return sorted([*self._replay.cells.held(), *self._tx.all(select)]) == self._read(select)
        if table == "authorship":
            return self._read("SELECT count(*) FROM authorship") == [(self._compared,)]
        return self._tx.all(select) == self._read(select)

    def _read(self, sql: str, params: tuple[int, ...] = ()) -> list[SqlRow] | None:
        try:
            return self._rows.all(sql, params)
        except PlanLedgerError:
            return None  # a column holds what can't be read
