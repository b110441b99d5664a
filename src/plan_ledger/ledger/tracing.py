"""Where words and items come from: blame (文言の来歴) and lineage, as a plan's handle asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from plan_ledger.index import catalog
from plan_ledger.ledger.asking import PlanQueries
from plan_ledger.ledger.errors import UnknownField
from plan_ledger.ledger.intents import field_key, find_field, find_level
from plan_ledger.queries import blame as blaming
from plan_ledger.queries import lineage as lineages
from plan_ledger.queries import snapshot as snapshots
from plan_ledger.queries.moments import Moment, Moments
from plan_ledger.queries.results.blame import Blame, PlanBlame
from plan_ledger.queries.results.lineage import Lineage
from plan_ledger.values.schema import FieldSpec, Schema
from plan_ledger.values.texts import folded_name

if TYPE_CHECKING:
    from plan_ledger.ledger.item import Item


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
        uuid = self._uuid(scope)
        with self._ledger.reading() as rows:
            moments = Moments(rows, self._row)
            moment = moments.resolve(at, known_at=known_at)
            taken = snapshots.take(rows, self._row, moment, scope=self._scope(rows, moments, moment, uuid))
            keys = None if fields is None else {key for name in fields for key in _keys(taken.schema, name)}
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

    def lineage(self, item: Item | str) -> Lineage:
        """The items of other years that an item continues, and those that continue it.

        Raises:
            UnknownItem, AmbiguousItem: With the nearest names.
        """
        uuid = self._uuid(item)
        assert uuid is not None
        with self._ledger.reading() as rows:
            return lineages.of(rows, self._item_row(rows, uuid)[0])


def ever_field(schemas: Sequence[Schema], level: str, name: str) -> FieldSpec:
    """A field of a level by key, label or alias, in the first of several schemas that has it; retired ones last.

    Raises:
        UnknownField: None has it; with the nearest names of the first.
    """
    refused: UnknownField | None = None
    for schema in schemas:
        try:
            return find_field(find_level(schema, level), name)
        except UnknownField as error:
            refused = refused or error
    wanted = folded_name(name)
    for schema in schemas:
        for spec in find_level(schema, level).fields:
            if wanted in map(folded_name, (spec.key, spec.label, *spec.aliases)):
                return spec
    assert refused is not None
    raise refused


def _keys(schema: Schema, name: str) -> set[str]:
    """The keys under which the levels have a field of this name."""
    found: set[str] = set()
    for level in schema.levels:
        with suppress(UnknownField):
            found.add(find_field(level, name).key)
    return found or {field_key(schema, name)}
