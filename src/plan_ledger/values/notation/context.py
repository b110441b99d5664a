"""What a notation is read against (fiscal year, era), and where a problem is in the original."""

from __future__ import annotations

import re
from typing import Final

from plan_ledger.errors import NotationError
from plan_ledger.values.notation.codes import HINTS, MAX_SHORT, Reason
from plan_ledger.values.notation.eras import BY_NAME, Era
from plan_ledger.values.notation.folding import Folded, fold, squeeze
from plan_ledger.values.notation.model import Span

DASHES: Final = re.compile(r"[-ー~]{1,4}")
"""A dash in an otherwise empty cell: there is nothing, which is not zero."""
_FIRST_YEAR: Final = 1868
_LAST_YEAR: Final = 2200


class Reading:
    """One text being read: the folded copy ``s``, the context, and the way back to the original's offsets."""

    __slots__ = ("era", "fiscal_year", "folded", "kind", "s", "text")

    def __init__(
        self,
        kind: str,
        text: str,
        *,
        fiscal_year: int | None = None,
        era: str | None = None,
        keep_spaces: bool = False,
        limit: int = MAX_SHORT,
    ) -> None:
        self.kind = kind
        self.text = text
        if len(text) > limit:
            raise NotationError(
                text=text[:limit], kind=kind, reason=Reason.TOO_LONG.value, position=limit, hint=HINTS[Reason.TOO_LONG]
            )
        folded = fold(text)
        self.folded: Folded = folded if keep_spaces else squeeze(folded)
        self.s = self.folded.text
        self.fiscal_year = fiscal_year
        self.era: Era | None = BY_NAME.get(era) if era else None

    def error(self, reason: Reason, position: int = 0) -> NotationError:
        return NotationError(
            text=self.text, kind=self.kind, reason=reason.value, position=self.folded.at(position), hint=HINTS[reason]
        )

    def original(self, start: int, end: int) -> str:
        """The original characters behind a folded slice, white space inside included."""
        begin, stop = self.folded.span(start, end)
        return self.text[begin:stop]

    def spans(self, parts: list[tuple[str, int, int]]) -> tuple[Span, ...]:
        if self.folded.back is None:
            return tuple([Span(*part) for part in parts])
        span = self.folded.span
        return tuple([Span(name, *span(start, end)) for name, start, end in parts])

    def strip_brackets(self) -> tuple[int, int]:
        """The inside of one pair of brackets around the whole text, or the whole text."""
        s = self.s
        if s[:1] == "(" and s[-1:] == ")" and s.find(")") == len(s) - 1:
            return 1, len(s) - 1
        return 0, len(s)


def plausible_year(year: int) -> bool:
    return _FIRST_YEAR <= year <= _LAST_YEAR
