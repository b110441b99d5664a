"""What a ledger remembers from one write to the next, so that a single change looks up little."""

from __future__ import annotations

from uuid import UUID

from attrs import define, field

from plan_ledger.domain import items as domain
from plan_ledger.events import ActorRef, BatchHeader
from plan_ledger.index.projector import Names
from plan_ledger.ledger.acting import Acting, Person
from plan_ledger.store import log
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
class State:
    """Items, the fields of theirs that were asked for, and streams, as they stand at the head with this hash.

    Kept from one write to the next. Whoever finds another head under the lock begins anew: the log says what holds.
    """

    head: bytes = b""
    items: dict[UUID, domain.Item] = field(factory=dict[UUID, domain.Item])
    cells: dict[UUID, dict[str, domain.Cell]] = field(factory=dict[UUID, dict[str, domain.Cell]])
    streams: dict[UUID, Stream] = field(factory=dict[UUID, Stream])
    schemas: dict[UUID, Schema] = field(factory=dict[UUID, Schema])
    # By level: the plan, the level and the field names met so far of the plan that was changed last.
    fields: dict[str, tuple[UUID, LevelSpec, dict[str, str]]] = field(
        factory=dict[str, tuple[UUID, LevelSpec, dict[str, str]]]
    )
    policies: bool | None = None  # whether any plan has any; None: not asked yet
    characters: int = 0

    def forget_schemas(self) -> None:
        self.schemas.clear()
        self.fields.clear()

    def clear(self) -> None:
        self.head, self.characters, self.policies = b"", 0, None
        self.items.clear()
        self.cells.clear()
        self.streams.clear()
        self.forget_schemas()


@define
class Caches:
    """What one ledger remembers between writes; dropped whole when a write fails."""

    names: Names = field(factory=Names)
    people: dict[Person, ActorRef] = field(factory=dict[Person, ActorRef])
    numbers: log.Numbers = field(factory=log.Numbers)
    state: State = field(factory=State)
    schemas: dict[tuple[int, int], Schema] = field(factory=dict[tuple[int, int], Schema])  # by plan and revision
    # By who acts (the very object, kept here so that no other can have its id): the header as it is stored.
    headers: dict[int, tuple[Acting, BatchHeader, bytes]] = field(factory=dict[int, tuple[Acting, BatchHeader, bytes]])
