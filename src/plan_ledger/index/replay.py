"""The index followed from the log: changes of fields as plain rows, everything else through the projector.

The projector's rows go into the transaction that it was given; those of changed fields are handed back, because there
are so many of them: a rebuild writes them down, a check compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from plan_ledger.events import BatchHeader, FieldChanged, SchemaDeclared
from plan_ledger.index.cells import Cells
from plan_ledger.index.names import Names
from plan_ledger.index.projector import Projector
from plan_ledger.store.recorded import Recorded
from plan_ledger.store.transaction import SqlRow, Transaction
from plan_ledger.values.coordinates import ROOM

PlainChange = tuple[int, int, str, int, bytes]
"""Position, the item's stream, field, state (1 a text, 0 emptied), text in UTF-8 (``b""`` where none is read)."""
LateChange = tuple[int, int, FieldChanged]
"""Position, the item's stream, and a change that counts elsewhere or corrects a meeting."""

EndedBatch = tuple[tuple[int, int], bytes]
"""(first position, last position), header."""
_OWNERS_KEPT = 10_000


class Taken(NamedTuple):
    """What a page of the log means for the index.

    Attributes:
        registers: Of the plain changes of fields, in order.
        late: Rows of facts for the other changes of fields.
    """

    registers: list[int]
    late: list[SqlRow]

    def facts(self, plain: Sequence[PlainChange]) -> list[SqlRow]:
        """The rows of all of them, in order of positions."""
        rows: list[SqlRow] = [
            (position, register, position << ROOM, state)
            for (position, _, _, state, _), register in zip(plain, self.registers, strict=True)
        ]
        return sorted(rows + self.late) if self.late else rows


class _Numbers:
    """The numbers of the fields of every item's level."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._of_level: dict[tuple[int, str], dict[str, int]] = {}

    def __call__(self, item: int, key: str) -> int:
        plan, level = known = self._names.items[item]
        numbers = self._of_level.get(known)
        if numbers is None:
            numbers = self._of_level[known] = {
                name: number for (of, at, name), number in self._names.fields.items() if (of, at) == (plan, level)
            }
        return numbers[key]

    def clear(self) -> None:
        self._of_level.clear()


_Owned = list[tuple[int, int]]


class Replay:
    """What the index should hold, taken in page by page.

    Attributes:
        cells: What each field of an item holds at the head.
        authorship: (actor, role) → (first position, last position) of each batch that ended, in order. Whoever has
            dealt with those may empty the lists.
    """

    def __init__(self, tx: Transaction, streams: Iterable[tuple[int, bytes]]) -> None:
        self._tx = tx
        self._names = Names()
        self._names.streams.update((UUID(bytes=uuid), no) for no, uuid in streams)
        self._projector = Projector(tx, self._names)
        self._numbers = _Numbers(self._names)
        self.cells = Cells(self._numbers)
        self.authorship: dict[tuple[int, int], _Owned] = {}
        self._late: dict[int, tuple[int, int]] = {}  # register → (effective, position) of its late head
        self._owners: dict[bytes, tuple[_Owned, ...]] = {}

    def take(
        self,
        structure: Sequence[Recorded],
        plain: Sequence[PlainChange],
        late: Sequence[LateChange],
        batches: Sequence[EndedBatch],
    ) -> Taken:
        """The next page of the log.

        Args:
            structure: Everything that is no change of a field.
            plain, late: Changes of fields.
            batches: Those that end here.

        Raises:
            KeyError, AssertionError, TypeError, ValueError: Single events make sense, together they do not.
        """
        if structure:
            self._projector.project_events(structure)
            if any(type(each.event) is SchemaDeclared for each in structure):
                self._numbers.clear()
        cells, registers = self.cells, list[int]()
        add = registers.append
        for position, item, key, _, text in plain:
            cell = cells[item][key]
            cell.head = position
            cell.text = text
            add(cell.register)
        facts = [self._settled(*each) for each in late]
        owners = self._owners
        for ends, header in batches:
            for owned in owners.get(header) or self._owners_of(header):
                owned.append(ends)
        return Taken(registers, facts)

    def _settled(self, position: int, stream: int, event: FieldChanged) -> SqlRow:
        """The row of a late fact. Of all facts of a register the greatest (effective, position) holds at the head."""
        cell = self.cells[stream][event.field]
        effective = position << ROOM if event.effective is None else event.effective
        counts_at, late_head = self._late.get(cell.register, (0, 0))
        if (effective, position) > (counts_at if late_head == cell.head else cell.head << ROOM, cell.head):
            cell.head, cell.text = position, (event.text or "").encode()
            self._late[cell.register] = effective, position
        if event.corrects is not None:
            self._tx.run("INSERT INTO corrections (position, meeting) VALUES (?, ?)", (position, event.corrects.bytes))
        return (position, cell.register, effective, 0 if event.text is None and not event.redacted else 1)

    def _owners_of(self, header: bytes) -> tuple[_Owned, ...]:
        """The lists of everybody whom a header names."""
        read = BatchHeader.from_bytes(header)
        actors = self._names.actors
        if len(self._owners) >= _OWNERS_KEPT:
            self._owners.clear()
        found = self._owners[header] = tuple(
            self.authorship.setdefault((actors[who.id, who.revision], role), [])
            for role, who in enumerate((read.actor, read.on_behalf_of, read.approver))
            if who is not None
        )
        return found
