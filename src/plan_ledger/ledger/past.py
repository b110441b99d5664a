"""A table of the past while it is being corrected: as the log has it, and what this write has decided about it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from attrs import frozen

from plan_ledger.domain import items as domain
from plan_ledger.domain.corrections import EXISTENCE, PLACE
from plan_ledger.index import asof, catalog
from plan_ledger.index.registers import register
from plan_ledger.ledger.lookup import REDACTED
from plan_ledger.ledger.work import Work
from plan_ledger.values import schema
from plan_ledger.values.coordinates import Pair

Value = bool | str | tuple[UUID | None, str]


@frozen
class Late:
    """A fact that this write has decided: about which register, where it counts, what it says."""

    item: UUID
    register: str
    effective: int
    value: Value


class Past:
    """Every item of a plan as one table has it, as known now."""

    def __init__(self, work: Work, plan: catalog.PlanRow, at: int, scope: int | None, decided: Iterable[Late]) -> None:
        self.at = at
        self._work = work
        self._pair = Pair(at, work.position)
        self._numbers = catalog.field_numbers(work.tx, plan.no)
        self.schema = catalog.schema_at(work.tx, plan.no, self._pair.ordinary)
        self._plan = plan
        rows = asof.structure(work.tx, plan.no, self._pair)
        uuids = {no: row.uuid for no, row in rows.items()}
        self._rows = {row.uuid: row for row in rows.values()}
        self._parents = {
            row.uuid: None if row.parent is None else uuids.get(row.parent) or work.uuid_of(row.parent)
            for row in rows.values()
        }
        self._scope = None if scope is None else uuids.get(scope, work.uuid_of(scope))
        self._over: dict[tuple[UUID, str], Late] = {}
        for late in decided:
            self.take(late)

    def take(self, late: Late) -> None:
        """A fact that was decided: it is seen here unless one that counts later is."""
        if late.effective <= self.at and late.effective >= self._counts_at(late.item, late.register):
            self._over[late.item, late.register] = late

    def _counts_at(self, item: UUID, name: str) -> int:
        """Where the fact counts that is seen of a register; 0 where there is none."""
        over = self._over.get((item, name))
        if over is not None:
            return over.effective
        row = self._rows.get(item)
        position = self._cell(item, name).position
        if name in (EXISTENCE, PLACE):
            position = (row.existence if name == EXISTENCE else row.place) if row else 0
        found = self._work.tx.one("SELECT effective FROM facts WHERE position = ?", (position,))
        return 0 if found is None else int(found[0])

    # --- reading ------------------------------------------------------------------------------------------------

    def alive(self, item: UUID) -> bool:
        over = self._over.get((item, EXISTENCE))
        if over is not None:
            return bool(over.value)
        return item in self._rows and self._rows[item].alive

    def place(self, item: UUID) -> tuple[UUID | None, str] | None:
        """Parent and rank; None for an item that had no place yet."""
        over = self._over.get((item, PLACE))
        if over is not None and isinstance(over.value, tuple):
            return over.value
        row = self._rows.get(item)
        return None if row is None else (self._parents[item], row.rank)

    def cell(self, item: UUID, key: str) -> domain.Cell:
        over = self._over.get((item, key))
        return self._cell(item, key) if over is None else domain.Cell(str(over.value), self._work.position)

    def _cell(self, item: UUID, key: str) -> domain.Cell:
        no = self._work.stream(item)
        known = self._work.item(item)
        number = None if known is None else self._numbers.get((known.level, key))
        if no is None or number is None:
            return domain.ABSENT
        register_no = register(no, number)
        found = asof.register_cells(self._work.tx, [register_no], self._pair).get(register_no)
        if found is None:
            return domain.ABSENT
        position, text, state = found
        return domain.Cell(text if text is not None else REDACTED if state else "", position)

    def shows(self, item: UUID) -> bool:
        """Whether an item is on the table: it and everything above it is there, within the meeting's scope."""
        line: list[UUID] = []
        at: UUID | None = item
        while at is not None:
            place = self.place(at)
            if place is None or not self.alive(at):
                return False
            line.append(at)
            at = place[0]
        return self._scope is None or self._scope in line or item in self._line(self._scope)

    def _line(self, item: UUID) -> list[UUID]:
        line: list[UUID] = []
        at: UUID | None = item
        while at is not None:
            line.append(at)
            place = self.place(at)
            at = place[0] if place else None
        return line

    def siblings(self, parent: UUID | None, without: UUID) -> dict[UUID, str]:
        """Everything that stands under a parent, withdrawn items too, with its rank."""
        found: dict[UUID, str] = {}
        known = {*self._rows, *(item for item, name in self._over if name == PLACE)}
        for item in known - {without}:
            place = self.place(item)
            if place is not None and place[0] == parent:
                found[item] = place[1]
        return found

    # --- what comes later ---------------------------------------------------------------------------------------

    def later_place(self, item: UUID) -> tuple[UUID | None, str] | None:
        """The first place that an item got after this table; None where it never got one."""
        no = self._work.stream(item)
        row = self._work.tx.one(
            "SELECT s.uuid, p.rank FROM facts f JOIN places p ON p.position = f.position"
            " LEFT JOIN streams s ON s.no = p.parent WHERE f.register = ? AND f.effective > ?"
            " ORDER BY f.effective, f.position DESC LIMIT 1",
            (register(no or 0, schema.PLACE), self.at),
        )
        if row is not None:
            return None if row[0] is None else UUID(bytes=bytes(row[0])), row[1]
        known = self._work.item(item)
        return None if known is None else (known.parent, known.rank)

    def later_text(self, item: UUID, key: str) -> str:
        """The first text that a field got after this table."""
        known = self._work.item(item, key)
        no = self._work.stream(item)
        number = None if known is None else self._numbers.get((known.level, key))
        row = self._work.tx.one(
            "SELECT x.body FROM facts f JOIN texts x ON x.position = f.position"
            " WHERE f.register = ? AND f.effective > ? ORDER BY f.effective, f.position DESC LIMIT 1",
            (register(no or 0, number or schema.EXISTENCE), self.at),
        )
        if row is not None:
            return str(row[0])
        return "" if known is None else known.cell(key).text
