"""By which handed-out table a recorded change first appeared."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from plan_ledger.index import catalog
from plan_ledger.queries.audit_filters import seen_at
from plan_ledger.values.coordinates import effective_of


class Appearances:
    """The editions of a plan that stand, in the order in which they were handed out."""

    def __init__(self, meetings: Iterable[catalog.MeetingRow]) -> None:
        standing = [(edition, meeting) for meeting in meetings if not meeting.annulled for edition in meeting.editions]
        standing.sort(key=lambda each: each[0].position)
        self._all = [
            (edition, meeting.scope, meeting.name if edition.edition == 1 else f"{meeting.name}#{edition.edition}")
            for edition, meeting in standing
        ]
        self.scopes = frozenset(scope for _, scope, _ in self._all if scope is not None)
        # The furthest position that any table up to this one showed: the first to reach a position shows it first.
        self._reach: list[int] = []
        for edition, _, _ in self._all:
            self._reach.append(max(edition.pair.ordinary, self._reach[-1] if self._reach else 0))

    def of(self, position: int, effective: int, line: Iterable[int] = ()) -> str | None:
        """The edition's name, ``第2回PT`` or ``第2回PT#2``; None where no table has shown it yet.

        Args:
            position, effective: The fact.
            line: The item and those that it stands under: what a meeting of a part of the plan shows.
        """
        if not self.scopes and effective == effective_of(position):
            at = bisect_left(self._reach, position)
            return self._all[at][2] if at < len(self._all) else None
        within = set(line)
        for edition, scope, name in self._all:
            if seen_at(effective, position, edition.pair) and (scope is None or scope in within):
                return name
        return None
