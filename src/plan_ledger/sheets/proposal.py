"""The proposal (取込内容): what importing a sheet would record, entry by entry, to be looked at before applying it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, Self
from uuid import UUID

from attrs import evolve, field as attribute, frozen

from plan_ledger.errors import PlanLedgerError
from plan_ledger.queries.kinds import KINDS
from plan_ledger.queries.reports import Report, Reported
from plan_ledger.queries.results import MomentRef
from plan_ledger.values.marks import Segment, mark

ProposalKind = Literal["added", "changed", "moved", "renamed", "emptied", "missing", "conflict", "reordered"]
Decision = Literal["open", "accepted", "rejected"]

KINDS_JA: dict[str, str] = {
    **{str(kind): word for kind, word in KINDS.items()},
    "missing": "記載なし",
    "conflict": "要確認",
    "reordered": "並べ替え",
}


@frozen
class Origin:
    """Where in which document something stands."""

    document: str
    sheet: str | None
    cell: str

    def __str__(self) -> str:
        return f"{self.document}「{self.sheet}」{self.cell}" if self.sheet else f"{self.document} {self.cell}"


@frozen
class ProposalEntry:
    """One thing that the sheet would change.

    Attributes:
        kind: ``added``: a cell of a new item, one entry a field, the title first. ``changed`` and ``emptied``: a
            cell. ``moved``: under another parent. ``reordered``: elsewhere among its siblings. ``renamed``: possibly
            the same item under a new title; it, and everything else about that item, waits for acceptance.
            ``missing``: not on the sheet; stays unless accepted. ``conflict``: changed in the ledger too.
        item: The item; of one that is to be added, the id that it will have.
        field: The field's key; None where the item as a whole, or its place, is meant.
        old: What the ledger has now. For a move the path above, for a new order the title that it stands behind.
        new: What the sheet has.
        base: What the sheet's writer was given.
        under: The parent on the sheet.
        decision: What a person said. Left ``open``, additions, changes, moves are applied; possible renames, missing
            rows and conflicts are not.
    """

    kind: ProposalKind
    item: UUID
    level: str
    path: tuple[str, ...]
    field: str | None
    label: str
    old: str
    new: str
    base: str
    source: Origin | None = None
    layout_only: bool = False
    under: UUID | None = None
    decision: Decision = attribute(default="open", eq=False)

    @property
    def key(self) -> tuple[UUID, str | None, str]:
        """What it is about: an entry of another proposal with the same key is its counterpart."""
        return self.item, self.field, self.kind

    @property
    def title(self) -> str:
        return self.path[-1]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The words that would change: same, added, removed, in the new text's order."""
        return mark(self.old, self.new).segments

    def to_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "path": list(self.path),
            "field": self.field,
            "old": self.old,
            "new": self.new,
            "source": None if self.source is None else str(self.source),
        }
        return {**found, "base": self.base} if self.kind == "conflict" else found


@frozen
class SheetRow:
    """An item of the sheet with what it means: where it stands there, and whether it is new to the ledger."""

    item: UUID
    level: str
    under: UUID | None
    new: bool
    document: int


@frozen
class DocumentRef:
    """A document that a proposal was read from; ``sha256`` is that of its bytes, in hexadecimal."""

    name: str
    sha256: str


@frozen(eq=False, kw_only=True)
class Proposal(Reported):
    """What importing documents would record. Nothing is written by making one.

    ``entries`` are in the sheet's order, missing rows last. ``unchanged`` counts the cells that propose nothing.
    ``warnings`` are what was doubtful in the documents. Printing it shows the whole for a person; ``to_html()``,
    ``to_markdown()``, ``to_xlsx(path)`` and ``to_docx(path)`` give it as tables, with every word marked.
    """

    plan: str
    documents: tuple[DocumentRef, ...]
    base: MomentRef | None
    title: str | None
    meeting: str | None
    entries: tuple[ProposalEntry, ...]
    unchanged: int
    partial: bool = False
    accept_renames: bool = False
    withdraw_missing: bool = False
    warnings: tuple[PlanLedgerError, ...] = ()
    rows: tuple[SheetRow, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self.entries)

    @property
    def document(self) -> str:
        """The documents' names."""
        return "、".join(each.name for each in self.documents)

    @property
    def document_sha256(self) -> str | None:
        """The document's hash; None for several, each of which has its own (``documents``)."""
        return self.documents[0].sha256 if len(self.documents) == 1 else None

    @property
    def layout_only(self) -> tuple[ProposalEntry, ...]:
        """The entries in which only white space, line breaks or width differ (表記のみ)."""
        return tuple(entry for entry in self.standing if entry.layout_only)

    @property
    def standing(self) -> tuple[ProposalEntry, ...]:
        """The entries that nobody rejected."""
        return tuple(entry for entry in self.entries if entry.decision != "rejected")

    @property
    def conflicts(self) -> tuple[ProposalEntry, ...]:
        """The conflicts about which nothing was decided yet."""
        return tuple(entry for entry in self.entries if entry.kind == "conflict" and entry.decision == "open")

    def of(self, kind: ProposalKind) -> tuple[ProposalEntry, ...]:
        """The entries of one kind that nobody rejected, without those of layout only."""
        return tuple(entry for entry in self.standing if entry.kind == kind and not entry.layout_only)

    # --- deciding -----------------------------------------------------------------------------------------------

    def accept(self, *entries: ProposalEntry) -> Self:
        """Accept entries: a conflict takes the sheet's text, a possible rename is one, a missing row is withdrawn."""
        return self._decide(entries, "accepted")

    def reject(self, *entries: ProposalEntry) -> Self:
        """Reject entries: the ledger keeps what it has. Without its title, a new item is not added at all."""
        return self._decide(entries, "rejected")

    def resolve(self, entry: ProposalEntry, text: str) -> Self:
        """Settle a conflict with a text of its own, made from both."""
        if entry.field is None:
            raise ValueError("only a field's conflict has a text")
        self._decide((entry,), "accepted")  # refuses what is not an entry of this proposal
        return evolve(
            self,
            entries=tuple(
                evolve(each, new=text, decision="accepted") if each.key == entry.key else each for each in self.entries
            ),
        )

    def _decide(self, entries: Iterable[ProposalEntry], decision: Decision) -> Self:
        keys = {entry.key for entry in entries}
        unknown = keys - {entry.key for entry in self.entries}
        if unknown:
            raise ValueError(f"{len(unknown)} of the entries are not of this proposal")
        return evolve(
            self,
            entries=tuple(evolve(entry, decision=decision) if entry.key in keys else entry for entry in self.entries),
        )

    @property
    def held_back(self) -> frozenset[UUID]:
        """Items of which nothing is applied: possibly renamed ones that nobody accepted, and what is new below them."""
        held = {entry.item for entry in self.entries if entry.kind == "renamed" and not self._is_accepted(entry)}
        refused = {
            entry.item
            for entry in self.entries
            if entry.kind == "added" and entry.decision == "rejected" and entry.field == self._title_field(entry)
        }
        held |= refused
        for row in self.rows:  # parents come first
            if row.new and row.under in held:
                held.add(row.item)
        return frozenset(held)

    def applied(self, *, accept_layout: bool = True) -> tuple[ProposalEntry, ...]:
        """The entries that ``apply`` would record."""
        held = self.held_back
        return tuple(
            entry
            for entry in self.entries
            if (self._is_accepted(entry) if entry.kind in _WAITING else entry.decision != "rejected")
            and entry.item not in held
            and (accept_layout or not entry.layout_only or entry.decision == "accepted")
        )

    def _is_accepted(self, entry: ProposalEntry) -> bool:
        if entry.decision != "open":
            return entry.decision == "accepted"
        return (entry.kind == "renamed" and self.accept_renames) or (entry.kind == "missing" and self.withdraw_missing)

    def _title_field(self, entry: ProposalEntry) -> str | None:
        first = next(each for each in self.entries if each.kind == "added" and each.item == entry.item)
        return first.field

    # --- showing ------------------------------------------------------------------------------------------------

    def __str__(self) -> str:
        from plan_ledger.sheets.summary import summary

        return summary(self)

    def report(self) -> Report:
        from plan_ledger.sheets.summary import as_report

        return as_report(self)

    def to_dict(self) -> dict[str, Any]:
        """Lists of entries by kind (a new order stands among the moves), and the count of unchanged cells."""
        return {
            "added": [entry.to_dict() for entry in self.of("added")],
            "changed": [entry.to_dict() for entry in self.of("changed")],
            "moved": [entry.to_dict() for kind in _MOVES for entry in self.of(kind)],
            "renamed": [entry.to_dict() for entry in self.of("renamed")],
            "emptied": [entry.to_dict() for entry in self.of("emptied")],
            "missing": [entry.to_dict() for entry in self.of("missing")],
            "conflicts": [entry.to_dict() for entry in self.of("conflict")],
            "layout_only": [entry.to_dict() for entry in self.layout_only],
            "unchanged": self.unchanged,
        }


_MOVES: tuple[ProposalKind, ...] = ("moved", "reordered")
_WAITING = frozenset({"renamed", "missing", "conflict"})
