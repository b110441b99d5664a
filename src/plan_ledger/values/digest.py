"""The digest (照合値) of a table: SHA-256 over what the table says, whoever says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from itertools import repeat

from plan_ledger.values.schema import Schema

DIGEST_VERSION = "plan_ledger-snapshot/1"
_PARTS = 64  # hashed at a time, while they are still in the processor's cache


def digest_of_table(
    title: str, fiscal_year: int, schema: Schema, items: Iterable[tuple[str, Mapping[str, str]]]
) -> str:
    """SHA-256 over what the table says and nothing else: no ids, positions, times, labels or names of meetings.

    The separators are control characters that no text may hold.

    Args:
        items: (level, texts by field key) of the items that show, in table order.
    """
    parts = [DIGEST_VERSION, "\x1e", title, "\x1f", str(fiscal_year)]
    leads: dict[str, tuple[str, list[str]]] = {}
    for depth, level in enumerate(schema.levels):
        fields = [spec.key for spec in level.live_fields]
        parts += ["\x1e", level.key, "\x1f", "\x1f".join(fields)]
        leads[level.key] = (f"\x1e{level.key}\x1f{depth}\x1f", fields)
    hashed, blanks = sha256(), repeat("")
    for level_key, own in items:
        lead, fields = leads[level_key]
        parts.append(lead)
        parts.append("\x1f".join(map(own.get, fields, blanks)))
        if len(parts) > _PARTS:
            hashed.update("".join(parts).encode())
            parts.clear()
    hashed.update("".join(parts).encode())
    return hashed.hexdigest()
