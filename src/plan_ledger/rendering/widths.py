"""Column widths: one set for every format, from what the columns hold."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Final

from plan_ledger.rendering.texts import width
from plan_ledger.values.schema import FieldKind, FieldSpec

LINE: Final = 118.0
"""Full-width characters of 9 points that a line of A3 landscape holds beside the margins and the column of signs."""

_TIGHT = {
    FieldKind.MONEY: (5.0, 9.0),
    FieldKind.PERIOD: (5.0, 10.0),
    FieldKind.NUMBER: (4.0, 10.0),
    FieldKind.CHOICE: (4.0, 10.0),
}
_TITLE = (7.0, 12.0)
_LEAST = 8.0


def column_widths(columns: Sequence[tuple[FieldSpec, bool, Sequence[str]]]) -> list[float]:
    """Widths in full-width characters that fill a line.

    Each column is given as its field, whether that is its level's title, and its texts. Amounts, periods and choices
    get what their longest line needs, titles room for two lines; long texts share the rest by the square root of
    their mean length, so that one long column does not press the others flat.
    """
    widths: list[float | None] = []
    for spec, is_title, texts in columns:
        bounds = _TIGHT.get(spec.kind)
        if is_title:
            widths.append(_within(max(_longest(texts) / 2, width(spec.header) / 6), *_TITLE))
        elif bounds:
            widths.append(_within(_longest(texts) + 1.5, *bounds))
        else:
            widths.append(None)
    wants = [
        1.0 if each is not None or not any(texts) else sqrt(width("".join(texts)) / sum(map(bool, texts)))
        for each, (_, _, texts) in zip(widths, columns, strict=True)
    ]
    open_columns = [at for at, each in enumerate(widths) if each is None]
    if not open_columns:
        open_columns = list(range(len(columns)))
    left = LINE - sum(each or 0.0 for at, each in enumerate(widths) if at not in open_columns)
    total = sum(wants[at] for at in open_columns)
    shared = {at: max(_LEAST, left * wants[at] / total) for at in open_columns}
    full = [shared.get(at, each or _LEAST) for at, each in enumerate(widths)]
    scale = LINE / sum(full)
    return [round(each * scale, 1) for each in full]


def _longest(texts: Sequence[str]) -> float:
    """The longest line in full-width characters."""
    return max((width(line) for text in texts for line in text.split("\n")), default=0) / 2


def _within(wanted: float, least: float, most: float) -> float:
    return min(most, max(least, wanted))
