"""Is every edition's digest that of its table?

Most editions fix the table of their own time, which is at hand while the log is read: no query is needed for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from attrs import define, field

from plan_ledger.domain.schemas import schema_of
from plan_ledger.events import (
    Event,
    ItemAdded,
    ItemEvent,
    ItemPlaced,
    ItemRestored,
    ItemWithdrawn,
    MeetingHeld,
    MeetingReissued,
    PlanOpened,
    SchemaDeclared,
)
from plan_ledger.index import asof, catalog
from plan_ledger.index.asof import ItemRow
from plan_ledger.index.cells import Cell, Cells
from plan_ledger.index.digest import digest_at, within
from plan_ledger.integrity.findings import Finding, Verification
from plan_ledger.integrity.said import Portion
from plan_ledger.store.transaction import Rows
from plan_ledger.values.coordinates import Pair, effective_of
from plan_ledger.values.digest import Frame
from plan_ledger.values.schema import Schema

_Layout = tuple[Frame, list[Cell]]
"""What stands between the texts of a table, and the cells whose texts they are."""


@define
class _Item:
    level: str
    alive: bool = True
    parent: int | None = None
    rank: str = ""


@define
class _Plan:
    title: str
    fiscal_year: int
    schema: Schema | None = None
    items: dict[int, _Item] = field(factory=dict[int, _Item])
    layouts: dict[int | None, _Layout] = field(factory=dict[int | None, _Layout])
    scopes: dict[UUID, int | None] = field(factory=dict[UUID, int | None])


class Tables:
    """Every plan's table as it stands at the end of what was read.

    Args:
        streams: Number → id.
        cells: What every field holds. The replay keeps them up; every portion goes through it first.

    Attributes:
        checked: Positions of the editions whose digest was found right.
    """

    def __init__(self, streams: Mapping[int, bytes], cells: Cells) -> None:
        self.checked: set[int] = set()
        self._cells = cells
        self._changed = 0  # the last position at which a table or a schema became another
        self._streams = {uuid: no for no, uuid in streams.items()}
        self._uuids = streams
        self._plans: dict[int, _Plan] = {}
        self._plan_of: dict[int, _Plan] = {}
        self._unknown = False

    def follow(self, portion: Portion) -> None:
        """Take in a portion of the log. Where it ends with an edition, check that."""
        if portion.plain:
            self._changed, *_ = portion.plain[-1]
        for position, _, late in portion.late:
            self._changed = max(self._changed, position)
            if late.effective is not None and late.effective > effective_of(position):
                self._unknown = True
        try:
            for position, event, stream, _, _ in portion.structure:
                self._follow(position, stream, event)
        except KeyError:
            self._unknown = True  # only a forged log speaks of what was never made; the replay tells

    def _follow(self, position: int, stream: int, event: Event) -> None:
        match event:
            case ItemAdded():
                plan = self._plan_of[stream] = self._plans[self._streams[event.plan.bytes]]
                plan.items[stream] = _Item(event.level)
                self._moved(plan, position, event)
            case ItemPlaced():
                plan = self._plan_of[stream]
                item = plan.items[stream]
                item.parent = None if event.parent is None else self._streams[event.parent.bytes]
                item.rank = event.rank
                self._moved(plan, position, event)
            case ItemWithdrawn() | ItemRestored():
                plan = self._plan_of[stream]
                plan.items[stream].alive = isinstance(event, ItemRestored)
                self._moved(plan, position, event)
            case PlanOpened():
                self._plans[stream] = _Plan(event.title, event.fiscal_year)
            case SchemaDeclared():
                plan = self._plans[stream]
                plan.schema = schema_of(event)
                plan.layouts.clear()
                self._changed = max(self._changed, position)
            case MeetingHeld():
                plan = self._plans[stream]
                plan.scopes[event.meeting] = None if event.scope is None else self._streams[event.scope.bytes]
                self._edition(plan, position, event)
            case MeetingReissued():
                self._edition(self._plans[stream], position, event)
            case _:
                pass

    def _moved(self, plan: _Plan, position: int, event: ItemEvent) -> None:
        if event.effective is not None:
            self._unknown = True  # it counts elsewhere than where it was recorded: the index has to be asked
        plan.layouts.clear()
        self._changed = max(self._changed, position)

    def _edition(self, plan: _Plan, position: int, event: MeetingHeld | MeetingReissued) -> None:
        """Check an edition that fixes the table of its own time; the index is asked of every other one."""
        pair = Pair(event.effective, event.known)
        if self._unknown or pair != Pair.of(event.known) or self._changed > event.known:
            return
        scope = plan.scopes.get(event.meeting)
        layout = plan.layouts.get(scope)
        if layout is None:
            layout = plan.layouts[scope] = self._layout(plan, scope)
        frame, cells = layout
        if frame.digest([cell.text for cell in cells]) == event.digest:
            self.checked.add(position)

    def _layout(self, plan: _Plan, scope: int | None) -> _Layout:
        if plan.schema is None:
            raise KeyError(plan.title)
        rows = {
            no: ItemRow(no, UUID(bytes=self._uuids[no]), item.level, item.alive, item.parent, item.rank, 0, 0)
            for no, item in plan.items.items()
        }
        ordered = asof.live(rows)
        if scope is not None:
            ordered = within(ordered, rows, scope)
        fields = {level.key: [spec.key for spec in level.live_fields] for level in plan.schema.levels}
        frame = Frame(plan.title, plan.fiscal_year, plan.schema, (item.level for item in ordered))
        return frame, [self._cells[item.no][key] for item in ordered for key in fields[item.level]]


def check_editions(rows: Rows, found: Verification, checked: set[int]) -> None:
    """Recompute the digest of every edition that was not found right already."""
    for plan in catalog.plans(rows):
        for meeting in catalog.meetings(rows, plan.no):
            for edition in meeting.editions:
                found.editions += 1
                if edition.position in checked:
                    continue
                digest = digest_at(rows, plan, edition.pair, scope=meeting.scope)
                if digest.hex == edition.digest:
                    continue
                if digest.redacted:
                    found.unverifiable += 1
                else:
                    found.findings.append(Finding("edition", edition.position, f"{meeting.name} 第{edition.edition}版"))
