"""Headings: which column holds which field, by label, letter, note and alias; what is unknown, with the nearest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from attrs import field, frozen

from plan_ledger.errors import Place
from plan_ledger.sheets.grid import Cell
from plan_ledger.sheets.problems import SheetProblem
from plan_ledger.sheets.table_problems import MissingColumns, RepeatedHeader, UnknownHeader
from plan_ledger.values.notation import label, split_header_label
from plan_ledger.values.schema import FieldSpec, LevelSpec, Schema

ROW_ID = "行ID"
"""The heading of the column in which a document of ours carries the id of each row's last-level item."""

_OURS = frozenset({"変更", "番号", "項番", "no", "no.", "№"})
"""Columns that a handout adds to the table; they hold nothing of the plan."""


@frozen
class Columns:
    """Index of the column of each field, by (level key, field key)."""

    at: dict[tuple[str, str], int] = field(factory=dict[tuple[str, str], int])
    row_id: int | None = None


class Headings:
    """A schema's labels, folded once."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._names: dict[str, list[tuple[LevelSpec, FieldSpec]]] = {}
        self._labels: dict[str, str] = {}
        for level, spec in schema.columns():
            for name in dict.fromkeys(_key(each) for each in (spec.label, spec.header, *spec.aliases)):
                self._names.setdefault(name, []).append((level, spec))
                self._labels.setdefault(name, spec.label)

    def is_header(self, texts: Sequence[str]) -> bool:
        """Whether a row's texts are headings of this schema: two of them are (one, where there is but one column)."""
        enough = min(2, sum(1 for _ in self._schema.columns()))
        return sum(1 for text in texts if text.strip() and self._meant(text)) >= enough

    def match(self, header: Sequence[Cell], place: Place, *, partial: bool) -> tuple[Columns, list[SheetProblem]]:
        """The columns, and every heading that is unknown, doubled or missing.

        Args:
            header: One cell per column.
            place: The document and sheet.
            partial: Columns other than those of the titles may be missing.
        """
        columns: dict[tuple[str, str], int] = {}
        problems: list[SheetProblem] = []
        row_id: int | None = None
        for index, cell in enumerate(header):
            if cell.blank or _key(cell.text) in _OURS:
                continue
            if _key(cell.text) == _key(ROW_ID):
                row_id = index
                continue
            here = Place(file=place.file, sheet=place.sheet, cell=cell.ref)
            meant = self._meant(cell.text)
            if not meant:
                problems.append(UnknownHeader(cell.text, self._near(cell.text), place=here))
                continue
            free = [(level, spec) for level, spec in meant if (level.key, spec.key) not in columns]
            if not free:
                level, spec = meant[0]
                problems.append(RepeatedHeader(spec.label, header[columns[level.key, spec.key]].ref, place=here))
                continue
            letter = split_header_label(cell.text).letter
            level, spec = next((each for each in free if letter and each[1].letter == letter), free[0])
            columns[level.key, spec.key] = index
        problems += self._missing(columns, place, partial=partial)
        return Columns(columns, row_id), problems

    def _missing(self, columns: dict[tuple[str, str], int], place: Place, *, partial: bool) -> Iterator[SheetProblem]:
        absent = [(level, spec) for level, spec in self._schema.columns() if (level.key, spec.key) not in columns]
        titles = [spec.label for level, spec in absent if spec.key == level.title]
        others = [spec.label for level, spec in absent if spec.key != level.title]
        if titles:
            yield MissingColumns("」「".join(titles), titles=True, place=place)
        if others and not partial:
            yield MissingColumns("」「".join(others), place=place)

    def _meant(self, text: str) -> list[tuple[LevelSpec, FieldSpec]]:
        for key in _readings(text):
            if key in self._names:
                return self._names[key]
        return []

    def _near(self, text: str) -> tuple[str, ...]:
        key = _key(split_header_label(text).label) or _key(text)
        found = get_close_matches(key, self._names, n=2, cutoff=0.3)
        return tuple(dict.fromkeys(self._labels[name] for name in found))


def _readings(text: str) -> Iterator[str]:
    """The keys under which a heading may be known, the whole before its parts."""
    yield _key(text)
    yield _key(split_header_label(text).label)
    if "\n" in text:
        lines = text.split("\n")
        for line in (lines[-1], lines[0]):
            yield _key(line)
            yield _key(split_header_label(line).label)


def _key(text: str) -> str:
    """One width and case, without white space or line breaks: for matching only."""
    return label(text).casefold()
