"""Differences: what was handed out at a meeting against the same table corrected."""

from __future__ import annotations

from attrs import evolve

from plan_ledger.index import catalog
from plan_ledger.queries.changes import between
from plan_ledger.queries.results import ChangeSet, MomentRef
from plan_ledger.store.transaction import Rows
from plan_ledger.values.coordinates import Pair


def corrected(
    rows: Rows, plan: catalog.PlanRow, handed_out: MomentRef, known: int, *, scope: int | None = None
) -> ChangeSet:
    """From an edition as it was handed out to the same point as known at a position.

    An entry that says another text or place is ``corrected``; a row that should have been there, or should not, is
    ``added`` or ``removed``.
    """
    same = evolve(handed_out, pair=Pair(handed_out.pair.at, known), as_known=True)
    return between(rows, plan, handed_out, same, scope=scope)
