"""The handout's table, laid out once for every format: merged cells, red marks, signs, notes and footer.

The layout is that of the tables which offices hand out: a title line, a note, one header row, then a row for each item
of the last level. The cells of the levels above span the rows of their descendants; an item without children still
gets a row. Nothing here knows a format, and no renderer decides what is marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from plan_ledger.queries.results import ChangeSet, MomentRef, Snapshot, SnapshotItem
from plan_ledger.rendering.errors import ChangesDoNotFit, UnknownStyle
from plan_ledger.rendering.marking import Marking
from plan_ledger.rendering.table import (
    RED_NOTE,
    REDLINE_NOTE,
    TABLE_STYLES,
    UNDERLINED_NOTE,
    Cell,
    Column,
    Footer,
    Look,
    Row,
    Table,
)
from plan_ledger.rendering.texts import era_date
from plan_ledger.rendering.widths import column_widths
from plan_ledger.values.schema import FieldKind, FieldSpec, LevelSpec


def lay_out(snapshot: Snapshot, changes: ChangeSet | None = None, look: Look | None = None) -> Table:
    """Lay a snapshot out as a table.

    Args:
        snapshot: The tree to show.
        changes: What is to be marked: the changes that end at the snapshot. None marks nothing and prints no note,
            as at the first meeting.
        look: Style and details; ``comparison`` is no style of a table.

    Raises:
        ChangesDoNotFit: ``changes`` ends at another moment, or belongs to another plan.
        UnknownStyle: The style is none of red, redline, clean.
    """
    look = look or Look()
    if look.style not in TABLE_STYLES:
        raise UnknownStyle(look.style, TABLE_STYLES)
    if changes is not None and (changes.until.pair, changes.plan) != (snapshot.moment.pair, snapshot.plan):
        raise ChangesDoNotFit(changes.until.name, snapshot.moment.name)
    marked = changes if look.style != "clean" else None
    drawn = Marking(marked, look)
    levels = snapshot.schema.levels
    places = [(depth, level, spec) for depth, level in enumerate(levels) for spec in _specs(level)]
    rows = tuple(_rows(snapshot.items, places, len(levels), drawn))
    texts = [[row.cells[at] for row in rows] for at in range(len(places))]
    widths = column_widths(
        [
            (spec, spec.key == level.title, [cell.text for cell in cells if cell])
            for (_, level, spec), cells in zip(places, texts, strict=True)
        ]
    )
    columns = tuple(
        Column(level.key, spec.key, spec.header, spec.kind, depth == len(levels) - 1, each)
        for (depth, level, spec), each in zip(places, widths, strict=True)
    )
    return Table(
        snapshot.plan,
        snapshot.fiscal_year,
        title_line(snapshot.plan, snapshot.moment),
        _notes(marked, look),
        _unit_note(levels),
        columns,
        tuple(level.key for level in levels),
        rows,
        marked is not None,
        tuple(drawn.tails()),
        footer(snapshot),
        look,
    )


def title_line(plan: str, moment: MomentRef) -> str:
    """``{plan}の推進について({meeting}用)``; without a meeting, without the brackets."""
    return f"{plan}の推進について" + (f"({moment.meeting}用)" if moment.meeting else "")


def footer(snapshot: Snapshot) -> Footer:
    """The footer of a snapshot's handout."""
    moment = snapshot.moment
    day = moment.as_of_on or moment.held_on
    if day is not None:
        as_of = f"{era_date(day)}時点"
    else:
        as_of = "" if moment.meeting else f"記録番号{moment.position}時点"
    return Footer(
        as_of,
        moment.meeting,
        moment.edition,
        moment.position,
        moment.pair,
        snapshot.digest,
        snapshot.ledger_id,
        snapshot.plan_id,
        day,
        moment.as_known,
    )


def _specs(level: LevelSpec) -> Iterator[FieldSpec]:
    yield level.title_field
    yield from (spec for spec in level.live_fields if spec.key != level.title)


def _notes(marked: ChangeSet | None, look: Look) -> tuple[str, ...]:
    if marked is None:
        return ()
    if look.note is not None:
        return (look.note,)
    if look.style == "redline":
        return (REDLINE_NOTE,)
    return (UNDERLINED_NOTE if look.underline else RED_NOTE,)


def _unit_note(levels: Sequence[LevelSpec]) -> str | None:
    units = {spec.unit for level in levels for spec in level.live_fields if spec.kind is FieldKind.MONEY}
    if len(units) == 1 and (unit := units.pop()):
        return f"（単位：{unit}）"
    return None


def _rows(
    items: Sequence[SnapshotItem], places: Sequence[tuple[int, LevelSpec, FieldSpec]], levels: int, drawn: Marking
) -> Iterator[Row]:
    """A row for every item without children; what stands above it where it begins."""
    parents = {item.parent for item in items}
    spans = _spans(items, parents)
    above: list[SnapshotItem | None] = [None] * levels
    begun: set[int] = set()
    for item in items:
        above[item.depth :] = [item, *[None] * (levels - item.depth - 1)]
        begun.add(item.depth)
        if item.id in parents:
            continue
        cells: list[Cell | None] = []
        for depth, _, spec in places:
            owner = above[depth]
            if owner is None:
                cells.append(Cell("", ()))
            elif depth in begun:
                cells.append(drawn.cell(owner, spec.key, spans[owner.id]))
            else:
                cells.append(None)
        fresh = [owner for depth in sorted(begun) if (owner := above[depth]) is not None]
        yield Row(tuple(cells), drawn.signs(fresh), tuple(owner.id if owner else None for owner in above))
        begun.clear()


def _spans(items: Sequence[SnapshotItem], parents: set[UUID | None]) -> dict[UUID, int]:
    """Item → how many rows it covers."""
    spans: dict[UUID, int] = {}
    for item in reversed(items):
        if item.id not in parents:
            spans[item.id] = 1
        if item.parent is not None:
            spans[item.parent] = spans.get(item.parent, 0) + spans[item.id]
    return spans
