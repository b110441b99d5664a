"""Following a ledger: every event in order, at least once, from wherever the follower had got to."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, ClassVar

from attrs import define

from plan_ledger.errors import PlanLedgerError
from plan_ledger.queries import following
from plan_ledger.queries.following import LogEntry
from plan_ledger.store.position import last_position
from plan_ledger.store.watching import Watch

if TYPE_CHECKING:
    from plan_ledger.ledger.front import Ledger

_STOP_SECONDS = 0.2


@define(eq=False, slots=False)
class AheadOfLedger(PlanLedgerError):
    """The follower has seen more than the ledger holds: this is an older copy, or another ledger."""

    code: ClassVar[str] = "ahead_of_ledger"
    ja: ClassVar[str] = (
        "記録番号{after}まで読み終えたはずですが、台帳は{head}までしかありません。別の台帳か、古い控えに戻した台帳です。"
        "記録番号{head}までの内容を確かめてから、読み始める番号を決め直してください。"
    )
    en: ClassVar[str] = (
        "Everything up to position {after} was read, but the ledger ends at {head}: it is another ledger, or was"
        " restored from an older copy. Check what was read up to {head}, then say anew where to begin."
    )

    after: int
    head: int


def follow(
    ledger: Ledger, after: int, *, poll: float | None, stop: Callable[[], bool] | None, wait: bool
) -> Generator[LogEntry, None, None]:
    """See :meth:`Ledger.follow`, which documents it."""
    _next(ledger, after, limit=0)  # said now, not when the first entry is asked for
    return _entries(ledger, after, poll, stop or (lambda: False), wait)


def _entries(
    ledger: Ledger, position: int, poll: float | None, stop: Callable[[], bool], wait: bool
) -> Generator[LogEntry, None, None]:
    # Watching begins before the first look, so that nothing is written unnoticed between a look and a wait.
    with ledger.store.watching() as watch:
        interval = watch.every if poll is None else poll
        while not stop():
            found = _next(ledger, position)
            for entry in found:
                yield entry
                position = entry.position
            if not found:
                if not wait:
                    return
                _idle(watch, interval, stop)


def _next(ledger: Ledger, after: int, limit: int = following.PAGE) -> list[LogEntry]:
    """What comes next. Nothing stays open between two looks, however long the follower takes over an entry."""
    with ledger.reading() as rows:
        head = last_position(rows)
        if not 0 <= after <= head:
            raise AheadOfLedger(after, head)
        return following.page(rows, after, limit) if after < head and limit else []


def _idle(watch: Watch, seconds: float, stop: Callable[[], bool]) -> None:
    """Wait in short pieces, so that a wish to stop is soon seen."""
    left = seconds
    while left > 0 and not stop() and not watch.wait(min(left, _STOP_SECONDS)):
        left -= _STOP_SECONDS
