"""What a write knows of the ledger: looked up in the index under the lock, remembered until somebody else writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from plan_ledger.domain import items as domain
from plan_ledger.index import asof, catalog
from plan_ledger.index.asof import ItemRow
from plan_ledger.index.catalog import PlanRow
from plan_ledger.index.registers import BITS, MASK, register
from plan_ledger.ledger.remembered import CHARACTERS_KEPT, Caches, Known, State, Stream, Table
from plan_ledger.store import log
from plan_ledger.store.transaction import Transaction, chunks, marks
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.digest import Parts
from plan_ledger.values.schema import Schema

REDACTED = "\x00"
"""Stands for a text that was destroyed: equal to nothing that can be recorded, since no text may hold it."""

_MANY, _SHARE = 64, 16
"""A plan is read whole when this many of its items are asked for at once, and they are one in this many of all."""


class Lookup:
    """The state that a write decides on."""

    def __init__(self, tx: Transaction, caches: Caches, ledger: UUID) -> None:
        self.tx = tx
        self.caches = caches
        self.head = log.read_head(tx, ledger)
        self._state = state = caches.state
        if state.characters > CHARACTERS_KEPT:
            state.outgrown = True
        if state.head != self.head.hash or state.characters > CHARACTERS_KEPT:
            state.clear()
        self._items, self._streams = state.items, state.streams

    @property
    def state(self) -> State:
        """What is known of the ledger as it stands with everything decided so far in this write."""
        return self._state

    def load(self, needs: Mapping[UUID, Collection[str]]) -> None:
        """Read the items that commands are about, and the fields they touch, in few queries."""
        unknown = [uuid for uuid in needs if uuid.int not in self._items]
        if len(unknown) >= _MANY and not self._state.outgrown:
            self._load_plan_of(unknown)
            unknown = [uuid for uuid in unknown if uuid.int not in self._items]
        if unknown:
            self._load_items(unknown)
        self._load_cells(needs)

    def _load_items(self, wanted: Iterable[UUID]) -> None:
        tx, names = self.tx, self.caches.names
        unknown = {uuid.bytes: uuid for uuid in wanted if uuid.int not in self._items}
        plans = names.plans
        late = bool(unknown) and asof.any_late(tx)
        for chunk in chunks(list(unknown)):
            for no, raw, plan, level, alive, parent, rank, version in tx.all(
                "SELECT i.no, n.uuid, i.plan, i.level, i.alive, s.uuid, i.rank,"
                " (SELECT e.version FROM events e WHERE e.position = (SELECT max(r.head) FROM registers r"
                " WHERE r.no BETWEEN i.no * 1024 AND i.no * 1024 + 1023))"
                " FROM streams n JOIN items i ON i.no = n.no LEFT JOIN streams s ON s.no = i.parent"
                f" WHERE n.uuid IN ({marks(len(chunk))})",
                chunk,
            ):
                if plan not in plans:
                    plans[plan] = self.uuid_of(plan)
                uuid, above = unknown[bytes(raw)], None if parent is None else UUID(bytes=bytes(parent))
                names.items[no], names.streams[uuid] = (plan, level), no
                if late:  # a fact that counts at an earlier point may be the item's last event, and head of nothing
                    version = log.last_version(tx, no)
                stream = self._streams.setdefault(uuid, Stream(no, uuid.bytes, version))
                item = domain.Item(uuid, plans[plan], level, bool(alive), above, rank or "", {})
                self._items[uuid.int] = Known.of(item, stream)

    def _load_plan_of(self, items: Sequence[UUID]) -> None:
        """Read the plan of the first of these items whole, if they are a good part of it: more will follow."""
        row = self.tx.one(
            "SELECT i.plan, s.uuid, (SELECT count(*) FROM items c WHERE c.plan = i.plan) FROM streams n"
            " JOIN items i ON i.no = n.no JOIN streams s ON s.no = i.plan WHERE n.uuid = ?",
            (items[0].bytes,),
        )
        if row is not None and row[2] <= _SHARE * len(items):
            self._load_plan(row[0], UUID(bytes=bytes(row[1])))

    def _load_cells(self, needs: Mapping[UUID, Collection[str]]) -> None:
        names = self.caches.names
        wanted: dict[int, tuple[Known, str]] = {}
        for uuid, keys in needs.items():
            known = self._items.get(uuid.int)
            if known is None:
                continue
            cells = known.cells
            missing = [key for key in keys if key not in cells]
            no = names.streams.get(uuid)
            if not missing or no is None or no not in names.items:
                continue
            plan, level = names.items[no]
            for key in missing:
                number = self._number(plan, level, key)
                if number is not None:
                    cells[key] = domain.ABSENT
                    wanted[register(no, number)] = (known, key)
        for chunk in chunks(list(wanted)):
            for no, head, body, state in self.tx.all(
                "SELECT r.no, r.head, x.body, CASE WHEN x.body IS NULL THEN"
                " (SELECT f.state FROM facts f WHERE f.position = r.head) ELSE 1 END"
                " FROM registers r LEFT JOIN texts x ON x.position = r.head"
                f" WHERE r.no IN ({marks(len(chunk))})",
                chunk,
            ):
                known, key = wanted[no]
                text = body if body is not None else REDACTED if state else ""
                self._read(known, key, text, head)

    def _number(self, plan: int, level: str, key: str) -> int | None:
        fields = self.caches.names.fields
        if (plan, level, key) not in fields:
            for each_level, each_key, number in self.tx.all(
                "SELECT level, key, number FROM fields WHERE plan = ?", (plan,)
            ):
                fields[plan, each_level, each_key] = number
        return fields.get((plan, level, key))

    def item(self, uuid: UUID, *fields: str) -> domain.Item | None:
        """The item as it stands with everything decided so far in this write, these fields read; None: no such."""
        known = self._items.get(uuid.int)
        if known is None or (fields and any(key not in known.cells for key in fields)):
            self.load({uuid: fields})
            known = self._items.get(uuid.int)
        return None if known is None else known.item

    def uuid_of(self, stream: int) -> UUID:
        row = self.tx.one("SELECT uuid FROM streams WHERE no = ?", (stream,))
        assert row is not None
        return UUID(bytes=bytes(row[0]))

    def stream(self, uuid: UUID) -> int | None:
        """The number of a stream that the log has."""
        streams = self.caches.names.streams
        if uuid not in streams:
            log.find_streams(self.tx, [uuid], streams)
        return streams.get(uuid)

    # --- a whole plan -------------------------------------------------------------------------------------------

    def table(self, plan: PlanRow) -> Table:
        """A plan's items as they stand with everything decided so far, every field of theirs read."""
        state = self._state
        if plan.uuid not in state.whole:
            self._load_plan(plan.no, plan.uuid)
        table = state.tables.get(plan.uuid)
        if table is None:
            items = self._items
            structure: dict[int, ItemRow] = {}
            for known in items.values():
                item = known.item
                if item.plan == plan.uuid:
                    no = known.stream.no
                    above = None if item.parent is None else items[item.parent.int].stream.no
                    structure[no] = ItemRow(no, item.id, item.level, item.alive, above, item.rank, 0, 0)
            table = state.tables[plan.uuid] = Table(structure, asof.live(structure))
        return table

    def keep_ready(self, plan: PlanRow, table: Table, schema: Schema) -> None:
        """Keep a table's digest ready: from here on, every change of a field puts its text into the digest's parts."""
        items = self._items
        parts = Parts(plan.title, plan.fiscal_year, schema, (row.level for row in table.ordered))
        for row in table.structure.values():
            items[row.uuid.int].offsets = {}
        for row, start in zip(table.ordered, parts.starts, strict=True):
            known = items[row.uuid.int]
            known.pieces, known.start, known.offsets = parts.pieces, start, parts.offsets[row.level]
            for key, offset in known.offsets.items():
                cell = known.cells.get(key)
                if cell is not None:
                    parts.pieces[start + offset] = cell.text
        table.parts, table.revision = parts, schema.revision

    def _load_plan(self, plan: int, uuid: UUID) -> None:
        rows = self.tx.all("SELECT s.uuid FROM items i JOIN streams s ON s.no = i.no WHERE i.plan = ?", (plan,))
        self._load_items(UUID(bytes=bytes(raw)) for (raw,) in rows)
        by_number = {known.stream.no: known for known in self._items.values() if known.item.plan == uuid}
        keys = {number: key for (_, key), number in catalog.field_numbers(self.tx, plan).items()}
        for no, position, body, *gone in asof.plan_texts(self.tx, plan, Pair.of(self.head.position)):
            known, key = by_number[no >> BITS], keys[no & MASK]
            if key not in known.cells:
                self._read(known, key, REDACTED if gone else body, position)
        self._state.whole.add(uuid)

    def _read(self, known: Known, key: str, text: str, position: int) -> None:
        known.put(key, text, position)
        self._state.characters += len(text)
        self._state.redacted = self._state.redacted or text is REDACTED
