"""Items of a plan at the head without its whole table: which one a name means, and one of them with its fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from sys import getsizeof
from uuid import UUID

from attrs import frozen

from plan_ledger.index import asof, catalog
from plan_ledger.index.asof import ItemRow
from plan_ledger.index.registers import register
from plan_ledger.queries.kept import Outline, Tables, place
from plan_ledger.queries.results import SnapshotItem
from plan_ledger.queries.results.snapshots import CellValue
from plan_ledger.store.transaction import Rows
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import FIRST_FIELD, PLACE
from plan_ledger.values.texts import REDACTED_TEXT, folded_name


@frozen
class Named:
    """An item by its names: the title, and the titles from the top down to it (its own alone, once withdrawn)."""

    id: UUID
    title: str
    path: tuple[str, ...]


def named(rows: Rows, plan: catalog.PlanRow, head: int, tables: Tables | None) -> tuple[list[Named], list[Named]]:
    """A plan's items at the head: those that show, in table order, and those that are withdrawn."""
    pair = Pair.of(head)
    kept = place(tables, rows, plan.no, pair)
    outline = kept.outline()
    if outline is None:
        structure = asof.structure(rows, plan.no, pair)
        numbers = catalog.field_numbers(rows, plan.no)
        schema = catalog.schema_at(rows, plan.no, head)
        titles = {level.key: numbers.get((level.key, level.title), FIRST_FIELD) for level in schema.levels}
        found = asof.titles(rows, plan.no, titles, pair)
        outline = Outline(structure, asof.live(structure), found)
        kept.keep(outline, sum(map(getsizeof, found.values())))
    paths: dict[int | None, tuple[str, ...]] = {None: ()}
    live: list[Named] = []
    for row in outline.ordered:
        title = outline.titles.get(row.no, "")
        path = paths[row.no] = (*paths[row.parent], title)
        live.append(Named(row.uuid, title, path))
    gone = sorted((row for row in outline.structure.values() if not row.alive), key=_number)
    return live, [Named(row.uuid, title, (title,)) for row in gone for title in (outline.titles.get(row.no, ""),)]


def _number(row: ItemRow) -> int:
    return row.no


def matching(name: str, candidates: Sequence[Named]) -> list[Named]:
    """The items that a name means: by title, by the end of the path, by the path, by the title read loosely."""
    tests: tuple[Callable[[Named], bool], ...] = (
        lambda each: each.title == name,
        lambda each: "/".join(each.path).endswith("/" + name),
        lambda each: "/".join(each.path) == name,
        lambda each: folded_name(each.title) == folded_name(name),
    )
    for test in tests:
        if found := [each for each in candidates if test(each)]:
            return found
    return []


def shown(rows: Rows, plan: catalog.PlanRow, item: UUID, head: int) -> SnapshotItem | None:
    """An item as the table at the head shows it, read without the others; None where it does not show."""
    line = _line(rows, plan, item)
    if not line:
        return None
    schema, numbers, pair = catalog.schema_at(rows, plan.no, head), catalog.field_numbers(rows, plan.no), Pair.of(head)
    own = line[-1]
    level = next(each for each in schema.levels if each.key == own.level)
    cells = asof.item_cells(rows, own.no, pair)
    fields: dict[str, CellValue] = {}
    for spec in level.live_fields:
        cell = _value(cells.get(register(own.no, numbers[level.key, spec.key])))
        if cell is not None:
            fields[spec.key] = cell
    naming = {each.key: each.title for each in schema.levels}
    titles = [register(each.no, numbers[each.level, naming[each.level]]) for each in line]
    read = asof.register_cells(rows, titles, pair)
    path = tuple("" if (cell := _value(read.get(no))) is None else cell.text for no in titles)
    above = line[-2].uuid if len(line) > 1 else None
    placed = cells[register(own.no, PLACE)][0]
    depth = schema.levels.index(level)
    return SnapshotItem(own.uuid, level.key, depth, path[-1], path, above, fields, placed, schema)


@frozen
class _Step:
    no: int
    uuid: UUID
    level: str


def _line(rows: Rows, plan: catalog.PlanRow, item: UUID) -> list[_Step]:
    """An item and those that it stands under, from the top down; nothing where one of them is withdrawn."""
    line: list[_Step] = []
    select = "SELECT i.no, s.uuid, i.level, i.alive, i.parent FROM items i JOIN streams s ON s.no = i.no WHERE"
    row = rows.one(f"{select} s.uuid = ? AND i.plan = ?", (item.bytes, plan.no))
    while row is not None:
        no, uuid, level, alive, parent = row
        if not alive:
            return []
        line.append(_Step(no, UUID(bytes=bytes(uuid)), level))
        row = None if parent is None else rows.one(f"{select} i.no = ?", (parent,))
    return line[::-1]


def _value(cell: tuple[int, str | None, int] | None) -> CellValue | None:
    """What a field holds, of its register's (position, text, state); None where it holds no text."""
    if cell is None:
        return None
    position, text, state = cell
    if text is not None:
        return CellValue(text, position)
    return CellValue(REDACTED_TEXT, position, redacted=True) if state else None
