"""An xlsx before openpyxl sees it: one pass over the XML that counts, refuses, and cuts out what will be read.

openpyxl gets a new, small package: the visible sheets' columns and cells, the strings, the styles and the theme. So a
hyperlink over a million cells, a broken drawing or a pivot table is neither followed nor a reason to fail; and what
openpyxl leaves out (whether a cell is a formula, merged ranges without a cell object each) is taken from this pass.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

from attrs import define

from plan_ledger.errors import Place
from plan_ledger.sheets.package import CONTENT_TYPES, Package
from plan_ledger.sheets.parts import relations
from plan_ledger.sheets.problems import DamagedDocument, LimitExceeded, UnsupportedFormat
from plan_ledger.sheets.xlsx_slices import MAIN, Counts, SheetEntry, SheetFacts, SheetSlices, Slices

_STRINGS = frozenset({f"{MAIN} si", f"{MAIN} r", f"{MAIN} rPr", f"{MAIN} rPh"})
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_MOST_STYLES = 150_000  # elements; a full styles part of Excel's 64,000 cell formats has fewer
# openpyxl strips this from every text, escape or not; a mark put inside before hides it
_STRIPPED = b"x005F_"
_MARKS = [chr(code) for code in range(0xFDD0, 0xFDF0)]
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@define
class WorkbookScan:
    """The sheets that are read, in order, each with its facts; the names of those passed over; the new package."""

    sheets: list[tuple[SheetEntry, SheetFacts]]
    hidden: list[str]
    package: io.BytesIO
    mark: str

    def text(self, text: str) -> str:
        """A text from openpyxl with the file format's escapes (``_x000D_``) resolved."""
        if self.mark:
            text = text.replace(self.mark, "")
        return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def scan_workbook(package: Package, main: str, own_sheet: str) -> WorkbookScan:
    """Check the workbook and cut out what is read: every visible sheet, and the one named ``own_sheet`` if hidden.

    Raises:
        LimitExceeded, DamagedDocument, ForbiddenMarkup, UnsupportedFormat: It is refused.
    """
    entries, date1904 = _entries(package, main)
    kept = [entry for entry in entries if entry.state == "visible" or entry.name == own_sheet]
    parts: dict[str, bytes] = {}
    sheets: list[tuple[SheetEntry, SheetFacts]] = []
    counts = Counts()
    for number, entry in enumerate(kept, start=1):
        slices = SheetSlices(package, entry, counts)
        parts[f"xl/worksheets/sheet{number}.xml"] = slices.cut()
        sheets.append((entry, slices.facts))
    shared = _shared_parts(package, main)
    mark = ""
    texts = [name for name in (*parts, "xl/sharedStrings.xml") if _STRIPPED in (shared | parts).get(name, b"")]
    if texts:
        every = b"".join((shared | parts)[name] for name in texts)
        mark = next((one for one in _MARKS if one.encode() not in every), "")
        for name in texts:
            holder = parts if name in parts else shared
            holder[name] = holder[name].replace(_STRIPPED, _STRIPPED[:1] + mark.encode() + _STRIPPED[1:])
    made = _new_package(parts, shared, date1904=date1904)
    hidden = [entry.name for entry in entries if entry not in kept]
    return WorkbookScan(sheets, hidden, made, mark)


def _entries(package: Package, main: str) -> tuple[list[SheetEntry], bool]:
    targets = {relation.id: relation for relation in relations(package, main)}
    place = Place(file=package.file)
    entries: list[SheetEntry] = []
    date1904 = False

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal date1904
        if tag.startswith(_STRICT):
            raise UnsupportedFormat("Strict Open XML", "xlsx", place=place)
        if tag == f"{MAIN} workbookPr":
            date1904 = attributes.get("date1904") in ("1", "true")
        elif tag == f"{MAIN} sheet":
            relation = targets.get(attributes.get(f"{_OFFICE} id", ""))
            if relation is None:
                raise DamagedDocument(f"{main}: a sheet without its part", place=place)
            if relation.kind == "worksheet":  # not a chart or macro sheet
                name = attributes.get("name", "")
                entries.append(SheetEntry(name, relation.target, attributes.get("state", "visible")))
                if len(entries) > package.limits.sheets:
                    raise LimitExceeded("sheets", package.limits.sheets, place=place)

    package.scan(main, start)
    return entries, date1904


def _shared_parts(package: Package, main: str) -> dict[str, bytes]:
    """Strings, styles and theme, checked, under the names that openpyxl looks for."""
    found: dict[str, bytes] = {}
    limits = package.limits
    for relation in relations(package, main):
        if relation.kind == "sharedStrings" and relation.target in package:
            _count(package, relation.target, "cells", limits.cells, _STRINGS)
            found["xl/sharedStrings.xml"] = package.part(relation.target)
        elif relation.kind == "styles" and relation.target in package:
            _count(package, relation.target, "elements", _MOST_STYLES, None)
            keep = frozenset({"numFmts", "fonts", "cellXfs", "colors"})
            found["xl/styles.xml"] = Slices(package, relation.target, keep).cut()
        elif relation.kind == "theme" and relation.target in package:
            package.scan(relation.target)
            found["xl/theme/theme1.xml"] = package.part(relation.target)
    return found


def _count(package: Package, part: str, setting: str, most: int, counted: frozenset[str] | None) -> None:
    seen = 0

    def start(tag: str, _: Mapping[str, str]) -> None:
        nonlocal seen
        if counted is None or tag in counted:
            seen += 1
            if seen > most:
                raise LimitExceeded(setting, most, place=Place(file=package.file))

    package.scan(part, start)


def _new_package(parts: Mapping[str, bytes], shared: Mapping[str, bytes], *, date1904: bool) -> io.BytesIO:
    """The package for openpyxl; its sheets are titled 1, 2, 3 … since real names may break openpyxl's rules."""
    numbers = range(1, len(parts) + 1)
    sheets = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    properties = '<workbookPr date1904="1"/>' if date1904 else ""
    workbook = f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}">{properties}<sheets>{sheets}</sheets></workbook>'
    targets = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    relationships = f'<Relationships xmlns="{_PACKAGE}/relationships">{targets}</Relationships>'
    overrides = f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
    if "xl/sharedStrings.xml" in shared:
        overrides += f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPES}.sharedStrings+xml"/>'
    types = f'<Types xmlns="{_PACKAGE}/content-types">{overrides}</Types>'
    made = {CONTENT_TYPES: types, "xl/workbook.xml": workbook, "xl/_rels/workbook.xml.rels": relationships}
    return Package.reduced({name: text.encode() for name, text in made.items()} | dict(parts) | dict(shared))
