"""A ledger copied to another place or back end: event for event, with its hashes, and only kept where all holds."""

from __future__ import annotations

from typing import ClassVar

from attrs import define, frozen

from plan_ledger.errors import PlanLedgerError
from plan_ledger.index.rebuild import rebuild
from plan_ledger.integrity.verify import verify
from plan_ledger.ledger.loading import LedgerExists
from plan_ledger.store import log
from plan_ledger.store.application import LedgerStore, random_salts
from plan_ledger.store.opening import is_taken, open_backend


@define(eq=False, slots=False)
class CopyRefused(PlanLedgerError):
    """What was copied does not verify: the ledger that was to be copied is damaged."""

    code: ClassVar[str] = "copy_refused"
    ja: ClassVar[str] = "写した内容が合わないため、台帳を作りませんでした。元の台帳を改ざん検査してください：{findings}"
    en: ClassVar[str] = "The copy does not verify and was not kept; verify the ledger that was copied: {findings}"

    findings: str


@frozen
class Copied:
    """What was copied.

    Attributes:
        name: What the new ledger is called in messages.
        events: How many events there are; the last position too.
        head: The last hash of the chain in hexadecimal, the same in both.
    """

    name: str
    events: int
    head: str

    def to_dict(self) -> dict[str, object]:
        return {"target": self.name, "events": self.events, "head": self.head}


def copy(source: LedgerStore, target: str) -> Copied:
    """Copy everything that is recorded in ``source`` now into the new ledger ``target``; both stay usable.

    Positions, bytes, hashes, texts, profiles and idempotency keys stay what they are; the index is made anew.

    Raises:
        LedgerExists: There is a ledger at ``target`` already.
        CopyRefused: The copy does not verify; it was taken away again.
    """
    if is_taken(target):
        raise LedgerExists(target)
    backend = open_backend(target)
    complete = False
    try:
        with source.reading() as rows:
            ledger = rows.one("SELECT uuid, created_at FROM ledger")
            assert ledger is not None
            identity = log.ledger_uuid(rows)
            if not backend.prepare(identity, ledger[1]):
                raise LedgerExists(backend.name)
            store = LedgerStore(backend, salts=random_salts())
            with store.writing() as tx:
                last = log.copy_log(rows, tx)
                rebuild(tx, store.sealer, last)
            head = log.read_head(rows, identity)
        backend.settle()
        found = verify(store)
        if not found or found.head != head.hash.hex():
            listed = [str(finding) for finding in found.findings[:5]] or [found.head]
            raise CopyRefused("\n".join(listed))
        complete = True
    finally:
        if complete:
            backend.close()
        else:
            backend.discard()
    return Copied(backend.name, found.events, found.head)
