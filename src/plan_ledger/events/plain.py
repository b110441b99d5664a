"""Plain changes of a field read without making an event: nearly all of a log is these, and checks read all of it.

What is accepted here is accepted by :class:`~plan_ledger.events.model.FieldChanged` and means the same; whatever is
written in any other way is left to the registry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

FIELD_CHANGED = "item.field-changed/1"
"""The stored type whose payloads are read here."""

_WORDS = r'"[^"\\\x00-\x1f]*"'
_SHEET, _CELL, _NOTE = (f'"{name}":{_WORDS}' for name in ("sheet", "cell", "note"))
_SOURCE = rf'"source":\{{(?:{_SHEET}(?:,{_CELL})?(?:,{_NOTE})?|{_CELL}(?:,{_NOTE})?|{_NOTE})\}},'
_PLAIN = re.compile(rf'\{{(?:{_SOURCE})?"field":"([a-z][a-z0-9_]{{0,63}})"(?:,"text":"([0-9A-Za-z_-]{{43}})")?\}}')
_COMMITMENT = 43
_END = b'"}'
TAIL = _COMMITMENT + len(_END)
"""How much of a payload that commits to a text is the commitment and what ends it."""
_SAMPLE = b"0" * _COMMITMENT
_HEADS_KEPT = 4096


def read_plain(payload: bytes) -> tuple[str, str | None] | None:
    """(field, commitment to the text or None where it was emptied) of a payload; None: it is not written plainly.

    Raises:
        UnicodeDecodeError: It is no UTF-8.
        AttributeError: It is no bytes.
    """
    found = _PLAIN.fullmatch(payload.decode())
    if found is None:
        return None
    field, commitment = found.groups()
    return field, commitment


class Heads(dict[bytes, str | None]):
    """What stands before a commitment → the field, or None where no plain change begins so.

    There are few different ones, so that nearly every payload is recognised by looking up where it begins. What ends it
    is still to be compared with a commitment: see :func:`commitments_in`.
    """

    def __missing__(self, head: bytes) -> str | None:
        read = read_plain(head + _SAMPLE + _END)
        field = read[0] if read is not None and read[1] is not None else None
        if len(self) >= _HEADS_KEPT:  # each cell of a sheet that is named as a source begins in its own way
            self.clear()
        self[head] = field
        return field


def commitments_in(payloads: Sequence[bytes]) -> bytes | None:
    """What stands where plain payloads hold their commitments, with an ``A`` after each; None: one ends otherwise.

    The payloads are longer than a commitment and its end, as those are whose head is known.
    """
    count = len(payloads)
    tails = b"".join([payload[-TAIL:] for payload in payloads])
    if tails[_COMMITMENT::TAIL] != _END[:1] * count or tails[_COMMITMENT + 1 :: TAIL] != _END[1:] * count:
        return None
    found = bytearray(tails)
    del found[_COMMITMENT + 1 :: TAIL]
    found[_COMMITMENT :: _COMMITMENT + 1] = b"A" * count
    return bytes(found)
