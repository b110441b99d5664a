"""Tables, and what differs between two, that an open ledger remembers.

What a pair shows is the same for ever, but for texts that are redacted and people who are erased. A table is kept under
its pair and the hash of the event at which the pair's knowledge ends, which stands for everything recorded up to there.
Within the reader's own view, that hash and the number of what was destroyed say whether it still holds.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from threading import Lock

from attrs import define, frozen

from plan_ledger.index.asof import ItemRow
from plan_ledger.index.registers import BITS
from plan_ledger.index.tables import ItemTexts
from plan_ledger.queries.results import ChangeEntry, SnapshotItem
from plan_ledger.store.transaction import Rows
from plan_ledger.values.coordinates import Pair

BYTES = 24_000_000
"""How much is kept in all, by estimate."""
PER_ITEM = 1_000
"""What an item takes beside its texts: a row, a list, a result."""
PER_ENTRY = 1_800
"""What a difference takes beside its texts: a result, the events behind it, its marked words."""
PER_CHARACTER = 4
"""What a character of a difference takes: two bytes in the text, and two in the words that are marked."""


@frozen(eq=False)
class Outline:
    """What stands where at a pair, and what it is called: every item that was there, those that show in table order,
    and the titles of these and of what is withdrawn."""

    structure: Mapping[int, ItemRow]
    ordered: Sequence[ItemRow]
    titles: Mapping[int, str]

    @property
    def size(self) -> int:
        """What it takes in memory beside its texts, in bytes, by estimate."""
        return PER_ITEM * len(self.structure)


@frozen(eq=False)
class Table(Outline):
    """The whole table: the items of ``ordered`` as results, those that are withdrawn, and the texts of all."""

    items: tuple[SnapshotItem, ...]
    withdrawn: tuple[SnapshotItem, ...]
    texts: Mapping[int, ItemTexts]

    @cached_property
    def by_register(self) -> dict[int, str]:
        """Every text by the register that holds it."""
        found: dict[int, str] = {}
        numbers_of: dict[str, list[int]] = {}
        for item, (said, _, texts, _) in self.texts.items():
            numbers = numbers_of.get(said)
            if numbers is None:
                numbers = numbers_of[said] = [int(number) for number in said.split(",")]
            first = item << BITS
            found.update(zip([first + number for number in numbers], texts, strict=True))
        return found


@frozen(eq=False)
class Difference:
    """All that differs between two tables, or two parts of them, in table order; and how the schema does."""

    entries: tuple[ChangeEntry, ...]
    schema_changes: tuple[str, ...]

    @property
    def size(self) -> int:
        """What it takes in memory, in bytes, by estimate."""
        characters = sum(len(entry.old) + len(entry.new) for entry in self.entries)
        return PER_ENTRY * len(self.entries) + PER_CHARACTER * characters


@define(eq=False)
class _Sized:
    kept: Outline | Difference
    size: int


class Tables:
    """What one open ledger remembers, as far as it was used last. Safe to use from many threads: what is kept is never
    changed."""

    def __init__(self, limit: int = BYTES) -> None:
        self._limit = limit
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, _Sized] = OrderedDict()
        self._destroyed = 0
        self.size = 0

    def at(self, rows: Rows, plan: int, pair: Pair) -> Place:
        """Where the table of a plan at a pair is kept, as seen by a reader."""
        row = rows.one(
            "SELECT (SELECT count(*) FROM redactions) + (SELECT count(*) FROM erasures),"
            " (SELECT hash FROM events WHERE position = ?)",
            (pair.known,),
        )
        assert row is not None
        destroyed, hash_ = row
        return Place(self, destroyed, None if hash_ is None else (plan, pair.at, pair.known, bytes(hash_)))

    def find(self, key: Hashable, destroyed: int) -> Outline | Difference | None:
        """What is kept there, unless a text was redacted or a person erased since; then everything goes."""
        with self._lock:
            if destroyed != self._destroyed:
                if destroyed > self._destroyed:
                    self._kept.clear()
                    self.size, self._destroyed = 0, destroyed
                return None
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found.kept

    def keep(self, key: Hashable, destroyed: int, kept: Outline | Difference, size: int) -> None:
        """Remember what was read in a view with so much destroyed; what was not used for longest goes."""
        with self._lock:
            if destroyed != self._destroyed or size > self._limit:
                return
            former = self._kept.pop(key, None)
            self.size += size - (former.size if former else 0)
            self._kept[key] = _Sized(kept, size)
            while self.size > self._limit:
                _, oldest = self._kept.popitem(last=False)
                self.size -= oldest.size


@frozen(eq=False)
class Place:
    """Where one table is kept, or what differs between two, within one reader's view; nowhere, where nothing was
    recorded there yet."""

    _tables: Tables
    _destroyed: int
    _key: Hashable | None

    def until(self, other: Place, *said: Hashable) -> Place:
        """Where what differs from the table here to another is kept; ``said``: what else it depends on."""
        nowhere = self._key is None or other._key is None
        return Place(self._tables, self._destroyed, None if nowhere else (self._key, other._key, *said))

    def outline(self) -> Outline | None:
        found = self._found()
        return found if isinstance(found, Outline) else None

    def table(self) -> Table | None:
        found = self._found()
        return found if isinstance(found, Table) else None

    def difference(self) -> Difference | None:
        found = self._found()
        return found if isinstance(found, Difference) else None

    def _found(self) -> Outline | Difference | None:
        return None if self._key is None else self._tables.find(self._key, self._destroyed)

    def keep(self, kept: Outline | Difference, texts: int = 0) -> None:
        """Remember it; ``texts``: how many bytes a table's texts take in memory."""
        if self._key is not None:
            self._tables.keep(self._key, self._destroyed, kept, kept.size + texts)


def place(tables: Tables | None, rows: Rows, plan: int, pair: Pair) -> Place:
    """As :meth:`Tables.at`; without tables, nowhere."""
    return Place(Tables(0), 0, None) if tables is None else tables.at(rows, plan, pair)
