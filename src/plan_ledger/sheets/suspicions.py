"""What a person should look at before a document is applied: read, but perhaps not what was meant."""

from __future__ import annotations

from typing import Any, ClassVar

from attrs import define

from plan_ledger.sheets.problems import Level, SheetProblem


@define(eq=False, slots=False)
class SheetWarning(SheetProblem):
    """Something that a person should look at."""

    code = "sheet_warning"
    level: ClassVar[Level] = "warning"


@define(eq=False, slots=False)
class SuspiciousCharacter(SheetWarning):
    """Text that looks different elsewhere: private use (外字), bidi controls, U+FFFD."""

    code = "suspicious_character"
    ja = "{what_ja} {codepoint} が{position}文字目にあります（{count}個）。意図した文字か確かめてください。"
    en = "{what} {codepoint} at {position} ({count} such). Check that it is meant."

    codepoint: str
    position: int
    what: str
    count: int = 1

    NAMES_JA: ClassVar[dict[str, str]] = {
        "private-use character": "外字（ほかの端末では別の字になる文字）",
        "direction control": "文字の向きを変える見えない文字",
        "replacement character": "文字化けの跡",
    }

    def words(self) -> dict[str, Any]:
        return {**SheetWarning.words(self), "what_ja": self.NAMES_JA[self.what]}


@define(eq=False, slots=False)
class TabInQuotes(SheetWarning):
    """A quoted cell of a tsv swallowed a tab: perhaps two cells."""

    code = "tab_in_quotes"
    ja = "引用符の中にタブがあり、一つのセルとして読みました。二つのセルでないか確かめてください。"
    en = "A quoted cell holds a tab and was read as one cell. Check that it is not two."


@define(eq=False, slots=False)
class ShortRowsFilled(SheetWarning):
    """Excel left out the blank cells at the end of a block of sixteen rows; they were read as blank."""

    code = "short_rows_filled"
    ja = "{first}～{last}行目は右端の{missing}列が省かれています（Excel の省略とみて空欄として読みました）。"
    en = "Rows {first} to {last} lack their last {missing} columns (read as blank: Excel leaves such columns out)."

    first: int
    last: int
    missing: int


@define(eq=False, slots=False)
class FormulaValue(SheetWarning):
    """The cell is a formula; its stored result was read."""

    code = "formula_value"
    ja = "数式です。最後に保存されたときの結果「{shown}」を読みました。"
    en = "The cell is a formula; the stored result {shown!r} was read."

    shown: str


@define(eq=False, slots=False)
class DateValue(SheetWarning):
    """Excel holds a date where text or a number may have been meant."""

    code = "date_value"
    ja = "Excel が日付（{date}）として持っている値です。「{shown}」と読みました。意図どおりか確かめてください。"
    en = "Excel holds a date here ({date}), read as {shown!r}. Check that a date is meant."

    date: str
    shown: str


@define(eq=False, slots=False)
class SuspiciousNumber(SheetWarning):
    """A number that Excel may have made from something else."""

    code = "suspicious_number"
    ja = "数値「{shown}」は、{guess}が Excel で変わったものかもしれません。文字列として入れ直してください。"
    en = "The number {shown} may be what Excel made of {guess}. Enter it as text if so."

    shown: str
    guess: str


@define(eq=False, slots=False)
class RoundedNumber(SheetWarning):
    """The sheet shows fewer digits than the number has."""

    code = "rounded_number"
    ja = "表示は「{shown}」ですが、実際の値は {value} です。表示のとおりに読みました。"
    en = "The sheet shows {shown!r}; the value is {value}. What is shown was read."

    shown: str
    value: str


@define(eq=False, slots=False)
class UnknownNumberFormat(SheetWarning):
    """The number's format is not one that can be reproduced."""

    code = "unknown_number_format"
    ja = "表示形式「{number_format}」を再現できないため、値「{shown}」をそのまま読みました。"
    en = "The number format {number_format!r} can't be reproduced; the plain value {shown} was read."

    number_format: str
    shown: str


@define(eq=False, slots=False)
class StruckText(SheetWarning):
    """Text struck through (見え消し)."""

    code = "struck_text"
    ja = "取り消し線の文字「{shown}」があります。消してよいか確かめてください。"
    en = "The text {shown!r} is struck through. Check whether it is to go."

    shown: str


@define(eq=False, slots=False)
class TrackedChange(SheetWarning):
    """Word's tracked changes: read as if accepted."""

    code = "tracked_change"
    ja = "変更履歴（挿入{inserted}か所、削除{deleted}か所）が残っています。承諾したものとして読みました。"
    en = "Tracked changes remain ({inserted} insertions, {deleted} deletions); read as if accepted."

    inserted: int
    deleted: int


@define(eq=False, slots=False)
class HiddenSheet(SheetWarning):
    """A hidden sheet was passed over."""

    code = "hidden_sheet"
    ja = "非表示のシートは読んでいません。必要なら再表示してください。"
    en = "The sheet is hidden and was not read. Unhide it if it is needed."


@define(eq=False, slots=False)
class HiddenRows(SheetWarning):
    """Rows or columns of the table are hidden; they were read."""

    code = "hidden_rows"
    ja = "非表示の行・列（{which}）があり、その内容も読みました。"
    en = "Hidden rows or columns ({which}) were read too."

    which: str


@define(eq=False, slots=False)
class SheetWithoutTable(SheetWarning):
    """A sheet or table without a header beside others that have one."""

    code = "sheet_without_table"
    ja = "見出しの行がないため、表として読んでいません。"
    en = "It has no header row and was not read as a table."


@define(eq=False, slots=False)
class CoveredText(SheetWarning):
    """Text in a cell that a merged range covers: nobody sees it."""

    code = "covered_text"
    ja = "結合セルの下に隠れた文字「{shown}」があり、読んでいません。結合を解除して確かめてください。"
    en = "The text {shown!r} is covered by a merged range and was not read. Unmerge the cells to check it."

    shown: str


@define(eq=False, slots=False)
class HiddenText(SheetWarning):
    """Word's hidden text: nobody sees it."""

    code = "hidden_text"
    ja = "隠し文字「{shown}」があり、読んでいません。必要なら表示に直してください。"
    en = "The hidden text {shown!r} was not read. Unhide it if it is needed."

    shown: str


@define(eq=False, slots=False)
class AutomaticNumbering(SheetWarning):
    """Numbers or bullets that Word adds by itself: they are not part of the text."""

    code = "automatic_numbering"
    ja = "自動の箇条書き・段落番号は文字として保存されていないため、読めません。文字で入力し直してください。"
    en = "Automatic bullets or numbers are not part of the text and were not read. Type them as text."


@define(eq=False, slots=False)
class TooManyWarnings(SheetWarning):
    """The list of warnings was cut."""

    code = "too_many_warnings"
    ja = "確かめるべき点が多いため、{shown:,}件までを示しました。"
    en = "There are more warnings than the {shown:,} listed."

    shown: int
