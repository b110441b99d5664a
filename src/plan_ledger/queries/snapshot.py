"""Snapshots: the plan's tree at a pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from attrs import evolve

from plan_ledger.index import asof, catalog
from plan_ledger.index.asof import ItemRow
from plan_ledger.index.digest import within
from plan_ledger.index.tables import NOTHING, ItemTexts, item_texts
from plan_ledger.queries.kept import Table, Tables, place
from plan_ledger.queries.results import MomentRef, Snapshot, SnapshotItem
from plan_ledger.queries.results.snapshots import Cells
from plan_ledger.store.transaction import Rows
from plan_ledger.values.made import open_twin
from plan_ledger.values.schema import Schema


def take(
    rows: Rows,
    plan: catalog.PlanRow,
    moment: MomentRef,
    *,
    scope: int | None = None,
    tables: Tables | None = None,
) -> Snapshot:
    """The snapshot of a plan, or of the subtree under one item (ancestors included), at a resolved moment.

    ``tables``: where whole tables are remembered.
    """
    schema = catalog.schema_at(rows, plan.no, moment.pair.ordinary)
    kept = place(tables, rows, plan.no, moment.pair)
    table = kept.table()
    if table is None:
        table, size = _read(rows, plan, moment, schema)
        kept.keep(table, size)
    items = table.items
    if scope is not None:
        shown = {row.no for row in within(table.ordered, table.structure, scope)}
        items = tuple(item for row, item in zip(table.ordered, items, strict=True) if row.no in shown)
    return Snapshot(plan.title, plan.fiscal_year, moment, schema, items, table.withdrawn, plan_id=plan.uuid)


def _read(rows: Rows, plan: catalog.PlanRow, moment: MomentRef, schema: Schema) -> tuple[Table, int]:
    """A whole table from the index, and how many bytes its texts take."""
    structure = asof.structure(rows, plan.no, moment.pair)
    ordered = asof.live(structure)
    texts, size = item_texts(rows, plan.no, moment.pair)
    maker = _Maker(schema, catalog.field_numbers(rows, plan.no), texts)
    items = maker.items(ordered)
    gone = sorted((row for row in structure.values() if not row.alive), key=lambda row: row.no)
    withdrawn = tuple(evolve(item, path=(item.title,)) for item in maker.items(gone))
    named = zip((*ordered, *gone), (*items, *withdrawn), strict=True)
    titles = {row.no: item.title for row, item in named}
    return Table(structure, ordered, titles, items, withdrawn, texts), size


_OpenItem = open_twin(SnapshotItem)


class _Shape(NamedTuple):
    """What the numbers of an item's fields say: keys, and the places of these among the numbers where they differ.

    Most items of a level hold texts in the same fields, and share one.
    """

    keys: tuple[str, ...]
    places: tuple[int, ...] | None
    title: int | None


class _Maker:
    """Makes items of a table out of the index's rows."""

    def __init__(self, schema: Schema, numbers: Mapping[tuple[str, str], int], texts: Mapping[int, ItemTexts]) -> None:
        self._depths = {level.key: depth for depth, level in enumerate(schema.levels)}
        self._schema = schema
        self._texts = texts
        # By number the place in the schema, the key, and whether it names the item; without what is retired.
        self._fields: dict[int, tuple[int, str, bool]] = {
            number: (place, spec.key, spec.key == level.title)
            for level in schema.levels
            for place, spec in enumerate(level.fields)
            if not spec.retired and (number := numbers.get((level.key, spec.key))) is not None
        }
        self._shapes: dict[str, _Shape] = {}

    def items(self, ordered: Sequence[ItemRow]) -> tuple[SnapshotItem, ...]:
        """Typed items of rows in table order."""
        depths, schema, texts_of, shapes = self._depths, self._schema, self._texts, self._shapes
        uuids: dict[int | None, UUID] = {}
        paths: dict[int | None, tuple[str, ...]] = {}
        found: list[SnapshotItem] = []
        for no, uuid, level, _, parent, _, _, placed in ordered:
            numbers, positions, texts, redacted = texts_of.get(no, NOTHING)
            shape = shapes.get(numbers)
            if shape is None:
                shape = shapes[numbers] = self._shape(numbers)
            keys, places, named = shape
            if places is None and not redacted:
                cells = Cells(keys, texts, positions)
            else:
                cells = self._picked(shape, positions, texts, redacted)
            title = "" if named is None else cells.text(keys[named])
            path = paths[no] = (*paths.get(parent, ()), title)
            uuids[no] = uuid
            made = _OpenItem()
            made.id = uuid
            made.level = level
            made.depth = depths[level]
            made.title = title
            made.path = path
            made.parent = uuids.get(parent)
            made.fields = cells
            made.place = placed
            made.schema = schema
            made.__class__ = SnapshotItem
            found.append(made)
        return tuple(found)

    def _shape(self, numbers: str) -> _Shape:
        fields = [
            (*self._fields[int(number)], at)
            for at, number in enumerate(filter(None, numbers.split(",")))
            if int(number) in self._fields
        ]
        fields.sort()
        places = tuple(at for _, _, _, at in fields)
        title = next((at for at, (_, _, naming, _) in enumerate(fields) if naming), None)
        plain = places == tuple(range(numbers.count(",") + 1 if numbers else 0))
        return _Shape(tuple(key for _, key, _, _ in fields), None if plain else places, title)

    def _picked(self, shape: _Shape, positions: str, texts: Sequence[str], redacted: frozenset[int]) -> Cells:
        """The fields in the schema's order, where they come in another, or some of them are retired or redacted."""
        places = range(len(texts)) if shape.places is None else shape.places
        each = [int(position) for position in positions.split(",")]
        gone = {self._fields[number][1] for number in redacted if number in self._fields}
        return Cells(shape.keys, [texts[at] for at in places], [each[at] for at in places], gone)
