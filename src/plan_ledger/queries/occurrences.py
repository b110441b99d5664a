"""Where a text was ever recorded: every position whose text holds it, so that each can be looked at, or redacted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from attrs import frozen

from plan_ledger.index import asof, catalog
from plan_ledger.index.registers import BITS, MASK, register
from plan_ledger.store.transaction import Rows
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.texts import REDACTED_TEXT


@frozen
class Occurrence:
    """A recorded text that holds what was looked for.

    Attributes:
        position: Where it was recorded; what ``redact`` takes.
        plan, item, title: The plan's title, the item and its title as it is now.
        field, label: The field's key and its label as it is now.
        text: The whole text.
        current: Whether the field holds it now.
    """

    position: int
    plan: str
    item: UUID
    title: str
    field: str
    label: str
    text: str
    current: bool

    def to_dict(self) -> dict[str, Any]:
        return {
            "position": self.position,
            "plan": self.plan,
            "item": self.item.hex,
            "title": self.title,
            "field": self.field,
            "label": self.label,
            "text": self.text,
            "current": self.current,
        }


def occurrences(rows: Rows, text: str, plan: int | None = None) -> list[Occurrence]:
    """Every recorded text that holds ``text`` to the letter, in order of recording; of one plan, or of all."""
    if not text:
        return []
    pattern = "%" + text.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"
    found = rows.all(
        "SELECT x.position, x.body, f.register, i.plan, i.level, s.uuid, r.head FROM texts x"
        f" JOIN facts f ON f.position = x.position JOIN items i ON i.no = f.register >> {BITS}"
        " JOIN streams s ON s.no = i.no JOIN registers r ON r.no = f.register"
        " WHERE x.body LIKE ? ESCAPE '!' ORDER BY x.position",
        (pattern,),
    )
    names = _Names(rows)
    return [
        Occurrence(
            position,
            names.plans[of].title,
            UUID(bytes=bytes(uuid)),
            names.title(no >> BITS, of, level),
            *names.field(of, level, no & MASK),
            body,
            head == position,
        )
        for position, body, no, of, level, uuid, head in found
        # LIKE takes capital and small letters for the same on one back end.
        if text in body and plan in (None, of)
    ]


class _Names:
    """What plans, items and fields are called at the head."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.plans = {plan.no: plan for plan in catalog.plans(rows)}
        self._schemas = {no: catalog.schema_at(rows, no, (1 << 62) - 1) for no in self.plans}
        self._numbers = {no: catalog.field_numbers(rows, no) for no in self.plans}
        self._titles: dict[int, str] = {}

    def title(self, item: int, plan: int, level: str) -> str:
        if item not in self._titles:
            spec = self._schemas[plan].level(level)
            assert spec is not None
            no = register(item, self._numbers[plan][level, spec.title])
            cell = asof.register_cells(self._rows, [no], Pair(1 << 62, 1 << 62)).get(no)
            self._titles[item] = "" if cell is None or not cell[2] else REDACTED_TEXT if cell[1] is None else cell[1]
        return self._titles[item]

    def field(self, plan: int, level: str, number: int) -> tuple[str, str]:
        key = next(key for (at, key), each in self._numbers[plan].items() if (at, each) == (level, number))
        spec = self._schemas[plan].level(level)
        found = spec.field(key) if spec else None
        return key, found.label if found else key
