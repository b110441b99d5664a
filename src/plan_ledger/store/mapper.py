"""Events to stored events and back: validated, upcast, under stable names; texts committed to, not stored inside."""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar
from uuid import UUID

import pydantic
from attrs import define
from eventsourcing.persistence import JSONTranscoder, Mapper, Notification, StoredEvent

from plan_ledger.errors import PlanLedgerError
from plan_ledger.events import Event, FieldChanged, read_payload, type_name

SALT_BYTES = 16
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
SaltFactory = Callable[[], bytes]
FIELD_CHANGED = type_name(FieldChanged)


@define(eq=False, slots=False)
class DamagedEvent(PlanLedgerError):
    """A stored event can't be read: its bytes, or the text that it commits to, are not what was recorded."""

    code: ClassVar[str] = "damaged_event"
    ja: ClassVar[str] = "記録番号{position}の記録が壊れているか、書き換えられています（{detail}）。"
    en: ClassVar[str] = "The event at position {position} is damaged or was tampered with ({detail})."

    position: int
    detail: str


@dataclass(frozen=True, slots=True)
class SealedEvent(StoredEvent):
    """A stored event and, beside it, the text that its payload commits to (None: it has none, or was redacted).

    ``position`` is where it stands in the log; 0: nowhere yet.
    """

    text: str | None = None
    salt: bytes | None = None
    position: int = 0


def commitment(salt: bytes, text: str) -> str:
    """Salted SHA-256 of a text, 43 characters of URL-safe base64."""
    return _commitment(salt, text).decode("ascii")


def _commitment(salt: bytes, text: str) -> bytes:
    return b2a_base64(sha256(salt + text.encode()).digest(), newline=False)[:43].translate(_URL_SAFE)


def commitments(salted: Iterable[bytes]) -> bytes:
    """:func:`commitment` of many, each given as its salt and UTF-8 in one, behind one another with an ``A`` after each.

    A zero byte between the digests makes them whole groups of base64, so that all are written at once.
    """
    digests = [sha256(each).digest() for each in salted]
    return b2a_base64(b"\0".join([*digests, b""]), newline=False).translate(_URL_SAFE)


class LedgerMapper(Mapper[UUID]):
    """Ours validates, upcasts and uses the registry; the library's default does none of the three."""

    def __init__(self, salts: SaltFactory) -> None:
        super().__init__(JSONTranscoder())
        self._salts = salts
        self._types = {cls: type_name(cls) for cls in _event_types()}

    def to_stored_event(self, domain_event: Any) -> SealedEvent:
        event: Event = domain_event
        topic, payload, text, salt = self.seal(event)
        return SealedEvent(event.originator_id, event.originator_version, topic, payload, text, salt)

    def seal(self, event: Event) -> tuple[str, bytes, str | None, bytes | None]:
        """(type name, payload, text, salt): the payload commits to the text, which is stored beside it."""
        if not isinstance(event, FieldChanged) or (text := event.text) is None:
            payload = event.__pydantic_serializer__.to_json(event, exclude_none=True)
            return self._types[type(event)], payload, None, None
        if event.effective is None and event.source is None and event.corrects is None:
            payload, salt = self.seal_text(event.field, text)
            return FIELD_CHANGED, payload, text, salt
        salt = self._salts()
        committed = event.model_copy(update={"text": commitment(salt, text)})
        payload = event.__pydantic_serializer__.to_json(committed, exclude_none=True)
        return FIELD_CHANGED, payload, text, salt

    def seal_text(self, field: str, text: str) -> tuple[bytes, bytes]:
        """(payload, salt) of an ordinary change of a field to a text: the bytes that pydantic would write.

        Keys and digests need no escaping in JSON.
        """
        salt = self._salts()
        return b'{"field":"%b","text":"%b"}' % (field.encode(), _commitment(salt, text)), salt

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The event; its text where the stored event brings one that fits the commitment.

        Raises:
            UnknownEventType: The type is not in the registry.
            DamagedEvent: The payload does not fit its type, or the text does not fit the commitment.
        """
        envelope: dict[str, Any] = {
            "originator_id": stored_event.originator_id,
            "originator_version": stored_event.originator_version,
        }
        try:
            event = read_payload(stored_event.topic, stored_event.state, envelope)
        except (pydantic.ValidationError, ValueError, TypeError, KeyError) as error:
            raise DamagedEvent(_position(stored_event), type(error).__name__) from error
        if isinstance(event, FieldChanged) and event.text is not None:
            text, salt = getattr(stored_event, "text", None), getattr(stored_event, "salt", None)
            if text is None or salt is None:
                return event.model_copy(update={"text": None, "redacted": True})
            if not isinstance(text, str) or commitment(salt, text) != event.text:
                raise DamagedEvent(_position(stored_event), "text")
            return event.model_copy(update={"text": text})
        return event


def _position(stored_event: StoredEvent) -> int:
    """Where a stored event, or a notification of it, stands in the log."""
    if isinstance(stored_event, SealedEvent):
        return stored_event.position
    return stored_event.id if isinstance(stored_event, Notification) else 0


def _event_types() -> tuple[type[Event], ...]:
    from plan_ledger.events.registry import EVENT_TYPES

    return tuple(EVENT_TYPES.values())
