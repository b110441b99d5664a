"""One write: state read under the lock, commands decided, batches appended, the index brought up to date."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from plan_ledger.domain import items as domain
from plan_ledger.events import (
    ActorProfiled,
    ActorRef,
    BatchHeader,
    Event,
    FieldChanged,
    ItemEvent,
    MeetingAnnulled,
    MeetingHeld,
    MeetingReissued,
    MeetingRenamed,
    PlanOpened,
    PoliciesDeclared,
    SchemaDeclared,
)
from plan_ledger.index.projector import Projector
from plan_ledger.index.registers import register
from plan_ledger.ledger.acting import Acting, Person
from plan_ledger.ledger.receipt import Receipt as Receipt
from plan_ledger.ledger.remembered import CHARACTERS_KEPT, HEADERS_KEPT, Caches, State, Stream
from plan_ledger.store import log
from plan_ledger.store.mapper import commitment
from plan_ledger.store.recorded import Recorded, RecordedBatch
from plan_ledger.store.transaction import SqlRow, Transaction, chunks, marks
from plan_ledger.values.ids import IdFactory

if TYPE_CHECKING:
    from plan_ledger.store.application import LedgerStore

Clock = Callable[[], datetime]
_NOTHING: Mapping[str, domain.Cell] = {}
_ELSEWHERE = (
    ActorProfiled,
    PlanOpened,
    PoliciesDeclared,
    MeetingHeld,
    MeetingReissued,
    MeetingRenamed,
    MeetingAnnulled,
)
"""Events that leave the items and their fields as they are."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_log = logging.getLogger("plan_ledger")
REDACTED = "\x00"
"""Stands for a text that was destroyed: equal to nothing that can be recorded, since no text may hold it."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Work:
    """The one open write. Collects decided batches and writes them when it is flushed."""

    def __init__(
        self, tx: Transaction, store: LedgerStore, caches: Caches, ledger: UUID, clock: Clock, ids: IdFactory
    ) -> None:
        self.tx = tx
        self._store = store
        self._caches = caches
        self._ledger = ledger
        self._clock = clock
        self._ids = ids
        self.guard: Callable[[Sequence[RecordedBatch]], None] | None = None
        self.head = log.read_head(tx, ledger)
        self.position = self.head.position
        self.batch_start = self.position
        self._recorded_at = self.head.recorded_at
        self._state = state = caches.state
        if state.head != self.head.hash or state.characters > CHARACTERS_KEPT:
            state.clear()
        self._items, self._cells, self._streams = state.items, state.cells, state.streams
        self._foreseen = True
        self._new_streams: list[SqlRow] = []
        self._last_stream: int | None = None
        self._headers = caches.headers
        self._open: RecordedBatch | None = None
        self._collected: list[Recorded] = []
        self._pending: list[RecordedBatch] = []
        self._newcomers: dict[Person, ActorRef] = {}

    # --- state --------------------------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """What is known of the ledger as it stands with everything decided so far in this write."""
        return self._state

    def load(self, needs: Mapping[UUID, Collection[str]]) -> None:
        """Read the items that commands are about, and the fields they touch, in few queries."""
        tx, names = self.tx, self._caches.names
        unknown = {uuid.bytes: uuid for uuid in needs if uuid not in self._items}
        plans = names.plans
        for chunk in chunks(list(unknown)):
            for no, raw, plan, level, alive, parent, rank, version in tx.all(
                "SELECT i.no, n.uuid, i.plan, i.level, i.alive, s.uuid, i.rank,"
                " (SELECT max(e.version) FROM events e WHERE e.stream = i.no) FROM streams n"
                " JOIN items i ON i.no = n.no LEFT JOIN streams s ON s.no = i.parent"
                f" WHERE n.uuid IN ({marks(len(chunk))})",
                chunk,
            ):
                if plan not in plans:
                    plans[plan] = self.uuid_of(plan)
                uuid, above = unknown[bytes(raw)], None if parent is None else UUID(bytes=bytes(parent))
                names.items[no], names.streams[uuid] = (plan, level), no
                self._streams.setdefault(uuid, Stream(no, uuid.bytes, version))
                cells = self._cells[uuid] = {}
                self._items[uuid] = domain.Item(uuid, plans[plan], level, bool(alive), above, rank or "", cells)
        self._load_cells(needs)

    def _load_cells(self, needs: Mapping[UUID, Collection[str]]) -> None:
        names = self._caches.names
        wanted: dict[int, tuple[dict[str, domain.Cell], str]] = {}
        for uuid, keys in needs.items():
            cells = self._cells.get(uuid)
            if cells is None:
                continue
            missing = [key for key in keys if key not in cells]
            no = names.streams.get(uuid)
            if not missing or no is None or no not in names.items:
                continue
            plan, level = names.items[no]
            for key in missing:
                number = self._number(plan, level, key)
                if number is not None:
                    cells[key] = domain.ABSENT
                    wanted[register(no, number)] = (cells, key)
        for chunk in chunks(list(wanted)):
            for no, head, body, state in self.tx.all(
                "SELECT r.no, r.head, x.body, CASE WHEN x.body IS NULL THEN"
                " (SELECT f.state FROM facts f WHERE f.position = r.head) ELSE 1 END"
                " FROM registers r LEFT JOIN texts x ON x.position = r.head"
                f" WHERE r.no IN ({marks(len(chunk))})",
                chunk,
            ):
                cells, key = wanted[no]
                text = body if body is not None else REDACTED if state else ""
                cells[key] = domain.Cell(text, head)
                self._state.characters += len(text)

    def _number(self, plan: int, level: str, key: str) -> int | None:
        fields = self._caches.names.fields
        if (plan, level, key) not in fields:
            for each_level, each_key, number in self.tx.all(
                "SELECT level, key, number FROM fields WHERE plan = ?", (plan,)
            ):
                fields[plan, each_level, each_key] = number
        return fields.get((plan, level, key))

    def item(self, uuid: UUID, *fields: str) -> domain.Item | None:
        """The item as it stands with everything decided so far in this write, these fields read; None: no such."""
        cells = self._cells.get(uuid)
        if cells is None or (fields and any(key not in cells for key in fields)):
            self.load({uuid: fields})
        return self._items.get(uuid)

    def cells(self, uuid: UUID) -> Mapping[str, domain.Cell]:
        """What is known already of an item's fields."""
        return self._cells.get(uuid, _NOTHING)

    def texts(self) -> dict[int, str]:
        """By position, the texts that this write and those before it came across."""
        return {
            cell.position: cell.text
            for cells in self._cells.values()
            for cell in cells.values()
            if cell.text is not REDACTED
        }

    def uuid_of(self, stream: int) -> UUID:
        row = self.tx.one("SELECT uuid FROM streams WHERE no = ?", (stream,))
        assert row is not None
        return UUID(bytes=bytes(row[0]))

    def stream(self, uuid: UUID) -> int | None:
        """The number of a stream that the log has."""
        streams = self._caches.names.streams
        if uuid not in streams:
            log.find_streams(self.tx, [uuid], streams)
        return streams.get(uuid)

    # --- batches ------------------------------------------------------------------------------------------------

    def begin(self, acting: Acting, *, command: str | None = None, undoes: int | None = None) -> None:
        """Open a batch. An actor who is new, or whose particulars changed, is recorded first."""
        self._close()
        self.batch_start = self.position
        self._newcomers = {}
        now = (self._clock() - _EPOCH) // _MICROSECOND
        late = now < self._recorded_at
        if late:
            _log.warning("the clock is %d µs behind the last record; its time is kept", self._recorded_at - now)
        else:
            self._recorded_at = now
        plain = undoes is None and not late
        said = self._headers.get(id(acting)) if plain else None
        if said is None:
            header = self._header(acting, undoes, now if late else None)
            said = (acting, header, header.to_bytes())
            if plain and not self._newcomers:
                if len(self._headers) >= HEADERS_KEPT:
                    self._headers.clear()
                self._headers[id(acting)] = said
        self._collected = []
        self._open = RecordedBatch(said[1], said[2], self._recorded_at, command, self._collected)

    def _header(self, acting: Acting, undoes: int | None, clock: int | None) -> BatchHeader:
        return BatchHeader(
            actor=self._ref(acting.actor),
            on_behalf_of=None if acting.on_behalf_of is None else self._ref(acting.on_behalf_of),
            approver=None if acting.approver is None else self._ref(acting.approver),
            approval=acting.approval,
            assurance=acting.assurance,
            reason=acting.reason,
            document=acting.document,
            document_sha256=acting.document_sha256,
            undoes=undoes,
            clock=clock,
        )

    def _ref(self, person: Person) -> ActorRef:
        people = self._caches.people
        if person not in people:
            for actor, revision, body in self.tx.all("SELECT actor, revision, body FROM profiles"):
                profile = json.loads(body)
                known = Person(profile["name"], profile.get("id"), profile.get("section"))
                people[known] = ActorRef(id=UUID(bytes=bytes(actor)), revision=revision)
        if person not in people and person not in self._newcomers:
            known_refs = {**people, **self._newcomers}
            revisions = [ref for known, ref in known_refs.items() if known.key == person.key]
            actor = revisions[0].id if revisions else self._ids()
            revision = max((each.revision for each in revisions), default=0) + 1
            self._newcomers[person] = ActorRef(id=actor, revision=revision)
        return people.get(person) or self._newcomers[person]

    def _introduce(self) -> list[Event]:
        """The events that introduce who is new to the ledger; their particulars go beside the log."""
        events: list[Event] = []
        for person, ref in self._newcomers.items():
            particulars = {"id": person.id, "name": person.name, "section": person.section}
            body = json.dumps({k: v for k, v in particulars.items() if v is not None}, ensure_ascii=False)
            salt = self._store.salts()
            self.tx.run(
                "INSERT INTO profiles (actor, revision, salt, body) VALUES (?, ?, ?, ?)",
                (ref.id.bytes, ref.revision, salt, body),
            )
            events.append(
                ActorProfiled(
                    originator_id=self._ledger, actor=ref.id, revision=ref.revision, commitment=commitment(salt, body)
                )
            )
            self._caches.people[person] = ref
        self._newcomers = {}
        return events

    def record(self, events: Sequence[Event]) -> None:
        """Add decided events to the open batch; the state moves on with them."""
        assert self._open is not None
        if self._newcomers and events:
            events = [*self._introduce(), *events]
        for event in events:
            uuid = event.originator_id
            stream = self._streams.get(uuid) or self._append_to(uuid)
            version = stream.version = stream.version + 1
            position = self.position = self.position + 1
            self._collected.append(Recorded(position, event, stream.no, stream.raw, version))
            if type(event) is FieldChanged and event.effective is None:
                # What domain.evolve says of it, without a new item for every change.
                text = event.text or ""
                self._cells[uuid][event.field] = domain.Cell(text, position)
                self._state.characters += len(text)
            elif isinstance(event, ItemEvent) and event.effective is None:
                item = domain.evolve(self._items.get(uuid), event, self.position)
                self._items[uuid] = item
                if uuid not in self._cells:
                    assert isinstance(item.cells, dict)
                    self._cells[uuid] = item.cells
            elif isinstance(event, SchemaDeclared):
                self._state.forget_schemas()
            elif isinstance(event, PoliciesDeclared):
                self._state.policies = True
            elif not isinstance(event, _ELSEWHERE):
                # What then holds, the index says when it was brought up to date.
                self._foreseen = False
                self._items.pop(uuid, None)
                self._cells.pop(uuid, None)

    def record_late(self, events: Sequence[Event], *, holds: bool) -> None:
        """Add facts that count at an earlier point; the state moves on where they ``hold`` now too."""
        assert self._open is not None
        if self._newcomers and events:
            self.record(self._introduce())
        for event in events:
            uuid = event.originator_id
            stream = self._streams.get(uuid) or self._append_to(uuid)
            stream.version += 1
            self.position += 1
            self._collected.append(Recorded(self.position, event, stream.no, stream.raw, stream.version))
            if holds and isinstance(event, FieldChanged):
                self._cells[uuid][event.field] = domain.Cell(event.text or "", self.position)
            elif holds and isinstance(event, ItemEvent):
                self._items[uuid] = domain.evolve(self._items.get(uuid), event, self.position)

    def unwritten(self) -> Iterator[Event]:
        """The events of this write that the index does not hold yet."""
        for batch in self._pending:
            yield from (recorded.event for recorded in batch.events)
        if self._open is not None:
            yield from (recorded.event for recorded in self._collected)

    def _append_to(self, uuid: UUID) -> Stream:
        """A stream to append to; a new one gets the next number."""
        no = self.stream(uuid)
        if no is None:
            if self._last_stream is None:
                self._last_stream = log.last_stream(self.tx)
            no = self._last_stream = self._last_stream + 1
            self._caches.names.streams[uuid] = no
            self._new_streams.append((no, uuid.bytes))
            version = 0
        else:
            version = log.last_versions(self.tx, [no]).get(no, 0)
        stream = self._streams[uuid] = Stream(no, uuid.bytes, version)
        return stream

    def _close(self) -> None:
        if self._open is not None:
            if self._collected:
                self._pending.append(self._open)
            self._open = None

    def flush(self) -> None:
        """Write every closed batch and bring the index up to date; what follows sees it."""
        self._close()
        if not self._pending:
            return
        if self.guard is not None:
            self.guard(self._pending)
        if self._new_streams:
            self.tx.run_many("INSERT INTO streams (no, uuid) VALUES (?, ?)", self._new_streams)
            self._new_streams = []
        self.head = self._store.writer.append(self.tx, self.head, self._pending, self._caches.numbers)
        Projector(self.tx, self._caches.names).project(self._pending)
        self._pending = []

    def finish(self) -> None:
        """Write what is left. What is known of the items stays known, if nothing went past them."""
        self.flush()
        if self._foreseen:
            self._state.head = self.head.hash
        else:
            self._state.clear()

    def receipt(self, before: int) -> Receipt:
        """What was recorded since a position."""
        if self.position == before:
            return Receipt(None, None)
        return Receipt(before + 1, self.position, self._recorded_at)
