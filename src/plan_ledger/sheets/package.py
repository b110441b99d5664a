"""Office files as zip packages: opened, measured and checked before any library sees them.

What is checked is what is parsed: the readers hand the libraries a new package (:meth:`Package.reduced`) made of the
parts that were read and scanned here, not the original file with its second copies, drawings and links.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Literal
from xml.parsers import expat

from attrs import define, field

from plan_ledger.errors import Place
from plan_ledger.sheets.limits import Limits
from plan_ledger.sheets.problems import (
    DamagedDocument,
    EncryptedDocument,
    ForbiddenMarkup,
    LimitExceeded,
    UnsupportedFormat,
)

CONTENT_TYPES = "[Content_Types].xml"
_LARGE = 2**20  # the ratio of a small part says nothing: an empty sheet packs well
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    LookupError,
    NotImplementedError,  # a compression that zipfile does not know
    RuntimeError,  # zipfile's word for an encrypted part
    OverflowError,
)
_XML_ENCODINGS = frozenset({"UTF-8", "US-ASCII", "ASCII"})

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]


@define(eq=False)
class Package:
    """An xlsx or docx whose parts are read through caps. ``file`` is the document's name, for places."""

    file: str
    limits: Limits
    _zip: zipfile.ZipFile
    _infos: dict[str, zipfile.ZipInfo]
    _unpacked: int = 0
    _elements: int = 0
    _read: dict[str, bytes] = field(factory=dict[str, bytes])

    @classmethod
    def open(cls, data: bytes, file: str, limits: Limits) -> Package:
        """Raises :class:`DamagedDocument`, :class:`LimitExceeded` or :class:`EncryptedDocument`."""
        place = Place(file=file)
        # counted before zipfile makes an object of each
        if (entries := data.count(b"PK\x01\x02")) > limits.entries:
            raise LimitExceeded("entries", limits.entries, entries, place=place)
        try:
            archive = zipfile.ZipFile(io.BytesIO(data))
        except _ZIP_FAULTS as error:
            raise DamagedDocument(f"zip: {error}", place=place) from error
        infos: dict[str, zipfile.ZipInfo] = {}
        for info in archive.infolist():
            if info.flag_bits & 1:
                raise EncryptedDocument(place=place)
            # two parts of one name: the scan and the parser could each take another; Word compares without case
            if info.filename.lower() in infos:
                raise DamagedDocument(f"zip: {info.filename!r} twice", place=place)
            infos[info.filename.lower()] = info
        return cls(file, limits, archive, infos)

    def names(self) -> list[str]:
        return [info.filename for info in self._infos.values()]

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._infos

    def part(self, name: str) -> bytes:
        """A part's bytes, unpacked; the sum of all that are read stays within ``Limits.unpacked_bytes``."""
        if name in self._read:
            return self._read[name]
        place = Place(file=self.file)
        info = self._infos.get(name.lower())
        if info is None:
            raise DamagedDocument(f"{name} is missing", place=place)
        self._unpacked += info.file_size
        if self._unpacked > self.limits.unpacked_bytes:
            raise LimitExceeded("unpacked_bytes", self.limits.unpacked_bytes, self._unpacked, place=place)
        if info.file_size > _LARGE and info.file_size > self.limits.ratio * max(info.compress_size, 1):
            ratio = info.file_size // max(info.compress_size, 1)
            raise LimitExceeded("ratio", self.limits.ratio, ratio, place=place)
        try:
            with self._zip.open(info) as stream:
                data = stream.read(info.file_size + 1)
        except _ZIP_FAULTS as error:
            raise DamagedDocument(f"{name}: {error}", place=place) from error
        self._read[name] = data
        return data

    def scan(self, name: str, start: Start | None = None, end: End | None = None, text: End | None = None) -> None:
        """Walk a part's XML once, refusing what is unsafe; see :meth:`scanner` for the callbacks."""
        parser = self.scanner(name, start, end)
        if text is not None:
            parser.buffer_text = True
            parser.CharacterDataHandler = text
        self.parse(name, parser)

    def parse(self, name: str, parser: expat.XMLParserType) -> None:
        """Run a :meth:`scanner` over its part."""
        try:
            parser.Parse(self.part(name), True)
        except expat.ExpatError as error:
            raise DamagedDocument(f"{name}: {error}", place=Place(file=self.file)) from error
        except UnicodeError as error:
            raise ForbiddenMarkup(name, "encoding", place=Place(file=self.file)) from error

    def scanner(self, name: str, start: Start | None = None, end: End | None = None) -> expat.XMLParserType:
        """A parser that refuses DOCTYPE, entities, odd encodings and too many or too deep elements.

        ``start`` and ``end`` get names as ``namespace local`` (``local`` alone where there is no namespace).
        """
        place = Place(file=self.file)
        if self.part(name)[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise ForbiddenMarkup(name, "UTF-16", place=place)
        parser = expat.ParserCreate(namespace_separator=" ")
        depth = 0

        def refuse(*_: object) -> None:
            raise ForbiddenMarkup(name, "DOCTYPE", place=place)

        def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
            if encoding is not None and encoding.upper() not in _XML_ENCODINGS:
                raise ForbiddenMarkup(name, encoding[:40], place=place)

        def begins(tag: str, attributes: Mapping[str, str]) -> None:
            nonlocal depth
            depth += 1
            self._elements += 1
            if depth > self.limits.depth:
                raise LimitExceeded("depth", self.limits.depth, place=place)
            if self._elements > self.limits.elements:
                raise LimitExceeded("elements", self.limits.elements, place=place)
            if start is not None:
                start(tag, attributes)

        def ends(tag: str) -> None:
            nonlocal depth
            depth -= 1
            if end is not None:
                end(tag)

        parser.StartDoctypeDeclHandler = refuse
        parser.EntityDeclHandler = refuse
        parser.XmlDeclHandler = declaration
        parser.StartElementHandler = begins
        parser.EndElementHandler = ends
        return parser

    @staticmethod
    def reduced(parts: Mapping[str, bytes]) -> io.BytesIO:
        """A new package of the given parts only, stored unpacked, for a library to open."""
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
            for name, data in parts.items():
                archive.writestr(zipfile.ZipInfo(name, _FIXED_TIME), data)
        made.seek(0)
        return made


@define
class Manifest:
    """What ``[Content_Types].xml`` says: the type of each named part, by its path without the leading slash."""

    overrides: dict[str, str]
    defaults: dict[str, str]

    @classmethod
    def of(cls, package: Package) -> Manifest:
        manifest = cls({}, {})

        def start(tag: str, attributes: Mapping[str, str]) -> None:
            kind = attributes.get("ContentType", "")
            if tag.endswith("Override"):
                manifest.overrides[attributes.get("PartName", "").lstrip("/")] = kind
            elif tag.endswith("Default"):
                manifest.defaults[attributes.get("Extension", "").lower()] = kind

        package.scan(CONTENT_TYPES, start)
        return manifest


def office_kind(package: Package) -> tuple[Literal["xlsx", "docx"], str]:
    """What the package is, and the name of its main part.

    Raises:
        UnsupportedFormat: Another office format, or a zip of something else; with the format to save as.
    """
    place = Place(file=package.file)
    if CONTENT_TYPES not in package:
        if "mimetype" in package:
            kind = package.part("mimetype")[:100].decode("ascii", "replace")
            sheet = "spreadsheet" in kind
            found = f"OpenDocument ({'ods' if sheet else 'odt'})"
            raise UnsupportedFormat(found, "xlsx" if sheet else "docx", place=place)
        raise UnsupportedFormat("zip", "xlsx / docx", place=place)
    manifest = Manifest.of(package)
    for part, kind in manifest.overrides.items():
        if "spreadsheetml" in kind or "ms-excel" in kind:
            if kind.endswith(("sheet.main+xml", "template.main+xml", "macroEnabled.main+xml")):
                return "xlsx", part
            if "sheet.binary" in kind:
                raise UnsupportedFormat("xlsb", "xlsx", place=place)
        elif ("wordprocessingml" in kind and kind.endswith(("document.main+xml", "template.main+xml"))) or (
            "ms-word" in kind and "macroEnabled" in kind
        ):
            return "docx", part
        elif "presentationml" in kind and kind.endswith("main+xml"):
            raise UnsupportedFormat("PowerPoint (pptx)", "xlsx / docx", place=place)
    for main, kind_found in (("xl/workbook.xml", "xlsx"), ("word/document.xml", "docx")):
        if main in package:
            return ("xlsx", main) if kind_found == "xlsx" else ("docx", main)
    raise UnsupportedFormat("zip", "xlsx / docx", place=place)
