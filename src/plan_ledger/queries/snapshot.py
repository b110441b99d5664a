"""Snapshots: the plan's tree at a pair."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from attrs import evolve

from plan_ledger.index import asof, catalog
from plan_ledger.index.asof import ItemRow
from plan_ledger.index.digest import digest_of, live_keys, table
from plan_ledger.index.registers import BITS, MASK
from plan_ledger.queries.results import CellValue, MomentRef, Snapshot, SnapshotItem
from plan_ledger.store.transaction import Rows
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import Schema
from plan_ledger.values.texts import REDACTED_TEXT


def take(rows: Rows, plan: catalog.PlanRow, moment: MomentRef, *, scope: int | None = None) -> Snapshot:
    """The snapshot of a plan, or of the subtree under one item (ancestors included), at a resolved moment."""
    schema = catalog.schema_at(rows, plan.no, moment.pair.ordinary)
    structure, ordered = table(rows, plan, moment.pair, scope)
    cells = _cells(rows, plan.no, moment.pair, schema)
    items = _items(ordered, cells, schema)
    gone = [row for row in structure.values() if not row.alive]
    withdrawn = tuple(
        evolve(item, path=(item.title,)) for item in _items(sorted(gone, key=lambda row: row.no), cells, schema)
    )
    texts = {no: {key: cell.text for key, cell in own.items()} for no, own in cells.items()}
    digest = digest_of(plan.title, plan.fiscal_year, schema, ordered, texts)
    return Snapshot(plan.title, plan.fiscal_year, moment, schema, digest, items, withdrawn, plan_id=plan.uuid)


def _cells(rows: Rows, plan: int, pair: Pair, schema: Schema) -> dict[int, dict[str, CellValue]]:
    """Item → field key → cell, for the live fields that hold a text."""
    keys = live_keys(rows, plan, schema)
    items: dict[int, dict[str, CellValue]] = {}
    for register, position, body, state in asof.plan_cells(rows, plan, pair):
        key = keys[register & MASK]
        if key is None or (body is None and not state):
            continue
        cell = CellValue(body, position) if body is not None else CellValue(REDACTED_TEXT, position, redacted=True)
        number = register >> BITS
        if number in items:
            items[number][key] = cell
        else:
            items[number] = {key: cell}
    return items


def _items(
    ordered: list[ItemRow], cells: Mapping[int, dict[str, CellValue]], schema: Schema
) -> tuple[SnapshotItem, ...]:
    """Typed items of rows in table order; fields in the schema's order."""
    depths = {level.key: depth for depth, level in enumerate(schema.levels)}
    titles = {level.key: level.title for level in schema.levels}
    orders = {level.key: [spec.key for spec in level.fields] for level in schema.levels}
    uuids: dict[int, UUID] = {}
    paths: dict[int, tuple[str, ...]] = {}
    found: list[SnapshotItem] = []
    none: dict[str, CellValue] = {}
    for row in ordered:
        own = cells.get(row.no, none)
        title_cell = own.get(titles[row.level])
        title = title_cell.text if title_cell else ""
        above = paths.get(row.parent, ()) if row.parent is not None else ()
        path = (*above, title)
        paths[row.no], uuids[row.no] = path, row.uuid
        fields = {key: own[key] for key in orders[row.level] if key in own}
        parent = uuids.get(row.parent) if row.parent is not None else None
        found.append(SnapshotItem(row.uuid, row.level, depths[row.level], title, path, parent, fields, row.place))
    return tuple(found)
