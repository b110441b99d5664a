"""Audit and history: every recorded change that fits the filters, in order of recording, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from attrs import frozen

from plan_ledger.index import asof, catalog
from plan_ledger.index.registers import BITS, MASK, bounds, register
from plan_ledger.queries.causes import COLUMNS, JOINS, cause, known_actors
from plan_ledger.queries.changes import PLACE_LABEL, paths
from plan_ledger.queries.results import AuditRow, MomentRef
from plan_ledger.store.transaction import Rows, SqlRow, SqlValue, chunks, marks
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import EXISTENCE, PLACE
from plan_ledger.values.texts import REDACTED_TEXT

PAGE = 1000
FEW_ITEMS = 100


@frozen
class Filters:
    """What an audit lists: None means any. Positions are exclusive below, inclusive above."""

    actors: Sequence[int] | None = None
    items: Sequence[int] | None = None
    fields: Sequence[int] | None = None
    after: int = 0
    upto: int = 0


def page(rows: Rows, plan: catalog.PlanRow, filters: Filters, limit: int) -> list[AuditRow]:
    """The next rows after ``filters.after``, at most ``limit``; fewer only where there are no more."""
    return _typed(rows, plan, _select(rows, plan.no, filters, limit))


_OLD = (
    "(SELECT o.position FROM facts o WHERE o.register = f.register AND"
    " (o.effective, o.position) < (f.effective, f.position) AND o.position < f.position"
    " ORDER BY o.effective DESC, o.position DESC LIMIT 1)"
)


def _select(rows: Rows, plan: int, filters: Filters, limit: int) -> list[SqlRow]:
    """Facts with their causes, texts and what they replaced."""
    where = ["i.plan = ?", "f.position > ?", "f.position <= ?"]
    params: list[SqlValue] = [plan, filters.after, filters.upto]
    source = "facts f JOIN events e ON e.position = f.position" + JOINS
    if filters.actors is not None:
        # From the actors' batches to their facts: no other actor's rows are read.
        first = rows.one("SELECT batch FROM events WHERE position > ? ORDER BY position LIMIT 1", (filters.after,))
        source = (
            f"(SELECT DISTINCT batch, last FROM authorship WHERE actor IN ({marks(len(filters.actors))})"
            " AND batch >= ? AND batch <= ?) a"
            f" CROSS JOIN events e ON e.position >= a.batch AND e.position <= a.last{JOINS}"
            " JOIN facts f ON f.position = e.position"
        )
        # The plus keeps these from being taken for the start of every batch's range.
        where[1:] = ["+f.position > ?", "+f.position <= ?"]
        params = [*filters.actors, first[0] if first else 0, filters.upto, *params]
    if filters.items is not None:
        if 0 < len(filters.items) <= FEW_ITEMS:
            where.append("(" + " OR ".join("f.register BETWEEN ? AND ?" for _ in filters.items) + ")")
            for item in filters.items:
                params += bounds(item)
        else:
            # A long chain of conditions is more than a database takes; the numbers are our own.
            where.append(f"i.no IN ({', '.join(str(int(item)) for item in filters.items)})")
    if filters.fields is not None:
        where.append(f"f.register & {MASK} IN ({marks(len(filters.fields))})" if filters.fields else "1 = 0")
        params += filters.fields
    values: Sequence[SqlValue] = (*params, limit)
    return rows.all(
        f"SELECT {COLUMNS}, f.register, f.state, x.body, {_OLD} FROM {source}"
        f" JOIN items i ON i.no = f.register >> {BITS} LEFT JOIN texts x ON x.position = f.position"
        f" WHERE {' AND '.join(where)} ORDER BY f.position LIMIT ?",
        values,
    )


def history(rows: Rows, plan: catalog.PlanRow, item: int, number: int, upto: int) -> list[AuditRow]:
    """Every fact of one register in order of recording."""
    found = rows.all(
        f"SELECT {COLUMNS}, f.register, f.state, x.body, {_OLD} FROM facts f JOIN events e ON e.position = f.position"
        f"{JOINS} LEFT JOIN texts x ON x.position = f.position"
        " WHERE f.register = ? AND f.position <= ? ORDER BY f.position",
        (register(item, number), upto),
    )
    return _typed(rows, plan, found)


def _typed(rows: Rows, plan: catalog.PlanRow, found: list[SqlRow]) -> list[AuditRow]:
    if not found:
        return []
    actors = known_actors(rows)
    row = rows.one("SELECT max(position) FROM events")
    assert row is not None
    now = MomentRef("now", row[0], Pair.of(row[0]))
    items = {entry[4] >> BITS for entry in found}
    structure = _lines(rows, items, now.pair)
    schema = catalog.schema_at(rows, plan.no, row[0])
    numbers = catalog.field_numbers(rows, plan.no)
    keys = {number: names for names, number in numbers.items()}
    shown = paths(rows, structure, items, now, schema, numbers)
    olds = _texts(rows, {entry[7] for entry in found if entry[7] is not None})
    places = _places(rows, found, structure, shown)
    typed: list[AuditRow] = []
    for entry in found:
        no, state, body, old_position = entry[4:8]
        item, number = no >> BITS, no & MASK
        field: str | None = None
        old = new = ""
        if number == EXISTENCE:
            action = "withdrawn" if not state else "added" if old_position is None else "restored"
            label = ""
        elif number == PLACE:
            action = "placed" if old_position is None else "moved"
            label = PLACE_LABEL
            old, new = places.get(old_position or 0, ""), places.get(entry[0], "")
        else:
            level, field = keys[number]
            spec_level = schema.level(level)
            spec = spec_level.field(field) if spec_level else None
            label = spec.label if spec else field
            action = "changed"
            new = body if body is not None else REDACTED_TEXT if state else ""
            old = olds.get(old_position, "") if old_position is not None else ""
        typed.append(
            AuditRow(
                cause(entry[:4], actors, plan.zone),
                action,
                structure[item].uuid,
                structure[item].level,
                shown[item],
                field,
                label,
                old,
                new,
            )
        )
    return typed


def _lines(rows: Rows, items: set[int], pair: Pair) -> dict[int, asof.ItemRow]:
    """The items and their ancestors as they stand now."""
    found: dict[int, asof.ItemRow] = {}
    wanted = set(items)
    while wanted:
        for chunk in chunks(sorted(wanted)):
            for no, uuid, level, alive, parent, rank in rows.all(
                "SELECT i.no, s.uuid, i.level, i.alive, i.parent, i.rank FROM items i JOIN streams s ON s.no = i.no"
                f" WHERE i.no IN ({marks(len(chunk))})",
                chunk,
            ):
                found[no] = asof.ItemRow(no, UUID(bytes=bytes(uuid)), level, bool(alive), parent, rank or "", 0, 0)
        wanted = {row.parent for row in found.values() if row.parent is not None} - found.keys()
    return found


def _texts(rows: Rows, positions: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for chunk in chunks(sorted(positions)):
        for position, body, state in rows.all(
            "SELECT f.position, x.body, f.state FROM facts f LEFT JOIN texts x ON x.position = f.position"
            f" WHERE f.position IN ({marks(len(chunk))})",
            chunk,
        ):
            found[position] = body if body is not None else REDACTED_TEXT if state else ""
    return found


def _places(
    rows: Rows, found: list[SqlRow], structure: dict[int, asof.ItemRow], shown: dict[int, tuple[str, ...]]
) -> dict[int, str]:
    """Position of a placing → where that was, in words of today's titles."""
    positions = {
        each for entry in found if entry[4] & MASK == PLACE for each in (entry[0], entry[7]) if each is not None
    }
    parents: dict[int, int | None] = {}
    for chunk in chunks(sorted(positions)):
        parents.update(rows.all(f"SELECT position, parent FROM places WHERE position IN ({marks(len(chunk))})", chunk))
    missing = {parent for parent in parents.values() if parent is not None}
    row = rows.one("SELECT max(position) FROM events")
    assert row is not None
    pair = Pair.of(row[0])
    lines = _lines(rows, missing, pair)
    plan_of = rows.all("SELECT no, plan FROM items WHERE no = ?", (next(iter(missing)),)) if missing else []
    if not plan_of:
        return {}
    numbers = catalog.field_numbers(rows, plan_of[0][1])
    schema = catalog.schema_at(rows, plan_of[0][1], row[0])
    titles = paths(rows, lines, missing, MomentRef("now", row[0], pair), schema, numbers)
    return {position: " / ".join(titles[parent]) for position, parent in parents.items() if parent is not None}


def stream(rows_of: Iterator[list[AuditRow]]) -> Iterator[AuditRow]:
    """Rows out of pages."""
    for portion in rows_of:
        yield from portion
