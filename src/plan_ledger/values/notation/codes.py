"""The closed sets: what a notation is warned about, and why one is refused.

Both are storage-independent: nothing in the ledger records them, they are derived whenever a text is read.
"""

from __future__ import annotations

from enum import StrEnum

from plan_ledger.errors import NotationError

MAX_LENGTH = 32_767
"""Characters an Excel cell can hold; a longer text is refused without being looked at."""

MAX_SHORT = 400
"""Characters that a date, period, fiscal year, amount or number may have."""


class NotationWarning(StrEnum):
    """What a reader should know about a value that was read all the same."""

    YEAR_INFERRED = "year_inferred"
    """The text names no year; it comes from the table's fiscal year (April to March)."""
    ERA_INHERITED = "era_inherited"
    """The text names no era; it comes from the document."""
    ERA_OVERFLOW = "era_overflow"
    """The era had ended by then (平成32年 is 2020)."""
    ERA_BEFORE_START = "era_before_start"
    """The era had not begun yet (H1.1.7)."""
    YEAR_ROLLOVER = "year_rollover"
    """The end is in the next calendar year, within the same fiscal year (R5.10~3)."""
    AMBIGUOUS_YEAR = "ambiguous_year_or_fiscal_year"
    """A bare year (R5); read as a fiscal year, as plan tables mean it."""
    FUZZY_END = "fuzzy_end"
    """The end is named in words that fix no year or month."""
    WEEKDAY_MISMATCH = "weekday_mismatch"
    """The weekday in brackets is not that day's."""
    DURATION_MISMATCH = "duration_mismatch"
    """The duration in brackets is not the period's."""
    BRACKETED_AMOUNT = "bracketed_amount"
    """The amount stands in brackets: a part, last year's or a repeated one; not added to a total."""
    PARTS_MISMATCH = "parts_mismatch"
    """The parts do not add up to the whole."""
    UNIT_MISMATCH = "unit_mismatch_with_baseline"
    """Baseline and target are in different units; neither is taken."""
    ENTRY_BEFORE_PERIOD = "entry_before_period"
    """A dated entry begins before the project's period."""
    ENTRY_AFTER_PERIOD = "entry_after_period"
    """A dated entry begins after the project's period."""
    UNREADABLE_WHEN = "unreadable_when"
    """An entry begins like a date that can't be; it is kept as undated text."""


class Reason(StrEnum):
    """Why a notation was refused."""

    BLANK = "blank"
    TOO_LONG = "too_long"
    UNKNOWN_KIND = "unknown_kind"
    AMBIGUOUS = "ambiguous"
    AMBIGUOUS_ROLLOVER = "ambiguous_rollover"
    REVERSED = "reversed"
    INVALID_YEAR = "invalid_year"
    INVALID_MONTH = "invalid_month"
    INVALID_DAY = "invalid_day"
    LUNAR_CALENDAR = "lunar_calendar"
    MISSING_YEAR = "missing_year"
    MISSING_ERA = "missing_era"
    YEAR_MISMATCH = "year_mismatch"
    NOT_A_DATE = "not_a_date"
    NOT_A_PERIOD = "not_a_period"
    NOT_A_FISCAL_YEAR = "not_a_fiscal_year"
    NOT_AN_AMOUNT = "not_an_amount"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_MEETING = "not_a_meeting"
    BAD_GROUPING = "bad_grouping"
    BAD_NUMBER = "bad_number"
    FRACTION_OF_YEN = "fraction_of_yen"
    MISSING_UNIT = "missing_unit"
    UNKNOWN_UNIT = "unknown_unit"
    FOREIGN_CURRENCY = "foreign_currency"
    FUZZY_AMOUNT = "fuzzy_amount"
    CHILD_BLANK_UNDER_NEW_PARENT = "child_blank_under_new_parent"


HINTS: dict[Reason, str] = {
    Reason.BLANK: "空欄です。",
    Reason.TOO_LONG: "長すぎます。",
    Reason.UNKNOWN_KIND: "読み取りの種類が正しくありません。",
    Reason.AMBIGUOUS: "二通りに読めます。「R5.4」「5月1日」のように、年か月かが分かるように書いてください。",
    Reason.AMBIGUOUS_ROLLOVER: "終わりの月が年度をまたぎます。「R5.9~R6.4」のように、終わりにも年を書いてください。",
    Reason.REVERSED: "終わりが始まりより前です。",
    Reason.INVALID_YEAR: "その年はありません。",
    Reason.INVALID_MONTH: "月は1から12までです。",
    Reason.INVALID_DAY: "その月にその日はありません。",
    Reason.LUNAR_CALENDAR: "明治5年以前の月日は旧暦のため、西暦に直せません。",
    Reason.MISSING_YEAR: "年が書かれておらず、表の年度も分かりません。",
    Reason.MISSING_ERA: "元号が書かれていません。「R5」「令和5年」のように書いてください。",
    Reason.YEAR_MISMATCH: "和暦と西暦（または二つの元号）が同じ年ではありません。",
    Reason.NOT_A_DATE: "「R5.4.1」「令和5年4月」「8/23」のように書いてください。",
    Reason.NOT_A_PERIOD: "「R5.4~R6.3」「R5.4~9」「令和5年4月～」のように書いてください。",
    Reason.NOT_A_FISCAL_YEAR: "「令和5年度」「R5」「2023年度」のように書いてください。",
    Reason.NOT_AN_AMOUNT: "「4,450」「1,200千円」「1億4,260万円」のように書いてください。",
    Reason.NOT_A_NUMBER: "「3,200名」「73.3%」のように書いてください。",
    Reason.NOT_A_MEETING: "「第2回PT」のように書いてください。",
    Reason.BAD_GROUPING: "桁区切りは「,」で、3桁ごとです。",
    Reason.BAD_NUMBER: "数の書き方を確かめてください。",
    Reason.FRACTION_OF_YEN: "1円に満たない端数があります。",
    Reason.MISSING_UNIT: "単位（円、千円など）が分かりません。",
    Reason.UNKNOWN_UNIT: "単位は円、千円、万円、百万円、億円のいずれかです。",
    Reason.FOREIGN_CURRENCY: "円以外の通貨は金額欄では読みません。",
    Reason.FUZZY_AMOUNT: "「数億円」のような幅のある金額は読みません。",
    Reason.CHILD_BLANK_UNDER_NEW_PARENT: "上の段が変わったのに、この段が空欄です。前の行の値は引き継ぎません。",
}


def refuse(text: str, kind: str, reason: Reason, position: int = 0) -> NotationError:
    """The error for ``text``, with the remedy in Japanese; ``position`` counts the original's characters."""
    return NotationError(text=text, kind=kind, reason=reason.value, position=position, hint=HINTS[reason])
