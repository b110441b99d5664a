"""Destroying on purpose: a text, or who somebody was. An event records who did it, why and when; the rest stays.

Only the commitment is left in the log, which nobody can guess the text from: the salt is destroyed with it. So chain,
anchors and digests of every other table hold. What was handed out, printed or copied before is out of reach.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import frozen

from plan_ledger.errors import PlanLedgerError
from plan_ledger.events import ActorErased, TextRedacted
from plan_ledger.index import catalog
from plan_ledger.index.registers import BITS, MASK
from plan_ledger.integrity.errors import AmbiguousPerson, NothingToRedact, RedactionNeedsReason
from plan_ledger.ledger.acting import Acting
from plan_ledger.ledger.errors import UnknownActor
from plan_ledger.ledger.work import Receipt, Work
from plan_ledger.store.transaction import Rows
from plan_ledger.values.schema import FIRST_FIELD
from plan_ledger.values.texts import folded_name

if TYPE_CHECKING:
    from plan_ledger.ledger.recording import Recording
    from plan_ledger.store.application import LedgerStore


@frozen
class Redaction:
    """What was destroyed.

    Attributes:
        receipt: The batch that records it; empty where everything had been destroyed before.
        positions: The positions whose texts are gone.
        wiped: Whether what the texts left behind in the database's files was overwritten too. Where it is False,
            because somebody was reading all the while, do the same again: nothing more is recorded.
    """

    receipt: Receipt
    positions: tuple[int, ...]
    wiped: bool

    def to_dict(self) -> dict[str, object]:
        return {**self.receipt.to_dict(), "positions": list(self.positions), "wiped": self.wiped}


@frozen
class Erasure:
    """Whose particulars were destroyed; see :class:`Redaction`. ``actor`` is the opaque id that stays in the log."""

    receipt: Receipt
    actor: UUID
    wiped: bool

    def to_dict(self) -> dict[str, object]:
        return {**self.receipt.to_dict(), "person": self.actor.hex, "wiped": self.wiped}


def _reasoned(recording: Recording, act: str, reason: str | None) -> Acting:
    recording.outside_batch(act)
    acting = recording.acting(reason=reason)
    if acting.reason is None or not acting.reason.strip():
        raise RedactionNeedsReason
    return acting


def redact(
    recording: Recording,
    store: LedgerStore,
    positions: Sequence[int],
    *,
    reason: str | None = None,
    plan: catalog.PlanRow | None = None,
    all_equal: bool = False,
) -> Redaction:
    """Destroy the texts recorded at these positions; with ``plan``, only that plan's are there.

    Raises:
        NothingToRedact: At one of them there is none; nothing is destroyed.
        RedactionNeedsReason: Nobody said why.
    """
    acting = _reasoned(recording, "redact", reason)
    wanted: list[int] = []

    def redacting(work: Work, _: object) -> None:
        wanted[:] = _all_equal(work.tx, positions, plan) if all_equal else dict.fromkeys(positions)
        events = [event for position in wanted if (event := _redacted(work, position, plan)) is not None]
        work.begin(acting)
        if not events:
            return
        work.record(events)
        work.flush()
        first = work.position - len(events) + 1
        work.tx.run_many(
            "INSERT INTO redactions (position, redacted_by) VALUES (?, ?)",
            [(event.position, first + number) for number, event in enumerate(events)],
        )
        work.tx.run_many("DELETE FROM texts WHERE position = ?", [(event.position,) for event in events])

    receipt = recording.write(redacting)
    return Redaction(receipt, tuple(wanted), wiped(recording, store))


def _redacted(work: Work, position: int, plan: catalog.PlanRow | None) -> TextRedacted | None:
    """The event for a position; None where its text was destroyed before."""
    row = (
        work.tx.one(
            "SELECT f.register, i.plan, x.position, r.position FROM facts f"
            f" JOIN items i ON i.no = f.register >> {BITS}"
            " LEFT JOIN texts x ON x.position = f.position LEFT JOIN redactions r ON r.position = f.position"
            " WHERE f.position = ?",
            (position,),
        )
        if 0 < position < 1 << 63
        else None
    )
    if row is None or row[0] & MASK < FIRST_FIELD or (row[2] is None and row[3] is None):
        raise NothingToRedact(position)
    if plan is not None and row[1] != plan.no:
        raise NothingToRedact(position)
    if row[3] is not None:
        return None
    fields = {number: key for (_, key), number in catalog.field_numbers(work.tx, row[1]).items()}
    return TextRedacted(
        originator_id=work.uuid_of(row[1]),
        position=position,
        item=work.uuid_of(row[0] >> BITS),
        field=fields[row[0] & MASK],
    )


def _all_equal(rows: Rows, positions: Sequence[int], plan: catalog.PlanRow | None) -> list[int]:
    """The positions themselves, and every other one at which the same text was recorded."""
    found = dict.fromkeys(positions)
    only, of = ("", ()) if plan is None else (" AND i.plan = ?", (plan.no,))
    for position in positions:
        row = rows.one("SELECT body FROM texts WHERE position = ?", (position,)) if position < 1 << 63 else None
        if row is not None:
            found |= dict.fromkeys(
                same
                for (same,) in rows.all(
                    "SELECT x.position FROM texts x JOIN facts f ON f.position = x.position"
                    f" JOIN items i ON i.no = f.register >> {BITS} WHERE x.body = ?{only}",
                    (row[0], *of),
                )
            )
    return sorted(found)


def erase_person(
    recording: Recording, store: LedgerStore, ledger: UUID, who: str, *, reason: str | None = None
) -> Erasure:
    """Destroy what the ledger holds of a person: id, name and section, as of every time.

    Args:
        who: The host's id, the name, or the opaque id in hexadecimal.

    Raises:
        UnknownActor, AmbiguousPerson: It is not clear who is meant.
        RedactionNeedsReason: Nobody said why.
    """
    acting = _reasoned(recording, "erase_person", reason)
    erased: list[UUID] = []

    def erasing(work: Work, _: object) -> None:
        actor = _find(work.tx, who)
        erased.append(actor)
        work.begin(acting)
        if work.tx.one("SELECT actor FROM erasures WHERE actor = ?", (actor.bytes,)) is not None:
            return
        work.record([ActorErased(originator_id=ledger, actor=actor)])
        work.flush()
        work.tx.run("INSERT INTO erasures (actor, erased_by) VALUES (?, ?)", (actor.bytes, work.position))
        work.tx.run("DELETE FROM profiles WHERE actor = ?", (actor.bytes,))

    receipt = recording.write(erasing)
    return Erasure(receipt, erased[0], wiped(recording, store))


def _find(rows: Rows, who: str) -> UUID:
    found: dict[UUID, str] = {}
    for raw, body in rows.all("SELECT actor, body FROM profiles ORDER BY actor, revision"):
        actor, told = UUID(bytes=bytes(raw)), json.loads(body)
        if who in (actor.hex, told.get("id")):
            return actor
        if folded_name(told["name"]) == folded_name(who):
            found[actor] = f"{told['name']}・{told.get('section') or ''}・{told.get('id') or actor.hex}"
    for (raw,) in rows.all("SELECT actor FROM erasures"):
        if UUID(bytes=bytes(raw)).hex == who:
            return UUID(who)
    if not found:
        raise UnknownActor(who)
    if len(found) > 1:
        raise AmbiguousPerson(who, "、".join(found.values()))
    return next(iter(found))


def wiped(recording: Recording, store: LedgerStore) -> bool:
    """Forget what is remembered between writes, and overwrite what destroyed texts left behind in the files."""
    recording.forget()
    try:
        return store.wipe()
    except PlanLedgerError:
        return False  # it is recorded and destroyed all the same; asking again tries again
