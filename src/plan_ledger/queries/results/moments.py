"""A resolved moment."""

from __future__ import annotations

from datetime import date
from typing import Any

from attrs import frozen

from plan_ledger.values.coordinates import Pair


@frozen
class MomentRef:
    """A resolved moment: what it was called, its position, and the pair that a snapshot of it depends on.

    ``as_known``: not what was handed out, but the same point as it was known at another position (``pair.known``).
    """

    name: str
    position: int
    pair: Pair
    meeting: str | None = None
    edition: int | None = None
    held_on: date | None = None
    as_of_on: date | None = None
    as_known: bool = False

    def __str__(self) -> str:
        return self.name

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "position": self.position, "known_at": self.pair.known}
