"""How a ledger records: one write at a time, batches collected and repeated requests found again.

:class:`Recording` is the collaborator that handles, sheets and the command line record through. It is no part of the
public API: hosts use the handles, ``Ledger.batch`` and ``Ledger.record``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, partial
from hashlib import sha256
from itertools import count, islice
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from attrs import define, field

from plan_ledger.ledger import ordinary
from plan_ledger.ledger.acting import Acting, ActingContext
from plan_ledger.ledger.errors import BatchEnded, KeyUsedOtherwise, NotInBatch
from plan_ledger.ledger.hooks import Hooks
from plan_ledger.ledger.intents import Batch, Change, Executor, Intent
from plan_ledger.ledger.policing import Guard
from plan_ledger.ledger.remembered import Caches
from plan_ledger.ledger.work import Clock, Receipt, Work
from plan_ledger.values.collector import collector_paused
from plan_ledger.values.ids import IdFactory
from plan_ledger.values.texts import clean_text

if TYPE_CHECKING:
    from plan_ledger.store.application import LedgerStore

_FEW = 20
_PORTION = 256
_COLLECTED_AFTER = 40  # portions


@define
class OpenBatch:
    """What ``with ledger.batch() as batch`` gives: who acts, the key, and after the block the ``receipt``."""

    acting: Acting
    key: str | None
    receipt: Receipt | None = None


@define
class _Collecting:
    """An open batch from the inside: what it holds so far, who wants its receipt, how many ids it gave out."""

    batch: OpenBatch
    intents: list[Intent] = field(factory=list[Intent])
    told: list[Callable[[Receipt], None]] = field(factory=list[Callable[[Receipt], None]])
    made: int = 0
    ended: bool = False


class Recording:
    """The writes of one ledger."""

    def __init__(self, store: LedgerStore, ledger: UUID, clock: Clock, ids: IdFactory, acting: ActingContext) -> None:
        self._store = store
        self._ledger = ledger
        self._clock = clock
        self._ids = ids
        self._acting = acting
        self._caches: Caches | None = None
        self.hooks = Hooks(store.reading)
        self._open: ContextVar[_Collecting | None] = ContextVar("plan_ledger_batch", default=None)

    def write(self, carry_out: Callable[[Work, Executor], None]) -> Receipt:
        """One write: everything that ``carry_out`` records is committed, with the index, or nothing is."""
        with self._store.writing() as tx:
            # Taken out while the write is open: what a write that fails has put there must not be seen by another.
            caches, self._caches = self._caches or Caches(), None
            work = Work(tx, self._store, caches, self._ledger, self._clock, self._ids)
            work.guard = Guard(work)
            before = work.position
            carry_out(work, Executor(work, caches.schemas))
            work.finish()
            receipt = work.receipt(before)
        self._caches = caches
        self.hooks.call(receipt)
        return receipt

    def forget(self) -> None:
        """Drop what is remembered between writes: the index was made anew."""
        self._caches = None

    def submit(self, intent: Intent) -> Receipt:
        """Record one intent now, or with the others at the end of an open batch."""
        collecting = self._collecting()
        if collecting is not None:
            collecting.intents.append(intent)
            return Receipt(None, None)
        return self.record([Batch(self._acting.current(), [intent])])[0]

    def record(self, batches: Iterable[Batch]) -> list[Receipt]:
        """Record many batches, each with its own actor and reason, in one transaction: all of them or none.

        The batches are taken and written in portions, so that a long stream of them needs little memory.
        """
        receipts: list[Receipt] = []

        def recording(work: Work, executor: Executor) -> None:
            stream = iter(batches)
            portion = list(islice(stream, _FEW))
            if len(portion) < _FEW:
                _record(work, executor, portion, receipts.append)
                return
            with collector_paused() as collect:
                for number in count(1):
                    _record(work, executor, portion, receipts.append)
                    work.flush()
                    if not (portion := list(islice(stream, _PORTION))):
                        return
                    if number % _COLLECTED_AFTER == 0:
                        collect()

        self.write(recording)
        return receipts

    @contextmanager
    def batch(self, *, reason: str | None = None, key: str | None = None) -> Generator[OpenBatch, None, None]:
        """Collect what is submitted inside and record it at the end (see ``Ledger.batch``)."""
        acting = self._acting.nested(reason=reason)
        if self._collecting() is not None:
            raise NotInBatch("batch")
        collecting = _Collecting(OpenBatch(acting, None if key is None else clean_text(key)))
        token = self._open.set(collecting)
        try:
            yield collecting.batch
        finally:
            collecting.ended = True
            self._open.reset(token)
        receipt = self.record([Batch(acting, tuple(collecting.intents), key)])[0]
        collecting.batch.receipt = receipt
        for tell in collecting.told:
            tell(receipt)

    @property
    def in_batch(self) -> bool:
        """Whether changes are being collected here."""
        return self._collecting() is not None

    def _collecting(self) -> _Collecting | None:
        """The batch that is open here.

        Raises:
            BatchEnded: A task that was started inside a batch has outlived it: what it wants would be lost.
        """
        collecting = self._open.get()
        if collecting is not None and collecting.ended:
            raise BatchEnded
        return collecting

    def acting(self, **changes: Any) -> Acting:
        """Who is acting here; with ``changes``, with some particulars said anew.

        Raises:
            ActorRequired: Nobody is.
        """
        return self._acting.nested(**changes)

    def outside_batch(self, act: str) -> Acting:
        """Who is acting, for what can't be part of a batch."""
        if self._collecting() is not None:
            raise NotInBatch(act)
        return self._acting.current()

    def tell(self, listener: Callable[[Receipt], None]) -> None:
        """Have the open batch, if there is one, tell its receipt when it is recorded."""
        if (collecting := self._collecting()) is not None:
            collecting.told.append(listener)

    def new_id(self) -> UUID:
        """An id for a new thing. In a batch with a key it follows from the key: the same again must mean the same."""
        collecting = self._collecting()
        if collecting is None or collecting.batch.key is None:
            return self._ids()
        collecting.made += 1
        return uuid5(self._ledger, f"{collecting.batch.key}/{collecting.made}")


def _record(work: Work, executor: Executor, batches: Sequence[Batch], take: Callable[[Receipt], None]) -> None:
    executor.expect(intent for batch in batches for intent in batch.intents)
    coming = iter(batches)
    while (batch := ordinary.record(work, executor, coming, take)) is not None:
        if batch.key is not None:
            take(record_once(work, batch.acting, batch.key, _request(batch), partial(executor.run, batch.intents)))
            continue
        before = work.position
        work.begin(batch.acting)
        executor.run(batch.intents)
        take(work.receipt(before))


def record_once(work: Work, acting: Acting, key: str, request: bytes, carry_out: Callable[[], None]) -> Receipt:
    """One batch under an idempotency key, for what is worked out only under the lock.

    Args:
        request: A digest of what is asked for.
        carry_out: Records it in the open batch.

    Raises:
        KeyUsedOtherwise: The key was used for something else.
    """
    row = work.tx.one("SELECT request, result FROM commands WHERE id = ?", (key,))
    if row is not None:
        if bytes(row[0]) != request:
            raise KeyUsedOtherwise(key)
        return _receipt_from(bytes(row[1]))
    before = work.position
    work.begin(acting, command=key)
    carry_out()
    receipt = work.receipt(before)
    work.tx.run(
        "INSERT INTO commands (id, request, result) VALUES (?, ?, ?)", (key, request, _receipt_bytes(receipt, before))
    )
    return receipt


def _request(batch: Batch) -> bytes:
    """A digest of what is asked for, without what the asker had seen: asked again, that is something else."""
    wanted = [
        ("change", each.item.hex, each.field, each.text, repr(each.source)) if isinstance(each, Change) else repr(each)
        for each in batch.intents
    ]
    return sha256(f"({_words(batch.acting)}, {wanted!r})".encode("utf-8", "surrogatepass")).digest()


@lru_cache(maxsize=1000)
def _words(acting: Acting) -> str:
    return repr(acting)


def _receipt_bytes(receipt: Receipt, before: int) -> bytes:
    """What a key is remembered with; where nothing was recorded, the position after which that was so."""
    if not receipt:
        return f'{{"first": null, "last": null, "recorded_us": null, "head": {before}}}'.encode()
    return f'{{"first": {receipt.first}, "last": {receipt.last}, "recorded_us": {receipt.recorded_us}}}'.encode()


def _receipt_from(data: bytes) -> Receipt:
    found = json.loads(data)
    return Receipt(found["first"], found["last"], found["recorded_us"])
