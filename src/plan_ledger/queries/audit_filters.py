"""What an audit lists, resolved to numbers of the index, and what of it has to be looked at row by row."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from attrs import field, frozen

from plan_ledger.queries.audit_kinds import UNDO
from plan_ledger.queries.results import Actors
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.fields import Unparsed, read_value
from plan_ledger.values.notation import Money
from plan_ledger.values.schema import FieldSpec

RECORDER, AUTHOR, APPROVER = 0, 1, 2
ROLES = ("actor", "on_behalf_of", "approver")
"""The roles of the index's authorship, and what a header calls them."""


@frozen
class Who:
    """Somebody, as revisions of actors, in one of these roles."""

    actors: frozenset[int]
    roles: tuple[int, ...]
    refs: frozenset[tuple[str, int]] = frozenset()

    def is_in(self, header: Mapping[str, Any]) -> bool:
        """Whether a batch with this header is theirs."""
        return any((ref := _ref(header, role)) is not None and ref in self.refs for role in self.roles)


def _ref(header: Mapping[str, Any], role: int) -> tuple[str, int] | None:
    found = header.get(ROLES[role])
    return None if found is None else (found["id"], found.get("revision", 1))


@frozen
class Selection:
    """What an audit of one plan lists: None means any. Recorded positions are exclusive below, inclusive above.

    ``numbers`` are the fields' permanent numbers, with ``level`` where existence and place count only of items of
    that level; ``titles`` those of titles, ``money`` tells how each amount is read. ``effective`` are coordinates,
    exclusive and inclusive. Texts to be found are folded. ``moved_by`` is in yen. ``acts``: None lists administrators'
    acts only, True all, False none. ``headers``: numbers of the headers that :meth:`header_fits`, where they are few.
    """

    after: int = 0
    upto: int = 0
    who: tuple[Who, ...] = ()
    items: frozenset[int] | None = None
    numbers: frozenset[int] | None = None
    level: str | None = None
    kinds: frozenset[str] | None = None
    effective: tuple[int, int] | None = None
    reason: str | None = None
    source: str | None = None
    value: str | None = None
    approval: str | None = None
    moved_by: int | None = None
    money: Mapping[int, FieldSpec] = field(factory=dict[int, FieldSpec])
    titles: frozenset[int] = frozenset()
    fiscal_year: int = 0
    acts: bool | None = None
    descending: bool = False
    headers: frozenset[int] | None = None

    @property
    def about_items(self) -> bool:
        """Whether a filter is set that only changes of items can fit."""
        narrow = (self.items, self.numbers, self.level, self.effective, self.value, self.moved_by)
        return any(each is not None for each in narrow)

    @property
    def residual(self) -> bool:
        """Whether rows that the index finds have to be looked at one by one."""
        looked = (self.kinds, self.reason, self.source, self.value, self.approval, self.moved_by)
        return any(each is not None for each in looked)

    def header_fits(self, header: Mapping[str, Any]) -> bool:
        """Whether what the whole batch says fits: approval and reason; not whose it is."""
        if self.approval is not None and header.get("approval") != self.approval:
            return False
        return self.reason is None or self.reason in folded(header.get("reason"))

    def kind_fits(self, kind: str, header: Mapping[str, Any]) -> bool:
        return self.kinds is None or kind in self.kinds or (UNDO in self.kinds and header.get("undoes") is not None)

    def source_fits(self, header: Mapping[str, Any], source: Mapping[str, Any]) -> bool:
        """Whether the document, sheet, cell or note has the text."""
        if self.source is None:
            return True
        parts = (header.get("document"), source.get("sheet"), source.get("cell"), source.get("note"))
        return any(self.source in folded(part) for part in parts)

    def value_fits(self, old: str, new: str) -> bool:
        return self.value is None or self.value in folded(new) or self.value in folded(old)

    def amount_fits(self, number: int, old: str, new: str) -> bool:
        """Whether the amount moved by more than was asked for; what can't be read has not moved."""
        if self.moved_by is None:
            return True
        moved = moved_yen(self.money.get(number), old, new, self.fiscal_year)
        return moved is not None and abs(moved) > self.moved_by


def folded(text: str | None) -> str:
    """For finding words: width, case and line breaks make no difference."""
    return "" if text is None else " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def moved_yen(spec: FieldSpec | None, old: str, new: str, fiscal_year: int) -> int | None:
    """The new amount less the old one; None where there is neither, or one of them can't be read as a sum.

    An empty cell counts as nothing (0) against one that holds an amount.
    """
    if spec is None:
        return None
    before, after = _yen(spec, old, fiscal_year), _yen(spec, new, fiscal_year)
    if before is None or after is None:
        return None
    return after - before


@lru_cache(maxsize=4096)
def _yen(spec: FieldSpec, text: str, fiscal_year: int) -> int | None:
    if not text.strip():
        return 0
    value = read_value(spec, text, fiscal_year=fiscal_year)
    if isinstance(value, Unparsed) or not isinstance(value, Money):
        return None
    if value.counted is not None:
        return value.counted
    return 0 if value.yen is None and value.mark in ("none", "blank") else None


@lru_cache(maxsize=4096)
def read_header(data: bytes) -> Mapping[str, Any]:
    """A batch's header. Many rows share one."""
    header: dict[str, Any] = json.loads(data)
    return header


def source_of(payload: bytes) -> Mapping[str, Any]:
    """Sheet, cell and note that an event itself names."""
    return json.loads(payload).get("source") or {} if b'"source"' in payload else {}


def sections(actors: Actors, wanted: str) -> frozenset[tuple[str, int]]:
    """The revisions of actors who were of this section then: the same name, or its leading words."""
    return frozenset(
        ref
        for ref, actor in actors.items()
        if actor.section is not None and starts_with(folded(actor.section), folded(wanted))
    )


def starts_with(name: str, wanted: str) -> bool:
    return name == wanted or name.startswith(wanted + " ")


def seen_at(effective: int, position: int, pair: Pair) -> bool:
    """Whether a fact is visible from a pair."""
    return effective <= pair.at and position <= pair.known
