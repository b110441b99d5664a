"""The unit that a sheet prints for its amounts, where it is another than the plan's: a thousandfold mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plan_ledger.errors import Place
from plan_ledger.sheets.grid import Cell, Grid
from plan_ledger.sheets.headers import Columns
from plan_ledger.sheets.table_problems import OtherUnit
from plan_ledger.values.notation import UNITS, label, split_header_label
from plan_ledger.values.schema import FieldKind, FieldSpec, Schema

_UNIT = re.compile("|".join(sorted(UNITS, key=len, reverse=True)))


def other_units(grid: Grid, columns: Columns, schema: Schema, file: str) -> Iterator[OtherUnit]:
    """Headings of amounts (``予算額（百万円）``) and the unit line above the table, where they differ from the plan."""
    silent: list[FieldSpec] = []
    for level, spec in schema.columns():
        index = columns.at.get((level.key, spec.key))
        if index is None or spec.kind is not FieldKind.MONEY or not spec.unit:
            continue
        cell = grid.header[index]
        printed = _unit(split_header_label(cell.text).note or "")
        if printed is None:
            silent.append(spec)
        elif printed != spec.unit:
            yield OtherUnit(spec.label, printed, spec.unit, place=_place(grid, cell, file))
    for line in grid.lines_before:
        for cell in line.cells:
            printed = _unit(cell.text) if "単位" in cell.text else None
            differing = [spec for spec in silent if printed and printed != spec.unit]
            if printed and differing:
                names = "・".join(spec.label for spec in differing)
                yield OtherUnit(names, printed, differing[0].unit or "", place=_place(grid, cell, file))


def _unit(text: str) -> str | None:
    found = _UNIT.search(label(text))
    return found[0] if found else None


def _place(grid: Grid, cell: Cell, file: str) -> Place:
    return Place(file=file, sheet=grid.sheet, cell=cell.ref)
