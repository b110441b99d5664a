"""What an office file carries about itself, so that it is recognised when it comes back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from plan_ledger.rendering.table import Table

FORMAT_VERSION: Final = "1"
SHEET_NAME: Final = "_plan_ledger"
"""The very hidden sheet of an xlsx."""


def properties(table: Table) -> list[tuple[str, str]]:
    """Name and value, in a fixed order: where the table came from, which it is (``effective`` and ``known`` are the
    pair that a snapshot depends on), and how it looks."""
    foot = table.footer
    return [
        ("format", FORMAT_VERSION),
        ("ledger", foot.ledger.hex if foot.ledger else ""),
        ("plan_id", foot.plan_id.hex if foot.plan_id else ""),
        ("plan", table.plan),
        ("fiscal_year", str(table.fiscal_year)),
        ("meeting", foot.meeting or ""),
        ("edition", str(foot.edition or "")),
        ("position", str(foot.position)),
        ("effective", str(foot.pair.at)),
        ("known", str(foot.pair.known)),
        ("digest", foot.digest),
        ("style", table.look.style),
    ]


def rows(table: Table, first_rows: list[int]) -> Iterator[tuple[str, str]]:
    """All of it as names and values, several values joined by tabs: the properties; ``levels`` and ``columns``
    (``level.field``) with their keys; then for each row of the table, as ``row`` and its number (as the office program
    counts), the item's id on each level."""
    yield from properties(table)
    yield "levels", "\t".join(table.levels)
    yield "columns", "\t".join(f"{column.level}.{column.field}" for column in table.columns)
    for number, row in zip(first_rows, table.rows, strict=True):
        yield f"row {number}", "\t".join([item.hex if item else "" for item in row.items])
