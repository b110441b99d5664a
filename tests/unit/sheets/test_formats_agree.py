"""The same table in tsv, csv, xlsx and docx is read as the same grid, to the letter."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
import xlsxwriter
from hypothesis import given, strategies as st

from plan_ledger.sheets.delimited import tsv_cell
from plan_ledger.sheets.number_text import plain_number, shown_number
from plan_ledger.sheets.reading import NamedBytes, read_document

Table = list[list[str]]
HEADER = ["戦略名", "KPI", "事業名", "D.予算額"]


def as_tsv(rows: Table) -> bytes:
    return "\n".join("\t".join(map(tsv_cell, row)) for row in rows).encode()


def as_csv(rows: Table) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Table) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("様式1")
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            if text:
                sheet.write_string(number, column, text)
    book.close()
    return stream.getvalue()


def as_docx(rows: Table) -> bytes:
    document = docx.Document()
    made = document.add_table(len(rows), len(rows[0]))
    for row, texts in zip(made.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


WRITERS: dict[str, Callable[[Table], bytes]] = {"tsv": as_tsv, "csv": as_csv, "xlsx": as_xlsx, "docx": as_docx}

# line breaks, widths, waves, markup, formulas, quotes, what the file formats use as escapes
cells = st.one_of(
    st.just(""),
    st.sampled_from(
        ["=1+1", "@a", "-", "+81", "4,450", "R5.4~R6.3", "R5.4～9", '"', '"甲"', "_x000D_", "x005F_", "<b>&amp;"]
    ),
    st.text("県庁①ｱＡ１～〜~・\n 　\"',=<&_x0D\u200b\U00020bb7", max_size=12),
)


@pytest.mark.parametrize("kind", WRITERS)
@given(rows=st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=4))
def test_every_format_keeps_the_letter(kind: str, rows: Table) -> None:
    body = [["①", *row] for row in rows]
    document = read_document(NamedBytes(f"x.{kind}", WRITERS[kind]([HEADER, *body])))
    (grid,) = document.grids
    assert document.kind == kind
    assert [cell.text for cell in grid.header] == HEADER
    assert [[cell.text for cell in row.cells] for row in grid.rows] == body
    assert document.problems == ()


@pytest.mark.parametrize("kind", WRITERS)
def test_the_example_plan_in_every_format(example_data: Path, kind: str) -> None:
    paths = sorted(example_data.glob("**/*.tsv"))
    assert paths
    for path in paths:
        original = read_document(path)
        assert original.problems == (), path.name
        (grid,) = original.grids
        rows = [[cell.text for cell in row.cells] for row in grid.rows]
        labels = [cell.text for cell in grid.header]
        (again,) = read_document(NamedBytes(path.name, WRITERS[kind]([labels, *rows]))).grids
        assert [cell.text for cell in again.header] == labels
        assert [[cell.text for cell in row.cells] for row in again.rows] == rows


@given(st.integers(-(10**14), 10**14))
def test_grouped_numbers_agree_with_pythons(number: int) -> None:
    shown = shown_number(number, "#,##0")
    assert shown is not None
    assert (shown.text, shown.rounded) == (f"{number:,}", False)
    assert plain_number(number) == plain_number(float(number)) == str(number)
