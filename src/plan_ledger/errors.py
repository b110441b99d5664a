"""What can go wrong, told so that the reader can put it right.

One base class, :class:`PlanLedgerError`. Every error has a stable English ``code`` (for programs), typed
attributes, a ``place`` (file, sheet, cell, item, field) where there is one, and a message that says what to do:
in Japanese by default, in English where the locale or ``PLAN_LEDGER_LANG=en`` asks for it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@frozen
class Place:
    """Where a problem is: in a document (file, sheet, cell) and in the plan (item, field)."""

    file: str | None = None
    sheet: str | None = None
    cell: str | None = None
    item: str | None = None
    field: str | None = None

    def __str__(self) -> str:
        sheet = f"「{self.sheet}」" if self.sheet else " " if self.file and self.cell else ""
        document = f"{self.file or ''}{sheet}{self.cell or ''}"
        plan = "・".join(part for part in (self.item, self.field) if part)
        if document and plan:
            return f"{document}（{plan}）"
        return document or plan

    def to_dict(self) -> dict[str, str]:
        names = ("file", "sheet", "cell", "item", "field")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


def language() -> str:
    """``"ja"`` or ``"en"``: what messages are written in. ``PLAN_LEDGER_LANG`` wins over the locale."""
    chosen = os.environ.get("PLAN_LEDGER_LANG")
    if chosen in ("ja", "en"):
        return chosen
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if locale := os.environ.get(name):
            return "en" if locale.startswith("en") else "ja"
    return "ja"


@define(eq=False, slots=False)
class PlanLedgerError(Exception):
    """Base of every error that this library raises on purpose.

    A subclass states its ``code`` and two message templates over its own attributes.
    """

    code: ClassVar[str] = "plan_ledger_error"
    ja: ClassVar[str] = "台帳の処理を続けられません。"
    en: ClassVar[str] = "The ledger cannot go on."

    place: Place | None = field(default=None, kw_only=True)

    def words(self) -> dict[str, Any]:
        """The values that the message templates may name; a subclass adds what it computes."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    def message(self, lang: str | None = None) -> str:
        template = self.en if (lang or language()) == "en" else self.ja
        text = template.format(**self.words())
        place = str(self.place) if self.place else ""
        if not place:
            return text
        return f"{place}: {text}" if (lang or language()) == "en" else f"{place}：{text}"

    def __str__(self) -> str:
        return self.message()

    def problems(self) -> Sequence[PlanLedgerError]:
        """The single problems, in the order in which they were met; of a single error, itself."""
        return (self,)

    def to_dict(self) -> dict[str, Any]:
        """For JSON: ``{"code", "message", "place"}`` and the error's own plain attributes."""
        own = {k: v for k, v in vars(self).items() if isinstance(v, (str, int, bool)) and not k.startswith("_")}
        return {
            "code": self.code,
            "message": self.message(),
            "place": self.place.to_dict() if self.place else {},
            **own,
        }


@define(eq=False, slots=False)
class Problems(PlanLedgerError):
    """Several problems found in one go, each with its place; nothing was written."""

    code = "problems"
    ja = "{count}件の問題があり、何も記録していません。\n{listed}"
    en = "{count} problem(s); nothing was recorded.\n{listed}"

    found: tuple[PlanLedgerError, ...]

    def words(self) -> dict[str, Any]:
        return {"count": len(self.found), "listed": "\n".join(f"- {p}" for p in self.found)}

    def problems(self) -> Sequence[PlanLedgerError]:
        return tuple(single for error in self.found for single in error.problems())

    def to_dict(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message(), "problems": [p.to_dict() for p in self.problems()]}


@define(eq=False, slots=False)
class Unknown(PlanLedgerError):
    """A name that nothing has; with those that come near it."""

    name: str
    near: tuple[str, ...] = ()

    def words(self) -> dict[str, str]:
        names = "、".join(f"「{each}」" for each in self.near)
        return {"name": self.name, "hint": f"（近いもの：{names}）" if names else ""}


def raise_problems(found: Iterable[PlanLedgerError]) -> None:
    """Raise what was found: nothing for none, the error itself for one, :class:`Problems` for several."""
    errors = tuple(found)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise Problems(errors)


@define(eq=False, slots=False)
class MissingExtra(PlanLedgerError):
    """A library of an optional part is not installed."""

    code = "missing_extra"
    ja = "{library} が入っていません。pip install 'plan-ledger[{extra}]' を実行してください。"
    en = "{library} is not installed. Run: pip install 'plan-ledger[{extra}]'"

    library: str
    extra: str = "sheets"


@define(eq=False, slots=False)
class NotationError(PlanLedgerError):
    """A notation that can't be read, or that could be read in two ways.

    ``reason`` is one of a closed set (see ``plan_ledger.values.notation``); ``position`` counts characters of
    ``text`` from 0.
    """

    code = "notation"
    ja = "「{shown}」を{kind_ja}として読めません（{position}文字目付近）。{hint}"
    en = "{shown!r} can't be read as {kind} (near character {position}): {reason}."

    text: str
    kind: str
    reason: str
    position: int = 0
    hint: str = ""

    KINDS_JA: ClassVar[dict[str, str]] = {
        "date": "日付",
        "period": "期間",
        "fiscal_year": "年度",
        "budget": "金額",
        "number": "数値",
        "kpi": "目標",
        "schedule_line": "スケジュール",
        "meeting": "会議名",
        "cell": "見出し",
    }

    def words(self) -> dict[str, Any]:
        shown = self.text if len(self.text) <= 40 else self.text[:40] + "…"
        return {
            "shown": shown,
            "kind": self.kind,
            "kind_ja": self.KINDS_JA.get(self.kind, self.kind),
            "position": self.position + (language() != "en"),
            "reason": self.reason,
            "hint": self.hint,
        }
