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
    """The digest of a table whose items' texts are at hand by field key.

    Args:
        items: (level, texts by field key) of the items that show, in table order.
    """
    keys, blanks = live_keys(schema), repeat("")
    rows = ((level, map(own.get, keys[level], blanks)) for level, own in items)
    return digest_of_rows(title, fiscal_year, schema, rows)


def live_keys(schema: Schema) -> dict[str, list[str]]:
    """The keys of each level's live fields: the order in which a row's texts go into the digest."""
    return {level.key: [spec.key for spec in level.live_fields] for level in schema.levels}


def digest_of_rows(title: str, fiscal_year: int, schema: Schema, rows: Iterable[tuple[str, Iterable[str]]]) -> str:
    """SHA-256 over what the table says and nothing else: no ids, positions, times, labels or names of meetings.

    The separators are control characters that no text may hold.

    Args:
        rows: (level, texts in the order of :func:`live_keys`) of the items that show, in table order.
    """
    parts = [DIGEST_VERSION, "\x1e", title, "\x1f", str(fiscal_year)]
    leads: dict[str, str] = {}
    for depth, (level_key, fields) in enumerate(live_keys(schema).items()):
        parts += ["\x1e", level_key, "\x1f", "\x1f".join(fields)]
        leads[level_key] = f"\x1e{level_key}\x1f{depth}\x1f"
    hashed = sha256()
    for level_key, texts in rows:
        parts.append(leads[level_key])
        parts.append("\x1f".join(texts))
        if len(parts) > _PARTS:
            hashed.update("".join(parts).encode())
            parts.clear()
    hashed.update("".join(parts).encode())
    return hashed.hexdigest()
