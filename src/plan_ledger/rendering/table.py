"""A laid-out table: its parts as every format gets them, and how it is to look."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, Literal
from uuid import UUID

from attrs import frozen

from plan_ledger.queries.results import ChangeKind
from plan_ledger.rendering.errors import BadColour, TrackedNeedsRedline
from plan_ledger.rendering.texts import DIGEST_LABEL, short
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.marks import Segment
from plan_ledger.values.schema import FieldKind

Style = Literal["red", "redline", "comparison", "clean"]
STYLES: Final[tuple[Style, ...]] = ("red", "redline", "comparison", "clean")
TABLE_STYLES: Final[tuple[Style, ...]] = ("red", "redline", "clean")

RED_NOTE: Final = "※変更部分は赤字着色"
UNDERLINED_NOTE: Final = "※変更部分は赤字・下線"
REDLINE_NOTE: Final = "※追加部分は赤字・下線、削除部分は取消線"
CHANGE_HEADER: Final = "変更"
"""The column of signs: what a black-and-white copy still shows. A reader of our own sheets passes it over."""
SIGN_WIDTH: Final = 5.0
"""Its width in full-width characters."""

DELETED_HEADING: Final = "※削除した記載"
WITHDRAWN_HEADING: Final = "【掲載を終了した事業】"

Segments = tuple[Segment, ...]


@frozen
class Look:
    """How a table is to look.

    ``red`` is six hexadecimal digits, else :class:`BadColour` is raised. ``stamp`` are the lines of the box at the top
    right (document number, date, section, 案). ``layout_only`` marks changes of white space and width too. Red text is
    underlined, for black-and-white copies: ``underline=True`` has the note say so too (``※変更部分は赤字・下線``),
    ``underline=False`` leaves the line away. ``note`` replaces the note. ``new_first`` puts the new text left of the
    old one in a 新旧対照表. ``tracked``: a Word table in style ``redline`` has its changes as Word's own tracked
    changes, to be accepted or rejected, not as red and struck-through ink; any other style with it raises
    :class:`TrackedNeedsRedline`.
    """

    style: Style = "red"
    red: str = "FF0000"
    stamp: tuple[str, ...] = ()
    layout_only: bool = False
    note: str | None = None
    new_first: bool = True
    tracked: bool = False
    underline: bool | None = None

    @property
    def underlined(self) -> bool:
        """Whether added text is underlined."""
        return self.underline is not False

    def __attrs_post_init__(self) -> None:
        if not re.fullmatch("[0-9A-Fa-f]{6}", self.red):
            raise BadColour(self.red)
        if self.tracked and self.style != "redline":
            raise TrackedNeedsRedline(self.style)


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
    """A cell at its first row. ``segments`` are what is to be painted: already without what the style leaves out.
    ``again``: it only repeats, at the top of a page, the cell that the page before began with.
    """

    text: str
    segments: Segments
    rowspan: int = 1
    item: UUID | None = None
    kind: ChangeKind | None = None
    again: bool = False

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
    """What identifies a handout: the table's moment, the digest of what it says, and where it came from."""

    as_of: str
    meeting: str | None
    edition: int | None
    position: int
    pair: Pair
    digest: str
    ledger: UUID | None = None
    plan_id: UUID | None = None
    day: date | None = None
    as_known: bool = False

    @property
    def left(self) -> str:
        """``令和5年8月30日時点　第2回PT　第1版``; without a meeting the position.

        What is not the handout itself, but the same point as known later, says so.
        """
        edition = f"第{self.edition}版" if self.edition else None
        known = f"（記録番号{self.pair.known}までの記録による）" if self.as_known else None
        return "　".join(part for part in (self.as_of, self.meeting, edition, known) if part)

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


def whole(text: str, kind: Literal["same", "added", "removed"]) -> Segments:
    """A text as one segment; none for an empty one."""
    return (Segment(text, kind),) if text else ()
