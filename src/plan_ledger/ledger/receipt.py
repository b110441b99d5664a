"""What a write recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from attrs import frozen

from plan_ledger.values.made import Weak

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@frozen
class Receipt(Weak):
    """What a write recorded: its first and last position (None: nothing had to be recorded), and when."""

    first: int | None
    last: int | None
    recorded_us: int | None = None

    def __bool__(self) -> bool:
        """Whether anything was recorded."""
        return self.first is not None

    @property
    def recorded_at(self) -> datetime | None:
        """When it was recorded, in UTC."""
        return None if self.recorded_us is None else EPOCH + self.recorded_us * MICROSECOND

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
