"""By which edition something was first handed out."""

from __future__ import annotations

from collections.abc import Container

from plan_ledger.index import asof, catalog
from plan_ledger.index.digest import within
from plan_ledger.queries.lineage import line
from plan_ledger.queries.results.blame import Handout
from plan_ledger.store.transaction import Rows
from plan_ledger.values.coordinates import Pair


class Handouts:
    """The editions of the plans, and what they show; read when it is first needed.

    Args:
        rows: One consistent view.
        whole: Whether whole tables are asked about: then an edition's structure is read once, else item by item.
    """

    def __init__(self, rows: Rows, *, whole: bool = False) -> None:
        self._rows = rows
        self._whole = whole
        self._plans = {row.no: row for row in catalog.plans(rows)}
        self._editions: dict[int, list[tuple[catalog.EditionRow, catalog.MeetingRow]]] = {}
        self._structures: dict[tuple[int, int, int], Container[int]] = {}
        self._shown: dict[tuple[int, int, int], bool] = {}

    def plan(self, no: int) -> catalog.PlanRow:
        """A plan by its number."""
        return self._plans[no]

    def first(self, plan: int, item: int, effective: int, position: int, upto: Pair) -> Handout | None:
        """The first edition that shows a fact: it knew of it, and the item stood in its table.

        Args:
            plan, item: Whose fact it is.
            effective, position: Where the fact counts and where it was recorded.
            upto: Editions beyond this pair were not yet handed out.
        """
        for edition, meeting in self._of(plan):
            pair = edition.pair
            if (
                effective <= pair.at <= upto.at
                and position <= pair.known <= upto.known
                and self._shows(plan, item, edition, meeting)
            ):
                return Handout(self._plans[plan].title, meeting.name, edition.edition)
        return None

    def _of(self, plan: int) -> list[tuple[catalog.EditionRow, catalog.MeetingRow]]:
        if plan not in self._editions:
            found = [
                (edition, meeting)
                for meeting in catalog.meetings(self._rows, plan)
                if not meeting.annulled
                for edition in meeting.editions
            ]
            self._editions[plan] = sorted(found, key=lambda each: (each[0].pair.at, each[0].position))
        return self._editions[plan]

    def _shows(self, plan: int, item: int, edition: catalog.EditionRow, meeting: catalog.MeetingRow) -> bool:
        key = (edition.meeting, edition.edition, plan)
        if self._whole:
            if key not in self._structures:
                self._structures[key] = self._table(plan, edition.pair, meeting.scope)
            return item in self._structures[key]
        own = (edition.meeting, edition.edition, item)
        if own not in self._shown:
            self._shown[own] = self._stands(item, edition.pair, meeting.scope)
        return self._shown[own]

    def _table(self, plan: int, pair: Pair, scope: int | None) -> Container[int]:
        structure = asof.structure(self._rows, plan, pair)
        ordered = asof.live(structure)
        return {row.no for row in (ordered if scope is None else within(ordered, structure, scope))}

    def _stands(self, item: int, pair: Pair, scope: int | None) -> bool:
        found = line(self._rows, item, pair)
        if found is None or not found.alive:
            return False
        if scope is None or scope in found.items:
            return True
        above = line(self._rows, scope, pair)
        return above is not None and item in above.items
