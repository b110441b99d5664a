"""What can go wrong on the way out."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

from attrs import define

from plan_ledger.errors import MissingExtra, PlanLedgerError

_DISTRIBUTIONS = {"docx": ("python-docx", "sheets"), "rich": ("rich", "cli")}


@define(eq=False, slots=False)
class UnknownFormat(PlanLedgerError):
    """A result is asked for in a format that there is none of."""

    code: ClassVar[str] = "unknown_format"
    ja: ClassVar[str] = "形式「{format}」では書き出せません。指定できるのは {listed} です。"
    en: ClassVar[str] = "This can't be written as {format!r}. Formats: {listed}."

    format: str
    known: tuple[str, ...] = ()

    def words(self) -> dict[str, Any]:
        return {"format": self.format, "listed": ", ".join(self.known)}


@define(eq=False, slots=False)
class UnknownStyle(PlanLedgerError):
    """A style that there is none of, or not for this table."""

    code: ClassVar[str] = "unknown_style"
    ja: ClassVar[str] = "体裁「{style}」は指定できません。指定できるのは {listed} です。"
    en: ClassVar[str] = "There is no style {style!r} here. Styles: {listed}."

    style: str
    known: tuple[str, ...] = ()

    def words(self) -> dict[str, Any]:
        return {"style": self.style, "listed": ", ".join(self.known)}


@define(eq=False, slots=False)
class NotRenderable(PlanLedgerError):
    """Something that is no result was given to be shown."""

    code: ClassVar[str] = "not_renderable"
    ja: ClassVar[str] = "{given} は書き出せません。時点の表、変更一覧、変更履歴、会議の一覧を渡してください。"
    en: ClassVar[str] = "{given} can't be shown; give a snapshot, a change set, audit rows or meetings."

    given: str


@define(eq=False, slots=False)
class ChangesDoNotFit(PlanLedgerError):
    """The change set that is to be shown in red does not end at the snapshot."""

    code: ClassVar[str] = "changes_do_not_fit"
    ja: ClassVar[str] = (
        "変更一覧は「{until}」までのもので、「{at}」の表の赤字にはできません。until を同じ時点にしてください。"
    )
    en: ClassVar[str] = "The changes run until {until!r} and can't be the red marks of {at!r}: use the same moment."

    until: str
    at: str


@define(eq=False, slots=False)
class CellTooLong(PlanLedgerError):
    """A text is longer than a cell of Excel holds; it is refused, never cut."""

    code: ClassVar[str] = "cell_too_long"
    ja: ClassVar[str] = "{length}文字あり、Excelのセルの上限{limit}文字を超えています。htmlかdocxにしてください。"
    en: ClassVar[str] = "{length} characters; a cell of Excel holds {limit}. Write it as html or docx instead."

    length: int
    limit: int = 32_767


class RowsSplit(UserWarning):
    """Rows are higher than Excel allows; each was written as several, over which its cells are merged. Nothing is cut.

    ``rows`` are the first sheet rows of each, counted from 1.
    """

    def __init__(self, rows: tuple[int, ...]) -> None:
        listed = "、".join(map(str, rows[:10])) + ("…" if len(rows) > 10 else "")
        super().__init__(
            f"{len(rows)}行がExcelの行の高さの上限（409ポイント）を超えるため、それぞれ複数の行に分けて結合しました"
            f"（{listed}行目から）。文字は切れていません。"
        )
        self.rows = rows


@define(eq=False, slots=False)
class BadColour(PlanLedgerError):
    """A colour that is not six hexadecimal digits."""

    code: ClassVar[str] = "bad_colour"
    ja: ClassVar[str] = "「{given}」は色として読めません。FF0000 のように16進6桁で指定してください。"
    en: ClassVar[str] = "{given!r} is no colour; give six hexadecimal digits such as FF0000."

    given: str


@define(eq=False, slots=False)
class TrackedNeedsRedline(PlanLedgerError):
    """Tracked changes hold what was removed too, which no other style shows."""

    code: ClassVar[str] = "tracked_needs_redline"
    ja: ClassVar[str] = "Wordの変更履歴として書き出せるのは体裁 redline だけです（指定は「{style}」）。"
    en: ClassVar[str] = "Word's tracked changes need the style redline, not {style!r}."

    style: str


def need(module: str) -> Any:
    """An optional library, or :class:`~plan_ledger.errors.MissingExtra` with the command that installs it."""
    try:
        return import_module(module)
    except ImportError as error:
        library, extra = _DISTRIBUTIONS.get(module.partition(".")[0], (module.partition(".")[0], "sheets"))
        raise MissingExtra(library, extra) from error
