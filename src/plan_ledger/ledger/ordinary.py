"""The short way for what a bulk load is made of: batches of one ordinary change of a field each, without a key.

Every change is decided by the domain, sealed, linked and indexed as any other. What is spared are the objects that
carry it from one of these to the next: there is no event, since its parts are of the right form already. The item and
the field were found, the text is clean, and the payload is written from the field's key and a digest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from plan_ledger.domain import items as domain
from plan_ledger.errors import PlanLedgerError
from plan_ledger.events import field_changed
from plan_ledger.index import catalog
from plan_ledger.index.projector import Projector
from plan_ledger.index.registers import BITS
from plan_ledger.ledger.intents import Batch, Change, Executor
from plan_ledger.ledger.receipt import EPOCH, MICROSECOND, Receipt
from plan_ledger.ledger.work import Work
from plan_ledger.store import log
from plan_ledger.store.chain import link
from plan_ledger.store.mapper import FIELD_CHANGED
from plan_ledger.store.transaction import Blob, SqlRow
from plan_ledger.values.coordinates import ROOM
from plan_ledger.values.made import open_twin
from plan_ledger.values.texts import clean_text

_OpenReceipt = open_twin(Receipt)


def record(work: Work, executor: Executor, batches: Iterator[Batch], take: Callable[[Receipt], None]) -> Batch | None:
    """Record batches for as long as they are of this kind. Returns the first that is not, unrecorded."""
    first = next(batches, None)
    if first is None or plain(first) is None or _any_policies(work):
        return first
    work.flush()
    caches, state, tx = work.caches, work.state, work.tx
    headers, numbers, projector = caches.headers, caches.names.numbers, Projector(tx, caches.names)
    type_no, name = caches.numbers.type_of(tx, FIELD_CHANGED)
    seal, seal_text = work.store.sealer.seal, work.store.sealer.seal_text
    clock, find, would_change = work.clock, executor.find, domain.would_change
    position, previous, recorded_at = work.position, work.head.hash, work.recorded_at
    events: list[SqlRow] = []
    texts: list[SqlRow] = []
    facts: list[SqlRow] = []
    authorship: list[SqlRow] = []
    other, characters = None, 0
    for batch in chain((first,), batches):
        change = plain(batch)
        said = headers.get(id(batch.acting)) or work.said(batch.acting)
        if change is None or said is None:
            other = batch
            break
        now = (clock() - EPOCH) // MICROSECOND
        if now < recorded_at:
            work.recorded_at = recorded_at
            said = work.said_late(batch.acting, now)
        else:
            recorded_at = now
        known, level, key = find(change)
        text = clean_text(change.text)
        try:
            changes = would_change(known.item, level, key, text)
        except PlanLedgerError as error:
            executor.name(error, change.item, level)
            raise
        if not changes:
            take(Receipt(None, None))
            continue
        position += 1
        if not said.owners:
            said.number = caches.numbers.header(tx, said.content)
            said.owners = projector.owners(said.content, said.header)
        stream, content = known.stream, said.content
        no, raw, version = stream.no, stream.raw, stream.version + 1
        stream.version = version
        if text:
            payload, salt = seal_text(key, text)
            texts.append((position, Blob(salt), text))
        else:
            payload = seal(field_changed(change.item, key, None))[1]
        previous = link(previous, position, position, raw, version, name, recorded_at, content, None, payload)
        header = said.number
        events.append((position, no, version, type_no, position, recorded_at, header, Blob(payload), Blob(previous)))
        try:
            register = no << BITS | numbers[no][key]
        except KeyError:
            register = projector.register(no, key)
        facts.append((position, register, position << ROOM, 1 if text else 0))
        for actor, role in said.owners:
            authorship.append((actor, position, role, position))
        known.put(key, text, position)
        characters += len(text)
        receipt = _OpenReceipt()
        receipt.first = receipt.last = position
        receipt.recorded_us = recorded_at
        receipt.__class__ = Receipt
        take(receipt)
    if events:
        log.insert(tx, events, texts, keyed=False)
        projector.put_changes(facts, authorship)
        work.head = log.Head(position, previous, recorded_at)
        state.characters += characters
    work.position, work.recorded_at = position, recorded_at
    return other


def plain(batch: Batch) -> Change | None:
    """The only intent of a batch, if it is an ordinary change."""
    if batch.key is not None or len(batch.intents) != 1:
        return None
    change = batch.intents[0]
    if type(change) is not Change or change.expected is not None or change.source is not None:
        return None
    return change if type(change.text) is str else None  # what only inherits from it is made one by the event


def _any_policies(work: Work) -> bool:
    """Whether any plan has policies: what they ask for is looked for in events that wait to be written."""
    if work.state.policies is None:
        work.state.policies = catalog.any_policies(work.tx)
    return work.state.policies
