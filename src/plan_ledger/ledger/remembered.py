"""What a ledger remembers from one write to the next, so that a single change looks up little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from attrs import define, field

from plan_ledger.domain import items as domain
from plan_ledger.events import ActorRef, BatchHeader
from plan_ledger.index.asof import ItemRow
from plan_ledger.index.names import Names
from plan_ledger.ledger.acting import Acting, Person
from plan_ledger.store import log
from plan_ledger.store.recorded import new_tuple
from plan_ledger.values.digest import Parts
from plan_ledger.values.schema import LevelSpec, Schema

CHARACTERS_KEPT = 20_000_000
"""Of how many characters of text a ledger keeps track from one write to the next."""
HEADERS_KEPT = 1_000


@define
class Stream:
    """A stream that is appended to: its number, its bytes, and its last version so far."""

    no: int
    raw: bytes
    version: int


@define
class Fields:
    """A level as it is at the head, and under which names its fields were asked for so far: name → key."""

    level: LevelSpec
    keys: dict[str, str] = field(factory=dict[str, str])


_NO_OFFSETS: Mapping[str, int] = {}


@define(eq=False)
class Known:
    """An item that writes have met.

    ``cells`` is what ``item.cells`` holds: a change of a field puts its text there, without a new item. Where the item
    shows in a table whose digest is kept ready, its texts are among the ``pieces`` of that, from ``start`` on.
    """

    item: domain.Item
    cells: dict[str, domain.Cell]
    stream: Stream
    fields: Fields | None = None  # None: not asked for since the schema was last declared
    pieces: list[str] = field(factory=list[str])
    start: int = 0
    offsets: Mapping[str, int] = _NO_OFFSETS

    @classmethod
    def of(cls, item: domain.Item, stream: Stream) -> Known:
        assert isinstance(item.cells, dict)
        return cls(item, item.cells, stream)

    def put(self, key: str, text: str, position: int) -> None:
        self.cells[key] = new_tuple(domain.Cell, (text, position))
        offset = self.offsets.get(key)
        if offset is not None:
            self.pieces[self.start + offset] = text


@define
class Table:
    """A plan's items by number, those of them that show in table order, and its digest kept ready, once it was asked
    for, under a revision of the schema."""

    structure: dict[int, ItemRow]
    ordered: list[ItemRow]
    parts: Parts | None = None
    revision: int = 0


@define
class State:
    """Items, the fields of theirs that were asked for, and streams, as they stand at the head with this hash.

    Kept from one write to the next. Whoever finds another head under the lock begins anew: the log says what holds.
    """

    head: bytes = b""
    items: dict[int, Known] = field(factory=dict[int, Known])  # by the ids' numbers: ids are hashed in Python
    streams: dict[UUID, Stream] = field(factory=dict[UUID, Stream])
    schemas: dict[UUID, Schema] = field(factory=dict[UUID, Schema])
    fields: dict[tuple[UUID, str], Fields] = field(factory=dict[tuple[UUID, str], Fields])  # by plan and level
    policies: bool | None = None  # whether any plan has any; None: not asked yet
    characters: int = 0
    outgrown: bool = False  # whether that was once more than is kept: plans are not read whole ahead of need
    redacted: bool = False  # whether any of the fields holds a text that was destroyed
    whole: set[UUID] = field(factory=set[UUID])  # plans of which everything is known
    tables: dict[UUID, Table] = field(factory=dict[UUID, Table])  # of such plans, until an item comes, goes or moves

    def forget_item(self, item: UUID) -> None:
        self.items.pop(item.int, None)
        self.whole.clear()
        self.tables.clear()

    def forget_schemas(self) -> None:
        self.schemas.clear()
        self.fields.clear()
        for known in self.items.values():
            known.fields = None

    def clear(self) -> None:
        self.head, self.characters, self.policies, self.redacted = b"", 0, None, False
        self.items.clear()
        self.streams.clear()
        self.whole.clear()
        self.tables.clear()
        self.forget_schemas()


@define(eq=False)
class Said:
    """Who acts, and the header that says so: as an object and as it is stored.

    ``number`` is that of the header, ``owners`` whom it names and as what, in numbers; set once they were asked for.
    """

    acting: Acting
    header: BatchHeader
    content: bytes
    number: int = 0
    owners: Sequence[tuple[int, int]] = ()


@define
class Caches:
    """What one ledger remembers between writes; dropped whole when a write fails."""

    names: Names = field(factory=Names)
    people: dict[Person, ActorRef] = field(factory=dict[Person, ActorRef])
    numbers: log.Numbers = field(factory=log.Numbers)
    state: State = field(factory=State)
    schemas: dict[tuple[int, int], Schema] = field(factory=dict[tuple[int, int], Schema])  # by plan and revision
    # By who acts: the very object, kept here so that no other can have its id.
    headers: dict[int, Said] = field(factory=dict[int, Said])
