"""An event and a batch on their way from decision to log and index, and out of the log into a rebuilt index.

Plain tuples: there is one for every event of a bulk load.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from plan_ledger.events import BatchHeader, Event


class Recorded(NamedTuple):
    """One event with its position, its stream (number and bytes) and its version in that stream."""

    position: int
    event: Event
    stream: int
    stream_bytes: bytes
    version: int


class RecordedBatch(NamedTuple):
    """One batch: its header, as an object and as canonical bytes, its time, its idempotency key, its events."""

    header: BatchHeader
    header_bytes: bytes
    recorded_at: int
    command: str | None
    events: Sequence[Recorded]


_NEW = "__new__"
new_tuple: Callable[..., Any] = getattr(tuple, _NEW)
"""Makes a named tuple of a class and a tuple: what its own constructor calls, at half the cost."""
