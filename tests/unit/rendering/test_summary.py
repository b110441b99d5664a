"""The chair's summary: counts and differences that add up."""

from __future__ import annotations

from attrs import evolve

from plan_ledger import rendering
from plan_ledger.rendering.listing import Section
from rendering_plan import small_plan


def rows(section: Section) -> list[list[str]]:
    return [["".join(segment.text for segment in cell) for cell in row] for row in section.rows]


def test_counts_by_strategy_and_field_add_up() -> None:
    with small_plan() as plan:
        changes = plan.changes(until="第2回PT")
        by_strategy, by_field, _ = rendering.summary_listing(changes, plan.snapshot("第2回PT")).sections
    heads = [head.text for head in by_strategy.heads]
    assert heads[1:] == ["追加", "変更", "削除", "移動", "名称変更", "空欄化", "訂正", "表記のみ", "計"]
    assert rows(by_strategy)[0] == ["(1) 住みよいまち戦略", "3", "3", "2", "1", "1", "", "", "1", "11"]
    assert rows(by_strategy)[-1][-1] == rows(by_field)[-1][-1] == str(len(changes))
    assert ["予算額", "1", "1", "1", "", "", "", "", "", "3"] in rows(by_field)


def test_differences_of_amounts_are_in_yen() -> None:
    with small_plan() as plan:
        made = rendering.summary_listing(plan.changes(until="第2回PT"), plan.snapshot("第2回PT"))
    amounts = rows(made.sections[2])
    assert ["橋りょう補修事業", "予算額", "変更", "4,450", "4,950", "+500,000"] in amounts
    assert ["古い広場の管理事業", "予算額", "削除", "300", "", "-300,000"] in amounts
    assert amounts[-1] == ["計", "", "", "", "", "+8,200,000"]
    assert "| 計 |" in str(rendering.render(made, "md"))


def test_an_amount_that_cannot_be_read_is_not_counted() -> None:
    with small_plan() as plan:
        changes, snapshot = plan.changes(until="第2回PT"), plan.snapshot("第2回PT")
    entry = next(each for each in changes if each.field == "budget")
    made = rendering.summary_listing(evolve(changes, entries=(evolve(entry, new="未定"),)), snapshot)
    assert rows(made.sections[2]) == [
        ["橋りょう補修事業", "予算額", "変更", "4,450", "未定", "（読めません）"],
        ["計", "", "", "", "", "0"],
    ]
