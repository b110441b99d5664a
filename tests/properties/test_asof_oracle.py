"""As-of reading against an oracle: every pair (at, known) of a ledger with corrections and tables entered late.

The facts are put in as events that say where they count; the oracle filters, sorts and takes the last.
"""

from __future__ import annotations

from uuid import UUID

from hypothesis import example, given, settings, strategies as st

from plan_ledger import Acting, Ledger
from plan_ledger.events import Event, FieldChanged, ItemPlaced, ItemRestored, ItemWithdrawn
from plan_ledger.index.rebuild import dump_rows
from plan_ledger.ledger.intents import Executor
from plan_ledger.ledger.work import Work
from plan_ledger.queries.results import MomentRef
from plan_ledger.testing.machine_base import FIELDS, SCHEMA
from plan_ledger.values.coordinates import ROOM, Pair, effective_of

Late = tuple[int, int, int, str]
"""Which register, how far back in positions it counts, with which sub, and its text."""

REGISTERS = ("budget", "progress", "title", "exists", "place")
ITEMS = 3

late_facts = st.lists(
    st.tuples(
        st.integers(0, ITEMS * len(REGISTERS) - 1),
        st.one_of(st.just(-1), st.integers(0, 12)),
        st.integers(0, 2),
        st.sampled_from(["", "甲", "乙", "丙", "=1"]),
    ),
    min_size=1,
    max_size=14,
)


class Built:
    """A ledger with these facts, and the same facts in a list."""

    def __init__(self, script: list[Late]) -> None:
        self.ledger = Ledger.open()
        # (item, register, effective, position, value)
        self.facts: list[tuple[UUID, str, int, int, object]] = []
        with self.ledger.acting("企画室"):
            self.plan = self.ledger.open_plan("計画", fiscal_year=2023, schema=SCHEMA)
            self.parents = [self._add("goal", f"目標{number}", None) for number in range(2)]
            self.measures = [
                self._add("measure", f"施策{number}", parent) for number, parent in enumerate(self.parents)
            ]
            self.items = [self._add("project", f"事業{number}", self.measures[0]) for number in range(ITEMS)]
        for step in script:
            self.ledger.recording.write(lambda work, executor, step=step: self._record(work, executor, step))

    def _add(self, level: str, title: str, under: UUID | None) -> UUID:
        item = self.plan.add(level, title, under=None if under is None else self.plan[under.hex])
        with self.ledger.reading() as rows:
            placed = rows.one(
                "SELECT s.uuid, p.rank, p.position FROM places p LEFT JOIN streams s ON s.no = p.parent"
                " ORDER BY p.position DESC LIMIT 1"
            )
        assert placed is not None
        rank, position = placed[1], placed[2]
        parent = None if placed[0] is None else UUID(bytes=placed[0])
        self.facts.append((item.id, "exists", effective_of(position - 1), position - 1, True))
        self.facts.append((item.id, "place", effective_of(position), position, (parent, rank)))
        self.facts.append((item.id, "title", effective_of(position + 1), position + 1, title))
        return item.id

    def _record(self, work: Work, executor: Executor, step: Late) -> None:
        which, back, sub, text = step
        item, register = self.items[which % ITEMS], REGISTERS[which // ITEMS]
        work.load({item: ("title",)})
        position = work.position + 1
        counts = None if back < 0 else ((max(position - back, 1) << ROOM) - (1 << ROOM)) + sub
        event: Event
        value: object
        if register == "exists":
            event = (ItemRestored if text else ItemWithdrawn)(originator_id=item, effective=counts)
            value = bool(text)
        elif register == "place":
            parent = self.measures[len(text) % 2]
            event = ItemPlaced(originator_id=item, parent=parent, rank="a" + str(len(text) + sub), effective=counts)
            value = (parent, "a" + str(len(text) + sub))
        else:
            kept = text or ("題" if register == "title" else "")
            event = FieldChanged(originator_id=item, field=register, text=kept or None, effective=counts)
            value = kept
        work.begin(Acting("企画室"))
        work.record([event])
        assert work.position == position
        self.facts.append((item, register, effective_of(position) if counts is None else counts, position, value))

    def table(self, pair: Pair) -> list[tuple[UUID, dict[str, str]]]:
        """The oracle: of each register, the visible fact with the greatest (effective, position)."""
        seen: dict[tuple[UUID, str], tuple[int, int, object]] = {}
        for item, register, effective, position, value in self.facts:
            if effective <= pair.at and position <= pair.known:
                old = seen.get((item, register))
                if old is None or (effective, position) > old[:2]:
                    seen[item, register] = (effective, position, value)
        below: dict[UUID | None, list[tuple[str, UUID]]] = {}
        for (item, register), (_, _, value) in seen.items():
            if register == "place" and isinstance(value, tuple) and seen.get((item, "exists"), (0, 0, False))[2]:
                below.setdefault(value[0], []).append((value[1], item))
        rows: list[tuple[UUID, dict[str, str]]] = []

        def walk(parent: UUID | None) -> None:
            for _, item in sorted(below.get(parent, [])):
                texts = {
                    key: str(seen[item, key][2]) for key in FIELDS["project"] if seen.get((item, key), (0, 0, ""))[2]
                }
                rows.append((item, texts))
                walk(item)

        walk(None)
        return rows

    def moments(self) -> list[Pair]:
        head = self.ledger.head
        start = 8
        ats = sorted({effective_of(p) for p in range(start, head + 1)} | {fact[2] for fact in self.facts})
        return [Pair(at, known) for at in ats for known in range(start, head + 1)]

    def snapshot(self, pair: Pair) -> list[tuple[UUID, dict[str, str]]]:
        taken = self.plan.snapshot(MomentRef("pair", pair.ordinary, pair))
        return [(item.id, {key: cell.text for key, cell in item.fields.items()}) for item in taken]


@settings(max_examples=40)
@given(late_facts)
@example([(0, 3, 0, "甲"), (0, -1, 0, "乙"), (0, 2, 1, "丙")])
@example([(9, 2, 1, ""), (9, 1, 0, "甲"), (12, 4, 1, "甲")])
def test_every_pair_shows_what_the_oracle_says(script: list[Late]) -> None:
    built = Built(script)
    with built.ledger:
        for pair in built.moments():
            assert built.snapshot(pair) == built.table(pair), pair


@settings(max_examples=25)
@given(late_facts, st.data())
def test_what_is_recorded_later_changes_no_pair_of_before(script: list[Late], data: st.DataObject) -> None:
    built = Built(script)
    with built.ledger:
        known = data.draw(st.integers(8, built.ledger.head))
        pairs = [pair for pair in built.moments() if pair.known <= known]
        before = {pair: built.snapshot(pair) for pair in pairs}
        for step in data.draw(late_facts):
            built.ledger.recording.write(lambda work, executor, step=step: built._record(work, executor, step))
        assert {pair: built.snapshot(pair) for pair in pairs} == before


@settings(max_examples=25)
@given(late_facts, st.data())
def test_changes_between_any_two_pairs_are_the_difference_of_their_tables(
    script: list[Late], data: st.DataObject
) -> None:
    built = Built(script)
    with built.ledger:
        pairs = built.moments()
        for _ in range(10):
            since, until = data.draw(st.sampled_from(pairs)), data.draw(st.sampled_from(pairs))
            old, new = dict(built.table(since)), dict(built.table(until))
            wanted = {
                (item, key, old.get(item, {}).get(key, ""), new.get(item, {}).get(key, ""))
                for item in old.keys() | new.keys()
                for key in FIELDS["project"]
                if old.get(item, {}).get(key, "") != new.get(item, {}).get(key, "")
            }
            found = built.plan.changes(MomentRef("a", since.ordinary, since), MomentRef("b", until.ordinary, until))
            shown = {(each.item, each.field, each.old, each.new) for each in found if each.field is not None}
            assert shown == wanted
            for entry in found:
                if entry.kind not in ("added", "removed"):
                    assert entry.events, "an entry without the events behind it"


@settings(max_examples=15)
@given(late_facts)
def test_a_rebuilt_index_has_the_same_rows_also_with_late_facts(script: list[Late]) -> None:
    built = Built(script)
    with built.ledger as ledger:
        with ledger.reading() as rows:
            before = dump_rows(rows)
        ledger.rebuild()
        with ledger.reading() as rows:
            assert dump_rows(rows) == before
        assert ledger.verify()


@settings(max_examples=15)
@given(late_facts)
def test_a_correction_is_told_as_one(script: list[Late]) -> None:
    """A value that wins at a coordinate the earlier table already covered, was wrong there: it is a correction."""
    built = Built(script)
    with built.ledger as ledger:
        start = MomentRef("a", 16, Pair.of(16))
        for entry in built.plan.changes(start, None):
            if entry.field is None or entry.kind not in ("changed", "corrected"):
                continue
            winner = max(
                (
                    (effective, position)
                    for item, register, effective, position, _ in built.facts
                    if item == entry.item and register == entry.field and position <= ledger.head
                ),
            )
            assert (entry.kind == "corrected") == (winner[0] <= start.pair.at)
