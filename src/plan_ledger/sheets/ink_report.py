"""The report of the red-ink check (赤字の点検): what is red on a sheet against what changed since a meeting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal
from uuid import UUID

from attrs import evolve, frozen

from plan_ledger.errors import PlanLedgerError
from plan_ledger.queries.reports import Report, Reported
from plan_ledger.queries.results import MomentRef
from plan_ledger.sheets.ink_words import Strictness
from plan_ledger.sheets.problems import shorten
from plan_ledger.sheets.proposal import DocumentRef, Origin
from plan_ledger.sheets.reports import ink_report
from plan_ledger.sheets.returned import edition_name
from plan_ledger.values.marks import Segment, mark

InkKind = Literal["coloured_unchanged", "changed_uncoloured", "wrong_words"]

KINDS_JA: dict[InkKind, str] = {
    "changed_uncoloured": "変わったのに赤くない",
    "coloured_unchanged": "変わっていないのに赤い",
    "wrong_words": "赤い範囲が違う",
}
_SHOWN = 80  # characters of a word in the printed report


@frozen
class InkDifference:
    """One cell whose red is not its change.

    Attributes:
        kind: ``coloured_unchanged``: red, but the text of the last meeting. ``changed_uncoloured``: another text, and
            nothing of it red. ``wrong_words``: another text, and red, but not the words that changed.
        item: The item in the ledger; None in a row that is new.
        old: The text in the last meeting's table; ``new``: the text now.
        missing: Words that are new and not red, in the text's order.
        extra: Words that are red and not new.
        new_row: Whether the whole row (the item) was not in the last meeting's table.
    """

    kind: InkKind
    item: UUID | None
    level: str
    path: tuple[str, ...]
    field: str
    label: str
    old: str
    new: str
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    source: Origin
    new_row: bool = False

    @property
    def title(self) -> str:
        return self.path[-1]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The words as they ought to be coloured: same, added, removed."""
        return mark(self.old, self.new).segments

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "path": list(self.path),
            "field": self.field,
            "new_row": self.new_row,
            "old": self.old,
            "new": self.new,
            "missing": list(self.missing),
            "extra": list(self.extra),
            "source": str(self.source),
        }


@frozen
class InkNote:
    """A cell, or a new row, that the reader should know of and in which nothing is wrong."""

    path: tuple[str, ...]
    field: str | None
    label: str
    words: tuple[str, ...]
    source: Origin

    def to_dict(self) -> dict[str, Any]:
        return {
            "path": list(self.path),
            "field": self.field,
            "words": list(self.words),
            "source": str(self.source),
        }


@frozen(eq=False, kw_only=True)
class InkReport(Reported):
    """What the check found; nothing is written by it. Printing it shows the whole for a person; ``to_html()``,
    ``to_markdown()``, ``to_xlsx(path)`` and ``to_docx(path)`` give it as tables.

    Attributes:
        base: The moment whose table the sheet was compared with.
        differences: Cells whose red is not their change, in the sheet's order.
        only_removed: Cells that lost words and got none: no red can show it. ``words`` are those that went.
        new_rows: Items that were not in the table then; ``words`` are those of their titles.
        agreeing: Changed cells that are coloured rightly.
        unchanged: Cells that are as they were, and black.
        coloured: Cells with anything red.
        warnings: What was doubtful in the document, or about where it comes from.
    """

    plan: str
    document: DocumentRef
    base: MomentRef
    strictness: Strictness
    differences: tuple[InkDifference, ...]
    only_removed: tuple[InkNote, ...]
    new_rows: tuple[InkNote, ...]
    agreeing: int
    unchanged: int
    coloured: int
    warnings: tuple[PlanLedgerError, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is coloured wrongly."""
        return bool(self.differences)

    def of(self, kind: InkKind) -> tuple[InkDifference, ...]:
        """The differences of one kind."""
        return tuple(each for each in self.differences if each.kind == kind)

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def to_dict(self) -> dict[str, Any]:
        return {
            "plan": self.plan,
            "document": self.document.name,
            "document_sha256": self.document.sha256,
            "base": self.base.to_dict(),
            "strictness": self.strictness,
            "clean": not self.differences,
            **{kind: [each.to_dict() for each in self.of(kind)] for kind in KINDS_JA},
            "only_removed": [each.to_dict() for each in self.only_removed],
            "new_rows": [each.to_dict() for each in self.new_rows],
            "agreeing": self.agreeing,
            "unchanged": self.unchanged,
            "coloured": self.coloured,
            "warnings": [warning.to_dict() for warning in self.warnings],
        }

    def report(self) -> Report:
        what, *told = _told(self)
        return ink_report(
            self, (what.partition("：")[2], *told), [(kind, f"【{ja}】") for kind, ja in KINDS_JA.items()]
        )


@frozen(eq=False)
class InkReports(Reported):
    """The checks of several sheets, one after the other."""

    reports: tuple[InkReport, ...]

    def __bool__(self) -> bool:
        """Whether anything is coloured wrongly."""
        return any(self.reports)

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.reports))

    def to_dict(self) -> dict[str, Any]:
        return {"clean": not self, "sheets": [report.to_dict() for report in self.reports]}

    def report(self) -> Report:
        made = [each.report() for each in self.reports]
        if len(made) == 1:
            return made[0]
        tables = [
            evolve(table, heading=f"{each.document.name}{table.heading}")
            for each, report in zip(self.reports, made, strict=True)
            for table in report.tables
        ]
        return Report(made[0].title, tuple(note for report in made for note in report.notes), tuple(tables))


def _told(report: InkReport) -> Iterator[str]:
    """What was looked at and what came out, in a few lines."""
    base = report.base
    name = edition_name(base.meeting, base.edition) if base.meeting else f"{base.name}時点"
    yield f"赤字の点検：{report.document.name}（{report.plan}、基準：{name}の表）"
    yield "　".join(
        (
            *(f"{ja} {len(report.of(kind))}欄" for kind, ja in KINDS_JA.items()),
            f"合っている変更 {report.agreeing}欄",
            f"削除だけの変更 {len(report.only_removed)}欄",
            f"新しい行 {len(report.new_rows)}件",
        )
    )
    if not report.coloured:
        yield "赤い文字は一つもありません。"
    elif not report.differences:
        yield "赤字は、変更した語と合っています。"


def _lines(report: InkReport) -> Iterator[str]:
    yield from _told(report)
    for kind, ja in KINDS_JA.items():
        found = report.of(kind)
        if found:
            yield ""
            yield f"【{ja}】"
            for each in found:
                yield f"・{_where(each.path, each.label, each.source)}{'　※新しい行' if each.new_row else ''}"
                if each.missing:
                    yield f"    赤にする語：{_words(each.missing)}"
                if each.extra:
                    yield f"    黒に戻す語：{_words(each.extra)}"
    if report.only_removed:
        yield ""
        yield "【削除だけの変更】赤字では示せません。取消線か注記で示してください"
        for note in report.only_removed:
            yield f"・{_where(note.path, note.label, note.source)}"
            yield f"    消えた語：{_words(note.words)}"
    if report.new_rows:
        yield ""
        yield "【新しい行】行の全体が赤字になります"
        yield from (f"・{_where(note.path, '', note.source)}" for note in report.new_rows)
    if report.warnings:
        yield ""
        yield "【確かめてください】"
        yield from (f"・{warning}" for warning in report.warnings)


def _where(path: Sequence[str], label: str, source: Origin) -> str:
    title = " ＞ ".join(shorten(each) for each in path[-2:])
    return f"{title} {label}（{source}）" if label else f"{title}（{source}）"


def _words(words: Sequence[str]) -> str:
    return "".join(f"「{shorten(word, _SHOWN)}」" for word in words)
