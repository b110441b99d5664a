"""Time, ids and salts under control: the same steps give the same ledger, to the byte."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from attrs import define

from plan_ledger.ledger import Ledger

START = datetime(2023, 4, 3, 0, 0, tzinfo=UTC)
"""09:00 in Tokyo on the first working day of fiscal 2023."""


@define
class SteppingClock:
    """A clock that moves on by ``step`` whenever it is read, and otherwise stands."""

    now: datetime = START
    step: timedelta = timedelta(seconds=1)

    def __call__(self) -> datetime:
        read = self.now
        self.now += self.step
        return read

    def advance(self, by: timedelta) -> datetime:
        """Move on (or back, to see what a wrong clock does), and return the new time."""
        self.now += by
        return self.now


@define
class CountingIds:
    """UUIDs that count up: ``…0001``, ``…0002``; ``series`` keeps two factories apart."""

    series: int = 0
    count: int = 0

    def __call__(self) -> UUID:
        self.count += 1
        return UUID(int=(self.series << 64) | self.count)


@define
class CountingSalts:
    """Salts that are different and the same in every run. For tests alone: a guessable salt hides nothing."""

    count: int = 0

    def __call__(self) -> bytes:
        self.count += 1
        return sha256(b"salt" + self.count.to_bytes(8)).digest()[:16]


def deterministic_ledger(
    url: str | os.PathLike[str] = ":memory:",
    *,
    clock: SteppingClock | None = None,
    ids: CountingIds | None = None,
    salts: CountingSalts | None = None,
) -> Ledger:
    """A ledger whose times, ids and salts come from counters."""
    return Ledger.open(url, clock=clock or SteppingClock(), ids=ids or CountingIds(), salts=salts or CountingSalts())
