"""Reading a number: ``約3,200名``, ``12名(県4名、市町村8名)``, ``1人3回まで``, ``31/34島``, ``７割``, ``８2.４％``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from plan_ledger.values.notation.codes import NotationWarning, Reason
from plan_ledger.values.notation.context import DASHES, Reading
from plan_ledger.values.notation.model import Number, Quantity
from plan_ledger.values.notation.numerals import scan_number
from plan_ledger.values.notation.quantities import Figure, scan_figure

if TYPE_CHECKING:
    from decimal import Decimal

_UNKNOWN: Final = re.compile(r"[.…‥]{1,6}")
_LABEL: Final = re.compile(r"[^0-9△\-+±~/,.()A-Za-z]{1,24}(?=[0-9△])")
_NOT_LABEL: Final = re.compile(
    r"(?:令和|平成|昭和|大正|明治|[令平昭]|第|数|何|後|前|翌|午|元|[一二三四五六七八九十百千万億])$"
)
_REST: Final = re.compile(r"[^0-9,.~/→△\-+()%:]{1,20}")
_TREND: Final = re.compile(r"(?P<up>の?増加?|の?増)|(?P<down>の?減少?|の?減|の?削減)")
_DOUBTFUL: Final = re.compile(
    r"[0-9十百千万]数[一-龠か]|[0-9]回目|ワースト|下位|下から|(?:時間|年|月|日)半(?!期)|人・(?!日$)"
)
"""Some more than ten, an ordinal, a rank from below: no count that could be told by one figure."""
_OF: Final = re.compile(r"(?:のうち|中|の内)(?=[0-9])")
_NTH_PART: Final = re.compile(r"([0-9]{1,4})分の([0-9]{1,4})")
_BRACKET: Final = re.compile(r"\(([^()]*)\)")
_SPLIT: Final = re.compile(r"[、,・;/](?![0-9])")


def parse_number(text: str, *, fiscal_year: int | None = None) -> Number:
    """Read a count, rate or measure.

    Args:
        text: The cell, to the letter. Kept as ``Number.text``.
        fiscal_year: Accepted for symmetry; a number has none.

    Returns:
        The exact value in its plain unit; a share (``31/34島``) as numerator and denominator without a value.

    Raises:
        NotationError: blank, not_a_number, ambiguous, bad_grouping, bad_number, reversed, too_long.

    Source: 割 is a tenth, 分 a hundredth (学習指導要領 算数); か所: 公用文作成の考え方 (2022).
    """
    del fiscal_year
    r = Reading("number", text)
    s = r.s
    if not s:
        raise r.error(Reason.BLANK)
    if DASHES.fullmatch(s):
        return Number(text, None, mark="none")
    if _UNKNOWN.fullmatch(s):
        return Number(text, None, mark="unknown")
    begin, end = r.strip_brackets()
    s = r.s = s[:end]
    if s.startswith("第", begin) and s.endswith("位"):
        begin += 1
    share = _share(r, begin)
    if share is not None:
        return share
    if _DOUBTFUL.search(s, begin):
        raise r.error(Reason.NOT_A_NUMBER, begin)
    figure = scan_figure(r, begin, loose=True)
    if figure is None or (figure.kanji and figure.loose):
        label = _LABEL.match(s, begin)
        if label is None or _NOT_LABEL.search(label.group()):
            raise r.error(Reason.NOT_A_NUMBER, begin)
        figure = scan_figure(r, label.end(), loose=True)
        if figure is None:
            raise r.error(Reason.NOT_A_NUMBER, label.end())
    if figure.unit == "年" and figure.value >= 1900:
        raise r.error(Reason.AMBIGUOUS, begin)
    spans = [("value", figure.start, figure.end)]
    parts, warnings, position = _parts(r, figure, spans)
    trend = _TREND.fullmatch(s, position)
    if trend is not None:
        figure.comparator = "increase" if trend["up"] else "decrease"
    elif position < len(s) and (
        _REST.fullmatch(s, position) is None or (not figure.unit and not parts) or figure.kanji or s[position] == "台"
    ):
        raise r.error(Reason.NOT_A_NUMBER, position)
    ranged = figure.high is not None
    return Number(
        text, None if ranged else figure.value, figure.unit, figure.original_unit, figure.approx,
        "range" if ranged else figure.comparator, figure.per, figure.cumulative,
        figure.value if ranged else None, figure.high, None, None, parts, None, warnings, r.spans(spans),
    )  # fmt: skip


def _share(r: Reading, i: int) -> Number | None:
    """``31/34島``, ``34島中31島``, ``3分の1``: a count out of a total."""
    s = r.s
    nth = _NTH_PART.fullmatch(s, i)
    if nth is not None:
        below, above = scan_number(nth[1], 0), scan_number(nth[2], 0)
        assert below is not None
        assert above is not None
        return _fraction(r, above.value, below.value, "", i)
    first = scan_number(s, i)
    if first is None or first.error:
        return None
    figure = scan_figure(r, i)
    if figure is None or figure.comparator or figure.per or figure.high is not None:
        return None
    of = _OF.match(s, figure.end)
    slash = s[figure.end : figure.end + 1] == "/" and s[figure.end + 1 : figure.end + 2] in "0123456789"
    if of is None and not (slash and figure.end + 1 < len(s)):
        return None
    other = scan_figure(r, of.end() if of is not None else figure.end + 1, loose=True)
    if other is None or other.end != len(s) or (figure.unit and other.unit and figure.unit != other.unit):
        raise r.error(Reason.NOT_A_NUMBER, figure.end)
    above_value, below_value = (other.value, figure.value) if of is not None else (figure.value, other.value)
    return _fraction(r, above_value, below_value, other.unit or figure.unit, i)


def _fraction(r: Reading, above: Decimal, below: Decimal, unit: str, i: int) -> Number:
    if not below or above > below:
        raise r.error(Reason.BAD_NUMBER, i)
    return Number(r.text, None, unit, numerator=above, denominator=below, spans=r.spans([("share", i, len(r.s))]))


def _parts(
    r: Reading, figure: Figure, spans: list[tuple[str, int, int]]
) -> tuple[tuple[Quantity, ...], tuple[NotationWarning, ...], int]:
    """``(県4名、市町村8名)`` as labelled parts; another bracket is left as words."""
    s = r.s
    bracket = _BRACKET.match(s, figure.end)
    if bracket is None:
        return (), (), figure.end
    found = labelled(r, bracket.start(1), bracket.end(1))
    spans.append(("note", bracket.start(1), bracket.end(1)))
    if not found:
        return (), (), bracket.end()
    total = sum((q.value for q in found if q.value is not None), start=figure.value * 0)
    same = all(q.unit in ("", figure.unit) for q in found)
    which = s.startswith("うち", bracket.start(1))
    if (same and not which and len(found) > 1 and total != figure.value) or (which and same and total > figure.value):
        return found, (NotationWarning.PARTS_MISMATCH,), bracket.end()
    return found, (), bracket.end()


def labelled(r: Reading, start: int, end: int) -> tuple[Quantity, ...]:
    """``県4名、市町村8名`` as quantities; empty unless every piece is a label with one figure."""
    s = r.s
    found: list[Quantity] = []
    i = start
    while i < end:
        cut = _SPLIT.search(s, i, end)
        stop = cut.start() if cut is not None else end
        label = _LABEL.match(s, i, stop)
        if label is None or _NOT_LABEL.search(label.group()):
            return ()
        figure = scan_figure(r, label.end())
        if figure is None or figure.end != stop or figure.high is not None:
            return ()
        words = r.original(i, label.end()).strip(" 　:：は").removeprefix("うち").strip()
        rank = int(figure.value) if figure.unit == "位" else None
        found.append(Quantity(figure.value, figure.unit, words, figure.comparator, figure.approx, rank))
        i = stop + 1
    return tuple(found)
