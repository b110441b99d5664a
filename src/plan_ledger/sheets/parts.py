"""What both office formats share: relationships between parts, and custom document properties."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from plan_ledger.sheets.package import Package

CUSTOM_PROPERTIES = "docProps/custom.xml"
CARRIED = "urn:plan-ledger:carried:1"
"""The namespace of the part in which our own Word documents carry what our workbooks have in a very hidden sheet."""


@frozen
class Relation:
    """``kind`` is the last word of the relationship's type: ``worksheet``, ``styles`` …; ``target`` a part's name."""

    id: str
    kind: str
    target: str


def relations_name(part: str) -> str:
    """Where the relationships of a part are kept: ``xl/workbook.xml`` → ``xl/_rels/workbook.xml.rels``."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def relations(package: Package, part: str) -> list[Relation]:
    """The part's relationships to other parts of the package; links to the outside are left out."""
    name = relations_name(part)
    if name not in package:
        return []
    found: list[Relation] = []
    folder = posixpath.dirname(part)

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if tag.endswith(" Relationship") and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            kind = attributes.get("Type", "").rpartition("/")[2]
            found.append(Relation(attributes.get("Id", ""), kind, path))

    package.scan(name, start)
    return found


def custom_properties(package: Package) -> dict[str, str]:
    """The document's custom properties, all as text."""
    if CUSTOM_PROPERTIES not in package:
        return {}
    found: dict[str, str] = {}
    name: str | None = None

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal name
        if tag.endswith(" property"):
            name = attributes.get("name")
            if name is not None:
                found[name] = ""

    def end(tag: str) -> None:
        nonlocal name
        if tag.endswith(" property"):
            name = None

    def text(data: str) -> None:
        if name is not None and not (data.isspace() and not found[name]):
            found[name] += data

    package.scan(CUSTOM_PROPERTIES, start, end, text)
    return {key: value.strip() for key, value in found.items()}


def carried_pairs(rows: Iterable[Sequence[str]]) -> dict[str, str]:
    """The rows of texts that our own files carry, as names and values.

    A row is a name and its values, which are joined by tabs; one that begins with ``row`` and a number has both as
    its name (``row 7``). The first of a name counts.
    """
    found: dict[str, str] = {}
    for row in rows:
        if row and row[0]:
            named = 2 if row[0] == "row" else 1
            found.setdefault(" ".join(row[:named]), "\t".join(row[named:]))
    return found


def carried_part(package: Package, main: str) -> dict[str, str]:
    """What a Word document of ours carries in a custom XML part; nothing where there is none."""
    for relation in relations(package, main):
        if relation.kind == "customXml" and relation.target in package:
            rows = _carried_rows(package, relation.target)
            if rows:
                return carried_pairs(rows)
    return {}


def _carried_rows(package: Package, part: str) -> list[list[str]]:
    rows: list[list[str]] = []
    ours = value = False

    def start(tag: str, _: Mapping[str, str]) -> None:
        nonlocal ours, value
        ours = ours or tag == f"{CARRIED} carried"
        if tag == f"{CARRIED} row" and ours:
            rows.append([])
        value = tag == f"{CARRIED} v" and bool(rows)
        if value:
            rows[-1].append("")

    def end(_: str) -> None:
        nonlocal value
        value = False

    def text(data: str) -> None:
        if value:
            rows[-1][-1] += data

    package.scan(part, start, end, text)
    return rows
