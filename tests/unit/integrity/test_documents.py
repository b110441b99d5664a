"""A document is what was handed out, or every place is told in which it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from plan_ledger import Ledger, Plan, PlanLedgerError
from plan_ledger.integrity.documents import DocumentCheck
from plan_ledger.rendering import render
from plan_ledger.sheets.reading import NamedBytes

FORMATS = ("xlsx", "docx", "html", "tsv")
STYLES = ("red", "redline", "clean")


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    """第1回PT in two editions, and 第2回PT; texts with line breaks, formula signs, markup, invisible characters."""
    with Ledger.open() as made, made.acting("事務局", reason="作成"):
        plan = made.open_plan("令和5年度観光振興アクションプラン", fiscal_year=2023)
        with made.batch():
            strategy = plan.add("strategy", "戦略1")
            kpi = plan.add("kpi", "宿泊者数 130万人", under=strategy)
            measure = plan.add("measure", "① 周遊", under=kpi)
            plan.add("measure", "② 受入環境", under=kpi)
            for number in range(1, 13):
                plan.add(
                    "project",
                    f"事業{number}",
                    under=measure,
                    overview=f"概要\n二行目 <b>{number}</b>",
                    budget=f"{number},000",
                    analysis="=1+1\t\u202e隠し" if number == 3 else "継続",
                )
        plan.hold("第1回PT", on="R5.5.1")
        plan["事業1"].change(overview="概要\n二行目を直した")
        plan.reissue("第1回PT")
        plan["事業2"].change(budget="9,999")
        plan["事業4"].withdraw()
        plan.hold("第2回PT", on="R5.8.1")
        plan["事業5"].change(budget="7,777")
        yield made


@pytest.fixture(scope="module")
def plan(ledger: Ledger) -> Plan:
    return ledger.plan()


@pytest.fixture
def handout(plan: Plan, tmp_path: Path) -> Callable[..., Path]:
    def write(moment: str, format: str, style: str = "red") -> Path:
        snapshot = plan.snapshot(moment)
        options = {} if format == "tsv" else {"style": style}
        changes = None if moment.startswith("第1回PT") else plan.changes("第1回PT", moment)
        content = render(snapshot, format, changes=changes, **options)
        file = tmp_path / f"{moment}.{format}"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write


def edited(file: Path, edit: Callable[..., None]) -> Path:
    book = load_workbook(file)
    edit(book.worksheets[0])
    book.save(file)
    return file


def kinds(found: DocumentCheck) -> list[str]:
    return [each.kind for each in found.differences]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("format", FORMATS)
def test_what_was_handed_out_is_recognised_in_every_format_and_style(
    ledger: Ledger, handout: Callable[..., Path], format: str, style: str
) -> None:
    found = ledger.check_document(handout("第2回PT", format, style))
    assert found, str(found)
    assert (found.verdict, found.meeting, found.edition) == ("as_handed_out", "第2回PT", 1)
    assert found.cells == 12 * 9
    assert (found.carried is None) == (format == "tsv")
    assert "一致します" in str(found)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(("moment", "edition"), [("第1回PT#1", 1), ("第1回PT#2", 2)])
def test_each_edition_is_told_from_the_others(
    ledger: Ledger, handout: Callable[..., Path], format: str, moment: str, edition: int
) -> None:
    found = ledger.check_document(handout(moment, format))
    if format == "tsv" and edition == 1:
        # A tsv names the meeting only; it is held against the latest edition.
        assert kinds(found) == ["cell"]
        return
    assert found, str(found)
    assert found.edition == edition


def test_a_table_of_no_meeting_was_not_handed_out(ledger: Ledger, plan: Plan, tmp_path: Path) -> None:
    found = ledger.check_document(plan.snapshot().to_xlsx(tmp_path / "今.xlsx"))
    assert not found
    assert (found.verdict, found.position, found.differences) == ("not_handed_out", ledger.head, ())


@pytest.mark.parametrize("format", ["xlsx", "html", "tsv"])
def test_one_changed_cell_is_told_with_its_place(ledger: Ledger, handout: Callable[..., Path], format: str) -> None:
    file = handout("第2回PT", format, "clean")
    if format == "xlsx":

        def edit(sheet: Any) -> None:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value == "6,000":
                        cell.value = "60,000"

        edited(file, edit)
    else:
        file.write_text(file.read_text(encoding="utf-8").replace("6,000", "60,000", 1), encoding="utf-8")
    found = ledger.check_document(file)
    assert (found.verdict, kinds(found)) == ("altered", ["cell"])
    (told,) = found.differences
    assert (told.path[-1], told.ledger, told.document) == ("事業6", "6,000", "60,000")
    assert told.where
    assert "台帳「6,000」、文書「60,000」" in str(found)
    assert found.to_dict()["differences"][0]["document"] == "60,000"


def test_rows_columns_and_titles_taken_out_or_put_in_are_told(ledger: Ledger, handout: Callable[..., Path]) -> None:
    for edit, expected in (
        (lambda sheet: sheet.delete_rows(sheet.max_row - 3), "row_missing"),
        (lambda sheet: sheet.__setitem__("A1", "令和5年度観光振興アクションプランの推進について(第3回PT用)"), "title"),
    ):
        file = edited(handout("第2回PT", "xlsx"), edit)
        found = ledger.check_document(file)
        assert expected in kinds(found), (expected, str(found))
        assert not found
    page = handout("第2回PT", "html", "clean")
    text = page.read_text(encoding="utf-8")
    header = text[text.index("<th") : text.index("</tr>", text.index("<th"))].splitlines()[-2]
    page.write_text(text.replace(header, '<th scope="col">別の欄</th>', 1), encoding="utf-8")
    assert {"column_missing", "column_added"} <= set(kinds(ledger.check_document(page)))


def test_a_swapped_digest_is_told(ledger: Ledger, handout: Callable[..., Path], plan: Plan) -> None:
    page = handout("第2回PT", "html", "clean")
    digest = plan.meeting("第2回PT").editions[0].digest
    page.write_text(page.read_text(encoding="utf-8").replace(digest, "0" * 64), encoding="utf-8")
    found = ledger.check_document(page)
    assert (found.verdict, kinds(found), found.meeting) == ("altered", ["digest"], "第2回PT")


def test_a_document_of_another_ledger_is_unknown(ledger: Ledger, handout: Callable[..., Path]) -> None:
    file = handout("第2回PT", "xlsx")
    with Ledger.open() as other, other.acting("事務局"):
        assert other.check_document(file).verdict == "unknown"
        other.open_plan("別の計画", fiscal_year=2023)
        found = other.check_document(file)
        assert (found.verdict, bool(found)) == ("unknown", False)
        assert "わかりません" in str(found)


def test_a_meeting_renamed_since_is_still_found(tmp_path: Path) -> None:
    with Ledger.open() as ledger, ledger.acting("事務局"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        plan.add("strategy", "戦略1")
        plan.hold("第1回PT")
        file = plan.snapshot("第1回PT").to_xlsx(tmp_path / "a.xlsx")
        plan.rename_meeting("第1回PT", "第1回本部会議")
        found = ledger.check_document(file)
        assert found, str(found)
        assert found.meeting == "第1回本部会議"


def test_a_text_destroyed_since_can_not_be_compared_and_is_counted(tmp_path: Path) -> None:
    with Ledger.open() as ledger, ledger.acting("事務局"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        item = plan.add("strategy", "住民の氏名")
        plan.hold("第1回PT")
        before = plan.snapshot("第1回PT").to_xlsx(tmp_path / "a.xlsx")
        ledger.redact(plan.history(item, "title")[0].position, reason="氏名")
        after = plan.snapshot("第1回PT").to_xlsx(tmp_path / "b.xlsx")
        for file, redacted in ((before, 1), (after, 0)):
            found = ledger.check_document(file)
            assert found, str(found)
            assert found.redacted == redacted


def test_what_is_no_document_is_refused_or_unknown(ledger: Ledger, tmp_path: Path) -> None:
    for content in (b"", b"<html>", b"<!DOCTYPE html><table><tr><td rowspan=999999999999>x", b"PK\x03\x04", b"a\tb\n"):
        with suppress(PlanLedgerError):
            assert ledger.check_document(NamedBytes("x", content)).verdict == "unknown"
    with pytest.raises(PlanLedgerError):
        ledger.check_document(tmp_path / "ない.xlsx")
    with pytest.raises(PlanLedgerError, match="ない計画"):
        ledger.check_document(NamedBytes("x", b"a\tb\n"), plan="ない計画")
