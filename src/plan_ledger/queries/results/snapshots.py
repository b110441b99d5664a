"""A plan's tree at a moment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import field, frozen

from plan_ledger.queries.results.moments import MomentRef
from plan_ledger.queries.shown import Shown
from plan_ledger.values.digest import digest_of_table
from plan_ledger.values.fields import read_value
from plan_ledger.values.made import Weak
from plan_ledger.values.naming import own_field
from plan_ledger.values.schema import FieldSpec, LevelSpec, Schema

if TYPE_CHECKING:
    from plan_ledger.queries.elapsed import ElapsedEntry
    from plan_ledger.queries.results.changes import ChangeSet
    from plan_ledger.queries.totals import Totals


@frozen
class CellValue:
    """What a field holds at a moment: the text to the letter, and the position of the change behind it."""

    text: str
    position: int
    redacted: bool = False


EMPTY = CellValue("", 0)


class Cells(Mapping[str, CellValue]):
    """The fields of one item by key. What a field holds is made when it is asked for; its text is there at once."""

    __slots__ = ("_keys", "_positions", "_redacted", "_texts")

    def __init__(
        self,
        keys: tuple[str, ...],
        texts: Sequence[str],
        positions: str | Sequence[int],
        redacted: Collection[str] = (),
    ) -> None:
        """Texts and positions in the order of ``keys``; positions also as decimals with commas between them.

        ``redacted``: the keys of the fields whose text was redacted.
        """
        self._keys = keys
        self._texts = texts
        self._positions = positions
        self._redacted = redacted

    def __getitem__(self, key: str) -> CellValue:
        if key not in self._keys:
            raise KeyError(key)
        at = self._keys.index(key)
        positions = self._positions
        position = int(positions.split(",")[at]) if isinstance(positions, str) else positions[at]
        return CellValue(self._texts[at], position, key in self._redacted)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return repr(dict(self))

    def text(self, key: str) -> str:
        """The text of a field, empty where it holds none."""
        return self._texts[self._keys.index(key)] if key in self._keys else ""

    def texts(self) -> dict[str, str]:
        """The texts by field key."""
        return dict(zip(self._keys, self._texts, strict=True))


@frozen
class SnapshotItem(Weak):
    """One item of a snapshot. ``fields`` holds every live field of its level that has a text.

    ``item["予算額"]`` gives a field by key, label or alias; an empty one where it holds no text, and where only other
    levels have it.
    """

    id: UUID
    level: str
    depth: int
    title: str
    path: tuple[str, ...]
    parent: UUID | None
    fields: Mapping[str, CellValue]
    place: int = field(default=0, eq=False)
    schema: Schema | None = field(default=None, eq=False, repr=False)

    def __getitem__(self, name: str) -> CellValue:
        """What a field holds.

        Raises:
            UnknownField: No level has such a field; with the nearest names.
        """
        cell = self.fields.get(name)
        if cell is None and self.schema is not None:
            key = own_field(self.schema, self.level, name)
            cell = None if key is None else self.fields.get(key)
        return EMPTY if cell is None else cell

    def text(self, name: str) -> str:
        """The text of a field; raises as ``item[name]``."""
        fields = self.fields
        return fields.text(name) if isinstance(fields, Cells) and name in fields else self[name].text

    @property
    def texts(self) -> dict[str, str]:
        """The texts of the fields that have one, by key."""
        fields = self.fields
        return fields.texts() if isinstance(fields, Cells) else {key: cell.text for key, cell in fields.items()}


@frozen(eq=False)
class Snapshot(Shown):
    """A plan's tree at a moment: items in table order, parents before children.

    ``compare`` gives the changes from an earlier moment to this one, None for ``"previous"`` at the first meeting; a
    snapshot that came from a ledger has it, and ``to_html(red_since=…)`` and the like need it. ``ledger_id`` and
    ``plan_id`` are where it came from; what is written out for other people carries them.
    """

    plan: str
    fiscal_year: int
    moment: MomentRef
    schema: Schema
    items: tuple[SnapshotItem, ...]
    withdrawn: tuple[SnapshotItem, ...] = ()
    compare: Callable[[Any], ChangeSet | None] | None = field(default=None, repr=False)
    ledger_id: UUID | None = field(default=None, repr=False)
    plan_id: UUID | None = field(default=None, repr=False)

    @cached_property
    def digest(self) -> str:
        """The table's digest (照合値): see ``docs/reference/storage-format.md``."""
        return digest_of_table(
            self.plan, self.fiscal_year, self.schema, ((item.level, item.texts) for item in self.items)
        )

    def __iter__(self) -> Iterator[SnapshotItem]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def _rendered(self, format: str, options: dict[str, Any]) -> str | bytes:
        """``red_since`` names the moment to be red against; ``changes`` gives the change set itself."""
        if "red_since" in options:
            since = options.pop("red_since")
            if since is not None:
                if self.compare is None:
                    raise TypeError("red_since needs a snapshot that came from a ledger; pass changes= instead")
                options["changes"] = self.compare(since)
        return super()._rendered(format, options)

    def level(self, key: str) -> tuple[SnapshotItem, ...]:
        """The items of one level, in table order."""
        return tuple(item for item in self.items if item.level == key)

    def item(self, id: UUID) -> SnapshotItem | None:
        return next((item for item in self.items if item.id == id), None)

    def find(self, title: str) -> SnapshotItem:
        """The one item with this title.

        Raises:
            KeyError: There is none, or there are several.
        """
        found = [item for item in self.items if item.title == title]
        if len(found) != 1:
            raise KeyError(title)
        return found[0]

    def value(self, item: SnapshotItem, key: str) -> Any:
        """A field's parsed value (see ``plan_ledger.values``)."""
        spec = self.spec(item.level, key)
        if spec is None:
            raise KeyError(key)
        return read_value(spec, item.text(key), fiscal_year=self.fiscal_year)

    def spec(self, level: str, key: str) -> FieldSpec | None:
        found: LevelSpec | None = self.schema.level(level)
        return found.field(key) if found else None

    def total(self, key: str, *, under: UUID | None = None) -> int:
        """The sum in yen of a money field over all items, or over those under one; what is no amount counts 0.

        An amount marked 再掲 is counted where it is first listed, not again.
        """
        from plan_ledger.queries.totals import sum_of

        return sum_of(self, key, under=under)

    def totals(self, key: str) -> Totals:
        """The sums of a money field by item, by level and in all, and every cell that was not simply counted.

        Raises:
            NoAmounts: No level has a money field of that key.
        """
        from plan_ledger.queries.totals import totals_of

        return totals_of(self, key)

    def elapsed(self, on: date | None = None) -> tuple[ElapsedEntry, ...]:
        """Schedule entries that had ended before ``on``; without it, before the day the meeting was held (開催日),
        else its as-of date (基準日).

        Raises:
            ValueError: ``on`` is missing and the moment has no day of its own.
        """
        from plan_ledger.queries.elapsed import elapsed_at

        day = on or self.moment.held_on or self.moment.as_of_on
        if day is None:
            raise ValueError("this moment has no day of its own; pass on=")
        return elapsed_at(self, day)

    def to_dict(self) -> dict[str, Any]:
        return {
            "plan": self.plan,
            "fiscal_year": self.fiscal_year,
            "moment": self.moment.to_dict(),
            "digest": self.digest,
            "items": [self._item_dict(item) for item in self.items],
        }

    def _item_dict(self, item: SnapshotItem) -> dict[str, Any]:
        return {
            "id": item.id.hex,
            "level": item.level,
            "title": item.title,
            "path": list(item.path),
            "fields": {
                key: {"text": cell.text, "value": self._value_dict(item, key), "position": cell.position}
                for key, cell in item.fields.items()
            },
        }

    def _value_dict(self, item: SnapshotItem, key: str) -> Any:
        from plan_ledger.values import notation
        from plan_ledger.values.fields import Choice, Text, Unparsed

        value = self.value(item, key)
        match value:
            case None:
                return None
            case Text(text=text) | Choice(text=text):
                return text
            case Unparsed(reason=reason):
                return {"unparsed": True, "reason": reason}
            case _:
                return notation.to_json(value)
