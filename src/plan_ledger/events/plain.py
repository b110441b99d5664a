"""Plain changes of a field read without making an event: nearly all of a log is these, and checks read all of it.

What is accepted here is accepted by :class:`~plan_ledger.events.model.FieldChanged` and means the same; whatever is
written in any other way is left to the registry.
"""

from __future__ import annotations

import re

FIELD_CHANGED = "item.field-changed/1"
"""The stored type whose payloads are read here."""

_WORDS = r'"[^"\\\x00-\x1f]*"'
_SHEET, _CELL, _NOTE = (f'"{name}":{_WORDS}' for name in ("sheet", "cell", "note"))
_SOURCE = rf'"source":\{{(?:{_SHEET}(?:,{_CELL})?(?:,{_NOTE})?|{_CELL}(?:,{_NOTE})?|{_NOTE})\}},'
_PLAIN = re.compile(rf'\{{(?:{_SOURCE})?"field":"([a-z][a-z0-9_]{{0,63}})"(?:,"text":"([0-9A-Za-z_-]{{43}})")?\}}')
match_plain = _PLAIN.fullmatch
"""For loops over everything: a payload's text to a match of (field, commitment), as :func:`read_plain` reads it."""


def read_plain(payload: bytes) -> tuple[str, str | None] | None:
    """(field, commitment to the text or None where it was emptied) of a payload; None: it is not written plainly.

    Raises:
        UnicodeDecodeError: It is no UTF-8.
        AttributeError: It is no bytes.
    """
    found = match_plain(payload.decode())
    if found is None:
        return None
    field, commitment = found.groups()
    return field, commitment
