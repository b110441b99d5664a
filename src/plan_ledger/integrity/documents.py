"""What checking a document that was handed out tells: which table it is, and where it says something else."""

from __future__ import annotations

from typing import Any, Literal

from attrs import frozen

from plan_ledger.errors import language

Verdict = Literal["as_handed_out", "not_handed_out", "altered", "unknown"]
DifferenceKind = Literal["cell", "row_added", "row_missing", "column_added", "column_missing", "title", "digest"]

_MANY = 200
"""More differences are not listed in words."""


@frozen
class Difference:
    """One place in which the document says something else than the ledger.

    Attributes:
        kind: What is different.
        where: The cell, row or line of the document; "" where it has none.
        path: Titles down to the item, as the ledger has them; empty where no item is meant.
        label: The column's heading.
        ledger, document: What each of them says.
    """

    kind: DifferenceKind
    where: str
    path: tuple[str, ...]
    label: str
    ledger: str
    document: str

    def __str__(self) -> str:
        item = " / ".join(part for part in (*self.path[-1:], self.label) if part)
        place = f"{self.where}（{item}）" if self.where and item else self.where or item
        if language() == "en":
            return f"{place or self.kind}: ledger {self.ledger!r}, document {self.document!r} ({self.kind})"
        words = {
            "cell": f"台帳「{_short(self.ledger)}」、文書「{_short(self.document)}」",
            "row_added": f"台帳にない行です「{_short(self.document)}」",
            "row_missing": f"台帳にある行がありません「{_short(self.ledger)}」",
            "column_added": f"台帳の表にない列です「{_short(self.document)}」",
            "column_missing": f"台帳の表にある列がありません「{_short(self.ledger)}」",
            "title": f"表題が違います。台帳「{_short(self.ledger)}」、文書「{_short(self.document)}」",
            "digest": f"照合値が違います。台帳 {self.ledger[:12]}、文書 {self.document[:12]}",
        }[self.kind]
        return f"{place}：{words}" if place else words

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "where": self.where,
            "path": list(self.path),
            "label": self.label,
            "ledger": self.ledger,
            "document": self.document,
        }


@frozen
class DocumentCheck:
    """Whether a document is what the ledger says was handed out. Truthy when it is.

    Attributes:
        document, sha256: The file's name and the digest of its bytes.
        verdict: ``as_handed_out``; ``not_handed_out``: it is a table of this ledger, unchanged, but of no meeting;
            ``altered``: it says something else than the table that it claims to be; ``unknown``: it is of no table of
            this ledger, or does not say of which.
        plan, meeting, edition, position: The table that it was held against.
        digest: That table's 照合値, as it was fixed.
        carried: The 照合値 that the document carries; None where it carries none (tsv).
        cells: How many cells were compared.
        redacted: Cells that could not be, because their text was destroyed since.
        differences: In the document's order.
    """

    document: str
    sha256: str
    verdict: Verdict
    plan: str | None = None
    meeting: str | None = None
    edition: int | None = None
    position: int | None = None
    digest: str | None = None
    carried: str | None = None
    cells: int = 0
    redacted: int = 0
    differences: tuple[Difference, ...] = ()

    def __bool__(self) -> bool:
        return self.verdict == "as_handed_out"

    @property
    def table(self) -> str:
        """``第2回PT 第1版``, or the position."""
        if self.meeting is not None:
            return f"{self.meeting} 第{self.edition}版"
        return f"記録番号{self.position}時点の表"

    def __str__(self) -> str:
        lines = [self._headline()]
        if self.redacted:
            lines.append(
                f"{self.redacted} cell(s) were redacted since and can't be compared"
                if language() == "en"
                else f"抹消済のため比べられない欄：{self.redacted}か所"
            )
        lines += [f"- {each}" for each in self.differences[:_MANY]]
        if len(self.differences) > _MANY:
            lines.append(f"- ほか{len(self.differences) - _MANY}か所")
        return "\n".join(lines)

    def _headline(self) -> str:
        name, table, short = self.document, self.table, (self.digest or "")[:12]
        if language() == "en":
            return {
                "as_handed_out": f"{name}: {table} as it was handed out ({self.cells} cells agree; digest {short})",
                "not_handed_out": f"{name}: {table}, unchanged, but it was not handed out at a meeting",
                "altered": f"{name}: not {table} as it was handed out; {len(self.differences)} difference(s)",
                "unknown": f"{name}: no table of this ledger, or it does not say of which",
            }[self.verdict]
        return {
            "as_handed_out": f"「{name}」は、配付した「{table}」と一致します（{self.cells}欄を照合、照合値 {short}）。",
            "not_handed_out": f"「{name}」は「{table}」と一致しますが、会議の資料として確定したものではありません。",
            "altered": f"「{name}」は、配付した「{table}」と一致しません（違い {len(self.differences)}か所）。",
            "unknown": f"「{name}」がこの台帳のどの表かわかりません（別の台帳の文書か、表題などの書き換え）。",
        }[self.verdict]

    def to_dict(self) -> dict[str, Any]:
        return {
            "ok": bool(self),
            "document": self.document,
            "sha256": self.sha256,
            "verdict": self.verdict,
            "plan": self.plan,
            "meeting": self.meeting,
            "edition": self.edition,
            "position": self.position,
            "digest": self.digest,
            "carried": self.carried,
            "cells": self.cells,
            "redacted": self.redacted,
            "differences": [each.to_dict() for each in self.differences],
        }


def _short(text: str) -> str:
    flat = text.replace("\n", "⏎")
    return flat if len(flat) <= 60 else f"{flat[:59]}…"
