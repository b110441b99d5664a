"""seal, verify --anchor and --document, redact, occurrences, erase-person."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from plan_ledger import Ledger

from .conftest import ACTOR, PLAN, Run

WHY = ("--reason", "住民の氏名")


def recorded(path: Path, text: str) -> int:
    with Ledger.open(path, read_only=True) as ledger:
        return ledger.occurrences(text)[0].position


def handout(run: Run, ledger: Path, file: Path) -> Path:
    assert run("snapshot", "--at", "第1回PT", "-o", str(file), ledger=ledger).status == 0
    return file


def test_a_seal_is_written_and_fits(run: Run, ledger: Path, tmp_path: Path) -> None:
    file = tmp_path / "封印.json"
    done = run("seal", "第1回PT", "-o", str(file), ledger=ledger)
    assert done.status == 0
    assert "「第1回PT」の照合値" in done.out
    written = json.loads(file.read_text(encoding="utf-8"))
    assert written["meeting"]["meeting"] == "第1回PT"
    assert run("seal", ledger=ledger).json()["position"] == written["position"]
    run("change", "夜の文化財事業", "予算額=8,300", *ACTOR, ledger=ledger)
    checked = run("verify", "--anchor", str(file), ledger=ledger)
    assert checked.status == 0
    assert f"記録番号{written['position']}まで" in checked.err
    assert run("verify", "--anchor", str(file), "--json", ledger=ledger).json()["anchored"] == written["position"]


def test_a_ledger_cut_short_does_not_fit_the_seal(run: Run, ledger: Path, tmp_path: Path) -> None:
    file = tmp_path / "封印.json"
    kept = tmp_path / "古い控え.db"
    assert run("backup", str(kept), ledger=ledger).status == 0
    run("change", "夜の文化財事業", "予算額=8,300", *ACTOR, ledger=ledger)
    run("seal", "-o", str(file), ledger=ledger)
    done = run("verify", "--anchor", str(file), ledger=kept)
    assert done.status == 1
    assert "切り取られています" in done.err
    wrong = tmp_path / "x.json"
    wrong.write_text("{}", encoding="utf-8")
    assert "封印のファイルとして読めません" in run("verify", "--anchor", str(wrong), ledger=ledger).err


def test_a_document_is_held_against_what_was_handed_out(run: Run, ledger: Path, tmp_path: Path) -> None:
    for name in ("第1回PT.xlsx", "第1回PT.docx", "第1回PT.html", "第1回PT.tsv"):
        file = handout(run, ledger, tmp_path / name)
        done = run("verify", "--document", str(file), ledger=ledger)
        assert done.status == 0, done.err
        assert "第1回PT 第1版」と一致します" in done.out
        told = run("verify", "--document", str(file), "--json", "--plan", PLAN, ledger=ledger).json()
        assert (told["ok"], told["document"]["verdict"]) == (True, "as_handed_out")


def test_a_document_that_was_altered_is_told_cell_by_cell(run: Run, ledger: Path, tmp_path: Path) -> None:
    file = handout(run, ledger, tmp_path / "第1回PT.tsv")
    file.write_text(file.read_text(encoding="utf-8").replace("8,200", "9,200"), encoding="utf-8")
    done = run("verify", "--document", str(file), ledger=ledger)
    assert done.status == 1
    assert "台帳「8,200」、文書「9,200」" in done.err
    told = run("verify", "--document", str(file), "--json", ledger=ledger).json()
    assert told["ok"] is False
    assert [each["kind"] for each in told["document"]["differences"]] == ["cell"]


def test_redact_finds_destroys_and_tells(run: Run, ledger: Path) -> None:
    run("change", "夜の文化財事業", "現状分析=山田太郎さんの申出", *ACTOR, ledger=ledger)
    found = run("occurrences", "山田太郎", "--json", ledger=ledger).json()
    assert [each["title"] for each in found] == ["夜の文化財事業"]
    assert "夜の文化財事業" in run("occurrences", "山田太郎", ledger=ledger).out
    position = str(found[0]["position"])
    assert run("redact", position, *ACTOR, ledger=ledger).status == 1, "no reason"
    done = run("redact", position, *ACTOR, *WHY, ledger=ledger)
    assert (done.status, done.err) == (0, "")
    assert f"記録番号 {position} の本文を抹消しました" in done.out
    again = run("redact", position, *ACTOR, *WHY, "--json", ledger=ledger).json()
    assert (again["batch"], again["wiped"]) == (None, True)
    assert "抹消済" in run("snapshot", ledger=ledger).out
    assert "抹消済：本文1件" in run("verify", ledger=ledger).err
    assert run("occurrences", "山田太郎", "--json", ledger=ledger).json() == []
    assert run("redact", "1", *ACTOR, *WHY, ledger=ledger).status == 1
    assert run("redact", *ACTOR, *WHY, ledger=ledger).status == 2


def test_a_reader_who_stays_is_told_about(run: Run, ledger: Path) -> None:
    position = recorded(ledger, "8,200")
    reader = sqlite3.connect(ledger, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM texts").fetchone()
    done = run("redact", str(position), *ACTOR, *WHY, ledger=ledger)
    reader.close()
    assert done.status == 0
    assert "もう一度実行してください" in done.err


def test_a_person_is_erased(run: Run, ledger: Path) -> None:
    done = run("erase-person", "事務局", *ACTOR, "--reason", "本人の請求", ledger=ledger)
    assert "人の情報を抹消しました" in done.out
    assert "事務局" not in run("history", "夜の文化財事業", "予算額", "--format", "json", ledger=ledger).out
    assert run("erase-person", "事務局", *ACTOR, "--reason", "請求", ledger=ledger).status == 1


def test_the_doctor_prints_a_line_for_everything(run: Run, ledger: Path) -> None:
    done = run("doctor", ledger=ledger)
    assert done.status == 0
    assert all(line.startswith("○ ") for line in done.out.splitlines())
    with sqlite3.connect(ledger) as raw:
        raw.execute("DROP TRIGGER texts_no_update")
    raw.close()
    told = run("doctor", "--json", ledger=ledger)
    assert (told.status, told.json()["ok"]) == (1, False)
