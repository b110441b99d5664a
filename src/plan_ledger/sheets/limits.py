"""How much a document may hold before it is refused: settings with safe defaults."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Limits:
    """Caps for one document. Sizes are in bytes, the rest are counts.

    The defaults let through a plan of some ten thousand rows and keep reading any file under 512 MB of memory and
    5 s. A host with larger tables raises single caps: ``Limits(rows=100_000)``.
    """

    file_bytes: int = 32 * 2**20
    """The file as it lies on the disk."""
    unpacked_bytes: int = 64 * 2**20
    """All the parts of an xlsx or docx that are read, unpacked."""
    ratio: int = 100
    """Unpacked : packed, for a part of more than 1 MiB."""
    entries: int = 2_000
    """Parts in an xlsx or docx."""
    elements: int = 800_000
    """XML elements in all the parts that are read."""
    depth: int = 100
    """Nesting of XML elements."""
    sheets: int = 100
    """Sheets of an xlsx, tables of a docx."""
    rows: int = 30_000
    """The last row of a sheet that holds something."""
    columns: int = 300
    """The last column of a sheet that holds something."""
    cells: int = 100_000
    """Cells of all sheets, also empty ones that carry a format; strings of an xlsx with their runs; and rows times
    columns of a table."""
    merges: int = 20_000
    """Merged ranges of all sheets."""
    merged_cells: int = 200_000
    """Cells inside merged ranges, hyperlinked ranges and the like, of all sheets."""
    cell_characters: int = 100_000
    """Characters of one cell."""
    problems: int = 1_000
    """Problems reported for one document; one more says that the list was cut."""


DEFAULT_LIMITS = Limits()
