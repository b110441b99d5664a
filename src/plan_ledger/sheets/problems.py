"""What can be wrong with a document, each with its place and its remedy.

``level`` says what follows. ``fatal``: the document can't be read, ``read_document`` raises. ``error``: it was read,
but nothing of it should be applied (``Document.errors``). ``warning``: it can be applied once a person has looked at
it (``Document.warnings``; these are in ``suspicions``).
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from attrs import define

from plan_ledger.errors import PlanLedgerError

Level = Literal["fatal", "error", "warning"]


@define(eq=False, slots=False)
class SheetProblem(PlanLedgerError):
    """Something is wrong with a document, or looks so."""

    code = "sheet_problem"
    level: ClassVar[Level] = "error"


# The document can't be read.


@define(eq=False, slots=False)
class UnreadableFile(SheetProblem):
    """The file system does not give the file."""

    code = "unreadable_file"
    level: ClassVar[Level] = "fatal"
    ja = "ファイルを開けません（{reason}）。ファイル名と場所、読み取りの権限を確かめてください。"
    en = "The file can't be opened ({reason}). Check its name, its folder and the permission to read it."

    reason: str


@define(eq=False, slots=False)
class UnsupportedFormat(SheetProblem):
    """The bytes are of a format that is not read; the remedy names the one to save as."""

    code = "unsupported_format"
    level: ClassVar[Level] = "fatal"
    ja = "{found} は読めません。Excel か Word で開き、{remedy} 形式で保存し直してください。"
    en = "{found} can't be read. Open it in Excel or Word and save it as {remedy}."

    found: str
    remedy: str = "xlsx"


@define(eq=False, slots=False)
class EncryptedDocument(SheetProblem):
    """The document is protected by a password."""

    code = "encrypted_document"
    level: ClassVar[Level] = "fatal"
    ja = "パスワードで保護されているため読めません。パスワードを外して保存し直してください。"
    en = "The document is protected by a password. Save it again without one."


@define(eq=False, slots=False)
class DamagedDocument(SheetProblem):
    """The bytes are not a whole document."""

    code = "damaged_document"
    level: ClassVar[Level] = "fatal"
    ja = "ファイルが壊れています（{reason}）。元の文書を開いて保存し直すか、もう一度受け取ってください。"
    en = "The file is damaged ({reason}). Open the original and save it again, or have it sent again."

    reason: str


@define(eq=False, slots=False)
class ForbiddenMarkup(SheetProblem):
    """The XML inside declares a document type, entities or an unusual encoding: no office program writes that."""

    code = "forbidden_markup"
    level: ClassVar[Level] = "fatal"
    ja = "文書の中の {part} に、表計算・文書作成ソフトが書かない宣言（{what}）があるため、安全のため読みません。"
    en = "{part} inside the document holds a declaration that no office program writes ({what}): refused for safety."

    part: str
    what: str


@define(eq=False, slots=False)
class LimitExceeded(SheetProblem):
    """The document holds more than ``Limits`` allows."""

    code = "limit_exceeded"
    level: ClassVar[Level] = "fatal"
    ja = (
        "{what_ja}が上限（{limit}）を超えています{seen_ja}。"
        "表と関係のない行・列・書式を消して保存し直すか、上限の設定 {setting} を上げてください。"
    )
    en = (
        "{what} exceed the limit of {limit}{seen_en}. "
        "Remove rows, columns and formats that are not part of the table, or raise the setting {setting}."
    )

    setting: str
    limit: int
    seen: int | None = None

    NAMES: ClassVar[dict[str, tuple[str, str]]] = {
        "file_bytes": ("ファイルの大きさ（バイト）", "bytes of the file"),
        "unpacked_bytes": ("展開後の大きさ（バイト）", "unpacked bytes"),
        "ratio": ("圧縮率", "unpacked bytes per packed byte"),
        "entries": ("文書の中の部品の数", "parts"),
        "elements": ("文書の中の要素の数", "XML elements"),
        "depth": ("要素の入れ子の深さ", "levels of nesting"),
        "sheets": ("シート・表の数", "sheets or tables"),
        "rows": ("行の番号", "row numbers"),
        "columns": ("列の番号", "column numbers"),
        "cells": ("セルの数", "cells"),
        "merges": ("結合セルの数", "merged ranges"),
        "merged_cells": ("結合などの範囲に含まれるセルの数", "cells in merged and linked ranges"),
    }

    def words(self) -> dict[str, Any]:
        ja, en = self.NAMES.get(self.setting, (self.setting, self.setting))
        seen = f"{self.seen:,}" if self.seen is not None else ""
        return {
            "what_ja": ja,
            "what": en,
            "limit": f"{self.limit:,}",
            "setting": f"Limits.{self.setting}",
            "seen_ja": f"：{seen}" if seen else "",
            "seen_en": f": {seen}" if seen else "",
        }


@define(eq=False, slots=False)
class UndecodableText(SheetProblem):
    """A text file in none of the encodings that are read. ``offset`` counts bytes from 0."""

    code = "undecodable_text"
    level: ClassVar[Level] = "fatal"
    ja = (
        "{line}行目（{offset}バイト目）の文字を{encoding}として読めません。"
        "UTF-8（または Shift_JIS、BOM 付き UTF-16）で保存し直してください。"
    )
    en = (
        "Line {line} (byte {offset}) can't be decoded as {encoding}. "
        "Save the file as UTF-8 (or Shift_JIS, or UTF-16 with a BOM)."
    )

    encoding: str
    offset: int
    line: int


# The document was read, but should not be applied as it is.


@define(eq=False, slots=False)
class HeaderNotFound(SheetProblem):
    """No row looks like the table's header."""

    code = "header_not_found"
    ja = "見出しの行が見つかりません。表の一番上に、欄の名前（戦略名、事業名、予算額など）の行を置いてください。"
    en = "No header row was found. Put a row with the columns' names above the table."


@define(eq=False, slots=False)
class RaggedRow(SheetProblem):
    """A row has fewer or more cells than the header."""

    code = "ragged_row"
    ja = (
        "{row}行目のセルは{found}個で、見出しの{expected}個と合いません。"
        "タブ・カンマ・改行の抜けや余りを直してください。"
    )
    en = (
        "Row {row} has {found} cells where the header has {expected}. "
        "Look for missing or extra tabs, commas or line breaks."
    )

    row: int
    expected: int
    found: int


@define(eq=False, slots=False)
class OutsideTable(SheetProblem):
    """A cell right or left of the table holds text."""

    code = "outside_table"
    ja = "見出しのない列に「{shown}」とあります。欄の名前を付けるか、表の外の書き込みを消してください。"
    en = "{shown!r} stands in a column without a header. Give the column a name, or remove the text."

    text: str

    def words(self) -> dict[str, Any]:
        return {"shown": shorten(self.text)}


@define(eq=False, slots=False)
class MalformedQuotes(SheetProblem):
    """A quoted csv cell is not closed, or goes on after its closing quote."""

    code = "malformed_quotes"
    ja = '引用符（"）の対応が取れていません。セルの中の " は "" と書き、最後を " で閉じてください。'
    en = 'The quotes do not match. Write " inside a cell as "", and close the cell with ".'


@define(eq=False, slots=False)
class BadCharacter(SheetProblem):
    """A character that no document may hold: controls, U+FFFE, U+FFFF, half a surrogate pair."""

    code = "bad_character"
    ja = "使えない文字 {codepoint} が{position}文字目にあります（{count}個）。その文字を消してください。"
    en = "Character {codepoint} at {position} can't be stored ({count} such). Remove it."

    codepoint: str
    position: int
    count: int = 1


@define(eq=False, slots=False)
class CellTextTooLong(SheetProblem):
    """A cell holds more text than ``Limits.cell_characters``."""

    code = "cell_text_too_long"
    ja = "{length:,}文字あり、上限の{limit:,}文字を超えています。文章を分けるか短くしてください。"
    en = "The text has {length:,} characters; the limit is {limit:,}. Split or shorten it."

    length: int
    limit: int


@define(eq=False, slots=False)
class FormulaWithoutValue(SheetProblem):
    """A formula whose result was never stored: the cell would read as blank."""

    code = "formula_without_value"
    ja = "数式の計算結果が保存されていません。Excel で開いて保存し直すか、値に置き換えてください。"
    en = "The formula's result is not stored. Open the file in Excel and save it, or replace the formula by its value."


@define(eq=False, slots=False)
class ErrorValue(SheetProblem):
    """Excel shows an error value."""

    code = "error_value"
    ja = "Excel のエラー値 {shown} です。正しい値を入れてください。"
    en = "The cell shows Excel's error {shown}. Enter the right value."

    shown: str


@define(eq=False, slots=False)
class NestedTable(SheetProblem):
    """A table inside a table's cell: its text has no place in a field."""

    code = "nested_table"
    ja = "セルの中に別の表があり、その文章は読めません。中の表を文章に直してください。"
    en = "There is a table inside this cell; its text can't be read. Turn it into plain text."


@define(eq=False, slots=False)
class TooManyProblems(SheetProblem):
    """The list of errors was cut."""

    code = "too_many_problems"
    ja = "問題が多いため、{shown:,}件までを示しました。直してから、もう一度読み込んでください。"
    en = "There are more problems than the {shown:,} listed. Put these right and read the document again."

    shown: int


def shorten(text: str, width: int = 40) -> str:
    """For messages: the first ``width`` characters, line breaks and tabs shown as spaces."""
    flat = " ".join(text[: width * 4].split())
    return flat if len(flat) <= width else flat[:width] + "…"
