"""From the applied entries of a proposal to intents: parents before children, in the sheet's order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from plan_ledger.events import Source
from plan_ledger.ledger.intents import Add, Change, Intent, Move, Restore, Withdraw
from plan_ledger.queries.results import Snapshot, SnapshotItem
from plan_ledger.sheets.proposal import Origin, Proposal, ProposalEntry, SheetRow


def intents_by_document(
    proposal: Proposal, entries: Sequence[ProposalEntry], current: Snapshot, given: Snapshot, plan: UUID
) -> list[list[Intent]]:
    """What to carry out, a list for each document.

    Args:
        proposal: For its rows, in the sheet's order.
        entries: Those of its entries that shall be applied.
        current: The ledger under the lock; ``given``: what the sheet's writer was given.
        plan: The plan's id.
    """
    return _Placing(proposal, entries, current, given, plan).run()


class _Placing:
    def __init__(
        self,
        proposal: Proposal,
        entries: Sequence[ProposalEntry],
        current: Snapshot,
        given: Snapshot,
        plan: UUID,
    ) -> None:
        self.proposal, self.plan, self.partial = proposal, plan, proposal.partial
        self.now: dict[UUID, SnapshotItem] = {item.id: item for item in current.items}
        self.given: dict[UUID, SnapshotItem] = {item.id: item for item in given.items}
        self.seen = current.moment.position
        self.withdrawn = {item.id for item in current.withdrawn}
        self.families = {item.parent for item in current.items}
        self.entries: dict[UUID, list[ProposalEntry]] = {}
        for entry in entries:
            self.entries.setdefault(entry.item, []).append(entry)
        self.there = set(self.now)  # what shows, with what was done so far
        self.behind: dict[UUID | None, UUID] = {}  # the last of the sheet's children under each parent

    def run(self) -> list[list[Intent]]:
        batches: list[list[Intent]] = [[] for _ in self.proposal.documents]
        for row in self.proposal.rows:
            batches[row.document] += self._added(row) if row.new else self._existing(row)
        batches[-1] += self._withdrawn()
        return batches

    def _added(self, row: SheetRow) -> Iterator[Intent]:
        entries = self.entries.get(row.item)
        if not entries or not self._stands(row.under):
            return
        texts = {entry.field: entry.new for entry in entries if entry.field}
        sources = {entry.field: source for entry in entries if entry.field and (source := _source(entry.source))}
        yield Add(row.item, self.plan, row.level, texts, row.under, self._after(row), sources=sources)
        if self._is_first(row):
            yield Move(row.item, row.under, first=True)
        self.there.add(row.item)
        self.behind[row.under] = row.item

    def _existing(self, row: SheetRow) -> Iterator[Intent]:
        entries = self.entries.get(row.item, [])
        if row.item not in self.there:
            if not entries:
                return
            yield from self._restored(row.item)
        moved = any(entry.field is None for entry in entries) and self._stands(row.under)
        if moved:
            source = _source(next(entry.source for entry in entries if entry.field is None))
            yield Move(row.item, row.under, self._after(row), first=self._is_first(row), source=source)
        now = self.now.get(row.item)
        for entry in entries:
            if entry.field is not None:
                # an empty cell does not say when it was emptied
                seen = (now[entry.field].position or self.seen) if now else None
                yield Change(row.item, entry.field, entry.new, seen, _source(entry.source))
        if moved or (now is not None and now.parent == row.under):
            self.behind[row.under] = row.item

    def _restored(self, item: UUID) -> Iterator[Intent]:
        """Bring back an item and what it stood under."""
        at: UUID | None = item
        chain: list[UUID] = []
        while at is not None and at not in self.there:
            chain.append(at)
            at = self.given[at].parent if at in self.given else None
        for each in reversed(chain):
            if each in self.withdrawn:
                yield Restore(each)
            self.there.add(each)

    def _withdrawn(self) -> Iterator[Intent]:
        """Rows that shall go; what is below one goes with it."""
        on_sheet = {row.item for row in self.proposal.rows}
        going = {uuid for uuid in self.entries if uuid not in on_sheet}
        for item in self.now.values():  # in the table's order: the same proposal gives the same events
            if item.id in going and item.parent not in going:
                yield Withdraw(item.id)

    def _stands(self, parent: UUID | None) -> bool:
        return parent is None or parent in self.there

    def _after(self, row: SheetRow) -> UUID | None:
        # Under a parent that had nothing, "last" is where the sheet's next row belongs, and cheaper to find.
        return self.behind.get(row.under) if row.under in self.families else None

    def _is_first(self, row: SheetRow) -> bool:
        return not self.partial and row.under in self.families and row.under not in self.behind


def _source(origin: Origin | None) -> Source | None:
    return Source(sheet=origin.sheet, cell=origin.cell) if origin else None
