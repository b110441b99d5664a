"""Verify: the log, what stands beside it, the index against a replay, every edition's digest, and an anchor."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager

from plan_ledger.integrity.anchor import Anchor, check_anchor
from plan_ledger.integrity.beside import check_beside
from plan_ledger.integrity.editions import check_editions
from plan_ledger.integrity.findings import MAX_FINDINGS, Finding, Verification
from plan_ledger.integrity.index_check import IndexCheck
from plan_ledger.integrity.log_check import check_log
from plan_ledger.store import chain
from plan_ledger.store.application import LedgerStore

__all__ = ["Finding", "Verification", "verify"]


def verify(store: LedgerStore, anchor: Anchor | None = None) -> Verification:
    """Check everything that can be checked from the ledger alone, and from an anchor, in one consistent view."""
    found = Verification()
    with _uncollected(), store.reading() as rows, IndexCheck(rows, found) as index:
        if rows.all("SELECT id, format FROM ledger") != [(1, chain.FORMAT)]:
            found.findings.append(Finding("ledger", 0, "format"))
        said = check_log(rows, store, found, index.follow)
        check_beside(rows, said, found)
        if not found.findings:
            index.finish()
        if not found.findings:
            check_editions(rows, found, index.tables.checked)
        if anchor is not None:
            check_anchor(rows, anchor, found)
    del found.findings[MAX_FINDINGS:]
    return found


@contextmanager
def _uncollected() -> Generator[None, None, None]:
    """Without Python's collector of cycles: there are none among the rows, and it would walk over all of them often."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
