"""Audit rows out of what the SQL found: who, what, where, in words; read from the index once a head of the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from uuid import UUID

from attrs import frozen

from plan_ledger.index import catalog
from plan_ledger.index.registers import BITS, MASK
from plan_ledger.queries.audit_editions import Appearances
from plan_ledger.queries.audit_filters import Selection, read_header, source_of
from plan_ledger.queries.causes import as_named, headers_by_number, make_cause
from plan_ledger.queries.results import PLACE_LABEL, Actor, AuditRow
from plan_ledger.queries.results.causes import Header
from plan_ledger.store.transaction import Rows, SqlRow, SqlValue, chunks, marks
from plan_ledger.values.coordinates import effective_of
from plan_ledger.values.made import open_twin
from plan_ledger.values.schema import EXISTENCE, PLACE, FieldKind, FieldSpec
from plan_ledger.values.texts import REDACTED_TEXT, folded_name

_OpenRow = open_twin(AuditRow)
_ASKED_KEPT = 10_000


@frozen
class Standing:
    """An item in words of today's titles, with its number, its parent's, and those above."""

    uuid: UUID
    level: str
    path: tuple[str, ...]
    line: tuple[int, ...]


class Teller:
    """What it takes to tell a plan's rows in words, as of one head of the log: good while nothing is recorded."""

    def __init__(self, rows: Rows, plan: catalog.PlanRow, head: int) -> None:
        self.plan = plan
        self.head = head
        self.actor_rows = catalog.actors(rows)
        self.actors = as_named(self.actor_rows.values())
        self.schema = catalog.schema_at(rows, plan.no, head)
        self.numbers = catalog.field_numbers(rows, plan.no)
        self.meetings = catalog.meetings(rows, plan.no)
        self.appearances = Appearances(self.meetings)
        row = rows.one(
            "SELECT (SELECT s.no FROM ledger l JOIN streams s ON s.uuid = l.uuid), (SELECT count(*) FROM plans)"
        )
        assert row is not None
        self.ledger_stream = int(row[0] or 0)
        self.alone = row[1] == 1
        self._specs: dict[int, tuple[str, str, FieldSpec | None]] = {}
        for (level, key), number in self.numbers.items():
            of = self.schema.level(level)
            self._specs[number] = (level, key, of.field(key) if of else None)
        self.titles = frozenset(
            self.numbers[level.key, level.title]
            for level in self.schema.levels
            if (level.key, level.title) in self.numbers
        )
        self._items: dict[int, Standing] = {}
        self._headers: dict[int, Header] = {}
        self._numbers_of: dict[UUID, tuple[int, str]] = {}
        self.asked: dict[tuple[str, str], Callable[[Rows, Teller], list[AuditRow]]] = {}
        """How to ask for the history of (item, field), in the words in which it was asked for before."""

    def remember(
        self, asked: tuple[str, str], again: Callable[[Rows, Teller], list[AuditRow]]
    ) -> Callable[[Rows, Teller], list[AuditRow]]:
        if len(self.asked) >= _ASKED_KEPT:
            self.asked.clear()
        self.asked[asked] = again
        return again

    @cached_property
    def actor_names(self) -> dict[int, tuple[str | None, str | None]]:
        """Of every actor's revision the host's id, and the name folded for comparing; None where there is none."""
        return {
            no: (row.key, None if row.name is None else folded_name(row.name)) for no, row in self.actor_rows.items()
        }

    def number_of(self, rows: Rows, item: UUID) -> tuple[int, str] | None:
        """An item's number and level; None where the plan has no such item."""
        found = self._numbers_of.get(item)
        if found is None:
            row = rows.one(
                "SELECT i.no, i.level FROM items i JOIN streams s ON s.no = i.no WHERE s.uuid = ? AND i.plan = ?",
                (item.bytes, self.plan.no),
            )
            if row is None:
                return None
            found = self._numbers_of[item] = (row[0], row[1])
        return found

    @property
    def sole(self) -> int | None:
        """The plan's number for a filter; None where the ledger has no other plan."""
        return None if self.alone else self.plan.no

    def field_names(self, number: int) -> tuple[str, str]:
        """A field's key with its level, and its label with that of the level."""
        key, name, spec = self._specs[number]
        level = self.schema.level(key)
        return f"{key}.{name}", f"{level.label if level else key}・{spec.label if spec else name}"

    def latest(self, actor: str) -> Actor | None:
        """An actor's particulars as last told."""
        found = [each for (id, _), each in self.actors.items() if id == actor]
        return max(found, key=_revision, default=None)

    @property
    def money(self) -> dict[int, FieldSpec]:
        """The fields of amounts by number."""
        return {
            number: spec
            for number, (_, _, spec) in self._specs.items()
            if spec is not None and spec.kind is FieldKind.MONEY
        }

    # --- items --------------------------------------------------------------------------------------------------

    def items(self, rows: Rows, wanted: Iterable[int]) -> dict[int, Standing]:
        """Items by number; what is not known yet is read, with everything above it."""
        found = self._items
        missing = {no for no in wanted if no not in found}
        if not missing:
            return found
        titles, params = self._title_numbers()
        raw: dict[int, tuple[UUID, str, int | None, str]] = {}
        while missing:
            for chunk in chunks(sorted(missing)):
                for no, uuid, level, parent, body in rows.all(
                    "SELECT i.no, s.uuid, i.level, i.parent, x.body FROM items i JOIN streams s ON s.no = i.no"
                    f" LEFT JOIN registers r ON r.no = i.no * {MASK + 1} + {titles}"
                    f" LEFT JOIN texts x ON x.position = r.head WHERE i.no IN ({marks(len(chunk))})",
                    (*params, *chunk),
                ):
                    raw[no] = (UUID(bytes=bytes(uuid)), level, parent, REDACTED_TEXT if body is None else body)
            missing = {row[2] for row in raw.values() if row[2] is not None} - raw.keys() - found.keys()
        for no in raw:
            self._stand(no, raw)
        return found

    def _stand(self, no: int, raw: dict[int, tuple[UUID, str, int | None, str]]) -> Standing:
        known = self._items.get(no)
        if known is None:
            uuid, level, parent, title = raw[no]
            above = None if parent is None else self._stand(parent, raw)
            path, line = (above.path, above.line) if above else ((), ())
            known = self._items[no] = Standing(uuid, level, (*path, title), (*line, no))
        return known

    def known_line(self, no: int) -> tuple[int, ...]:
        """The items that one stands under, and itself, where it was read."""
        return self._items[no].line if no in self._items else ()

    def known_path(self, no: int) -> tuple[str, ...]:
        return self._items[no].path if no in self._items else ()

    def _title_numbers(self) -> tuple[str, tuple[SqlValue, ...]]:
        """SQL for the number of an item's title, by its level."""
        numbers = {level.key: self.numbers.get((level.key, level.title), 2) for level in self.schema.levels}
        if len(numbers) == 1:
            return str(next(iter(numbers.values()))), ()
        cases = " ".join(f"WHEN ? THEN {number}" for number in numbers.values())
        return f"CASE i.level {cases} ELSE 2 END", tuple(numbers)

    # --- rows ---------------------------------------------------------------------------------------------------

    def tell(self, rows: Rows, found: Sequence[SqlRow], selection: Selection | None = None) -> list[AuditRow]:
        """Typed rows, in the order of ``found``; of those only that fit what no index knows."""
        if not found:
            return []
        standing = self.items(rows, {entry[6] >> BITS for entry in found})
        places = self._places(rows, found)
        look = selection if selection is not None and selection.residual else None
        headers, zone, plan, appearances = self._headers, self.plan.zone, self.plan.title, self.appearances
        if unknown := {entry[2] for entry in found} - headers.keys():
            headers.update(headers_by_number(rows, unknown, self.actors))
        told: list[AuditRow] = []
        for (
            position,
            recorded_at,
            header,
            payload,
            batch,
            hash_,
            no,
            effective,
            state,
            body,
            before,
            old_body,
            old_state,
        ) in found:
            number = no & MASK
            item = standing[no >> BITS]
            field: str | None = None
            if number == EXISTENCE:
                action = "withdrawn" if not state else "added" if before is None else "restored"
                kind, label, old, new = action, "", "", ""
            elif number == PLACE:
                action = "placed" if before is None else "moved"
                kind, label, old, new = action, PLACE_LABEL, places.get(before or 0, ""), places.get(position, "")
            else:
                _, field, spec = self._specs[number]
                label = field if spec is None else spec.label
                new = body if body is not None else REDACTED_TEXT if state else ""
                old = old_body if old_body is not None else REDACTED_TEXT if old_state else ""
                action = "changed"
                kind = "emptied" if not new else "renamed" if old and number in self.titles else action
            if effective != effective_of(position) and b'"corrects"' in bytes(payload):
                kind = "corrected"
            if look is not None and not _fits(look, headers[header].json, payload, kind, number, old, new):
                continue
            made = _OpenRow()
            made.cause = make_cause(position, recorded_at, zone, headers[header], payload)
            made.action = action
            made.item = item.uuid
            made.level = item.level
            made.path = item.path
            made.field = field
            made.label = label
            made.old = old
            made.new = new
            made.kind = kind
            made.batch = batch
            made.hash = hash_
            made.effective = effective
            made.plan_name = plan
            made.line = item.line
            made.appearances = appearances
            made.__class__ = AuditRow
            told.append(made)
        return told

    def _places(self, rows: Rows, found: Sequence[SqlRow]) -> dict[int, str]:
        """Position of a placing → where that was, in words of today's titles."""
        positions = {
            each for entry in found if entry[6] & MASK == PLACE for each in (entry[0], entry[10]) if each is not None
        }
        parents: dict[int, int | None] = {}
        for chunk in chunks(sorted(positions)):
            parents.update(
                rows.all(f"SELECT position, parent FROM places WHERE position IN ({marks(len(chunk))})", chunk)
            )
        if not parents:
            return {}
        standing = self.items(rows, {parent for parent in parents.values() if parent is not None})
        return {
            position: " / ".join(standing[parent].path) for position, parent in parents.items() if parent is not None
        }


def _revision(actor: Actor) -> int:
    return actor.revision


def _fits(look: Selection, header: bytes, payload: bytes, kind: str, number: int, old: str, new: str) -> bool:
    said = read_header(header)
    return (
        look.header_fits(said)
        and look.kind_fits(kind, said)
        and (look.source is None or look.source_fits(said, source_of(bytes(payload))))
        and look.value_fits(old, new)
        and look.amount_fits(number, old, new)
    )
