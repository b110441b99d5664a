"""Who wrote which words of a text, from its versions alone."""

from __future__ import annotations

import pytest

from plan_ledger.values.blame import LEAST_MOVED, Traced, joined, moved, trace


def runs(*texts: str) -> list[tuple[str, int]]:
    return [(run.text, run.version) for run in trace(texts).runs()]


def test_each_version_brings_its_words() -> None:
    assert runs(
        "公募を開始する。",
        "公募を開始する。12件の応募があった。",
        "公募を開始する。15件の応募があった。",
    ) == [("公募を開始する。", 0), ("15", 2), ("件の応募があった。", 1)]


def test_no_text_has_no_runs() -> None:
    assert runs() == runs("") == runs("済", "") == []


def test_a_version_that_changes_nothing_brings_nothing() -> None:
    assert runs("済", "済") == [("済", 0)]


def test_what_was_emptied_and_written_again_is_of_who_wrote_it_again() -> None:
    assert runs("調整中", "", "調整中") == [("調整中", 2)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("意見を聴取した。案を公表した。", "案を公表した。意見を聴取した。"),
        ("R5.4 公募開始\nR5.6 契約締結\nR5.9 完成予定", "R5.9 完成予定\nR5.4 公募開始\nR5.6 契約締結"),
        ("・公募を行う\n・契約する\n・検収する", "・契約する\n・検収する\n・公募を行う"),
        ("① 公募を行う\n② 契約する", "② 契約する\n① 公募を行う"),
    ],
)
def test_a_moved_entry_keeps_its_author(before: str, after: str) -> None:
    assert {version for text, version in runs(before, after) if text.strip()} == {0}


def test_schedule_entries_on_one_line_move_too() -> None:
    assert runs("R5.4 公募開始 R5.6 契約締結 R5.9 完成予定", "R5.9 完成予定 R5.4 公募開始 R5.6 契約締結") == [
        ("R5.9 完成予定", 0),
        (" ", 1),
        ("R5.4 公募開始 R5.6 契約締結", 0),
    ]


def test_a_sentence_that_moved_while_another_was_added_keeps_its_author() -> None:
    before, after = "公募を開始する。応募があった。", "応募があった。公募を開始する。15件を採択した。"
    assert runs(before, after) == [("応募があった。公募を開始する。", 0), ("15件を採択した。", 1)]


def test_what_is_copied_and_stays_is_of_who_copied_it() -> None:
    assert sorted(version for _, version in runs("案を公表した。", "案を公表した。\n案を公表した。")) == [0, 1]


def test_what_is_moved_twice_is_given_away_once() -> None:
    before = "公募を行う。\n以上のとおり決めた。\n検収する。"
    after = "以上のとおり決めた。\n検収する。\n公募を行う。\n公募を行う。"
    assert sorted(version for text, version in runs(before, after) if "公募" in text) == [0, 1]


def test_half_an_entry_is_not_moved() -> None:
    old, new = "甲と乙と丙を行う。", "丙を行う。甲と乙と"
    assert list(moved(old, new, [(4, 9)], [(0, 5)])) == []


def test_a_word_or_two_are_not_moved() -> None:
    short = "済" * (LEAST_MOVED - 1)
    assert list(moved(f"{short}\n予定", f"予定\n{short}", [(0, 4)], [(2, 6)])) == []


def test_last_years_text_keeps_its_versions() -> None:
    base = trace(["公募を開始する。", "公募を開始する。応募は12件。"])
    later = trace(["公募を開始する。応募は12件。契約した。"], base, first=2)
    assert [(run.text, run.version) for run in later.runs()] == [
        ("公募を開始する。", 0),
        ("応募は12件。", 1),
        ("契約した。", 2),
    ]


def test_an_item_that_continues_two_has_the_words_of_both() -> None:
    base = joined([trace(["道路を直す。"], first=0), Traced(), trace(["橋を架ける。"], first=1)])
    assert base.text == "道路を直す。\n橋を架ける。"
    later = trace(["道路を直す。\n橋を架ける。"], base, first=2)
    assert [(run.text, run.version) for run in later.runs()] == [("道路を直す。", 0), ("\n", 2), ("橋を架ける。", 1)]
    kept = trace(["道路を直す。\n橋を架け替える。"], base, first=2)
    assert [run.version for run in kept.runs()] == [0, 2, 1, 2, 1]
