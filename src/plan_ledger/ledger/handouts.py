"""Is a document what was handed out? Found by what it carries, held against the edition's table cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from plan_ledger.index import catalog
from plan_ledger.integrity.documents import Difference, DifferenceKind, DocumentCheck, Verdict
from plan_ledger.ledger.handout_reading import ReadTable, Said, load, read_handout
from plan_ledger.ledger.importing import SheetPath
from plan_ledger.queries import snapshot
from plan_ledger.queries.moments import Moments
from plan_ledger.queries.results import MomentRef, Snapshot
from plan_ledger.rendering.layout import lay_out
from plan_ledger.rendering.table import CHANGE_HEADER, Table
from plan_ledger.rendering.texts import flattened, visible
from plan_ledger.sheets.limits import DEFAULT_LIMITS, Limits
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.texts import folded_name

if TYPE_CHECKING:
    from plan_ledger.ledger.front import Ledger
    from plan_ledger.store.transaction import Rows


@frozen
class _Found:
    """The table that a document is held against."""

    plan: catalog.PlanRow
    snapshot: Snapshot
    digest: str
    meeting: str | None
    edition: int | None


def check_document(
    ledger: Ledger, document: SheetPath, *, plan: str | None = None, limits: Limits | None = None
) -> DocumentCheck:
    """See :meth:`plan_ledger.Ledger.check_document`."""
    named = load(document, limits or DEFAULT_LIMITS)
    with ledger.reading() as rows:
        plans = [each for each in catalog.plans(rows) if plan is None or folded_name(each.title) == folded_name(plan)]
        if plan is not None and not plans:
            ledger.plan(plan)  # raises, with the names there are
        read = read_handout(rows, named, plans, limits or DEFAULT_LIMITS)
        found = None if read.said is None else _find(rows, plans, read.said)
    if read.said is None or found is None:
        carried = read.said.digest if read.said else None
        return DocumentCheck(read.name, read.sha256, "unknown", carried=carried)
    return _Comparison(read, read.said, found).run()


# --- which table it is ------------------------------------------------------------------------------------------------


def _find(rows: Rows, plans: Sequence[catalog.PlanRow], said: Said) -> _Found | None:
    """The edition of the digest that it carries; else the one that it names; else the table of its position."""
    ours = [plan for plan in plans if said.plan is None or _is_of(said, plan)]
    best: tuple[tuple[bool, bool, bool, int], Moments, catalog.PlanRow, catalog.MeetingRow, catalog.EditionRow] | None
    best = None
    for plan in ours:
        moments = Moments(rows, plan)
        for meeting in moments.meetings:
            for edition in meeting.editions:
                named = said.meeting is not None and folded_name(meeting.name) == folded_name(said.meeting)
                right = said.digest == edition.digest
                if not right and not named:
                    continue
                score = (right, named, said.edition in (edition.edition, None), edition.edition)
                if best is None or score > best[0]:
                    best = (score, moments, plan, meeting, edition)
    if best is not None:
        _, moments, plan, meeting, edition = best
        ref = moments.edition(meeting, edition.edition)
        taken = snapshot.take(rows, plan, ref, scope=meeting.scope)
        # A meeting that was renamed since is called what the document calls it.
        name = said.meeting if said.digest == edition.digest and said.meeting else meeting.name
        taken = evolve(taken, moment=evolve(ref, meeting=name))
        return _Found(plan, taken, edition.digest, meeting.name, edition.edition)
    if said.meeting is None and said.position is not None and ours:
        head = Moments(rows, ours[0]).head
        if said.position <= head:
            ref = MomentRef(str(said.position), said.position, Pair.of(said.position))
            taken = snapshot.take(rows, ours[0], ref)
            return _Found(ours[0], taken, taken.digest, None, None)
    return None


def _is_of(said: Said, plan: catalog.PlanRow) -> bool:
    if said.plan is None or folded_name(said.plan) == folded_name(plan.title):
        return True
    return said.digest is None and folded_name(said.plan) in folded_name(plan.title)


# --- cell by cell -----------------------------------------------------------------------------------------------------


class _Comparison:
    def __init__(self, read: ReadTable, said: Said, found: _Found) -> None:
        self.read, self.said, self.found = read, said, found
        self.table: Table = lay_out(found.snapshot)
        self.items = {item.id: item for item in found.snapshot.items}
        self.differences: list[Difference] = []
        self.cells = self.redacted = 0

    def run(self) -> DocumentCheck:
        found, said = self.found, self.said
        told = {found.digest}
        if any(cell.redacted for item in found.snapshot.items for cell in item.fields.values()):
            told.add(found.snapshot.digest)  # made after a text was destroyed, it says 抹消済 there
        if said.digest is not None and said.digest not in told:
            self._tell("digest", "", (), "", found.digest, said.digest)
        self._title()
        columns = self._columns()
        for ours, theirs in self._rows(columns):
            self._row(ours, theirs, columns)
        handed_out = found.meeting is not None
        verdict: Verdict = "altered" if self.differences else "as_handed_out" if handed_out else "not_handed_out"
        return DocumentCheck(
            self.read.name,
            self.read.sha256,
            verdict,
            found.plan.title,
            found.meeting,
            found.edition,
            found.snapshot.moment.position,
            found.digest,
            said.digest,
            self.cells,
            self.redacted,
            tuple(self.differences),
        )

    def _tell(
        self, kind: DifferenceKind, where: str, path: tuple[str, ...], label: str, ledger: str, document: str
    ) -> None:
        self.differences.append(Difference(kind, where, path, label, ledger, document))

    def _same(self, ours: str, theirs: str) -> bool:
        """Whether two texts are the same to the letter, as far as the format shows it."""
        if self.read.one_line:
            return flattened(ours) == flattened(theirs)
        return theirs in (ours, visible(ours))

    def _title(self) -> None:
        if not any(flattened(line).strip() == flattened(self.table.title_line).strip() for line in self.read.lines):
            self._tell("title", "", (), "", self.table.title_line, next(iter(self.read.lines), ""))

    def _columns(self) -> list[int | None]:
        """For each of our columns, which of the document's it is."""
        theirs = [flattened(header).strip() for header in self.read.headers]
        left = list(range(len(theirs)))
        columns: list[int | None] = []
        for column in self.table.columns:
            at = next((index for index in left if theirs[index] == flattened(column.header).strip()), None)
            columns.append(at)
            if at is None:
                self._tell("column_missing", "", (), "", column.header, "")
            else:
                left.remove(at)
        for index in left:
            if theirs[index] not in ("", CHANGE_HEADER):
                self._tell("column_added", "", (), "", "", self.read.headers[index])
        return columns

    def _rows(self, columns: Sequence[int | None]) -> Iterator[tuple[int, int]]:
        """Pairs of rows, ours and theirs; rows of one side alone are told."""
        if len(self.table.rows) == len(self.read.rows):
            yield from ((number, number) for number in range(len(self.table.rows)))
            return
        lowest = [at for at, column in enumerate(self.table.columns) if column.last_level]
        ours = [
            tuple(flattened(cell.text) if (cell := row.cells[at]) else "" for at in lowest) for row in self.table.rows
        ]
        theirs = [tuple(flattened(self._text(row, columns[at])) for at in lowest) for row in self.read.rows]
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
            common = min(i2 - i1, j2 - j1) if tag in ("equal", "replace") else 0
            yield from zip(range(i1, i1 + common), range(j1, j1 + common), strict=True)
            for number in range(i1 + common, i2):
                path = self._path(number)
                self._tell("row_missing", "", path, "", path[-1] if path else "", "")
            for number in range(j1 + common, j2):
                row = self.read.rows[number]
                said = " / ".join(text for _, text in row if text)
                self._tell("row_added", row[0][0] if row else "", (), "", "", said)

    def _path(self, row: int) -> tuple[str, ...]:
        lowest = next((uuid for uuid in reversed(self.table.rows[row].items) if uuid), None)
        return self.items[lowest].path if lowest else ()

    @staticmethod
    def _text(row: Sequence[tuple[str, str | None]], column: int | None) -> str:
        return "" if column is None or column >= len(row) else row[column][1] or ""

    def _row(self, ours: int, theirs: int, columns: Sequence[int | None]) -> None:
        row = self.read.rows[theirs]
        for at, (column, index) in enumerate(zip(self.table.columns, columns, strict=True)):
            if index is None:
                continue
            own = self.table.rows[ours].cells[at]
            text = self._text(row, index)
            self.cells += 1
            if own is None:
                # Blank below the cell that goes on, or its text again, as at the top of a page.
                above = next(cell for each in reversed(self.table.rows[:ours]) if (cell := each.cells[at]) is not None)
                if not text or self._same(above.text, text):
                    continue
                wanted, item = above.text, above.item
            else:
                if self._same(own.text, text):
                    continue
                wanted, item = own.text, own.item
            if item is not None and self.items[item][column.field].redacted:
                self.redacted += 1
                continue
            path = self.items[item].path if item else self._path(ours)
            where = row[index][0] if index < len(row) else ""
            self._tell("cell", where, path, column.header, wanted, text)
