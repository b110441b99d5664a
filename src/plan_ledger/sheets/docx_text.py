"""The text of a Word table's cell: runs with their ink, line breaks, tracked changes, fields, phonetic guides.

Tracked changes are read as if accepted: what was deleted is gone, what was inserted counts as red, for it is how
such a document shows what is new.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, evolve, field, frozen

from plan_ledger.sheets.grid import Run
from plan_ledger.sheets.ink import is_red

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ALTERNATIVE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

OWN_AUTHOR = "plan_ledger"
"""Whose the tracked changes of our own handouts are: what they say is no surprise to whom they come back."""

# Inside a run: what stands for a character. A soft hyphen is invisible, but part of the text.
_SIGNS = {"br": "\n", "cr": "\n", "tab": "\t", "ptab": "\t", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}
# Around runs: passed through. Not here: w:del and w:moveFrom (accepted as removed), w:rt (the phonetic guide).
_THROUGH = frozenset(
    [
        "hyperlink",
        "smartTag",
        "sdt",
        "sdtContent",
        "customXml",
        "fldSimple",
        "ruby",
        "rubyBase",
        "dir",
        "bdo",
        "r",
        "p",
    ]
)


_VALUE = f"{WORD}val"
_PROPERTIES = {
    f"{WORD}color": "color",
    f"{WORD}strike": "strike",
    f"{WORD}dstrike": "strike",
    f"{WORD}u": "u",
    f"{WORD}vanish": "vanish",
}


@frozen
class _Ink:
    red: bool = False
    strike: bool = False
    underline: bool = False
    hidden: bool = False


@define
class CellText:
    """What a cell, or a paragraph, holds: its runs, hidden text, and counts of what a reader should know."""

    runs: list[Run] = field(factory=list[Run])
    hidden: str = ""
    inserted: int = 0
    deleted: int = 0
    tables: int = 0
    numbered: int = 0


@frozen
class Styles:
    """The run properties of each style (XML elements), its own last, those of the styles it is based on before."""

    chains: Mapping[str, tuple[Any, ...]]

    @classmethod
    def of(cls, document: Any) -> Styles:
        """Of a python-docx document."""
        elements: dict[str, Any] = {}
        for style in document.styles.element.findall(f"{WORD}style"):
            elements[style.get(f"{WORD}styleId", "")] = style
        return cls({name: _chain(name, elements) for name in elements})

    def apply(self, name: str | None, ink: _Ink) -> _Ink:
        for properties in self.chains.get(name or "", ()):
            ink = _with(ink, properties)
        return ink


def _chain(name: str, elements: Mapping[str, Any]) -> tuple[Any, ...]:
    chain: list[Any] = []
    seen: set[str] = set()
    while name in elements and name not in seen and len(seen) < 20:  # styles based on each other end, too
        seen.add(name)
        properties = elements[name].find(f"{WORD}rPr")
        if properties is not None:
            chain.insert(0, properties)
        based = elements[name].find(f"{WORD}basedOn")
        name = "" if based is None else based.get(f"{WORD}val", "")
    return tuple(chain)


def read_cell(element: Any, styles: Styles) -> CellText:
    """Read a ``w:tc`` or ``w:p``: its paragraphs joined with LF."""
    found = CellText()
    paragraphs = [element] if element.tag == f"{WORD}p" else list(_paragraphs(element, found))
    for index, paragraph in enumerate(paragraphs):
        if index:
            found.runs.append(Run("\n"))
        properties = paragraph.find(f"{WORD}pPr")
        ink = _Ink()
        if properties is not None:
            style = properties.find(f"{WORD}pStyle")
            ink = styles.apply(None if style is None else style.get(f"{WORD}val"), ink)
            found.numbered += properties.find(f"{WORD}numPr") is not None
        _inline(paragraph, ink, styles, found)
    return found


def _paragraphs(cell: Any, found: CellText) -> list[Any]:
    paragraphs: list[Any] = []
    for child in cell:
        if child.tag == f"{WORD}p":
            paragraphs.append(child)
        elif child.tag == f"{WORD}tbl":
            found.tables += 1
        elif child.tag in (f"{WORD}sdt", f"{WORD}sdtContent", f"{WORD}customXml", f"{WORD}ins", f"{WORD}moveTo"):
            paragraphs += _paragraphs(child, found)
    return paragraphs


def _inline(element: Any, ink: _Ink, styles: Styles, found: CellText) -> None:
    for child in element:
        if not isinstance(child.tag, str):  # a comment
            continue
        name = child.tag.removeprefix(WORD)
        if name == "r":
            _run(child, ink, styles, found)
        elif name in ("del", "moveFrom"):
            found.deleted += not _ours(child)
        elif name in ("ins", "moveTo"):
            found.inserted += not _ours(child)
            _inline(child, evolve(ink, red=True, underline=True), styles, found)
        elif name in _THROUGH:
            _inline(child, ink, styles, found)
        elif child.tag == f"{_ALTERNATIVE}AlternateContent":
            for choice in child.findall(f"{_ALTERNATIVE}Choice")[:1]:
                _inline(choice, ink, styles, found)


def _ours(change: Any) -> bool:
    """Whether a tracked change is one that our own handouts were written with."""
    author: str | None = change.get(f"{WORD}author")
    return author == OWN_AUTHOR


def _run(run: Any, ink: _Ink, styles: Styles, found: CellText) -> None:
    properties = run.find(f"{WORD}rPr")
    if properties is not None:
        style = properties.find(f"{WORD}rStyle")
        ink = _with(styles.apply(None if style is None else style.get(f"{WORD}val"), ink), properties)
    for child in run:
        if not isinstance(child.tag, str):
            continue
        name = child.tag.removeprefix(WORD)
        if name == "t":
            _add(child.text or "", ink, found)
        elif name in _SIGNS:
            _add(_SIGNS[name], ink, found)
        elif name == "sym":
            code = child.get(f"{WORD}char", "")
            _add(chr(int(code, 16)) if len(code) == 4 else "\ufffd", ink, found)
        elif name == "ruby":
            _inline(child, ink, styles, found)


def _add(text: str, ink: _Ink, found: CellText) -> None:
    if ink.hidden:
        found.hidden += text
    else:
        found.runs.append(Run(text, ink.red, ink.strike, ink.underline))


def _with(ink: _Ink, properties: Any) -> _Ink:
    """The ink after a ``w:rPr`` is applied over it."""
    red, strikes, underline, hidden = ink.red, None, ink.underline, ink.hidden
    for child in properties:
        name = _PROPERTIES.get(child.tag)
        if name == "color":
            red = is_red(child.get(_VALUE))
        elif name == "strike":
            strikes = bool(strikes) or _on(child)
        elif name == "u":
            underline = child.get(_VALUE, "single") != "none"
        elif name == "vanish":
            hidden = _on(child)
    return _Ink(red, ink.strike if strikes is None else strikes, underline, hidden)


def _on(element: Any) -> bool:
    return element.get(_VALUE, "true") not in ("0", "false", "off")
