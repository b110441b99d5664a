"""Word (python-docx): the handout on A3 landscape with really merged cells, red runs and a repeated header row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from plan_ledger.rendering import carried, wordml
from plan_ledger.rendering.errors import need
from plan_ledger.rendering.listing import Listing
from plan_ledger.rendering.pages import paginated
from plan_ledger.rendering.table import SIGN_WIDTH, Row, Segments, Table
from plan_ledger.rendering.texts import flattened, storable

PAGE: Final = (23811, 16838)
"""A3 landscape in twentieths of a point."""

MARGIN: Final = 567
BOTTOM: Final = 850
ROOM: Final = PAGE[0] - 2 * MARGIN
HEAD_SHADE: Final = "E8EEF7"
AUTHOR: Final = "plan_ledger"
"""Whose the tracked changes are that we write."""

_FIXED_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 -- office files carry times without a zone
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_BOLD = "<w:b/>"
_TITLE = '<w:b/><w:sz w:val="28"/>'
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_TEXT_LIMIT = 255
_ROOM_POINTS: Final = (PAGE[1] - MARGIN - BOTTOM) / 20
_LINE_POINTS: Final = 13.0
_TITLE_POINTS: Final = 21.0
_SPACING: Final = '<w:spacing w:line="255" w:lineRule="atLeast"/>'
"""Lines as high as those that the ends of pages are reckoned with."""


def write(sheet: Table | Listing) -> bytes:
    """The document; the same sheet gives the same bytes.

    Raises:
        MissingExtra: python-docx is not installed.
    """
    document = need("docx").Document()
    _set_up(document)
    writer = _Writer(sheet)
    if isinstance(sheet, Table):
        parts, left, right = list(writer.table(sheet)), sheet.footer.left, sheet.footer.right
        _describe(document, sheet.title_line)
        _carry(document, sheet)
    else:
        parts, left, right = list(writer.listing(sheet)), sheet.title, ""
        _describe(document, sheet.title)
    parse = need("docx.oxml").parse_xml
    body = document.element.body
    end = body.sectPr
    for part in parts:
        end.addprevious(parse(wordml.declared(part)))
    _footer(document, left, right)
    out = BytesIO()
    document.save(out)
    return _repacked(out.getvalue())


class _Writer:
    def __init__(self, sheet: Table | Listing) -> None:
        self.revisions = None
        if isinstance(sheet, Table) and sheet.look.tracked:
            self.revisions = wordml.Revisions(AUTHOR, sheet.footer.day)
        self.red = f'<w:color w:val="{sheet.look.red}"/>'
        underlined = '<w:u w:val="single"/>'
        compared = isinstance(sheet, Listing) and sheet.compared
        self.runs = {
            "same": "",
            "added": underlined if compared else self.red + (underlined if sheet.look.underlined else ""),
            "removed": underlined if compared else "<w:strike/>",
        }

    def table(self, table: Table) -> Iterator[str]:
        above = _TITLE_POINTS + _LINE_POINTS * (len(table.look.stamp) + len(table.notes) + bool(table.unit_note))
        pages = paginated(table, room=_ROOM_POINTS, above=above)
        table = pages.table
        for line in table.look.stamp:
            yield _boxed(line)
        yield wordml.paragraph(wordml.run(table.title_line, _TITLE))
        yield from (wordml.paragraph(wordml.run(note, self.red)) for note in table.notes)
        if table.unit_note:
            yield wordml.paragraph(wordml.run(table.unit_note), align="right")
        widths = [column.width for column in table.columns]
        twips = _twips([*widths, SIGN_WIDTH] if table.sign_column else widths)
        rows = [self.head(table.headers, twips, pages.head)]
        rows += [
            wordml.row(
                self.cells(table, row, twips, page=pages.again(at)),
                whole=height < pages.room,
                points=min(height, pages.room),
            )
            for at, (row, height) in enumerate(zip(table.rows, pages.filled(), strict=True))
        ]
        yield wordml.table(rows, twips)
        for tail in table.tails:
            yield wordml.paragraph("")
            yield wordml.paragraph(wordml.run(tail.heading, _BOLD))
            yield from (wordml.paragraph(wordml.marked(line, self.runs)) for line in tail.lines)
        yield wordml.paragraph("")

    def cells(self, table: Table, row: Row, twips: Sequence[int], *, page: bool) -> Iterator[str]:
        """A row's cells; ``page``: it begins one, which Word is told by the first paragraph."""
        for at, (cell, column, width) in enumerate(zip(row.cells, table.columns, twips, strict=False)):
            first = page and at == 0
            if cell is None:
                yield wordml.cell(wordml.paragraph("", page=first), width, merge="continue")
                continue
            align = "right" if column.kind in ("money", "number") else "left"
            content = wordml.paragraph(self.painted(cell.segments), align=align, properties=_SPACING, page=first)
            yield wordml.cell(content, width, merge="restart" if cell.rowspan > 1 else "")
        if table.sign_column:
            signs = wordml.run("\n".join(row.signs)) if row.signs else ""
            yield wordml.cell(wordml.paragraph(signs, align="center", properties=_SPACING), twips[-1])

    def painted(self, segments: Segments) -> str:
        if self.revisions is not None:
            return self.revisions.marked(segments)
        return wordml.marked(segments, self.runs)

    def head(self, headers: Sequence[str], twips: Sequence[int], points: float = 0.0) -> str:
        cells = (
            wordml.cell(
                wordml.paragraph(wordml.run(header, _BOLD), align="center"), width, shade=HEAD_SHADE, middle=True
            )
            for header, width in zip(headers, twips, strict=True)
        )
        return wordml.row(cells, header=True, points=points)

    def listing(self, listing: Listing) -> Iterator[str]:
        yield wordml.paragraph(wordml.run(listing.title, _TITLE))
        yield from (wordml.paragraph(wordml.run(note)) for note in listing.notes)
        for section in listing.sections:
            if section.heading:
                yield wordml.paragraph("")
                yield wordml.paragraph(wordml.run(section.heading, _BOLD))
            twips = _twips([head.weight for head in section.heads])
            rows = [self.head([head.text for head in section.heads], twips)]
            rows += [wordml.row(self.list_cells(cells, twips)) for cells in section.rows]
            yield wordml.table(rows, twips)
        yield from (wordml.paragraph(wordml.run(line)) for line in listing.footer)
        yield wordml.paragraph("")

    def list_cells(self, cells: Sequence[Segments], twips: Sequence[int]) -> Iterator[str]:
        for segments, width in zip(cells, twips, strict=True):
            yield wordml.cell(wordml.paragraph(wordml.marked(segments, self.runs)), width)


def _twips(widths: Sequence[float]) -> list[int]:
    """Widths that fill the line."""
    scale = ROOM / sum(widths)
    return [int(width * scale) for width in widths]


def _boxed(line: str) -> str:
    """A line of the box at the top right."""
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="1" w:color="000000"/>'
        for edge in ("top", "left", "bottom", "right")
    )
    properties = f'<w:pBdr>{edges}</w:pBdr><w:ind w:left="{ROOM - 3000}"/>'
    return wordml.paragraph(wordml.run(line), align="center", properties=properties)


def _set_up(document: Any) -> None:
    """Paper, margins and fonts."""
    section = document.sections[0]
    section.orientation = need("docx.enum.section").WD_ORIENT.LANDSCAPE
    twips = need("docx.shared").Twips
    section.page_width, section.page_height = twips(PAGE[0]), twips(PAGE[1])
    section.left_margin = section.right_margin = section.top_margin = twips(MARGIN)
    section.bottom_margin, section.footer_distance = twips(BOTTOM), twips(400)
    style = document.styles["Normal"]
    style.font.name, style.font.size = wordml.FONT, need("docx.shared").Pt(9)
    name = need("docx.oxml.ns").qn
    style.element.rPr.rFonts.set(name("w:eastAsia"), wordml.FONT)
    for language in document.styles.element.iter(name("w:lang")):
        # else the shapes of 。 and of many kanji are those of another language
        language.set(name("w:val"), "ja-JP")
        language.set(name("w:eastAsia"), "ja-JP")
    for spacing in ("w:autoSpaceDE", "w:autoSpaceDN"):
        # no gaps between kanji and digits: a text looks as it was typed
        style.element.get_or_add_pPr().append(need("docx.oxml").OxmlElement(spacing, {name("w:val"): "0"}))
    style.paragraph_format.space_after = style.paragraph_format.space_before = need("docx.shared").Pt(0)
    style.paragraph_format.line_spacing = 1.0
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            part._blob = _with_fallback(part.blob)


def _with_fallback(fonts: bytes) -> bytes:
    """The font table with the font that stands in for ours where that is missing."""
    entry = (
        f'<w:font w:name="{wordml.FONT}"><w:altName w:val="{wordml.FALLBACK}"/><w:charset w:val="80"/>'
        '<w:family w:val="modern"/><w:pitch w:val="fixed"/></w:font></w:fonts>'
    )
    return fonts.replace(b"</w:fonts>", entry.encode())


def _describe(document: Any, title: str) -> None:
    core = document.core_properties
    core.title = storable(flattened(title))[:_TEXT_LIMIT]
    core.author = core.comments = core.last_modified_by = ""
    core.created = core.modified = _FIXED_TIME


def _carry(document: Any, table: Table) -> None:
    """Custom properties, and the ids of the rows in a part that Word keeps and does not show."""
    package = document.part.package
    named = [(f"plan_ledger.{name}", value) for name, value in carried.properties(table) if value]
    uri, part_class = need("docx.opc.packuri").PackURI, need("docx.opc.part").Part
    custom = part_class(uri("/docProps/custom.xml"), _CUSTOM_TYPE, wordml.custom_properties(named), package)
    package.relate_to(custom, f"{_RELATIONS}custom-properties")
    # Rows are counted within the table, its header being the first.
    numbers = list(range(2, len(table.rows) + 2))
    rows = wordml.carried_rows(carried.rows(table, numbers))
    document.part.relate_to(
        part_class(uri("/customXml/item2.xml"), "application/xml", rows, package), f"{_RELATIONS}customXml"
    )


def _footer(document: Any, left: str, right: str) -> None:
    """What identifies the table on the left, the page in the middle, the short digest on the right."""
    tabs = f'<w:tabs><w:tab w:val="center" w:pos="{ROOM // 2}"/><w:tab w:val="right" w:pos="{ROOM}"/></w:tabs>'
    middle = f"{wordml.field('PAGE')}{wordml.run(' / ')}{wordml.field('NUMPAGES')}"
    runs = wordml.run(f"{flattened(left)}\t") + middle + wordml.run(f"\t{flattened(right)}")
    footer = document.sections[0].footer
    footer.is_linked_to_previous = False
    old = footer.paragraphs[0]._p
    old.addprevious(need("docx.oxml").parse_xml(wordml.declared(wordml.paragraph(runs, properties=tabs))))
    old.getparent().remove(old)


def _repacked(data: bytes) -> bytes:
    """The package with fixed times, so that the same content is the same bytes."""
    out = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = ZipInfo(name, _ZIP_TIME)
            info.compress_type = ZIP_DEFLATED
            info.create_system = 3
            new.writestr(info, old.read(name))
    return out.getvalue()
