"""One write: state read under the lock, commands decided, batches appended, the index brought up to date."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
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
from plan_ledger.ledger.acting import Acting, Person
from plan_ledger.ledger.lookup import Lookup
from plan_ledger.ledger.receipt import EPOCH, MICROSECOND, Receipt as Receipt
from plan_ledger.ledger.remembered import HEADERS_KEPT, Caches, Known, Said, Stream
from plan_ledger.store import log
from plan_ledger.store.mapper import commitment
from plan_ledger.store.recorded import Recorded, RecordedBatch, new_tuple
from plan_ledger.store.transaction import SqlRow, Transaction
from plan_ledger.values.ids import IdFactory

if TYPE_CHECKING:
    from plan_ledger.store.application import LedgerStore

Clock = Callable[[], datetime]
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
_log = logging.getLogger("plan_ledger")


def utc_now() -> datetime:
    return datetime.now(UTC)


class Work(Lookup):
    """The one open write. Collects decided batches and writes them when it is flushed."""

    def __init__(
        self, tx: Transaction, store: LedgerStore, caches: Caches, ledger: UUID, clock: Clock, ids: IdFactory
    ) -> None:
        super().__init__(tx, caches, ledger)
        self.store = store
        self._ledger = ledger
        self.clock = clock
        self._ids = ids
        self.guard: Callable[[Sequence[RecordedBatch]], None] | None = None
        self.position = self.head.position
        self.batch_start = self.position
        self.recorded_at = self.head.recorded_at
        self._foreseen = True
        self._warned = False
        self._people_read = False
        self._new_streams: list[SqlRow] = []
        self._last_stream: int | None = None
        self._open: RecordedBatch | None = None
        self._collected: list[Recorded] = []
        self._pending: list[RecordedBatch] = []
        self._newcomers: dict[Person, ActorRef] = {}

    # --- batches ------------------------------------------------------------------------------------------------

    def begin(self, acting: Acting, *, command: str | None = None, undoes: int | None = None) -> None:
        """Open a batch. An actor who is new, or whose particulars changed, is recorded first."""
        if self._open is not None:
            self._close()
        self.batch_start = self.position
        if self._newcomers:
            self._newcomers = {}
        now = (self.clock() - EPOCH) // MICROSECOND
        if now < self.recorded_at:
            said = self.said_late(acting, now, undoes)
        else:
            self.recorded_at = now
            kept = self.caches.headers.get(id(acting)) if undoes is None else None
            said = kept or self._said(acting, undoes, None)
        collected = self._collected = []
        self._open = new_tuple(RecordedBatch, (said.header, said.content, self.recorded_at, command, collected))

    def said(self, acting: Acting) -> Said | None:
        """The header of batches of those who act; None where one of them is new to the ledger."""
        persons = (acting.actor, acting.on_behalf_of, acting.approver)
        if any(person is not None and self._known(person) is None for person in persons):
            return None
        return self._said(acting, None, None)

    def said_late(self, acting: Acting, clock: int, undoes: int | None = None) -> Said:
        """The header of a batch at which the clock is behind the last record, whose time the batch then has."""
        if not self._warned:  # once a write, however many batches it has
            _log.warning("the clock is %d µs behind the last record; its time is kept", self.recorded_at - clock)
        self._warned = True
        return self._said(acting, undoes, clock)

    def _said(self, acting: Acting, undoes: int | None, clock: int | None) -> Said:
        """The header as an object and as bytes; kept, if it may be that of other batches, too."""
        header = self._header(acting, undoes, clock)
        said = Said(acting, header, header.to_bytes())
        if undoes is None and clock is None and not self._newcomers:
            headers = self.caches.headers
            if len(headers) >= HEADERS_KEPT:
                headers.clear()
            headers[id(acting)] = said
        return said

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
        ref = self._known(person)
        if ref is None and person not in self._newcomers:
            known_refs = {**self.caches.people, **self._newcomers}
            revisions = [ref for known, ref in known_refs.items() if known.key == person.key]
            actor = revisions[0].id if revisions else self._ids()
            revision = max((each.revision for each in revisions), default=0) + 1
            self._newcomers[person] = ActorRef(id=actor, revision=revision)
        return ref or self._newcomers[person]

    def _known(self, person: Person) -> ActorRef | None:
        """Somebody whom the ledger knows; None for who is new to it."""
        people = self.caches.people
        if person not in people and not self._people_read:
            self._people_read = True  # under the lock nobody else adds to them
            for actor, revision, body in self.tx.all("SELECT actor, revision, body FROM profiles"):
                profile = json.loads(body)
                known = Person(profile["name"], profile.get("id"), profile.get("section"))
                people[known] = ActorRef(id=UUID(bytes=bytes(actor)), revision=revision)
        return people.get(person)

    def _introduce(self) -> list[Event]:
        """The events that introduce who is new to the ledger; their particulars go beside the log."""
        events: list[Event] = []
        for person, ref in self._newcomers.items():
            particulars = {"id": person.id, "name": person.name, "section": person.section}
            body = json.dumps({k: v for k, v in particulars.items() if v is not None}, ensure_ascii=False)
            salt = self.store.salts()
            self.tx.run(
                "INSERT INTO profiles (actor, revision, salt, body) VALUES (?, ?, ?, ?)",
                (ref.id.bytes, ref.revision, salt, body),
            )
            events.append(
                ActorProfiled(
                    originator_id=self._ledger, actor=ref.id, revision=ref.revision, commitment=commitment(salt, body)
                )
            )
            self.caches.people[person] = ref
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
                self._holds(self._items[uuid.int], event)
            elif isinstance(event, ItemEvent) and event.effective is None:
                self._evolve(uuid, event, stream)
            elif isinstance(event, SchemaDeclared):
                self._state.forget_schemas()
            elif isinstance(event, PoliciesDeclared):
                self._state.policies = True
            elif not isinstance(event, _ELSEWHERE):
                # What then holds, the index says when it was brought up to date.
                self._foreseen = False
                self._state.forget_item(uuid)

    def _holds(self, known: Known, event: FieldChanged) -> None:
        """What ``domain.evolve`` says of the event that was recorded last, without a new item for every change."""
        text = event.text or ""
        known.put(event.field, text, self.position)
        self._state.characters += len(text)

    def _evolve(self, uuid: UUID, event: ItemEvent, stream: Stream) -> None:
        known = self._items.get(uuid.int)
        item = domain.evolve(None if known is None else known.item, event, self.position)
        if known is None:
            self._items[uuid.int] = Known.of(item, stream)
        else:
            assert isinstance(item.cells, dict)
            known.item, known.cells = item, item.cells
        self._state.tables.clear()

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
                self._holds(self._items[uuid.int], event)
            elif holds and isinstance(event, ItemEvent):
                self._evolve(uuid, event, stream)

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
            self.caches.names.streams[uuid] = no
            self._new_streams.append((no, uuid.bytes))
            version = 0
        else:
            version = log.last_version(self.tx, no)
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
        self.head = self.store.writer.append(self.tx, self.head, self._pending, self.caches.numbers)
        Projector(self.tx, self.caches.names).project(self._pending)
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
        return Receipt(before + 1, self.position, self.recorded_at)
