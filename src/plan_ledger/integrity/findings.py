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
        "text": "記録番号{position}：本文が記録時のものと一致しません。",
        "text_missing": "記録番号{position}：本文がありません（抹消の記録もありません）。",
        "event": "記録番号{position}：記録を読めません（{detail}）。",
        "batch": "記録番号{position}：まとまりの見出しが合いません（{detail}）。",
        "ledger": "台帳の見出しが合いません（{detail}）。",
        "command": "受付番号「{detail}」の控えが記録と一致しません。",
        "replay": "記録を最初から読み直せません（{detail}）。",
        "profile": "入力者の情報が記録時のものと一致しません（{detail}）。",
        "index": "索引の表「{detail}」が記録と一致しません。plan-ledger rebuild で作り直せます。",
        "edition": "記録番号{position}：「{detail}」の照合値が、確定したときの値と一致しません。",
    }

    def __str__(self) -> str:
        if language() == "en":
            return f"position {self.position}: {self.code} {self.detail}".rstrip()
        return self._JA[self.code].format(position=self.position, detail=self.detail)


@define
class Verification:
    """What was checked and what was found. Truthy when everything is as it was recorded."""

    events: int = 0
    head: str = ""
    editions: int = 0
    redacted: int = 0
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
        if self.redacted:
            lines.append(f"抹消済の本文：{self.redacted}件")
        return "\n".join([*lines, *(f"- {finding}" for finding in self.findings)])

    def to_dict(self) -> dict[str, Any]:
        return {
            "ok": bool(self),
            "events": self.events,
            "head": self.head,
            "editions": self.editions,
            "redacted": self.redacted,
            "first_broken": self.first_broken,
            "findings": [
                {"code": each.code, "position": each.position, "detail": each.detail, "message": str(each)}
                for each in self.findings
            ],
        }
