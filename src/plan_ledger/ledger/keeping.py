"""Keeping a ledger: its head, its batches' receipts, a dump of everything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plan_ledger.index import catalog
from plan_ledger.ledger.errors import UnknownBatch
from plan_ledger.ledger.receipt import Receipt
from plan_ledger.store.log import last_position

if TYPE_CHECKING:
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
