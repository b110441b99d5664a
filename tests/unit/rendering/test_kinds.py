"""What a difference is called is decided in one place, and every list, count and sign says it alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from plan_ledger import ChangeSet, Ledger, Plan, rendering
from plan_ledger.queries.kinds import KINDS, kind_word
from plan_ledger.rendering import lay_out

WORDS = ("追加", "変更", "削除", "移動", "名称変更", "空欄化", "訂正")


@pytest.fixture(scope="module")
def plan() -> Iterator[Plan]:
    """Every kind once between two meetings."""
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課", reason="更新"):
        plan = ledger.open_plan("令和5年度試験計画", fiscal_year=2023)
        strategy = plan.add("strategy", "戦略")
        kpi = plan.add("kpi", "KPI", under=strategy)
        one, two = (plan.add("measure", f"施策{name}", under=kpi) for name in "甲乙")
        changed = plan.add("project", "変わる事業", under=one, budget="100", overview="消える文")
        moved = plan.add("project", "移る事業", under=one)
        renamed = plan.add("project", "名の変わる事業", under=two, analysis="現状")
        gone = plan.add("project", "終わる事業", under=two)
        plan.hold("第1回PT", on="R5.5.30")
        changed.change(budget="200", overview="")
        moved.move(under=two)
        renamed.change(title="名を改めた事業", analysis="現状は順調")
        gone.withdraw()
        plan.add("project", "新しい事業", under=one)
        changed.correct(as_of="第1回PT", progress="R5.4 着手")
        plan.hold("第2回PT", on="R5.8.30")
        yield plan


@pytest.fixture(scope="module")
def changes(plan: Plan) -> ChangeSet:
    return plan.changes(until="第2回PT")


def test_every_kind_has_its_word(changes: ChangeSet) -> None:
    found = {(entry.title, entry.label): kind_word(entry) for entry in changes}
    assert found["名を改めた事業", "事業名"] == "名称変更"
    assert found["名を改めた事業", "現状分析"] == "変更"
    assert found["変わる事業", "概要"] == "空欄化"
    assert set(found.values()) == set(WORDS) == set(KINDS.values())


def test_lists_counts_and_signs_say_the_same(plan: Plan, changes: ChangeSet) -> None:
    snapshot = plan.snapshot("第2回PT")
    listed = rendering.changes_markdown(changes)
    summed = str(rendering.render(rendering.summary_listing(changes, snapshot), "md"))
    for word in WORDS:
        assert f"| {word} |" in listed
        assert f"| {word} |" in summed
    assert "　".join(f"{word} 1" for word in ("移動", "名称変更", "空欄化", "訂正")) in listed
    signs = {row.cells[3].text: row.signs for row in lay_out(snapshot, changes).rows if row.cells[3]}
    assert signs["名を改めた事業"] == ("名称変更", "変更")
    assert signs["変わる事業"] == ("削除あり", "変更", "訂正") or set(signs["変わる事業"]) == {
        "変更",
        "削除あり",
        "訂正",
    }
    assert signs["移る事業"] == ("移動",)
    assert signs["新しい事業"] == ("追加",)
