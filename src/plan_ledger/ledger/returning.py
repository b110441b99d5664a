"""Documents that come back: which table of this ledger one was made from, and whether that is the latest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from plan_ledger.errors import Place, PlanLedgerError
from plan_ledger.index import catalog
from plan_ledger.index.digest import digest_at
from plan_ledger.queries import snapshot
from plan_ledger.queries.moments import Moment, Moments
from plan_ledger.queries.results import MomentRef, Snapshot
from plan_ledger.sheets.grid import Document
from plan_ledger.sheets.returned import (
    Carried,
    CarriedUnreadable,
    DifferentBases,
    EarlierEdition,
    OtherLedger,
    OtherLedgerAccepted,
    OtherPlanReturned,
    edition_name,
    read_carried,
)
from plan_ledger.sheets.row_ids import give_ids
from plan_ledger.sheets.table import Table
from plan_ledger.store.transaction import Rows
from plan_ledger.values.coordinates import Pair, position_of

if TYPE_CHECKING:
    from plan_ledger.ledger.plan import Plan


@frozen(eq=False)
class Written:
    """A table of this ledger that a document was made from.

    ``latest`` names the edition handed out last, where that is a later one than the document's.
    """

    carried: Carried
    ref: MomentRef
    snapshot: Snapshot
    latest: str | None = None

    @property
    def struck(self) -> bool:
        """Whether we wrote it with what went struck through; what it strikes is no surprise, and what is struck besides
        comes out as a change."""
        return self.carried.style == "redline"

    @property
    def ref_name(self) -> str:
        """For people: ``第2回PT 第1版``, or the position."""
        return edition_name(self.ref.meeting, self.ref.edition) if self.ref.meeting else self.carried.name


@frozen(eq=False)
class Start:
    """What documents are compared with: the ledger now, what their writers were given, and what each was made from.

    ``ref`` is None where no base is known: then ``given`` is the ledger now, the same object as ``current``.
    """

    current: Snapshot
    given: Snapshot
    ref: MomentRef | None
    written: tuple[Written | None, ...]
    problems: tuple[PlanLedgerError, ...]
    warnings: tuple[PlanLedgerError, ...]

    def give_ids(self, tables: Sequence[Table]) -> None:
        """Tell the items of the documents' tables apart by what the documents carry."""
        for table, written in zip(tables, self.written, strict=True):
            if written is not None:
                give_ids(table, written.carried.rows, written.snapshot)


def now(rows: Rows, plan: catalog.PlanRow, head: int) -> Snapshot:
    """The plan's table at the head."""
    return snapshot.take(rows, plan, MomentRef("now", head, Pair.of(head)))


def start_from(plan: Plan, documents: Sequence[Document], base: Moment) -> Start:
    """Where documents start from: the base that was named, else the one that they carry, else the ledger now.

    Problems, each with its document: it is of another ledger or plan and no base was named; its base is not that of
    the others. Warnings: what it carries can't be read, it is not the edition handed out last, or it is of another
    ledger and a base was named. A plan without any item takes every document as a first one.
    """
    with plan.ledger.reading() as rows:
        moments = Moments(rows, plan.row)
        current = now(rows, plan.row, moments.head)
        ref = None if base is None else moments.resolve(base)
        given = current if ref is None else table_at(rows, plan.row, moments, ref, current)
        written: list[Written | None] = []
        problems: list[PlanLedgerError] = []
        warnings: list[PlanLedgerError] = []
        for document in documents:
            found = None
            place = Place(file=document.name)
            try:
                carried = read_carried(document) if current.items or current.withdrawn else None
            except CarriedUnreadable as unreadable:
                carried = None
                warnings.append(unreadable)
            if carried is not None:
                if carried.ledger in (None, plan.ledger.id) and carried.plan_id in (None, plan.id):
                    found = recognised(rows, plan.row, moments, carried, current)
                if found is not None and found.latest is not None:
                    warnings.append(EarlierEdition(found.ref_name, found.latest, place=place))
                if found is None and base is None:
                    theirs = carried.ledger == plan.ledger.id and carried.plan_id not in (None, plan.id)
                    problem = OtherPlanReturned if theirs else OtherLedger
                    problems.append(problem(_full_name(carried, plan), place=place))
                elif found is None:
                    warnings.append(OtherLedgerAccepted(_full_name(carried, plan), place=place))
            written.append(found)
    if base is None and not problems:
        problems += _different(documents, written, current)
        first = next((each for each in written if each is not None), None)
        if first is not None:
            given, ref = first.snapshot, first.ref
    return Start(current, given, ref, tuple(written), tuple(problems), tuple(warnings))


def table_at(rows: Rows, plan: catalog.PlanRow, moments: Moments, ref: MomentRef, current: Snapshot) -> Snapshot:
    """The table of a moment; of a meeting with a scope, that subtree."""
    meeting = moments.by_name(ref.meeting) if ref.meeting else None
    scope = meeting.scope if meeting else None
    if scope is None and ref.pair == current.moment.pair:
        return current
    return snapshot.take(rows, plan, ref, scope=scope)


def _full_name(carried: Carried, plan: Plan) -> str:
    """With the plan's name, where that is another."""
    return carried.name if carried.plan == plan.title else f"{carried.plan} {carried.name}"


def _different(
    documents: Sequence[Document], written: Sequence[Written | None], current: Snapshot
) -> Iterator[PlanLedgerError]:
    """Documents whose table is not that of the first; one that carries nothing starts from the ledger now."""
    tables = [each.snapshot if each else current for each in written]
    names = [each.ref_name if each else "現在の台帳" for each in written]
    for document, table, name in zip(documents, tables, names, strict=True):
        if table.digest != tables[0].digest:
            place = Place(file=document.name)
            yield DifferentBases(name, documents[0].name, names[0], place=place)


def recognised(
    rows: Rows, plan: catalog.PlanRow, moments: Moments, carried: Carried, current: Snapshot
) -> Written | None:
    """The table that a document was made from; None where this ledger has no such table.

    The digest at the carried pair has to be the carried one, and every carried item has to be in that table: a
    ledger that was filled with the same texts has the same digests, but other ids. Where a text was destroyed since
    (抹消), the ids alone decide.
    """
    pair = carried.pair
    if pair.known > moments.head or position_of(pair.at) > moments.head:
        return None
    found = _edition(moments, carried)
    for scope in _scopes(rows, carried, found[0].scope if found else None):
        digest = digest_at(rows, plan, pair, scope=scope)
        if digest.hex != carried.digest and not (digest.redacted and carried.rows):
            continue
        ref = _moment(moments, carried, found)
        taken = current
        if scope is not None or pair != current.moment.pair:
            taken = snapshot.take(rows, plan, ref, scope=scope)
        if {uuid for ids in carried.rows for uuid in ids if uuid} <= {item.id for item in taken.items}:
            return Written(carried, ref, taken, _later(moments, carried, found))
    return None


_Found = tuple[catalog.MeetingRow, catalog.EditionRow]


def _edition(moments: Moments, carried: Carried) -> _Found | None:
    """The edition of this pair and digest; of several, the one that the document names. Meetings may be renamed."""
    found = [
        (meeting, edition)
        for meeting in moments.meetings
        for edition in meeting.editions
        if (edition.pair, edition.digest) == (carried.pair, carried.digest)
    ]
    named = [each for each in found if (each[0].name, each[1].edition) == (carried.meeting, carried.edition)]
    return next(iter(named or found), None)


def _scopes(rows: Rows, carried: Carried, of_meeting: int | None) -> Iterator[int | None]:
    """The subtrees that the document can be of: its meeting's, the whole, or what all its rows stand under."""
    yield of_meeting
    if of_meeting is not None:
        return
    for ids in reversed(list(zip(*carried.rows, strict=False))):
        uuid = ids[0]
        if uuid is not None and set(ids) == {uuid}:
            row = rows.one("SELECT no FROM streams WHERE uuid = ?", (uuid.bytes,))
            if row is not None:
                yield int(row[0])


def _moment(moments: Moments, carried: Carried, found: _Found | None) -> MomentRef:
    if found is None:
        return MomentRef(f"記録番号{carried.position}", carried.position, carried.pair)
    meeting, edition = found
    return moments.edition(meeting, None if edition is meeting.latest else edition.edition)


def _later(moments: Moments, carried: Carried, found: _Found | None) -> str | None:
    """The edition handed out last, where it is a later one, of the same body and scope if the document is one."""
    handed_out = [
        (edition.pair.at, edition.position, meeting, edition)
        for meeting in moments.meetings
        if not meeting.annulled and (found is None or (meeting.body, meeting.scope) == (found[0].body, found[0].scope))
        for edition in meeting.editions
    ]
    if not handed_out:
        return None
    at, _, meeting, edition = max(handed_out, key=lambda each: each[:2])
    if edition.pair == carried.pair or at < carried.pair.at:
        return None
    return edition_name(meeting.name, edition.edition)
