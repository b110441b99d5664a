"""Tables of past meetings entered afterwards: each shows to the letter, whatever was entered first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from attrs import define

from plan_ledger import Ledger, PlanLedgerError
from plan_ledger.ledger import Plan
from plan_ledger.queries.results import ChangeSet, Snapshot
from plan_ledger.sheets.reading import NamedBytes

HEADINGS = "戦略名\tKPI\tKPI向上のための施策\t事業名\t概要\t予算額\t期間\t進捗状況やスケジュール\t現状分析"
Line = tuple[str, str, str, str]
"""Measure, project, overview, budget."""

FIRST: list[Line] = [("施策1", "道路", "舗装", "100"), ("施策1", "橋", "点検", "20")]
SECOND: list[Line] = [("施策1", "道路", "", "150"), ("施策1", "広報", "冊子", "5"), ("施策2", "橋", "点検", "20")]
THIRD: list[Line] = [("施策2", "公園", "", "7"), ("施策1", "広報", "冊子", "5"), ("施策1", "道路", "舗装", "150")]


def sheet(lines: list[Line], name: str = "配布資料.tsv") -> NamedBytes:
    rows = ["\t".join(("戦略", "指標", *line, "", "", "")) for line in lines]
    return NamedBytes(name, "\n".join([HEADINGS, *rows, ""]).encode())


def lines(taken: Snapshot) -> list[Line]:
    return [(item.path[2], item.title, item.text("overview"), item.text("budget")) for item in taken.level("project")]


def told(changes: ChangeSet) -> list[tuple[str, str, str | None, str, str]]:
    return [(each.kind, each.title, each.field, each.old, each.new) for each in changes]


@define
class Office:
    ledger: Ledger
    plan: Plan


@pytest.fixture
def office() -> Iterator[Office]:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        yield Office(ledger, ledger.open_plan("計画", fiscal_year=2023))


def test_tables_entered_oldest_first(office: Office) -> None:
    plan = office.plan
    for number, table in enumerate((FIRST, SECOND, THIRD), 1):
        plan.baseline(sheet(table), f"第{number}回PT", on=f"R5.{number + 4}.10")
        assert lines(plan.snapshot()) == sorted(table, key=lambda line: line[0] != table[0][0])
    assert [each.name for each in plan.meetings()] == ["第1回PT", "第2回PT", "第3回PT"]
    assert plan.changes().since.meeting == "第3回PT"
    assert told(plan.changes("第1回PT", "第2回PT")) == [
        ("changed", "道路", "overview", "舗装", ""),
        ("changed", "道路", "budget", "100", "150"),
        ("added", "広報", "title", "", "広報"),
        ("added", "広報", "overview", "", "冊子"),
        ("added", "広報", "budget", "", "5"),
        ("added", "施策2", "title", "", "施策2"),
        ("moved", "橋", None, "戦略 / 指標 / 施策1", "戦略 / 指標 / 施策2"),
    ]
    assert office.ledger.verify()


def test_a_table_before_the_first_meeting_of_the_ledger(office: Office) -> None:
    """The usual way: the ledger is taken up at one meeting, and the ones before it are entered when there is time."""
    plan = office.plan
    plan.propose(sheet(SECOND)).apply()
    plan.hold("第2回PT")
    ids = {item.title: item.id for item in plan.snapshot()}
    digest = plan.snapshot("第2回PT").digest
    before = plan.snapshot().digest
    held = plan.baseline(sheet(FIRST), "第1回PT", before="第2回PT")
    assert lines(plan.snapshot("第1回PT")) == FIRST
    assert lines(plan.snapshot("第2回PT")) == lines(plan.snapshot("第2回PT", known_at="now")) == SECOND
    assert plan.snapshot("第2回PT").digest == plan.snapshot("第2回PT", known_at="now").digest == digest
    assert plan.snapshot().digest == before
    assert plan.snapshot("第1回PT").find("橋").id == ids["橋"]
    assert {each.kind for each in plan.changes("第1回PT", "第2回PT")} == {"added", "changed", "moved"}
    assert [each.name for each in plan.meetings()] == ["第1回PT", "第2回PT"]
    # Recorded when it was entered, from which cell of which document.
    assert held.editions[0].pair.known == held.editions[0].position == office.ledger.head
    cause = plan.history("道路", "budget")[-1].cause
    assert (cause.header["document"], cause.source["cell"]) == ("配布資料.tsv", "F2")
    assert office.ledger.verify()


def test_a_row_and_a_text_that_were_gone_by_the_next_meeting_do_not_come_back(office: Office) -> None:
    plan = office.plan
    plan.propose(sheet(THIRD)).apply()
    plan.hold("第3回PT")
    plan.baseline(sheet(FIRST), "第1回PT", before="第3回PT")
    plan.baseline(sheet(SECOND), "第2回PT", before="第3回PT")
    assert "橋" not in [item.title for item in plan.snapshot()]
    assert plan.snapshot().find("公園").text("overview") == ""
    for name, table in (("第1回PT", FIRST), ("第2回PT", SECOND), ("第3回PT", THIRD)):
        measures = list(dict.fromkeys(line[0] for line in table))
        wanted = sorted(table, key=lambda line: measures.index(line[0]))
        assert lines(plan.snapshot(name)) == lines(plan.snapshot(name, known_at="now")) == wanted
    assert plan.changes("previous", "第2回PT").since.meeting == "第1回PT"
    bases = [meeting.editions[0].red_since for meeting in plan.meetings()]
    assert bases == [None, ("第1回PT", 1), None]  # the third was handed out by this ledger, as its first


def test_a_table_after_a_meeting_leaves_what_was_recorded_since_in_place(office: Office) -> None:
    plan = office.plan
    plan.propose(sheet(FIRST)).apply()
    plan.hold("第1回PT")
    plan["道路"].change(budget="999")
    plan.baseline(sheet(SECOND), "第2回PT", after="第1回PT")
    assert lines(plan.snapshot("第2回PT")) == SECOND
    assert {line[1]: line[3] for line in lines(plan.snapshot())} == {"道路": "999", "広報": "5", "橋": "20"}


def test_a_correction_of_an_entered_table_reaches_no_other(office: Office) -> None:
    plan = office.plan
    plan.baseline(sheet(SECOND), "第2回PT")
    plan.baseline(sheet(FIRST), "第1回PT", before="第2回PT")
    corrected = plan.correct("道路", "analysis", "順調", as_of="第1回PT")
    assert (corrected.reaches, corrected.reaches_now) == ((), False)
    assert plan.snapshot("第1回PT", known_at="now").find("道路").text("analysis") == "順調"
    assert plan.snapshot("第2回PT", known_at="now").find("道路").text("analysis") == ""
    assert office.ledger.verify()


def test_a_line_break_that_the_format_lost_is_no_change(office: Office) -> None:
    plan = office.plan
    plan.propose(sheet(SECOND)).apply()
    plan["広報"].change(overview="冊子\nと動画")
    plan.hold("第2回PT")
    table = [(*line[:2], "冊子 と動画", line[3]) if line[1] == "広報" else line for line in SECOND]
    plan.baseline(sheet(table), "第1回PT", before="第2回PT")
    assert told(plan.changes("第1回PT", "第2回PT")) == []


def test_a_name_that_may_be_another_s_is_decided_by_a_person(office: Office) -> None:
    plan = office.plan
    plan.propose(sheet([("施策1", "観光情報発信強化事業", "動画の配信と冊子の配布", "100")])).apply()
    plan.hold("第2回PT")
    past = sheet([("施策1", "観光情報の発信強化事業", "動画の配信と冊子の配布", "90")])
    head = office.ledger.head
    with pytest.raises(PlanLedgerError) as refused:
        plan.baseline(past, "第1回PT", before="第2回PT")
    assert refused.value.code == "rename_undecided"
    assert office.ledger.head == head
    plan.baseline(past, "第1回PT", before="第2回PT", accept_renames=True)
    assert [(each.kind, each.field) for each in plan.changes("第1回PT", "第2回PT")] == [
        ("changed", "title"),
        ("changed", "budget"),
    ]
    plan.baseline(past, "第0回PT", before="第1回PT", accept_renames=False)
    assert told(plan.changes("第0回PT", "第1回PT")) == []


def test_many_tables_fit_between_two_meetings_in_either_order(office: Office) -> None:
    plan = office.plan
    plan.propose(sheet(FIRST)).apply()
    plan.hold("第50回PT")
    for number in range(30, 0, -1):
        plan.baseline(sheet(FIRST[:1]), f"第{number}回PT", before=f"第{number + 1}回PT" if number < 30 else "第50回PT")
    for number in range(31, 50):
        plan.baseline(sheet(FIRST[:1]), f"第{number}回PT", after=f"第{number - 1}回PT")
    assert [each.number for each in plan.meetings()] == list(range(1, 51))
    assert lines(plan.snapshot("now")) == FIRST


def test_no_room_left_is_an_error_of_its_own(office: Office) -> None:
    plan = office.plan
    plan.baseline(sheet(FIRST[:1]), "第0回PT")
    plan["道路"].change(budget="1")
    plan.hold("第1回PT")
    low, high = "第0回PT", "第1回PT"
    names = iter(range(100))

    def between_the_last_two() -> None:
        nonlocal low, high
        for number in names:
            plan.baseline(sheet(FIRST[:1]), f"会議{number}", before=high, after=low)
            low, high = (f"会議{number}", high) if number % 2 else (low, f"会議{number}")

    with pytest.raises(PlanLedgerError) as refused:
        between_the_last_two()
    assert refused.value.code == "no_room"
    assert office.ledger.verify()


REFUSALS: list[tuple[str, Callable[[Plan], object]]] = [
    ("meeting_exists", lambda plan: plan.baseline(sheet(FIRST), "第1回PT", before="第2回PT")),
    ("meeting_name_refused", lambda plan: plan.baseline(sheet(FIRST), "2023-05-10")),
    ("unknown_meeting", lambda plan: plan.baseline(sheet(FIRST), "第0回PT", before="第9回PT")),
    ("not_a_meeting", lambda plan: plan.baseline(sheet(FIRST), "第0回PT", after="now")),
    ("meetings_out_of_order", lambda plan: plan.baseline(sheet(FIRST), "臨時PT", before="第1回PT", after="第2回PT")),
    ("meetings_out_of_order", lambda plan: plan.baseline(sheet(FIRST), "臨時PT", before="第1回PT", after="第1回PT")),
    ("duplicate_item", lambda plan: plan.baseline(sheet([*FIRST, *FIRST]), "第0回PT", before="第1回PT")),
    ("bad_character", lambda plan: plan.baseline(sheet([("施策1", "道路", "\x01", "")]), "第0回PT")),
    ("not_in_batch", lambda plan: _in_batch(plan)),
]


def _in_batch(plan: Plan) -> None:
    with plan.ledger.batch():
        plan.baseline(sheet(FIRST), "第0回PT")


@pytest.mark.parametrize(("code", "act"), REFUSALS)
def test_a_refused_table_writes_nothing(office: Office, code: str, act: Callable[[Plan], object]) -> None:
    office.plan.baseline(sheet(FIRST), "第1回PT")
    office.plan.baseline(sheet(SECOND), "第2回PT")
    head = office.ledger.head
    with pytest.raises(PlanLedgerError) as refused:
        act(office.plan)
    assert {each.code for each in refused.value.problems()} == {code}
    assert office.ledger.head == head


def test_a_sheet_without_rows_is_refused(office: Office) -> None:
    with pytest.raises(PlanLedgerError) as refused:
        office.plan.baseline(sheet([]), "第1回PT")
    assert refused.value.code == "no_rows"
    assert office.plan.meetings() == []
