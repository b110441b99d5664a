"""The handout's table, laid out once for every format: merged cells, red marks, signs, notes and footer.

The layout is that of the tables which offices hand out: a title line, a note, one header row, then a row for each item
of the last level. The cells of the levels above span the rows of their descendants; an item without children still
gets a row. Nothing here knows a format, and no renderer decides what is marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal
from uuid import UUID

from attrs import frozen

from plan_ledger.queries.results import ChangeEntry, ChangeKind, ChangeSet, MomentRef, Snapshot, SnapshotItem
from plan_ledger.rendering.errors import BadColour, ChangesDoNotFit, UnknownStyle
from plan_ledger.rendering.texts import DIGEST_LABEL, era_date, flattened, short
from plan_ledger.rendering.widths import column_widths
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.marks import Segment
from plan_ledger.values.schema import FieldKind, FieldSpec, LevelSpec

Style = Literal["red", "redline", "comparison", "clean"]
STYLES: Final[tuple[Style, ...]] = ("red", "redline", "comparison", "clean")
TABLE_STYLES: Final[tuple[Style, ...]] = ("red", "redline", "clean")

RED_NOTE: Final = "※変更部分は赤字着色"
REDLINE_NOTE: Final = "※追加部分は赤字・下線、削除部分は取消線"
CHANGE_HEADER: Final = "変更"
"""The column of signs: what a black-and-white copy still shows. A reader of our own sheets passes it over."""
DELETED_HEADING: Final = "※削除した記載"
WITHDRAWN_HEADING: Final = "【掲載を終了した事業】"

Segments = tuple[Segment, ...]


@frozen
class Look:
    """How a table is to look.

    ``red`` is six hexadecimal digits, else :class:`BadColour` is raised. ``stamp`` are the lines of the box at the top
    right (document number, date, section, 案). ``layout_only`` marks changes of white space and width too. ``note``
    replaces the note on red text.
    ``new_first`` puts the new text left of the old one in a 新旧対照表.
    """

    style: Style = "red"
    red: str = "FF0000"
    stamp: tuple[str, ...] = ()
    layout_only: bool = False
    note: str | None = None
    new_first: bool = True

    def __attrs_post_init__(self) -> None:
        if not re.fullmatch("[0-9A-Fa-f]{6}", self.red):
            raise BadColour(self.red)


@frozen
class Column:
    """A column: whose field it is, its header, and its width in full-width characters."""

    level: str
    field: str
    header: str
    kind: FieldKind
    last_level: bool
    width: float


@frozen
class Cell:
    """A cell at its first row. ``segments`` are what is to be painted: already without what the style leaves out."""

    text: str
    segments: Segments
    rowspan: int = 1
    item: UUID | None = None
    kind: ChangeKind | None = None

    @property
    def marked(self) -> bool:
        return any(segment.kind != "same" for segment in self.segments)


@frozen
class Row:
    """A row: per column its cell, or None where a cell above covers it; signs; per level the item's id."""

    cells: tuple[Cell | None, ...]
    signs: tuple[str, ...]
    items: tuple[UUID | None, ...]


@frozen
class Tail:
    """A list below the table: a heading that sheet readers know, and its lines."""

    heading: str
    lines: tuple[Segments, ...] = ()


@frozen
class Footer:
    """What identifies a handout: the table's moment, and the digest of what it says."""

    as_of: str
    meeting: str | None
    edition: int | None
    position: int
    pair: Pair
    digest: str

    @property
    def left(self) -> str:
        """``令和5年8月30日時点　第2回PT　第1版``; without a meeting the position."""
        edition = f"第{self.edition}版" if self.edition else None
        return "　".join(part for part in (self.as_of, self.meeting, edition) if part)

    @property
    def right(self) -> str:
        return f"{DIGEST_LABEL} {short(self.digest)}"


@frozen
class Table:
    """A table as it is handed out. ``sign_column`` says whether the column of signs is shown."""

    plan: str
    fiscal_year: int
    title_line: str
    notes: tuple[str, ...]
    unit_note: str | None
    columns: tuple[Column, ...]
    levels: tuple[str, ...]
    rows: tuple[Row, ...]
    sign_column: bool
    tails: tuple[Tail, ...]
    footer: Footer
    look: Look

    @property
    def headers(self) -> tuple[str, ...]:
        """Every column's header, that of the signs included."""
        own = tuple(column.header for column in self.columns)
        return (*own, CHANGE_HEADER) if self.sign_column else own


def lay_out(snapshot: Snapshot, changes: ChangeSet | None = None, look: Look | None = None) -> Table:
    """Lay a snapshot out as a table.

    Args:
        snapshot: The tree to show.
        changes: What is to be marked: the changes that end at the snapshot. None marks nothing and prints no note,
            as at the first meeting.
        look: Style and details; ``comparison`` is no style of a table.

    Raises:
        ChangesDoNotFit: ``changes`` ends at another moment, or belongs to another plan.
        UnknownStyle: The style is none of red, redline, clean.
    """
    look = look or Look()
    if look.style not in TABLE_STYLES:
        raise UnknownStyle(look.style, TABLE_STYLES)
    if changes is not None and (changes.until.pair, changes.plan) != (snapshot.moment.pair, snapshot.plan):
        raise ChangesDoNotFit(changes.until.name, snapshot.moment.name)
    marked = changes if look.style != "clean" else None
    drawn = _Marking(marked, look)
    levels = snapshot.schema.levels
    places = [(depth, level, spec) for depth, level in enumerate(levels) for spec in _specs(level)]
    rows = tuple(_rows(snapshot.items, places, len(levels), drawn))
    texts = [[row.cells[at] for row in rows] for at in range(len(places))]
    widths = column_widths(
        [
            (spec, spec.key == level.title, [cell.text for cell in cells if cell])
            for (_, level, spec), cells in zip(places, texts, strict=True)
        ]
    )
    columns = tuple(
        Column(level.key, spec.key, spec.header, spec.kind, depth == len(levels) - 1, each)
        for (depth, level, spec), each in zip(places, widths, strict=True)
    )
    return Table(
        snapshot.plan,
        snapshot.fiscal_year,
        title_line(snapshot.plan, snapshot.moment),
        _notes(marked, look),
        _unit_note(levels),
        columns,
        tuple(level.key for level in levels),
        rows,
        marked is not None,
        tuple(drawn.tails()),
        footer(snapshot),
        look,
    )


def title_line(plan: str, moment: MomentRef) -> str:
    """``{plan}の推進について({meeting}用)``; without a meeting, without the brackets."""
    return f"{plan}の推進について" + (f"({moment.meeting}用)" if moment.meeting else "")


def footer(snapshot: Snapshot) -> Footer:
    """The footer of a snapshot's handout."""
    moment = snapshot.moment
    day = moment.as_of_on or moment.held_on
    if day is not None:
        as_of = f"{era_date(day)}時点"
    else:
        as_of = "" if moment.meeting else f"記録番号{moment.position}時点"
    return Footer(as_of, moment.meeting, moment.edition, moment.position, moment.pair, snapshot.digest)


def _specs(level: LevelSpec) -> Iterator[FieldSpec]:
    yield level.title_field
    yield from (spec for spec in level.live_fields if spec.key != level.title)


def _notes(marked: ChangeSet | None, look: Look) -> tuple[str, ...]:
    if marked is None:
        return ()
    return (look.note if look.note is not None else REDLINE_NOTE if look.style == "redline" else RED_NOTE,)


def _unit_note(levels: Sequence[LevelSpec]) -> str | None:
    units = {spec.unit for level in levels for spec in level.live_fields if spec.kind is FieldKind.MONEY}
    if len(units) == 1 and (unit := units.pop()):
        return f"（単位：{unit}）"
    return None


def _rows(
    items: Sequence[SnapshotItem], places: Sequence[tuple[int, LevelSpec, FieldSpec]], levels: int, drawn: _Marking
) -> Iterator[Row]:
    """A row for every item without children; what stands above it where it begins."""
    parents = {item.parent for item in items}
    spans = _spans(items, parents)
    above: list[SnapshotItem | None] = [None] * levels
    begun: set[int] = set()
    for item in items:
        above[item.depth :] = [item, *[None] * (levels - item.depth - 1)]
        begun.add(item.depth)
        if item.id in parents:
            continue
        cells: list[Cell | None] = []
        for depth, _, spec in places:
            owner = above[depth]
            if owner is None:
                cells.append(Cell("", ()))
            elif depth in begun:
                cells.append(drawn.cell(owner, spec.key, spans[owner.id]))
            else:
                cells.append(None)
        fresh = [owner for depth in sorted(begun) if (owner := above[depth]) is not None]
        yield Row(tuple(cells), drawn.signs(fresh), tuple(owner.id if owner else None for owner in above))
        begun.clear()


def _spans(items: Sequence[SnapshotItem], parents: set[UUID | None]) -> dict[UUID, int]:
    """Item → how many rows it covers."""
    spans: dict[UUID, int] = {}
    for item in reversed(items):
        if item.id not in parents:
            spans[item.id] = 1
        if item.parent is not None:
            spans[item.parent] = spans.get(item.parent, 0) + spans[item.id]
    return spans


class _Marking:
    """Which text is marked how, and which signs and lists follow from it."""

    def __init__(self, changes: ChangeSet | None, look: Look) -> None:
        self.look = look
        self.entries = tuple(changes) if changes is not None else ()
        self.schema_changes = changes.schema_changes if changes is not None else ()
        self.of: Mapping[tuple[UUID, str | None], ChangeEntry] = {
            (entry.item, entry.field): entry for entry in self.entries if entry.kind != "removed"
        }
        self.by_item: dict[UUID, list[ChangeEntry]] = {}
        for entry in self.entries:
            self.by_item.setdefault(entry.item, []).append(entry)
        self._segments: dict[tuple[UUID, str | None], Segments] = {}

    def cell(self, item: SnapshotItem, key: str, rowspan: int) -> Cell:
        text = item.text(key)
        entry = self.of.get((item.id, key))
        if entry is None or not self._shown(entry):
            return Cell(text, (Segment(text, "same"),) if text else (), rowspan, item.id)
        segments = self.segments(entry)
        if self.look.style == "red":
            segments = tuple(segment for segment in segments if segment.kind != "removed")
        return Cell(text, segments, rowspan, item.id, entry.kind)

    def segments(self, entry: ChangeEntry) -> Segments:
        key = (entry.item, entry.field)
        if key not in self._segments:
            self._segments[key] = whole(entry.new, "added") if entry.kind == "added" else entry.segments
        return self._segments[key]

    def _shown(self, entry: ChangeEntry) -> bool:
        return self.look.layout_only or not entry.layout_only

    def signs(self, items: Sequence[SnapshotItem]) -> tuple[str, ...]:
        """The signs of the items that begin in a row, each once."""
        found: list[str] = []
        for item in items:
            for entry in self.by_item.get(item.id, ()):
                found += self._signs(entry)
        return tuple(dict.fromkeys(found))

    def _signs(self, entry: ChangeEntry) -> Iterator[str]:
        match entry.kind:
            case "added":
                yield "追加"
            case "moved":
                yield "移動"
            case "corrected":
                yield "訂正"
            case _ if self._edited(entry) and any(segment.kind == "added" for segment in self.segments(entry)):
                yield "変更"
            case _:
                pass
        if self._edited(entry) and self._dropped(entry):
            yield "削除あり"

    def _edited(self, entry: ChangeEntry) -> bool:
        """Whether it is a text that was in the table before and shows as changed."""
        return entry.kind in ("changed", "corrected") and entry.field is not None and self._shown(entry)

    def _dropped(self, entry: ChangeEntry) -> list[str]:
        """What was taken out without anything in its place: no red text shows it."""
        segments = self.segments(entry)
        return [
            flattened(segment.text).strip()
            for segment, follows in zip(segments, (*segments[1:], None), strict=True)
            if segment.kind == "removed" and not (follows and follows.kind == "added") and segment.text.strip()
        ]

    def tails(self) -> Iterator[Tail]:
        """What is no longer in the table: texts taken out, then items withdrawn."""
        deleted: list[Segments] = []
        for entry in self.entries:
            if self._edited(entry):
                lead = f"・{flattened(entry.title)}「{flattened(entry.label)}」："
                deleted += [self._struck(lead, text, "") for text in self._dropped(entry)]
        if deleted and self.look.style == "red":
            yield Tail(DELETED_HEADING, tuple(deleted))
        gone = tuple(self._withdrawn())
        if gone:
            yield Tail(WITHDRAWN_HEADING, gone)
        for each in self.schema_changes:
            yield Tail(f"※欄の変更：{flattened(each)}")

    def _withdrawn(self) -> Iterator[Segments]:
        """One line for each item that is gone, with where it stood and why it went."""
        for entries in self.by_item.values():
            entry = entries[0]
            if entry.kind != "removed":
                continue
            lead = "・" + "".join(f"{flattened(title)}／" for title in entry.path[:-1])
            why = next((cause.reason for cause in reversed(entry.events) if cause.reason), None)
            yield self._struck(lead, flattened(entry.title), f"（理由：{flattened(why)}）" if why else "")

    def _struck(self, lead: str, text: str, rest: str) -> Segments:
        kind: Literal["same", "removed"] = "removed" if self.look.style == "redline" else "same"
        parts = (Segment(lead, "same"), Segment(text, kind), Segment(rest, "same"))
        return tuple(part for part in parts if part.text)


def whole(text: str, kind: Literal["same", "added", "removed"]) -> Segments:
    """A text as one segment; none for an empty one."""
    return (Segment(text, kind),) if text else ()
