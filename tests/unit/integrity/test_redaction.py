"""Redaction: a text, or who somebody was, is gone from every answer and every file; everything else holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from plan_ledger import Ledger, Person, Plan, PlanLedgerError
from plan_ledger.integrity.errors import AmbiguousPerson, NothingToRedact, RedactionNeedsReason
from plan_ledger.ledger.errors import ActorRequired, UnknownActor
from plan_ledger.rendering import known_formats, render
from plan_ledger.values.texts import REDACTED_TEXT

NAME = "住民の山田太郎さん"
TEXT = (
    f"相談会に{NAME}ほか12名が参加。" + "窓口での聞き取りを続けた。" * 400
)  # longer than a page: it overflows into others
WHY = "住民の氏名"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "r5.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """第1回PT holds the text in the analysis of 事業1; by 第2回PT it was changed."""
    with Ledger.open(path) as made, made.acting(Person("企画室 主査", id="u1", section="企画室"), reason="当初"):
        plan = made.open_plan("計画", fiscal_year=2023)
        with made.batch():
            strategy = plan.add("strategy", "戦略1")
            kpi = plan.add("kpi", "KPI1", under=strategy)
            measure = plan.add("measure", "施策1", under=kpi)
            for number in range(1, 30):
                plan.add("project", f"事業{number}", under=measure, budget="100", overview="概要" * number)
        plan.hold("第0回PT", on="R5.4.1")
        plan["事業1"].change(analysis=TEXT)
        plan.hold("第1回PT", on="R5.5.1")
        plan["事業1"].change(analysis="相談会に13名が参加。")
        plan.hold("第2回PT", on="R5.8.1")
        yield made


@pytest.fixture
def plan(ledger: Ledger) -> Plan:
    return ledger.plan()


@pytest.fixture
def position(plan: Plan) -> int:
    (found,) = plan.occurrences(NAME)
    return found.position


def files_with(folder: Path, text: str) -> set[str]:
    return {file.name for file in folder.iterdir() if text.encode() in file.read_bytes()}


def test_chain_anchors_and_the_other_tables_hold(ledger: Ledger, plan: Plan, position: int) -> None:
    anchor = plan.seal("第2回PT")
    before = {name: plan.snapshot(name).digest for name in ("第0回PT", "第1回PT", "第2回PT")}
    redaction = ledger.redact(position, reason=WHY)
    assert redaction.positions == (position,)
    assert redaction.wiped
    found = ledger.verify(anchor)
    assert found
    assert (found.redacted, found.unverifiable, found.anchored) == (1, 1, anchor.position)
    assert found.to_dict()["redacted"] == 1
    assert "抹消済：本文1件" in str(found)
    after = {name: plan.snapshot(name).digest for name in before}
    assert {name for name in before if before[name] != after[name]} == {"第1回PT"}
    ledger.rebuild()
    assert ledger.verify(anchor)


def test_the_bytes_are_gone_from_every_file_and_from_what_is_made_later(
    ledger: Ledger, path: Path, position: int, tmp_path: Path
) -> None:
    assert files_with(tmp_path, NAME), "the control: they were there"
    tail = TEXT[-60:]
    assert files_with(tmp_path, tail)
    assert ledger.redact(position, reason=WHY).wiped
    assert files_with(tmp_path, NAME) == files_with(tmp_path, tail) == set()
    ledger.backup(tmp_path / "控え.db")
    ledger.dump(tmp_path / "控え.jsonl")
    assert files_with(tmp_path, NAME) == set()
    with Ledger.load(tmp_path / "控え.jsonl", tmp_path / "新.db") as loaded:
        assert loaded.verify().redacted == 1
        assert loaded.plan().snapshot("第1回PT").find("事業1")["analysis"].redacted
    ledger.close()
    assert files_with(tmp_path, NAME) == set()


def test_a_reader_that_stays_keeps_the_old_pages_and_asking_again_finishes(
    ledger: Ledger, path: Path, position: int, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM texts").fetchone()
        redaction = ledger.redact(position, reason=WHY)
        assert redaction.receipt
        assert not redaction.wiped
    again = ledger.redact(position, reason=WHY)
    assert not again.receipt, "nothing more is recorded"
    assert again.wiped
    assert files_with(tmp_path, NAME) == set()


def test_the_gap_shows_in_every_answer(ledger: Ledger, plan: Plan, position: int) -> None:
    ledger.redact(position, reason=WHY)
    cell = plan.snapshot("第1回PT").find("事業1")["analysis"]
    assert (cell.text, cell.redacted) == (REDACTED_TEXT, True)
    (entry,) = plan.changes("第0回PT", "第1回PT")
    assert (entry.old, entry.new) == ("", REDACTED_TEXT)
    (entry,) = plan.changes("第1回PT", "第2回PT")
    assert (entry.old, entry.new) == (REDACTED_TEXT, "相談会に13名が参加。")
    rows = plan.history("事業1", "analysis")
    assert [(row.old, row.new) for row in rows] == [("", REDACTED_TEXT), (REDACTED_TEXT, "相談会に13名が参加。")]
    told = list(plan.audit(item="事業1", field="analysis"))
    assert REDACTED_TEXT in {row.new for row in told}
    assert not plan.occurrences(NAME)


@pytest.mark.parametrize("format", sorted(known_formats()))
def test_the_gap_shows_in_every_format(ledger: Ledger, plan: Plan, position: int, format: str) -> None:
    ledger.redact(position, reason=WHY)
    snapshot, changes = plan.snapshot("第1回PT"), plan.changes("第0回PT", "第1回PT")
    shown = 0
    for result, options in ((snapshot, {}), (snapshot, {"changes": changes}), (changes, {})):
        try:
            content = render(result, format, **options)
        except (PlanLedgerError, TypeError):
            continue  # not every result has every format
        text = content if isinstance(content, str) else _unpacked(content)
        assert REDACTED_TEXT in text
        assert NAME not in text
        shown += 1
    assert shown


def _unpacked(content: bytes) -> str:
    with ZipFile(BytesIO(content)) as package:
        return "".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


def test_who_why_and_when_stand_in_the_log(ledger: Ledger, position: int) -> None:
    with ledger.acting("文書管理者", reason=WHY):
        receipt = ledger.redact(position).receipt
    entry = next(each for each in ledger.follow(wait=False) if each.position == receipt.last)
    assert entry.type == "text.redacted/1"


def test_a_destroyed_text_can_be_written_over_and_recorded_again(ledger: Ledger, plan: Plan) -> None:
    recorded = plan["事業2"].change(analysis="住民の氏名")
    ledger.redact(recorded.last or 0, reason=WHY)
    assert plan["事業2"].now().fields["analysis"].text == REDACTED_TEXT
    assert plan["事業2"].change(analysis="住民の氏名"), "the same text is no longer known to be the same"
    assert plan["事業2"].change(analysis=REDACTED_TEXT)
    assert plan["事業2"].change(analysis="13名")
    assert ledger.verify()


def test_a_title_can_be_destroyed_too(ledger: Ledger, plan: Plan) -> None:
    renamed = plan["施策1"].change(title="山田太郎さんの施策")
    ledger.redact(renamed.last or 0, reason=WHY)
    snapshot = plan.snapshot()
    assert snapshot.level("measure")[0].title == REDACTED_TEXT
    assert all(REDACTED_TEXT in item.path for item in snapshot.level("project"))
    assert "山田太郎" not in snapshot.to_json()


def test_equal_texts_elsewhere_stay_unless_they_are_meant(ledger: Ledger, plan: Plan) -> None:
    other = ledger.open_plan("別の計画", fiscal_year=2023)
    other.add("strategy", "山田太郎")
    with ledger.batch():
        plan["事業3"].change(analysis="山田太郎")
        plan["事業4"].change(analysis="山田太郎")
        plan["事業5"].change(analysis="山田太郎さん")
    found = plan.occurrences("山田太郎")
    assert [(each.title, each.label, each.current) for each in found] == [
        ("事業1", "現状分析", False),
        *((f"事業{number}", "現状分析", True) for number in (3, 4, 5)),
    ]
    assert plan.redact(found[1].position, reason=WHY).positions == (found[1].position,)
    done = plan.redact(found[2].position, reason=WHY, all_equal=True)
    assert done.positions == (found[2].position,)
    assert len(ledger.occurrences("山田太郎")) == 3, "the other plan's, and longer texts"
    assert ledger.redact(ledger.occurrences("山田太郎")[1].position, reason=WHY, all_equal=True).receipt
    assert [each.text for each in ledger.occurrences("山田太郎")] == [TEXT, "山田太郎さん"]
    assert ledger.verify().redacted == 3


@pytest.mark.parametrize("wild", ["%", "_", "!", "a%"])
def test_signs_that_mean_something_to_the_database_are_looked_for_to_the_letter(plan: Plan, wild: str) -> None:
    plan["事業3"].change(analysis=f"達成率{wild}")
    plan["事業4"].change(analysis="達成率A")
    assert [each.title for each in plan.occurrences(wild)] == ["事業3"]
    assert plan.occurrences("") == []


def test_what_can_not_be_redacted_is_refused_and_nothing_is_recorded(ledger: Ledger, plan: Plan, position: int) -> None:
    other = ledger.open_plan("別の計画", fiscal_year=2023)
    head = ledger.head
    for wrong in (0, -1, 1, head + 1, 1 << 70, plan.meeting("第1回PT").editions[0].position):
        with pytest.raises(NothingToRedact):
            ledger.redact(position, wrong, reason=WHY)
    with pytest.raises(NothingToRedact):
        other.redact(position, reason=WHY)
    with ledger.acting("企画室", reason="  "), pytest.raises(RedactionNeedsReason):
        ledger.redact(position)
    assert ledger.head == head
    assert plan.occurrences(NAME)


def test_nobody_in_particular_destroys_nothing(path: Path, ledger: Ledger, position: int) -> None:
    with Ledger.open(path) as other, pytest.raises(ActorRequired):
        other.redact(position, reason=WHY)


# --- persons ----------------------------------------------------------------------------------------------------------


def test_a_person_is_gone_from_every_answer_and_file(ledger: Ledger, plan: Plan, tmp_path: Path) -> None:
    with ledger.acting(Person("退職花子", id="u77", section="観光課")):
        plan["事業1"].change(budget="200")
    with ledger.acting(Person("退職花子", id="u77", section="財政課")):  # moved: a second revision
        done = plan["事業1"].change(budget="300")
    anchor = ledger.seal()
    assert files_with(tmp_path, "退職花子")
    erasure = ledger.erase_person("u77", reason="本人の請求")
    assert erasure.receipt
    assert erasure.wiped
    assert files_with(tmp_path, "退職花子") == files_with(tmp_path, "u77") == set()
    row = plan.history("事業1", "budget")[-1]
    assert row.position == done.last
    assert str(row.actor) == REDACTED_TEXT
    assert row.actor.id is None
    found = ledger.verify(anchor)
    assert found
    assert (found.erased, found.redacted) == (1, 0)
    assert {str(row.actor) for row in plan.history("事業1", "overview")} == {"企画室 主査（企画室）"}


def test_a_person_who_acts_again_is_somebody_new(ledger: Ledger, plan: Plan) -> None:
    with ledger.acting("退職花子"):
        plan["事業1"].change(budget="200")
    ledger.erase_person("退職花子", reason="本人の請求")
    with ledger.acting("退職花子"):
        plan["事業1"].change(budget="300")
    assert [str(row.actor) for row in plan.history("事業1", "budget")[-2:]] == [REDACTED_TEXT, "退職花子"]
    assert ledger.verify()


def test_it_must_be_clear_who_is_meant(ledger: Ledger, plan: Plan) -> None:
    for number, section in ((1, "観光課"), (2, "財政課")):
        with ledger.acting(Person("鈴木", id=f"s{number}", section=section)):
            plan["事業1"].change(budget=f"{number}00,000")
    with pytest.raises(AmbiguousPerson, match="s1"):
        ledger.erase_person("鈴木", reason="請求")
    with pytest.raises(UnknownActor):
        ledger.erase_person("佐藤", reason="請求")
    erased = ledger.erase_person("s1", reason="請求")
    again = ledger.erase_person(erased.actor.hex, reason="請求")
    assert (bool(again.receipt), again.wiped) == (False, True)
    assert ledger.verify().erased == 1
