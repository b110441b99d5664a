"""What can be wrong with a table that was read well: its headings, its merged cells, its rows, its title line."""

from __future__ import annotations

from typing import Any

from attrs import define

from plan_ledger.sheets.problems import SheetProblem, shorten
from plan_ledger.sheets.suspicions import SheetWarning


@define(eq=False, slots=False)
class UnknownHeader(SheetProblem):
    """A heading that names no field of the plan."""

    code = "unknown_header"
    ja = "見出し「{shown}」に当たる欄がありません。{hint_ja}見出しを直すか、列を消してください。"
    en = "The heading {shown!r} names no field. {hint_en}Correct it or remove the column."

    text: str
    near: tuple[str, ...] = ()

    def words(self) -> dict[str, Any]:
        names = "」「".join(self.near)
        return {
            "shown": shorten(self.text),
            "hint_ja": f"近いものは「{names}」です。" if self.near else "",
            "hint_en": f"The nearest: {', '.join(self.near)}. " if self.near else "",
        }


@define(eq=False, slots=False)
class RepeatedHeader(SheetProblem):
    """Two columns of one field."""

    code = "repeated_header"
    ja = "「{label}」の列が2つあります（もう1つは{first}）。どちらかを消してください。"
    en = "There are two columns {label!r} (the other at {first}). Remove one."

    label: str
    first: str


@define(eq=False, slots=False)
class MissingColumns(SheetProblem):
    """A full table lacks columns, or any table the columns that say which row is meant."""

    code = "missing_columns"
    ja = "「{labels}」の列がありません。列を補ってください。{remedy_ja}"
    en = "There is no column for: {labels}. Add it.{remedy_en}"

    labels: str
    titles: bool = False

    def words(self) -> dict[str, Any]:
        return {
            "labels": self.labels,
            "remedy_ja": "" if self.titles else "一部の欄だけの表なら --partial（partial=True）を付けてください。",
            "remedy_en": "" if self.titles else " For a table of some columns or rows use --partial (partial=True).",
        }


@define(eq=False, slots=False)
class BlankUnderNewParent(SheetProblem):
    """A blank that can't mean "as above", because its parent is new in this row."""

    code = "blank_under_new_parent"
    ja = "上の階層が「{parent}」に変わったのに「{label}」が空です。空欄は同じ親の間だけ「上と同じ」とみなします。"
    en = (
        "{label!r} is blank although its parent {parent!r} is new; a blank means “as above” only under the same parent."
    )

    label: str
    parent: str

    def words(self) -> dict[str, Any]:
        return {"label": self.label, "parent": shorten(self.parent)}


@define(eq=False, slots=False)
class BlankTitle(SheetProblem):
    """A row without the name of its item."""

    code = "blank_title"
    ja = "「{label}」が空です。1行に1つずつ名称を書いてください。"
    en = "{label!r} is blank. Every row needs one."

    label: str


@define(eq=False, slots=False)
class DuplicateItem(SheetProblem):
    """Two rows of one name under one parent."""

    code = "duplicate_item"
    ja = "「{shown}」は{first}にもあります。同じ親の下に同じ名称は置けません。片方を消すか名称を変えてください。"
    en = "{shown!r} stands at {first} too. Remove one of them or give it another name."

    title: str
    first: str

    def words(self) -> dict[str, Any]:
        return {"shown": shorten(self.title), "first": self.first}


@define(eq=False, slots=False)
class DifferentTexts(SheetProblem):
    """A field of a merged item is told twice, and differently."""

    code = "different_texts"
    ja = "「{label}」の内容が{first}と違います。同じ行のまとまりには1つの内容だけを書いてください。"
    en = "{label!r} differs from {first}; the rows of one item share one text."

    label: str
    first: str


@define(eq=False, slots=False)
class OtherPlan(SheetProblem):
    """The title line names another plan than the one that the table is proposed to."""

    code = "other_plan"
    ja = "この表は「{found}」のものです。取込先は「{wanted}」です。ファイルか --plan を確かめてください。"
    en = "This table is of {found!r}, not of {wanted!r}. Check the file, or name the plan (--plan)."

    found: str
    wanted: str


@define(eq=False, slots=False)
class TitleLineMissing(SheetProblem):
    """No line above the table says which plan this is, and of which fiscal year."""

    code = "title_line_missing"
    ja = "表の上に「令和5年度○○計画（第1回PT用）」のような表題がなく、どの計画かわかりません。{remedy}"
    en = "No title line above the table says which plan this is. {remedy}"

    remedy: str = "init --plan / --fiscal-year"


@define(eq=False, slots=False)
class SheetsDisagree(SheetProblem):
    """Two documents of one proposal change a cell differently."""

    code = "sheets_disagree"
    ja = "{other}と内容が違います（「{one}」と「{two}」）。どちらにするか決めて、片方を直してください。"
    en = "It differs from {other} ({one!r} and {two!r}). Decide, and correct one of them."

    other: str
    first: str
    second: str

    def words(self) -> dict[str, Any]:
        return {"other": self.other, "one": shorten(self.first), "two": shorten(self.second)}


@define(eq=False, slots=False)
class OtherUnit(SheetWarning):
    """The sheet prints amounts in another unit than the plan."""

    code = "other_unit"
    ja = "「{label}」の単位は、この表では{found}、台帳では{wanted}です。金額を確かめてください。"
    en = "{label!r} is in {found} on this sheet, in {wanted} in the ledger. Check the amounts."

    label: str
    found: str
    wanted: str


@define(eq=False, slots=False)
class BadRowId(SheetProblem):
    """The hidden column of item ids holds something else."""

    code = "bad_row_id"
    ja = "行ID「{shown}」が壊れています。この列は書き換えないでください（行を足したときは空のままにします）。"
    en = "The row id {shown!r} is damaged. Leave that column alone; it is blank in new rows."

    text: str

    def words(self) -> dict[str, Any]:
        return {"shown": shorten(self.text)}
