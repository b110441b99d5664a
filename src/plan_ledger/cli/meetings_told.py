"""What is told of a meeting whose table was fixed."""

from __future__ import annotations

from typing import Any

import click

from plan_ledger.cli.receipts import give
from plan_ledger.cli.state import State
from plan_ledger.ledger import Ledger, Plan
from plan_ledger.queries.results import MeetingInfo


def give_meeting(state: State, ledger: Ledger, plan: Plan, held: MeetingInfo, done: str) -> None:
    """The receipt of the event that fixed the last edition, with what it fixed."""
    edition = held.editions[-1]
    found: dict[str, Any] = held.to_dict()["editions"][-1]
    give(
        ledger.receipt(edition.position),
        state,
        plan.zone,
        done,
        id=held.id.hex,
        meeting=held.name,
        held_on=held.held_on.isoformat() if held.held_on else None,
        as_of_on=held.as_of_on.isoformat() if held.as_of_on else None,
        **found,
    )
    if not state.json:
        click.echo(f"照合値 {edition.digest}")
