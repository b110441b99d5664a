"""Whose a row was: the section behind its last change, mass imports left aside, before and along a range."""

from __future__ import annotations

from plan_ledger.index import catalog
from plan_ledger.index.registers import bounds
from plan_ledger.queries.audit_filters import read_header
from plan_ledger.queries.audit_rows import Teller
from plan_ledger.queries.audit_thin import Thin, section_of
from plan_ledger.store.transaction import Rows

_PAGE = 50


class LastSections(dict[int, str | None]):
    """Item → section of its last change, kept up by whoever goes along a range; None: nobody's.

    What was before the range is looked up for those items that come up, along their own facts alone.
    """

    def __init__(self, rows: Rows, teller: Teller, after: int, mass: int) -> None:
        """``after``: the position behind which the range begins. ``mass``: so many changes in a batch are an import."""
        super().__init__()
        self._rows, self._teller, self._after, self._mass = rows, teller, after, mass
        self._large: dict[int, bool] = {}

    def __missing__(self, item: int) -> str | None:
        found = self[item] = self._before(item) if self._after else None
        return found

    def others(self, batch: list[Thin], section: str) -> dict[int, str]:
        """The items of a batch that another section changed last, with that section."""
        return {each.item: last for each in batch if (last := self[each.item]) is not None and last != section}

    def _before(self, item: int) -> str | None:
        upto = self._after
        while True:
            found = self._rows.all(
                "SELECT f.position, e.batch, h.content FROM facts f JOIN events e ON e.position = f.position"
                " JOIN headers h ON h.no = e.header WHERE f.register BETWEEN ? AND ? AND +f.position <= ?"
                " ORDER BY f.position DESC LIMIT ?",
                (*bounds(item), upto, _PAGE),
            )
            for _, batch, header in found:
                section = section_of(read_header(bytes(header)), self._teller)
                if section is not None and not self._is_large(batch):
                    return section
            if len(found) < _PAGE:
                return None
            upto = found[-1][0] - 1

    def _is_large(self, batch: int) -> bool:
        if batch not in self._large:
            span = catalog.batch_bounds(self._rows, batch)
            assert span is not None
            row = self._rows.one(
                "SELECT count(*) FROM facts f JOIN items i ON i.no = f.register >> 10"
                " WHERE f.position >= ? AND f.position <= ? AND i.plan = ?",
                (*span, self._teller.plan.no),
            )
            self._large[batch] = row is not None and row[0] >= self._mass
        return self._large[batch]
