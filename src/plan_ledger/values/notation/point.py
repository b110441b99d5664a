"""One point in time as it was scanned, before and after its place in the calendar is fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plan_ledger.values.notation.codes import NotationWarning
    from plan_ledger.values.notation.eras import Era


class Point:
    """What was scanned; ``key1`` and ``key2`` are its first and last day as yyyymmdd once resolved."""

    __slots__ = (
        "approx", "bare", "day", "end", "era", "era_year", "inferred", "key1", "key2", "month", "months", "parts",
        "precision", "qualifiers", "season", "sep", "start", "warnings", "weekday", "word", "written", "year",
    )  # fmt: skip

    def __init__(self, start: int) -> None:
        self.start = self.end = start
        self.year: int | None = None
        self.month: int | None = None
        self.day: int | None = None
        self.era: Era | None = None
        self.era_year = 0
        self.written = ""
        self.word = ""
        self.sep = ""
        self.bare = False
        self.season: str | None = None
        self.months = 0
        self.qualifiers: tuple[str, ...] = ()
        self.approx = False
        self.weekday: str | None = None
        self.inferred = False
        self.precision = "year"
        self.warnings: list[NotationWarning] = []
        self.parts: list[tuple[str, int, int]] = []
        self.key1 = self.key2 = 0

    def warn(self, warning: NotationWarning) -> None:
        if warning not in self.warnings:
            self.warnings.append(warning)
