"""Reading an amount of money: ``4,450``, ``△1,200``, ``1億4,260万円``, ``2,334(うち一般財源 1,000)``, ``-``, ``皆増``.

Amounts are whole yen. A blank or a dash is not zero. What is a part, a repetition or a commitment says so, so that a
total can leave it out.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from plan_ledger.values.notation.amount_notes import Notes, read_brackets, read_prefix, read_tail
from plan_ledger.values.notation.codes import NotationWarning, Reason
from plan_ledger.values.notation.context import DASHES, Reading
from plan_ledger.values.notation.model import Money
from plan_ledger.values.notation.numerals import scan_number

if TYPE_CHECKING:
    from collections.abc import Callable

UNITS: Final[dict[str, int]] = {
    "円": 1, "千円": 1_000, "万円": 10_000, "十万円": 100_000, "百万円": 1_000_000, "千万円": 10_000_000,
    "億円": 100_000_000, "十億円": 10**9, "百億円": 10**10, "兆円": 10**12,
}  # fmt: skip
"""The units a table may be in."""

_UNKNOWN: Final = re.compile(r"[.…‥・。]{1,6}")
_MARKS: Final[dict[str, tuple[str, int | None]]] = {
    **{
        word: (word, None)
        for word in (
            "皆増", "皆減", "廃目", "新規", "未定", "調整中", "検討中", "算定中", "精査中", "積算中",
            "要求中", "同上", "〃", "別途", "別途計上", "秘匿", "非公表", "不明", "予算未計上", "計上なし",
            "予算計上なし", "予算なし", "予算措置なし", "既定予算", "既決予算", "既存予算", "既定経費",
            "人件費のみ", "執行残", "対象外", "該当なし", "未計上", "継続", "廃止", "終了", "統合", "組替",
            "科目存置",
        )
    },
    **dict.fromkeys(("なし", "無し", "無", "ナシ"), ("none", None)),
    **dict.fromkeys(("不詳",), ("unknown", None)),
    **dict.fromkeys(("X", "x", "χ"), ("秘匿", None)),
    **dict.fromkeys(("ゼロ予算", "ゼロ予算事業", "0予算", "0予算事業"), ("ゼロ予算", 0)),
    "ゼロ": ("ゼロ", 0),
}  # fmt: skip
_UNIT_NOTE: Final = re.compile(rf"[(\[](?:単位:?)?({'|'.join(UNITS)})[)\]]$")
"""The unit that a bracket after the figure names (``4,450（百万円）``); it wins over the table's."""
_SIMPLE: Final = re.compile(rf"([△\-+]?)([0-9]{{1,3}}(?:,[0-9]{{3}})+|[1-9][0-9]*|0)({'|'.join(UNITS)})?")
_SIGN: Final = re.compile(r"[△\-+±]")
_FOREIGN: Final = re.compile(r"米?ドル|ユーロ|ポンド|元(?!年)|ウォン|US\$|\$|€|£")
_RATIO: Final = re.compile(r"([△\-+±]?)([0-9]+(?:\.[0-9]+)?)(%?)")
_PAIRS: Final = {"(": ")", "[": "]", "<": ">", "〈": "〉", "《": "》"}
_FUZZY: Final = re.compile(r"(?:数|何|幾)[十百千万億]|[0-9十百千万億]数[十百千万億]")


def parse_money(text: str, *, unit: str | None = None, fiscal_year: int | None = None) -> Money:
    """Read a budget cell.

    Args:
        text: The cell, to the letter. Kept as ``Money.text``.
        unit: The unit of the table (``千円``), for a figure without one. None: such a figure is refused.
        fiscal_year: Accepted for symmetry; an amount's own year, if printed, is in ``Money.fiscal_year``.

    Returns:
        Whole yen; None with a ``mark`` for a blank, a dash or a word, or with a ``ratio`` for a bracketed percentage.

    Raises:
        NotationError: bad_grouping (``4,45``, ``4.450``), bad_number, missing_unit, unknown_unit, fraction_of_yen,
            foreign_currency, fuzzy_amount (``数億円``), not_an_amount, too_long.

    Source: 地方自治法施行規則第14条別記 (budget forms, 千円); signs of official statistics (- none, … unknown, X).
    """
    del fiscal_year
    r = Reading("budget", text)
    s = r.s
    if not s:
        return Money(text, None, "none", "blank")
    if unit is not None and unit not in UNITS:
        raise r.error(Reason.UNKNOWN_UNIT)
    simple = _SIMPLE.fullmatch(s)
    if simple is not None and len(s) <= 24:
        sign, digits, printed = simple.groups()
        if digits[0] != "0" or digits == "0":
            yen = int(digits.replace(",", "")) * _factor(r, printed, unit)
            spans = r.spans([("amount", 0, len(s))])
            return Money(text, -yen if sign in "△-" and sign else yen, printed or "none", spans=spans)
    if DASHES.fullmatch(s):
        return Money(text, None, "none", "none")
    if _UNKNOWN.fullmatch(s):
        return Money(text, None, "none", "unknown")
    begin, end, bracket = _outer(s)
    if bracket is not None and DASHES.fullmatch(s, begin, end):
        return Money(text, None, "none", "none")
    if (marked := _MARKS.get(s[begin:end])) is not None:
        return Money(text, marked[1], "none", marked[0])
    if _FUZZY.search(s):
        raise r.error(Reason.FUZZY_AMOUNT)
    if (ratio := _RATIO.fullmatch(s, begin, end)) and (ratio[3] or (bracket and "." in ratio[2])):
        value = Decimal(ratio[2]) * (-1 if ratio[1] in "△-" and ratio[1] else 1)
        return Money(text, None, "none", bracket=bracket, ratio=value, spans=r.spans([("ratio", begin, end)]))
    return _general(r, begin, end, bracket, unit)


def _factor(r: Reading, printed: str | None, unit: str | None) -> int:
    if printed:
        return UNITS[printed]
    if unit is None:
        raise r.error(Reason.MISSING_UNIT)
    return UNITS[unit]


def _outer(s: str) -> tuple[int, int, str | None]:
    close = _PAIRS.get(s[0])
    if close is not None and s[-1] == close and s.find(close) == len(s) - 1:
        return 1, len(s) - 1, s[0] + close
    return 0, len(s), None


class Amount:
    """A scanned amount: yen, or the bare figure where its unit is still unknown; the unit as printed."""

    __slots__ = ("end", "figure", "unit", "yen")

    def __init__(self, figure: Decimal, yen: int | None, unit: str, end: int) -> None:
        self.figure = figure
        self.yen = yen
        self.unit = unit
        self.end = end


def scan_amount(r: Reading, i: int, unit: str | None, *, need_unit: bool = True) -> Amount | None:
    """Sign, number and unit at ``i``; None where none begins there."""
    s = r.s
    negative = False
    currency = False
    for _ in range(2):
        if (sign := _SIGN.match(s, i)) is not None:
            negative = sign.group() in "△-"
            if sign.group() == "±" and s[sign.end() : sign.end() + 1] != "0":
                raise r.error(Reason.AMBIGUOUS, i)
            i = sign.end()
        if s[i : i + 1] in ("¥", "\\") and i < len(s):
            currency, i = True, i + 1
        elif s[i : i + 1] == "金" and s[i + 1 : i + 2] in "0123456789一二三四五六七八九" and i + 1 < len(s):
            i += 1
    if s.startswith("ゼロ円", i):
        return Amount(Decimal(0), 0, "円", i + 3)
    number = scan_number(s, i)
    if number is None:
        return None
    if number.error:
        raise r.error(Reason(number.error), i)
    end = number.end
    if s[i] == "0" and end - i > 1 and s[i + 1] in "0123456789,":
        raise r.error(Reason.BAD_NUMBER, i)
    figure = -number.value if negative else number.value
    if _FOREIGN.match(s, end):
        raise r.error(Reason.FOREIGN_CURRENCY, end)
    printed = ""
    if s[end : end + 1] == "円":
        printed, end = number.scale + "円", end + 1
    elif currency:
        printed = "円"
    elif number.scale[-1:] in ("万", "億", "兆") and number.scale:
        printed = number.scale + "円"
    elif not number.plain:
        raise r.error(Reason.MISSING_UNIT, i)
    if s[i:end] in UNITS:
        # 千円 by itself names the table's unit; it is not a thousand yen.
        raise r.error(Reason.NOT_AN_AMOUNT, i)
    if "." in s[i:end]:
        _check_decimal(r, i, end, printed)
    if not printed and unit is None:
        if need_unit:
            raise r.error(Reason.MISSING_UNIT, end)
        return Amount(figure, None, "none", end)
    yen = figure * (1 if printed else UNITS[unit or "円"])
    if yen != yen.to_integral_value():
        raise r.error(Reason.FRACTION_OF_YEN, i)
    return Amount(figure, int(yen), printed or "none", end)


def _check_decimal(r: Reading, i: int, end: int, printed: str) -> None:
    """``4.450`` is more likely 4,450 with the wrong mark than four and a half."""
    if printed not in ("", "円", "千円"):
        return
    whole, _, rest = r.s[i:end].partition(".")
    if "," not in whole and len(rest.rstrip("千円")) == 3:
        raise r.error(Reason.BAD_GROUPING, i)


def _general(r: Reading, begin: int, end: int, bracket: str | None, unit: str | None) -> Money:
    s = r.s = r.s[:end]
    notes = Notes()
    reader: Callable[[int], Amount | None] = lambda at: scan_amount(r, at, unit)  # noqa: E731 - closes over the context
    i = read_prefix(r, begin, notes)
    noted = _UNIT_NOTE.search(s)
    unit = noted[1] if noted is not None else unit
    amount = scan_amount(r, i, unit, need_unit=False)
    if amount is None:
        foreign = _FOREIGN.match(s, i) is not None
        raise r.error(
            Reason.FOREIGN_CURRENCY
            if foreign
            else Reason.BAD_GROUPING
            if s[i : i + 1] == ","
            else Reason.NOT_AN_AMOUNT,
            i,
        )
    notes.parts.append(("amount", i, amount.end))
    second: Amount | None = None
    position = amount.end
    if s[position : position + 1] == "~":
        second = scan_amount(r, position + 1, unit)
        if second is None or second.yen is None:
            raise r.error(Reason.NOT_AN_AMOUNT, position)
        notes.parts.append(("high", position + 1, second.end))
        position = second.end
    if amount.yen is None or (second is not None and amount.unit == "none"):
        amount = _borrow(r, i, amount, second, unit)
    position = read_tail(r, position, notes)
    read_brackets(r, position, notes, reader)
    warnings = list(notes.warnings)
    if bracket is not None:
        warnings.append(NotationWarning.BRACKETED_AMOUNT)
    total = amount.yen
    assert total is not None
    shares = [part.yen for part in notes.of_which]
    if (len(notes.breakdown) > 1 and sum(p.yen for p in notes.breakdown) != total) or (
        shares and total >= 0 and sum(shares) > total
    ):
        warnings.append(NotationWarning.PARTS_MISMATCH)
    printed = (second or amount).unit
    if noted is not None and printed == "none":
        printed, notes.remark = noted[1], None
    extra: dict[str, Any] = {}
    if second is not None:
        assert second.yen is not None
        if second.yen < total:
            raise r.error(Reason.REVERSED, position)
        extra = {"low": total, "high": second.yen}
        notes.comparator = "range"
    return Money(
        r.text, None if second else total, printed, None, notes.approx, notes.comparator,
        fiscal_year=notes.fiscal_year, stage=notes.stage, role=notes.role, label=notes.label, note_marker=notes.marker,
        bracket=bracket, of_which=tuple(notes.of_which), breakdown=tuple(notes.breakdown), remark=notes.remark,
        warnings=tuple(warnings), spans=r.spans(notes.parts), **extra,
    )  # fmt: skip


def _borrow(r: Reading, i: int, amount: Amount, second: Amount | None, unit: str | None) -> Amount:
    """The unit that follows the second figure (``1,000~2,000千円``) holds for the first as well."""
    if second is not None and second.unit != "none":
        factor = UNITS.get(second.unit)
    else:
        factor = UNITS[unit] if unit else None
    if factor is None:
        raise r.error(Reason.MISSING_UNIT, amount.end)
    yen = amount.figure * factor
    if yen != yen.to_integral_value():
        raise r.error(Reason.FRACTION_OF_YEN, i)
    return Amount(amount.figure, int(yen), amount.unit, amount.end)
