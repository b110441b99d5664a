"""Coordinates: where a fact counts (*effective*) and where it was written (*recorded*).

A recorded position is 1, 2, 3 … An effective coordinate is ``position << 20 | sub``: ordinary facts have sub 0, so
that tables entered late find room between neighbours. A *pair* (at, known) is what a snapshot depends on, and all
that it depends on.
"""

from __future__ import annotations

from attrs import frozen

ROOM = 20
"""Bits between two neighbouring positions."""


def effective_of(position: int) -> int:
    """The effective coordinate of an ordinary fact recorded at ``position``."""
    return position << ROOM


def position_of(effective: int) -> int:
    """The last position whose ordinary facts count at this coordinate."""
    return effective >> ROOM


@frozen
class Pair:
    """A point in both times: facts with effective ≤ ``at`` and recorded ≤ ``known``."""

    at: int
    known: int

    @classmethod
    def of(cls, position: int) -> Pair:
        """The pair of everything recorded up to ``position``, as it was known then."""
        return cls(effective_of(position), position)

    @property
    def ordinary(self) -> int:
        """The last position whose ordinary facts are visible here."""
        return min(position_of(self.at), self.known)
