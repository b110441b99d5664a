"""A document read for checking it: what it says it is, its headings, and its cells as they are seen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from plan_ledger.errors import Place
from plan_ledger.index import catalog
from plan_ledger.ledger.importing import SheetPath, read_sheet
from plan_ledger.sheets.grid import Document, cell_ref
from plan_ledger.sheets.html_in import read_html
from plan_ledger.sheets.limits import Limits
from plan_ledger.sheets.problems import LimitExceeded, UnreadableFile
from plan_ledger.sheets.reading import NamedBytes
from plan_ledger.sheets.returned import CarriedUnreadable, read_carried
from plan_ledger.sheets.titles import read_title

if TYPE_CHECKING:
    from plan_ledger.store.transaction import Rows

_HTML = re.compile(rb"\s*(?:<!doctype html|<html)", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,15}")


@frozen
class Said:
    """What a document says it is. ``digest`` is None in a format that carries none."""

    plan: str | None
    meeting: str | None
    edition: int | None
    position: int | None
    digest: str | None


@frozen
class ReadTable:
    """A document's table: headings; rows of (cell, text), None where a cell from above goes on; lines above it."""

    name: str
    sha256: str
    said: Said | None
    headers: tuple[str, ...]
    rows: tuple[tuple[tuple[str, str | None], ...], ...]
    lines: tuple[str, ...]
    one_line: bool


def load(document: SheetPath, limits: Limits) -> NamedBytes:
    if isinstance(document, NamedBytes):
        return document
    path = Path(document)
    place = Place(file=path.name)
    try:
        with path.open("rb") as file:
            data = file.read(limits.file_bytes + 1)
    except OSError as error:
        raise UnreadableFile(error.strerror or type(error).__name__, place=place) from error
    if len(data) > limits.file_bytes:
        raise LimitExceeded("file_bytes", limits.file_bytes, len(data), place=place)
    return NamedBytes(path.name, data)


def read_handout(rows: Rows, named: NamedBytes, plans: Sequence[catalog.PlanRow], limits: Limits) -> ReadTable:
    if _HTML.match(named.data[:200]):
        return _read_page(named, limits)
    schema = catalog.schema_at(rows, plans[0].no, (1 << 62) - 1) if plans else None
    if schema is None:
        return ReadTable(named.name, hashlib.sha256(named.data).hexdigest(), None, (), (), (), False)
    document = read_sheet(named, schema, limits)
    lines = tuple(line for grid in document.grids for line in grid.lines_before)
    table = tuple(
        tuple((cell.ref, None if cell.merged_into else cell.standing) for cell in row.cells)
        for grid in document.grids
        for row in grid.rows
    )
    headers = tuple(cell.text for cell in document.grids[0].header) if document.grids else ()
    texts = tuple(cell.text for line in lines for cell in line.cells)
    flat = document.kind in ("csv", "tsv")
    return ReadTable(named.name, document.sha256, _said_by(document), headers, table, texts, flat)


def _said_by(document: Document) -> Said | None:
    try:
        carried = read_carried(document)
    except CarriedUnreadable:
        carried = None
    if carried is not None:
        return Said(carried.plan, carried.meeting, carried.edition, carried.position, carried.digest)
    line = read_title(line for grid in document.grids for line in grid.lines_before)
    if line is None or line.meeting is None:
        return None
    return Said(line.title, line.meeting, None, None, None)


def _read_page(named: NamedBytes, limits: Limits) -> ReadTable:
    sha256 = hashlib.sha256(named.data).hexdigest()
    page = read_html(named.data.decode("utf-8", "replace"), named.name, limits)
    if page is None:
        return ReadTable(named.name, sha256, None, (), (), (), False)
    told = {name: value for name, value in page.told.items() if value}
    numbers = {name: int(told[name]) for name in ("edition", "position") if _NUMBER.fullmatch(told.get(name, ""))}
    said = Said(
        told.get("plan"), told.get("meeting"), numbers.get("edition"), numbers.get("position"), told.get("digest")
    )
    rows = tuple(
        tuple((cell_ref(number, column), text) for column, text in enumerate(row, 1))
        for number, row in enumerate(page.rows, 2)
    )
    return ReadTable(named.name, sha256, said, page.headers, rows, (page.title,), False)
