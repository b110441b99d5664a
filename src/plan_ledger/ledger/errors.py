"""What a caller of the front door can get wrong."""

from __future__ import annotations

from typing import ClassVar

from attrs import define

from plan_ledger.errors import PlanLedgerError, Unknown


@define(eq=False, slots=False)
class ActorRequired(PlanLedgerError):
    """Nothing is recorded without an actor."""

    code: ClassVar[str] = "actor_required"
    ja: ClassVar[str] = (
        '入力者がありません。with ledger.acting("氏名"): の中で、または --actor を付けて実行してください。'
    )
    en: ClassVar[str] = 'Nobody is acting; use with ledger.acting("name"): or --actor.'


@define(eq=False, slots=False)
class ActorRefused(PlanLedgerError):
    """An actor's name is blank or holds characters that make it look like another."""

    code: ClassVar[str] = "actor_refused"
    ja: ClassVar[str] = "入力者「{name}」は使えません（空か、表示を変える文字を含んでいます）。"
    en: ClassVar[str] = "The actor {name!r} is refused: blank, or with characters that change how it is shown."

    name: str


class UnknownPlan(Unknown):
    """The ledger has no plan of this title."""

    code: ClassVar[str] = "unknown_plan"
    ja: ClassVar[str] = "計画「{name}」がありません。{hint}"
    en: ClassVar[str] = "There is no plan {name!r}. {hint}"


class UnknownItem(Unknown):
    """The plan has no item of this id, title or path."""

    code: ClassVar[str] = "unknown_item"
    ja: ClassVar[str] = "「{name}」という行がありません。{hint}"
    en: ClassVar[str] = "There is no item {name!r}. {hint}"


class AmbiguousItem(Unknown):
    """Several items have this title."""

    code: ClassVar[str] = "ambiguous_item"
    ja: ClassVar[str] = "「{name}」は複数あります。「施策/事業」の形か id で指定してください。{hint}"
    en: ClassVar[str] = "Several items are called {name!r}; use a path (measure/project) or an id. {hint}"


class UnknownMeeting(Unknown):
    """The plan holds no such meeting."""

    code: ClassVar[str] = "unknown_meeting"
    ja: ClassVar[str] = "会議「{name}」はまだ確定していません。{hint}"
    en: ClassVar[str] = "No meeting {name!r} was held. {hint}"


class UnknownActor(Unknown):
    """Nobody of this name or id ever recorded anything."""

    code: ClassVar[str] = "unknown_actor"
    ja: ClassVar[str] = "入力者「{name}」の記録はありません。{hint}"
    en: ClassVar[str] = "Nobody called {name!r} recorded anything. {hint}"


@define(eq=False, slots=False)
class OtherFiscalYear(PlanLedgerError):
    """A plan of this title is there, but of another fiscal year."""

    code: ClassVar[str] = "other_fiscal_year"
    ja: ClassVar[str] = (
        "「{title}」は{found}年度の計画として記録されています（指定は{wanted}年度）。"
        "別の年度の計画は、年度がわかる名称にしてください。"
    )
    en: ClassVar[str] = (
        "{title!r} is recorded as a plan of fiscal {found}, not {wanted}; title the other one otherwise."
    )

    title: str
    found: int
    wanted: int


@define(eq=False, slots=False)
class UnknownZone(PlanLedgerError):
    """There is no such time zone on this machine."""

    code: ClassVar[str] = "unknown_zone"
    ja: ClassVar[str] = "時間帯「{zone}」がありません。「Asia/Tokyo」のような名前で指定してください。"
    en: ClassVar[str] = "There is no time zone {zone!r}; use a name such as Asia/Tokyo."

    zone: str


@define(eq=False, slots=False)
class FiscalYearRefused(PlanLedgerError):
    """A number that can't be a fiscal year."""

    code: ClassVar[str] = "fiscal_year_refused"
    ja: ClassVar[str] = "{year}は年度と読めません。西暦4桁で指定してください。"
    en: ClassVar[str] = "{year} can't be a fiscal year; give four digits of the Western calendar."

    year: int


@define(eq=False, slots=False)
class PlanNotSaid(PlanLedgerError):
    """The ledger holds several plans, or none, and none was named."""

    code: ClassVar[str] = "plan_not_said"
    ja: ClassVar[str] = "どの計画かわかりません。--plan で指定してください：{titles}"
    en: ClassVar[str] = "Say which plan (--plan): {titles}"

    titles: str


@define(eq=False, slots=False)
class KeyUsedOtherwise(PlanLedgerError):
    """An idempotency key came again with another request."""

    code: ClassVar[str] = "key_used_otherwise"
    ja: ClassVar[str] = "同じ受付番号「{key}」で別の内容が送られました。新しい番号でやり直してください。"
    en: ClassVar[str] = "The key {key!r} was used for another request; use a new one."

    key: str


@define(eq=False, slots=False)
class UnknownBatch(PlanLedgerError):
    """No batch begins at or holds this position."""

    code: ClassVar[str] = "unknown_batch"
    ja: ClassVar[str] = "記録番号{position}の記録がありません。"
    en: ClassVar[str] = "There is no batch at position {position}."

    position: int


@define(eq=False, slots=False)
class UndoConflict(PlanLedgerError):
    """Something that the batch changed says something else since; ``place`` names the item and the field.

    ``put`` is what the batch put there, ``now`` what is there; ``later`` the position of what is there.
    """

    code: ClassVar[str] = "undo_conflict"
    ja: ClassVar[str] = (
        "取り消せません。その後（記録番号{later}）に変わっています。\n"
        "  取り消す内容：{put}\n  いまの内容：{now}\n先にこの変更を見直してください。"
    )
    en: ClassVar[str] = (
        "Can't undo: it was changed again at position {later}.\n"
        "  to be undone: {put}\n  now:          {now}\nLook at that change first."
    )

    later: int
    put: str
    now: str


@define(eq=False, slots=False)
class HoldNotUndone(PlanLedgerError):
    """A meeting that was held by mistake is annulled, not undone: people have its table on paper."""

    code: ClassVar[str] = "hold_not_undone"
    ja: ClassVar[str] = (
        "「{name}」の資料確定は undo では取り消せません。"
        "間違いだったなら annul、差し替えるなら reissue を使ってください。"
    )
    en: ClassVar[str] = "Holding {name!r} can't be undone; use annul if it was a mistake, reissue to replace its table."

    name: str


@define(eq=False, slots=False)
class TextDestroyed(PlanLedgerError):
    """The text that was there before was redacted and can't come back."""

    code: ClassVar[str] = "text_destroyed"
    ja: ClassVar[str] = "元の内容（記録番号{position}）は抹消されているため、戻せません。"
    en: ClassVar[str] = "What was there before (position {position}) was redacted and can't be brought back."

    position: int


@define(eq=False, slots=False)
class NothingToUndo(PlanLedgerError):
    """The batch changed nothing of this plan that compensating changes can take back, or it is taken back already."""

    code: ClassVar[str] = "nothing_to_undo"
    ja: ClassVar[str] = (
        "記録番号{position}のまとまりには、この計画で取り消せる変更がありません（すでに元に戻っているか、"
        "計画・様式・会議の記録です。会議の差替・名称は、改めて reissue などで直してください）。"
    )
    en: ClassVar[str] = (
        "The batch at position {position} holds nothing of this plan that can be undone, or it is all undone already."
    )

    position: int


@define(eq=False, slots=False)
class NotInBatch(PlanLedgerError):
    """A meeting can't be held in the middle of a batch."""

    code: ClassVar[str] = "not_in_batch"
    ja: ClassVar[str] = "一括変更の途中では「{act}」はできません。終えてから行ってください。"
    en: ClassVar[str] = "{act!r} can't be done inside a batch; end it first."

    act: str


@define(eq=False, slots=False)
class BatchEnded(PlanLedgerError):
    """A task that was started inside a batch wants to record something after the batch ended."""

    code: ClassVar[str] = "batch_ended"
    ja: ClassVar[str] = "一括変更は終わっています。中で始めた処理を待ってから with ledger.batch() を抜けてください。"
    en: ClassVar[str] = "This batch has ended; wait for the tasks started inside before leaving with ledger.batch()."
