"""The pieces of WordprocessingML that a handout is made of, as text. Whole tables are written so, because building
them cell by cell through an object model takes minutes for a few thousand rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from plan_ledger.rendering.table import Segments
from plan_ledger.rendering.texts import storable
from plan_ledger.values.marks import Segment

NAMESPACE: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
FONT: Final = "BIZ UDゴシック"
FALLBACK: Final = "ＭＳ ゴシック"
"""What Word takes where the first font is missing."""

_BREAKS = re.compile(r"([\n\t])")
_INLINE = {"\n": "<w:br/>", "\t": "<w:tab/>"}


def declared(element: str) -> str:
    """An element that can stand alone: its first tag declares the namespace."""
    return re.sub(r"^<w:\w+", lambda tag: f'{tag[0]} xmlns:w="{NAMESPACE}"', element, count=1)


def paragraph(runs: str, *, align: str = "left", properties: str = "", page: bool = False) -> str:
    """A paragraph; ``page`` begins one."""
    first = "<w:pageBreakBefore/>" if page else ""
    return f'<w:p><w:pPr>{first}{properties}<w:jc w:val="{align}"/></w:pPr>{runs}</w:p>'


def run(text: str, properties: str = "") -> str:
    """A run; line feeds become line breaks."""
    parts = (
        _INLINE.get(part) or f'<w:t xml:space="preserve">{escape(part)}</w:t>'
        for part in _BREAKS.split(storable(text))
        if part
    )
    return f"<w:r><w:rPr>{properties}</w:rPr>{''.join(parts)}</w:r>"


class Revisions:
    """Tracked changes: insertions and deletions that Word's reader accepts or rejects. Numbered in order, with one
    author, and dated only where a day is given, so that the same table gives the same bytes."""

    def __init__(self, author: str, day: date | None) -> None:
        dated = f' w:date="{day.isoformat()}T00:00:00Z"' if day else ""
        self._attributes = f"w:author={quoteattr(author)}{dated}"
        self._number = 0

    def marked(self, segments: Segments) -> str:
        """Runs of a marked text, what was added and removed as tracked changes in no ink of their own."""
        return "".join(self._one(segment) for segment in segments)

    def _one(self, segment: Segment) -> str:
        if segment.kind == "same":
            return run(segment.text)
        self._number += 1
        tag = "ins" if segment.kind == "added" else "del"
        inner = run(segment.text)
        if tag == "del":
            inner = inner.replace("<w:t ", "<w:delText ").replace("</w:t>", "</w:delText>")
        return f'<w:{tag} w:id="{self._number}" {self._attributes}>{inner}</w:{tag}>'


def marked(segments: Segments, properties: Mapping[str, str]) -> str:
    """Runs of a marked text; ``properties`` are those of each kind of segment."""
    return "".join(run(segment.text, properties[segment.kind]) for segment in segments)


def plain(text: str) -> Segments:
    return (Segment(text, "same"),) if text else ()


def cell(content: str, width: int, *, merge: str = "", shade: str = "", middle: bool = False) -> str:
    """A table cell; ``merge`` is ``restart`` or ``continue`` in a cell that spans rows."""
    parts = [f'<w:tcW w:w="{width}" w:type="dxa"/>']
    if merge:
        parts.append(f'<w:vMerge w:val="{merge}"/>')
    if shade:
        parts.append(f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>')
    if middle:
        parts.append('<w:vAlign w:val="center"/>')
    return f"<w:tc><w:tcPr>{''.join(parts)}</w:tcPr>{content}</w:tc>"


def row(cells: Iterable[str], *, header: bool = False, whole: bool = False, points: float = 0.0) -> str:
    """A table row, at least so many points high; ``whole``: never divided between two pages. A header row isn't
    either, and stands on each."""
    properties = "<w:cantSplit/>" if header or whole else ""
    if points:
        properties += f'<w:trHeight w:val="{round(points * 20)}" w:hRule="atLeast"/>'
    if header:
        properties += "<w:tblHeader/>"
    return f"<w:tr>{f'<w:trPr>{properties}</w:trPr>' if properties else ''}{''.join(cells)}</w:tr>"


def table(rows: Iterable[str], widths: Sequence[int]) -> str:
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    sides = (("top", 30), ("left", 60), ("bottom", 30), ("right", 60))
    margins = "".join(f'<w:{side} w:w="{points}" w:type="dxa"/>' for side, points in sides)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{edges}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def field(code: str) -> str:
    """A field that Word fills in: ``PAGE``, ``NUMPAGES``."""
    return f'<w:fldSimple w:instr="{code}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def custom_properties(named: Iterable[tuple[str, str]]) -> bytes:
    """The part ``docProps/custom.xml``."""
    entries = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{number}" name={quoteattr(name)}>'
        f"<vt:lpwstr>{escape(storable(value))}</vt:lpwstr></property>"
        for number, (name, value) in enumerate(named, 2)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
        f"{entries}</Properties>"
    ).encode()


def carried_rows(rows: Iterable[Sequence[str]]) -> bytes:
    """A custom XML part with rows of texts, which Word keeps and does not show."""
    lines = "".join(f"<row>{''.join(f'<v>{escape(storable(value))}</v>' for value in each)}</row>" for each in rows)
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<carried xmlns="urn:plan-ledger:carried:1">{lines}</carried>'
    ).encode()
