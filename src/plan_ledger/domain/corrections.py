"""Corrections: what was handed out at a meeting was wrong. Facts that count at the meeting and are recorded now.

Decided like any change, from the item as that meeting's table has it *as known today*; so a correction of a correction
is nothing special. The events carry the meeting's effective coordinate and name the meeting. Where nothing differs
from what is known, there is nothing to correct, and that is an error: somebody took the wrong table.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from attrs import field, frozen

from plan_ledger.domain import items
from plan_ledger.domain.correction_errors import NothingToCorrect, NotInTable
from plan_ledger.domain.errors import TitleMissing
from plan_ledger.domain.items import ChangeField, Item, MoveItem
from plan_ledger.errors import Place
from plan_ledger.events import FieldChanged, ItemEvent, ItemPlaced, ItemRestored, ItemWithdrawn, Source
from plan_ledger.values.schema import LevelSpec


@frozen
class Point:
    """The edition that was wrong: its meeting, what people call it, its effective coordinate."""

    meeting: UUID
    name: str
    effective: int


@frozen
class PastItem:
    """An item as a table has it: ``shows`` where it, and everything above it, is there."""

    item: Item
    shows: bool
    title: str


@frozen
class WasThere:
    """The item belonged on the table: under this parent, at this rank, with these texts (its title among them)."""

    under: PastItem | None
    rank: str
    texts: Mapping[str, str] = field(factory=dict[str, str])
    source: Source | None = None


@frozen
class WasNotThere:
    """The item did not belong on the table."""


@frozen
class StoodUnder:
    """The item belonged under another parent, or elsewhere among its siblings."""

    under: PastItem | None
    rank: str
    source: Source | None = None


Correction = ChangeField | StoodUnder | WasThere | WasNotThere


def decide(
    past: PastItem, command: Correction, level: LevelSpec, above: LevelSpec | None, point: Point
) -> list[ItemEvent]:
    """The events that correct a table; never none.

    Args:
        past: The item as the table has it, as known today.
        command: What is right.
        level: The item's level in the schema of that table; ``above``: the level of its parents, None at the top.
        point: The table.

    Raises:
        NotInTable: The item, or the parent that is named, is not on the table.
        NothingToCorrect: The table, as known today, says so already.
        CommandRefused: A subclass says why: a wrong level, a blank title, no such choice.
    """
    match command:
        case ChangeField():
            _require_shown(past, point)
            events = items.decide(past.item, command, level, above)
        case StoodUnder(under=under, rank=rank, source=source):
            _require_shown(past, point)
            _require_shown(under, point)
            move = MoveItem(under.item if under else None, rank, source)
            events = items.decide(past.item, move, level, above)
        case WasNotThere():
            _require_shown(past, point, there_already=True)
            events = [ItemWithdrawn(originator_id=past.item.id)]
        case WasThere():
            events = _was_there(past, command, level, above, point)
    if not events:
        raise NothingToCorrect(point.name, place=_place(past, command, level))
    return [event.model_copy(update={"effective": point.effective, "corrects": point.meeting}) for event in events]


def _was_there(
    past: PastItem, command: WasThere, level: LevelSpec, above: LevelSpec | None, point: Point
) -> list[ItemEvent]:
    item, under = past.item, command.under
    if item.alive and past.shows:
        return []
    _require_shown(under, point)
    events: list[ItemEvent] = [] if item.alive else [ItemRestored(originator_id=item.id)]
    alive = items.Item(item.id, item.plan, item.level, True, item.parent, item.rank, item.cells)
    events += items.decide(alive, MoveItem(under.item if under else None, command.rank), level, above)
    if not command.texts.get(level.title, item.cell(level.title).text).strip():
        raise TitleMissing(level.title_field.label, place=Place(item=past.title))
    for key, text in command.texts.items():
        events += items.decide(alive, ChangeField(key, text, source=command.source), level, above)
    return events


def _require_shown(past: PastItem | None, point: Point, *, there_already: bool = False) -> None:
    if past is None or past.shows:
        return
    if there_already:
        raise NothingToCorrect(point.name, place=Place(item=past.title))
    raise NotInTable(past.title, point.name, place=Place(item=past.title))


def _place(past: PastItem, command: Correction, level: LevelSpec) -> Place:
    if isinstance(command, ChangeField):
        spec = level.field(command.field)
        return Place(item=past.title, field=spec.label if spec else command.field)
    return Place(item=past.title)


def register_of(event: ItemEvent) -> str:
    """What an event is about: ``existence``, ``place``, or the field's key."""
    match event:
        case FieldChanged():
            return event.field
        case ItemPlaced():
            return PLACE
        case _:
            return EXISTENCE


EXISTENCE, PLACE = "/existence", "/place"
"""Registers of an item beside its fields; no field is called so."""
