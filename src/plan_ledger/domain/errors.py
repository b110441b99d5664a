"""Commands that can't be carried out, each with what to do instead. Nothing is written when one of these is raised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from attrs import define

from plan_ledger.errors import PlanLedgerError, language


class CommandRefused(PlanLedgerError):
    """Base of the refusals."""


@define(eq=False, slots=False)
class EditConflict(CommandRefused):
    """Somebody else changed the same field since you saw it. Both texts are here; nothing is lost."""

    code: ClassVar[str] = "edit_conflict"
    ja: ClassVar[str] = (
        "あなたが見た後（記録番号{expected}）に、ほかの人がこの欄を変更しています（記録番号{position}）。\n"
        "  いまの内容：{theirs}\n  あなたの内容：{mine}\n両方を見比べて、改めて変更してください。"
    )
    en: ClassVar[str] = (
        "The field was changed at position {position}, after what you saw ({expected}).\n"
        "  now:   {theirs}\n  yours: {mine}\nCompare both and change it again."
    )

    field: str
    expected: int
    position: int
    theirs: str
    mine: str


@define(eq=False, slots=False)
class NotThere(CommandRefused):
    """The item is withdrawn, or is not yet there."""

    code: ClassVar[str] = "not_there"
    ja: ClassVar[str] = "「{title}」は取り下げられています。先に復活（restore）してください。"
    en: ClassVar[str] = "{title!r} is withdrawn; restore it first."

    title: str


@define(eq=False, slots=False)
class AlreadyThere(CommandRefused):
    """The item exists already."""

    code: ClassVar[str] = "already_there"
    ja: ClassVar[str] = "「{title}」は取り下げられていません。"
    en: ClassVar[str] = "{title!r} is not withdrawn."

    title: str


@define(eq=False, slots=False)
class WrongLevel(CommandRefused):
    """An item can only stand under an item of the level above its own."""

    code: ClassVar[str] = "wrong_level"
    ja: ClassVar[str] = "「{level}」は「{wanted}」の下に置くものです（指定されたのは「{found}」）。"
    en: ClassVar[str] = "A {level} stands under a {wanted}, not under a {found}."

    level: str
    wanted: str
    found: str


@define(eq=False, slots=False)
class OtherPlan(CommandRefused):
    """An item can only stand under an item of its own plan."""

    code: ClassVar[str] = "parent_of_other_plan"
    ja: ClassVar[str] = "指定された上の行は別の計画のものです。同じ計画の行を指定してください。"
    en: ClassVar[str] = "The item above belongs to another plan; name one of the same plan."


@define(eq=False, slots=False)
class TitleMissing(CommandRefused):
    """An item has a title, always."""

    code: ClassVar[str] = "title_missing"
    ja: ClassVar[str] = "名称が空です。「{label}」を書いてください。"
    en: ClassVar[str] = "The title is blank; give a {label}."

    label: str


@define(eq=False, slots=False)
class NotAChoice(CommandRefused):
    """A field of choices holds one of them."""

    code: ClassVar[str] = "not_a_choice"
    ja: ClassVar[str] = "「{text}」は選べません。次のどれかにしてください：{choices}"
    en: ClassVar[str] = "{text!r} is not one of: {choices}"

    text: str
    choices: str


@define(eq=False, slots=False)
class SchemaRefused(CommandRefused):
    """A revision of the schema would take away what is recorded."""

    code: ClassVar[str] = "schema_refused"
    ja: ClassVar[str] = "様式をこのように変えることはできません：{detail}"
    en: ClassVar[str] = "The schema can't be changed so: {detail}"

    detail: str


NEEDS_JA: Final[Mapping[str, tuple[str, str]]] = {
    "reason": ("変更理由", "--reason か acting(reason=…)"),
    "source": ("根拠資料", "--source か source=…"),
    "approval": ("決裁番号", "--approval か acting(approval=…)"),
}
"""What a policy can ask for → its name, and how it is said."""


@define(eq=False, slots=False)
class PolicyRefused(CommandRefused):
    """The plan's policies ask for something that was not said; ``place`` names the (first) item and field.

    ``missing`` is ``reason``, ``source`` or ``approval``; ``count`` how many records of the batch lack it.
    """

    code: ClassVar[str] = "policy_refused"
    ja: ClassVar[str] = "この計画の決まりにより、{need}が必要です（{remedy}）。{more}"
    en: ClassVar[str] = "This plan's policies ask for {need} ({remedy}). {more}"

    missing: str
    count: int = 1

    def words(self) -> dict[str, str]:
        name, remedy = NEEDS_JA[self.missing]
        if language() == "en":
            return {
                "need": f"a {self.missing}",
                "remedy": remedy.replace(" か ", " or "),
                "more": f"{self.count} records lack it." if self.count > 1 else "",
            }
        return {"need": name, "remedy": remedy, "more": f"ほか{self.count - 1}件も同じです。" if self.count > 1 else ""}


@define(eq=False, slots=False)
class PolicyInvalid(CommandRefused):
    """A policy asks for something else than a reason, a source or an approval, or for a source where none can be."""

    code: ClassVar[str] = "policy_invalid"
    ja: ClassVar[str] = (
        "「{need}」は決まりにできません。reason（変更理由）、source（根拠資料）、approval（決裁番号）のどれかです。"
        "差替（reissue）に根拠資料は付きません。"
    )
    en: ClassVar[str] = "{need!r} can't be asked for: reason, source or approval; a reissue has no source."

    need: str


@define(eq=False, slots=False)
class MeetingExists(CommandRefused):
    """A meeting of this name was held already."""

    code: ClassVar[str] = "meeting_exists"
    ja: ClassVar[str] = (
        "「{name}」の資料は確定済みです。差し替えるなら reissue、間違いだったなら annul を使ってください。"
    )
    en: ClassVar[str] = "{name!r} was held already; use reissue to replace it, annul if it was a mistake."

    name: str


@define(eq=False, slots=False)
class MeetingNameRefused(CommandRefused):
    """A meeting's name must not read as something else that names a moment."""

    code: ClassVar[str] = "meeting_name_refused"
    ja: ClassVar[str] = "「{name}」は会議名にできません（{why}）。「第2回PT」のような名前にしてください。"
    en: ClassVar[str] = "{name!r} can't name a meeting ({why}); use a name such as 第2回PT."

    name: str
    reason: str

    REASONS_JA: ClassVar[dict[str, str]] = {
        "blank": "空です",
        "number": "数字は記録番号と読まれます",
        "date": "日付と読まれます",
        "reserved": "予約された語です",
        "hash": "「#」は版の番号に使います",
    }

    def words(self) -> dict[str, str]:
        why = self.reason if language() == "en" else self.REASONS_JA[self.reason]
        return {"name": self.name, "why": why}


@define(eq=False, slots=False)
class MeetingAnnulledAlready(CommandRefused):
    """The meeting was annulled."""

    code: ClassVar[str] = "meeting_annulled"
    ja: ClassVar[str] = "「{name}」は取り消されています。"
    en: ClassVar[str] = "{name!r} is annulled."

    name: str


@define(eq=False, slots=False)
class NotABatchEnd(CommandRefused):
    """An edition can only be fixed between two batches."""

    code: ClassVar[str] = "not_a_batch_end"
    ja: ClassVar[str] = "記録番号{position}は一まとまりの変更の途中です。{before}か{after}を指定してください。"
    en: ClassVar[str] = "Position {position} is inside a batch; use {before} or {after}."

    position: int
    before: int
    after: int


@define(eq=False, slots=False)
class NoRoom(CommandRefused):
    """The plan already moved past this point: an edition can't stand before an earlier one."""

    code: ClassVar[str] = "no_room"
    ja: ClassVar[str] = "この位置には入れられません（{detail}）。"
    en: ClassVar[str] = "There is no room here ({detail})."

    detail: str
