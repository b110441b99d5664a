"""Terminal: tables that fit the window, with right widths for Japanese; red and underlined where the terminal can.

A table of nine columns has no room in a window, so what the levels above say stands as headings over the rows of the
last level. Without colours (a pipe, a file) added text is set as ``{+added+}`` and removed text as ``[-removed-]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any, Final

from plan_ledger.rendering.errors import need
from plan_ledger.rendering.listing import Head, Listing
from plan_ledger.rendering.table import CHANGE_HEADER, Column, Row, Segments, Table
from plan_ledger.rendering.texts import DIGEST_LABEL, flattened, visible
from plan_ledger.values.marks import Segment
from plan_ledger.values.schema import FieldKind

DEFAULT_WIDTH: Final = 120
_LEAST_SHARE: Final = 12.0
_STYLES: Final = {"added": "red underline", "removed": "red strike", "same": ""}
_COMPARED: Final = {"added": "underline", "removed": "underline", "same": ""}
_BRACKETS: Final = {"added": ("{+", "+}"), "removed": ("[-", "-]"), "same": ("", "")}


def text(sheet: Table | Listing, *, width: int = DEFAULT_WIDTH, color: bool = False) -> str:
    """The table or list as text of at most ``width`` columns; with ``color`` as ANSI sequences."""
    out = StringIO()
    console = need("rich.console").Console(
        file=out,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        safe_box=False,
    )
    show(sheet, console)
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def show(sheet: Table | Listing, console: Any) -> None:
    """Print on a ``rich.console.Console``: marks as colours where it has some, as brackets elsewhere."""
    painter = _Painter(console.color_system is not None, sheet)
    for part in painter.table(sheet) if isinstance(sheet, Table) else painter.listing(sheet):
        console.print(part, soft_wrap=False)


class _Painter:
    def __init__(self, colored: bool, sheet: Table | Listing) -> None:
        self.colored = colored
        self.styles = _COMPARED if isinstance(sheet, Listing) and sheet.compared else _STYLES
        if not sheet.look.underlined:
            self.styles = {**self.styles, "added": self.styles["added"].replace("red underline", "red")}

    def table(self, table: Table) -> Iterator[Any]:
        yield self.plain(table.title_line, "bold")
        lines = (*table.look.stamp, *table.notes, *([table.unit_note] if table.unit_note else []))
        yield from (self.plain(line) for line in lines)
        last = [at for at, column in enumerate(table.columns) if column.last_level]
        heads = [self._head(table, at) for at in last]
        if table.sign_column:
            heads.append(Head(CHANGE_HEADER, least=8))
        numeric = [table.columns[at].kind in ("money", "number") for at in last]
        group: list[Row] = []
        for row in table.rows:
            headings = list(self._headings(table.columns, row))
            if headings:
                yield from self._group(group, last, heads, numeric, table)
                group = []
                yield self.plain("")
                yield from headings
            group.append(row)
        yield from self._group(group, last, heads, numeric, table)
        for tail in table.tails:
            yield self.plain("")
            yield self.plain(tail.heading, "bold")
            yield from (self.painted(line) for line in tail.lines)
        yield self.plain("")
        if table.footer.left:
            yield self.plain(table.footer.left)
        yield self.plain(f"{DIGEST_LABEL} {table.footer.digest}")

    def _head(self, table: Table, at: int) -> Head:
        """Amounts and periods whole, the rest in the proportions of the handout."""
        column = table.columns[at]
        if column.kind not in (FieldKind.MONEY, FieldKind.PERIOD):
            return Head(column.header, max(column.width, _LEAST_SHARE))
        cells = [cell for row in table.rows if (cell := row.cells[at])]
        longest = max((line.cell_len for cell in cells for line in self.painted(cell.segments).split()), default=0)
        return Head(column.header, least=min(max(longest, 8), 18))

    def _headings(self, columns: Sequence[Column], row: Row) -> Iterator[Any]:
        """What the levels above say of this row, if it begins with it: a line for each text."""
        depths = {level: depth for depth, level in enumerate(dict.fromkeys(column.level for column in columns))}
        for column, cell in zip(columns, row.cells, strict=True):
            if column.last_level or cell is None or not cell.text:
                continue
            lead = "  " * depths[column.level] + f"{visible(column.header)}："
            line = tuple(Segment(flattened(segment.text), segment.kind) for segment in cell.segments)
            yield self._joined(self.plain(lead, "dim"), self.painted(line, "bold"))

    def _group(
        self, rows: Sequence[Row], last: Sequence[int], heads: Sequence[Head], numeric: Sequence[bool], table: Table
    ) -> Iterator[Any]:
        lines: list[list[Any]] = []
        for row in rows:
            own = [cell for at in last if (cell := row.cells[at]) is not None]
            if not any(cell.item for cell in own):
                # no item of the last level: only its signs are worth a line
                if row.signs:
                    yield self.plain(f"  {CHANGE_HEADER}：{'・'.join(row.signs)}")
                continue
            cells = [self.painted(cell.segments) for cell in own]
            lines.append([*cells, self.plain("\n".join(row.signs))] if table.sign_column else cells)
        if lines:
            yield self.grid(heads, lines, numeric)

    def listing(self, listing: Listing) -> Iterator[Any]:
        yield self.plain(listing.title, "bold")
        yield from (self.plain(note) for note in listing.notes)
        for section in listing.sections:
            if section.heading:
                yield self.plain("")
                yield self.plain(section.heading, "bold")
            if section.rows:
                yield self.grid(section.heads, [[self.painted(cell) for cell in row] for row in section.rows])
        yield from (self.plain(line) for line in listing.footer)

    def grid(self, heads: Sequence[Head], rows: Sequence[Sequence[Any]], numeric: Sequence[bool] = ()) -> Any:
        table = need("rich.table").Table(box=need("rich.box").SQUARE, show_lines=True, expand=True, padding=(0, 0))
        for at, head in enumerate(heads):
            right = at < len(numeric) and numeric[at]
            table.add_column(
                self.plain(head.text),
                width=head.least,
                ratio=None if head.least else max(1, round(head.weight * 10)),
                overflow="fold",
                justify="right" if right else "left",
            )
        for row in rows:
            table.add_row(*row)
        return table

    def plain(self, text: str, style: str = "") -> Any:
        return need("rich.text").Text(visible(text), style=style, overflow="fold")

    def painted(self, segments: Segments, style: str = "") -> Any:
        shown = self.plain("", style)
        for segment in segments:
            shown.append(self._words(segment), self.styles[segment.kind] if self.colored else "")
        return shown

    def _words(self, segment: Segment) -> str:
        if self.colored:
            return visible(segment.text)
        before, after = _BRACKETS[segment.kind]
        return f"{before}{visible(segment.text)}{after}"

    def _joined(self, first: Any, second: Any) -> Any:
        return need("rich.text").Text.assemble(first, second, overflow="fold")
