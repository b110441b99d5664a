"""What both office formats share: relationships between parts, and custom document properties."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from attrs import frozen

from plan_ledger.sheets.package import Package

CUSTOM_PROPERTIES = "docProps/custom.xml"


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
