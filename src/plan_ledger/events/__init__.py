"""Events: the storage format. Frozen pydantic models under stable names; what is stored here is read for ever."""

from plan_ledger.events.header import ActorRef, BatchHeader
from plan_ledger.events.model import (
    ActorErased,
    ActorProfiled,
    Event,
    FieldChanged,
    ItemAdded,
    ItemEvent,
    ItemPlaced,
    ItemRestored,
    ItemWithdrawn,
    MeetingAnnulled,
    MeetingHeld,
    MeetingReissued,
    MeetingRenamed,
    PlanOpened,
    SchemaDeclared,
    Source,
    TextRedacted,
)
from plan_ledger.events.registry import UnknownEventType, read_payload, type_name

__all__ = [
    "ActorErased",
    "ActorProfiled",
    "ActorRef",
    "BatchHeader",
    "Event",
    "FieldChanged",
    "ItemAdded",
    "ItemEvent",
    "ItemPlaced",
    "ItemRestored",
    "ItemWithdrawn",
    "MeetingAnnulled",
    "MeetingHeld",
    "MeetingReissued",
    "MeetingRenamed",
    "PlanOpened",
    "SchemaDeclared",
    "Source",
    "TextRedacted",
    "UnknownEventType",
    "read_payload",
    "type_name",
]
