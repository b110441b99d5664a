"""Markdown tables: added text in ``<ins>``, removed in ``<del>``; a merged cell's text comes first, then blanks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from plan_ledger.rendering.listing import Listing
from plan_ledger.rendering.table import Segments, Table
from plan_ledger.rendering.texts import DIGEST_LABEL, visible

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~$]")
_LINE_START = re.compile(r"^(\s*(?:\d+(?=[.)]))?)([-+=#.)])")


def text(sheet: Table | Listing) -> str:
    """The table or list as Markdown."""
    lines = _table(sheet) if isinstance(sheet, Table) else _listing(sheet)
    return "\n".join(lines) + "\n"


def _table(table: Table) -> Iterator[str]:
    yield f"# {_inline(table.title_line)}"
    yield ""
    yield from (f"{_inline(line)}  " for line in table.look.stamp)
    for note in (*table.notes, *([table.unit_note] if table.unit_note else [])):
        yield _inline(note)
        yield ""
    rows: list[list[str]] = []
    for row in table.rows:
        cells = [_painted(cell.segments) if cell else "" for cell in row.cells]
        rows.append([*cells, "・".join(row.signs)] if table.sign_column else cells)
    numeric = [column.kind in ("money", "number") for column in table.columns]
    yield from _grid(table.headers, rows, numeric)
    for tail in table.tails:
        yield ""
        yield f"## {_inline(tail.heading)}"
        if tail.lines:
            yield ""
        # Two spaces end a line without ending the paragraph.
        yield from (_painted(line) + "  " for line in tail.lines)
    yield ""
    yield "　".join(part for part in (_inline(table.footer.left), f"{DIGEST_LABEL} {table.footer.digest}") if part)


def _listing(listing: Listing) -> Iterator[str]:
    yield f"# {_inline(listing.title)}"
    for note in listing.notes:
        yield ""
        yield _inline(note)
    for section in listing.sections:
        yield ""
        if section.heading:
            yield f"## {_inline(section.heading)}"
            yield ""
        yield from _grid(
            [head.text for head in section.heads],
            [[_painted(cell, compared=listing.compared) for cell in row] for row in section.rows],
        )
    for line in listing.footer:
        yield ""
        yield _inline(line)


def _grid(headers: Sequence[str], rows: Iterable[Sequence[str]], numeric: Sequence[bool] = ()) -> Iterator[str]:
    yield _line(_inline(header) for header in headers)
    yield _line("---:" if at < len(numeric) and numeric[at] else "---" for at in range(len(headers)))
    yield from (_line(row) for row in rows)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _painted(segments: Segments, *, compared: bool = False) -> str:
    # Markdown has no colour and no underline but that of <ins>; in a comparison both sides are underlined.
    tags = {"added": "ins", "removed": "ins" if compared else "del", "same": ""}
    parts: list[str] = []
    for segment in segments:
        tag, escaped = tags[segment.kind], _inline(segment.text)
        parts.append(f"<{tag}>{escaped}</{tag}>" if tag else escaped)
    return "".join(parts)


def _inline(text: str) -> str:
    """Text that Markdown leaves alone: every sign with a meaning escaped, line breaks as ``<br>``."""
    escaped = _SPECIAL.sub(lambda found: f"\\{found[0]}", visible(text).replace("&", "&amp;"))
    escaped = escaped.replace("\\<", "&lt;").replace("\\>", "&gt;")
    escaped = _LINE_START.sub(r"\1\\\2", escaped)
    return escaped.replace("\n", "<br>")
