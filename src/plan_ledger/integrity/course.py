"""What the reading of a log carries from page to page, and what the numbers in its rows stand for."""

from __future__ import annotations

import struct

from attrs import define, field

from plan_ledger.events.plain import FIELD_CHANGED, Heads
from plan_ledger.store import scan
from plan_ledger.store.transaction import Rows

Batch = tuple[int, int, int, int, str | None, bytes]
"""A batch that is being read: first and last position so far, recorded at, header's number, key, header."""

UNREADABLE = (AttributeError, KeyError, TypeError, ValueError, struct.error)
"""What reading an event raises where a column holds another type than it was given, or a number that is no one's."""


@define
class Course:
    """Where the reading stands.

    Attributes:
        previous: The hash that the next event goes on from; None where the one before it is none.
        expected: The next position.
        batch: The batch that is being read; its first position is 0 before the first.
        versions: Stream → its last version.
    """

    previous: bytes | None
    expected: int = 1
    batch: Batch = (0, 0, 0, 0, None, b"")
    versions: dict[int, int] = field(factory=dict[int, int])


class Known:
    """What the numbers stand for, and which of them events refer to.

    Attributes:
        types, encoded: The event types' names, also as bytes; ``plain`` are the numbers of changes of fields.
        heads: What payloads begin with.
        types_used, headers_used: What was referred to so far. Of streams, the course's versions tell.
    """

    def __init__(self, streams: dict[int, bytes], types: dict[int, str]) -> None:
        self.streams = streams
        self.types = types
        self.encoded = {no: name.encode() for no, name in types.items()}
        self.plain = {no for no, name in types.items() if name == FIELD_CHANGED}
        self.headers = scan.Headers()
        self.heads = Heads()
        self.types_used: set[int] = set()
        self.headers_used = Numbers()

    def use(self, rows: Rows, types: set[int], headers: set[int]) -> None:
        """Events refer to these; have the headers at hand."""
        self.types_used |= types
        self.headers_used.add(headers)
        self.headers.want(rows, headers)


class Numbers:
    """Numbers that were given one after another, so that nearly all are 1, 2, 3 … up to some: no set of all of them."""

    def __init__(self) -> None:
        self._upto = 0
        self._beyond: set[int] = set()

    def add(self, numbers: set[int]) -> None:
        self._beyond |= {number for number in numbers if number not in self}
        while self._upto + 1 in self._beyond:
            self._upto += 1
            self._beyond.discard(self._upto)

    def __contains__(self, number: object) -> bool:
        return number in self._beyond or (isinstance(number, int) and 0 < number <= self._upto)
