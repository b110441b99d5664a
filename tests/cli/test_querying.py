"""Queries: what they print, in which form, and where to."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from plan_ledger import Ledger
from plan_ledger.cli.output import BINARY
from plan_ledger.rendering import known_formats

from .conftest import ACTOR, PLAN, Run


@pytest.fixture
def changed(run: Run, ledger: Path) -> Path:
    run("change", "周遊パス造成事業", "予算額=19,800", "--reason", "補正", *ACTOR, ledger=ledger)
    run("add", "project", "案内板事業", "--under", "② 受入環境", "--actor", "観光課", ledger=ledger)
    return ledger


def test_a_snapshot_as_json_has_the_documented_keys(run: Run, changed: Path) -> None:
    done = run("snapshot", "--at", "第1回PT", "--format", "json", ledger=changed)
    assert done.err == ""
    assert "事業" in done.out  # readable, not \u escapes
    found = done.json()
    assert set(found) == {"plan", "fiscal_year", "moment", "digest", "items"}
    assert (found["plan"], found["fiscal_year"], found["moment"]["name"]) == (PLAN, 2023, "第1回PT")
    assert set(found["moment"]) == {"name", "position", "known_at"}
    item = next(each for each in found["items"] if each["title"] == "周遊パス造成事業")
    assert set(item) == {"id", "level", "title", "path", "fields"}
    assert set(item["fields"]["budget"]) == {"text", "value", "position"}
    assert (item["fields"]["budget"]["text"], item["fields"]["budget"]["value"]["amount"]) == ("24,600", 24_600_000)
    assert item["path"] == ["(3) 戦略", "【KPI i】 宿泊者数", "① 周遊", "周遊パス造成事業"]


def test_a_snapshot_as_a_table_shows_the_digest_and_what_changed(run: Run, changed: Path) -> None:
    done = run("snapshot", ledger=changed)
    with Ledger.open(changed, read_only=True) as opened:
        assert f"照合値 {opened.plan().snapshot().digest}" in done.out
    assert "[-24,600-]" in done.out or "{+" in done.out
    assert "{+" not in run("snapshot", "--no-red", ledger=changed).out


def test_red_since_a_moment_of_ones_choice(run: Run, changed: Path) -> None:
    run("hold", "第2回PT", *ACTOR, ledger=changed)
    assert "{+" not in run("snapshot", "--red-since", "第2回PT", ledger=changed).out
    assert "{+" in run("snapshot", "--red-since", "第1回PT", ledger=changed).out
    found = run("snapshot", "--red-since", "第1回PT", "--json", ledger=changed).json()
    assert len(found["changes"]["entries"]) == 2


@pytest.mark.parametrize("format", ["table", "tsv", "md", "html"])
def test_a_snapshot_in_every_text_format(run: Run, changed: Path, tmp_path: Path, format: str) -> None:
    shown = run("snapshot", "--format", format, ledger=changed)
    assert (shown.status, shown.err) == (0, "")
    assert "周遊パス造成事業" in shown.out
    file = tmp_path / "表.txt"
    written = run("snapshot", "--format", format, "-o", str(file), ledger=changed)
    assert (written.status, written.out) == (0, "")
    assert "周遊パス造成事業" in file.read_text(encoding="utf-8")


def test_the_files_extension_says_the_format(run: Run, changed: Path, tmp_path: Path) -> None:
    for name, begin in (("a.html", "<!DOCTYPE html>"), ("a.json", "{")):
        run("snapshot", "-o", str(tmp_path / name), ledger=changed)
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begin)


def test_known_at_a_meeting(run: Run, changed: Path) -> None:
    found = run("snapshot", "--at", "now", "--known-at", "第1回PT", "--json", ledger=changed).json()
    first = run("snapshot", "--at", "第1回PT", "--json", ledger=changed).json()
    assert found["digest"] == first["digest"]


def test_changes_as_json_have_the_documented_keys(run: Run, changed: Path) -> None:
    found = run("changes", "--since", "第1回PT", "--until", "now", "--format", "json", ledger=changed).json()
    assert {"since", "until", "entries"} <= set(found)
    entry = found["entries"][0]
    assert {"item", "path", "field", "kind", "layout_only", "old", "new", "segments", "events"} <= set(entry)
    assert (entry["kind"], entry["field"], entry["old"], entry["new"]) == ("changed", "budget", "24,600", "19,800")
    assert {"text", "kind"} == set(entry["segments"][0])
    assert {"position", "recorded_at", "actor", "reason", "source"} <= set(entry["events"][0])
    assert [each["kind"] for each in found["entries"]] == ["changed", "added"]


@pytest.mark.parametrize("style", ["red", "redline", "comparison"])
def test_changes_as_a_table_in_every_style_with_the_digest(run: Run, changed: Path, style: str) -> None:
    done = run("changes", "--since", "第1回PT", "--style", style, ledger=changed)
    assert (done.status, done.err) == (0, "")
    assert "19,800" in done.out
    with Ledger.open(changed, read_only=True) as opened:
        assert opened.plan().snapshot().digest in done.out


def test_changes_start_at_the_previous_meeting_by_default(run: Run, changed: Path) -> None:
    assert run("changes", "--json", ledger=changed).json()["since"]["name"].startswith("第1回PT")


def test_audit_as_json_has_the_documented_keys(run: Run, changed: Path) -> None:
    rows = run("audit", "--format", "json", ledger=changed).json()
    keys = {"position", "recorded_at", "actor", "reason", "source", "item", "path", "field", "old", "new"}
    assert all(keys <= set(row) and set(row["actor"]) == {"id", "name", "section"} for row in rows)
    assert [row["position"] for row in rows] == sorted(row["position"] for row in rows)


def test_audit_filters_and_its_limit_counts_what_is_returned(run: Run, changed: Path) -> None:
    def titles(*options: str) -> list[tuple[str, str | None]]:
        rows = run("audit", *options, "--json", ledger=changed).json()
        return [(row["path"][-1], row["field"]) for row in rows]

    assert titles("--actor", "企画課", "--field", "予算額") == [("周遊パス造成事業", "budget")]
    assert set(titles("--actor", "観光課")) == {("案内板事業", None), ("案内板事業", "title")}
    assert ("周遊パス造成事業", "budget") in titles("--item", "① 周遊", "--since", "第1回PT")
    assert titles("--since", "第1回PT", "--until", "第1回PT") == []
    assert len(titles("--limit", "2")) == 2
    assert titles("--limit", "0") == []


def test_audit_as_csv(run: Run, changed: Path, tmp_path: Path) -> None:
    run("change", "夜の文化財事業", "概要==1+1", *ACTOR, ledger=changed)
    shown = run("audit", "--format", "csv", ledger=changed)
    rows = list(csv.reader(io.StringIO(shown.out)))
    assert len({len(row) for row in rows}) == 1
    assert "'=1+1" in rows[-1]
    file = tmp_path / "履歴.csv"
    run("audit", "-o", str(file), ledger=changed)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")


def test_audit_as_a_table(run: Run, changed: Path) -> None:
    done = run("audit", "--field", "予算額", ledger=changed)
    assert done.status == 0
    assert "補正" in done.out


def test_nothing_found_is_an_empty_list_not_an_error(run: Run, changed: Path) -> None:
    none = ("audit", "--field", "現状分析")
    assert run(*none, "--json", ledger=changed).json() == []
    assert run(*none, ledger=changed).status == 0
    assert run(*none, "--format", "csv", ledger=changed).out.count("\n") == 1


@pytest.mark.parametrize("field", ["budget", "予算額", "D.予算額"])
def test_history_of_one_field_by_any_of_its_names(run: Run, changed: Path, field: str) -> None:
    rows = run("history", "周遊パス造成事業", field, "--json", ledger=changed).json()
    assert [(row["old"], row["new"]) for row in rows] == [("", "24,600"), ("24,600", "19,800")]
    for format in ("table", "csv"):
        assert "19,800" in run("history", "周遊パス造成事業", field, "--format", format, ledger=changed).out


def test_a_file_is_complete_or_as_it_was(run: Run, changed: Path, tmp_path: Path) -> None:
    file = tmp_path / "表.html"
    file.write_text("前のもの", encoding="utf-8")
    assert run("snapshot", "--at", "第9回PT", "-o", str(file), ledger=changed).status == 1
    assert file.read_text(encoding="utf-8") == "前のもの"
    assert [each.name for each in tmp_path.glob("*.partial")] == []


def test_a_file_that_can_not_be_written_is_a_located_error(run: Run, changed: Path, tmp_path: Path) -> None:
    done = run("snapshot", "-o", str(tmp_path / "無い" / "表.html"), "--format", "html", ledger=changed)
    assert done.status == 1
    assert "表.html" in done.err


def test_a_query_needs_no_right_to_write(run: Run, changed: Path) -> None:
    before = json.loads(run("snapshot", "--json", ledger=changed).out)["digest"]
    changed.chmod(0o444)
    try:
        assert run("snapshot", "--json", ledger=changed).json()["digest"] == before
    finally:
        changed.chmod(0o644)


@pytest.mark.parametrize("format", sorted(BINARY & set(known_formats())))
def test_an_office_format_goes_to_a_file(run: Run, changed: Path, tmp_path: Path, format: str) -> None:
    to_nowhere = run("snapshot", "--format", format, ledger=changed)
    assert (to_nowhere.status, to_nowhere.out) == (2, "")
    assert "-o" in to_nowhere.err
    for command in (("snapshot",), ("changes", "--since", "第1回PT")):
        file = tmp_path / f"{command[0]}.{format}"
        assert run(*command, "-o", str(file), ledger=changed).status == 0
        assert file.read_bytes().startswith(b"PK")
    again = run("import", str(tmp_path / f"snapshot.{format}"), "--dry-run", "--json", ledger=changed)
    assert again.status == 0
    assert {key: again.json()[key] for key in ("added", "changed", "moved", "missing")} == {
        "added": [],
        "changed": [],
        "moved": [],
        "missing": [],
    }
