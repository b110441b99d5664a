"""What was recorded between two pairs: the facts that only one of them shows, and what registers hold at each."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from plan_ledger.index import asof
from plan_ledger.queries.causes import COLUMNS, JOINS, headers_by_number, known_actors, make_cause
from plan_ledger.queries.kept import Table
from plan_ledger.queries.results import Cause
from plan_ledger.queries.results.causes import Header
from plan_ledger.store.transaction import Rows
from plan_ledger.values.coordinates import Pair, effective_of
from plan_ledger.values.texts import REDACTED_TEXT

_Cell = tuple[int, str | None, int]


class FactsBetween:
    """The facts visible in exactly one of two pairs, over all plans.

    Attributes:
        behind: Register → the events behind the difference, in order of counting.
        late: Position → where it counts, of facts that count elsewhere than where they were recorded.
        old, new: Register → text at either pair; of those that were read so far (see :meth:`read`).
        forward: Whether everything between counts where it was recorded, and the second pair is the later one.
    """

    def __init__(self, rows: Rows, zone: str, since: Pair, until: Pair, table: Table | None = None) -> None:
        """``table``: the plan's whole table at ``since``, where it is known."""
        self._rows, self._since, self._until = rows, since, until
        self.behind: dict[int, Sequence[Cause]] = {}
        self.late: dict[int, int] = {}
        self.old: dict[int, str] = {}
        self.new: dict[int, str] = {}
        self._held: dict[int, int] = {}  # register → position of what the later table shows
        self.forward = since.ordinary <= until.ordinary and not asof.any_late(rows)
        if self.forward:
            self._read_forward(zone, table)
        else:
            self._read_both_ways(zone)

    def _read_forward(self, zone: str, table: Table | None) -> None:
        """With no fact out of its order, the last one of a register is what the later table shows."""
        unsure = table is None and asof.any_redacted(self._rows)
        texts = None if table is None else table.by_register
        actors = known_actors(self._rows)
        headers: dict[int, Header] = {}
        behind, old, new = self.behind, self.old, self.new
        since, until = self._since.ordinary, self._until.ordinary
        for portion in asof.facts_forward(self._rows, since, until, before=table is None):
            if unknown := {row[5] for row in portion} - headers.keys():
                headers.update(headers_by_number(self._rows, unknown, actors))
            for no, position, body, state, recorded_at, header, payload, before in portion:
                why = make_cause(position, recorded_at, zone, headers[header], payload)
                new[no] = body if body is not None else REDACTED_TEXT if state else ""
                known = behind.get(no)
                if known is None:
                    behind[no] = (why,)
                    if texts is not None:
                        old[no] = texts.get(no, "")
                    elif before is not None:
                        old[no] = before
                    elif not unsure:
                        old[no] = ""
                elif isinstance(known, list):
                    known.append(why)
                else:
                    behind[no] = [*known, why]

    def _read_both_ways(self, zone: str) -> None:
        since, until = self._since, self._until
        actors = known_actors(self._rows)
        late_registers: set[int] = set()
        behind: dict[int, list[Cause]] = {}
        for no, effective, position, recorded_at, header, payload in asof.facts_between(
            self._rows, since, until, f"f.effective, {COLUMNS}", JOINS
        ):
            behind.setdefault(no, []).append(make_cause(position, recorded_at, zone, actors.header(header), payload))
            if effective != effective_of(position):
                self.late[position] = effective
                late_registers.add(no)
        if late_registers:
            self._drop_what_never_held(sorted(late_registers), behind)
        self.behind.update(behind)

    def _drop_what_never_held(self, registers: list[int], behind: dict[int, list[Cause]]) -> None:
        """A fact that both tables would have overruled is behind nothing; the others go in the order of counting."""
        since, until = self._since, self._until
        both = Pair(min(since.at, until.at), min(since.known, until.known))
        held = asof.register_facts(self._rows, registers, both)
        for no in registers:
            kept = [each for each in behind[no] if self.counts(each) > held.get(no, (0, 0))]
            if kept:
                behind[no] = sorted(kept, key=self.counts)
            else:
                del behind[no]

    def counts(self, cause: Cause) -> tuple[int, int]:
        """Where an event counts, then where it was recorded."""
        return self.late.get(cause.position, effective_of(cause.position)), cause.position

    def in_order(self, causes: Sequence[Cause]) -> tuple[Cause, ...]:
        return tuple(sorted(causes, key=self.counts) if self.late else causes)

    def read(self, registers: Collection[int]) -> None:
        """Read what these registers hold at both pairs, where it is not known."""
        old, new = self.old, self.new
        unread = sorted(no for no in registers if no not in old)
        cells = asof.register_cells(self._rows, unread, self._since)
        old.update((no, text_of(cells.get(no))) for no in unread)
        unread = sorted(no for no in registers if no not in new)
        cells = asof.register_cells(self._rows, unread, self._until)
        new.update((no, text_of(cells.get(no))) for no in unread)
        self._held.update((no, cell[0]) for no, cell in cells.items())

    def corrected(self, no: int) -> bool:
        """Whether the later text says that the earlier table was wrong: it counts at or before what that showed."""
        effective = self.late.get(self._held.get(no, 0))
        return effective is not None and effective <= self._since.at


def text_of(cell: _Cell | None) -> str:
    """What is shown of a register's (position, text, state)."""
    if cell is None:
        return ""
    _, body, state = cell
    return body if body is not None else REDACTED_TEXT if state else ""
