"""The index followed from the log: changes of fields as plain rows, everything else through the projector.

The projector's rows go into the transaction that it was given; those of changed fields are handed back, because there
are so many of them: a rebuild writes them down, a check compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from plan_ledger.events import BatchHeader, FieldChanged, SchemaDeclared
from plan_ledger.index.projector import Names, Projector
from plan_ledger.index.registers import BITS
from plan_ledger.store.recorded import Recorded
from plan_ledger.store.transaction import SqlRow, Transaction
from plan_ledger.values.coordinates import ROOM

PlainChange = tuple[int, int, str, int]
"""Position, the item's stream, field, and state: 1 a text, 0 emptied."""
LateChange = tuple[int, int, FieldChanged]
"""Position, the item's stream, and a change that counts elsewhere or corrects a meeting."""

EndedBatch = tuple[int, int, bytes]
"""First and last position, header."""


class Replay:
    """What the index should hold, taken in page by page.

    Attributes:
        heads: For each register of a field that has a fact, the position of the one that holds at the head.
    """

    def __init__(self, tx: Transaction, streams: Iterable[tuple[int, bytes]]) -> None:
        self._tx = tx
        self._names = Names()
        self._names.streams.update((UUID(bytes=uuid), no) for no, uuid in streams)
        self._projector = Projector(tx, self._names)
        self.heads: dict[int, int] = {}
        self._late: dict[int, tuple[int, int]] = {}  # register → (effective, position) of its late head
        self._numbers: dict[tuple[int, str], dict[str, int]] = {}
        self._fields: dict[int, dict[str, int]] = {}
        self._actors: dict[bytes, tuple[tuple[int, int], ...]] = {}

    def take(
        self,
        structure: Sequence[Recorded],
        plain: Sequence[PlainChange],
        late: Sequence[LateChange],
        batches: Sequence[EndedBatch],
    ) -> tuple[list[SqlRow], list[SqlRow]]:
        """The next page of the log.

        Args:
            structure: Everything that is no change of a field.
            plain, late: Changes of fields.
            batches: Those that end here.

        Returns:
            Rows of facts for the changes of fields, in order, and rows of authorship.

        Raises:
            KeyError, AssertionError, TypeError, ValueError: Single events make sense, together they do not.
        """
        if structure:
            self._projector.project_events(structure)
            if any(type(each.event) is SchemaDeclared for each in structure):
                self._numbers.clear()
                self._fields.clear()
        facts: list[SqlRow] = []
        fields, heads, add = self._fields, self.heads, facts.append
        for position, stream, field, state in plain:
            try:
                no = stream << BITS | fields[stream][field]
            except KeyError:
                no = stream << BITS | self._fields_of(stream)[field]
            add((position, no, position << ROOM, state))
            heads[no] = position
        if late:
            facts += [self._settled(*each) for each in late]
            facts.sort()
        owners: list[SqlRow] = []
        for first, last, header in batches:
            for actor, role in self._actors.get(header) or self._owners(header):
                owners.append((actor, first, role, last))
        return facts, owners

    def _settled(self, position: int, stream: int, event: FieldChanged) -> SqlRow:
        """The row of a late fact. Of all facts of a register the greatest (effective, position) holds at the head."""
        no = stream << BITS | self._fields_of(stream)[event.field]
        effective = position << ROOM if event.effective is None else event.effective
        head = self.heads.get(no, 0)
        counts_at, late_head = self._late.get(no, (0, 0))
        if (effective, position) > (counts_at if late_head == head else head << ROOM, head):
            self.heads[no] = position
            self._late[no] = effective, position
        if event.corrects is not None:
            self._tx.run("INSERT INTO corrections (position, meeting) VALUES (?, ?)", (position, event.corrects.bytes))
        return (position, no, effective, 0 if event.text is None and not event.redacted else 1)

    def _fields_of(self, stream: int) -> dict[str, int]:
        """The numbers of the fields of an item's level."""
        found = self._fields.get(stream)
        if found is None:
            known = self._names.items[stream]
            numbers = self._numbers.get(known)
            if numbers is None:
                plan, level = known
                numbers = self._numbers[known] = {
                    key: number for (of, at, key), number in self._names.fields.items() if (of, at) == (plan, level)
                }
            found = self._fields[stream] = numbers
        return found

    def _owners(self, header: bytes) -> tuple[tuple[int, int], ...]:
        """(actor, role) of everybody whom a header names."""
        read = BatchHeader.from_bytes(header)
        actors = self._names.actors
        known = self._actors[header] = tuple(
            (actors[who.id, who.revision], role)
            for role, who in enumerate((read.actor, read.on_behalf_of, read.approver))
            if who is not None
        )
        return known
