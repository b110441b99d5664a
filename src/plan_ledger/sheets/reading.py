"""The door for documents: what a file is, is told from its bytes, and it is read with the matching reader."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from plan_ledger.errors import Place
from plan_ledger.sheets.delimited import decode, read_delimited
from plan_ledger.sheets.docx_in import read_docx
from plan_ledger.sheets.grid import Document, Grid, Kind
from plan_ledger.sheets.limits import DEFAULT_LIMITS, Limits
from plan_ledger.sheets.package import Package, office_kind
from plan_ledger.sheets.problems import (
    EncryptedDocument,
    HeaderNotFound,
    LimitExceeded,
    SheetProblem,
    TooManyProblems,
    UnreadableFile,
    UnsupportedFormat,
)
from plan_ledger.sheets.shaping import HeaderTest, Shaped, looks_like_header
from plan_ledger.sheets.suspicions import TooManyWarnings
from plan_ledger.sheets.xlsx_in import read_xlsx


@frozen
class NamedBytes:
    """A document that is already in memory, with the name to use in messages and sources."""

    name: str
    data: bytes


def read_document(
    source: str | os.PathLike[str] | NamedBytes,
    *,
    limits: Limits = DEFAULT_LIMITS,
    is_header: HeaderTest = looks_like_header,
) -> Document:
    """Read the tables of an xlsx, docx, csv or tsv.

    What the bytes are decides, not the file's extension; that only settles whether a text is tried as csv or tsv
    first.

    Args:
        source: A path, or bytes with a name.
        limits: The caps; by default ``Limits()``.
        is_header: Given a row's texts from the first column on, says whether it is the header. The default takes the
            first row with three texts that is no note.

    Returns:
        The grids, and everything that was found: look at ``errors`` and ``warnings``. A document without any table
        has no grids and an error.

    Raises:
        SheetProblem: Of level ``fatal``: there is no such file, it is protected, damaged, of another format, not
            decodable, or over a limit. ``plan_ledger.errors.Problems`` for several.
        MissingExtra: The library for the format is not installed.
    """
    named = source if isinstance(source, NamedBytes) else _load(source, limits)
    name = _storable(named.name)
    if len(named.data) > limits.file_bytes:
        raise LimitExceeded("file_bytes", limits.file_bytes, len(named.data), place=Place(file=name))
    kind, grids, properties, problems = _dispatch(name, named.data, limits, is_header)
    if not grids and not any(isinstance(problem, HeaderNotFound) for problem in problems):
        problems.insert(0, HeaderNotFound(place=Place(file=name)))
    return Document(
        name=name,
        sha256=hashlib.sha256(named.data).hexdigest(),
        kind=kind,
        grids=tuple(grids),
        properties=properties,
        problems=_cut(problems, limits.problems, Place(file=name)),
    )


def _cut(problems: list[SheetProblem], most: int, place: Place) -> tuple[SheetProblem, ...]:
    """At most so many errors and so many warnings: a flood of warnings must not push an error out of the list."""
    kept: list[SheetProblem] = []
    for wanted, more in ((False, TooManyProblems(most, place=place)), (True, TooManyWarnings(most, place=place))):
        of_level = [problem for problem in problems if (problem.level == "warning") == wanted]
        kept += of_level if len(of_level) <= most else [*of_level[:most], more]
    order = {id(problem): index for index, problem in enumerate(problems)}
    return tuple(sorted(kept, key=lambda problem: order.get(id(problem), len(order))))


def _storable(name: str) -> str:
    # a file name that is not in the system's encoding holds lone surrogates, which nothing can store
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _load(path: str | os.PathLike[str], limits: Limits) -> NamedBytes:
    file = Path(path)
    name = _storable(file.name)
    place = Place(file=name)
    try:
        if not stat.S_ISREG(file.stat().st_mode):  # a pipe or device would be waited for, for ever
            raise UnreadableFile("not a regular file", place=place)
        with file.open("rb") as stream:
            return NamedBytes(name, stream.read(limits.file_bytes + 1))
    except OSError as error:
        raise UnreadableFile(error.strerror or type(error).__name__, place=place) from error
    except ValueError as error:  # a NUL in the path
        raise UnreadableFile(str(error), place=place) from error


_Read = tuple[Kind, list[Grid], Mapping[str, str], list[SheetProblem]]

_OTHER_FORMATS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "PDF", "xlsx / docx"),
    (b"{\\rtf", "RTF", "docx"),
    (b"\x1f\x8b", "gzip", "xlsx / docx"),
    (b"\x89PNG", "PNG", "xlsx / docx"),
    (b"\xff\xd8\xff", "JPEG", "xlsx / docx"),
    (b"<!DOCTYPE", "HTML / XML", "xlsx"),
    (b"<html", "HTML", "xlsx"),
    (b"<?xml", "XML", "xlsx / docx"),
)


_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# names in the directory of an OLE file (old Office formats, and the shell around an encrypted xlsx or docx)
_OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLE_WORD = "WordDocument".encode("utf-16-le")


def _dispatch(name: str, data: bytes, limits: Limits, is_header: HeaderTest) -> _Read:
    place = Place(file=name)
    if data.startswith(_ZIP):
        return _read_package(name, data, limits, is_header)
    if data.startswith(_OLE[:4]):
        if _OLE_ENCRYPTED in data:
            raise EncryptedDocument(place=place)
        word = _OLE_WORD in data
        raise UnsupportedFormat(
            "Word 97-2003 (doc)" if word else "Excel 97-2003 (xls)", "docx" if word else "xlsx", place=place
        )
    for magic, found, remedy in _OTHER_FORMATS:
        if data[:64].lstrip().startswith(magic):
            raise UnsupportedFormat(found, remedy, place=place)
    return _read_text(name, data, limits, is_header)


def _read_package(name: str, data: bytes, limits: Limits, is_header: HeaderTest) -> _Read:
    package = Package.open(data, name, limits)
    kind, main = office_kind(package)
    grids, properties, problems = (read_xlsx if kind == "xlsx" else read_docx)(package, main, is_header)
    return kind, grids, properties, problems


def _read_text(name: str, data: bytes, limits: Limits, is_header: HeaderTest) -> _Read:
    text = decode(data, name)
    order: tuple[tuple[Kind, str], ...] = (("tsv", "\t"), ("csv", ","))
    if name.lower().endswith(".csv"):
        order = order[::-1]
    tried: list[tuple[Kind, Shaped]] = []
    for kind, delimiter in order:
        shaped = read_delimited(text, delimiter, file=name, limits=limits, is_header=is_header)
        if shaped.grid is not None:
            return kind, [shaped.grid], {}, list(shaped.problems)
        tried.append((kind, shaped))
    kind, shaped = tried[0]
    return kind, [], {}, list(shaped.problems)
