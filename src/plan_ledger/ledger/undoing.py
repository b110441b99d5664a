"""Undoing a batch: compensating changes, decided like any others; what was changed again since is a conflict."""

from __future__ import annotations

from uuid import UUID

from plan_ledger.domain import plans as plan_domain
from plan_ledger.errors import PlanLedgerError, raise_problems
from plan_ledger.index import asof, catalog
from plan_ledger.index.registers import BITS, MASK
from plan_ledger.index.registers import bounds as registers_of
from plan_ledger.ledger.acting import Acting
from plan_ledger.ledger.editions import state
from plan_ledger.ledger.errors import NothingToUndo, UndoConflict, UnknownBatch
from plan_ledger.ledger.intents import Change, Executor, Intent, PlaceAt, Restore, Withdraw
from plan_ledger.ledger.work import Work
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import EXISTENCE, PLACE


def undo(work: Work, executor: Executor, acting: Acting, plan: catalog.PlanRow, position: int) -> None:
    """Record the compensation of the batch that holds a position.

    Raises:
        UnknownBatch: There is none.
        UndoConflict: Something it changed was changed again later; each such register is reported.
        NothingToUndo: It changed nothing of this plan that can be taken back.
    """
    bounds = catalog.batch_bounds(work.tx, position)
    if bounds is None:
        raise UnknownBatch(position)
    first, last = bounds
    touched = work.tx.all(
        "SELECT f.register, r.head FROM facts f JOIN registers r ON r.no = f.register"
        f" JOIN items i ON i.no = f.register >> {BITS} AND i.plan = ?"
        " WHERE f.position BETWEEN ? AND ? ORDER BY f.position",
        (plan.no, first, last),
    )
    heads: dict[int, int] = dict(touched)
    added = {
        no
        for (no,) in work.tx.all(
            "SELECT no FROM items WHERE position BETWEEN ? AND ? AND plan = ?", (first, last, plan.no)
        )
    }
    problems: list[PlanLedgerError] = [UndoConflict(head) for head in heads.values() if head > last]
    for item in sorted(added):
        low, high = registers_of(item)
        later = work.tx.all(
            "SELECT head FROM registers WHERE no BETWEEN ? AND ? AND head > ?"
            " UNION SELECT r.head FROM items i JOIN registers r ON r.no = i.no * 1024 + 1"
            " WHERE i.parent = ? AND i.alive = 1 AND r.head > ?",
            (low, high, last, item, last),
        )
        problems += [UndoConflict(head) for (head,) in later if head not in heads.values()]
    raise_problems(problems)
    executor.prepare([Withdraw(work.uuid_of(no >> BITS)) for no in heads])
    intents = _intents(work, heads, added, Pair.of(first - 1))
    before = work.position
    work.begin(acting, undoes=first)
    for intent in intents:
        executor.run(intent)
    for (meeting,) in work.tx.all(
        "SELECT uuid FROM meetings WHERE no BETWEEN ? AND ? AND plan = ? AND annulled = 0", (first, last, plan.no)
    ):
        command = plan_domain.AnnulMeeting(UUID(bytes=bytes(meeting)))
        work.record(plan_domain.decide(state(work, plan), command))
    if work.position == before:
        raise NothingToUndo(first)
    work.flush()


def _intents(work: Work, heads: dict[int, int], added: set[int], before: Pair) -> list[Intent]:
    cells = asof.register_cells(work.tx, list(heads), before)
    keys: dict[int, dict[int, str]] = {}
    found: list[Intent] = []
    for no in heads:
        item, number = no >> BITS, no & MASK
        uuid = work.uuid_of(item)
        if item in added:
            if number == EXISTENCE:
                found.append(Withdraw(uuid))
            continue
        old = cells.get(no)
        if number == EXISTENCE:
            present = work.item(uuid)
            if old and old[2]:
                if present is not None and not present.alive:
                    found.append(Restore(uuid))
            else:
                found.append(Withdraw(uuid))
        elif number == PLACE and old is not None:
            row = work.tx.one(
                "SELECT s.uuid, p.rank FROM places p LEFT JOIN streams s ON s.no = p.parent WHERE p.position = ?",
                (old[0],),
            )
            assert row is not None
            found.append(PlaceAt(uuid, None if row[0] is None else UUID(bytes=bytes(row[0])), row[1]))
        else:
            row = work.tx.one("SELECT plan FROM items WHERE no = ?", (item,))
            assert row is not None
            if row[0] not in keys:
                keys[row[0]] = {n: key for (_, key), n in catalog.field_numbers(work.tx, row[0]).items()}
            found.append(Change(uuid, keys[row[0]][number], (old[1] or "") if old else ""))
    # An item has to be there before its fields can be set back, and is taken away last.
    order: dict[type[Intent], int] = {Restore: 0, PlaceAt: 1, Change: 2, Withdraw: 3}
    return sorted(found, key=lambda intent: order[type(intent)])
