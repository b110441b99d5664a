"""Importing: documents to a proposal against the ledger, and an accepted proposal to one write."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from attrs import define, field, frozen

from plan_ledger.errors import Place, PlanLedgerError, raise_problems
from plan_ledger.ledger.intents import Executor
from plan_ledger.ledger.placing import intents_by_document
from plan_ledger.ledger.returning import now, start_from
from plan_ledger.ledger.work import Receipt, Work
from plan_ledger.queries.moments import Moment
from plan_ledger.queries.results import Snapshot
from plan_ledger.sheets.comparing import compare
from plan_ledger.sheets.extras import need
from plan_ledger.sheets.grid import Document
from plan_ledger.sheets.headers import Headings
from plan_ledger.sheets.limits import DEFAULT_LIMITS, Limits
from plan_ledger.sheets.proposal import DocumentRef, Proposal, ProposalEntry
from plan_ledger.sheets.reading import NamedBytes, read_document
from plan_ledger.sheets.suspicions import StruckText
from plan_ledger.sheets.table import KnownItems, Table, read_table
from plan_ledger.sheets.table_problems import OtherPlan, TitleLineMissing
from plan_ledger.sheets.titles import read_title, same_plan
from plan_ledger.values.schema import Schema, default_schema

if TYPE_CHECKING:
    from plan_ledger.ledger.front import Ledger
    from plan_ledger.ledger.plan import Plan

SheetPath = str | os.PathLike[str] | NamedBytes


@define(eq=False, slots=False)
class ProposalStale(PlanLedgerError):
    """The ledger moved on in something that the proposal touches."""

    code: ClassVar[str] = "proposal_stale"
    ja: ClassVar[str] = (
        "取込内容を作った後に、台帳のほうが変わりました（{count}か所：{listed}）。"
        "何も記録していません。もう一度取込内容を作り直して確かめてください。"
    )
    en: ClassVar[str] = (
        "The ledger changed after the proposal was made ({count} place(s): {listed}). "
        "Nothing was recorded. Make the proposal again and look at it."
    )

    count: int
    listed: str


@define(eq=False, slots=False)
class UnresolvedConflict(PlanLedgerError):
    """A cell was changed in the ledger and on the sheet; nobody decided which text holds."""

    code: ClassVar[str] = "unresolved_conflict"
    ja: ClassVar[str] = (
        "台帳と表の両方で変更されています。どちらにするか決めてください。\n"
        "  基準：{base}\n  台帳：{ledger}\n  表　：{sheet}"
    )
    en: ClassVar[str] = (
        "Changed in the ledger and on the sheet; decide which text holds.\n"
        "  base:   {base}\n  ledger: {ledger}\n  sheet:  {sheet}"
    )

    base: str
    ledger: str
    sheet: str


@frozen(eq=False, kw_only=True)
class PlanProposal(Proposal):
    """A proposal to a plan of a ledger, which can be applied."""

    _target: Plan = field(repr=False, alias="target")
    _tables: tuple[Table, ...] = field(repr=False, alias="tables")
    _given: Snapshot = field(repr=False, alias="given")
    _head: int = field(repr=False, alias="head")
    _proposed: tuple[ProposalEntry, ...] = field(repr=False, alias="proposed")

    def apply(self, *, accept_layout: bool = True) -> Receipt:
        """Record what is proposed, all or nothing: one batch a document, with its name and hash.

        Args:
            accept_layout: Also what differs in white space, line breaks or width only.

        Returns:
            What was recorded; nothing, where nothing had to be.

        Raises:
            UnresolvedConflict: For every conflict about which nothing was decided, together.
            ProposalStale: The ledger moved on in something that this touches.
            ActorRequired: Nobody is acting.
        """
        raise_problems(
            UnresolvedConflict(entry.base, entry.old, entry.new, place=_place(entry)) for entry in self.conflicts
        )
        ledger = self._target.ledger
        ledger.recording.outside_batch("import")
        actings = [ledger.recording.acting(document=each.name, document_sha256=each.sha256) for each in self.documents]

        def applying(work: Work, executor: Executor) -> None:
            current = self._given
            if work.position != self._head or self.base is not None:
                current = now(work.tx, self._target.row, work.position)
            if work.position != self._head:
                self._check_fresh(current)
            applied = self.applied(accept_layout=accept_layout)
            batches = intents_by_document(self, applied, current, self._given, self._target.id)
            executor.expect([intent for intents in batches for intent in intents])
            for acting, intents in zip(actings, batches, strict=True):
                work.begin(acting)
                executor.run(intents)

        return ledger.recording.write(applying)

    def _check_fresh(self, current: Snapshot) -> None:
        """Propose again against what the ledger has by now; refuse unless the same comes out."""
        again = compare(
            self._tables, self._given, current, partial=self.partial, new_id=self._target.ledger.recording.new_id
        ).entries
        rejected = {entry.key for entry in self.entries if entry.decision == "rejected"}
        before, now = {_said(entry) for entry in self._proposed}, {_said(entry) for entry in again}
        moved_on = [entry for entry in self._proposed if _said(entry) not in now and entry.key not in rejected]
        moved_on += [entry for entry in again if _said(entry) not in before and entry.key not in rejected]
        if moved_on:
            places = list(dict.fromkeys(f"{entry.title}・{entry.label}" for entry in moved_on))
            raise ProposalStale(len(places), "、".join(places[:5]) + ("…" if len(places) > 5 else ""))


def propose(
    plan: Plan,
    sheets: SheetPath | Sequence[SheetPath],
    *,
    base: Moment = None,
    partial: bool = False,
    accept_renames: bool = False,
    withdraw_missing: bool = False,
    limits: Limits | None = None,
) -> PlanProposal:
    """See :meth:`plan_ledger.Plan.propose`."""
    paths = [sheets] if isinstance(sheets, (str, os.PathLike, NamedBytes)) else list(sheets)
    need("rapidfuzz")  # said before anything is read: a tsv is read without it, and then compared
    schema = plan.schema
    documents = [read_sheet(path, schema, limits or DEFAULT_LIMITS) for path in paths]
    start = start_from(plan, documents, base)
    current, given = start.current, start.given
    known = KnownItems(given)
    tables = tuple(read_table(each, current.schema, known=known, partial=partial) for each in documents)
    problems: list[PlanLedgerError] = []
    for document, table in zip(documents, tables, strict=True):
        problems += [*document.errors, *other_plan(table, plan), *table.problems]
    if not any(isinstance(problem, OtherPlan) for problem in problems):
        problems += start.problems
    raise_problems(problems)
    start.give_ids(tables)
    compared = compare(tables, given, current, partial=partial, new_id=plan.ledger.recording.new_id)
    raise_problems(compared.problems)
    title = next((table.title for table in tables if table.title), None)
    return PlanProposal(
        plan=plan.title,
        documents=tuple(DocumentRef(each.name, each.sha256) for each in documents),
        base=start.ref,
        title=title.title if title else None,
        meeting=title.meeting if title else None,
        entries=compared.entries,
        unchanged=compared.unchanged,
        partial=partial,
        accept_renames=accept_renames,
        withdraw_missing=withdraw_missing,
        warnings=(
            *start.warnings,
            *(
                warning
                for document, table, written in zip(documents, tables, start.written, strict=True)
                for warning in (*document.warnings, *table.warnings)
                if not (isinstance(warning, StruckText) and written is not None and written.struck)
            ),
        ),
        rows=compared.rows,
        target=plan,
        tables=tables,
        given=given,
        head=current.moment.position,
        proposed=compared.entries,
    )


def plan_from_sheet(ledger: Ledger, sheet: SheetPath, *, limits: Limits | None = None) -> tuple[str, int, str | None]:
    """What a sheet's title line says, for ``ledger.open_plan``: plan title, fiscal year, and the meeting's name.

    A plan that the ledger already has is given under the title that it has there.

    Raises:
        TitleLineMissing: No line above the table names plan and fiscal year.
        SheetProblem: The document can't be read.
    """
    document = read_sheet(sheet, default_schema(2023), limits or DEFAULT_LIMITS)
    line = read_title(line for grid in document.grids for line in grid.lines_before)
    if line is None or line.title is None:
        raise_problems(document.errors)
        raise TitleLineMissing(place=Place(file=document.name, cell=line.ref if line else None))
    for plan in ledger.plans():
        if same_plan(line, plan.title, plan.fiscal_year):
            return plan.title, plan.fiscal_year, line.meeting
    if line.fiscal_year is None:
        raise TitleLineMissing(place=Place(file=document.name, cell=line.ref))
    return line.title, line.fiscal_year, line.meeting


def read_sheet(sheet: SheetPath, schema: Schema, limits: Limits) -> Document:
    """A document, read with the headings of a schema."""
    document = read_document(sheet, limits=limits, is_header=Headings(schema).is_header)
    if document.grids:
        return document
    # None of the headings is known: read with the usual test, every one can be reported with its nearest name.
    usual = read_document(sheet, limits=limits)
    return usual if usual.grids else document


def other_plan(table: Table, plan: Plan) -> Iterator[PlanLedgerError]:
    """The title line names another plan."""
    line = table.title
    if line is not None and line.title is not None and not same_plan(line, plan.title, plan.fiscal_year):
        yield OtherPlan(line.title, plan.title, place=Place(file=table.document, cell=line.ref))


def _said(entry: ProposalEntry) -> tuple[object, ...]:
    """What an entry says; a new item has another id each time that it is proposed."""
    item = entry.path if entry.kind == "added" else entry.item
    return entry.kind, item, entry.field, entry.old, entry.new, entry.base


def _place(entry: ProposalEntry) -> Place:
    origin = entry.source
    return Place(
        file=origin.document if origin else None,
        sheet=origin.sheet if origin else None,
        cell=origin.cell if origin else None,
        item=entry.title,
        field=entry.label,
    )
