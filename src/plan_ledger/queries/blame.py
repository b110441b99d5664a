"""Blame (文言の来歴): which event brought each word of a field, at any pair; of one cell, or of a whole table.

The facts that are visible from the pair are gone through in the order in which they count, a correction at the meeting
that it corrects (see ``plan_ledger.values.blame`` for what one text keeps of another).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from uuid import UUID

from attrs import define, frozen

from plan_ledger.index import catalog
from plan_ledger.index.registers import MASK, bounds, register
from plan_ledger.queries.causes import COLUMNS, JOINS, cause, known_actors
from plan_ledger.queries.handed_out import Handouts
from plan_ledger.queries.lineage import earlier_of, path
from plan_ledger.queries.results import Cause, MomentRef, Snapshot
from plan_ledger.queries.results.blame import Blame, BlameRun, Handout, PlanBlame
from plan_ledger.store.transaction import Rows, SqlRow, chunks, marks
from plan_ledger.values.blame import Traced, joined
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import FIRST_FIELD, FieldSpec
from plan_ledger.values.texts import REDACTED_TEXT

_FACTS = (
    "SELECT f.register, f.effective, f.position, f.state, x.body, e.batch FROM facts f"
    " JOIN events e ON e.position = f.position LEFT JOIN texts x ON x.position = f.position"
)
_VISIBLE = " AND f.effective <= ? AND f.position <= ? ORDER BY f.register, f.effective, f.position"


def of_cell(
    rows: Rows,
    plan: catalog.PlanRow,
    moment: MomentRef,
    item: int,
    uuid: UUID,
    level: str,
    spec: FieldSpec,
    *,
    follow_lineage: bool = True,
) -> Blame:
    """The origin of every word of one field at a resolved moment."""
    tracer = _Tracer(rows, Handouts(rows), follow=follow_lineage)
    cell = _Cell(plan.no, item, level, spec.key)
    spans = tracer.spans(cell, tracer.facts(cell, moment.pair), moment.pair)
    named = path(rows, plan.no, item, moment.pair)
    (runs,) = tracer.runs([spans])
    return Blame(plan.title, moment, uuid, level, named, spec.key, spec.label, _text(runs), runs)


def of_plan(
    rows: Rows,
    plan: catalog.PlanRow,
    snapshot: Snapshot,
    keys: Collection[str] | None = None,
    *,
    follow_lineage: bool = True,
) -> PlanBlame:
    """The origin of every word of a snapshot's fields; ``keys``: of these fields alone."""
    tracer = _Tracer(rows, Handouts(rows, whole=True), follow=follow_lineage)
    names = {number: key for (_, key), number in catalog.field_numbers(rows, plan.no).items()}
    numbers = {
        UUID(bytes=bytes(raw)): no
        for raw, no in rows.all(
            "SELECT s.uuid, i.no FROM items i JOIN streams s ON s.no = i.no WHERE i.plan = ?", (plan.no,)
        )
    }
    spans: dict[tuple[UUID, str], list[_Span]] = {}
    pair = snapshot.moment.pair
    for each in snapshot.items:
        # Item by item: the history of a whole plan need not be in memory at once.
        low, high = bounds(numbers[each.id])
        found = rows.all(
            f"{_FACTS} WHERE f.register BETWEEN ? AND ?{_VISIBLE}", (low + FIRST_FIELD, high, pair.at, pair.known)
        )
        for no, facts in groupby(found, key=_register):
            key = names[no & MASK]
            if key in each.fields and (keys is None or key in keys):
                cell = _Cell(plan.no, numbers[each.id], each.level, key)
                spans[each.id, key] = tracer.spans(cell, list(facts), pair)
    runs = dict(zip(spans, tracer.runs(spans.values()), strict=True))
    cells = [
        Blame(plan.title, snapshot.moment, each.id, each.level, each.path, key, spec.label, _text(own), own)
        for each in snapshot.items
        for key in each.fields
        if (own := runs.get((each.id, key))) is not None and (spec := snapshot.spec(each.level, key)) is not None
    ]
    return PlanBlame(snapshot, tuple(cells))


def _register(row: SqlRow) -> int:
    return int(row[0])


def _text(runs: Iterable[BlameRun]) -> str:
    return "".join(run.text for run in runs)


@frozen
class _Cell:
    """A field of an item, by the numbers of the index."""

    plan: int
    item: int
    level: str
    key: str


_Place = tuple[_Cell, int, int, Pair]
"""A cell, where its fact counts, where it was recorded, and the pair up to which editions are looked at."""


@define(eq=False)
class _Owner:
    """An event that brought words, and where to look, in order, for the edition that first showed them."""

    cell: _Cell
    position: int
    places: list[_Place]
    redacted: bool = False
    since: int | None = None


_Span = tuple[str, _Owner]


class _Tracer:
    """Goes through the histories of fields, one after another."""

    def __init__(self, rows: Rows, handouts: Handouts, *, follow: bool) -> None:
        self._rows = rows
        self._handouts = handouts
        self._follow = follow
        self._uuids: dict[int, UUID] = {}
        self._numbers: dict[int, Mapping[tuple[str, str], int]] = {}
        self._owners: list[_Owner] = []

    def facts(self, cell: _Cell, pair: Pair) -> list[SqlRow]:
        """Everything that was recorded about a field and is visible from a pair, in the order in which it counts."""
        if cell.plan not in self._numbers:
            self._numbers[cell.plan] = catalog.field_numbers(self._rows, cell.plan)
        number = self._numbers[cell.plan].get((cell.level, cell.key))
        if number is None:
            return []
        return self._rows.all(
            f"{_FACTS} WHERE f.register = ?{_VISIBLE}", (register(cell.item, number), pair.at, pair.known)
        )

    def spans(self, cell: _Cell, facts: Sequence[SqlRow], pair: Pair) -> list[_Span]:
        """The last of a field's facts in runs, each with who brought it."""
        self._owners = []
        traced = self._trace(cell, facts, pair, ())
        return [(run.text, self._owners[run.version]) for run in traced.runs()]

    def _trace(self, cell: _Cell, facts: Sequence[SqlRow], pair: Pair, seen: Sequence[int]) -> Traced:
        """The last of a field's facts, traced through those before it and through what the item continues."""
        traced = self._earlier(cell, facts[0], pair, seen) if self._follow and facts else Traced()
        gap: int | None = None
        for _, effective, position, state, body, _ in facts:
            destroyed = body is None and bool(state)
            self._owners.append(_Owner(cell, position, [(cell, effective, position, pair)], destroyed, gap))
            if destroyed:
                gap = position if gap is None else gap
            else:
                traced, gap = traced.after(body or "", len(self._owners) - 1), None
        if gap is not None:
            # What it says now is what was destroyed: one run, of whoever wrote it.
            return Traced(REDACTED_TEXT, [len(self._owners) - 1] * len(REDACTED_TEXT))
        return traced

    def _earlier(self, cell: _Cell, first: SqlRow, pair: Pair, seen: Sequence[int]) -> Traced:
        """Last year's text, where the first one was written when the item was made to continue it."""
        _, effective, position, _, body, batch = first
        earlier = earlier_of(self._rows, cell.item)
        added = self._rows.one(
            "SELECT e.batch FROM items i JOIN events e ON e.position = i.position WHERE i.no = ?", (cell.item,)
        )
        if not earlier or added != (batch,):
            return Traced()
        start = len(self._owners)
        parts: list[Traced] = []
        for item in earlier:
            row = self._rows.one("SELECT plan, level FROM items WHERE no = ?", (item,))
            assert row is not None
            if item not in (*seen, cell.item):
                before = _Cell(row[0], item, row[1], cell.key)
                facts = self.facts(before, Pair(effective, position - 1))
                # Copied from the table of a meeting, it is not what that said last.
                copied = [at for at, fact in enumerate(facts, 1) if fact[4] == body]
                facts = facts[: copied[-1]] if copied else facts
                parts.append(self._trace(before, facts, pair, (*seen, cell.item)))
        for owner in self._owners[start:]:
            # Where its own year never handed it out, what continued it did.
            owner.places.append((cell, effective, position, pair))
        return joined(parts)

    # --- results ------------------------------------------------------------------------------------------------

    def runs(self, cells: Iterable[Sequence[_Span]]) -> list[tuple[BlameRun, ...]]:
        """Typed runs of the spans of several cells."""
        cells = list(cells)
        owners = {id(owner): owner for spans in cells for _, owner in spans}
        causes = self._causes(owners.values())
        handouts = {key: self._first(owner.places) for key, owner in owners.items()}
        return [
            tuple(
                BlameRun(
                    text,
                    causes[owner.position],
                    self._handouts.plan(owner.cell.plan).title,
                    self._uuid(owner.cell.item),
                    handouts[id(owner)],
                    owner.redacted,
                    owner.since,
                )
                for text, owner in spans
            )
            for spans in cells
        ]

    def _causes(self, owners: Iterable[_Owner]) -> dict[int, Cause]:
        plans = {owner.position: owner.cell.plan for owner in owners}
        actors = known_actors(self._rows)
        found: dict[int, Cause] = {}
        for chunk in chunks(sorted(plans)):
            for row in self._rows.all(
                f"SELECT {COLUMNS} FROM events e{JOINS} WHERE e.position IN ({marks(len(chunk))})", chunk
            ):
                found[row[0]] = cause(row, actors, self._handouts.plan(plans[row[0]]).zone)
        return found

    def _uuid(self, item: int) -> UUID:
        if item not in self._uuids:
            row = self._rows.one("SELECT uuid FROM streams WHERE no = ?", (item,))
            assert row is not None
            self._uuids[item] = UUID(bytes=bytes(row[0]))
        return self._uuids[item]

    def _first(self, places: Iterable[_Place]) -> Handout | None:
        for cell, effective, position, pair in places:
            found = self._handouts.first(cell.plan, cell.item, effective, position, pair)
            if found is not None:
                return found
        return None
