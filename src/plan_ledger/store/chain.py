"""The hash chain: every event's hash covers the one before it and everything that is stored of the event."""

from __future__ import annotations

from hashlib import sha256
from struct import Struct
from uuid import UUID

FORMAT = 1
"""Version of the log's format; part of the genesis."""

_FIXED = Struct(">1s32sQQ16sQqIIII")


def genesis(ledger: UUID, format_version: int = FORMAT) -> bytes:
    """The hash before the first event: of this ledger and this format, and of no other."""
    return sha256(b"plan_ledger\x00genesis\x00" + format_version.to_bytes(4) + ledger.bytes).digest()


def link(
    previous: bytes,
    position: int,
    batch: int,
    stream: bytes,
    version: int,
    type_name: bytes,
    recorded_at: int,
    header: bytes,
    command: str | None,
    payload: bytes,
) -> bytes:
    """The hash of one event.

    Numbers have fixed widths; type, header, idempotency key and payload are preceded by their lengths, so that no
    two different events have the same input. A key has ``=`` before it, no key is nothing.
    """
    key = b"" if command is None else b"=" + command.encode()
    fixed = _FIXED.pack(
        b"E",
        previous,
        position,
        batch,
        stream,
        version,
        recorded_at,
        len(type_name),
        len(header),
        len(key),
        len(payload),
    )
    return sha256(fixed + type_name + header + key + payload).digest()
