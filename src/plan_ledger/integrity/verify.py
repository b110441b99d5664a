"""Verify: the log, the index against a replay, and every edition's digest against its snapshot."""

from __future__ import annotations

from plan_ledger.errors import PlanLedgerError
from plan_ledger.index import catalog
from plan_ledger.index.digest import digest_at
from plan_ledger.index.rebuild import TABLES, dump_rows, rebuild
from plan_ledger.integrity.findings import MAX_FINDINGS, Finding, Verification
from plan_ledger.integrity.log_check import check_log
from plan_ledger.store import log
from plan_ledger.store.application import LedgerStore
from plan_ledger.store.transaction import Rows

__all__ = ["Finding", "Verification", "verify"]


def verify(store: LedgerStore) -> Verification:
    """Check everything that can be checked from the ledger alone, in one consistent view."""
    found = Verification()
    with store.reading() as rows:
        check_log(rows, store, found)
        if not found.findings:
            _index(rows, store, found)
        if not found.findings:
            _editions(rows, found)
    del found.findings[MAX_FINDINGS:]
    return found


def _index(rows: Rows, store: LedgerStore, found: Verification) -> None:
    """Replay the log into a database of its own and compare the rows."""
    from plan_ledger.store.sqlite import MEMORY, LedgerDatastore

    replayed = LedgerDatastore(MEMORY)
    try:
        replayed.prepare(log.ledger_uuid(rows), 0)
        with replayed.writing() as tx:
            last = rows.one("SELECT coalesce(max(position), 0) FROM events")
            assert last is not None
            rebuild(tx, store.sealer, last[0], rows)
            wanted = dump_rows(tx)
    except (AssertionError, KeyError, PlanLedgerError, ValueError) as error:
        # Only a forged log gets here: every event can be read, but together they make no sense.
        found.findings.append(Finding("replay", 0, type(error).__name__))
        return
    finally:
        replayed.close()
    for table, order in TABLES.items():
        try:
            same = rows.all(f"SELECT * FROM {table} ORDER BY {order}") == wanted[table]
        except PlanLedgerError:
            same = False
        if not same:
            found.findings.append(Finding("index", 0, table))


def _editions(rows: Rows, found: Verification) -> None:
    for plan in catalog.plans(rows):
        for meeting in catalog.meetings(rows, plan.no):
            for edition in meeting.editions:
                found.editions += 1
                digest = digest_at(rows, plan, edition.pair, scope=meeting.scope)
                if digest.hex != edition.digest and not digest.redacted:
                    found.findings.append(Finding("edition", edition.position, f"{meeting.name} 第{edition.edition}版"))
