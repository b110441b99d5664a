"""How events update the index: the same code for a live write and for a rebuild."""

from __future__ import annotations

from collections.abc import Iterable

from plan_ledger.events import (
    ActorRef,
    BatchHeader,
    FieldChanged,
    ItemAdded,
    ItemEvent,
    ItemPlaced,
    ItemRestored,
    ItemWithdrawn,
)
from plan_ledger.index.acts import Acts
from plan_ledger.index.names import Names, find_field
from plan_ledger.index.registers import BITS, MASK, item_of, register
from plan_ledger.store.recorded import Recorded, RecordedBatch
from plan_ledger.store.transaction import SqlRow, Transaction, chunks, marks
from plan_ledger.values.coordinates import ROOM
from plan_ledger.values.schema import EXISTENCE, PLACE

_HEADERS_KEPT = 1_000


class Projector:
    """Collects the index rows of a write and puts them down in one go."""

    def __init__(self, tx: Transaction, names: Names) -> None:
        self._tx = tx
        self._names = names
        self._acts = Acts(tx, names)
        self._facts: list[SqlRow] = []
        self._heads: dict[int, int] = {}
        self._structural: dict[int, None] = {}  # registers of existence and place among them
        self._late: dict[int, None] = {}
        self._places: list[SqlRow] = []
        self._corrections: list[SqlRow] = []
        self._authorship: list[SqlRow] = []

    def project(self, batches: Iterable[RecordedBatch]) -> None:
        """Bring the index up to date with these batches."""
        owners, add = self._names.owners, self._authorship.append
        for batch in batches:
            events, header = batch.events, batch.header_bytes
            self._events(events)
            first, last = events[0].position, events[-1].position
            for actor, role in owners.get(header) or self.owners(header, batch.header):
                add((actor, first, role, last))
        self.flush()

    def put_changes(self, facts: list[SqlRow], authorship: list[SqlRow]) -> None:
        """Bring the index up to date with ordinary changes of fields, given as rows of these two tables."""
        self._facts, self._authorship = facts, authorship
        self._heads = {register: position for position, register, _, _ in facts}
        self.flush()

    def register(self, item: int, key: str) -> int:
        """The register of a field of an item."""
        return register(item, self._number(item, key))

    def project_events(self, events: Iterable[Recorded]) -> None:
        """Bring the index up to date with events; whose they are is written down elsewhere."""
        self._events(events)
        self.flush()

    def _events(self, events: Iterable[Recorded]) -> None:
        facts, heads, numbers = self._facts, self._heads, self._names.numbers
        for position, event, stream, _, _ in events:
            if type(event) is FieldChanged and event.effective is None:
                # The common case, spelled out: an ordinary change of a field.
                try:
                    no = stream << BITS | numbers[stream][event.field]
                except KeyError:
                    no = self.register(stream, event.field)
                facts.append((position, no, position << ROOM, 0 if event.text is None and not event.redacted else 1))
                heads[no] = position
            elif isinstance(event, ItemEvent):
                self._item_event(stream, position, event)
            else:
                self.flush()
                self._acts.project(stream, position, event)

    def flush(self) -> None:
        """Write what was collected."""
        run_many = self._tx.run_many
        if self._facts:
            run_many("INSERT INTO facts (position, register, effective, state) VALUES (?, ?, ?, ?)", self._facts)
            self._facts.clear()
        if self._places:
            run_many("INSERT INTO places (position, parent, rank) VALUES (?, ?, ?)", self._places)
            self._places.clear()
        if self._heads:
            run_many(
                "INSERT INTO registers (no, head) VALUES (?, ?) ON CONFLICT (no) DO UPDATE SET head = excluded.head",
                sorted(self._heads.items()),
            )
            self._heads.clear()
        if self._structural:
            self._structure(list(self._structural))
            self._structural.clear()
        if self._late:
            self._settle_late()
        if self._corrections:
            run_many("INSERT INTO corrections (position, meeting) VALUES (?, ?)", self._corrections)
            self._corrections.clear()
        if self._authorship:
            run_many("INSERT INTO authorship (actor, batch, role, last) VALUES (?, ?, ?, ?)", sorted(self._authorship))
            self._authorship.clear()

    # --- items --------------------------------------------------------------------------------------------------

    def _item_event(self, item: int, position: int, event: ItemEvent) -> None:
        match event:
            case ItemAdded():
                plan = self._names.streams[event.plan]
                self._tx.run(
                    "INSERT INTO items (no, plan, level, position, alive) VALUES (?, ?, ?, ?, 1)",
                    (item, plan, event.level, position),
                )
                self._names.items[item] = (plan, event.level)
                if event.continues:
                    self._tx.run_many(
                        "INSERT INTO continuations (item, earlier) VALUES (?, ?)",
                        [(item, earlier.bytes) for earlier in dict.fromkeys(event.continues)],
                    )
                number, state = EXISTENCE, 1
            case ItemWithdrawn():
                number, state = EXISTENCE, 0
            case ItemRestored():
                number, state = EXISTENCE, 1
            case ItemPlaced():
                parent = None if event.parent is None else self._names.streams[event.parent]
                self._places.append((position, parent, event.rank))
                number, state = PLACE, 1
            case FieldChanged():
                number = self._number(item, event.field)
                state = 0 if event.text is None and not event.redacted else 1
            case _:
                raise TypeError(f"no projection for {type(event).__name__}")
        no = register(item, number)
        effective = event.effective
        self._facts.append((position, no, position << ROOM if effective is None else effective, state))
        if effective is None:
            self._heads[no] = position
            if number in (EXISTENCE, PLACE):
                self._structural[no] = None
        else:
            self._late[no] = None
        if event.corrects is not None:
            self._corrections.append((position, event.corrects.bytes))

    def _settle_late(self) -> None:
        """A fact that counts at an earlier point holds at the head only where nothing later was recorded."""
        for no in self._late:
            row = self._tx.one(
                "SELECT position FROM facts WHERE register = ? ORDER BY effective DESC, position DESC LIMIT 1", (no,)
            )
            assert row is not None
            self._tx.run(
                "INSERT INTO registers (no, head) VALUES (?, ?) ON CONFLICT (no) DO UPDATE SET head = excluded.head",
                (no, row[0]),
            )
        self._structure([no for no in self._late if no & MASK in (EXISTENCE, PLACE)])
        self._late.clear()

    def _structure(self, registers: list[int]) -> None:
        """Bring the items' present state in line with the heads of these registers."""
        for chunk in chunks([no for no in registers if no & MASK == PLACE]):
            self._tx.run_many(
                "UPDATE items SET parent = ?, rank = ? WHERE no = ?",
                [
                    (parent, rank, item_of(no))
                    for no, parent, rank in self._tx.all(
                        "SELECT r.no, p.parent, p.rank FROM registers r JOIN places p ON p.position = r.head"
                        f" WHERE r.no IN ({marks(len(chunk))})",
                        chunk,
                    )
                ],
            )
        for chunk in chunks([no for no in registers if no & MASK == EXISTENCE]):
            self._tx.run_many(
                "UPDATE items SET alive = ? WHERE no = ?",
                [
                    (state, item_of(no))
                    for no, state in self._tx.all(
                        "SELECT r.no, f.state FROM registers r JOIN facts f ON f.position = r.head"
                        f" WHERE r.no IN ({marks(len(chunk))})",
                        chunk,
                    )
                ],
            )

    # --- names --------------------------------------------------------------------------------------------------

    def _item(self, item: int) -> tuple[int, str]:
        known = self._names.items.get(item)
        if known is None:
            row = self._tx.one("SELECT plan, level FROM items WHERE no = ?", (item,))
            assert row is not None
            known = self._names.items[item] = (row[0], row[1])
        return known

    def _number(self, item: int, key: str) -> int:
        """The number of a field of an item."""
        names, (plan, level) = self._names, self._item(item)
        numbers = names.numbers[item] = names.levels.setdefault((plan, level), {})
        if key not in numbers:
            numbers[key] = self._field(plan, level, key)
        return numbers[key]

    def _field(self, plan: int, level: str, key: str) -> int:
        number = self._names.fields.get((plan, level, key)) or find_field(self._tx, self._names, plan, level, key)
        assert number is not None
        return number

    def owners(self, content: bytes, header: BatchHeader) -> list[tuple[int, int]]:
        """(actor, role) of everybody whom a header names: 0 recorded it, 1 on whose behalf, 2 approved it."""
        owners = self._names.owners
        if len(owners) >= _HEADERS_KEPT:
            owners.clear()
        found = owners[content] = [
            (self._actor(who), role)
            for role, who in enumerate((header.actor, header.on_behalf_of, header.approver))
            if who is not None
        ]
        return found

    def _actor(self, ref: ActorRef) -> int:
        key = (ref.id, ref.revision)
        no = self._names.actors.get(key)
        if no is None:
            row = self._tx.one("SELECT no FROM actors WHERE uuid = ? AND revision = ?", (ref.id.bytes, ref.revision))
            assert row is not None
            no = self._names.actors[key] = row[0]
        return no
