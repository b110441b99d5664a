"""What a projector has met: the numbers of what never changes once it is committed."""

from __future__ import annotations

from uuid import UUID

from attrs import define, field

from plan_ledger.store.transaction import Transaction


@define
class Names:
    """What never changes once it is committed: numbers of streams, items' plans and levels, fields, actors."""

    streams: dict[UUID, int] = field(factory=dict[UUID, int])
    plans: dict[int, UUID] = field(factory=dict[int, UUID])
    items: dict[int, tuple[int, str]] = field(factory=dict[int, tuple[int, str]])
    fields: dict[tuple[int, str, str], int] = field(factory=dict[tuple[int, str, str], int])
    actors: dict[tuple[UUID, int], int] = field(factory=dict[tuple[UUID, int], int])
    # The same again, for the changes of a bulk load: the numbers of an item's fields, shared by its level, and whom a
    # header names, with their roles.
    numbers: dict[int, dict[str, int]] = field(factory=dict[int, dict[str, int]])
    levels: dict[tuple[int, str], dict[str, int]] = field(factory=dict[tuple[int, str], dict[str, int]])
    owners: dict[bytes, list[tuple[int, int]]] = field(factory=dict[bytes, list[tuple[int, int]]])


def find_field(tx: Transaction, names: Names, plan: int, level: str, key: str) -> int | None:
    """The number of a field that a plan has."""
    row = tx.one("SELECT number FROM fields WHERE plan = ? AND level = ? AND key = ?", (plan, level, key))
    if row is None:
        return None
    names.fields[plan, level, key] = row[0]
    return int(row[0])
