"""Facts without their texts, for what looks at many of them: groups and exceptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from plan_ledger.index.registers import BITS, MASK
from plan_ledger.queries import audit, audit_select
from plan_ledger.queries.audit_filters import Selection, read_header
from plan_ledger.queries.audit_rows import Teller
from plan_ledger.queries.results import Actor
from plan_ledger.store.transaction import Rows


@frozen
class Thin:
    """A fact, its batch and that batch's header; times in microseconds."""

    position: int
    item: int
    number: int
    effective: int
    batch: int
    recorded_us: int
    header: Mapping[str, Any]


def facts(rows: Rows, teller: Teller, selection: Selection) -> Iterator[Thin]:
    """What the index finds, oldest first, each once; what no index knows is not looked at."""
    selection = evolve(selection, descending=False)
    first = audit.first_batch(rows, selection)
    statement = audit_select.thinly(selection, teller.sole, first, near=audit.near(selection))
    last = 0
    for position, register, effective, _, batch, recorded_us, header in rows.each(statement.sql, statement.params):
        if position == last:
            continue
        last = position
        yield Thin(
            position, register >> BITS, register & MASK, effective, batch, recorded_us, read_header(bytes(header))
        )


def positions(reading: audit.Reading, teller: Teller, selection: Selection) -> set[int]:
    """The positions of the facts that fit, what no index knows looked at too."""
    if selection.residual:
        changes = evolve(selection, acts=False)
        return {row.position for portion in audit.pages(reading, lambda _: teller, changes, None) for row in portion}
    with reading() as rows:
        return {each.position for each in facts(rows, teller, selection)}


def who(header: Mapping[str, Any], role: str, teller: Teller) -> Actor | None:
    """Somebody whom a header names, as of then; None where it names nobody."""
    ref = header.get(role)
    return None if ref is None else teller.actors.get((ref["id"], ref.get("revision", 1)))


def section_of(header: Mapping[str, Any], teller: Teller) -> str | None:
    """Whose change it is by section: the author's (or the author, where a section itself is named), else the
    recorder's; None where nobody said."""
    author = who(header, "on_behalf_of", teller)
    if author is not None:
        return author.section or author.name
    recorder = who(header, "actor", teller)
    return None if recorder is None else recorder.section
