"""Tab- and comma-separated documents are read to the letter, and what is ragged or undecodable is located."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from plan_ledger.errors import PlanLedgerError
from plan_ledger.sheets.delimited import tsv_cell
from plan_ledger.sheets.grid import Document, Grid, cell_ref, ref_position, ref_words
from plan_ledger.sheets.limits import Limits
from plan_ledger.sheets.problems import LimitExceeded, SheetProblem, UndecodableText, UnreadableFile, UnsupportedFormat
from plan_ledger.sheets.reading import NamedBytes, read_document

HEADER = "戦略名\t事業名\t予算額"


def read(text: str | bytes, name: str = "様式.tsv", **settings: int) -> Document:
    data = text if isinstance(text, bytes) else text.encode()
    return read_document(NamedBytes(name, data), limits=Limits(**settings))


def only_grid(document: Document) -> Grid:
    (grid,) = document.grids
    return grid


def texts(document: Document) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in only_grid(document).rows]


def codes(problems: tuple[PlanLedgerError, ...]) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.place.cell if problem.place else None) for problem in problems]


def test_the_real_sheet_is_read_to_the_letter() -> None:
    folder = Path(__file__).resolve().parents[3] / ".." / "shared" / "seed"
    found = sorted(folder.glob("*.txt"))
    if not found:
        pytest.skip("the real sheet is not beside the project")
    data = found[0].read_bytes()
    document = read_document(found[0])
    grid = only_grid(document)
    lines = data.decode().split("\n")
    assert document.kind == "tsv"
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.problems == ()
    assert [line.text for line in grid.lines_before] == [lines[2], lines[4]]
    assert [line.ref for line in grid.lines_before] == ["A3", "A5"]
    assert grid.header_rows == (7,)
    assert [cell.text for cell in grid.header] == lines[6].split("\t")
    assert [row.number for row in grid.rows] == [8, 9, 10, 11, 12, 13]
    assert texts(document) == [line.split("\t") for line in lines[7:]]
    assert [row.cells[5].text for row in grid.rows] == ["4,450", "2,900", "9,200", "7,567", "2,334", "142,600"]


def test_title_and_notes_come_before_the_header_and_after_the_rows() -> None:
    document = read(f"\n題名\n\n※変更部分は赤字着色\n{HEADER}\n甲\t乙\t1\n※注記\n丙\t丁\t2\n\n以上\n")
    grid = only_grid(document)
    assert [line.text for line in grid.lines_before] == ["題名", "※変更部分は赤字着色"]
    assert [line.text for line in grid.lines_after] == ["※注記", "以上"]
    assert [row.number for row in grid.rows] == [6, 8]
    assert document.problems == ()


def test_the_part_below_a_known_heading_is_no_table() -> None:
    document = read(f"{HEADER}\n甲\t乙\t1\n\n【掲載を終了した事業】\n甲\t丙\t2\n")
    assert texts(document) == [["甲", "乙", "1"]]
    assert [line.text for line in only_grid(document).lines_after] == ["【掲載を終了した事業】", "甲\t丙\t2"]


def test_a_row_with_a_single_text_stays_in_the_table_where_rows_follow() -> None:
    document = read(f"{HEADER}\n【戦略1】\t\t\n\t乙\t1\n\n【戦略2】\t\t\n戦略2\t丙\t2\n")
    assert [row[0] for row in texts(document)] == ["【戦略1】", "", "【戦略2】", "戦略2"]


def test_the_caller_says_what_a_header_is() -> None:
    data = b"a\tb\tc\nname\tmoney\n1\t2\n"
    document = read_document(NamedBytes("x.tsv", data), is_header=lambda row: "money" in row)
    assert [cell.text for cell in only_grid(document).header] == ["name", "money"]


def test_a_header_in_two_lines_is_joined() -> None:
    document = read("戦略名\t予算額\t\t期間\n\tR4\tR5\t\n甲\t1\t2\tR5.4\n")
    grid = only_grid(document)
    assert [cell.text for cell in grid.header] == ["戦略名", "予算額\nR4", "予算額\nR5", "期間"]
    assert grid.header_rows == (1, 2)
    assert texts(document) == [["甲", "1", "2", "R5.4"]]


def test_a_repeated_header_is_passed_over() -> None:
    assert texts(read(f"{HEADER}\n甲\t乙\t1\n{HEADER}\n丙\t丁\t2\n")) == [["甲", "乙", "1"], ["丙", "丁", "2"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, line_end: str) -> None:
    text = f"{HEADER}\n甲～①\t乙\t１，０００".replace("\n", line_end)
    assert texts(read(text.encode(encoding))) == [["甲～①", "乙", "１，０００"]]


@pytest.mark.parametrize(
    ("data", "line", "offset"),
    [
        (f"{HEADER}\n甲\t".encode() + b"\xff\xff\t1", 2, len(f"{HEADER}\n甲\t".encode())),
        (f"{HEADER}\n甲\t乙".encode()[:-1], 2, len(f"{HEADER}\n甲\t".encode())),
        (b"\xef\xbb\xbfabc\n\xff", 2, 7),
        (b"\xff\xfea\x00\n\x00b", 2, 6),
        (b"\x82\xa0\n\x82\xa0\n\xfd", 3, 6),
        (b"\x00\x00\xfe\xff", 1, 0),
    ],
)
def test_what_cannot_be_decoded_is_located_and_never_replaced(data: bytes, line: int, offset: int) -> None:
    with pytest.raises(UndecodableText) as caught:
        read(data)
    assert (caught.value.line, caught.value.offset) == (line, offset)


def test_csv_and_tsv_are_told_by_their_content() -> None:
    assert read("a,b,c\n1,2,3\n", "x.tsv").kind == "csv"
    assert read("a\tb\tc\n1\t2\t3\n", "x.csv").kind == "tsv"
    assert read("a,b\tc,d\te,f\n1\t2\t3\n", "x.txt").kind == "tsv"
    assert read("a,b\tc,d\te,f\n1,2,3,4\n", "x.csv").kind == "csv"


def test_quotes_in_csv() -> None:
    document = read('戦略名,事業名,予算額\n"甲\r\n乙","""丙""","4,450"\n', "x.csv")
    assert texts(document) == [["甲\n乙", '"丙"', "4,450"]]


def test_quotes_in_tsv_are_literal_unless_excel_wrote_them() -> None:
    document = read(f'{HEADER}\n"コクリ"\t"甲\n乙"\t"4,450"\n「"あ"」\t"二""重"\t"\n')
    assert texts(document) == [['"コクリ"', "甲\n乙", "4,450"], ['「"あ"」', '二"重', '"']]
    assert document.problems == ()


def test_a_tab_inside_quotes_is_pointed_out() -> None:
    assert codes(read(f'{HEADER}\n"甲\t乙"\t丙\t1\n').warnings) == [("tab_in_quotes", "A2")]


def test_wrong_quotes_in_csv_are_located() -> None:
    document = read('戦略名,事業名,予算額\n"甲"乙,丙,1\n丁,"戊,2\n', "x.csv")
    assert ("malformed_quotes", "A2") in codes(document.errors)
    assert ("malformed_quotes", "B3") in codes(document.errors)


@given(st.lists(st.lists(st.text("あ1 \"',\t\n=　", max_size=6), min_size=3, max_size=3), max_size=5))
def test_what_tsv_cell_writes_is_read_back_to_the_letter(rows: list[list[str]]) -> None:
    body = [["①", *row] for row in rows]
    text = "\n".join("\t".join(map(tsv_cell, row)) for row in [["戦略名", "a", "b", "c"], *body])
    document = read(text)
    assert texts(document) == body
    assert document.errors == ()


def test_short_and_long_rows_are_reported_together() -> None:
    document = read(f"{HEADER}\n甲\t乙\n甲\t乙\t1\t余り\n甲\t乙\t1\t\n")
    assert codes(document.errors) == [("ragged_row", "C2"), ("ragged_row", "D3")]
    assert "2行目" in document.errors[0].message("ja")
    with pytest.raises(PlanLedgerError) as caught:
        document.raise_errors()
    assert len(caught.value.problems()) == 2


def test_a_short_row_is_accepted_only_as_excel_writes_it() -> None:
    full = [f"甲\t事業{number}\t1" for number in range(15)]
    short = [f"甲\t事業{number}" for number in range(15, 20)]
    as_excel = read("\n".join([HEADER, *full, *short]))
    assert as_excel.errors == ()
    assert codes(as_excel.warnings) == [("short_rows_filled", "C17")]
    assert texts(as_excel)[-1] == ["甲", "事業19", ""]
    ragged = read("\n".join([HEADER, *full[1:], *short]))
    assert codes(ragged.errors) == [("ragged_row", f"C{row}") for row in range(16, 21)]


def test_forbidden_and_doubtful_characters_are_located() -> None:
    document = read(f"{HEADER}\n甲\x0b\x00\t\ufffe\t\ue000\n\u202e乙\t\ufffd\t1")
    assert codes(document.errors) == [("bad_character", "A2"), ("bad_character", "B2")]
    assert codes(document.warnings) == [
        ("suspicious_character", "C2"),
        ("suspicious_character", "A3"),
        ("suspicious_character", "B3"),
    ]
    assert "U+000B" in str(document.errors[0])


def test_no_header_is_an_error_of_the_document() -> None:
    for text in ("", "\n\n", "題名だけ", "a\tb"):
        document = read(text)
        assert document.grids == ()
        assert [code for code, _ in codes(document.errors)] == ["header_not_found"]


def test_caps_are_settings() -> None:
    for setting, value in {"rows": 2, "columns": 2, "cells": 5, "file_bytes": 10}.items():
        with pytest.raises(LimitExceeded) as caught:
            read(f"{HEADER}\n甲\t乙\t1\n丙\t丁\t2\n", **{setting: value})
        assert caught.value.setting == setting
    document = read(f"{HEADER}\n甲\t{'乙' * 20}\t1\n", cell_characters=19)
    assert codes(document.errors) == [("cell_text_too_long", "B2")]
    flood = read("\n".join([HEADER, *["甲\t乙"] * 50]), problems=10)
    assert len(flood.problems) == 11
    assert flood.errors[-1].code == "too_many_problems"
    warned = read("\n".join([HEADER, *["\ue000\t乙\t1"] * 50, "甲\t乙"]), problems=10)
    assert len(warned.warnings) == 11
    assert codes(warned.errors) == [("ragged_row", "C52")]


def test_unreadable_files(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "無い.tsv", "a\0b"):
        with pytest.raises(UnreadableFile):
            read_document(path)


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"{\\rtf1", b"<html>", b"\x89PNG\r\n"])
def test_other_formats_are_named_with_a_remedy(data: bytes) -> None:
    with pytest.raises(UnsupportedFormat) as caught:
        read(data)
    assert "保存し直し" in caught.value.message("ja")


@given(st.binary(max_size=300))
def test_any_bytes_give_a_document_or_a_located_refusal(data: bytes) -> None:
    problems: tuple[PlanLedgerError, ...]
    try:
        problems = read(data).problems
    except SheetProblem as refusal:
        problems = (refusal,)
    assert all(problem.place and problem.message("en") and problem.message("ja") for problem in problems)


@given(st.integers(1, 2_000_000), st.integers(1, 20_000))
def test_a_ref_names_its_row_and_column(row: int, column: int) -> None:
    assert ref_position(cell_ref(row, column)) == (row, column)
    assert ref_words(cell_ref(row, column)) == f"行{row}・列{column}"
