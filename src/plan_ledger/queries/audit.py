"""Audit and history: what was recorded and fits the filters, in order of recording, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from attrs import evolve

from plan_ledger.index import catalog
from plan_ledger.queries import audit_acts, audit_select
from plan_ledger.queries.audit_filters import Selection, read_header
from plan_ledger.queries.audit_rows import Teller
from plan_ledger.queries.causes import NUMBERED
from plan_ledger.queries.results import AuditRow
from plan_ledger.store.transaction import Rows, SqlRow

PAGE = 1000
NEAR = 20_000
FEW_HEADERS = 1_000
"""How many positions are gone through for a field before its registers are asked."""
Reading = Callable[[], AbstractContextManager[Rows]]
Telling = Callable[[Rows], Teller]


def page(rows: Rows, plan: catalog.PlanRow, selection: Selection, limit: int) -> list[AuditRow]:
    """The first changes of items that fit, at most ``limit``; without acts."""
    teller = Teller(rows, plan, head(rows))
    return teller.tell(rows, read(rows, teller, selection, limit)[0], selection)


def head(rows: Rows) -> int:
    """The last position."""
    row = rows.one("SELECT coalesce(max(position), 0) FROM events")
    assert row is not None
    return int(row[0])


def read(rows: Rows, teller: Teller, selection: Selection, limit: int) -> tuple[list[SqlRow], bool]:
    """What the index finds, in the selection's order, at most ``limit``; and whether that is all.

    Fields and kinds alone are first looked for close by, along the recorded range: most change often enough to fill
    the page there. What does not is rare, and reached through the items' registers.
    """
    selection = _with_headers(rows, selection)
    if not audit_select.by_register(selection):
        return _listed(rows, teller, selection, limit, near=False)
    window, rest = _window(selection)
    found, ended = _listed(rows, teller, window, limit, near=True)
    if rest is None or not ended:
        return found, ended
    more, ended = _listed(rows, teller, rest, limit - len(found), near=False)
    return found + more, ended


def _with_headers(rows: Rows, selection: Selection) -> Selection:
    """Reason and approval stand in headers, which many batches share: where these are few, they are looked at first."""
    if selection.reason is None and selection.approval is None:
        return selection
    found = rows.all("SELECT no, content FROM headers LIMIT ?", (FEW_HEADERS + 1,))
    if len(found) > FEW_HEADERS:
        return selection
    fitting = frozenset(no for no, content in found if selection.header_fits(read_header(bytes(content))))
    return evolve(selection, headers=fitting)


def near(selection: Selection) -> bool:
    """Whether the range is short enough to be gone through, whatever is looked for in it."""
    return selection.upto - selection.after <= NEAR


def _window(selection: Selection) -> tuple[Selection, Selection | None]:
    """The nearest positions of the range, and those behind them."""
    if near(selection):
        return selection, None
    if selection.descending:
        cut = selection.upto - NEAR
        return evolve(selection, after=cut), evolve(selection, upto=cut)
    cut = selection.after + NEAR
    return evolve(selection, upto=cut), evolve(selection, after=cut)


def _listed(rows: Rows, teller: Teller, selection: Selection, limit: int, *, near: bool) -> tuple[list[SqlRow], bool]:
    statement = audit_select.listing(selection, teller.sole, limit, first_batch(rows, selection), near=near)
    found = rows.all(statement.sql, statement.params)
    # The database need not keep the order of what it looked up; a batch that is somebody's twice comes twice.
    found.sort(key=_position, reverse=selection.descending)
    once = [entry for at, entry in enumerate(found) if not at or entry[0] != found[at - 1][0]]
    return once, len(found) < limit


def _position(entry: SqlRow) -> int:
    return int(entry[0])


def first_batch(rows: Rows, selection: Selection) -> int:
    """The batch with the first position of the range: where a walk over somebody's batches starts."""
    if not selection.who or selection.after <= 0:
        return 0
    row = rows.one("SELECT batch FROM events WHERE position = ?", (selection.after + 1,))
    return int(row[0]) if row else selection.after + 1


def pages(reading: Reading, telling: Telling, selection: Selection, limit: int | None) -> Iterator[list[AuditRow]]:
    """Changes and acts behind one another, each page within a view of its own; the end is the selection's.

    Args:
        reading: Opens a view of the ledger.
        telling: Gives what tells the plan's rows, as of a view.
        selection: What is listed; with ``descending`` from the end.
        limit: How many rows to give at most.
    """
    left = limit
    acts: list[AuditRow] | None = None
    while left is None or left > 0:
        size = PAGE if left is None or selection.residual else min(PAGE, left)
        with reading() as rows:
            teller = telling(rows)
            if acts is None:
                acts = audit_acts.listed(rows, teller, selection)
                acts.sort(key=_row_position, reverse=selection.descending)
            found, ended = read(rows, teller, selection, size)
            told = teller.tell(rows, found, selection)
        if acts:
            due = acts if ended else [act for act in acts if _reached(act.position, found[-1][0], selection)]
            acts = acts[len(due) :]
            told = sorted([*told, *due], key=_row_position, reverse=selection.descending)
        told = told if left is None else told[:left]
        if told:
            yield told
        if ended:
            return
        left = None if left is None else left - len(told)
        last = found[-1][0]
        selection = evolve(selection, upto=last - 1) if selection.descending else evolve(selection, after=last)


def _row_position(row: AuditRow) -> int:
    return row.position


def _reached(position: int, last: int, selection: Selection) -> bool:
    return position >= last if selection.descending else position <= last


def count(reading: Reading, telling: Telling, selection: Selection) -> int:
    """How many rows there are, changes and acts."""
    if selection.residual:
        return sum(len(portion) for portion in pages(reading, telling, selection, None))
    with reading() as rows:
        teller = telling(rows)
        statement = audit_select.counting(selection, teller.sole, first_batch(rows, selection), near=near(selection))
        row = rows.one(statement.sql, statement.params)
        assert row is not None
        return int(row[0]) + len(audit_acts.listed(rows, teller, selection))


# What the index of registers holds of a fact, it is not looked up for: its state is asked only where there is no text.
_HISTORY = (
    f"SELECT {NUMBERED}, e.batch, e.hash, f.register, f.effective, CASE WHEN x.body IS NULL THEN f.state ELSE 1 END,"
    " x.body, (SELECT max(position) FROM events) FROM facts f CROSS JOIN events e"
    " LEFT JOIN texts x ON x.position = f.position WHERE f.register = ? AND e.position = f.position"
)


def history(register: int, rows: Rows, teller: Teller) -> list[AuditRow]:
    """Every fact of one register in order of recording, with what each took the place of; nothing where the teller is
    one of another head."""
    found = rows.all(_HISTORY, (register,))
    if not found or found[0][-1] != teller.head:
        return []
    found.sort(key=_position)
    seen: list[tuple[int, int, str | None, int]] = []  # in the order of counting
    whole: list[SqlRow] = []
    for entry in found:
        own = (entry[7], entry[0], entry[9], entry[8])
        at = len(seen)
        while at and seen[at - 1][:2] > own[:2]:
            at -= 1
        whole.append((*entry[:-1], *(seen[at - 1][1:] if at else _NOTHING)))
        seen.insert(at, own)
    return teller.tell(rows, whole)


_NOTHING = (None, None, None)
