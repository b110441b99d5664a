"""HTML pages that we wrote, read back for checking: the table as it was laid out, and what the page says it is.

No general reader of HTML: only what our own template writes is looked for, and nothing of a page is carried out.
"""

from __future__ import annotations

from html.parser import HTMLParser

from attrs import define, field, frozen

from plan_ledger.errors import Place
from plan_ledger.sheets.limits import Limits
from plan_ledger.sheets.problems import LimitExceeded

_META = "plan-ledger-"
_LINES = frozenset({"h1"})


@define
class _Open:
    """The cell or line that is being read."""

    tag: str
    rowspan: int = 1
    parts: list[str] = field(factory=list[str])


@frozen
class HtmlTable:
    """A page's table: headings, rows with None where a cell from above goes on, the title, what the page says it is."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    title: str
    told: dict[str, str]


def read_html(text: str, name: str, limits: Limits) -> HtmlTable | None:
    """The first table of a page of ours; None where the page is none.

    Raises:
        LimitExceeded: It has more rows or columns than allowed.
    """
    reader = _Reader(name, limits)
    reader.feed(text)
    reader.close()
    if "digest" not in reader.told or not reader.headers:
        return None
    return HtmlTable(tuple(reader.headers), tuple(reader.laid_out()), reader.title, reader.told)


class _Reader(HTMLParser):
    def __init__(self, name: str, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self._name, self._limits = name, limits
        self.told: dict[str, str] = {}
        self.title = ""
        self.headers: list[str] = []
        self._rows: list[list[_Open]] = []
        self._open: _Open | None = None
        self._table = 0
        self._removed = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {key: value or "" for key, value in attrs}
        if tag == "meta" and said.get("name", "").startswith(_META):
            self.told[said["name"].removeprefix(_META)] = said.get("content", "")
        elif tag == "table":
            self._table += 1
        elif tag == "del":
            self._removed += 1
        elif tag == "h1" and not self.title:
            self._open = _Open(tag)
        elif self._table == 1 and tag == "tr":
            self._rows.append([])
            self._within("rows", self._limits.rows, len(self._rows))
        elif self._table == 1 and tag in ("td", "th"):
            span = said.get("rowspan", "1")
            self._open = _Open(tag, int(span) if span.isascii() and span.isdigit() and len(span) < 7 else 1)

    def handle_endtag(self, tag: str) -> None:
        if tag == "del":
            self._removed = max(0, self._removed - 1)
        if self._open is None or tag != self._open.tag:
            return
        text = "".join(self._open.parts)
        if tag == "h1":
            self.title = text
        elif tag == "th":
            self.headers.append(text)
            self._within("columns", self._limits.columns, len(self.headers))
        elif self._rows:
            self._rows[-1].append(self._open)
            self._within("columns", self._limits.columns, len(self._rows[-1]))
        self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None and not self._removed:
            self._open.parts.append(data)

    def _within(self, setting: str, limit: int, seen: int) -> None:
        if seen > limit:
            raise LimitExceeded(setting, limit, seen, place=Place(file=self._name))

    def laid_out(self) -> list[tuple[str | None, ...]]:
        """Every row with a place for every column."""
        width = len(self.headers)
        covered = [0] * width
        found: list[tuple[str | None, ...]] = []
        for row in self._rows:
            if not row:
                continue
            cells = iter(row)
            out: list[str | None] = []
            for column in range(width):
                if covered[column]:
                    covered[column] -= 1
                    out.append(None)
                    continue
                cell = next(cells, None)
                out.append("".join(cell.parts) if cell else "")
                covered[column] = cell.rowspan - 1 if cell else 0
            # A row of another width than the table's is kept, so that what is too much shows.
            found.append((*out, *("".join(cell.parts) for cell in cells)))
        return found
