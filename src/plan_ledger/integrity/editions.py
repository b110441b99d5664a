"""Is every edition's digest that of its table?

Most editions fix the table of their own time, which is at hand while the log is read: no query is needed for them.
"""

from __future__ import annotations

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
from plan_ledger.index.digest import digest_at, digest_of, within
from plan_ledger.integrity.findings import Finding, Verification
from plan_ledger.store.transaction import Rows
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import Schema


@define
class _Plan:
    title: str
    fiscal_year: int
    schema: Schema | None = None
    items: dict[int, ItemRow] = field(factory=dict[int, ItemRow])
    ordered: list[ItemRow] | None = None
    scopes: dict[UUID, int | None] = field(factory=dict[UUID, int | None])


class Tables:
    """Every plan's table as it stands at the event that is being read.

    Attributes:
        texts: Item → field → text, ``""`` where it was emptied. Kept up by whoever reads the changes of fields.
        changed: The last position at which a table or a schema became another; also kept up so.
        checked: Positions of the editions whose digest was found right.
    """

    def __init__(self, streams: dict[int, bytes]) -> None:
        self.texts: dict[int, dict[str, str]] = {}
        self.changed = 0
        self.checked: set[int] = set()
        self._numbers = {uuid: no for no, uuid in streams.items()}
        self._uuids = streams
        self._plans: dict[int, _Plan] = {}
        self._plan_of: dict[int, int] = {}
        self._late = False

    def late(self) -> None:
        """A fact counts elsewhere than where it was recorded: from here on the index has to be asked."""
        self._late = True

    def follow(self, position: int, stream: int, event: Event) -> None:
        """Take in an event that is no change of a field; check it, where it is an edition."""
        try:
            self._follow(position, stream, event)
        except KeyError:
            self.late()  # only a forged log speaks of what was never made; the replay tells

    def _follow(self, position: int, stream: int, event: Event) -> None:
        match event:
            case PlanOpened():
                self._plans[stream] = _Plan(event.title, event.fiscal_year)
            case SchemaDeclared():
                self._plans[stream].schema, self.changed = schema_of(event), position
            case ItemAdded():
                self._plan_of[stream] = self._numbers[event.plan.bytes]
                uuid = UUID(bytes=self._uuids[stream])
                self._put(ItemRow(stream, uuid, event.level, True, None, "", position, position), event, position)
            case ItemPlaced():
                parent = None if event.parent is None else self._numbers[event.parent.bytes]
                self._put(self._row(stream)._replace(parent=parent, rank=event.rank), event, position)
            case ItemWithdrawn():
                self._put(self._row(stream)._replace(alive=False), event, position)
            case ItemRestored():
                self._put(self._row(stream)._replace(alive=True), event, position)
            case MeetingHeld():
                scope = None if event.scope is None else self._numbers[event.scope.bytes]
                self._plans[stream].scopes[event.meeting] = scope
                self._edition(position, self._plans[stream], event)
            case MeetingReissued():
                self._edition(position, self._plans[stream], event)
            case _:
                pass

    def _row(self, item: int) -> ItemRow:
        return self._plans[self._plan_of[item]].items[item]

    def _put(self, row: ItemRow, event: ItemEvent, position: int) -> None:
        if event.effective is not None:
            self.late()
        plan = self._plans[self._plan_of[row.no]]
        plan.items[row.no], plan.ordered = row, None
        self.changed = position

    def _edition(self, position: int, plan: _Plan, event: MeetingHeld | MeetingReissued) -> None:
        pair = Pair(event.effective, event.known)
        if self._late or pair != Pair.of(event.known) or self.changed > event.known or plan.schema is None:
            return
        ordered = plan.ordered
        if ordered is None:
            ordered = plan.ordered = asof.live(plan.items)
        scope = plan.scopes.get(event.meeting)
        if scope is not None:
            ordered = within(ordered, plan.items, scope)
        digest = digest_of(plan.title, plan.fiscal_year, plan.schema, ordered, self.texts)
        if digest == event.digest:
            self.checked.add(position)


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
