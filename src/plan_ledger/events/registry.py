"""Stable names for event types, and how an old payload is brought up to the type's present version.

A stored type is ``name/version``. Reading never imports anything by name: an unknown type is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, cast

import pydantic_core
from attrs import define

from plan_ledger.errors import PlanLedgerError
from plan_ledger.events import model

Payload = dict[str, Any]
_VERSION = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
Upcaster = Callable[[Payload], Payload]

EVENT_TYPES: Mapping[str, type[model.Event]] = {
    cls.TYPE: cls
    for cls in (
        model.ActorProfiled,
        model.ActorErased,
        model.PlanOpened,
        model.SchemaDeclared,
        model.PoliciesDeclared,
        model.MeetingHeld,
        model.MeetingReissued,
        model.MeetingRenamed,
        model.MeetingAnnulled,
        model.TextRedacted,
        model.ItemAdded,
        model.ItemPlaced,
        model.ItemWithdrawn,
        model.ItemRestored,
        model.FieldChanged,
    )
}

UPCASTERS: dict[tuple[str, int], Upcaster] = {}
"""(name, version) → a function from that version's payload to the next version's. Stored bytes are never touched."""

_NAMES: dict[type[model.Event], str] = {cls: f"{cls.TYPE}/{cls.VERSION}" for cls in EVENT_TYPES.values()}


@define(eq=False, slots=False)
class UnknownEventType(PlanLedgerError):
    """The log holds an event type that this version does not know: a newer ledger, or a forged row."""

    code: ClassVar[str] = "unknown_event_type"
    ja: ClassVar[str] = "記録の種類「{name}」を知りません。新しい版で作られた台帳なら、plan-ledger を更新してください。"
    en: ClassVar[str] = "Unknown event type {name!r}; if a newer version wrote this ledger, upgrade plan-ledger."

    name: str


def type_name(event_type: type[model.Event]) -> str:
    """``item.field-changed/1``"""
    return _NAMES[event_type]


def read_payload(
    name: str,
    payload: bytes,
    envelope: Mapping[str, Any],
    types: Mapping[str, type[model.Event]] = EVENT_TYPES,
    upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS,
) -> model.Event:
    """The event behind stored bytes, brought up to the present version and validated.

    Args:
        name: Stored type, ``name/version``.
        payload: Stored UTF-8 JSON.
        envelope: Values that are kept outside the payload (stream, version, text).

    Raises:
        UnknownEventType: No such type, or a version newer than ours.
        TypeError, ValueError: The payload is no JSON object, or (``pydantic.ValidationError``) does not fit its type.
    """
    base, slash, number = name.partition("/")
    cls = types.get(base)
    if cls is None or not slash or not _VERSION.fullmatch(number) or int(number) > cls.VERSION:
        raise UnknownEventType(name[:80])
    found: object = pydantic_core.from_json(payload)
    if not isinstance(found, dict):
        raise TypeError("a payload is an object")
    data = cast(Payload, found)
    for version in range(int(number), cls.VERSION):
        data = upcasters[base, version](data)
    return cls.model_validate({**data, **envelope})
