"""Blame in every format; as a page with the origin of each run on hovering, escaped, without script."""

from __future__ import annotations

import csv
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from io import BytesIO, StringIO

import openpyxl
import pytest

from plan_ledger import Ledger, Plan
from plan_ledger.rendering import render

HOSTILE = '</span><script>alert("1")</script>'


@pytest.fixture
def plan() -> Iterator[Plan]:
    with Ledger.open() as ledger, ledger.acting("企画課 山田", reason="当初"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        kpi = plan.add("kpi", "KPI", under=plan.add("strategy", "戦略"))
        measure = plan.add("measure", "施策", under=kpi)
        plan.add("project", "事業", under=measure, overview="公募を開始する。", budget="100")
        plan.add("project", "別の事業", under=measure)
        plan.hold("第1回PT", on="R5.5.30")
        with ledger.acting("鈴木", section="観光課", on_behalf_of="商工課", reason=f'実績"{HOSTILE}'):
            plan["事業"].change(overview=f"公募を開始する。\n{HOSTILE}", source="回答票 p.3")
        yield plan


class Page(HTMLParser):
    """The runs of a page: class, hint and words; and every tag."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.runs: list[tuple[str, str, str]] = []
        self._open: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        self._open = (given["class"] or "", given.get("title") or "") if tag == "span" and "class" in given else None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.runs.append((*self._open, data))
            self._open = None


def read(page: str) -> Page:
    found = Page()
    found.feed(page)
    return found


def test_the_page_shows_the_table_and_each_runs_origin(plan: Plan) -> None:
    page = render(plan.blame(), "html")
    assert isinstance(page, str)
    found = read(page)
    words = [(style, text) for style, hint, text in found.runs if hint]
    assert [text for _, text in words if "公募" in text or "script" in text] == ["公募を開始する。", f"\n{HOSTILE}"]
    assert {style for style, text in words if "script" not in text} == {"run a2"}
    assert [style for style, text in words if "script" in text] == ["run a1"]  # most of the words
    (hint,) = [hint for _, hint, text in found.runs if "script" in text and hint]
    assert "商工課" in hint
    assert "入力：鈴木（観光課）" in hint
    assert "まだ配っていません" in hint
    assert "回答票 p.3" in hint
    legend = [text for _, hint, text in found.runs if not hint and text]
    assert {"企画課 山田", "商工課"} <= set(legend)
    assert found.tags.isdisjoint({"script", "img", "link", "iframe"})
    assert plan.snapshot().digest in page


@pytest.mark.parametrize("whole", [True, False])
def test_the_policy_allows_the_pages_own_style_sheet_only(plan: Plan, whole: bool) -> None:
    page = str(render(plan.blame() if whole else plan["事業"].blame("overview"), "html"))
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert style is not None
    assert policy is not None
    wanted = b64encode(sha256(style[1].encode()).digest()).decode()
    assert policy[1] == f"default-src 'none'; style-src 'sha256-{wanted}'; base-uri 'none'; form-action 'none'"
    assert "style=" not in page
    assert "http" not in page.split("</head>")[1]


def test_a_field_that_was_not_asked_for_stands_without_origin(plan: Plan) -> None:
    page = read(str(render(plan.blame(fields=["overview"]), "html")))
    assert {text for _, hint, text in page.runs if hint} == {"公募を開始する。", f"\n{HOSTILE}"}
    assert ">戦略<" in str(render(plan.blame(fields=["overview"]), "html"))


def test_one_field_as_a_page(plan: Plan) -> None:
    page = read(plan["事業"].blame("overview").to_html())
    assert [text for style, hint, text in page.runs if hint] == ["公募を開始する。", f"\n{HOSTILE}"]


def test_every_other_format_lists_the_runs(plan: Plan) -> None:
    found = plan["事業"].blame("overview")
    rows = list(csv.reader(StringIO(str(render(found, "csv")))))
    assert rows[0][:4] == ["文言", "書いた人", "日時", "記録番号"]
    assert "".join(row[0] for row in rows[1:]) == found.text
    whole = list(csv.reader(StringIO(str(render(plan.blame(), "csv")))))
    assert [row[2] for row in whole if row[1] == "概要"] == [row[0] for row in rows[1:]]
    terminal = str(render(found, "table", width=160))
    assert "第1回PT" in terminal
    assert "商工課" in terminal
    assert "公募を開始する。" in str(render(found, "md"))
    assert "<script" not in str(render(found, "md"))
    book = openpyxl.load_workbook(BytesIO(render(plan.blame(), "xlsx")))  # type: ignore[arg-type]  # bytes, as asked
    texts = [cell.value for row in book.active.iter_rows() for cell in row]  # type: ignore[union-attr]  # has a sheet
    assert f"\n{HOSTILE}" in texts
    assert render(plan["事業"].blame("overview", 1), "docx")


def test_an_empty_text_says_so(plan: Plan) -> None:
    assert "何も書かれていません" in str(render(plan["事業"].blame("analysis"), "table"))


def test_a_notebook_shows_the_list(plan: Plan) -> None:
    assert "<table>" in (plan["事業"].blame("overview")._repr_html_() or "")
    assert "つながっていません" in (plan["事業"].lineage()._repr_html_() or "")
