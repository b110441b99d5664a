"""What can be wrong with what somebody asks of seals and redactions."""

from __future__ import annotations

from typing import ClassVar

from attrs import define

from plan_ledger.errors import PlanLedgerError


@define(eq=False, slots=False)
class NotAnAnchor(PlanLedgerError):
    """A file is not what ``seal`` writes."""

    code: ClassVar[str] = "not_an_anchor"
    ja: ClassVar[str] = (
        "封印のファイルとして読めません（{detail}）。plan-ledger seal で書き出したファイルを指定してください。"
    )
    en: ClassVar[str] = "This can't be read as an anchor ({detail}); give a file that plan-ledger seal wrote."

    detail: str


@define(eq=False, slots=False)
class SealRefused(PlanLedgerError):
    """The ledger is not as it was recorded: nobody should vouch for it."""

    code: ClassVar[str] = "seal_refused"
    ja: ClassVar[str] = (
        "改ざん検査で異常が{count}件見つかったため、封印しません（{first}）。plan-ledger verify で確かめてください。"
    )
    en: ClassVar[str] = "Verification found {count} thing(s), so nothing is sealed ({first}). Run plan-ledger verify."

    count: int
    first: str


@define(eq=False, slots=False)
class NothingToRedact(PlanLedgerError):
    """At this position no text of a field was recorded."""

    code: ClassVar[str] = "nothing_to_redact"
    ja: ClassVar[str] = (
        "記録番号{position}には、抹消できる本文がありません。"
        "記録番号は plan-ledger history や plan-ledger occurrences で確かめてください。"
    )
    en: ClassVar[str] = "No text of a field was recorded at position {position}; see history or occurrences."

    position: int


@define(eq=False, slots=False)
class RedactionNeedsReason(PlanLedgerError):
    """What is destroyed for ever is destroyed for a stated reason."""

    code: ClassVar[str] = "redaction_needs_reason"
    ja: ClassVar[str] = "抹消には理由が要ります。--reason（reason=）で示してください。抹消した内容は元に戻せません。"
    en: ClassVar[str] = "Say why (--reason, reason=); what is destroyed can't be brought back."


@define(eq=False, slots=False)
class AmbiguousPerson(PlanLedgerError):
    """Several actors are called so."""

    code: ClassVar[str] = "ambiguous_person"
    ja: ClassVar[str] = "「{name}」に当たる人が複数います。ID か識別番号で指定してください（{listed}）。"
    en: ClassVar[str] = "Several actors are called {name!r}; give an id ({listed})."

    name: str
    listed: str
