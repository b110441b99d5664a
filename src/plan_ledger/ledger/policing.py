"""Policies at work: what a write is about to record is held against its plan's policies, all of it at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import define, field

from plan_ledger.domain import plans as plan_domain
from plan_ledger.domain.errors import PolicyRefused
from plan_ledger.domain.policies import NEEDS, NO_POLICIES, Need, Policies, missing
from plan_ledger.errors import Place, raise_problems
from plan_ledger.events import ActorProfiled, Event, FieldChanged, ItemAdded, ItemEvent
from plan_ledger.index import catalog
from plan_ledger.ledger.editions import state
from plan_ledger.ledger.intents import field_key
from plan_ledger.ledger.receipt import Receipt
from plan_ledger.ledger.work import Work
from plan_ledger.store.recorded import RecordedBatch

if TYPE_CHECKING:
    from plan_ledger.ledger.plan import Plan


@define
class Guard:
    """Refuses a write that lacks what its plans' policies ask for. Of one write, asked with each of its portions."""

    work: Work
    _policies: dict[UUID, Policies] = field(factory=dict[UUID, Policies])
    _plan_of: dict[UUID, UUID] = field(factory=dict[UUID, UUID])

    def __call__(self, batches: Sequence[RecordedBatch]) -> None:
        """Look at what is about to be written.

        Raises:
            PolicyRefused: One for each batch and thing that is missing (``Problems`` for several).
        """
        state = self.work.state
        if state.policies is None:
            state.policies = catalog.any_policies(self.work.tx)
        if state.policies:
            raise_problems([problem for batch in batches for problem in self._problems(batch)])

    def _problems(self, batch: RecordedBatch) -> list[PolicyRefused]:
        lacking: dict[Need, list[Event]] = {}
        for recorded in batch.events:
            event = recorded.event
            policies = self._of(event)
            if policies:
                for need in missing(policies, event, batch.header):
                    lacking.setdefault(need, []).append(event)
        return [
            PolicyRefused(need, len(lacking[need]), place=self._place(lacking[need][0]))
            for need in NEEDS
            if need in lacking
        ]

    def _of(self, event: Event) -> Policies:
        if isinstance(event, ActorProfiled):
            return NO_POLICIES
        plan = self._plan(event)
        if plan not in self._policies:
            no = self.work.stream(plan)
            self._policies[plan] = NO_POLICIES if no is None else catalog.policies_at(self.work.tx, no)
        return self._policies[plan]

    def _plan(self, event: Event) -> UUID:
        """The plan that an event is about: its item's, or the stream itself."""
        uuid = event.originator_id
        if not isinstance(event, ItemEvent):
            return uuid
        if isinstance(event, ItemAdded):
            self._plan_of[uuid] = event.plan
        if uuid not in self._plan_of:
            item = self.work.item(uuid)
            assert item is not None
            self._plan_of[uuid] = item.plan
        return self._plan_of[uuid]

    def _place(self, event: Event) -> Place | None:
        if not isinstance(event, ItemEvent):
            return None
        item = self.work.item(event.originator_id)
        no = self.work.stream(self._plan(event))
        if item is None or no is None:
            return None
        level = catalog.schema_at(self.work.tx, no, self.work.position).level(item.level)
        named = None if level is None else self.work.item(event.originator_id, level.title)
        title = named.cell(level.title).text if named is not None and level is not None else None
        label = None
        if isinstance(event, FieldChanged):
            spec = level.field(event.field) if level else None
            label = spec.label if spec else event.field
        return Place(item=title or None, field=label)


def policies_of(plan: Plan) -> Policies:
    """The policies in force now."""
    with plan.ledger.reading() as rows:
        return catalog.policies_at(rows, plan.row.no)


def declare(plan: Plan, policies: Policies) -> Receipt:
    """Record policies that count from the next batch on; fields may be named by key or label.

    Raises:
        UnknownField: A policy is about a field that no level has.
    """
    recording = plan.ledger.recording
    acting = recording.outside_batch("set_policies")
    schema = plan.schema
    by_key = Policies(
        policies.everything,
        {field_key(schema, name): needs for name, needs in policies.fields.items()},
        policies.corrections,
        policies.reissues,
    )

    def declaring(work: Work, _: object) -> None:
        work.begin(acting)
        work.record(plan_domain.decide(state(work, plan.row), plan_domain.DeclarePolicies(by_key)))

    return recording.write(declaring)
