"""Which item of the ledger a row of the sheet means: surely, moved, or only possibly (a new name).

In this order, level by level from the top, each sheet item and each base item used once:

1. the id that the document carries;
2. the same parent and the same title (line breaks as spaces; of several, in order);
3. the same parent and the same title without numbering, width and 【新規】/【拡充】, where only one such is left;
4. the same title elsewhere on the level, where only one such is left: moved;
5. a similar title or similar other cells under the same parent, or the same other cells elsewhere: possibly renamed.

The last is a proposal to a person and never more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar
from uuid import UUID

from attrs import define, field, frozen

from plan_ledger.sheets.extras import need
from plan_ledger.values.notation import label, strip_numbering
from plan_ledger.values.schema import LevelSpec
from plan_ledger.values.texts import flat

How = Literal["id", "same", "folded", "moved", "similar"]

_CATEGORY = re.compile(r"[【\[(（](?:新規|拡充|継続|一部新規|廃止)[】\])）]")
_COMMON_END = re.compile(r"(?:推進|支援|促進|整備|対策)?(?:事業|プロジェクト|計画|の?取組)$")
_SIMILAR_TITLE = 60.0
_SURE_TITLE = 80.0
_SIMILAR_CELLS = 50.0
_SAME_CELLS = 90.0
_FEW = 20
_COMPARED = 400  # characters of a cell: enough to tell projects apart


@frozen
class Candidate:
    """An item of the ledger's table that a row may mean. ``texts`` are its cells without the title."""

    id: UUID
    level: str
    parent: UUID | None
    title: str
    texts: Mapping[str, str] = field(factory=dict[str, str], eq=False)
    order: int = field(default=0, eq=False)


class SheetSide(Protocol):
    """What matching needs of a sheet's item."""

    @property
    def index(self) -> int: ...
    @property
    def level(self) -> str: ...
    @property
    def parent(self) -> int | None: ...
    @property
    def title(self) -> str: ...
    @property
    def id(self) -> UUID | None: ...
    @property
    def cells(self) -> Mapping[str, Any]: ...


@frozen
class Match:
    """A sheet item means this item of the ledger."""

    id: UUID
    how: How


def title_key(title: str) -> str:
    """A title for matching: without numbering, bullets, budget categories, white space and width."""
    bare = _CATEGORY.sub("", title)
    return label(strip_numbering(flat(bare)).rest).casefold() or label(bare).casefold()


class _New:
    """The parent of what stands under an item that the ledger does not have."""


_NEW = _New()


@define
class _Level:
    """One level's items that are still free on each side."""

    sheet: list[SheetSide]
    base: list[Candidate]


S = TypeVar("S")
K = TypeVar("K", bound=Hashable)


class Matcher:
    """Matches the items of one document. Ask :attr:`found` afterwards."""

    def __init__(self, levels: Sequence[LevelSpec], items: Sequence[SheetSide], base: Iterable[Candidate]) -> None:
        self.found: dict[int, Match] = {}
        self._titles = {level.key: level.title for level in levels}
        self._children: dict[int | None, list[SheetSide]] = {}
        self._base_children: dict[UUID | None, list[Candidate]] = {}
        candidates = list(base)
        for item in items:
            self._children.setdefault(item.parent, []).append(item)
        for each in candidates:
            self._base_children.setdefault(each.parent, []).append(each)
        self._used: set[UUID] = set()
        self._by_id({each.id: each for each in candidates}, items)
        for level in levels:
            self._level = _Level(
                [each for each in items if each.level == level.key],
                [each for each in candidates if each.level == level.key],
            )
            self._under_one_parent(flat, "same", single=False)
            self._under_one_parent(title_key, "folded", single=True)
            self._elsewhere(flat)
            self._elsewhere(title_key)
            self._similar()

    # --- sure ---------------------------------------------------------------------------------------------------

    def _by_id(self, base: Mapping[UUID, Candidate], items: Sequence[SheetSide]) -> None:
        for item in items:
            if item.id is not None and item.id not in self._used:
                candidate = base.get(item.id)
                if candidate is not None and candidate.level == item.level:
                    self._take(item, candidate, "id")

    def _under_one_parent(self, name: Callable[[str], str], how: How, *, single: bool) -> None:
        sheet, base = self._free()
        there = _grouped(base, lambda each: (each.parent, name(each.title)))
        for (parent, title), items in _grouped(sheet, lambda item: (self._parent(item), name(item.title))).items():
            found = [] if isinstance(parent, _New) else there.get((parent, title), [])
            if not single or (len(items) == 1 and len(found) == 1):
                for item, candidate in zip(items, found, strict=False):
                    self._take(item, candidate, how)

    def _elsewhere(self, name: Callable[[str], str]) -> None:
        sheet, base = self._free()
        there = _grouped(base, lambda each: name(each.title))
        for title, items in _grouped(sheet, lambda item: name(item.title)).items():
            found = there.get(title, [])
            if len(items) == 1 and len(found) == 1:
                self._take(items[0], found[0], "moved")

    # --- possibly renamed ---------------------------------------------------------------------------------------

    def _similar(self) -> None:
        sheet, base = self._free()
        if not sheet or not base:
            return
        scores = sorted(self._scores(sheet, base), key=lambda each: (-each[0], each[1].index, each[2].order))
        taken: set[int] = set()
        for _, item, candidate in scores:
            if item.index not in taken and candidate.id not in self._used:
                taken.add(item.index)
                self._take(item, candidate, "similar")

    def _scores(
        self, sheet: Sequence[SheetSide], base: Sequence[Candidate]
    ) -> Iterator[tuple[float, SheetSide, Candidate]]:
        ratio: Callable[..., float] = need("rapidfuzz.fuzz").ratio
        by_parent = _grouped(base, lambda each: each.parent)
        cores = {each.id: _core(each.title) for each in base}
        by_cells = _grouped((each for each in base if _filled(each.texts) >= 2), lambda each: _contents(each.texts))
        for item in sheet:
            parent = self._parent(item)
            near = [] if isinstance(parent, _New) else _shortlist(item, by_parent.get(parent, []), cores)
            for candidate in near:
                score = self._score(item, candidate, ratio)
                if score:
                    yield score, item, candidate
            texts = self._others(item)
            if _filled(texts) >= 2:
                same = by_cells.get(_contents(texts), [])
                if len(same) == 1 and same[0] not in near:
                    yield _SAME_CELLS, item, same[0]

    def _score(self, item: SheetSide, candidate: Candidate, ratio: Callable[..., float]) -> float:
        """0 for "another item", else how much speaks for the same one, up to 200."""
        title = ratio(_core(item.title), _core(candidate.title))
        cells = self._likeness(item, candidate, ratio)
        if cells is None:
            return title if title >= _SIMILAR_TITLE else 0.0
        if cells >= _SAME_CELLS or (title >= _SIMILAR_TITLE and cells >= _SIMILAR_CELLS):
            return title + cells
        return title + cells if title >= _SURE_TITLE and cells >= _SIMILAR_CELLS / 2 else 0.0

    def _likeness(self, item: SheetSide, candidate: Candidate, ratio: Callable[..., float]) -> float | None:
        """How alike the other cells are, or what stands below, from 0 to 100; None: there is nothing to compare."""
        pairs = [
            (flat(text)[:_COMPARED], flat(candidate.texts.get(key, ""))[:_COMPARED])
            for key, text in self._others(item).items()
        ]
        pairs = [(new, old) for new, old in pairs if new.strip() or old.strip()]
        if pairs:
            weights = [max(len(new), len(old)) for new, old in pairs]
            return sum(ratio(new, old) * weight for (new, old), weight in zip(pairs, weights, strict=True)) / sum(
                weights
            )
        below = {title_key(each.title) for each in self._children.get(item.index, [])}
        were = {title_key(each.title) for each in self._base_children.get(candidate.id, [])}
        if not below or not were:
            return None
        shared = 100.0 * len(below & were) / min(len(below), len(were))
        return shared or None

    # --- bookkeeping --------------------------------------------------------------------------------------------

    def _others(self, item: SheetSide) -> dict[str, str]:
        return {key: cell.text for key, cell in item.cells.items() if key != self._titles[item.level]}

    def _take(self, item: SheetSide, candidate: Candidate, how: How) -> None:
        self.found[item.index] = Match(candidate.id, how)
        self._used.add(candidate.id)

    def _free(self) -> tuple[list[SheetSide], list[Candidate]]:
        return (
            [item for item in self._level.sheet if item.index not in self.found],
            [each for each in self._level.base if each.id not in self._used],
        )

    def _parent(self, item: SheetSide) -> UUID | _New | None:
        if item.parent is None:
            return None
        match = self.found.get(item.parent)
        return match.id if match else _NEW


def _shortlist(item: SheetSide, near: list[Candidate], cores: Mapping[UUID, str]) -> list[Candidate]:
    """Of many siblings those with the most similar titles: comparing every cell of each would take minutes."""
    if len(near) <= _FEW:
        return near
    found = need("rapidfuzz.process").extract(
        _core(item.title),
        [cores[each.id] for each in near],
        scorer=need("rapidfuzz.fuzz").ratio,
        score_cutoff=_SIMILAR_TITLE,
        limit=_FEW,
    )
    return [near[index] for _, _, index in found]


def _core(title: str) -> str:
    key = title_key(title)
    return _COMMON_END.sub("", key) or key


def _filled(texts: Mapping[str, str]) -> int:
    """How many cells hold text."""
    return sum(1 for text in texts.values() if text.strip())


def _contents(texts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((key, flat(text)) for key, text in texts.items() if text.strip()))


def _grouped(items: Iterable[S], key: Callable[[S], K]) -> dict[K, list[S]]:
    groups: dict[K, list[S]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups
