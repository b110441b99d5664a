"""Baselines: a past meeting's table entered afterwards, as facts that count at its point. Pure.

A baseline says *everything*: of each of its items that it is there, where it stands and every field, blank ones too;
of each item that was there at that point and is not on the table, that it is not. So no other table entered before
or after it shines through, and the order of entry does not matter. What follows must stay as it was: where a fact of
the table would otherwise be seen at the next meeting, the facts that held there are said again at that meeting.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from attrs import field, frozen

from plan_ledger.domain.corrections import EXISTENCE, PLACE
from plan_ledger.events import FieldChanged, ItemAdded, ItemEvent, ItemPlaced, ItemRestored, ItemWithdrawn, Source
from plan_ledger.values import ranks

Place = tuple[UUID | None, str]


@frozen
class Row:
    """An item of the table: its parent and the text of every field of its level, blank ones too."""

    item: UUID
    level: str
    under: UUID | None
    texts: Mapping[str, str]
    sources: Mapping[str, Source] = field(factory=dict[str, Source])


@frozen
class Known:
    """An item as it was seen, before the table was entered, at the point where it goes."""

    alive: bool
    place: Place
    texts: Mapping[str, str]


@frozen
class Next:
    """The next meeting: its effective coordinate, and whether a register has a fact of its own up to it."""

    effective: int
    has_own: Callable[[UUID, str], bool]


@frozen
class Table:
    """A table to enter. ``known``: items seen at its point; ``exist``: every item that the ledger has ever had;
    ``effective`` None: at the head."""

    plan: UUID
    rows: Sequence[Row]
    known: Mapping[UUID, Known]
    exist: Collection[UUID]
    effective: int | None = None
    next: Next | None = None


def decide(table: Table, places: Mapping[UUID, Place]) -> list[ItemEvent]:
    """The facts of the table, parents before children, then what has to be said again at the next meeting.

    ``places`` are those of its rows (``placed``).
    """
    events: list[ItemEvent] = []
    for row in table.rows:
        existence: ItemEvent
        if row.item in table.exist:
            existence = ItemRestored(originator_id=row.item)
        else:
            existence = ItemAdded(originator_id=row.item, plan=table.plan, level=row.level)
        parent, rank = places[row.item]
        events += [existence, ItemPlaced(originator_id=row.item, parent=parent, rank=rank)]
        events += [
            FieldChanged(originator_id=row.item, field=key, text=text or None, source=row.sources.get(key))
            for key, text in row.texts.items()
        ]
    on_table = {row.item for row in table.rows}
    events += [
        ItemWithdrawn(originator_id=item) for item, known in table.known.items() if known.alive and item not in on_table
    ]
    if table.effective is None:
        return events
    said = [event.model_copy(update={"effective": table.effective}) for event in events]
    return said if table.next is None else [*said, *_said_again(table, table.next, places, on_table)]


def _said_again(
    table: Table, coming: Next, places: Mapping[UUID, Place], on_table: Collection[UUID]
) -> list[ItemEvent]:
    """What was seen before, at the next meeting, of everything that would be seen otherwise from now on."""
    found: list[ItemEvent] = []

    def again(item: UUID, register: str, event: ItemEvent) -> None:
        if not coming.has_own(item, register):
            found.append(event.model_copy(update={"effective": coming.effective}))

    for row in table.rows:
        known, item = table.known.get(row.item), row.item
        if known is None or not known.alive:
            again(item, EXISTENCE, ItemWithdrawn(originator_id=item))
        if item not in table.exist:
            continue  # nothing of a new item is seen elsewhere, once it is gone
        if known is not None and known.place != places[item]:
            again(item, PLACE, ItemPlaced(originator_id=item, parent=known.place[0], rank=known.place[1]))
        for key, text in row.texts.items():
            before = known.texts.get(key, "") if known else ""
            if before != text:
                again(item, key, FieldChanged(originator_id=item, field=key, text=before or None))
    for item, known in table.known.items():
        if known.alive and item not in on_table:
            again(item, EXISTENCE, ItemRestored(originator_id=item))
    return found


def placed(rows: Sequence[Row]) -> dict[UUID, Place]:
    """Where each row stands: ranks come from the table alone, so that they do not depend on what was entered before."""
    families: dict[UUID | None, list[UUID]] = {}
    for row in rows:
        families.setdefault(row.under, []).append(row.item)
    places: dict[UUID, Place] = {}
    for parent, children in families.items():
        own = ranks.spread(None, None, len(children))
        places |= {item: (parent, rank) for item, rank in zip(children, own, strict=True)}
    return places
