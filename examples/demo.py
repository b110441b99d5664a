"""Three meetings of an invented prefecture's plan: take in their sheets, hold, compare, hand out, ask, verify.

Run it with ``make demo``. What it makes is left in ``demo-output/``, the ledger included, to be tried further.
"""

from __future__ import annotations

import shutil
import sys
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from typing import cast

from plan_ledger import Ledger, Plan
from plan_ledger.rendering import audit_csv, changes_html, changes_terminal

DATA = Path(__file__).parent / "data"
OUTPUT = Path.cwd() / "demo-output"

TITLE = "令和5年度観光・ものづくり振興アクションプラン"
MEETINGS = {"第1回PT": date(2023, 5, 30), "第2回PT": date(2023, 8, 30), "第3回PT": date(2023, 12, 20)}
PROJECT = "食のみずのブランド発信事業"


def main() -> int:
    with Ledger.open(fresh_file("r5.db")) as ledger:
        with ledger.acting("田中 主査", section="企画課"):
            plan = ledger.open_plan(TITLE, fiscal_year=2023)
            for name, day in MEETINGS.items():
                take_in(ledger, plan, name, day)

        heading("前回（第2回PT）からの変更一覧")
        changes = plan.changes(since="第2回PT", until="第3回PT")
        print(changes_terminal(changes, width=terminal_width(), color=sys.stdout.isatty()))

        heading("第3回PTの資料（変更部分は赤字）")
        for path in hand_out(plan):
            print(f"  {path.relative_to(Path.cwd())}")

        heading(f"予算額を変えたのは誰か：{PROJECT}")
        for row in plan.audit(item=PROJECT, field="budget"):
            print(f"  {row.recorded_at:%Y-%m-%d %H:%M}  {row.actor}  {row.old or '（空欄）'} → {row.new}")
            print(f"      変更理由：{row.reason}　根拠資料：{row.cause.source_text()}")

        heading("改ざん検査")
        verification = ledger.verify()
        print(f"  {verification}")

    command = Path(sys.executable).with_name("plan-ledger")
    print("\n台帳は demo-output/r5.db に残しました。たとえば：")
    print(f"  {command} --ledger demo-output/r5.db changes --since 第1回PT --until 第3回PT")
    return 0 if verification else 1


def take_in(ledger: Ledger, plan: Plan, name: str, day: date) -> None:
    """Import a meeting's sheet, as somebody would who has looked at the proposal, and hold the meeting."""
    heading(f"{name}の表を取り込み、資料を確定")
    proposal = plan.propose(DATA / f"{name}.tsv", accept_renames=True, withdraw_missing=True)
    print(f"  {str(proposal).splitlines()[1]}")  # the line of counts; print(proposal) shows every cell
    with ledger.acting(reason=f"{name}に向けた更新"):
        receipt = proposal.apply()
        meeting = plan.hold(name, on=day)
    table = plan.snapshot(name)
    print(f"  記録番号 {receipt.first}～{receipt.last}を記録しました。")
    print(f"  {len(table.level('project'))}事業、予算額の計 {table.total('budget') // 1000:,}千円")
    print(f"  {meeting.name} 第{meeting.editions[-1].number}版　照合値 {table.digest[:16]}")


def hand_out(plan: Plan) -> list[Path]:
    """The third meeting's papers; in the tables everything that is new since the second one is red."""
    table = plan.snapshot("第3回PT")
    changes = plan.changes(until="第3回PT")  # what the table is red against: the meeting before
    return [
        write("第3回PT資料.html", table.to_html(red_since="previous")),
        table.to_xlsx(OUTPUT / "第3回PT資料.xlsx", red_since="previous"),
        table.to_docx(OUTPUT / "第3回PT資料.docx", red_since="previous"),
        write("新旧対照表.html", changes_html(changes, style="comparison")),
        write("変更履歴.csv", "\ufeff" + audit_csv(plan.audit(since="第2回PT"))),
    ]


def write(name: str, text: str) -> Path:
    path = OUTPUT / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def fresh_file(name: str) -> Path:
    """Where the ledger is to be; that of an earlier demo is put away, with what SQLite keeps beside it."""
    OUTPUT.mkdir(exist_ok=True)
    for old in OUTPUT.glob(f"{name}*"):
        old.unlink()
    return OUTPUT / name


def terminal_width() -> int:
    return min(shutil.get_terminal_size((160, 24)).columns, 200)


def heading(text: str) -> None:
    print(f"\n■ {text}")


if __name__ == "__main__":
    cast("TextIOWrapper", sys.stdout).reconfigure(encoding="utf-8")  # a Windows console may use another encoding
    sys.exit(main())
