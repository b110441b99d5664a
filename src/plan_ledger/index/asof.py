"""As-of reading: which fact of a register is seen from a pair, one index probe a register, whatever the history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from attrs import frozen

from plan_ledger.index.registers import bounds
from plan_ledger.store.transaction import Rows, SqlRow, SqlValue, chunks, marks
from plan_ledger.values.coordinates import Pair


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


@frozen
class ItemRow:
    """Where an item stands, seen from a pair."""

    no: int
    uuid: UUID
    level: str
    alive: bool
    parent: int | None
    rank: str
    existence: int
    place: int


def structure(rows: Rows, plan: int, pair: Pair) -> dict[int, ItemRow]:
    """Every item of a plan that was there at the pair, alive or withdrawn, by number."""
    found = rows.all(
        "SELECT i.no, s.uuid, i.level, fe.state, p.parent, p.rank, fe.position, p.position"
        " FROM items i JOIN streams s ON s.no = i.no"
        " JOIN registers re ON re.no = i.no * 1024 JOIN registers rp ON rp.no = i.no * 1024 + 1"
        f" JOIN facts fe ON fe.position = {winner('re')}"
        f" JOIN places p ON p.position = {winner('rp')}"
        " WHERE i.plan = ?",
        (*winner_params(pair), *winner_params(pair), plan),
    )
    return {row[0]: ItemRow(row[0], UUID(bytes=bytes(row[1])), row[2], bool(row[3]), *row[4:]) for row in found}


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


def table_order(item: ItemRow) -> tuple[str, UUID]:
    return (item.rank, item.uuid)


_STATE = "CASE WHEN x.body IS NULL THEN (SELECT f.state FROM facts f WHERE f.position = c.position) ELSE 1 END"


def plan_cells(rows: Rows, plan: int, pair: Pair) -> Iterator[SqlRow]:
    """(register, position, text, state) of every field that had a fact by the pair; text None: emptied or redacted."""
    return rows.each(
        f"SELECT c.no, c.position, x.body, {_STATE} FROM (SELECT r.no AS no, {winner('r')} AS position"
        " FROM items i CROSS JOIN registers r WHERE i.plan = ?"
        " AND r.no BETWEEN i.no * 1024 + 2 AND i.no * 1024 + 1023) c"
        " LEFT JOIN texts x ON x.position = c.position WHERE c.position IS NOT NULL",
        (*winner_params(pair), plan),
    )


def register_cells(rows: Rows, registers: Sequence[int], pair: Pair) -> dict[int, tuple[int, str | None, int]]:
    """register → (position, text, state) for some registers; those without a fact by the pair are left out."""
    found: dict[int, tuple[int, str | None, int]] = {}
    for chunk in chunks(registers):
        params: tuple[SqlValue, ...] = (*winner_params(pair), *chunk)
        for no, position, body, state in rows.all(
            f"SELECT c.no, c.position, x.body, {_STATE} FROM (SELECT r.no AS no, {winner('r')} AS position"
            f" FROM registers r WHERE r.no IN ({marks(len(chunk))})) c"
            " LEFT JOIN texts x ON x.position = c.position WHERE c.position IS NOT NULL",
            params,
        ):
            found[no] = (position, body, state)
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


def facts_between(rows: Rows, since: Pair, until: Pair, columns: str, joins: str) -> Iterator[SqlRow]:
    """Facts visible in exactly one of two pairs, over all plans, by position: register, then ``columns``.

    Ordinary facts are found by their positions; those that count at another point than the one at which they were
    recorded, in the small index of such facts. Facts are ``f``, their events ``e``, their texts ``x``.
    """
    select = (
        f"SELECT f.register, {columns} FROM facts f JOIN events e ON e.position = f.position{joins}"
        " LEFT JOIN texts x ON x.position = f.position"
    )
    low, high = sorted((since.ordinary, until.ordinary))
    yield from rows.each(
        f"{select} WHERE f.position > ? AND f.position <= ? AND f.effective = f.position * 1048576 ORDER BY f.position",
        (low, high),
    )
    yield from rows.each(
        f"{select} WHERE f.effective <> f.position * 1048576"
        " AND (f.effective <= ? AND f.position <= ?) <> (f.effective <= ? AND f.position <= ?) ORDER BY f.position",
        (since.at, since.known, until.at, until.known),
    )


def any_late(rows: Rows) -> bool:
    """Whether the ledger holds any fact that counts at another point than the one at which it was recorded."""
    return rows.one("SELECT 1 FROM facts WHERE effective <> position * 1048576 LIMIT 1") is not None
