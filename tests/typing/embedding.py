"""What a host's type checker sees of acting, batches, policies and hooks: checked by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import assert_type

from plan_ledger import Acting, Commit, Ledger, Person, Plan, Policies, Receipt
from plan_ledger.queries.actors import KnownActor
from plan_ledger.queries.following import LogEntry


def names_become_persons(acting: Acting) -> None:
    assert_type(Acting("企画課", on_behalf_of="港湾課", approver=Person("課長")), Acting)
    assert_type(acting.actor, Person)
    assert_type(acting.on_behalf_of, Person | None)


def blocks_say_who_acts_and_what_was_recorded(ledger: Ledger) -> None:
    with ledger.acting("企画課", reason="補正") as acting:
        assert_type(acting, Acting)
    with ledger.batch(key="受付1") as batch:
        assert_type(batch.receipt, Receipt | None)
    assert_type(ledger.current_acting(), Acting)
    assert_type(ledger.actors(), list[KnownActor])


def policies_are_values(plan: Plan) -> None:
    assert_type(plan.policies, Policies)
    assert_type(plan.set_policies(Policies(everything="reason", fields={"budget": ("source",)})), Receipt)


def hooks_get_a_commit(ledger: Ledger) -> None:
    def hook(commit: Commit) -> None:
        assert_type(commit.first, int)
        assert_type(commit.recorded_at, datetime)
        assert_type(commit.entries(), Iterator[LogEntry])

    assert_type(ledger.on_commit(hook), Callable[[], None])
