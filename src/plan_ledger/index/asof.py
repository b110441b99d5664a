"""As-of reading: which fact of a register is seen from a pair, one index probe a register, whatever the history."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from plan_ledger.index.registers import BITS, MASK, bounds
from plan_ledger.store.transaction import Rows, SqlRow, SqlValue, chunks, marks
from plan_ledger.values.coordinates import Pair, effective_of
from plan_ledger.values.texts import REDACTED_TEXT

_PORTION = 10_000
"""How many positions are read at once, where a range may be the whole log."""


def winner(alias: str) -> str:
    """SQL for the position of the fact of register ``alias`` that is seen from a pair.

    Its parameters are (ordinary, at, known). The fact that holds at the head is the answer wherever it was
    recorded early enough: nothing that counts later can be visible before it.
    """
    return (
        f"CASE WHEN {alias}.head <= ? THEN {alias}.head ELSE (SELECT w.position FROM facts w"
        f" WHERE w.register = {alias}.no AND w.effective <= ? AND w.position <= ?"
        " ORDER BY w.effective DESC, w.position DESC LIMIT 1) END"
    )


def winner_params(pair: Pair) -> tuple[int, int, int]:
    return (pair.ordinary, pair.at, pair.known)


class ItemRow(NamedTuple):
    """Where an item stands, seen from a pair. A plain tuple: there is one for every item of every table read."""

    no: int
    uuid: UUID
    level: str
    alive: bool
    parent: int | None
    rank: str
    existence: int
    place: int


def structure(rows: Rows, plan: int, pair: Pair) -> dict[int, ItemRow]:
    """Every item of a plan that was there at the pair, alive or withdrawn, by number and in that order."""
    found = rows.all(
        "SELECT i.no, s.uuid, i.level, fe.state, p.parent, p.rank, fe.position, p.position"
        " FROM items i JOIN streams s ON s.no = i.no"
        " JOIN registers re ON re.no = i.no * 1024 JOIN registers rp ON rp.no = i.no * 1024 + 1"
        f" JOIN facts fe ON fe.position = {winner('re')}"
        f" JOIN places p ON p.position = {winner('rp')}"
        " WHERE i.plan = ?",
        (*winner_params(pair), *winner_params(pair), plan),
    )
    found.sort(key=_number)  # what is recorded in this order must not depend on the back end
    return {
        no: ItemRow(no, _uuid(bytes(raw)), level, bool(state), parent, rank, existence, place)
        for no, raw, level, state, parent, rank, existence, place in found
    }


_number = itemgetter(0)


@lru_cache(maxsize=65_536)
def _uuid(raw: bytes) -> UUID:
    return UUID(bytes=raw)


def live(items: dict[int, ItemRow]) -> list[ItemRow]:
    """The items that show: they and all their ancestors exist; in table order, parents before children."""
    children: dict[int | None, list[ItemRow]] = {}
    for item in items.values():
        if item.alive:
            children.setdefault(item.parent, []).append(item)
    for siblings in children.values():
        siblings.sort(key=table_order)
    ordered: list[ItemRow] = []
    stack = children.get(None, [])[::-1]
    while stack:
        item = stack.pop()
        ordered.append(item)
        if below := children.get(item.no):
            stack.extend(reversed(below))
    return ordered


table_order: Callable[[ItemRow], tuple[str, UUID]] = itemgetter(5, 1)
"""Siblings in order: by rank, ties by id."""


def plan_texts(rows: Rows, plan: int, pair: Pair) -> list[SqlRow]:
    """(register, position, text) of every field of a plan that holds a text at the pair.

    Behind the texts come the fields whose text was redacted, with :data:`~plan_ledger.values.texts.REDACTED_TEXT` in
    its place and a fourth element.
    """
    # One expression names the winner: a subquery of its own would be evaluated once for each mention of it.
    found = rows.all(
        "SELECT r.no, x.position, x.body FROM items i CROSS JOIN registers r"
        f" JOIN texts x ON x.position = {winner('r')}"
        " WHERE i.plan = ? AND r.no BETWEEN i.no * 1024 + 2 AND i.no * 1024 + 1023",
        (*winner_params(pair), plan),
    )
    return found + redacted_texts(rows, plan, pair)


def redacted_texts(rows: Rows, plan: int, pair: Pair) -> list[SqlRow]:
    """(register, position, 抹消済, True) of every field of a plan whose text, at the pair, is one that was redacted."""
    return [
        (no, position, REDACTED_TEXT, True)
        for no, position in rows.all(
            # From the few redactions, whatever the database takes for few.
            "SELECT r.no, f.position FROM redactions d CROSS JOIN facts f CROSS JOIN registers r CROSS JOIN items i"
            " WHERE f.position = d.position AND r.no = f.register AND i.no = r.no >> 10"
            f" AND i.plan = ? AND f.state = 1 AND f.position = {winner('r')} AND"
            " NOT EXISTS (SELECT 1 FROM texts x WHERE x.position = d.position)",
            (plan, *winner_params(pair)),
        )
    ]


def register_cells(rows: Rows, registers: Sequence[int], pair: Pair) -> dict[int, tuple[int, str | None, int]]:
    """register → (position, text, state) for some registers; those without a fact by the pair are left out."""
    found: dict[int, tuple[int, str | None, int]] = {}
    for chunk in chunks(registers):
        params: tuple[SqlValue, ...] = (*winner_params(pair), *chunk)
        for no, position, body, state in rows.all(
            f"SELECT r.no, f.position, x.body, f.state FROM registers r JOIN facts f ON f.position = {winner('r')}"
            f" LEFT JOIN texts x ON x.position = f.position WHERE r.no IN ({marks(len(chunk))})",
            params,
        ):
            found[no] = (position, body, state)
    return found


def titles(rows: Rows, plan: int, numbers: Mapping[str, int], pair: Pair) -> dict[int, str]:
    """Item → title at the pair, of all of a plan's items that have one; ``numbers``: that of the title by level."""
    cases = " ".join(f"WHEN ? THEN {int(number)}" for number in numbers.values())
    found: dict[int, str] = dict(
        rows.all(
            f"SELECT i.no, x.body FROM items i CROSS JOIN registers r JOIN texts x ON x.position = {winner('r')}"
            f" WHERE i.plan = ? AND r.no = i.no * 1024 + CASE i.level {cases} END",
            (*winner_params(pair), plan, *numbers),
        )
    )
    redacted = redacted_texts(rows, plan, pair)
    found.update((no >> BITS, text) for no, _, text, _ in redacted if no & MASK in numbers.values())
    return found


def register_facts(rows: Rows, registers: Sequence[int], pair: Pair) -> dict[int, tuple[int, int]]:
    """register → (effective, position) of the fact that is seen; those without a fact by the pair are left out."""
    found: dict[int, tuple[int, int]] = {}
    for chunk in chunks(registers):
        params: tuple[SqlValue, ...] = (*winner_params(pair), *chunk)
        for no, effective, position in rows.all(
            f"SELECT c.no, f.effective, f.position FROM (SELECT r.no AS no, {winner('r')} AS position"
            f" FROM registers r WHERE r.no IN ({marks(len(chunk))})) c JOIN facts f ON f.position = c.position",
            params,
        ):
            found[no] = (effective, position)
    return found


def item_cells(rows: Rows, item: int, pair: Pair) -> dict[int, tuple[int, str | None, int]]:
    """All registers of one item that had a fact by the pair."""
    low, high = bounds(item)
    registers = [no for (no,) in rows.all("SELECT no FROM registers WHERE no BETWEEN ? AND ?", (low, high))]
    return register_cells(rows, registers, pair)


def facts_between(rows: Rows, since: Pair, until: Pair, columns: str, joins: str) -> list[SqlRow]:
    """Facts visible in exactly one of two pairs, over all plans: register, then ``columns``; ordinary ones first.

    Ordinary facts are found by their positions; those that count at another point than the one at which they were
    recorded, in the small index of such facts. Facts are ``f``, their events ``e``, their texts ``x``.
    """
    select = (
        f"SELECT f.register, {columns} FROM facts f JOIN events e ON e.position = f.position{joins}"
        " LEFT JOIN texts x ON x.position = f.position"
    )
    low, high = sorted((since.ordinary, until.ordinary))
    ordinary = rows.all(
        f"{select} WHERE f.position > ? AND f.position <= ? AND f.effective = f.position * 1048576 ORDER BY f.position",
        (low, high),
    )
    # In the order of the index of such facts: asked for in that of positions, SQLite would look through all facts.
    return ordinary + rows.all(
        f"{select} WHERE f.effective <> f.position * 1048576"
        " AND (f.effective <= ? AND f.position <= ?) <> (f.effective <= ? AND f.position <= ?)"
        " ORDER BY f.effective, f.position",
        (since.at, since.known, until.at, until.known),
    )


def facts_forward(rows: Rows, after: int, upto: int, *, before: bool = True) -> Iterator[list[SqlRow]]:
    """Every fact recorded after a position and up to another, where all count where they were recorded, in portions.

    (register, position, text, state, recorded at, number of the header, payload, text before ``after``); a text is None
    where there is none, or where it was redacted. Without ``before``, the last one is not looked up, and None.
    """
    select = "SELECT f.register, f.position, x.body, f.state, e.recorded_at, e.header, e.payload, "
    tables = (
        " FROM facts f JOIN events e ON e.position = f.position LEFT JOIN texts x ON x.position = f.position"
        " WHERE f.position > ? AND f.position <= ? ORDER BY f.position"
    )
    old = "NULL"
    params: tuple[SqlValue, ...] = ()
    if before:
        old = (
            "(SELECT y.body FROM texts y WHERE y.position = (SELECT w.position FROM facts w"
            " WHERE w.register = f.register AND w.effective <= ? ORDER BY w.effective DESC LIMIT 1))"
        )
        params = (effective_of(after),)
    for start in range(after, upto, _PORTION):
        yield rows.all(f"{select}{old}{tables}", (*params, start, min(start + _PORTION, upto)))


def any_redacted(rows: Rows) -> bool:
    """Whether any text of the ledger was redacted."""
    return rows.one("SELECT 1 FROM redactions LIMIT 1") is not None


def any_late(rows: Rows) -> bool:
    """Whether the ledger holds any fact that counts at another point than the one at which it was recorded."""
    # In the order of the index of such facts, or PostgreSQL looks through all facts for one.
    late = "SELECT 1 FROM facts WHERE effective <> position * 1048576 ORDER BY effective, position LIMIT 1"
    return rows.one(late) is not None
