"""Snapshots: the plan's tree at a pair."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from uuid import UUID

from attrs import evolve

from plan_ledger.index import asof, catalog
from plan_ledger.index.asof import ItemRow
from plan_ledger.index.digest import live_keys, table
from plan_ledger.index.registers import BITS, MASK
from plan_ledger.queries.results import MomentRef, Snapshot, SnapshotItem
from plan_ledger.queries.results.snapshots import Cells
from plan_ledger.store.transaction import Rows, SqlRow
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import Schema

_PLAIN = 3  # columns of a row whose text is there; one with a redacted text has a fourth


def take(rows: Rows, plan: catalog.PlanRow, moment: MomentRef, *, scope: int | None = None) -> Snapshot:
    """The snapshot of a plan, or of the subtree under one item (ancestors included), at a resolved moment."""
    schema = catalog.schema_at(rows, plan.no, moment.pair.ordinary)
    structure, ordered = table(rows, plan, moment.pair, scope)
    cells = _cells(rows, plan.no, moment.pair, schema, structure)
    items = _items(ordered, cells, schema)
    gone = [row for row in structure.values() if not row.alive]
    withdrawn = tuple(
        evolve(item, path=(item.title,)) for item in _items(sorted(gone, key=lambda row: row.no), cells, schema)
    )
    return Snapshot(plan.title, plan.fiscal_year, moment, schema, items, withdrawn, plan_id=plan.uuid)


def _cells(
    rows: Rows, plan: int, pair: Pair, schema: Schema, structure: Mapping[int, ItemRow]
) -> dict[int, dict[str, SqlRow]]:
    """Item → field key → row of (register, position, text), in the schema's order, for the fields that hold a text."""
    keys = live_keys(rows, plan, schema)
    items: dict[int, dict[str, SqlRow]] = {no: {} for no in structure}
    found = asof.plan_texts(rows, plan, pair)
    for row in found:
        register = row[0]
        key = keys[register & MASK]
        if key is not None and register >> BITS in items:
            items[register >> BITS][key] = row
    orders = {level.key: [spec.key for spec in level.fields] for level in schema.levels}
    if found and (len(found[-1]) > _PLAIN or not _in_order(orders, catalog.field_numbers(rows, plan))):
        for no, own in items.items():
            items[no] = {key: own[key] for key in orders[structure[no].level] if key in own}
    return items


def _in_order(orders: Mapping[str, list[str]], numbers: Mapping[tuple[str, str], int]) -> bool:
    """Whether the fields were declared in the order in which they stand: rows come by their numbers."""
    return all(
        all(first < second for first, second in pairwise(numbers[level, key] for key in keys))
        for level, keys in orders.items()
    )


def _items(ordered: list[ItemRow], cells: Mapping[int, dict[str, SqlRow]], schema: Schema) -> tuple[SnapshotItem, ...]:
    """Typed items of rows in table order."""
    depths = {level.key: depth for depth, level in enumerate(schema.levels)}
    titles = {level.key: level.title for level in schema.levels}
    uuids: dict[int, UUID] = {}
    paths: dict[int, tuple[str, ...]] = {}
    found: list[SnapshotItem] = []
    for row in ordered:
        own = cells[row.no]
        title_row = own.get(titles[row.level])
        title = title_row[2] if title_row else ""
        above = paths.get(row.parent, ()) if row.parent is not None else ()
        path = (*above, title)
        paths[row.no], uuids[row.no] = path, row.uuid
        parent = uuids.get(row.parent) if row.parent is not None else None
        found.append(SnapshotItem(row.uuid, row.level, depths[row.level], title, path, parent, Cells(own), row.place))
    return tuple(found)
