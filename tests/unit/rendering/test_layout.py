"""The handout's layout: merged cells, title line, notes, marks, signs and the lists below."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import evolve

from plan_ledger import Plan, rendering
from plan_ledger.rendering import Look, Table, lay_out
from plan_ledger.rendering.table import DELETED_HEADING, RED_NOTE, WITHDRAWN_HEADING, Cell, Tail
from rendering_plan import TITLE, small_plan


@pytest.fixture(scope="module")
def plan() -> Iterator[Plan]:
    with small_plan() as plan:
        yield plan


@pytest.fixture(scope="module")
def table(plan: Plan) -> Table:
    return lay_out(plan.snapshot("第2回PT"), plan.changes(until="第2回PT"))


def cell(table: Table, field: str, text: str) -> Cell:
    at = next(at for at, column in enumerate(table.columns) if (column.level, column.field) == tuple(field.split(".")))
    return next(found for row in table.rows if (found := row.cells[at]) is not None and text in found.text)


def texts(tail: Tail) -> list[str]:
    return ["".join(segment.text for segment in line) for line in tail.lines]


def test_cells_of_the_levels_above_span_their_descendants_rows(table: Table) -> None:
    assert len(table.rows) == 4
    assert cell(table, "strategy.title", "戦略").rowspan == 4
    assert cell(table, "kpi.title", "KPI i】\n").rowspan == 3
    assert cell(table, "measure.title", "広場").rowspan == 2
    assert all(len(row.cells) == len(table.columns) for row in table.rows)


def test_an_item_without_children_still_has_its_row(table: Table) -> None:
    last = table.rows[-1]
    assert [each.text if each else None for each in last.cells] == [None, "【KPI ii】公園の利用者数", *[""] * 7]
    assert [each is not None for each in last.items] == [True, True, False, False]


def test_the_title_line_names_the_meeting_where_there_is_one(plan: Plan, table: Table) -> None:
    assert table.title_line == f"{TITLE}の推進について(第2回PT用)"
    assert lay_out(plan.snapshot()).title_line == f"{TITLE}の推進について"


def test_the_first_meeting_has_neither_red_nor_note_nor_signs(plan: Plan) -> None:
    first = lay_out(plan.snapshot("第1回PT"))
    assert first.notes == ()
    assert not first.sign_column
    assert not any(each.marked for row in first.rows for each in row.cells if each)


def test_a_red_base_brings_the_note_even_where_nothing_changed(plan: Plan) -> None:
    snapshot = plan.snapshot("第1回PT")
    table = lay_out(snapshot, evolve(plan.changes(until="第2回PT"), until=snapshot.moment, entries=()))
    assert table.notes == (RED_NOTE,)


def test_the_unit_of_money_is_noted(table: Table) -> None:
    assert table.unit_note == "（単位：千円）"


def test_red_shows_what_came_and_not_what_went(table: Table) -> None:
    budget = cell(table, "project.budget", "4,950")
    assert [(each.text, each.kind) for each in budget.segments] == [("4,950", "added")]


def test_the_painted_segments_of_every_cell_are_its_text(table: Table) -> None:
    for row in table.rows:
        for each in row.cells:
            assert each is None or "".join(segment.text for segment in each.segments) == each.text


def test_redline_keeps_what_went_beside_it(plan: Plan) -> None:
    table = lay_out(plan.snapshot("第2回PT"), plan.changes(until="第2回PT"), Look(style="redline"))
    budget = cell(table, "project.budget", "4,950")
    assert [(each.text, each.kind) for each in budget.segments] == [("4,450", "removed"), ("4,950", "added")]


def test_clean_shows_no_change_at_all(plan: Plan) -> None:
    table = lay_out(plan.snapshot("第2回PT"), plan.changes(until="第2回PT"), Look(style="clean"))
    assert (table.notes, table.sign_column, table.tails) == ((), False, ())
    assert not any(each.marked for row in table.rows for each in row.cells if each)


def test_a_change_of_width_alone_is_red_only_where_that_is_wanted(plan: Plan) -> None:
    snapshot, changes = plan.snapshot("第2回PT"), plan.changes(until="第2回PT")
    assert not cell(lay_out(snapshot, changes), "project.overview", "ＬＥＤ").marked
    assert cell(lay_out(snapshot, changes, Look(layout_only=True)), "project.overview", "ＬＥＤ").marked


def test_signs_say_in_black_and_white_what_happened(table: Table) -> None:
    assert [row.signs for row in table.rows] == [("変更", "削除あり"), ("名称変更", "追加"), ("移動",), ()]


def test_what_was_taken_out_without_a_replacement_is_listed(table: Table) -> None:
    tail = next(tail for tail in table.tails if tail.heading == DELETED_HEADING)
    assert texts(tail) == [
        "・橋りょう補修事業「進捗状況やスケジュール」：（予定）",
        "・橋りょう補修事業「現状分析」：国の補助を見込む。",
    ]


def test_withdrawn_projects_are_listed_with_the_reason(table: Table) -> None:
    tail = next(tail for tail in table.tails if tail.heading == WITHDRAWN_HEADING)
    assert len(tail.lines) == 1
    assert texts(tail)[0].endswith("／② 公園の整備／古い広場の管理事業（理由：事業の見直し）")


def test_the_footer_tells_moment_edition_and_digest(plan: Plan, table: Table) -> None:
    assert table.footer.left == "令和5年8月30日時点　第2回PT　第1版"
    assert table.footer.right == f"照合値 {plan.snapshot('第2回PT').digest[:12]}"
    assert lay_out(plan.snapshot("第1回PT")).footer.left == "令和5年6月1日時点　第1回PT　第1版"
    assert lay_out(plan.snapshot(12)).footer.left == "記録番号12時点"


def test_changes_that_end_elsewhere_are_refused(plan: Plan) -> None:
    with pytest.raises(rendering.ChangesDoNotFit, match="第1回PT"):
        lay_out(plan.snapshot("第1回PT"), plan.changes(until="第2回PT"))


def test_a_comparison_is_no_style_of_a_table(plan: Plan) -> None:
    with pytest.raises(rendering.UnknownStyle, match="red, redline, clean"):
        lay_out(plan.snapshot(), None, Look(style="comparison"))


def test_columns_fill_the_line(table: Table) -> None:
    assert sum(column.width for column in table.columns) == pytest.approx(118, abs=1)
    assert min(column.width for column in table.columns) >= 4


def test_the_note_tells_of_the_line_where_that_is_wanted(plan: Plan) -> None:
    snapshot, changes = plan.snapshot("第2回PT"), plan.changes(until="第2回PT")
    assert lay_out(snapshot, changes).notes == ("※変更部分は赤字着色",)
    assert lay_out(snapshot, changes, Look(underline=True)).notes == ("※変更部分は赤字・下線",)
    assert lay_out(snapshot, changes, Look(underline=False)).notes == ("※変更部分は赤字着色",)
    assert lay_out(snapshot, changes, Look(note="※赤字は変更")).notes == ("※赤字は変更",)
