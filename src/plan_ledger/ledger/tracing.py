"""Where words and items come from: blame (文言の来歴) and lineage, as a plan's handle asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from plan_ledger.index import catalog
from plan_ledger.ledger.asking import PlanQueries
from plan_ledger.queries import snapshot as snapshots
from plan_ledger.queries.moments import Moment, Moments
from plan_ledger.queries.results import AuditRow
from plan_ledger.values.naming import UnknownField, ever_field, field_keys

if TYPE_CHECKING:
    from plan_ledger.ledger.item import Item
    from plan_ledger.ledger.plan import Plan
    from plan_ledger.ledger.rollover import Rollover
    from plan_ledger.queries.results.blame import Blame, PlanBlame
    from plan_ledger.queries.results.lineage import Lineage


class PlanTracing(PlanQueries):
    """What can be asked of a plan about origins."""

    def blame(
        self,
        at: Moment = None,
        *,
        known_at: Moment = None,
        scope: Item | str | None = None,
        fields: Sequence[str] | None = None,
        follow_lineage: bool = True,
    ) -> PlanBlame:
        """Who wrote which words of the table at a moment, with when, why, and the edition by which they came.

        Args:
            at, known_at: The moment, and as of which knowledge.
            scope: An item: its subtree alone.
            fields: Keys or labels; None: every field.
            follow_lineage: Words that were taken over from an earlier year's plan are of who wrote them there.

        Raises:
            UnknownMoment, UnknownItem, UnknownField: With the nearest names.
        """
        from plan_ledger.queries import blame as blaming

        uuid = self._uuid(scope)
        with self._ledger.reading() as rows:
            moments = Moments(rows, self._row)
            moment = moments.resolve(at, known_at=known_at)
            taken = snapshots.take(rows, self._row, moment, scope=self._scope(rows, moments, moment, uuid))
            keys = None if fields is None else {key for name in fields for key in field_keys(taken.schema, name)}
            return blaming.of_plan(rows, self._row, taken, keys, follow_lineage=follow_lineage)

    def blame_of(
        self,
        item: Item | str,
        field: str,
        at: Moment = None,
        *,
        known_at: Moment = None,
        follow_lineage: bool = True,
    ) -> Blame:
        """Who wrote which words of one field at a moment. Arguments and errors as in :meth:`blame`."""
        from plan_ledger.queries import blame as blaming

        uuid = self._uuid(item)
        assert uuid is not None
        with self._ledger.reading() as rows:
            moments = Moments(rows, self._row)
            moment = moments.resolve(at, known_at=known_at)
            no, level = self._item_row(rows, uuid)
            then = catalog.schema_at(rows, self._row.no, moment.pair.ordinary)
            now = catalog.schema_at(rows, self._row.no, moments.head)
            spec = ever_field((then, now), level, field)
            return blaming.of_cell(rows, self._row, moment, no, uuid, level, spec, follow_lineage=follow_lineage)

    def history(self, item: Item | str, field: str, *, follow_lineage: bool = False) -> list[AuditRow]:
        """Every change of one field, in order of recording; corrections stand where they were recorded.

        Args:
            item, field: Which; the field by key or label, also one that is retired by now.
            follow_lineage: Also the changes of the items of earlier years that it continues.

        Raises:
            UnknownItem, UnknownField: With the nearest names.
        """
        found = super().history(item, field)
        if not follow_lineage:
            return found
        plans = {plan.title: plan for plan in self._ledger.plans()}
        for entry in self.lineage(item).earlier:
            with suppress(UnknownField):
                found += PlanQueries.history(plans[entry.plan], entry.item.hex, field)
        return sorted(found, key=lambda row: row.position)

    def lineage(self, item: Item | str) -> Lineage:
        """The items of other years that an item continues, and those that continue it.

        Raises:
            UnknownItem, AmbiguousItem: With the nearest names.
        """
        from plan_ledger.queries import lineage as lineages

        uuid = self._uuid(item)
        assert uuid is not None
        with self._ledger.reading() as rows:
            return lineages.of(rows, self._item_row(rows, uuid)[0])

    def rollover(
        self,
        to: Plan,
        items: Sequence[Item | str] | None = None,
        *,
        fields: Sequence[str] | None = None,
        below: bool = True,
        at: Moment = None,
        key: str | None = None,
    ) -> Rollover:
        """Continue items in another year's plan: new items that say which ones they continue, in one batch.

        The items above come along. An item that goes on there already is not added again, so that the same may be
        asked for twice, or later with more items.

        Args:
            to: The other plan, of the same ledger.
            items: The items; None: all.
            fields: Keys or labels of the fields whose texts are copied; None: all that both plans have. Titles
                always are.
            below: With everything below the chosen items; False: these, and what is above them, alone.
            at: The table that is copied from; None: as it is now.
            key: An idempotency key: the same again records nothing and gives the first receipt.

        Raises:
            NoOtherPlan, LevelsDiffer, NotInThisTable: Nothing is recorded.
            UnknownItem, UnknownField, UnknownMoment: With the nearest names.
            NotAChoice: The other plan's field does not have this choice; leave the field out.
            KeyUsedOtherwise: The key was used for something else.
        """
        from plan_ledger.ledger import rollover as rolling

        return rolling.rollover(self, to, items, fields=fields, below=below, at=at, key=key)
