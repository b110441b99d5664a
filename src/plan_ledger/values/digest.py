"""The digest (照合値) of a table: SHA-256 over what the table says, whoever says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import repeat

from plan_ledger.values.schema import Schema

DIGEST_VERSION = "plan_ledger-snapshot/1"
_PIECE = 256  # texts hashed at a time: a whole table at once would be fetched from the system, page by page


def _beginning(title: str, fiscal_year: int, schema: Schema) -> tuple[str, dict[str, tuple[str, list[str]]]]:
    """What stands before the items; and for each level what stands before an item's texts, and its fields in order.

    The separators are control characters that no text may hold.
    """
    parts = [DIGEST_VERSION, "\x1e", title, "\x1f", str(fiscal_year)]
    leads: dict[str, tuple[str, list[str]]] = {}
    for depth, level in enumerate(schema.levels):
        fields = [spec.key for spec in level.live_fields]
        parts += ["\x1e", level.key, "\x1f", "\x1f".join(fields)]
        leads[level.key] = (f"\x1e{level.key}\x1f{depth}\x1f", fields)
    return "".join(parts), leads


def digest_of_table(
    title: str, fiscal_year: int, schema: Schema, items: Iterable[tuple[str, Mapping[str, str]]]
) -> str:
    """SHA-256 over what the table says and nothing else: no ids, positions, times, labels or names of meetings.

    Args:
        items: (level, texts by field key) of the items that show, in table order.
    """
    beginning, leads = _beginning(title, fiscal_year, schema)
    parts = [beginning]
    hashed, blanks = sha256(), repeat("")
    for level_key, own in items:
        lead, fields = leads[level_key]
        parts.append(lead)
        parts.append("\x1f".join(map(own.get, fields, blanks)))
        if len(parts) >= _PIECE:
            hashed.update("".join(parts).encode())
            parts.clear()
    hashed.update("".join(parts).encode())
    return hashed.hexdigest()


class Parts:
    """A table's digest kept ready: all that it covers, in pieces, in which a text is put where it belongs.

    Args:
        levels: Of the items that show, in table order.

    Attributes:
        pieces: What the digest covers, in order; every text is one of them, blank until it is put there.
        starts: For each item, where its first text is among them.
        offsets: By level and field, how far from there the field's text is.

    Raises:
        KeyError: The schema has no such level.
    """

    def __init__(self, title: str, fiscal_year: int, schema: Schema, levels: Iterable[str]) -> None:
        beginning, leads = _beginning(title, fiscal_year, schema)
        self.pieces = [beginning]
        self.starts: list[int] = []
        self.offsets: dict[str, dict[str, int]] = {
            level: {key: 2 * place for place, key in enumerate(fields)} for level, (_, fields) in leads.items()
        }
        blank = {level: [lead, *["", "\x1f"] * len(fields)] for level, (lead, fields) in leads.items()}
        for level in levels:
            self.starts.append(len(self.pieces) + 1)
            self.pieces += blank[level][:-1] if leads[level][1] else blank[level]

    def hexdigest(self) -> str:
        """As :func:`digest_of_table`."""
        hashed, pieces = sha256(), self.pieces
        for start in range(0, len(pieces), 2 * _PIECE):
            hashed.update("".join(pieces[start : start + 2 * _PIECE]).encode())
        return hashed.hexdigest()


class Frame:
    """What a table's digest covers besides its texts, for tables of the same items that are taken again and again.

    Args:
        levels: Of the items that show, in table order.

    Raises:
        KeyError: The schema has no such level.
    """

    def __init__(self, title: str, fiscal_year: int, schema: Schema, levels: Iterable[str]) -> None:
        before, leads = _beginning(title, fiscal_year, schema)
        encoded = {level: (lead, len(fields)) for level, (lead, fields) in leads.items()}
        self._between: list[bytes] = []
        for level in levels:
            lead, count = encoded[level]
            before += lead
            if count:
                self._between += [before.encode(), *repeat(b"\x1f", count - 1)]
                before = ""
        self._end = before.encode()

    def digest(self, texts: Sequence[bytes]) -> str:
        """As :func:`digest_of_table`. The texts in UTF-8, blank ones too: item by item, in the order of its fields."""
        hashed, count = sha256(), len(self._between)
        for start in range(0, count, _PIECE):
            stop = min(start + _PIECE, count)
            parts = [b""] * (2 * (stop - start))
            parts[::2] = self._between[start:stop]
            parts[1::2] = texts[start:stop]
            hashed.update(b"".join(parts))
        hashed.update(self._end)
        return hashed.hexdigest()
