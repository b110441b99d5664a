"""A plan's whole table at a pair: one row an item, the texts of its fields joined by the database.

What a table costs is looking up one text a field; handing over each of them as a row would cost as much again.
"""

from __future__ import annotations

from sys import getsizeof
from typing import NamedTuple

from plan_ledger.index import asof
from plan_ledger.index.registers import BITS, MASK
from plan_ledger.store.errors import LedgerDamaged
from plan_ledger.store.transaction import Rows
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import FIRST_FIELD

SEPARATOR = "\x1f"
"""A control character, which no text may hold."""

_TEXT = getsizeof("事") + 100
"""What a text takes in memory beside its characters: itself, and its places in a list and in a table by register."""


class ItemTexts(NamedTuple):
    """What the fields of one item hold: their numbers and the positions as written by the database, and the texts.

    Numbers and positions are separated by commas, in the same order as the texts. ``redacted`` are the numbers of the
    fields whose text was destroyed.
    """

    numbers: str
    positions: str
    texts: list[str]
    redacted: frozenset[int] = frozenset()


NOTHING = ItemTexts("", "", [])

# Each mention of the position would look the winner up again, so only the join names it. The database may visit an
# item's fields in any order, but all three of an item in the same.
_JOINED = (
    f"SELECT i.no, group_concat(CAST(r.no & {MASK} AS text), ','), group_concat(CAST(x.position AS text), ','),"
    " group_concat(x.body, ?) FROM items i CROSS JOIN registers r"
    f" JOIN texts x ON x.position = {asof.winner('r')}"
    f" WHERE i.plan = ? AND r.no BETWEEN i.no * {MASK + 1} + {FIRST_FIELD} AND i.no * {MASK + 1} + {MASK}"
    " GROUP BY i.parent, i.no"
)


def item_texts(rows: Rows, plan: int, pair: Pair) -> tuple[dict[int, ItemTexts], int]:
    """Item → what its fields hold at the pair, without items that have no text; and how many bytes all texts take.

    Raises:
        LedgerDamaged: A text holds a character that none may hold.
    """
    found: dict[int, ItemTexts] = {}
    size = 0
    for no, numbers, positions, joined in rows.all(_JOINED, (SEPARATOR, *asof.winner_params(pair), plan)):
        texts = joined.split(SEPARATOR)
        if len(texts) != numbers.count(",") + 1:
            raise LedgerDamaged(f"U+001F: {positions}")
        found[no] = ItemTexts(numbers, positions, texts)
        size += getsizeof(joined) + _TEXT * len(texts)
    for register, position, text, _ in asof.redacted_texts(rows, plan, pair):
        _add_redacted(found, register, position, text)
    return found, size


def _add_redacted(found: dict[int, ItemTexts], register: int, position: int, text: str) -> None:
    item, number = register >> BITS, register & MASK
    known = found.get(item)
    numbers, positions, texts, redacted = known or NOTHING
    found[item] = ItemTexts(
        f"{numbers},{number}" if known else str(number),
        f"{positions},{position}" if known else str(position),
        [*texts, text],
        redacted | {number},
    )
