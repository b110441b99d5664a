"""What a caller wants corrected, as values. ``as_of`` names the meeting, or one of its editions, that was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from attrs import field, frozen

from plan_ledger.events import Source
from plan_ledger.queries.moments import Moment


@frozen
class Correct:
    """What fields of an item should have said on a meeting's table."""

    item: UUID
    as_of: Moment
    texts: Mapping[str, str]
    source: Source | None = None


@frozen
class CorrectPlace:
    """Under which parent, and behind which sibling (None: last; ``first``: before all), an item should have stood.

    ``stays``: under the parent that it stood under, whatever ``under`` is.
    """

    item: UUID
    as_of: Moment
    under: UUID | None
    after: UUID | None = None
    first: bool = False
    source: Source | None = None
    stays: bool = False


@frozen
class CorrectExistence:
    """Whether an item should have been on a meeting's table.

    One that should have been stands there as it was first recorded later: its title, under the same parent at the same
    rank, unless ``under``, ``after`` or ``texts`` say otherwise (``placed``: ``under`` is meant, also None).
    """

    item: UUID
    as_of: Moment
    exists: bool
    under: UUID | None = None
    after: UUID | None = None
    placed: bool = False
    texts: Mapping[str, str] = field(factory=dict[str, str])
    source: Source | None = None


CorrectionIntent = Correct | CorrectPlace | CorrectExistence
