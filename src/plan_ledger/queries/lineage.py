"""Lineage: which items of other plans an item continues, and which continue it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from attrs import frozen

from plan_ledger.index import asof, catalog
from plan_ledger.index.registers import register
from plan_ledger.queries.results.lineage import Lineage, LineageEntry, Relation
from plan_ledger.store.position import last_position
from plan_ledger.store.transaction import Rows
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import EXISTENCE, FIRST_FIELD, PLACE
from plan_ledger.values.texts import REDACTED_TEXT


@frozen
class Line:
    """Where one item stands, seen from a pair.

    ``items`` are the item and its ancestors, from the item up; ``alive`` says whether all of them exist.
    """

    items: tuple[int, ...]
    alive: bool


def line(rows: Rows, item: int, pair: Pair) -> Line | None:
    """An item and its ancestors at a pair, read for itself, whatever the plan's size; None: it was not there."""
    items: list[int] = []
    alive = True
    at: int | None = item
    while at is not None and at not in items:
        existence, place = register(at, EXISTENCE), register(at, PLACE)
        found = asof.register_cells(rows, [existence, place], pair)
        if existence not in found or place not in found:
            return None
        items.append(at)
        alive = alive and bool(found[existence][2])
        row = rows.one("SELECT parent FROM places WHERE position = ?", (found[place][0],))
        assert row is not None
        at = row[0]
    return Line(tuple(items), alive)


def titles(rows: Rows, plan: int, items: Mapping[int, str], pair: Pair) -> dict[int, str]:
    """Titles of some items at a pair.

    Args:
        plan: Their plan.
        items: Item → level.
    """
    schema = catalog.schema_at(rows, plan, pair.ordinary)
    numbers = catalog.field_numbers(rows, plan)
    of_level = {level.key: numbers.get((level.key, level.title), FIRST_FIELD) for level in schema.levels}
    registers = {item: register(item, of_level[level]) for item, level in items.items()}
    cells = asof.register_cells(rows, sorted(registers.values()), pair)
    found: dict[int, str] = {}
    for item, no in registers.items():
        _, body, state = cells.get(no, (0, None, 0))
        found[item] = body if body is not None else REDACTED_TEXT if state else ""
    return found


def path(rows: Rows, plan: int, item: int, pair: Pair) -> tuple[str, ...]:
    """Titles from the root down to an item, as they were at a pair; none where it was not there."""
    found = line(rows, item, pair)
    if found is None:
        return ()
    levels = {no: _item(rows, no).level for no in found.items}
    named = titles(rows, plan, levels, pair)
    return tuple(named[no] for no in reversed(found.items))


def earlier_of(rows: Rows, item: int) -> list[int]:
    """The items that an item continues directly; ids that the ledger does not know are passed over."""
    return [
        no
        for (no,) in rows.all(
            "SELECT i.no FROM continuations c JOIN streams s ON s.uuid = c.earlier JOIN items i ON i.no = s.no"
            " WHERE c.item = ? ORDER BY i.no",
            (item,),
        )
    ]


def later_of(rows: Rows, item: int) -> list[int]:
    """The items that continue an item directly."""
    return [
        no
        for (no,) in rows.all(
            "SELECT c.item FROM streams s JOIN continuations c ON c.earlier = s.uuid WHERE s.no = ? ORDER BY c.item",
            (item,),
        )
    ]


def of(rows: Rows, item: int) -> Lineage:
    """Everything that an item continues and that continues it, by fiscal year, then in order of adding."""
    relations: dict[int, Relation] = {item: "self"}
    border = [item]
    while border:
        border = [no for each in border for no in earlier_of(rows, each) if no not in relations]
        relations.update(dict.fromkeys(border, "earlier"))
    border = [item]
    while border:
        border = [no for each in border for no in later_of(rows, each) if no not in relations]
        relations.update(dict.fromkeys(border, "later"))
    now = Pair.of(last_position(rows))
    plans = {row.no: row for row in catalog.plans(rows)}
    entries = [_entry(rows, no, relation, plans, now) for no, relation in relations.items()]
    entries.sort(key=lambda entry: (entry.fiscal_year, entry.position))
    return Lineage(_item(rows, item).uuid, tuple(entries))


def _entry(rows: Rows, no: int, relation: Relation, plans: Mapping[int, catalog.PlanRow], pair: Pair) -> LineageEntry:
    row, stands = _item(rows, no), line(rows, no, pair)
    plan = plans[row.plan]
    named = path(rows, row.plan, no, pair)
    continues = tuple(
        UUID(bytes=bytes(earlier))
        for (earlier,) in rows.all("SELECT earlier FROM continuations WHERE item = ? ORDER BY earlier", (no,))
    )
    return LineageEntry(
        relation,
        plan.title,
        plan.fiscal_year,
        row.uuid,
        row.level,
        named[-1] if named else "",
        named,
        stands is not None and stands.alive,
        row.position,
        continues,
    )


@frozen
class _Item:
    uuid: UUID
    plan: int
    level: str
    position: int


def _item(rows: Rows, no: int) -> _Item:
    row = rows.one(
        "SELECT s.uuid, i.plan, i.level, i.position FROM items i JOIN streams s ON s.no = i.no WHERE i.no = ?", (no,)
    )
    assert row is not None
    return _Item(UUID(bytes=bytes(row[0])), row[1], row[2], row[3])
