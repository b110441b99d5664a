"""An event and a batch on their way from decision to log and index, and out of the log into a rebuilt index."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from plan_ledger.events import BatchHeader, Event


@frozen
class Recorded:
    """One event with its position, its stream (number and bytes) and its version in that stream."""

    position: int
    event: Event
    stream: int
    stream_bytes: bytes
    version: int


@frozen
class RecordedBatch:
    """One batch: its header, as an object and as canonical bytes, its time, its idempotency key, its events."""

    header: BatchHeader
    header_bytes: bytes
    recorded_at: int
    command: str | None
    events: Sequence[Recorded]
