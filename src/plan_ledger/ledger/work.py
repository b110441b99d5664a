"""One write: state read under the lock, commands decided, batches appended, the index brought up to date."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from attrs import define, field, frozen

from plan_ledger.domain import items as domain
from plan_ledger.events import ActorProfiled, ActorRef, BatchHeader, Event, ItemEvent
from plan_ledger.index.projector import Names, Projector, Recorded, RecordedBatch
from plan_ledger.index.registers import register
from plan_ledger.ledger.acting import Acting, Person
from plan_ledger.store import log
from plan_ledger.store.application import LedgerStore, PendingBatch
from plan_ledger.store.mapper import commitment
from plan_ledger.store.transaction import Transaction, chunks, marks
from plan_ledger.values.ids import IdFactory

Clock = Callable[[], datetime]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_log = logging.getLogger("plan_ledger")


def utc_now() -> datetime:
    return datetime.now(UTC)


@frozen
class Receipt:
    """What a write recorded: its first and last position (None: nothing had to be recorded), and when."""

    first: int | None
    last: int | None
    recorded_at: datetime | None = None

    def __bool__(self) -> bool:
        """Whether anything was recorded."""
        return self.first is not None

    @property
    def batch(self) -> int | None:
        """The batch's name: the position of its first event."""
        return self.first

    def to_dict(self) -> dict[str, object]:
        return {
            "batch": self.first,
            "first": self.first,
            "last": self.last,
            "recorded_at": self.recorded_at.isoformat() if self.recorded_at else None,
        }


@define
class Caches:
    """What one ledger remembers between writes; dropped whole when a write fails."""

    names: Names = field(factory=Names)
    people: dict[Person, ActorRef] = field(factory=dict[Person, ActorRef])

    def clear(self) -> None:
        self.names.clear()
        self.people.clear()


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
        self.head = log.read_head(tx, ledger)
        self.position = self.head.position
        self._recorded_at = self.head.recorded_at
        self._items: dict[UUID, domain.Item] = {}
        self._loaded: set[tuple[UUID, str]] = set()
        self._versions: dict[UUID, int] = {}
        self._open: tuple[BatchHeader, int, list[tuple[Event, int]]] | None = None
        self._pending: list[tuple[BatchHeader, PendingBatch]] = []
        self._newcomers: dict[Person, ActorRef] = {}

    # --- state --------------------------------------------------------------------------------------------------

    def load(self, needs: Mapping[UUID, Iterable[str]]) -> None:
        """Read the items that commands are about, and the fields they touch, in few queries."""
        tx, names = self.tx, self._caches.names
        missing = [uuid.bytes for uuid in needs if uuid not in names.streams]
        for chunk in chunks(missing):
            for no, raw in tx.all(f"SELECT no, uuid FROM streams WHERE uuid IN ({marks(len(chunk))})", chunk):
                names.streams[UUID(bytes=bytes(raw))] = no
        by_no = {names.streams[uuid]: uuid for uuid in needs if uuid in names.streams and uuid not in self._items}
        plans: dict[int, UUID] = {}
        for chunk in chunks(list(by_no)):
            for no, plan, level, alive, parent, rank in tx.all(
                "SELECT i.no, i.plan, i.level, i.alive, s.uuid, i.rank FROM items i"
                f" LEFT JOIN streams s ON s.no = i.parent WHERE i.no IN ({marks(len(chunk))})",
                chunk,
            ):
                if plan not in plans:
                    plans[plan] = self.uuid_of(plan)
                names.items[no] = (plan, level)
                self._items[by_no[no]] = domain.Item(
                    by_no[no],
                    plans[plan],
                    level,
                    bool(alive),
                    None if parent is None else UUID(bytes=bytes(parent)),
                    rank or "",
                )
        self._load_cells(needs)

    def _load_cells(self, needs: Mapping[UUID, Iterable[str]]) -> None:
        names = self._caches.names
        wanted: dict[int, tuple[UUID, str]] = {}
        for uuid, keys in needs.items():
            no = names.streams.get(uuid)
            if no is None or no not in names.items:
                continue
            plan, level = names.items[no]
            for key in keys:
                if (uuid, key) in self._loaded:
                    continue
                self._loaded.add((uuid, key))
                number = self._number(plan, level, key)
                if number is not None:
                    wanted[register(no, number)] = (uuid, key)
        for chunk in chunks(list(wanted)):
            for no, head, body in self.tx.all(
                "SELECT r.no, r.head, x.body FROM registers r LEFT JOIN texts x ON x.position = r.head"
                f" WHERE r.no IN ({marks(len(chunk))})",
                chunk,
            ):
                uuid, key = wanted[no]
                cells = self._items[uuid].cells
                assert isinstance(cells, dict)
                cells[key] = domain.Cell(body or "", head)

    def _number(self, plan: int, level: str, key: str) -> int | None:
        fields = self._caches.names.fields
        if (plan, level, key) not in fields:
            for each_level, each_key, number in self.tx.all(
                "SELECT level, key, number FROM fields WHERE plan = ?", (plan,)
            ):
                fields[plan, each_level, each_key] = number
        return fields.get((plan, level, key))

    def item(self, uuid: UUID) -> domain.Item | None:
        """The item as it stands with everything decided so far in this write; None if there is none."""
        if uuid not in self._items:
            self.load({uuid: ()})
        return self._items.get(uuid)

    def uuid_of(self, stream: int) -> UUID:
        row = self.tx.one("SELECT uuid FROM streams WHERE no = ?", (stream,))
        assert row is not None
        return UUID(bytes=bytes(row[0]))

    def stream(self, uuid: UUID) -> int | None:
        if uuid not in self._caches.names.streams:
            self.load({uuid: ()})
        return self._caches.names.streams.get(uuid)

    # --- batches ------------------------------------------------------------------------------------------------

    def begin(self, acting: Acting, *, command: str | None = None, undoes: int | None = None) -> None:
        """Open a batch. An actor who is new, or whose particulars changed, is recorded first."""
        self._close()
        people = [acting.actor, *(p for p in (acting.on_behalf_of, acting.approver) if p is not None)]
        self._newcomers = {}
        refs = [self._ref(each) for each in people]
        others = iter(refs[1:])
        now = (self._clock() - _EPOCH) // _MICROSECOND
        late = now < self._recorded_at
        if late:
            _log.warning("the clock is %d µs behind the last record; its time is kept", self._recorded_at - now)
        header = BatchHeader(
            actor=refs[0],
            on_behalf_of=next(others) if acting.on_behalf_of is not None else None,
            approver=next(others) if acting.approver is not None else None,
            approval=acting.approval,
            assurance=acting.assurance,
            reason=acting.reason,
            command=command,
            document=acting.document,
            document_sha256=acting.document_sha256,
            undoes=undoes,
            clock=now if late else None,
        )
        self._recorded_at = max(now, self._recorded_at)
        self._open = (header, self._recorded_at, [])

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

    def record(self, events: Iterable[Event]) -> None:
        """Add decided events to the open batch; the state moves on with them."""
        assert self._open is not None
        collected = self._open[2]
        events = list(events)
        if events and self._newcomers:
            events = [*self._introduce(), *events]
        for event in events:
            stream = event.originator_id
            version = self._versions.get(stream)
            if version is None:
                no = self.stream(stream)
                version = log.last_versions(self.tx, [no]).get(no, 0) if no is not None else 0
            self._versions[stream] = version + 1
            self.position += 1
            collected.append((event, version + 1))
            if isinstance(event, ItemEvent):
                evolved = domain.evolve(self._items.get(stream), event, self.position)
                self._items[stream] = evolved

    def preload_versions(self, streams: Iterable[UUID]) -> None:
        """Read the versions of many streams at once."""
        known = self._caches.names.streams
        numbers = {known[s]: s for s in streams if s in known and s not in self._versions}
        found = log.last_versions(self.tx, list(numbers))
        for no, stream in numbers.items():
            self._versions[stream] = found.get(no, 0)

    def _close(self) -> None:
        if self._open is not None:
            header, recorded_at, events = self._open
            if events:
                self._pending.append((header, PendingBatch(header.to_bytes(), recorded_at, events)))
            self._open = None

    def flush(self) -> None:
        """Write every closed batch and bring the index up to date; what follows sees it."""
        self._close()
        if not self._pending:
            return
        names = self._caches.names
        position = self.head.position
        self.head = self._store.events.append(self.tx, self.head, [batch for _, batch in self._pending], names.streams)
        recorded: list[RecordedBatch] = []
        for header, batch in self._pending:
            entries: list[Recorded] = []
            for event, _ in batch.events:
                position += 1
                entries.append(Recorded(position, names.streams[event.originator_id], event))
            recorded.append(RecordedBatch(header, entries))
        Projector(self.tx, names).project(recorded)
        self._pending.clear()

    def receipt(self, before: int) -> Receipt:
        """What was recorded since a position."""
        if self.position == before:
            return Receipt(None, None)
        return Receipt(before + 1, self.position, _EPOCH + self._recorded_at * _MICROSECOND)
