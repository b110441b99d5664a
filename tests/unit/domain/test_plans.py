"""Plans: the right events come out; doing it twice changes nothing; each refusal."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from attrs import evolve as replaced

from plan_ledger.domain.errors import CommandRefused, MeetingAnnulledAlready, MeetingExists, SchemaRefused
from plan_ledger.domain.plans import (
    AnnulMeeting,
    DeclareSchema,
    Edition,
    HoldMeeting,
    OpenPlan,
    Plan,
    PlanCommand,
    ReissueMeeting,
    RenameMeeting,
    decide,
    evolve,
)
from plan_ledger.domain.schemas import declared, schema_of
from plan_ledger.events import (
    Event,
    MeetingAnnulled,
    MeetingHeld,
    MeetingReissued,
    MeetingRenamed,
    PlanOpened,
    SchemaDeclared,
)
from plan_ledger.events.model import EditionRef
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import FieldKind, FieldSpec, LevelSpec, Schema, default_schema

PLAN, FIRST, SECOND = (UUID(int=n) for n in (1, 2, 3))
SCHEMA = default_schema(2023)
OPEN = OpenPlan(PLAN, "計画", 2023, "Asia/Tokyo", SCHEMA)
EDITION = Edition(Pair.of(7), None, 1, "d" * 64, 1)
HOLD = HoldMeeting(FIRST, "第1回PT", EDITION, "PT", 1, None, date(2023, 5, 10), date(2023, 4, 30))


def after(plan: Plan | None, *commands: PlanCommand) -> Plan:
    for command in commands:
        for event in decide(plan, command):
            plan = evolve(plan, event)
    assert plan is not None
    return plan


def test_opening_states_the_plan_and_its_schema() -> None:
    opened, schema = decide(None, OPEN)
    assert opened == PlanOpened(originator_id=PLAN, title="計画", fiscal_year=2023, zone="Asia/Tokyo")
    assert isinstance(schema, SchemaDeclared)
    assert schema.revision == 1
    plan = after(None, OPEN)
    assert (plan.id, plan.title, plan.fiscal_year, plan.schema) == (PLAN, "計画", 2023, SCHEMA)


def test_a_schema_goes_through_its_event_unchanged() -> None:
    schema = Schema(
        (
            LevelSpec(
                "task",
                "事業",
                (
                    FieldSpec("name", "名", letter="A", note="(注)", aliases=("別名",)),
                    FieldSpec("state", "状況", FieldKind.CHOICE, choices=("甲", "乙"), retired=True),
                    FieldSpec("cost", "額", FieldKind.MONEY, unit="千円"),
                ),
                "name",
            ),
        )
    )
    assert schema_of(declared(PLAN, schema, 3)) == schema
    assert schema_of(declared(PLAN, schema, 3)).revision == 3


def test_holding_fixes_the_edition() -> None:
    base = replaced(HOLD, edition=replaced(EDITION, red_since=(SECOND, 2)))
    assert decide(after(None, OPEN), base) == [
        MeetingHeld(
            originator_id=PLAN,
            meeting=FIRST,
            name="第1回PT",
            body="PT",
            number=1,
            held_on="2023-05-10",
            as_of_on="2023-04-30",
            edition=1,
            effective=7 << 20,
            known=7,
            red_since=EditionRef(meeting=SECOND, edition=2),
            schema_revision=1,
            digest="d" * 64,
            marks_version=1,
        )
    ]


def test_editions_count_up() -> None:
    plan = after(None, OPEN, HOLD, ReissueMeeting(FIRST, EDITION))
    events = decide(plan, ReissueMeeting(FIRST, EDITION))
    assert len(events) == 1
    assert isinstance(events[0], MeetingReissued)
    assert events[0].edition == 3


@pytest.mark.parametrize(
    ("command", "events"),
    [
        (DeclareSchema(SCHEMA), []),
        (RenameMeeting(FIRST, "第1回PT", "PT", 1, date(2023, 5, 10), date(2023, 4, 30)), []),
        (
            RenameMeeting(FIRST, "とりまとめ", "PT", 1, None, None),
            [MeetingRenamed(originator_id=PLAN, meeting=FIRST, name="とりまとめ", body="PT", number=1)],
        ),
        (AnnulMeeting(FIRST), [MeetingAnnulled(originator_id=PLAN, meeting=FIRST)]),
    ],
)
def test_the_right_events_come_out(command: PlanCommand, events: list[Event]) -> None:
    assert decide(after(None, OPEN, HOLD), command) == events


def test_renaming_twice_changes_nothing() -> None:
    rename = RenameMeeting(FIRST, "とりまとめ", "PT", 1)
    plan = after(None, OPEN, HOLD, rename)
    assert plan.meetings[FIRST].name == "とりまとめ"
    assert decide(plan, rename) == []


def test_an_annulled_meeting_frees_its_name_and_takes_no_more() -> None:
    plan = after(None, OPEN, HOLD, AnnulMeeting(FIRST))
    assert decide(plan, replaced(HOLD, meeting=SECOND))
    for command in (AnnulMeeting(FIRST), ReissueMeeting(FIRST, EDITION), RenameMeeting(FIRST, "別名")):
        with pytest.raises(MeetingAnnulledAlready):
            decide(plan, command)


PROJECT = SCHEMA.levels[-1]


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (replaced(HOLD, meeting=SECOND), MeetingExists),
        (replaced(HOLD, meeting=SECOND, name="第１回ＰＴ"), MeetingExists),
        (DeclareSchema(Schema(SCHEMA.levels[1:])), SchemaRefused),
        (DeclareSchema(Schema(SCHEMA.levels[::-1])), SchemaRefused),
        (
            DeclareSchema(Schema((*SCHEMA.levels[:-1], replaced(PROJECT, fields=PROJECT.fields[:-1])))),
            SchemaRefused,
        ),
        (DeclareSchema(Schema((*SCHEMA.levels[:-1], replaced(PROJECT, title="overview")))), SchemaRefused),
    ],
)
def test_each_refusal_says_why(command: PlanCommand, error: type[CommandRefused]) -> None:
    with pytest.raises(error) as caught:
        decide(after(None, OPEN, HOLD), command)
    for lang in ("ja", "en"):
        assert caught.value.message(lang)


def test_a_field_is_retired_or_added_by_a_revision() -> None:
    fields = (*(replaced(f, retired=f.key == "period") for f in PROJECT.fields), FieldSpec("url", "参考"))
    revised = Schema((*SCHEMA.levels[:-1], replaced(PROJECT, fields=fields)))
    plan = after(None, OPEN, DeclareSchema(revised))
    assert plan.schema == revised
    assert plan.schema is not None
    assert plan.schema.revision == 2
    assert decide(plan, DeclareSchema(revised)) == []
    assert decide(plan, DeclareSchema(Schema(revised.levels, 99))) == []
