"""Which row of a returned form is which item: the rows as they were written, against the rows as they came back.

The ids stand beside the table, not in it, so that nobody breaks them by typing; rows that were inserted, deleted or
sorted since move the table away from them. Hence both lists are aligned, from the surest evidence to the weakest: the
same row to the letter, the same path, the same cells under other titles, and at last the same place between two rows
that are sure, where most of its text is the same too. What stays unclear gets no id and is matched by its name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from uuid import UUID

from attrs import frozen

from plan_ledger.queries.results import Snapshot, SnapshotItem
from plan_ledger.sheets.extras import need
from plan_ledger.sheets.table import Table, TableItem
from plan_ledger.values.schema import Schema
from plan_ledger.values.texts import flat

_ALIKE = 50.0
"""Percent of a row's text that must have stayed for the row in its place to be the same item."""
_ALIKE_TITLE = 60.0
_COMPARED = 400  # characters of a cell: enough to tell projects apart

Ids = tuple[UUID | None, ...]


def give_ids(table: Table, rows: Sequence[Ids], written: Snapshot) -> None:
    """Set ``id`` on the items of a table that came back, where it is sure which they are.

    Args:
        table: As it was read.
        rows: The carried ids, for each row as it was written one on each level.
        written: The table as it was written.
    """
    _Giving(table, rows, written).run()


@frozen(eq=False)
class _Line:
    """A row: its lowest item's level, the titles down to it, its other cells, and what it is."""

    level: str
    path: tuple[str, ...]
    texts: Mapping[str, str]
    item: TableItem | None = None
    ids: Ids = ()

    @property
    def content(self) -> tuple[tuple[str, str], ...]:
        return tuple(sorted((key, text) for key, text in self.texts.items() if text.strip()))


class _Giving:
    def __init__(self, table: Table, rows: Sequence[Ids], written: Snapshot) -> None:
        self.table, self.rows, self.written = table, rows, written
        self._items: dict[UUID, SnapshotItem] = {item.id: item for item in written.items}
        self._titles: dict[tuple[str, str], set[UUID]] = {}
        for item in written.items:
            self._titles.setdefault((item.level, flat(item.title)), set()).add(item.id)
        self._often: Counter[tuple[tuple[str, str], ...]] = Counter()

    def run(self) -> None:
        came, went = list(_came(self.table, self.written.schema)), list(self._went())
        self._often.update(line.content for line in went)
        pairs = [
            (new, old)
            for new, old in self._aligned(came, went, (_whole, _path, self._cells))
            if not self._named_otherwise(new.level, new.path[-1], old.ids)
        ]
        for new, old in pairs:
            if new.item is not None and new.item.id is None:
                new.item.id = _last(old.ids)
        self._above(pairs)

    def _went(self) -> Iterator[_Line]:
        seen: set[UUID] = set()
        for ids in self.rows:
            item = self._items.get(_last(ids) or UUID(int=0))
            if item is not None and item.id not in seen:
                seen.add(item.id)
                title = self.written.schema.levels[item.depth].title
                texts = {key: flat(cell.text) for key, cell in item.fields.items() if key != title}
                yield _Line(item.level, tuple(map(flat, item.path)), texts, ids=ids)

    def _aligned(
        self, came: list[_Line], went: list[_Line], keys: Sequence[Callable[[_Line], Hashable | None]]
    ) -> list[tuple[_Line, _Line]]:
        if not came or not went:
            return []
        if not keys:
            return self._in_place(came, went)
        key, rest = keys[0], keys[1:]
        # A row without a key of this kind is like no other.
        new = [("came", at) if (known := key(line)) is None else known for at, line in enumerate(came)]
        old = [("went", at) if (known := key(line)) is None else known for at, line in enumerate(went)]
        pairs: list[tuple[_Line, _Line]] = []
        i = j = 0
        for a, b, size in SequenceMatcher(None, new, old, autojunk=False).get_matching_blocks():
            pairs += self._aligned(came[i:a], went[j:b], rest)
            pairs += zip(came[a : a + size], went[b : b + size], strict=True)
            i, j = a + size, b + size
        return pairs

    def _cells(self, line: _Line) -> Hashable | None:
        """What a row says besides its titles, where that is enough to know it by."""
        return (line.level, line.content) if len(line.content) > 1 and self._often[line.content] <= 1 else None

    def _in_place(self, came: list[_Line], went: list[_Line]) -> list[tuple[_Line, _Line]]:
        """Rows between two sure ones, where there are as many as before: the same place and much of the same text."""
        if len(came) != len(went):
            return []
        return [(new, old) for new, old in zip(came, went, strict=True) if new.level == old.level and _alike(new, old)]

    def _named_otherwise(self, level: str, title: str, ids: Ids) -> bool:
        """Whether the title is another item's, but not this one's: then the row was moved here, not renamed."""
        named = self._titles.get((level, title), set())
        return bool(named) and named.isdisjoint(ids)

    def _above(self, pairs: Sequence[tuple[_Line, _Line]]) -> None:
        """The ids of upper items: all rows under one, which are sure, were under the same one."""
        votes: dict[int, list[UUID | None]] = {}
        for new, old in pairs:
            at = new.item
            while at is not None and at.parent is not None:
                at = self.table.items[at.parent]
                votes.setdefault(at.index, []).append(old.ids[at.depth] if at.depth < len(old.ids) else None)
        claims: dict[UUID, list[TableItem]] = {}
        for index, voted in votes.items():
            item, uuid = self.table.items[index], voted[0]
            if uuid is not None and item.id is None and set(voted) == {uuid} and self._same(item, uuid, len(voted)):
                claims.setdefault(uuid, []).append(item)
        for uuid, items in claims.items():
            if len(items) == 1:
                items[0].id = uuid

    def _same(self, item: TableItem, uuid: UUID, votes: int) -> bool:
        known = self._items.get(uuid)
        if known is None or known.level != item.level or self._named_otherwise(item.level, flat(item.title), (uuid,)):
            return False
        return votes > 1 or _ratio(flat(item.title), flat(known.title)) >= _ALIKE_TITLE


def _came(table: Table, schema: Schema) -> Iterator[_Line]:
    above = {item.parent for item in table.items}
    for item in table.items:
        if item.index not in above:
            title = schema.levels[item.depth].title
            texts = {key: flat(cell.text) for key, cell in item.cells.items() if key != title}
            yield _Line(item.level, tuple(map(flat, item.path)), texts, item=item)


def _last(ids: Ids) -> UUID | None:
    return next((each for each in reversed(ids) if each is not None), None)


def _alike(new: _Line, old: _Line) -> bool:
    """Whether most of a row's text stayed, weighed by length; a row of nothing but a title is never alike."""
    keys = {key for key, _ in old.content} & {key for key, _ in new.content}
    if not keys:
        return False
    pairs = [(new.path[-1], old.path[-1]), *((new.texts[key], old.texts[key]) for key in sorted(keys))]
    weights = [max(len(one), len(other)) for one, other in pairs]
    alike = sum(_ratio(*pair) * weight for pair, weight in zip(pairs, weights, strict=True))
    return alike >= _ALIKE * sum(weights)


def _ratio(one: str, other: str) -> float:
    ratio: Callable[[str, str], float] = need("rapidfuzz.fuzz").ratio
    return ratio(one[:_COMPARED], other[:_COMPARED])


def _whole(line: _Line) -> Hashable:
    return line.level, line.path, line.content


def _path(line: _Line) -> Hashable:
    return line.level, line.path
