"""A small plan for the tests of proposals: two levels, five columns, and sheets written as tab-separated text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from plan_ledger import Ledger, Plan
from plan_ledger.ledger.importing import PlanProposal
from plan_ledger.sheets import NamedBytes
from plan_ledger.values.schema import FieldKind, FieldSpec, LevelSpec, Schema

TITLE = "令和5年度試験計画の推進について(第2回PT用)"
HEADER = ("施策", "事業名", "D.予算額(千円)", "進捗状況", "状態")
SCHEMA = Schema(
    (
        LevelSpec("measure", "施策", (FieldSpec("title", "施策"),)),
        LevelSpec(
            "project",
            "事業",
            (
                FieldSpec("title", "事業名", letter="B", aliases=("事業",)),
                FieldSpec("budget", "予算額", FieldKind.MONEY, letter="D", unit="千円"),
                FieldSpec("progress", "進捗状況やスケジュール", FieldKind.SCHEDULE, aliases=("進捗状況",)),
                FieldSpec("state", "状態", FieldKind.CHOICE, choices=("未着手", "実施中", "完了")),
            ),
        ),
    )
)
ROWS = (
    ("① 観光", "周遊バス事業", "1,200", "R5.4 準備 R5.6 運行", "実施中"),
    ("", "案内板整備事業", "800", "R5.9 設置", ""),
    ("② 産業", "商談会開催事業", "2,000", "R5.10 東京", "未着手"),
    ("", "研究会運営事業", "300", "", ""),
)


def sheet(
    rows: Sequence[Sequence[str]] = ROWS,
    *,
    header: Sequence[str] = HEADER,
    title: str = TITLE,
    name: str = "様式.tsv",
) -> NamedBytes:
    """A document with a title line, a note, the header in row 5 and the rows from row 6 on."""
    lines = [title, "", "※変更部分は赤字着色", "", "\t".join(header), *("\t".join(row) for row in rows)]
    return NamedBytes(name, "\n".join(lines).encode())


def edited(row: int, column: int, text: str, rows: Sequence[Sequence[str]] = ROWS) -> list[list[str]]:
    """The rows with one cell's text replaced."""
    changed = [list(each) for each in rows]
    changed[row][column] = text
    return changed


@contextmanager
def opened(rows: Sequence[Sequence[str]] = ROWS) -> Iterator[Plan]:
    """A plan in a new ledger that holds these rows; somebody is acting."""
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課", reason="試験"):
        plan = ledger.open_plan("令和5年度試験計画", fiscal_year=2023, schema=SCHEMA)
        if rows:
            plan.propose(sheet(rows)).apply()
        yield plan


def told(proposal: PlanProposal) -> list[tuple[str, str, str | None, str, str]]:
    """Kind, title, field, old and new text of every entry."""
    return [(entry.kind, entry.title, entry.field, entry.old, entry.new) for entry in proposal.entries]


def table(plan: Plan) -> list[tuple[str, ...]]:
    """Every project of a plan with its measure and its texts."""
    return [
        (item.path[0], *(item.text(key) for key in ("title", "budget", "progress", "state")))
        for item in plan.snapshot().level("project")
    ]


def filled(rows: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """The rows with their measures filled down."""
    found: list[tuple[str, ...]] = []
    for row in rows:
        found.append((row[0] or found[-1][0], *row[1:]))
    return found
