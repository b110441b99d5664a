"""How somebody who follows the ledger waits for what is written next."""

from __future__ import annotations

import time
from typing import Protocol


class Watch(Protocol):
    """Waits. It only says when to look: what there is to see is always read by position."""

    @property
    def every(self) -> float:
        """Seconds after which to look again where the follower has no wish of its own."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until something was probably written. Whether it was."""
        ...


class Polling:
    """Nobody tells of a write: look again after a while. To look costs one row of an index."""

    every = 0.1

    def wait(self, seconds: float) -> bool:
        time.sleep(seconds)
        return False
