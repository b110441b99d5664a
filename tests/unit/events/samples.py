"""One example of every event type and of the header, as it is frozen in ``payloads/``.

``python tests/unit/events/samples.py`` writes files that are not there yet; it never changes one that is.
"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from plan_ledger.domain import policies
from plan_ledger.domain.policies import Policies
from plan_ledger.domain.schemas import declared
from plan_ledger.events import (
    ActorErased,
    ActorProfiled,
    ActorRef,
    BatchHeader,
    Event,
    FieldChanged,
    ItemAdded,
    ItemPlaced,
    ItemRestored,
    ItemWithdrawn,
    MeetingAnnulled,
    MeetingHeld,
    MeetingReissued,
    MeetingRenamed,
    PlanOpened,
    Source,
    TextRedacted,
)
from plan_ledger.events.model import EditionRef
from plan_ledger.values.schema import FieldKind, FieldSpec, LevelSpec, Schema

PAYLOADS = Path(__file__).parent / "payloads"
STREAM = UUID(int=1)
A, B, C = UUID(int=0xA), UUID(int=0xB), UUID(int=0xC)
SOURCE = Source(sheet="様式1", cell="D7", note="9月補正予算書 p.12")
EDITION = {"effective": 7 << 20, "known": 7, "schema_revision": 2, "digest": "0f" * 32, "marks_version": 1}

SCHEMA = Schema(
    (
        LevelSpec("goal", "目標", (FieldSpec("title", "目標名"),)),
        LevelSpec(
            "task",
            "事業",
            (
                FieldSpec("name", "事業名", letter="B", note="(注)", aliases=("名称",)),
                FieldSpec("cost", "予算額", FieldKind.MONEY, unit="千円"),
                FieldSpec("state", "状況", FieldKind.CHOICE, choices=("未着手", "完了"), retired=True),
            ),
            "name",
        ),
    )
)

EVENTS: dict[str, Event] = {
    "actor.profiled-1": ActorProfiled(originator_id=STREAM, actor=A, revision=2, commitment="c" * 43),
    "plan.opened-1": PlanOpened(originator_id=STREAM, title="令和5年度　計画", fiscal_year=2023),
    "schema.declared-1": declared(STREAM, SCHEMA, 2),
    "plan.policies-declared-1": policies.declared(
        STREAM,
        Policies(
            everything="reason", fields={"budget": ("source", "approval")}, corrections="approval", reissues="reason"
        ),
    ),
    "plan.policies-declared-1.none": policies.declared(STREAM, Policies()),
    "meeting.held-1": MeetingHeld(
        originator_id=STREAM,
        meeting=A,
        name="第2回PT",
        body="PT",
        number=2,
        scope=B,
        held_on="2023-08-30",
        as_of_on="2023-07-31",
        edition=1,
        red_since=EditionRef(meeting=C, edition=2),
        **EDITION,
    ),
    "meeting.held-1.least": MeetingHeld(originator_id=STREAM, meeting=A, name="幹事会", edition=1, **EDITION),
    "meeting.reissued-1": MeetingReissued(originator_id=STREAM, meeting=A, edition=2, **EDITION),
    "meeting.renamed-1": MeetingRenamed(originator_id=STREAM, meeting=A, name="第2回WG", body="WG", number=2),
    "meeting.annulled-1": MeetingAnnulled(originator_id=STREAM, meeting=A),
    "text.redacted-1": TextRedacted(originator_id=STREAM, position=7, item=A, field="progress"),
    "actor.erased-1": ActorErased(originator_id=STREAM, actor=A),
    "item.added-1": ItemAdded(originator_id=STREAM, plan=A, level="project", continues=(B, C), source=SOURCE),
    "item.placed-1": ItemPlaced(originator_id=STREAM, parent=A, rank="a0V"),
    "item.placed-1.top": ItemPlaced(originator_id=STREAM, parent=None, rank="Zz"),
    "item.withdrawn-1": ItemWithdrawn(originator_id=STREAM, effective=(5 << 20) + 3, corrects=A),
    "item.restored-1": ItemRestored(originator_id=STREAM, source=Source(note="電話")),
    "item.field-changed-1": FieldChanged(originator_id=STREAM, field="budget", text="4,950"),
    "item.field-changed-1.emptied": FieldChanged(originator_id=STREAM, field="budget"),
    "item.field-changed-1.corrected": FieldChanged(
        originator_id=STREAM, field="budget", text="＝1\n～", effective=5 << 20, corrects=A, source=SOURCE
    ),
}

HEADERS: dict[str, BatchHeader] = {
    "batch-header": BatchHeader(
        actor=ActorRef(id=A, revision=3),
        on_behalf_of=ActorRef(id=B),
        approver=ActorRef(id=C, revision=2),
        approval="決裁第12号",
        assurance="authenticated",
        reason="第2回PTに向けた更新",
        document="回答.xlsx",
        document_sha256="ab" * 32,
        undoes=12,
        clock=1_680_487_200_000_000,
    ),
    "batch-header.least": BatchHeader(actor=ActorRef(id=A)),
}
SALT = bytes(range(16))


def main() -> None:
    """Freeze what is new."""
    from plan_ledger.store.mapper import LedgerMapper

    for name, event in EVENTS.items():
        path = PAYLOADS / f"{name}.json"
        if not path.exists():
            path.write_bytes(LedgerMapper(lambda: SALT).to_stored_event(event).state)
    for name, header in HEADERS.items():
        path = PAYLOADS / f"{name}.json"
        if not path.exists():
            path.write_bytes(header.to_bytes())


if __name__ == "__main__":
    main()
