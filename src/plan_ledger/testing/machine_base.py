"""What the ledger machine stands on: one plan in a ledger, the same plan in the model, and comparisons of the two."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from plan_ledger.errors import PlanLedgerError
from plan_ledger.ledger import Item, Ledger
from plan_ledger.queries.results import MomentRef
from plan_ledger.testing.clock import CountingIds, CountingSalts, SteppingClock
from plan_ledger.testing.facts import PLACE
from plan_ledger.testing.model import Refused, Span
from plan_ledger.testing.model_past import PastModel
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import FieldKind, FieldSpec, LevelSpec, Schema

SCHEMA = Schema(
    (
        LevelSpec("goal", "目標", (FieldSpec("title", "目標名"), FieldSpec("note", "備考"))),
        LevelSpec("measure", "施策", (FieldSpec("title", "施策名"),)),
        LevelSpec(
            "project",
            "事業",
            (
                FieldSpec("title", "事業名"),
                FieldSpec("budget", "予算額", FieldKind.MONEY, unit="千円"),
                FieldSpec("progress", "進捗", FieldKind.SCHEDULE),
            ),
        ),
    )
)
LEVELS = tuple(level.key for level in SCHEMA.levels)
FIELDS = {level.key: tuple(spec.key for spec in level.fields) for level in SCHEMA.levels}
ACTORS = ("企画室 主査", "観光課", "財政課 係長")
TITLE = "令和5年度アクションプラン"

numbers = st.integers(min_value=0, max_value=30)


class MachineBase(RuleBasedStateMachine):
    """Both sides, how the same is done to them, and how they are compared."""

    reopens = False

    def __init__(self) -> None:
        super().__init__()
        self.clock, self.ids, self.salts = SteppingClock(), CountingIds(), CountingSalts()
        self.ledger = self.open_ledger()
        with self.ledger.acting(ACTORS[0]):
            self.plan = self.ledger.open_plan(TITLE, fiscal_year=2023, schema=SCHEMA)
            # A second plan, so that nothing may count on having the ledger for itself.
            self.ledger.open_plan("別の計画", fiscal_year=2023, schema=SCHEMA).add("goal", "別の目標", note="別の備考")
        self.model = PastModel(LEVELS, FIELDS, head=self.ledger.head)
        self.known_actors = {ACTORS[0]}
        self.digests: dict[str, str] = {}
        self.keys_used: int = 0
        self.made: int = 0

    def open_ledger(self) -> Ledger:
        return Ledger.open(":memory:", clock=self.clock, ids=self.ids, salts=self.salts)

    # --- both sides ---------------------------------------------------------------------------------------------

    def both(
        self, actor: int, in_model: Callable[[], int | None], in_ledger: Callable[[], object], *, extra: int = 0
    ) -> Span | None:
        """Do the same on both sides: the same refusal, or the same number of events at the same positions."""
        name = ACTORS[actor % len(ACTORS)]
        refused: str | None = None
        try:
            more = in_model() or 0
        except Refused as refusal:
            refused, more = str(refusal), 0
            self.model.pending = []
        before = self.ledger.head
        assert before == self.model.head
        codes = _codes(self.ledger, name, in_ledger)
        assert codes == ({refused} - {None}), f"{codes} instead of {refused}"
        if refused is not None:
            assert self.ledger.head == before, "a refused command wrote something"
            return None
        newcomer = name not in self.known_actors
        span = self.model.commit(before=int(newcomer), extra=extra + more)
        if span is not None:
            self.known_actors.add(name)
        assert self.ledger.head == self.model.head, "other events than the model's"
        return span

    def some(self, number: int, level: str | None = None) -> UUID | None:
        found = [item for item, its in self.model.level_of.items() if level in (None, its) and self._there(item)]
        return found[number % len(found)] if found else None

    def _there(self, item: UUID) -> bool:
        return any(fact.item == item for fact in self.model.facts)

    def handle(self, item: UUID | None) -> Item | None:
        return None if item is None else self.plan[item.hex]

    def parent_level(self, level: str) -> str | None:
        depth = LEVELS.index(level)
        return LEVELS[depth - 1] if depth else None

    def siblings(self, parent: UUID | None, without: UUID | None, level: str) -> list[UUID]:
        cells = self.model.state()
        return [
            item
            for (item, register), value in cells.items()
            if register == PLACE
            and isinstance(value, tuple)
            and value[0] == parent
            and item != without
            and self.model.level_of[item] == level
        ]

    # --- comparing ----------------------------------------------------------------------------------------------

    def compare_table(self, pair: Pair, moment: str | int | None = None) -> None:
        taken = self.plan.snapshot(ref(pair) if moment is None else moment)
        assert moment is None or taken.moment.pair == pair
        shown = [
            (each.id, each.level, each.depth, each.parent, each.path, {k: c.text for k, c in each.fields.items()})
            for each in taken
        ]
        wanted = [
            (row.item, row.level, row.depth, row.parent, row.path, dict(row.texts)) for row in self.model.table(pair)
        ]
        assert shown == wanted
        digest = self.digests.setdefault(f"{pair.at}/{pair.known}", taken.digest)
        assert digest == taken.digest, "a table of the past changed"

    def compare_changes(self, since: Pair, until: Pair) -> None:
        found = self.plan.changes(ref(since), ref(until))
        shown = [(entry.item, entry.field, entry.kind, entry.old, entry.new) for entry in found]
        wanted = [(d.item, d.field, d.kind, d.old, d.new) for d in self.model.changes(since, until)]
        assert shown == wanted, f"changes({since}, {until})"

    @invariant()
    def the_present_is_the_same(self) -> None:
        self.compare_table(Pair.of(self.model.head), "now")

    @rule(first=numbers, second=numbers)
    def some_of_the_past_is_the_same(self, first: int, second: int) -> None:
        since, until = self.model.head - first % (self.model.head + 1), self.model.head - second % (self.model.head + 1)
        self.compare_table(Pair.of(since), since)
        self.compare_changes(Pair.of(since), Pair.of(until))

    def coordinates(self) -> list[int]:
        """Every point at which something counts that was said later, and the head."""
        late = {fact.effective for fact in self.model.facts if fact.late}
        editions = {pair.at for meeting in self.model.meetings for pair in meeting.editions}
        return sorted({*late, *editions, Pair.of(self.model.head).at})

    def compare_positions(self) -> None:
        """Every position against the one before it and against the head, and every edition."""
        head = self.model.head
        for position in range(head + 1):
            self.compare_table(Pair.of(position), position)
            self.compare_changes(Pair.of(position), Pair.of(head))
            self.compare_changes(Pair.of(head), Pair.of(position))
            self.compare_changes(Pair.of(max(0, position - 1)), Pair.of(position))
        for meeting in self.model.meetings:
            for number, pair in enumerate(meeting.editions, 1):
                if not meeting.annulled:
                    name = f"{meeting.name}#{number}"
                    self.compare_table(pair, name)
                    info = self.plan.meeting(meeting.name).editions[number - 1]
                    assert info.digest == self.digests[name] == self.plan.snapshot(name).digest, "an edition changed"

    def compare_pairs(self) -> None:
        """Every point in both times: where something counts or was handed out, as known at the end of each batch."""
        pairs = [Pair(at, span.last) for at in self.coordinates() for span in self.model.batches]
        for pair in pairs:
            self.compare_table(pair)
        for since, until in pairwise(pairs):
            self.compare_changes(since, until)
        handed_out = [pair for meeting in self.model.meetings for pair in meeting.editions]
        for since in handed_out:
            self.compare_changes(since, Pair(since.at, self.model.head))
            for until in handed_out:
                self.compare_changes(since, until)

    def teardown(self) -> None:
        try:
            self.compare_positions()
            self.compare_pairs()
            verified = self.ledger.verify()
            assert verified, str(verified)
        finally:
            self.ledger.close()


def ref(pair: Pair) -> MomentRef:
    """A pair as a moment."""
    return MomentRef("pair", pair.ordinary, pair)


def _codes(ledger: Ledger, actor: str, act: Callable[[], object]) -> set[str]:
    """The codes of the problems with which an act is refused; none where it is done."""
    try:
        with ledger.acting(actor):
            act()
    except PlanLedgerError as error:
        return {problem.code for problem in error.problems()}
    return set()
