"""Makes the golden ledger of the present format: ``python tests/golden/make_ledger.py FOLDER``.

The same steps, clock, ids and salts give the same log, to the byte. Run it for a *new* format only: the files of a
released one stay as they are (see tests/README.md).
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from attrs import evolve

from plan_ledger import Acting, Batch, Change, FieldKind, FieldSpec, Ledger, LevelSpec, Person, Policies, Schema
from plan_ledger.store.chain import FORMAT
from plan_ledger.testing.clock import SteppingClock, deterministic_ledger

NAME = f"ledger_format_{FORMAT}"
CLERK = Person("企画室 主査", id="u-001", section="企画室")


def fill(ledger: Ledger, clock: SteppingClock) -> None:
    """Every kind of event and of header, on two plans."""
    with ledger.acting(CLERK, reason="当初"):
        plan = ledger.open_plan("令和5年度 みらい行動計画", fiscal_year=2023)
        with ledger.batch():
            strategy = plan.add("strategy", "戦略１　まちのにぎわい")
            kpi = plan.add("kpi", "来訪者数　１２万人（R5）", under=strategy)
            walk = plan.add("measure", "まち歩きの推進", under=kpi)
            stay = plan.add("measure", "滞在の促進", under=kpi)
            plan.add(
                "project",
                "案内板更新事業",
                under=walk,
                overview="案内板を３か国語にする。\r\n対象：駅前",
                budget="4,950",
                period="R5.4～R6.3",
                progress="4/12 業者決定\n6/1~30 設置",
                analysis="=1 で始まる文も文字のまま",
            )
            plan.add("project", "夜市開催事業", under=walk, budget="１，２００千円")
            plan.add("project", "民泊支援事業", under=stay, budget="800")
        plan.hold("第1回PT", on="R5.5.10", as_of="2023-04-30")
    clock.advance(timedelta(days=60))
    with ledger.acting(
        "観光課",
        on_behalf_of="商工課",
        approver=Person("課長", id="u-009"),
        approval="決裁第12号",
        assurance="authenticated",
    ):
        with ledger.batch(reason="照会への回答", key="受付-1"):
            plan["案内板更新事業"].change(budget="5,150", progress="4/12 業者決定\n6/1~7/15 設置", source="回答票 p.3")
            plan["夜市開催事業"].change(title="夜市・朝市開催事業", overview="")
        plan["民泊支援事業"].move(under=walk, first=True)
        plan["夜市・朝市開催事業"].withdraw()
    with ledger.acting(Person("企画室 係長", id="u-001", section="企画室"), reason="取りまとめ"):
        ledger.record(
            [
                Batch(
                    Acting("企画室", document="回答.xlsx", document_sha256="ab" * 32),
                    [Change(plan["案内板更新事業"].id, "analysis", "")],
                )
            ]
        )
        plan.hold("第2回PT", on="R5.8.30")
        restored = plan["夜市・朝市開催事業"].restore()
        plan.reissue("第2回PT")
        plan.undo(restored.first or 0)
        plan.hold("試しPT")
        plan.annul("試しPT")
        plan.rename_meeting("第2回PT", "第2回プロジェクトチーム")
        schema = plan.schema
        project = schema.levels[-1]
        fields = (*(evolve(f, retired=f.key == "period") for f in project.fields), FieldSpec("url", "参考"))
        plan.declare(Schema((*schema.levels[:-1], evolve(project, fields=fields))))
        plan["案内板更新事業"].change(url="https://example.jp/案内")
    clock.advance(timedelta(days=-3))  # a clock that was put right
    with ledger.acting("総務課"):
        own = Schema(
            (
                LevelSpec("goal", "基本目標", (FieldSpec("title", "目標名"),)),
                LevelSpec(
                    "task",
                    "事業",
                    (
                        FieldSpec("title", "事業名"),
                        FieldSpec("state", "状況", FieldKind.CHOICE, choices=("未着手", "実施中")),
                    ),
                ),
            )
        )
        other = ledger.open_plan("総合計画", fiscal_year=2024, schema=own, zone="UTC")
        goal = other.add("goal", "目標")
        other.add("task", "事業", under=goal, state="実施中")
        other.hold("第1回目標部会", scope="目標")
        other.set_policies(Policies(fields={"state": ("source", "approval")}, reissues="reason"))
        typed = plan["案内板更新事業"].change(analysis="住民の氏名")
        ledger.redact(typed.last or 0, reason="住民の氏名")
    with ledger.acting("退職者"):
        plan["案内板更新事業"].change(analysis="継続")
    with ledger.acting("総務課"):
        ledger.erase_person("退職者", reason="本人の請求")


def described(ledger: Ledger) -> dict[str, Any]:
    """What the ledger must always say: chain head, counts, every edition's and every position's digest."""
    verified = ledger.verify()
    return {
        "format": FORMAT,
        "ok": bool(verified),
        "events": verified.events,
        "head": verified.head,
        "plans": {
            plan.title: {
                "editions": {
                    f"{meeting.name}#{edition.number}": edition.digest
                    for meeting in plan.meetings(annulled=True)
                    for edition in meeting.editions
                },
                "digests": [plan.snapshot(position).digest for position in range(ledger.head + 1)],
                "snapshots": {
                    f"{meeting.name}#{edition.number}": [
                        [item.level, list(item.path), {key: cell.text for key, cell in item.fields.items()}]
                        for item in plan.snapshot(f"{meeting.name}#{edition.number}")
                    ]
                    for meeting in plan.meetings()
                    for edition in meeting.editions
                },
                "changes": [
                    [entry.kind, list(entry.path), entry.field, entry.old, entry.new]
                    for entry in plan.changes(plan.meetings()[0].name, None)
                ],
                "audit": [
                    [
                        row.position,
                        row.recorded_at.isoformat(),
                        str(row.actor),
                        row.reason,
                        row.action,
                        row.field,
                        row.new,
                    ]
                    for row in plan.audit()
                ],
            }
            for plan in ledger.plans()
        },
    }


def make(folder: Path) -> None:
    """Write the ledger and what it says into a folder."""
    path = folder / f"{NAME}.db"
    clock = SteppingClock()
    with deterministic_ledger(path, clock=clock) as ledger:
        fill(ledger, clock)
        said = described(ledger)
    for beside in ("-lock", "-wal", "-shm"):
        Path(f"{path}{beside}").unlink(missing_ok=True)
    text = json.dumps(said, ensure_ascii=False, indent=1)
    (folder / f"{NAME}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
