"""totals and elapsed: what they print."""

from __future__ import annotations

from pathlib import Path

from .conftest import ACTOR, Run


def test_totals_beside_the_last_meeting(run: Run, ledger: Path) -> None:
    run("change", "周遊パス造成事業", "予算額=19,800", *ACTOR, ledger=ledger)
    found = run("totals", "--format", "json", ledger=ledger).json()
    assert found["since"]["name"] == "第1回PT"
    assert found["difference"] == found["new"] - found["old"] == -4_800_000
    done = run("totals", ledger=ledger)
    assert (done.status, done.err) == (0, "")
    assert "-4,800,000" in done.out
    assert "合計" in done.out
    assert run("totals", "--field", "概要", ledger=ledger).status == 1
    assert run("totals", "--at", "第1回PT", "--json", ledger=ledger).json()["old"] is None


def test_entries_whose_time_has_passed(run: Run, ledger: Path) -> None:
    run("change", "周遊パス造成事業", "progress=R5.4~6 設計 R5.9~ 運用", *ACTOR, ledger=ledger)
    found = run("elapsed", "--on", "R5.8.30", "--format", "json", ledger=ledger).json()
    assert [(each["when"], each["text"], each["ended"]) for each in found] == [("R5.4~6", "設計", "2023-06-30")]
    assert "令和5年6月30日" in run("elapsed", "--on", "2023-08-30", ledger=ledger).out
    assert "ありません" in run("elapsed", "--on", "R5.5.1", ledger=ledger).out
    assert run("elapsed", "--on", "R5.8", ledger=ledger).status == 2
    assert run("elapsed", "--on", "いつか", ledger=ledger).status == 1


def test_a_schema_file_may_name_a_fields_fiscal_year(run: Run, tmp_path: Path) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text(
        '{"levels": [{"key": "p", "label": "事業", "fields": [{"key": "title", "label": "事業名"},'
        ' {"key": "last", "label": "前年度", "kind": "schedule", "fiscal_year": 2022}]}]}',
        encoding="utf-8",
    )
    path = tmp_path / "own.db"
    opened = run("init", "--plan", "計画", "--fiscal-year", "2023", "--schema", str(schema), *ACTOR, ledger=path)
    assert (opened.status, opened.err) == (0, "")
    run("add", "p", "橋", "last=5/12 開始", *ACTOR, ledger=path)
    assert run("elapsed", "--on", "2022-06-01", "--json", ledger=path).json()[0]["ended"] == "2022-05-12"
