"""What the log says: page by page what follows from it for the index, and of what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from attrs import define, field, frozen

from plan_ledger.events import MeetingHeld, MeetingReissued
from plan_ledger.index.replay import EndedBatch, LateChange, PlainChange
from plan_ledger.store.recorded import Recorded


@frozen
class Redaction:
    """What an event says of a text that was destroyed: where it stands, and whose text that was."""

    event: int
    item: UUID


@define
class Said:
    """What the events say of the tables beside the log.

    Attributes:
        commands: Idempotency key → (first position, last position, recorded at) of its batch.
        profiles: (actor, revision) → commitment.
        redactions: Position of a destroyed text → the event that says so, and the item.
        erasures: An erased actor → position of the event that says so.
        gone: Positions whose text is not there.
    """

    commands: dict[str, tuple[int, int, int]] = field(factory=dict[str, tuple[int, int, int]])
    profiles: dict[tuple[UUID, int], str] = field(factory=dict[tuple[UUID, int], str])
    redactions: dict[int, Redaction] = field(factory=dict[int, Redaction])
    erasures: dict[UUID, int] = field(factory=dict[UUID, int])
    gone: list[int] = field(factory=list[int])


@frozen
class Portion:
    """What a page of the log means for the index; ``after`` < its positions ≤ ``last``.

    Attributes:
        registers: Whose facts the index holds there, where that was read already: all ordinary, of plain changes only.
    """

    after: int
    last: int
    structure: list[Recorded] = field(factory=list[Recorded])
    plain: list[PlainChange] = field(factory=list[PlainChange])
    late: list[LateChange] = field(factory=list[LateChange])
    batches: list[EndedBatch] = field(factory=list[EndedBatch])
    registers: list[int] | None = None

    def parts(self) -> Iterator[Portion]:
        """The same in portions that end where a table was handed out: each edition is of what was recorded so far."""
        after = self.after
        editions = [each.position for each in self.structure if isinstance(each.event, (MeetingHeld, MeetingReissued))]
        if not editions:
            yield self
            return
        for last in dict.fromkeys([*editions, self.last]):
            yield Portion(
                after,
                last,
                [each for each in self.structure if after < each.position <= last],
                [each for each in self.plain if after < each[0] <= last],
                [each for each in self.late if after < each[0] <= last],
                self.batches if last == self.last else [],
            )
            after = last
