"""The red-ink check of a document against a meeting of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from plan_ledger.errors import Place, raise_problems
from plan_ledger.ledger.importing import SheetPath, other_plan, read_sheet
from plan_ledger.ledger.returning import Written, start_from, table_at
from plan_ledger.queries.moments import Moment, Moments, NoPreviousMeeting
from plan_ledger.queries.results import MomentRef
from plan_ledger.sheets.comparing import compare
from plan_ledger.sheets.ink_check import NoInk, check_table
from plan_ledger.sheets.ink_report import InkReport
from plan_ledger.sheets.ink_words import Strictness
from plan_ledger.sheets.limits import DEFAULT_LIMITS, Limits
from plan_ledger.sheets.proposal import DocumentRef
from plan_ledger.sheets.returned import EarlierEdition
from plan_ledger.sheets.suspicions import StruckText
from plan_ledger.sheets.table import KnownItems, Table, read_table

if TYPE_CHECKING:
    from plan_ledger.ledger.plan import Plan


def check_ink(
    plan: Plan,
    sheet: SheetPath,
    *,
    meeting: Moment = None,
    base: Moment = None,
    strictness: Strictness = "words",
    limits: Limits | None = None,
) -> InkReport:
    """See :meth:`plan_ledger.Plan.check_ink`."""
    schema = plan.schema
    document = read_sheet(sheet, schema, limits or DEFAULT_LIMITS)
    if document.kind in ("csv", "tsv"):
        raise NoInk(place=Place(file=document.name))
    # a base is always named in the end, so that a document of another ledger is no more than a warning
    start = start_from(plan, [document], "now")
    (written,) = start.written
    table = read_table(document, schema, known=KnownItems(written.snapshot if written else start.given), partial=True)
    raise_problems([*document.errors, *other_plan(table, plan), *table.problems])
    start.give_ids([table])
    untouched = written is not None and _untouched(table, written)
    with plan.ledger.reading() as rows:
        moments = Moments(rows, plan.row)
        if base is not None:
            since = moments.resolve(base)
        elif meeting is not None:
            since = _red_base(moments, moments.resolve(meeting))
        elif written is not None:
            since = moments.since_of(written.ref) or written.ref if untouched else written.ref
        else:
            since = _last(moments, table)
        given = table_at(rows, plan.row, moments, since, start.current)
    checked = check_table(document, table, given, strictness)
    told = [each for each in start.warnings if not (untouched and isinstance(each, EarlierEdition))]
    return InkReport(
        plan=plan.title,
        document=DocumentRef(document.name, document.sha256),
        base=since,
        strictness=strictness,
        differences=checked.differences,
        only_removed=checked.only_removed,
        new_rows=checked.new_rows,
        agreeing=checked.agreeing,
        unchanged=checked.unchanged,
        coloured=checked.coloured,
        # text struck through is how such a sheet shows what went
        warnings=(*told, *(each for each in document.warnings if not isinstance(each, StruckText)), *table.warnings),
    )


def _untouched(table: Table, written: Written) -> bool:
    """Whether a document of ours still says what it said: then it is looked at as the handout that it is."""
    return not compare([table], written.snapshot, written.snapshot, partial=False, new_id=uuid4).entries


def _red_base(moments: Moments, of: MomentRef) -> MomentRef:
    since = moments.since_of(of)
    if since is None:
        raise NoPreviousMeeting
    return since


def _last(moments: Moments, table: Table) -> MomentRef:
    """The meeting before the one that the title line names, where that was held; else the one handed out last."""
    name = table.title.meeting if table.title else None
    held = moments.by_name(name) if name else None
    if held is None:
        return _red_base(moments, moments.resolve(None))
    of = moments.edition(held, None)
    return moments.since_of(of) or of
