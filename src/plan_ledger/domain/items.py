"""An item: added, placed, changed, withdrawn, restored. One page: states, commands, decide, evolve.

The events that come out are the storage format (``plan_ledger.events``). Doing the same twice gives no event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from attrs import evolve as replaced, field, frozen

from plan_ledger.domain.errors import (
    AlreadyThere,
    EditConflict,
    NotAChoice,
    NotThere,
    OtherPlan,
    TitleMissing,
    WrongLevel,
)
from plan_ledger.errors import Place
from plan_ledger.events import (
    FieldChanged,
    ItemAdded,
    ItemEvent,
    ItemPlaced,
    ItemRestored,
    ItemWithdrawn,
    Source,
    field_changed,
)
from plan_ledger.values.schema import FieldKind, LevelSpec


class Cell(NamedTuple):
    """What a field holds and the position of the change that put it there; absent is the empty text at 0.

    A plain tuple: there is one for every change of a bulk load.
    """

    text: str = ""
    position: int = 0


ABSENT = Cell()


@frozen
class Item:
    """An item as the log has it. ``cells`` holds the fields that were asked for, absent ones left out."""

    id: UUID
    plan: UUID
    level: str
    alive: bool
    parent: UUID | None
    rank: str
    cells: Mapping[str, Cell] = field(factory=dict[str, Cell])

    def cell(self, key: str) -> Cell:
        return self.cells.get(key, ABSENT)


@frozen
class AddItem:
    """Make an item of ``level`` under ``under`` (None: the top), with these texts, at this rank."""

    item: UUID
    plan: UUID
    rank: str
    texts: Mapping[str, str]
    under: Item | None = None
    continues: tuple[UUID, ...] = ()
    sources: Mapping[str, Source] = field(factory=dict[str, Source])


@frozen
class ChangeField:
    """Set a field. ``expected`` is the position at which the editor saw it; without it the last writer wins."""

    field: str
    text: str
    expected: int | None = None
    source: Source | None = None


@frozen
class MoveItem:
    """Place an item under another parent, or elsewhere among its siblings."""

    under: Item | None
    rank: str
    source: Source | None = None


@frozen
class WithdrawItem:
    """Take an item off the table. It keeps its id, its fields and its history."""


@frozen
class RestoreItem:
    """Put a withdrawn item back where it was."""


ItemCommand = AddItem | ChangeField | MoveItem | WithdrawItem | RestoreItem


def decide(item: Item | None, command: ItemCommand, level: LevelSpec, above: LevelSpec | None) -> list[ItemEvent]:
    """The events that carry the command out; none where everything is as wanted already.

    Args:
        item: Its state; None for one that is to be added.
        command: What is wanted.
        level: The item's level in the schema; ``above``: the level of its parents, None at the top.

    Raises:
        CommandRefused: A subclass says why.
    """
    if isinstance(command, AddItem):
        return _add(command, level, above)
    assert item is not None
    if isinstance(command, ChangeField):
        changed = change_field(item, level, command.field, command.text, command.expected, command.source)
        return [] if changed is None else [changed]
    place = Place(item=item.cell(level.title).text)
    match command:
        case MoveItem(under=under, rank=rank, source=source):
            _require_alive(item, level)
            _check_parent(under, item.plan, level, above, place)
            if (under.id if under else None) == item.parent and rank == item.rank:
                return []
            return [ItemPlaced(originator_id=item.id, parent=under.id if under else None, rank=rank, source=source)]
        case WithdrawItem():
            return [ItemWithdrawn(originator_id=item.id)] if item.alive else []
        case RestoreItem():
            if item.alive:
                raise AlreadyThere(item.cell(level.title).text)
            return [ItemRestored(originator_id=item.id)]


def _add(command: AddItem, level: LevelSpec, above: LevelSpec | None) -> list[ItemEvent]:
    title = command.texts.get(level.title, "")
    place = Place(item=title)
    _check_parent(command.under, command.plan, level, above, place)
    if not title.strip():
        raise TitleMissing(level.title_field.label)
    events: list[ItemEvent] = [
        ItemAdded(
            originator_id=command.item,
            plan=command.plan,
            level=level.key,
            continues=command.continues or None,
            source=command.sources.get(level.title),
        ),
        ItemPlaced(originator_id=command.item, parent=command.under.id if command.under else None, rank=command.rank),
    ]
    for spec in level.fields:
        text = command.texts.get(spec.key, "")
        if text:
            _check_choice(spec.key, text, level, place)
            events.append(
                FieldChanged(
                    originator_id=command.item, field=spec.key, text=text, source=command.sources.get(spec.key)
                )
            )
    return events


def change_field(
    item: Item, level: LevelSpec, field: str, text: str, expected: int | None = None, source: Source | None = None
) -> FieldChanged | None:
    """The event of a :class:`ChangeField`; None where the field holds that text already.

    Raises:
        CommandRefused: A subclass says why.
    """
    if not would_change(item, level, field, text, expected):
        return None
    return field_changed(item.id, field, text or None, source)


def would_change(item: Item, level: LevelSpec, field: str, text: str, expected: int | None = None) -> bool:
    """Whether a :class:`ChangeField` may be carried out, and changes anything.

    A function of its own, since nearly all that is ever decided is this.

    Raises:
        CommandRefused: A subclass says why not.
    """
    if not item.alive:
        _require_alive(item, level)
    cell = item.cells.get(field, ABSENT)
    if text == cell.text:
        return False
    spec = level.field(field)
    if expected is not None and expected < cell.position:
        place = Place(item=item.cell(level.title).text, field=spec.label if spec else field)
        raise EditConflict(field, expected, cell.position, cell.text, text, place=place)
    if field == level.title and not text.strip():
        raise TitleMissing(level.title_field.label, place=Place(item=cell.text))
    if spec is not None and spec.kind is FieldKind.CHOICE:
        _check_choice(field, text, level, Place(item=item.cell(level.title).text))
    return True


def _require_alive(item: Item, level: LevelSpec) -> None:
    if not item.alive:
        raise NotThere(item.cell(level.title).text)


def _check_parent(under: Item | None, plan: UUID, level: LevelSpec, above: LevelSpec | None, place: Place) -> None:
    if under is not None and under.plan != plan:
        raise OtherPlan(place=place)
    if (under.level if under else None) != (above.key if above else None):
        raise WrongLevel(level.label, above.label if above else "計画", under.level if under else "計画", place=place)
    if under is not None and above is not None and not under.alive:
        raise NotThere(under.cell(above.title).text, place=place)


def _check_choice(key: str, text: str, level: LevelSpec, place: Place) -> None:
    spec = level.field(key)
    if spec is not None and spec.kind is FieldKind.CHOICE and text and text not in spec.choices:
        raise NotAChoice(text, "、".join(spec.choices), place=Place(item=place.item, field=spec.label))


def evolve(item: Item | None, event: ItemEvent, position: int) -> Item:
    """The item after an event that was recorded at a position."""
    if isinstance(event, ItemAdded):
        return Item(event.originator_id, event.plan, event.level, alive=True, parent=None, rank="")
    assert item is not None
    match event:
        case FieldChanged():
            return replaced(item, cells={**item.cells, event.field: Cell(event.text or "", position)})
        case ItemPlaced():
            return replaced(item, parent=event.parent, rank=event.rank)
        case ItemWithdrawn():
            return replaced(item, alive=False)
        case ItemRestored():
            return replaced(item, alive=True)
        case _:
            return item
