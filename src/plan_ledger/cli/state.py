"""What one call of the command line was told: which ledger, which plan, who acts; and the ledger opened with it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import define, field

if TYPE_CHECKING:
    from plan_ledger.ledger import Ledger, Plan


@define
class Who:
    """The write options: who records, for whom, with whose approval, why."""

    actor: str | None = None
    section: str | None = None
    on_behalf_of: str | None = None
    approver: str | None = None
    approval: str | None = None
    reason: str | None = None


@define
class State:
    """Options that are accepted before and after the command's name; what is said after it wins."""

    url: str | None = None
    plan_title: str | None = None
    json: bool = False
    who: Who = field(factory=Who)

    @property
    def ledger_url(self) -> str:
        if self.url is None:
            raise click.UsageError("台帳を --ledger（-l）か環境変数 PLAN_LEDGER で指定してください。")
        return self.url

    @property
    def ledger_missing(self) -> bool:
        """Whether no ledger is there yet. Only a file can be missing."""
        from plan_ledger.ledger.front import MEMORY

        url = self.ledger_url
        return "://" not in url and (url == MEMORY or not Path(url).exists())

    @contextmanager
    def reading(self) -> Generator[tuple[Ledger, Plan]]:
        """The ledger for queries; a file that may only be read is enough. With the plan that is meant."""
        with self.ledger_for_reading() as ledger:
            yield ledger, ledger.plan(self.plan_title)

    @contextmanager
    def ledger_for_reading(self) -> Generator[Ledger]:
        from plan_ledger.ledger import Ledger
        from plan_ledger.store.errors import ReadOnlyLedger

        try:
            ledger = Ledger.open(self.ledger_url, read_only=True)
        except ReadOnlyLedger:  # of an older format: it is migrated first, where it may be written to
            ledger = Ledger.open(self.ledger_url, must_exist=True)
        with ledger:
            yield ledger

    @contextmanager
    def writing(self, *, create: bool = False) -> Generator[Ledger]:
        """The ledger for writing, in the name of whoever was said to act; made only where ``create`` allows it."""
        from plan_ledger.ledger import Ledger

        with Ledger.open(self.ledger_url, must_exist=not create) as ledger, self.acting(ledger):
            yield ledger

    @contextmanager
    def acting(self, ledger: Ledger) -> Generator[None]:
        who = self.who
        with ledger.acting(
            who.actor,
            section=who.section,
            on_behalf_of=who.on_behalf_of,
            approver=who.approver,
            approval=who.approval,
            reason=who.reason,
        ):
            yield


pass_state = click.make_pass_decorator(State, ensure=True)
