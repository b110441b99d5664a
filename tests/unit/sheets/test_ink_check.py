"""The red-ink check: what a clerk coloured against what changed, per cell and words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest
import xlsxwriter
from attrs import evolve
from docx.shared import RGBColor
from hypothesis import given, strategies as st
from openpyxl.styles import Font
from proposals import HEADER, ROWS, SCHEMA, TITLE, opened, sheet

from plan_ledger import FieldSpec, Ledger, Plan, PlanLedgerError, Schema, mark, rendering
from plan_ledger.ledger.importing import plan_from_sheet
from plan_ledger.sheets import NamedBytes
from plan_ledger.sheets.ink import is_red
from plan_ledger.sheets.ink_report import InkReport
from plan_ledger.sheets.ink_words import STRICTNESS, Strictness, judge

Maker = Callable[[Sequence[Sequence[str]]], NamedBytes]
Ink = str
"""A cell's text with what is red in ``[[ ]]`` and what is struck through in ``{{ }}``."""


def pieces(ink: Ink) -> list[tuple[str, str]]:
    """``a[[b]]c`` → plain a, red b, plain c."""
    found: list[tuple[str, str]] = []
    rest = ink
    while rest:
        starts = {kind: at for kind, sign in (("red", "[["), ("strike", "{{")) if (at := rest.find(sign)) >= 0}
        if not starts:
            return [*found, ("plain", rest)]
        kind = min(starts, key=lambda each: starts[each])
        end = rest.find("]]" if kind == "red" else "}}")
        if starts[kind]:
            found.append(("plain", rest[: starts[kind]]))
        found.append((kind, rest[starts[kind] + 2 : end]))
        rest = rest[end + 2 :]
    return found


def excel(rows: Sequence[Sequence[Ink]], *, red: str = "FF0000", title: str = TITLE) -> NamedBytes:
    """A workbook as a clerk makes it; a wholly red cell is red by its own font, another by rich text."""
    data = BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    formats = {
        "red": book.add_format({"font_color": f"#{red}"}),
        "strike": book.add_format({"font_strikeout": True}),
        "plain": book.add_format({}),
    }
    page = book.add_worksheet("様式1")
    page.write_string(0, 0, title)
    for at, row in enumerate((HEADER, *rows), start=3):
        for column, ink in enumerate(row):
            found = pieces(ink)
            if len(found) == 1:
                page.write_string(at, column, found[0][1], formats[found[0][0]])
            elif found:
                parts = [part for kind, text in found for part in (formats[kind], text)]
                assert page.write_rich_string(at, column, *parts) == 0
    book.close()
    return NamedBytes("様式.xlsx", data.getvalue())


def word(rows: Sequence[Sequence[Ink]], *, red: str = "FF0000", title: str = TITLE) -> NamedBytes:
    document = docx.Document()
    document.add_paragraph(title)
    table = document.add_table(rows=1 + len(rows), cols=len(HEADER))
    for at, row in enumerate((HEADER, *rows)):
        for column, ink in enumerate(row):
            for kind, text in pieces(ink):
                run = table.cell(at, column).paragraphs[0].add_run(text)
                run.font.strike = kind == "strike"
                if kind == "red":
                    run.font.color.rgb = RGBColor.from_string(red)
    data = BytesIO()
    document.save(data)
    return NamedBytes("様式.docx", data.getvalue())


def with_cells(*changed: tuple[int, int, Ink]) -> list[list[Ink]]:
    rows = [list(row) for row in ROWS]
    for row, column, ink in changed:
        rows[row][column] = ink
    return rows


@pytest.fixture
def plan() -> Iterator[Plan]:
    """第1回PT was held; the sheets are for 第2回PT."""
    with opened() as plan:
        plan.hold("第1回PT", on="R5.6.30")
        yield plan


def found(report: InkReport) -> list[tuple[str, str, str, tuple[str, ...], tuple[str, ...]]]:
    return [(each.kind, each.title, each.field, each.missing, each.extra) for each in report.differences]


# --- whole sheets ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [excel, word])
def test_a_well_coloured_sheet_is_clean(plan: Plan, make: Maker) -> None:
    rows = with_cells((0, 2, "[[1,500]]"), (2, 3, "R5.10 東京[[ R5.12 大阪]]"))
    rows.insert(2, ["", "[[夜間観光事業]]", "[[500]]", "[[R5.12 開始]]", ""])
    report = plan.check_ink(make(rows))
    assert not report
    assert (report.agreeing, report.coloured, len(report.new_rows)) == (5, 5, 1)
    assert report.base.meeting == "第1回PT"
    assert "赤字は、変更した語と合っています" in str(report)


@pytest.mark.parametrize("make", [excel, word])
def test_every_kind_of_slip_is_found_with_its_words_and_place(plan: Plan, make: Maker) -> None:
    rows = with_cells(
        (0, 2, "[[1,200]]"),
        (1, 2, "900"),
        (2, 3, "R5.10 [[東京]] R5.12 大阪"),
        (3, 1, "研究会[[運営]]事業"),
    )
    rows.append(["", "見本市出展事業", "[[700]]", "", ""])
    report = plan.check_ink(make(rows))
    assert found(report) == [
        ("coloured_unchanged", "周遊バス事業", "budget", (), ("1,200",)),
        ("changed_uncoloured", "案内板整備事業", "budget", ("900",), ()),
        ("wrong_words", "商談会開催事業", "progress", ("R5.12 大阪",), ("東京",)),
        ("coloured_unchanged", "研究会運営事業", "title", (), ("運営",)),
        ("changed_uncoloured", "見本市出展事業", "title", ("見本市出展事業",), ()),
    ]
    assert [each.new_row for each in report.differences] == [False] * 4 + [True]
    name = make(rows).name
    sheet_name, place = ("様式1", "C5") if name.endswith("xlsx") else ("表1", "C2")
    assert str(report.differences[0].source) == f"{name}「{sheet_name}」{place}"
    shown = str(report)
    for words in ("赤にする語：「R5.12 大阪」", "黒に戻す語：「東京」", "【変わったのに赤くない】", "※新しい行", place):
        assert words in shown


def test_the_report_as_json(plan: Plan) -> None:
    told = json.loads(plan.check_ink(excel(with_cells((0, 2, "1,500")))).to_json())
    assert (told["clean"], told["strictness"], told["base"]["name"]) == (False, "words", "第1回PT")
    (difference,) = told["changed_uncoloured"]
    assert difference == {
        "kind": "changed_uncoloured",
        "path": ["① 観光", "周遊バス事業"],
        "field": "budget",
        "new_row": False,
        "old": "1,200",
        "new": "1,500",
        "missing": ["1,500"],
        "extra": [],
        "source": "様式.xlsx「様式1」C5",
    }
    assert told["coloured_unchanged"] == told["wrong_words"] == told["only_removed"] == []


def test_words_that_went_are_told_apart_unless_they_are_struck_through(plan: Plan) -> None:
    report = plan.check_ink(excel(with_cells((0, 3, "R5.4 準備"), (2, 3, "{{R5.10 }}東京"), (1, 2, ""))))
    assert not report
    assert [(note.path[-1], note.field, note.words) for note in report.only_removed] == [
        ("周遊バス事業", "progress", ("R5.6 運行",)),
        ("案内板整備事業", "budget", ("800",)),
    ]
    assert report.agreeing == 1
    assert "消えた語：「R5.6 運行」" in str(report)


def test_a_renamed_row_may_be_coloured_as_renamed_or_as_new(plan: Plan) -> None:
    renamed = with_cells((0, 1, "周遊バス[[・鉄道]]事業"))
    assert not plan.check_ink(excel(renamed))
    anew = [list(row) for row in renamed]
    anew[0][1:] = [f"[[{ink}]]" for ink in ("周遊バス・鉄道事業", *ROWS[0][2:])]
    report = plan.check_ink(excel(anew))
    assert not report
    assert len(report.new_rows) == 1


def test_a_sheet_without_any_red_says_so(plan: Plan) -> None:
    report = plan.check_ink(excel(with_cells((0, 2, "1,500"))))
    assert "赤い文字は一つもありません" in str(report)
    assert report.coloured == 0


def test_some_rows_and_columns_are_enough(plan: Plan) -> None:
    book = excel([["② 産業", "商談会開催事業", "[[2,500]]", "R5.10 東京", "未着手"]])
    assert not plan.check_ink(book)


def test_a_format_without_colours_is_refused(plan: Plan) -> None:
    with pytest.raises(PlanLedgerError, match="文字の色がない") as caught:
        plan.check_ink(sheet())
    assert caught.value.code == "no_ink"
    assert caught.value.place is not None
    assert caught.value.place.file == "様式.tsv"


def test_a_sheet_that_can_not_be_read_and_one_of_another_plan_are_refused(plan: Plan) -> None:
    with pytest.raises(PlanLedgerError) as caught:
        plan.check_ink(excel([*ROWS, ("", "", "1", "", "")], title="令和5年度別件プランの推進について(第2回PT用)"))
    assert {problem.code for problem in caught.value.problems()} == {"blank_title", "other_plan"}


# --- what it is compared with ---------------------------------------------------------------------------------------


def test_the_base_follows_the_title_line_a_meeting_or_what_is_asked_for(plan: Plan) -> None:
    plan["周遊バス事業"].change(budget="1,500")
    plan.hold("第2回PT", on="R5.8.30")
    second = excel(with_cells((0, 2, "[[1,500]]")))
    third = excel(with_cells((0, 2, "1,500"), (1, 2, "[[900]]")), title=TITLE.replace("第2回", "第3回"))
    assert not plan.check_ink(second)
    assert not plan.check_ink(third)
    assert not plan.check_ink(third, base="第2回PT")
    assert plan.check_ink(second, base="第2回PT").of("coloured_unchanged")
    assert plan.check_ink(third, meeting="第2回PT").of("changed_uncoloured")


def test_before_the_first_meeting_there_is_nothing_to_compare_with() -> None:
    with opened() as plan, pytest.raises(PlanLedgerError) as caught:
        plan.check_ink(excel(ROWS))
    assert caught.value.code == "no_previous_meeting"


@pytest.mark.parametrize("format", ["xlsx", "docx"])
def test_a_form_that_was_worked_on_is_compared_with_itself_as_it_was_handed_out(plan: Plan, format: str) -> None:
    made = rendering.render(plan.snapshot("第1回PT"), format)
    assert isinstance(made, bytes)
    form = NamedBytes(f"返却.{format}", made)
    assert not plan.check_ink(form)
    data = BytesIO()
    if format == "docx":
        document = docx.Document(BytesIO(made))
        place = next(each for each in document.tables[0]._cells if each.text == "1,200")
        place.text = ""
        place.paragraphs[0].add_run("1,500").font.color.rgb = RGBColor.from_string("EE0000")
        document.save(data)
    else:
        book = openpyxl.load_workbook(BytesIO(made))
        (cell,) = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value == "1,200"]
        cell.value, cell.font = "1,500", Font(color="EE0000")
        book.save(data)
    report = plan.check_ink(NamedBytes(form.name, data.getvalue()))
    assert (bool(report), report.agreeing, report.base.meeting) == (False, 1, "第1回PT")


# --- our own handouts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["xlsx", "docx"])
@pytest.mark.parametrize("style", ["red", "redline"])
def test_our_own_handouts_are_clean(example_data: Path, format: str, style: str) -> None:
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課"):
        names = ("第1回PT", "第2回PT", "第3回PT")
        title, year, _ = plan_from_sheet(ledger, example_data / "第1回PT.tsv")
        plan = ledger.open_plan(title, fiscal_year=year)
        for name in names:
            plan.propose(example_data / f"{name}.tsv", accept_renames=True, withdraw_missing=True).apply()
            plan.hold(name)
        for name in names[1:]:
            changes = plan.changes(until=name)
            made = rendering.render(plan.snapshot(name), format, changes=changes, style=style)
            assert isinstance(made, bytes)
            for strictness in STRICTNESS:
                report = plan.check_ink(NamedBytes(f"{name}.{format}", made), strictness=strictness)
                assert found(report) == []
                assert report.warnings == ()
                assert report.agreeing > 10


def test_an_item_withdrawn_and_entered_again_is_new_in_our_handout() -> None:
    with opened() as plan:
        plan.hold("第1回PT")
        plan["研究会運営事業"].withdraw()
        plan.add("project", "研究会運営事業", under="② 産業", budget="300")
        plan.hold("第2回PT")
        made = rendering.render(plan.snapshot("第2回PT"), "xlsx", changes=plan.changes(until="第2回PT"))
        assert isinstance(made, bytes)
        report = plan.check_ink(NamedBytes("a.xlsx", made))
        assert found(report) == []
        assert len(report.new_rows) == 1


# --- one cell -------------------------------------------------------------------------------------------------------


def judged(old: str, ink: Ink, strictness: Strictness = "words") -> tuple[tuple[str, ...], tuple[str, ...]]:
    parts = [(kind, text) for kind, text in pieces(ink) if kind != "strike"]
    red = [kind == "red" for kind, text in parts for _ in text]
    verdict = judge(old, "".join(text for _, text in parts), red, strictness)
    return verdict.missing, verdict.extra


@pytest.mark.parametrize(
    ("old", "ink"),
    [
        ("会議を2回開催", "会議を[[3回]]開催"),  # with the unit
        ("会議を2回開催", "会議を[[3]]回開催"),
        ("予算 4,450千円", "予算 [[4,950千円]]"),
        ("設計を実施", "設計[[、施工]]を実施"),
        ("調査、検討", "調査、[[協議]]、検討"),  # the comma in black
        ("調査、検討", "調査[[、協議、]]検討"),  # both in red
        ("東、西", "東、[[東、]]西"),  # which of the two is new?
        ("東、西", "[[東、]]東、西"),
        ("R5.4 準備", "R5.4 準備\n[[R5.8]] [[契約]]"),
        ("R5.4 準備", "R5.4 準備[[\nR5.8 契約]]"),
        ("１，２００", "[[1,200]]"),  # of width alone: either
        ("１，２００", "1,200"),
        ("準備 実施", "準備\n実施"),
        ("", "[[新規]]"),
        ("準備", "[[　]]準備"),
        ("1,200", "[[▲1,200]]"),
    ],
)
def test_what_a_colleague_would_let_pass(old: str, ink: Ink) -> None:
    assert judged(old, ink) == ((), ())


@pytest.mark.parametrize(
    ("old", "ink", "missing", "extra"),
    [
        ("4,450", "4,[[9]]50", ("4", "50"), ()),  # numbers are coloured whole
        ("4,450", "4,950", ("4,950",), ()),
        ("会議を2回開催", "[[会議を3回開催]]", (), ("会議を", "回開催")),
        ("設計、施工", "設計。施工", ("。",), ()),  # nothing but punctuation is a change, too
        ("0", "－", ("－",), ()),
        ("設計を実施。用地は取得済み。", "設計を実施。用地は[[未]]取得。", (), ()),
        ("契約、着工", "契約[[、]]着工", (), ("、",)),
        ("着工", "[[着工]]", (), ("着工",)),
        ("着工", "着工予定", ("予定",), ()),
        ("A B", "A [[B]] C", ("C",), ("B",)),
    ],
)
def test_what_a_colleague_would_point_at(old: str, ink: Ink, missing: tuple[str, ...], extra: tuple[str, ...]) -> None:
    assert judged(old, ink) == (missing, extra)


def test_how_strict_it_is() -> None:
    sentence = ("用地は取得済み。工事は2回", "用地は取得済み。[[工事は3回]]")
    assert judged(*sentence) == ((), ("工事は",))
    assert judged(*sentence, "entries") == ((), ())
    # what words let pass, entries let pass: here the mark behind the full stop
    assert judged("事業、、、事業。、", "、、、事[[業。、]]") == judged(
        "事業、、、事業。、", "、、、事[[業。、]]", "entries"
    )
    assert judged("用地は取得済み。工事は2回", "[[用地は取得済み。工事は3回]]", "entries") == (
        (),
        ("用地は取得済み",),
    )
    unit = ("会議を2回開催", "会議を[[3回]]開催")
    assert judged(*unit, "exact") == ((), ("回",))
    assert judged("調査、検討", "調査[[、協議、]]検討", "exact") == ((), ("、",))


TEXTS = st.lists(
    st.sampled_from(
        ["事業", "1,200", "１，２００", "を実施", "、", "。", "\n", " ", "R5.4", "～", "（", "）", "回", "▲", "会議"]
    ),
    max_size=8,
).map("".join)


@given(TEXTS, TEXTS, st.sampled_from(STRICTNESS))
def test_the_computed_marks_are_always_right(old: str, new: str, strictness: Strictness) -> None:
    red = [each.kind == "added" for each in mark(old, new) if each.kind != "removed" for _ in each.text]
    verdict = judge(old, new, red, strictness)
    assert (verdict.missing, verdict.extra) == ((), ())


@given(TEXTS, TEXTS, st.data())
def test_what_is_pointed_at_stands_in_the_text_and_has_the_wrong_colour(
    old: str, new: str, data: st.DataObject
) -> None:
    red = data.draw(st.lists(st.booleans(), min_size=len(new), max_size=len(new)))
    exact, words, entries = (judge(old, new, red, strictness) for strictness in ("exact", "words", "entries"))
    assert all(word in new and word.strip() == word for word in (*words.missing, *words.extra))
    # the stricter, the more is pointed at
    assert len("".join(exact.missing)) >= len("".join(words.missing))
    assert len("".join(exact.extra)) >= len("".join(words.extra)) >= len("".join(entries.extra))
    if not any(red):
        assert exact.extra == ()


# --- colours --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rgb", ["FF0000", "FFFF0000", "C00000", "EE0000", "E60033", "FF5050", "DC143C", "800000", "FF3300"]
)
def test_reds(rgb: str) -> None:
    assert is_red(rgb)


@pytest.mark.parametrize(
    "rgb",
    [
        None,
        "",
        "auto",
        "FF00",
        "000000",
        "FFFFFF",
        "0000FF",
        "FF6600",
        "ED7D31",
        "993300",
        "FF99CC",
        "FF00FF",
        "7030A0",
    ],
)
def test_no_reds(rgb: str | None) -> None:
    assert not is_red(rgb)


def test_another_red_counts_and_an_underline_alone_does_not(plan: Plan) -> None:
    assert not plan.check_ink(excel(with_cells((0, 2, "[[1,500]]")), red="C00000"))
    assert plan.check_ink(excel(with_cells((0, 2, "[[1,500]]")), red="0070C0")).of("changed_uncoloured")
    data = BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, HEADER)
    page.write_row(1, 0, ROWS[0])
    page.write_string(1, 2, "1,500", book.add_format({"underline": 1}))
    book.close()
    assert len(plan.check_ink(NamedBytes("a.xlsx", data.getvalue())).of("changed_uncoloured")) == 1


def test_a_field_that_came_later_has_no_right_colour(plan: Plan) -> None:
    measure, project = SCHEMA.levels
    plan.declare(Schema((measure, evolve(project, fields=(*project.fields, FieldSpec("note", "備考"))))))
    plan["周遊バス事業"].change(note="済み")
    plan.hold("第2回PT")
    made = rendering.render(plan.snapshot("第2回PT"), "xlsx", changes=plan.changes(until="第2回PT"))
    assert isinstance(made, bytes)
    assert found(plan.check_ink(NamedBytes("a.xlsx", made))) == []
