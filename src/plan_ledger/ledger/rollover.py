"""Rollover (年度更新): chosen items go on in the next fiscal year's plan, with their ancestors, in one batch.

A new item says which one it continues; that is its lineage. What goes on there already is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from uuid import UUID

from attrs import define, frozen

from plan_ledger.errors import PlanLedgerError, raise_problems
from plan_ledger.index import catalog
from plan_ledger.ledger.intents import Add, Executor
from plan_ledger.ledger.receipt import Receipt
from plan_ledger.ledger.recording import record_once
from plan_ledger.ledger.work import Work
from plan_ledger.queries import snapshot as snapshots
from plan_ledger.queries.moments import Moment, Moments
from plan_ledger.queries.results import MomentRef, Snapshot, SnapshotItem
from plan_ledger.store.transaction import Rows
from plan_ledger.values.ids import IdFactory
from plan_ledger.values.naming import field_keys
from plan_ledger.values.schema import Schema
from plan_ledger.values.texts import REDACTED_TEXT, clean_text, folded_name

if TYPE_CHECKING:
    from plan_ledger.ledger.item import Item
    from plan_ledger.ledger.plan import Plan
    from plan_ledger.ledger.tracing import PlanTracing

Status = Literal["added", "existing", "same_title", "withdrawn", "left_out"]


@define(eq=False, slots=False)
class NoOtherPlan(PlanLedgerError):
    """Items go on in another plan of the same ledger."""

    code: ClassVar[str] = "no_other_plan"
    ja: ClassVar[str] = "「{plan}」へは引き継げません。同じ台帳の、別の年度の計画を指定してください。"
    en: ClassVar[str] = "Items can't be continued in {plan!r}: name another plan of the same ledger."

    plan: str


@define(eq=False, slots=False)
class LevelsDiffer(PlanLedgerError):
    """The other plan has no such level, or has it at another place."""

    code: ClassVar[str] = "levels_differ"
    ja: ClassVar[str] = "「{plan}」の様式には、同じ位置に階層「{level}」がないため、引き継げません。"
    en: ClassVar[str] = "The schema of {plan!r} has no level {level!r} at the same place."

    plan: str
    level: str


@define(eq=False, slots=False)
class NotInThisTable(PlanLedgerError):
    """An item that was chosen is not in the table that is carried over."""

    code: ClassVar[str] = "not_in_this_table"
    ja: ClassVar[str] = "選んだ行（{item}）は、引継ぎ元の時点「{moment}」の表にありません。"
    en: ClassVar[str] = "The chosen item {item} is not in the table of {moment!r}."

    item: str
    moment: str


@frozen
class RolledItem:
    """What became of one item.

    Attributes:
        earlier, level, path: The item of this plan.
        item: The one that goes on; None where there is none.
        status: ``added``; ``existing`` (it goes on there already); ``same_title`` (one of that title stood at that
            place already and was taken as parent; it is not its lineage); ``withdrawn`` (it went on there and was
            withdrawn: restore it); ``left_out`` (it stands below such a one, or its title was destroyed).
    """

    earlier: UUID
    level: str
    path: tuple[str, ...]
    item: UUID | None
    status: Status

    def to_dict(self) -> dict[str, Any]:
        return {
            "earlier": self.earlier.hex,
            "level": self.level,
            "path": list(self.path),
            "item": None if self.item is None else self.item.hex,
            "status": self.status,
        }


@frozen
class Rollover:
    """What a rollover did: its receipt (falsy where nothing had to be recorded), and every item in table order."""

    receipt: Receipt
    plan: str
    to: str
    entries: tuple[RolledItem, ...]

    def of(self, status: Status) -> tuple[RolledItem, ...]:
        """The items of which this became."""
        return tuple(entry for entry in self.entries if entry.status == status)

    def to_dict(self) -> dict[str, Any]:
        return {
            "plan": self.plan,
            "to": self.to,
            "receipt": self.receipt.to_dict(),
            "entries": [entry.to_dict() for entry in self.entries],
        }


@frozen
class _Wanted:
    """What is to go on. ``items`` None: all; ``fields`` None: all that both plans have."""

    items: tuple[UUID, ...] | None
    fields: frozenset[str] | None
    below: bool


def rollover(
    source: PlanTracing,
    target: Plan,
    items: Sequence[Item | str] | None,
    *,
    fields: Sequence[str] | None,
    below: bool,
    at: Moment,
    key: str | None,
) -> Rollover:
    """Carry out what :meth:`Plan.rollover` says."""
    ledger = source.ledger
    if target.ledger is not ledger or target.id == source.id:
        raise NoOtherPlan(target.title)
    recording = ledger.recording
    acting = recording.outside_batch("rollover")
    chosen = None if items is None else tuple(source[each].id if isinstance(each, str) else each.id for each in items)
    keys = None if fields is None else frozenset(key for name in fields for key in field_keys(source.schema, name))
    wanted = _Wanted(chosen, keys, below)
    key = None if key is None else clean_text(key)
    receipt = Receipt(None, None)
    entries: list[RolledItem] = []

    def carrying(work: Work, executor: Executor) -> None:
        nonlocal receipt
        moment = Moments(work.tx, source.row).resolve(at)
        carried = _Carried(work.tx, source.row, target.row, wanted, moment, recording.new_id)
        entries.extend(carried.entries)

        def adding() -> None:
            executor.run(carried.intents)

        if key is None:
            before = work.position
            work.begin(acting)
            adding()
            receipt = work.receipt(before)
        else:
            request = repr((source.id, target.id, wanted, str(at))).encode("utf-8", "surrogatepass")
            before = work.position
            receipt = record_once(work, acting, key, sha256(request).digest(), adding)
            if work.position == before:  # asked for before: what was not there then is not there now
                entries[:] = [entry for entry in entries if entry.status != "added"]

    recording.write(carrying)
    return Rollover(receipt, source.title, target.title, tuple(entries))


class _Carried:
    """Works out, under the lock, what is to be added: ``intents``, and ``entries`` for whoever asked."""

    def __init__(
        self,
        rows: Rows,
        source: catalog.PlanRow,
        target: catalog.PlanRow,
        wanted: _Wanted,
        moment: MomentRef,
        new_id: IdFactory,
    ) -> None:
        self.intents: list[Add] = []
        self.entries: list[RolledItem] = []
        self._wanted = wanted
        self._target = target
        self._new_id = new_id
        taken = snapshots.take(rows, source, moment)
        there = snapshots.take(rows, target, Moments(rows, target).resolve(None))
        self._schemas = taken.schema, there.schema
        self._shown = {item.id for item in there.items}
        self._continued = _continued(rows, target.no)
        bound = {uuid for found in self._continued.values() for uuid in found}
        self._titled = {
            (item.parent, item.level, folded_name(item.title)): item.id
            for item in reversed(there.items)
            if item.id not in bound
        }
        self._at: dict[UUID, UUID] = {}
        for item in _chosen(taken, wanted):
            self._carry(item)

    def _carry(self, item: SnapshotItem) -> None:
        parent = None if item.parent is None else self._at.get(item.parent)
        if item.title == REDACTED_TEXT or (item.parent is not None and parent is None):
            self._tell(item, None, "left_out")
            return
        for uuid in self._continued.get(item.id, ()):
            shown = uuid in self._shown
            if shown:
                self._at[item.id] = uuid
            self._tell(item, uuid, "existing" if shown else "withdrawn")
            return
        titled = self._titled.pop((parent, item.level, folded_name(item.title)), None)
        if titled is not None:
            self._at[item.id] = titled
            self._tell(item, titled, "same_title")
            return
        uuid = self._at[item.id] = self._new_id()
        texts = self._texts(item)
        self.intents.append(Add(uuid, self._target.uuid, item.level, texts, parent, continues=(item.id,)))
        self._tell(item, uuid, "added")

    def _texts(self, item: SnapshotItem) -> dict[str, str]:
        """The title, and the fields that were chosen and that both plans have; what was destroyed stays behind."""
        old, new = (schema.level(item.level) for schema in self._schemas)
        if old is None or new is None or not _same_place(item.level, *self._schemas):
            raise LevelsDiffer(self._target.title, old.label if old else item.level)
        texts = {new.title: item.title}
        for key, cell in item.fields.items():
            spec = new.field(key)
            chosen = self._wanted.fields is None or key in self._wanted.fields
            if key != old.title and chosen and spec is not None and not spec.retired and not cell.redacted:
                texts[key] = cell.text
        return texts

    def _tell(self, item: SnapshotItem, uuid: UUID | None, status: Status) -> None:
        self.entries.append(RolledItem(item.id, item.level, item.path, uuid, status))


def _chosen(taken: Snapshot, wanted: _Wanted) -> list[SnapshotItem]:
    """The items that go on, in table order: those chosen, what is above them, and what is below if that is wanted."""
    if wanted.items is None:
        return list(taken.items)
    by_id = {item.id: item for item in taken.items}
    keep = set(wanted.items)
    raise_problems(NotInThisTable(each.hex, taken.moment.name) for each in wanted.items if each not in by_id)
    for each in wanted.items:
        above = by_id[each].parent
        while above is not None:
            keep.add(above)
            above = by_id[above].parent
    below = set(wanted.items) if wanted.below else set[UUID]()
    for item in taken.items:
        if item.parent in below:
            below.add(item.id)
    return [item for item in taken.items if item.id in keep or item.id in below]


def _continued(rows: Rows, plan: int) -> dict[UUID, list[UUID]]:
    """Earlier item → the items of a plan that continue it."""
    found: dict[UUID, list[UUID]] = {}
    for earlier, uuid in rows.all(
        "SELECT c.earlier, s.uuid FROM items i JOIN continuations c ON c.item = i.no JOIN streams s ON s.no = i.no"
        " WHERE i.plan = ? ORDER BY i.no",
        (plan,),
    ):
        found.setdefault(UUID(bytes=bytes(earlier)), []).append(UUID(bytes=bytes(uuid)))
    return found


def _same_place(level: str, one: Schema, other: Schema) -> bool:
    above, over = one.above(level), other.above(level)
    return (above.key if above else None) == (over.key if over else None)
