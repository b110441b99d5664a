"""A schema that is revised between two meetings: each table is shown with the columns of its time, in every format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from attrs import evolve

from plan_ledger import FieldKind, FieldSpec, Ledger, LevelSpec, Plan, Schema
from plan_ledger.values.fields import Text

BEFORE = (
    FieldSpec("title", "事業名"),
    FieldSpec("cost", "事業費"),
    FieldSpec("result", "実績"),
)
AFTER = (
    FieldSpec("title", "事業名"),
    FieldSpec("cost", "総事業費", FieldKind.MONEY, unit="千円"),
    FieldSpec("result", "実績", retired=True),
    FieldSpec("memo", "備考"),
)


@pytest.fixture
def plan() -> Iterator[Plan]:
    level = LevelSpec("project", "事業", BEFORE)
    with Ledger.open(":memory:") as ledger, ledger.acting("事務局"):
        plan = ledger.open_plan("計画", fiscal_year=2023, schema=Schema((level,)))
        plan.add("project", "乗合タクシー", cost="4,450", result="3路線")
        plan.hold("第1回PT")
        plan.declare(Schema((evolve(level, fields=AFTER),)))
        plan["乗合タクシー"].change(memo="路線を追加")
        plan.hold("第2回PT")
        yield plan


def sheet_of(plan: Plan, meeting: str, folder: Path) -> str:
    plan.snapshot(meeting).to_xlsx(folder / "表.xlsx")
    sheet = openpyxl.load_workbook(folder / "表.xlsx").worksheets[0]
    return " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)


@pytest.mark.parametrize(
    ("meeting", "shown", "hidden"),
    [
        ("第1回PT", ("事業費", "実績", "3路線"), ("総事業費", "備考")),
        ("第2回PT", ("総事業費", "備考"), ("実績", "3路線")),
    ],
)
def test_each_table_has_the_columns_of_its_time(
    plan: Plan, tmp_path: Path, meeting: str, shown: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    table = plan.snapshot(meeting)
    for rendered in (table.to_html(), table.to_markdown(), sheet_of(plan, meeting, tmp_path)):
        assert all(word in rendered for word in shown)
        assert not any(word in rendered for word in hidden)


def test_a_text_is_read_by_the_kind_of_its_time(plan: Plan) -> None:
    first, second = (plan.snapshot(meeting) for meeting in ("第1回PT", "第2回PT"))
    assert first.items[0].text("cost") == second.items[0].text("cost") == "4,450"
    assert isinstance(first.value(first.items[0], "cost"), Text)
    assert not isinstance(second.value(second.items[0], "cost"), Text)
    assert second.total("cost") == 4_450_000


def test_the_revision_is_one_entry_a_field_and_none_an_item(plan: Plan) -> None:
    found = plan.changes("第1回PT", "第2回PT")
    assert [(entry.field, entry.kind) for entry in found] == [("memo", "changed")]
    assert [line.partition("：")[2].partition("（")[0] for line in found.schema_changes] == [
        "名称変更",
        "種類の変更",
        "単位の変更",
        "廃止",
        "追加",
    ]
    for rendered in (found.to_html(), found.to_markdown()):
        assert all(line in rendered for line in found.schema_changes)


def test_editions_hold_and_the_history_of_a_retired_field_is_still_there(plan: Plan) -> None:
    assert plan.ledger.verify()
    assert [row.new for row in plan.history("乗合タクシー", "result")] == ["3路線"]
