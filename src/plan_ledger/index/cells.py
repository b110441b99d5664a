"""What every field of every item holds at the head of a log that is being read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import define

from plan_ledger.index.registers import register


@define
class Cell:
    """One field of one item: all that is kept of it is looked up at once.

    Attributes:
        register: What it is in the index.
        head: Position of the fact that holds; 0: none yet.
        text: In UTF-8, blank where there is none. Only kept up by who reads the texts.
    """

    register: int
    head: int = 0
    text: bytes = b""


NumberOf = Callable[[int, str], int]
"""Item and key of a field → the field's number; KeyError where there is no such item or field."""


class _Own(dict[str, Cell]):
    """Cells of one item by the keys of its fields."""

    def __init__(self, item: int, number_of: NumberOf) -> None:
        self._item, self._number_of = item, number_of

    def __missing__(self, key: str) -> Cell:
        found = self[key] = Cell(register(self._item, self._number_of(self._item, key)))
        return found


class Cells(dict[int, _Own]):
    """``cells[item][key]``; made when it is first asked for."""

    def __init__(self, number_of: NumberOf) -> None:
        self._number_of = number_of

    def __missing__(self, item: int) -> _Own:
        found = self[item] = _Own(item, self._number_of)
        return found

    def held(self) -> Iterator[tuple[int, int]]:
        """(register, position of the fact that holds) of each cell that has any."""
        return ((cell.register, cell.head) for own in self.values() for cell in own.values() if cell.head)
