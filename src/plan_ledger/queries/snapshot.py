"""Snapshots: the plan's tree at a pair, and the digest (照合値) that says whether two tables are the same."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from uuid import UUID

from attrs import evolve

from plan_ledger.index import asof, catalog
from plan_ledger.index.asof import ItemRow
from plan_ledger.index.registers import BITS, MASK
from plan_ledger.queries.results import REDACTED_TEXT, CellValue, MomentRef, Snapshot, SnapshotItem
from plan_ledger.store.transaction import Rows
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import Schema

DIGEST_VERSION = "plan_ledger-snapshot/1"


def take(rows: Rows, plan: catalog.PlanRow, moment: MomentRef, *, scope: int | None = None) -> Snapshot:
    """The snapshot of a plan, or of the subtree under one item (ancestors included), at a resolved moment."""
    schema = catalog.schema_at(rows, plan.no, moment.pair.ordinary)
    structure, ordered = _table(rows, plan, moment.pair, scope)
    cells = _cells(rows, plan.no, moment.pair, schema)
    items = _items(ordered, cells, schema)
    gone = [row for row in structure.values() if not row.alive]
    withdrawn = tuple(
        evolve(item, path=(item.title,)) for item in _items(sorted(gone, key=lambda row: row.no), cells, schema)
    )
    texts = {no: {key: cell.text for key, cell in own.items()} for no, own in cells.items()}
    digest = digest_of(plan.title, plan.fiscal_year, schema, ordered, texts)
    return Snapshot(plan.title, plan.fiscal_year, moment, schema, digest, items, withdrawn)


def digest_at(rows: Rows, plan: catalog.PlanRow, pair: Pair, *, scope: int | None = None) -> tuple[str, Schema]:
    """The digest of a snapshot, without making the snapshot; and the schema it was made with."""
    schema = catalog.schema_at(rows, plan.no, pair.ordinary)
    _, ordered = _table(rows, plan, pair, scope)
    keys = _live_keys(rows, plan.no, schema)
    texts: dict[int, dict[str, str]] = {row.no: {} for row in ordered}
    for register, _, body, state in asof.plan_cells(rows, plan.no, pair):
        own = texts.get(register >> BITS)
        key = keys[register & MASK]
        if own is not None and key is not None:
            own[key] = body if body is not None else REDACTED_TEXT if state else ""
    return digest_of(plan.title, plan.fiscal_year, schema, ordered, texts), schema


def _table(
    rows: Rows, plan: catalog.PlanRow, pair: Pair, scope: int | None
) -> tuple[dict[int, ItemRow], list[ItemRow]]:
    """Every item that was there, and those that show, in table order."""
    structure = asof.structure(rows, plan.no, pair)
    ordered = asof.live(structure)
    return structure, ordered if scope is None else within(ordered, structure, scope)


def within(ordered: list[ItemRow], structure: Mapping[int, ItemRow], scope: int) -> list[ItemRow]:
    """The rows of a subtree with the ancestors of its root."""
    keep: set[int] = set()
    at: int | None = scope
    while at is not None and at in structure:
        keep.add(at)
        at = structure[at].parent
    below = {scope}
    for row in ordered:
        if row.parent in below:
            below.add(row.no)
    return [row for row in ordered if row.no in keep or row.no in below]


def _live_keys(rows: Rows, plan: int, schema: Schema) -> dict[int, str | None]:
    """Field number → key, None for a field that the schema does not know or has retired."""
    keys: dict[int, str | None] = {}
    for (level, key), number in catalog.field_numbers(rows, plan).items():
        spec = schema.level(level)
        found = spec.field(key) if spec else None
        keys[number] = key if found is not None and not found.retired else None
    return keys


def _cells(rows: Rows, plan: int, pair: Pair, schema: Schema) -> dict[int, dict[str, CellValue]]:
    """Item → field key → cell, for the live fields that hold a text."""
    keys = _live_keys(rows, plan, schema)
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


def digest_of(
    title: str, fiscal_year: int, schema: Schema, ordered: list[ItemRow], texts: Mapping[int, Mapping[str, str]]
) -> str:
    """SHA-256 over what the table says and nothing else: no ids, positions, times, labels or names of meetings.

    The separators are control characters that no text may hold.
    """
    parts = [DIGEST_VERSION, "\x1e", title, "\x1f", str(fiscal_year)]
    leads: dict[str, tuple[str, list[str]]] = {}
    for depth, level in enumerate(schema.levels):
        fields = [spec.key for spec in level.live_fields]
        parts += ["\x1e", level.key, "\x1f", "\x1f".join(fields)]
        leads[level.key] = (f"\x1e{level.key}\x1f{depth}\x1f", fields)
    none: Mapping[str, str] = {}
    for row in ordered:
        lead, fields = leads[row.level]
        own = texts.get(row.no, none)
        parts.append(lead)
        parts.append("\x1f".join([own.get(key, "") for key in fields]))
    return sha256("".join(parts).encode()).hexdigest()
