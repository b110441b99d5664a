"""The digest (照合値) of a table: what says whether two tables are the same, without making either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from plan_ledger.index import asof, catalog
from plan_ledger.index.asof import ItemRow
from plan_ledger.index.registers import BITS, MASK
from plan_ledger.store.transaction import Rows
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.digest import digest_of_table
from plan_ledger.values.schema import Schema

_PLAIN = 3  # columns of a row whose text is there; one with a redacted text has a fourth


@frozen
class Digest:
    """A digest in hexadecimal, the schema it was made with, and whether a text of the table was redacted."""

    hex: str
    schema: Schema
    redacted: bool


def digest_at(rows: Rows, plan: catalog.PlanRow, pair: Pair, *, scope: int | None = None) -> Digest:
    """The digest of a plan's table, or of the subtree under one item, at a pair."""
    schema = catalog.schema_at(rows, plan.no, pair.ordinary)
    _, ordered = table(rows, plan, pair, scope)
    keys = live_keys(rows, plan.no, schema)
    texts: dict[int, dict[str, str]] = {row.no: {} for row in ordered}
    redacted = False
    for row in asof.plan_texts(rows, plan.no, pair):
        own = texts.get(row[0] >> BITS)
        key = keys[row[0] & MASK]
        if own is not None and key is not None:
            own[key] = row[2]
            redacted = redacted or len(row) > _PLAIN
    return Digest(digest_of(plan.title, plan.fiscal_year, schema, ordered, texts), schema, redacted)


def table(rows: Rows, plan: catalog.PlanRow, pair: Pair, scope: int | None) -> tuple[dict[int, ItemRow], list[ItemRow]]:
    """Every item that was there, and those that show, in table order."""
    structure = asof.structure(rows, plan.no, pair)
    ordered = asof.live(structure)
    return structure, ordered if scope is None else within(ordered, structure, scope)


def within(ordered: Sequence[ItemRow], structure: Mapping[int, ItemRow], scope: int) -> list[ItemRow]:
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


def live_keys(rows: Rows, plan: int, schema: Schema) -> dict[int, str | None]:
    """Field number → key, None for a field that the schema does not know or has retired."""
    keys: dict[int, str | None] = {}
    for (level, key), number in catalog.field_numbers(rows, plan).items():
        spec = schema.level(level)
        found = spec.field(key) if spec else None
        keys[number] = key if found is not None and not found.retired else None
    return keys


def digest_of(
    title: str, fiscal_year: int, schema: Schema, ordered: list[ItemRow], texts: Mapping[int, Mapping[str, str]]
) -> str:
    """The digest of rows in table order, with the texts of each by its number."""
    none: Mapping[str, str] = {}
    return digest_of_table(title, fiscal_year, schema, ((row.level, texts.get(row.no, none)) for row in ordered))
