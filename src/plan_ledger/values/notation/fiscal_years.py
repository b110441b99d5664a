"""Reading a fiscal year: ``令和5年度``, ``R5``, ``R4(2022)``, ``平成31(令和元)年度``, ``2023年度``, ``今年度``."""

from __future__ import annotations

from typing import Literal

from plan_ledger.values.notation.codes import NotationWarning, Reason
from plan_ledger.values.notation.context import DASHES, Reading
from plan_ledger.values.notation.model import FiscalYear
from plan_ledger.values.notation.points import scan_point
from plan_ledger.values.notation.resolving import resolve


def parse_fiscal_year(text: str, *, fiscal_year: int | None = None, era: str | None = None) -> FiscalYear:
    """Read a fiscal year, April of ``year`` to March of the next; ``2023年`` and ``'23`` are calendar years.

    Args:
        text: The cell, to the letter.
        fiscal_year: The table's fiscal year, for 今年度, 来年度 and the like.
        era: The document's era, for ``5年度``.

    Raises:
        NotationError: blank, not_a_fiscal_year, invalid_year, missing_year, missing_era, year_mismatch, too_long.

    Source: 地方自治法第208条 (fiscal years begin on 1 April and end on 31 March).
    """
    r = Reading("fiscal_year", text, fiscal_year=fiscal_year, era=era)
    if not r.s or DASHES.fullmatch(r.s):
        raise r.error(Reason.BLANK)
    i, end = r.strip_brackets()
    r.s = r.s[:end]
    point = scan_point(r, i)
    if (
        point is None
        or point.month is not None
        or point.season is not None
        or point.precision not in ("year", "fiscal_year")
    ):
        raise r.error(Reason.NOT_A_FISCAL_YEAR, i)
    resolve(r, point)
    if point.end < end or point.qualifiers or not point.parts:
        raise r.error(Reason.NOT_A_FISCAL_YEAR, point.end)
    precision: Literal["fiscal_year", "year"] = "fiscal_year"
    if point.word == "年" or (point.written == "ay" and not point.word):
        precision = "year"
    elif not point.word:
        point.precision = "fiscal_year"
        point.warn(NotationWarning.AMBIGUOUS_YEAR)
    year = point.year
    assert year is not None
    return FiscalYear(r.text, year, precision, tuple(point.warnings), r.spans(point.parts))
