"""Tab- and comma-separated text: decoding, cells and rows.

**Encodings**: UTF-8 with or without a BOM, UTF-16 with one, and CP932 (Shift_JIS as Windows writes it). Bytes that
are valid UTF-8 are UTF-8. Nothing is ever replaced: what can't be decoded is an error with its line.

**Rows** are records, numbered as Excel numbers them when it opens the file: a quoted cell with line breaks does not
count as several rows. A record ends at LF, CR or CRLF, and at nothing else.

**Quotes in csv** follow RFC 4180. **Quotes in tsv** are part of the text, unless the whole cell is quoted as Excel
quotes it: it begins and ends with a quote, every quote inside is doubled, and something inside made Excel quote it (a
tab, a line break, a comma or a quote). So ``"A"`` keeps its quotes, and ``"a<LF>b"`` and ``"4,450"`` lose them.
:func:`tsv_cell` writes a text so that this reader gives it back to the letter.

**Short rows**: a missing separator shifts every later cell, and a row that only lacks its blank end looks the same.
So a row with fewer cells than the header is an error, save in the one case in which Excel itself writes such rows:
it leaves the blank columns at the right out of whole blocks of sixteen rows (1–16, 17–32, …). A row may be short if
all rows of its block have the same number of cells and so do, among themselves, the rows of every other block. That
is still a warning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import evolve, frozen

from plan_ledger.errors import Place
from plan_ledger.sheets.characters import check_text, line_feeds
from plan_ledger.sheets.grid import Cell, Grid, cell_ref, ref_position
from plan_ledger.sheets.limits import Limits
from plan_ledger.sheets.problems import (
    LimitExceeded,
    MalformedQuotes,
    OutsideTable,
    RaggedRow,
    SheetProblem,
    UndecodableText,
)
from plan_ledger.sheets.shaping import HeaderTest, RawRow, Shaped, shape
from plan_ledger.sheets.suspicions import ShortRowsFilled, TabInQuotes

# Possessive: an unclosed quote is scanned once, not once per way of splitting what follows.
_QUOTED = re.compile(r'"((?:[^"]|"")*+)"')
_PLAIN = {"\t": re.compile(r"[^\t\r\n]*+"), ",": re.compile(r"[^,\r\n]*+")}
_MADE_EXCEL_QUOTE = re.compile(r'[\t\r\n,]|""')
_LINE_END = re.compile(r"\r\n|\r|\n")
_JAPANESE = re.compile("[\u3000-\u9fff\uff00-\uffef]")
# Python decodes these single bytes, which CP932 does not define, to controls and private-use characters.
_UNDEFINED_IN_CP932 = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
_BLOCK = 16


@frozen
class Record:
    """One row of the text: its cells to the letter, and the columns (from 1) whose quotes are wrong or doubtful."""

    cells: tuple[str, ...]
    malformed: tuple[int, ...] = ()
    tabs_inside: tuple[int, ...] = ()


def decode(data: bytes, file: str) -> str:
    """The text of the bytes, without a BOM.

    Raises:
        UndecodableText: They are in none of the encodings that are read.
    """
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        raise UndecodableText("UTF-16", 0, 1, place=Place(file=file))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(data, "utf-16", "UTF-16", file)
    if data.startswith(b"\xef\xbb\xbf"):
        return _strictly(data, "utf-8-sig", "UTF-8", file)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # CP932 never begins with two valid UTF-8 sequences of kana or kanji; a damaged UTF-8 file does
        if len(_JAPANESE.findall(data[: error.start].decode("utf-8")[:10_000])) >= 2:
            return _strictly(data, "utf-8", "UTF-8", file)
    text = _strictly(data, "cp932", "UTF-8 / Shift_JIS", file)
    if undefined := _UNDEFINED_IN_CP932.search(text):
        before = text[: undefined.start()]
        offset = len(before.encode("cp932"))
        raise UndecodableText("UTF-8 / Shift_JIS", offset, _lines(before), place=_line_place(file, before))
    return text


def _strictly(data: bytes, codec: str, name: str, file: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode(codec, "ignore")
        # utf-8-sig reports positions after the BOM
        offset = error.start + len(data) - len(error.object)
        raise UndecodableText(name, offset, _lines(before), place=_line_place(file, before)) from None


def _lines(before: str) -> int:
    return len(_LINE_END.findall(before)) + 1


def _line_place(file: str, before: str) -> Place:
    return Place(file=file, cell=f"{_lines(before)}行目")


def records(text: str, delimiter: str, limits: Limits, file: str) -> list[Record]:
    """Cut the text into records and cells; linear in its length.

    Raises:
        LimitExceeded: More cells, rows or columns than allowed.
    """
    found: list[Record] = []
    cells: list[str] = []
    malformed: list[int] = []
    tabs_inside: list[int] = []
    at, end, total = 0, len(text), 0
    plain = _PLAIN[delimiter]
    while at < end or cells:
        cell, at, wrong = _cell(text, at, delimiter, plain)
        cells.append(cell)
        if len(cells) > limits.columns:
            _keep_within(limits, file, rows=len(found) + 1, columns=len(cells), cells=0)
        if wrong:
            malformed.append(len(cells))
        if delimiter == "\t" and "\t" in cell:
            tabs_inside.append(len(cells))
        if at < end and text[at] == delimiter:
            at += 1
            if at < end:
                continue
            cells.append("")
        found.append(Record(tuple(cells), tuple(malformed), tuple(tabs_inside)))
        total += len(cells)
        _keep_within(limits, file, rows=len(found), columns=len(cells), cells=total)
        cells, malformed, tabs_inside = [], [], []
        if line_end := _LINE_END.match(text, at):
            at = line_end.end()
    return found


def _keep_within(limits: Limits, file: str, *, rows: int, columns: int, cells: int) -> None:
    for setting, seen, limit in (
        ("rows", rows, limits.rows),
        ("columns", columns, limits.columns),
        ("cells", cells, limits.cells),
    ):
        if seen > limit:
            raise LimitExceeded(setting, limit, place=Place(file=file, cell=f"{rows}行目"))


def _cell(text: str, at: int, delimiter: str, plain: re.Pattern[str]) -> tuple[str, int, bool]:
    """The cell that begins at ``at``, where it ends, and whether its quotes are wrong."""
    wrong = False
    if text.startswith('"', at):
        quoted = _QUOTED.match(text, at)
        if quoted and (quoted.end() == len(text) or text[quoted.end()] in f"{delimiter}\r\n"):
            inner = quoted[1]
            if delimiter == "," or _MADE_EXCEL_QUOTE.search(inner):
                return inner.replace('""', '"'), quoted.end(), False
        wrong = delimiter == ","
    rest = plain.match(text, at)
    assert rest is not None  # the pattern matches the empty string
    return rest[0], rest.end(), wrong


def tsv_cell(text: str) -> str:
    """A text as a cell of a tsv that this module, and Excel, read back to the letter (line breaks as LF)."""
    if text.startswith('"') or any(sign in text for sign in "\t\r\n"):
        return '"' + text.replace('"', '""') + '"'
    return text


def read_delimited(text: str, delimiter: str, *, file: str, limits: Limits, is_header: HeaderTest) -> Shaped:
    """The text's one grid, and everything that was found.

    Raises:
        LimitExceeded: More cells, rows or columns than allowed.
    """
    problems: list[SheetProblem] = []
    cut = records(text, delimiter, limits, file)
    rows: list[RawRow] = []
    for number, record in enumerate(cut, start=1):
        cells: dict[int, Cell] = {}
        for column, raw in enumerate(record.cells, start=1):
            if not raw:
                continue
            ref = cell_ref(number, column)
            place = Place(file=file, cell=ref)
            content = line_feeds(raw)
            found = list(check_text(content, place, limits.cell_characters))
            if column in record.malformed:
                found.append(MalformedQuotes(place=place))
            if column in record.tabs_inside:
                found.append(TabInQuotes(place=place))
            problems += found
            blank = content.isspace()
            cells[column] = Cell(ref, content, "blank" if blank else "text", (), tuple(found))
        rows.append(RawRow(number, cells))
    shaped = shape(rows, file=file, sheet=None, limits=limits, is_header=is_header)
    if shaped.grid is not None:
        _, width = ref_position(shaped.grid.header[-1].ref)
        problems += _short(cut, shaped.grid, width, file)
        problems += [_long(problem, cut, width) for problem in shaped.problems]
    return evolve(shaped, problems=tuple(problems))


def _long(problem: SheetProblem, cut: Sequence[Record], width: int) -> SheetProblem:
    """Text right of the header's last column: here it is an extra separator that put it there."""
    if isinstance(problem, OutsideTable) and problem.place and problem.place.cell:
        row, column = ref_position(problem.place.cell)
        if column > width:
            return RaggedRow(row, width, len(cut[row - 1].cells), place=problem.place)
    return problem


def _short(cut: Sequence[Record], grid: Grid, width: int, file: str) -> list[SheetProblem]:
    """The rows of the table that have fewer cells than the header."""
    table = {row.number for row in grid.rows}
    counts = [len(record.cells) for record in cut]
    blocks = [counts[start : start + _BLOCK] for start in range(0, len(counts), _BLOCK)]
    as_excel_writes = all(len(set(block)) == 1 for block in blocks)
    problems: list[SheetProblem] = []
    for index, block in enumerate(blocks):
        first = index * _BLOCK + 1
        short = [first + offset for offset, count in enumerate(block) if count < width and first + offset in table]
        if short and as_excel_writes:
            place = Place(file=file, cell=cell_ref(short[0], block[0] + 1))
            problems.append(ShortRowsFilled(short[0], short[-1], width - block[0], place=place))
            continue
        for row in short:
            place = Place(file=file, cell=cell_ref(row, counts[row - 1] + 1))
            problems.append(RaggedRow(row, width, counts[row - 1], place=place))
    return problems
