"""What each text format makes of a result, and that a hostile text stays a text in all of them."""

from __future__ import annotations

import csv
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from attrs import evolve
from defusedxml.ElementTree import fromstring
from hypothesis import given, strategies as st

from plan_ledger import ChangeSet, Ledger, Plan, Snapshot, mark, rendering
from plan_ledger.queries import results
from plan_ledger.queries.shown import MissingRenderer
from plan_ledger.rendering.delimited import tsv_cell
from plan_ledger.rendering.texts import era_date, visible
from plan_ledger.sheets.delimited import records
from plan_ledger.sheets.limits import Limits
from plan_ledger.sheets.reading import NamedBytes, read_document
from rendering_plan import long_plan, small_plan

HOSTILE = '</style><script>alert(1)</script>\n=1+1 & "q" \u202etxet\u202c \x1b[31m |a| `b` *c* [d](javascript:e)'


@pytest.fixture(scope="module")
def plan() -> Iterator[Plan]:
    with small_plan() as plan:
        yield plan


@pytest.fixture(scope="module")
def snapshot(plan: Plan) -> Snapshot:
    return plan.snapshot("第2回PT")


@pytest.fixture(scope="module")
def changes(plan: Plan) -> ChangeSet:
    return plan.changes(until="第2回PT")


@pytest.fixture(scope="module")
def hostile(snapshot: Snapshot, changes: ChangeSet) -> tuple[Snapshot, ChangeSet]:
    """The same with a hostile text everywhere: plan, meeting, every cell, every entry, old and new."""
    moment = evolve(snapshot.moment, name=HOSTILE, meeting=HOSTILE)
    items = tuple(
        evolve(item, title=HOSTILE, fields={key: evolve(cell, text=HOSTILE) for key, cell in item.fields.items()})
        for item in snapshot.items
    )
    entries = tuple(
        evolve(entry, title=HOSTILE, path=(HOSTILE,) * 4, old=entry.old and HOSTILE[::-1], new=entry.new and HOSTILE)
        for entry in changes.entries
    )
    return (
        evolve(snapshot, plan=HOSTILE, moment=moment, items=items),
        evolve(changes, plan=HOSTILE, since=moment, until=moment, entries=entries),
    )


class Tags(HTMLParser):
    """Every tag and attribute of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text: list[str] = []
        self.marked: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self.tags and self.tags[-1] in ("ins", "del"):
            self.marked.append((self.tags[-1], data))


def test_the_page_holds_no_script_and_allows_its_own_style_alone(snapshot: Snapshot, changes: ChangeSet) -> None:
    page = rendering.to_html(snapshot, changes)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    assert b64encode(sha256(style[1].encode()).digest()).decode() in page
    assert "default-src 'none'" in page
    found = Tags(page)
    assert {"script", "link", "img", "iframe"} & set(found.tags) == set()
    assert not any(name.startswith("on") or name in ("style", "src", "href") for name in found.attributes)


def test_added_text_is_red_and_underlined_in_the_page(snapshot: Snapshot, changes: ChangeSet) -> None:
    page = rendering.to_html(snapshot, changes)
    assert "<ins>4,950</ins>" in page
    assert ".plan-ledger .notes .red, .plan-ledger ins { color: #FF0000; }" in page
    assert ".plan-ledger ins { text-decoration: underline; }" in page
    assert "<del>" not in page
    assert "<del>4,450</del><ins>4,950</ins>" in rendering.to_html(snapshot, changes, style="redline")


def test_merged_cells_and_the_footer_are_in_the_page(snapshot: Snapshot, changes: ChangeSet) -> None:
    page = rendering.to_html(snapshot, changes, stamp=("資料１", "案"))
    assert '<td rowspan="4">(1) 住みよいまち戦略</td>' in page
    assert f"照合値 {snapshot.digest}" in page
    assert "size: A3 landscape" in page
    assert "<p>案</p>" in page


def test_labels_that_span_printed_pages_stand_on_each_and_once_on_the_screen(snapshot: Snapshot) -> None:
    page = rendering.to_html(long_plan(snapshot, 30))
    above = [item.title for item in snapshot.items if item.depth < 3][:3]
    pages = re.findall(r"<tbody[^>]*>(.*?)</tbody>", page, re.DOTALL)
    assert len(pages) >= 3
    for number, rows in enumerate(pages):
        first = re.findall(r"<td([^>]*)>(.*?)</td>", rows, re.DOTALL)[:3]
        assert [text for _, text in first] == above
        assert all(('class="again"' in attributes) == (number > 0) for attributes, _ in first)
    assert "tbody.page { break-before: page; }" in page
    assert re.search(r"@media screen \{.*?td\.again.*?color: transparent", page, re.DOTALL)
    assert "again" not in re.sub(
        r"<style>.*?</style>", "", long_plan(snapshot, 30)._repr_html_() or "again", flags=re.S
    )


def test_hostile_text_is_shown_in_the_page_and_does_nothing(hostile: tuple[Snapshot, ChangeSet]) -> None:
    snapshot, changes = hostile
    for page in (
        rendering.to_html(snapshot, changes),
        rendering.to_html(snapshot, changes, style="redline", stamp=(HOSTILE,), note=HOSTILE),
        *(rendering.changes_html(changes, style) for style in ("red", "redline", "comparison", "clean")),
    ):
        found = Tags(page)
        assert "script" not in found.tags
        assert found.tags.count("style") == 1
        assert "<script>alert(1)</script>" in "".join(found.text)
        assert not set(page) & set("\u202e\u202c\x1b")
        assert "‹U+202E›" in page


def test_hostile_text_does_nothing_in_a_terminal(hostile: tuple[Snapshot, ChangeSet]) -> None:
    shown = rendering.to_terminal(*hostile, width=200) + rendering.changes_terminal(hostile[1], width=200)
    assert not set(shown) & set("\x1b\u202e\u202c")
    assert "‹U+001B›[31m" in shown


def test_hostile_text_stays_in_its_cell_in_markdown(hostile: tuple[Snapshot, ChangeSet]) -> None:
    for shown in (rendering.to_markdown(*hostile), rendering.changes_markdown(hostile[1])):
        rows = [re.sub(r"\\\|", "", line) for line in shown.split("\n") if line.startswith("| ")]
        assert len({row.count("|") for row in rows}) <= 2  # the two tables of a list may differ
        assert "<script" not in shown
        assert "[d]" not in shown.replace("\\[d\\]", "")


def test_a_terminal_without_colour_sets_marks_in_brackets(snapshot: Snapshot, changes: ChangeSet) -> None:
    assert "{+4,950+}" in rendering.to_terminal(snapshot, changes)
    assert "[-4,450-]{+4,950+}" in rendering.changes_terminal(changes)
    colored = rendering.to_terminal(snapshot, changes, color=True)
    assert "\x1b[4;31m4,950\x1b[0m" in colored
    assert "{+" not in colored


def test_no_line_is_wider_than_the_terminal(snapshot: Snapshot, changes: ChangeSet) -> None:
    from rich.cells import cell_len

    for width in (60, 100, 160):
        lines = rendering.to_terminal(snapshot, changes, width=width).split("\n")
        assert max(map(cell_len, lines)) <= width


def test_tsv_is_laid_out_as_the_offices_sheet(snapshot: Snapshot, changes: ChangeSet) -> None:
    lines = rendering.to_tsv(snapshot, changes).split("\n")
    assert lines[0].endswith("(第2回PT用)")
    assert lines[1:4] == ["", "※変更部分は赤字着色", ""]
    assert lines[4].split("\t")[:3] == ["戦略名", "KPI", "A.KPI向上のための施策 (=R5アクションプランに 掲げる施策)"]
    assert lines[6].split("\t")[:3] == ["", "", "② 公園と広場の整備"]
    assert {line.count("\t") for line in lines[4:-1]} == {8}
    assert rendering.to_tsv(snapshot).split("\n")[1:3] == ["", lines[4]]


@given(st.text(st.sampled_from('a"\t\n,= あ')).filter(lambda text: "\r" not in text))
def test_a_cell_of_a_tsv_is_read_back_as_it_was(text: str) -> None:
    line = f"x\t{tsv_cell(text)}\ty\n"
    found = records(line, "\t", Limits(), "a.tsv")
    assert [record.cells for record in found] == [("x", text.replace("\n", " "), "y")]


def test_no_cell_of_the_audit_csv_is_a_formula(plan: Plan) -> None:
    rows = list(plan.audit())
    cells = [cell for row in csv.reader(StringIO(rendering.audit_csv(rows))) for cell in row]
    assert "'=1+1\n| 縦棒 |" in cells
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) for cell in cells)
    assert "".join(rendering.audit_csv_lines(iter(rows))) == rendering.render(plan.audit(), "csv")


def test_changes_of_layout_stand_apart(changes: ChangeSet) -> None:
    shown = rendering.changes_markdown(changes)
    before, after = shown.split("## 表記のみ")
    assert "ＬＥＤ" not in before
    assert "ＬＥＤ" in after


def test_the_comparison_has_new_on_the_left_and_says_what_is_new_or_gone(changes: ChangeSet) -> None:
    shown = rendering.changes_markdown(changes, "comparison")
    assert "| 番号 | 事業名 | 欄 | 変更後 | 変更前 | 変更理由 | 担当課 |" in shown
    assert "| <ins>4,950</ins> | <ins>4,450</ins> |" in shown
    assert "| <ins>8,000</ins> | （新設） |" in shown
    assert "| （削る） | <ins>300</ins> |" in shown
    assert "| 変更前 | 変更後 |" in rendering.changes_markdown(changes, "comparison", new_first=False)


def test_long_unchanged_passages_are_left_out(changes: ChangeSet) -> None:
    stays = "前の文。" * 40
    entry = evolve(changes.entries[0], old=f"{stays}4,450{stays}", new=f"{stays}4,950{stays}")
    shown = rendering.changes_markdown(evolve(changes, entries=(entry,)), "comparison")
    assert "（略）前の文。前の文。<ins>4,950</ins>前の文。前の文。（略）" in shown


def test_what_has_who_and_when_is_told_of_every_change(changes: ChangeSet) -> None:
    shown = rendering.changes_terminal(changes, width=300)
    for words in ("道路課 主任", "2023-06-01", "9月補正", "補正予算書 p.12"):
        assert words in shown


def test_a_snapshot_in_style_comparison_is_its_changes_compared(snapshot: Snapshot, changes: ChangeSet) -> None:
    assert rendering.to_html(snapshot, changes, style="comparison") == rendering.changes_html(changes, "comparison")


def test_json_is_the_results_own(snapshot: Snapshot, plan: Plan) -> None:
    assert rendering.render(snapshot, "json") == snapshot.to_json()
    assert json.loads(rendering.render(plan.meetings(), "json"))[0]["name"] == "第1回PT"
    assert len(json.loads(rendering.render(plan.audit(limit=3), "json"))) == 3


def test_an_unknown_format_names_the_known_ones(snapshot: Snapshot) -> None:
    with pytest.raises(rendering.UnknownFormat, match=r"「pdf」.*html.*json"):
        rendering.render(snapshot, "pdf")
    with pytest.raises(rendering.UnknownFormat):
        rendering.render(snapshot, "csv")


def test_what_is_no_result_is_refused() -> None:
    with pytest.raises(rendering.NotRenderable, match="int"):
        rendering.render(3, "html")


def test_an_empty_list_says_so() -> None:
    assert "該当する変更はありません" in str(rendering.render([], "table"))
    assert "確定した会議はまだありません" in str(rendering.render([], "table", of="meetings"))


def test_the_same_result_gives_the_same_text(snapshot: Snapshot, changes: ChangeSet) -> None:
    for format in ("html", "md", "tsv", "table"):
        assert rendering.render(snapshot, format, changes=changes) == rendering.render(
            snapshot, format, changes=changes
        )


def test_a_plain_list_takes_marks_and_values() -> None:
    shown = rendering.listing("確認", ["欄", "内容", "数"], [["予算額", mark("4,450", "4,950"), 1], [None, "", 2]])
    assert "| 予算額 | <del>4,450</del><ins>4,950</ins> | 1 |" in str(rendering.render(shown, "md"))


def test_results_write_themselves_once_the_renderers_are_there(
    snapshot: Snapshot, changes: ChangeSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert snapshot.to_html(changes=changes) == rendering.to_html(snapshot, changes)
    assert changes.to_markdown(style="redline") == rendering.changes_markdown(changes)
    assert "<table" in (snapshot._repr_html_() or "")
    compared = evolve(snapshot, compare=lambda since: changes if since == "第1回PT" else None)
    assert compared.to_html(red_since="第1回PT") == rendering.to_html(snapshot, changes)
    monkeypatch.setattr(results, "RENDERERS", {})
    monkeypatch.setattr("plan_ledger.queries.shown.RENDERERS", {})
    monkeypatch.setattr("plan_ledger.queries.shown.LOADERS", [])
    with pytest.raises(MissingRenderer):
        snapshot.to_html()


def test_two_fragments_on_one_page_keep_their_own_widths(snapshot: Snapshot, changes: ChangeSet) -> None:
    shown = snapshot._repr_html_() or ""
    scope = re.search(r'class="plan-ledger (\w+)"', shown)
    assert scope is not None
    assert f".{scope[1]} .c1 {{" in shown
    assert scope[1] not in (changes._repr_html_() or "")


def test_days_are_written_in_eras() -> None:
    from datetime import date

    assert era_date(date(2023, 8, 30)) == "令和5年8月30日"
    assert era_date(date(2019, 5, 1)) == "令和元年5月1日"
    assert era_date(date(2019, 4, 30)) == "平成31年4月30日"


def test_unseen_characters_are_written_out() -> None:
    assert visible("a\u202eb\x07c\td\ne") == "a‹U+202E›b‹U+0007›c\td\ne"


@pytest.mark.parametrize("format", ["xlsx", "docx"])
def test_hostile_text_makes_sound_office_files(hostile: tuple[Snapshot, ChangeSet], format: str) -> None:
    snapshot, changes = hostile
    for made in (
        rendering.render(snapshot, format, changes=changes, stamp=(HOSTILE,), note=HOSTILE),
        rendering.render(snapshot, format, changes=changes, style="redline", tracked=True),
        rendering.render(changes, format, style="comparison"),
    ):
        assert isinstance(made, bytes)
        with ZipFile(BytesIO(made)) as package:
            assert package.testzip() is None
            parts = [package.read(name) for name in package.namelist() if name.endswith((".xml", ".rels"))]
        for part in parts:
            fromstring(part)
        assert not any(b"<script" in part for part in parts)


@pytest.mark.parametrize("format", ["xlsx", "docx", "html", "table"])
def test_red_without_a_line_is_red_all_the_same(plan: Plan, format: str) -> None:
    snapshot, changes = plan.snapshot("第2回PT"), plan.changes(until="第2回PT")
    made = {line: rendering.render(snapshot, format, changes=changes, underline=line) for line in (True, False)}
    if format == "html":
        assert "ins { text-decoration: underline; }" in str(made[True])
        assert "ins { text-decoration: none; }" in str(made[False])
        return
    if format == "table":
        colored = {line: rendering.to_terminal(snapshot, changes, color=True, underline=line) for line in made}
        assert "\x1b[4;31m4,950" in colored[True]
        assert "\x1b[31m4,950" in colored[False]
        return
    for line, data in made.items():
        assert isinstance(data, bytes)
        document = read_document(NamedBytes(f"a.{format}", data))
        runs = [run for row in document.grids[0].rows for cell in row.cells for run in cell.runs if run.red]
        assert "4,950" in [run.text for run in runs]
        assert {run.underline for run in runs} == {line}
        assert not plan.check_ink(NamedBytes(f"a.{format}", data))
        assert plan.propose(NamedBytes(f"a.{format}", data)).entries == ()


def test_the_section_in_charge_is_the_authors_or_a_recorder_who_is_one(changes: ChangeSet) -> None:
    compared = rendering.change_listing(changes, rendering.Look(style="comparison")).sections[0]
    charged = {"".join(s.text for s in row[1]): "".join(s.text for s in row[6]) for row in compared.rows}
    assert charged["橋りょう補修事業"] == ""  # 道路課 主任 is a person
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課", reason="当初"):
        plan = ledger.open_plan("令和5年度試験計画", fiscal_year=2023)
        strategy = plan.add("strategy", "戦略")
        plan.hold("第1回PT")
        with ledger.acting("入力係", section="情報課", on_behalf_of="観光課"):
            strategy.change(title="新戦略")
        assert "| 観光課 |" in rendering.changes_markdown(plan.changes(), "comparison")
        with ledger.acting("観光課"):
            strategy.change(title="新々戦略")
        assert "| 観光課 |" in rendering.changes_markdown(plan.changes(), "comparison")
