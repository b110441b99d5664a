"""What a caller wants done, as values: one door for handles, sheets, the command line and bulk loading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import evolve, field, frozen

from plan_ledger.domain import items as domain
from plan_ledger.domain.errors import AlreadyThere, NotThere
from plan_ledger.errors import Place, PlanLedgerError
from plan_ledger.events import Source
from plan_ledger.index import catalog
from plan_ledger.ledger.acting import Acting
from plan_ledger.ledger.correction_intents import Correct, CorrectExistence, CorrectionIntent, CorrectPlace
from plan_ledger.ledger.errors import UnknownItem
from plan_ledger.ledger.remembered import Fields, Known
from plan_ledger.ledger.work import Work
from plan_ledger.values import ranks
from plan_ledger.values.naming import field_key as field_key, find_field as find_field, find_level as find_level
from plan_ledger.values.schema import LevelSpec, Schema
from plan_ledger.values.texts import clean_text

if TYPE_CHECKING:
    from plan_ledger.ledger.correcting import Corrections


@frozen
class Add:
    """Add an item under ``under`` (None: the top), after ``after`` (None: last), with these texts by field key."""

    item: UUID
    plan: UUID
    level: str
    texts: Mapping[str, str]
    under: UUID | None = None
    after: UUID | None = None
    continues: tuple[UUID, ...] = ()
    sources: Mapping[str, Source] = field(factory=dict[str, Source])


@frozen
class Change:
    """Set a field of an item. ``expected``: the position at which the editor saw it.

    ``own``: first and last positions of what the editor recorded since; these are no conflict.
    """

    item: UUID
    field: str
    text: str
    expected: int | None = None
    source: Source | None = None
    own: tuple[tuple[int, int], ...] = ()


@frozen
class Move:
    """Place an item under another parent, after a sibling (None: last); ``first`` puts it before all others."""

    item: UUID
    under: UUID | None
    after: UUID | None = None
    first: bool = False
    source: Source | None = None


@frozen
class Withdraw:
    item: UUID


@frozen
class Restore:
    item: UUID


@frozen
class PlaceAt:
    """Put an item back at a place known by its rank (undo); right behind whoever has that rank by now."""

    item: UUID
    under: UUID | None
    rank: str


Intent = Add | Change | Move | Withdraw | Restore | PlaceAt | CorrectionIntent


def _cleaned(text: str | None) -> str | None:
    return None if text is None else clean_text(text)


@frozen
class Batch:
    """Intents that are recorded together or not at all, with who wants them and why.

    ``key`` is an idempotency key: the same key with the same batch is recorded once.
    """

    acting: Acting
    intents: Sequence[Intent]
    key: str | None = field(default=None, converter=_cleaned)


class Executor:
    """Carries intents out in one write: finds the state, lets the domain decide, records what comes out."""

    def __init__(self, work: Work, schemas: dict[tuple[int, int], Schema]) -> None:
        self._work = work
        self._cached = schemas
        state = work.state
        self._items, self._schemas, self._fields = state.items, state.schemas, state.fields
        self._siblings: dict[tuple[UUID, UUID | None], dict[UUID, str]] = {}
        self._corrections: Corrections | None = None
        self._coming: Iterable[Intent] = ()

    def expect(self, intents: Iterable[Intent]) -> None:
        """Say what comes next: once something is missing for it, all that is missing is read, in few queries."""
        self._coming = intents

    def _prepare(self) -> None:
        needs: dict[UUID, set[str]] = {}
        items = self._items
        for intent in self._coming:
            if type(intent) is Change:
                known = items.get(intent.item.int)
                if known is None or intent.field not in known.cells:
                    needs.setdefault(intent.item, set()).add(intent.field)
            elif not isinstance(intent, Add):
                needs.setdefault(intent.item, set())
        self._coming = ()
        if needs:
            self._work.load(needs)

    def run(self, intents: Iterable[Intent]) -> None:
        """Decide intents one after the other and record their events in the open batch."""
        for intent in intents:
            if isinstance(intent, Change):
                self._change(intent)
            else:
                self._carry_out(intent)

    def _carry_out(self, intent: Add | Move | Withdraw | Restore | PlaceAt | CorrectionIntent) -> None:
        if self._coming:
            self._prepare()
        match intent:
            case Add():
                self._add(intent)
            case Move():
                self._move(intent)
            case Withdraw(item=uuid):
                self._decide(self._item(uuid), domain.WithdrawItem())
            case Restore(item=uuid):
                self._decide(self._item(uuid), domain.RestoreItem())
            case PlaceAt(item=uuid, under=under, rank=rank):
                self._put_back(self._item(uuid), under, rank)
            case Correct() | CorrectPlace() | CorrectExistence():
                self._correct(intent)

    # --- single intents -----------------------------------------------------------------------------------------

    def _add(self, intent: Add) -> None:
        schema = self.schema(intent.plan)
        level = find_level(schema, intent.level)
        texts = {find_field(level, key).key: clean_text(text) for key, text in intent.texts.items()}
        if (known := self._work.item(intent.item, level.title)) is not None:
            raise AlreadyThere(known.cell(level.title).text or intent.item.hex)
        under = self._parent(intent.under)
        siblings = self._children(intent.plan, intent.under)
        rank = ranks.between(*gap_after(siblings, intent.after))
        sources = {key: clean for key, source in intent.sources.items() if (clean := _clean(source)) is not None}
        command = domain.AddItem(intent.item, intent.plan, rank, texts, under, intent.continues, sources)
        self._work.record(domain.decide(None, command, level, schema.above(level.key)))
        siblings[intent.item] = rank

    def find(self, intent: Change) -> tuple[Known, LevelSpec, str]:
        """The item that is to be changed, its level, and the key of the field, which is read.

        Raises:
            UnknownItem, UnknownField: There is none.
        """
        known = self._items.get(intent.item.int) or self._known(intent.item)
        fields = known.fields or self._fields_of(known)
        level = fields.level
        key = fields.keys.get(intent.field)
        if key is None:
            key = fields.keys[intent.field] = find_field(level, intent.field).key
        if key not in known.cells:
            if self._coming:
                self._prepare()
            if key not in known.cells:  # it was asked for by its label
                self._work.load({intent.item: (key,)})
        return known, level, key

    def _change(self, intent: Change) -> None:
        known, level, key = self.find(intent)
        expected, source = intent.expected, intent.source
        if expected is not None and self._is_own(intent, known.item.cell(key).position):
            expected = None
        text = clean_text(intent.text)
        try:
            event = domain.change_field(known.item, level, key, text, expected, source and _clean(source))
        except PlanLedgerError as error:
            self.name(error, intent.item, level)
            raise
        if event is not None:
            self._work.record([event])

    def _known(self, uuid: UUID) -> Known:
        if self._coming:
            self._prepare()
        self._item(uuid)
        return self._items[uuid.int]

    def _fields_of(self, known: Known) -> Fields:
        plan, level = known.item.plan, known.item.level
        fields = self._fields.get((plan, level))
        if fields is None:
            fields = self._fields[plan, level] = Fields(find_level(self.schema(plan), level))
        known.fields = fields
        return fields

    def _is_own(self, intent: Change, position: int) -> bool:
        """Whether a change was made in this batch, or by the same editor since: nobody conflicts with themselves."""
        return position > self._work.batch_start or any(first <= position <= last for first, last in intent.own)

    def name(self, error: PlanLedgerError, uuid: UUID, level: LevelSpec) -> None:
        """Say in the error which item it is about: the title is only read when there is something to tell."""
        item = self._work.item(uuid, level.title)
        if item is not None:
            title = item.cell(level.title).text
            error.place = evolve(error.place or Place(), item=title)
            if isinstance(error, NotThere):
                error.title = title

    def _move(self, intent: Move) -> None:
        item = self._item(intent.item)
        siblings = dict(self._children(item.plan, intent.under))
        siblings.pop(intent.item, None)
        if item.parent == intent.under and intent.after is None and not intent.first:
            rank = item.rank  # already there: nothing says where else among its siblings it should stand
        else:
            low, high = gap_after(siblings, intent.after, first=intent.first)
            stays = item.parent == intent.under and (low or "") < item.rank and (high is None or item.rank < high)
            rank = item.rank if stays else ranks.between(low, high)
        self._place(item, intent.under, rank, _clean(intent.source))

    def _place(self, item: domain.Item, under: UUID | None, rank: str, source: Source | None) -> None:
        parent = self._parent(under)
        self._decide(item, domain.MoveItem(parent, rank, source))
        self._moved(item, under, rank)

    def _correct(self, intent: CorrectionIntent) -> None:
        if self._corrections is None:
            from plan_ledger.ledger.correcting import Corrections

            self._corrections = Corrections(self._work, self._moved)
        self._corrections.run(intent)

    def _moved(self, item: domain.Item, under: UUID | None, rank: str) -> None:
        """Keep count of who stands under whom; ``item`` is as it was before."""
        self._children(item.plan, item.parent).pop(item.id, None)
        self._children(item.plan, under)[item.id] = rank

    def _put_back(self, item: domain.Item, under: UUID | None, rank: str) -> None:
        """At its old rank; where another has that by now, right behind: no two siblings share a rank."""
        others = [other for uuid, other in self._children(item.plan, under).items() if uuid != item.id]
        if rank in others:
            rank = ranks.between(rank, min((other for other in others if other > rank), default=None))
        self._place(item, under, rank, None)

    def _decide(self, item: domain.Item, command: domain.ItemCommand) -> None:
        schema = self.schema(item.plan)
        level = find_level(schema, item.level)
        self._work.load({item.id: (level.title,)})
        self._work.record(domain.decide(item, command, level, schema.above(level.key)))

    # --- state --------------------------------------------------------------------------------------------------

    def _item(self, uuid: UUID) -> domain.Item:
        item = self._work.item(uuid)
        if item is None:
            raise UnknownItem(uuid.hex)
        return item

    def _parent(self, uuid: UUID | None) -> domain.Item | None:
        """An item to file others under, with its title."""
        if uuid is None:
            return None
        item = self._item(uuid)
        level = self.schema(item.plan).level(item.level)
        return item if level is None else self._work.item(uuid, level.title)

    def schema(self, plan: UUID) -> Schema:
        """The plan's schema at the head of the log."""
        if plan not in self._schemas:
            no = self._work.stream(plan)
            row = self._work.tx.one("SELECT max(revision) FROM schemas WHERE plan = ?", (no or 0,))
            if no is None or row is None or row[0] is None:
                raise UnknownItem(plan.hex)
            if (no, row[0]) not in self._cached:
                self._cached[no, row[0]] = catalog.schema_at(self._work.tx, no, self._work.position)
            self._schemas[plan] = self._cached[no, row[0]]
        return self._schemas[plan]

    def _children(self, plan: UUID, parent: UUID | None) -> dict[UUID, str]:
        """Everything filed under a parent, withdrawn items too, with its rank."""
        if (plan, parent) not in self._siblings:
            found: dict[UUID, str] = {}
            plan_no = self._work.stream(plan)
            parent_no = self._work.stream(parent) if parent is not None else None
            if parent is None or parent_no is not None:
                where = "i.parent IS NULL" if parent is None else "i.parent = ?"
                params = (plan_no, *(() if parent is None else (parent_no,)))
                for raw, rank in self._work.tx.all(
                    f"SELECT s.uuid, i.rank FROM items i JOIN streams s ON s.no = i.no WHERE i.plan = ? AND {where}",
                    params,
                ):
                    found[UUID(bytes=bytes(raw))] = rank or ""
            self._siblings[plan, parent] = found
        return self._siblings[plan, parent]


def _clean(source: Source | None) -> Source | None:
    """A source whose words are as they are recorded."""
    if source is None:
        return None
    parts = {name: text for name in ("sheet", "cell", "note") if (text := getattr(source, name)) is not None}
    return Source(**{name: clean_text(text) for name, text in parts.items()})


def gap_after(
    siblings: Mapping[UUID, str], after: UUID | None, *, first: bool = False
) -> tuple[str | None, str | None]:
    """The ranks between which an item stands that comes behind one sibling, behind all, or before all."""
    if first:
        return None, min(siblings.values(), default=None)
    if after is None:
        return max(siblings.values(), default=None), None
    if after not in siblings:
        raise UnknownItem(after.hex)
    low = siblings[after]
    return low, min((rank for rank in siblings.values() if rank > low), default=None)
