"""What a verification tells: single findings, and all of them with what was checked."""

from __future__ import annotations

from typing import Any, ClassVar

from attrs import define, field, frozen

from plan_ledger.errors import language

MAX_FINDINGS = 100
"""More are not listed: the first ones tell where to look."""


@frozen
class Finding:
    """Something that is not as it was recorded: a stable code, the position (0: none), and which thing it is."""

    code: str
    position: int
    detail: str = ""

    _JA: ClassVar[dict[str, str]] = {
        "chain": "記録番号{position}：記録の連鎖が合いません。ここから後が書き換えられたか、壊れています。",
        "gap": "記録番号{position}がありません。記録が取り除かれています。",
        "version": "記録番号{position}：対象ごとの版番号が続いていません。記録が抜けたか、書き換えられています。",
        "text": "記録番号{position}：本文が記録時のものと一致しません。",
        "text_missing": "記録番号{position}：本文がありません（抹消の記録もありません）。",
        "event": "記録番号{position}：記録を読めません（{detail}）。",
        "batch": "記録番号{position}：まとまりの見出しが合いません（{detail}）。",
        "stray": "どの記録のものでもない行があります（{detail}）。",
        "redaction": "記録番号{position}：本文の抹消が、抹消の記録と一致しません（{detail}）。",
        "ledger": "台帳の見出しが合いません（{detail}）。",
        "command": "受付番号「{detail}」の控えが記録と一致しません。",
        "replay": "記録を最初から読み直せません（{detail}）。",
        "profile": "入力者の情報が記録時のものと一致しません（{detail}）。",
        "index": "索引の表「{detail}」が記録と一致しません。plan-ledger rebuild で作り直せます。",
        "edition": "記録番号{position}：「{detail}」の照合値が、確定したときの値と一致しません。",
        "anchor": "封印が示す記録番号{position}までの記録と一致しません（{detail}）。",
        "cut_off": "封印が示す記録番号{position}までの記録がありません。末尾が切り取られています。",
    }

    def __str__(self) -> str:
        if language() == "en":
            return f"position {self.position}: {self.code} {self.detail}".rstrip()
        return self._JA[self.code].format(position=self.position, detail=_ANCHORED.get(self.detail, self.detail))


_ANCHORED = {
    "ledger": "別の台帳の封印です",
    "created_at": "台帳の作成日時",
    "hash": "連鎖",
    "commands": "受付番号の控え",
}


@define
class Verification:
    """What was checked and what was found. Truthy when everything is as it was recorded.

    Attributes:
        events, editions: How many were checked; ``head`` is the hash of the last event.
        redacted, erased: Texts and persons that were destroyed on purpose.
        unverifiable: Editions whose digest can't be recomputed because a text of their table was destroyed.
        anchored: The position of the anchor that everything was held against, where there was one and it fits.
    """

    events: int = 0
    head: str = ""
    editions: int = 0
    redacted: int = 0
    erased: int = 0
    unverifiable: int = 0
    anchored: int | None = None
    findings: list[Finding] = field(factory=list[Finding])

    def __bool__(self) -> bool:
        return not self.findings

    @property
    def first_broken(self) -> int | None:
        """The first position at which something is wrong."""
        return min((finding.position for finding in self.findings if finding.position), default=None)

    def __str__(self) -> str:
        if language() == "en":
            state = "as recorded" if self else f"{len(self.findings)} finding(s)"
            lines = [f"{self.events} events, {self.editions} editions: {state}; chain head {self.head[:16]}"]
        else:
            state = "異常はありません" if self else f"異常が{len(self.findings)}件あります"
            lines = [f"記録{self.events}件・確定した表{self.editions}版を検査：{state}（連鎖の末尾 {self.head[:16]}）"]
        lines += self._told()
        return "\n".join([*lines, *(f"- {finding}" for finding in self.findings)])

    def _told(self) -> list[str]:
        """What else there is to know, where there is anything."""
        english = language() == "en"
        found: list[str] = []
        if self.anchored is not None:
            found.append(
                f"matches the anchor of position {self.anchored}"
                if english
                else f"封印と一致しています（記録番号{self.anchored}まで）"
            )
        if self.redacted or self.erased:
            found.append(
                f"{self.redacted} text(s) and {self.erased} person(s) destroyed on purpose"
                if english
                else f"抹消済：本文{self.redacted}件・入力者{self.erased}人"
            )
        if self.unverifiable:
            found.append(
                f"{self.unverifiable} edition(s) can't be recomputed because of that"
                if english
                else f"抹消のため照合値を再計算できない表：{self.unverifiable}版"
            )
        return found

    def to_dict(self) -> dict[str, Any]:
        return {
            "ok": bool(self),
            "events": self.events,
            "head": self.head,
            "editions": self.editions,
            "redacted": self.redacted,
            "erased": self.erased,
            "unverifiable": self.unverifiable,
            "anchored": self.anchored,
            "first_broken": self.first_broken,
            "findings": [
                {"code": each.code, "position": each.position, "detail": each.detail, "message": str(each)}
                for each in self.findings
            ],
        }
