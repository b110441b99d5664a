"""Where the log ends."""

from __future__ import annotations

from plan_ledger.store.transaction import Rows


def last_position(rows: Rows) -> int:
    """The last position of the log; 0 while it is empty."""
    row = rows.one("SELECT coalesce(max(position), 0) FROM events")
    assert row is not None
    return int(row[0])
