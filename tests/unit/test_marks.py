"""Marks account for both texts exactly, and colour what a careful clerk would."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from plan_ledger.values.marks import MARKS_VERSION, Marks, Segment, is_layout_only, mark, new_runs, old_runs

DATA = Path(__file__).parent / "data"
SEED = Path(__file__).resolve().parents[2] / ".." / "shared" / "seed"


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / f"marks_{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def stretches(marks: Marks, kind: str = "added") -> list[list[int]]:
    """The ``[start, end)`` stretches of the new text (or, for ``removed``, of the old one) of that kind."""
    found, at = [], 0
    for segment in marks:
        if segment.kind == kind:
            found.append([at, at + len(segment.text)])
        if segment.kind in ("same", kind):
            at += len(segment.text)
    return found


def assert_holds(old: str, new: str) -> Marks:
    marks = mark(old, new)
    assert marks.new == "".join(s.text for s in marks if s.kind in ("same", "added")) == new
    assert marks.old == "".join(s.text for s in marks if s.kind in ("same", "removed")) == old
    assert all(s.text for s in marks)
    kinds = [s.kind for s in marks]
    assert all(x != y for x, y in pairwise(kinds))
    assert ("added", "removed") not in pairwise(kinds), "removed stands before added"
    assert "".join(t for t, _ in new_runs(marks)) == new
    assert "".join(t for t, _ in old_runs(marks)) == old
    return marks


_SIGNS = "R5.4 ~ ～ 。 、 ・ 4,450 ４ 9 県庁 実施 を する した 進め ー ア ｱﾞ Box é ① ( ) 令和5年 月 億 万"
PIECES = st.sampled_from(
    [
        *_SIGNS.split(),
        *("か\u3099", "葛\U000e0100", "e\u0301", "👩\u200d💻"),
        *("\u200b", "\u3000", "\x00", " ", "\n", "\r\n", "\r"),
    ]
)
CELLS = st.lists(PIECES, max_size=25).map("".join)
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(ANY | CELLS, ANY | CELLS)
@example("", "")
@example("A、B。", "A、X、B。")
def test_both_texts_can_be_put_together_again(old: str, new: str) -> None:
    assert_holds(old, new)


@given(CELLS, st.data())
def test_an_edited_text_can_be_put_together_again(old: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, len(old)))
    assert_holds(old, old[:start] + data.draw(CELLS) + old[end:])


@given(ANY | CELLS)
def test_an_unchanged_text_is_one_segment(text: str) -> None:
    assert mark(text, text).segments == ((Segment(text, "same"),) if text else ())


@given(CELLS, CELLS)
def test_same_texts_same_marks(old: str, new: str) -> None:
    assert mark(old, new) == mark(old, new)


@pytest.mark.parametrize("row", rows("clerk"), ids=lambda row: row["kind"])
def test_a_clerk_would_colour_this(row: dict[str, Any]) -> None:
    assert stretches(assert_holds(row["old"], row["new"])) == row["added"]


@pytest.mark.parametrize("half", ["tune", "report"])
def test_edited_cells_are_marked_as_they_were_edited(half: str) -> None:
    hit = got = want = exact = 0
    cells = rows(half)
    for row in cells:
        found = {i for a, b in stretches(assert_holds(row["old"], row["new"])) for i in range(a, b)}
        right = {i for a, b in row["added"] for i in range(a, b)}
        hit, got, want, exact = hit + len(found & right), got + len(found), want + len(right), exact + (found == right)
    assert hit / got >= 0.995
    assert hit / want >= 0.995
    assert exact / len(cells) >= 0.97


@pytest.mark.parametrize(
    ("old", "new", "removed"),
    [
        ("R5.4~ 研修\nR5.6 報告\nR5.9 公表", "R5.4~ 研修\nR5.9 公表", ["R5.6 報告\n"]),
        ("協議し、意見を聴取し、策定する。", "協議し、策定する。", ["意見を聴取し、"]),
        ("電子申請サービス等の利用", "電子申請サービスの利用", ["等"]),
    ],
)
def test_deletions_are_whole_clauses_and_colour_nothing(old: str, new: str, removed: list[str]) -> None:
    marks = assert_holds(old, new)
    assert [s.text for s in marks if s.kind == "removed"] == removed
    assert [s for s in marks if s.kind == "added"] == []


@pytest.mark.parametrize("sign", ["か\u3099", "葛\U000e0100", "e\u0301", "\r\n"])
def test_a_combined_sign_is_never_cut(sign: str) -> None:
    for old, new in (
        (sign[0], sign),
        (sign, sign[0]),
        ("A" + sign, "A" + sign + sign),
        ("県" + sign[0] + "庁", "県" + sign + "庁"),
    ):
        for text, _ in (*new_runs(assert_holds(old, new)), *old_runs(mark(old, new))):
            assert not text.startswith(sign[1])


def test_runs_are_joined_for_side_by_side_tables() -> None:
    marks = mark("予算額4,450千円を計上", "予算額4,950千円を計上予定")
    assert old_runs(marks) == (("予算額", False), ("4,450", True), ("千円を計上", False))
    assert new_runs(marks) == (("予算額", False), ("4,950", True), ("千円を計上", False), ("予定", True))


def test_marks_read_as_a_sequence() -> None:
    marks = mark("4,450", "4,950")
    assert len(marks) == 2
    assert marks[0] == Segment("4,450", "removed")
    assert marks[1:] == (Segment("4,950", "added"),)
    assert [s.kind for s in marks] == ["removed", "added"]
    assert MARKS_VERSION == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("R5.4 研修 R5.9 報告", "R5.4 研修\nR5.9 報告"),
        ("４，４５０", "4,450"),
        ("ｶﾞｲﾄﾞﾌﾞｯｸの作成", "ガイドブックの作成"),
        ("(予定)", "（予定）"),
        ("R5.4~", "R5.4～"),
        ("BEYOND", "ＢＥＹＯＮＤ"),
        ("計画\u3000案", "計画案"),
        ("", "\n"),
    ],
)
def test_layout_only(old: str, new: str) -> None:
    assert is_layout_only(old, new)
    assert is_layout_only(new, old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("①", "1"),
        ("㈱", "(株)"),
        ("R5.4～", "R5.4"),
        ("R5.4~", "R5.4〜"),
        ("Ⅱ", "II"),
        ("㎡", "m2"),
        ("が", "か"),
        ("a", "A"),
        ("同じ", "同じ"),
    ],
)
def test_another_sign_is_not_another_width(old: str, new: str) -> None:
    assert not is_layout_only(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ab" * 10_000, "ba" * 10_000),
        ("あ、い。" * 5_000, "い。あ、" * 5_000),
        ("県" * 20_000, "庁県" * 10_000),
        ("ア" * 20_000, "イア" * 10_000),
        ("・" * 20_000, "、・" * 10_000),
        ("R5.4 研修\n" * 2_000, "R5.5 研修\n" * 2_000),
        ("".join(f"{i} " for i in range(4_000)), "".join(f"{i} " for i in range(4_000, 0, -1))),
        ("1" * 20_000, "1," * 10_000),
        (" \n" * 10_000, "\n " * 10_000),
    ],
    ids=["letters", "signs", "kanji", "katakana", "bullets", "lines", "numbers", "digits", "spaces"],
)
def test_hostile_texts_of_20_000_signs_take_no_time(old: str, new: str) -> None:
    start = time.perf_counter()
    assert_holds(old, new)
    assert time.perf_counter() - start < 5  # measured: under 0.3 s; the bound only catches quadratic time


@pytest.mark.skipif(not SEED.is_dir(), reason="the seed table is not beside this checkout")
def test_a_real_table_with_other_amounts_and_dates() -> None:
    text = next(SEED.glob("*.txt")).read_text(encoding="utf-8")
    for cell in {c for line in text.splitlines() for c in line.split("\t") if "R5.9" in c}:
        new = cell.replace("R5.9", "R5.11")
        assert {s.text for s in assert_holds(cell, new) if s.kind == "added"} == {"R5.11"}
    marks = assert_holds(text, text.replace("4,450", "4,950").replace("5,300件", "5,500件"))
    assert [s.text for s in marks if s.kind == "added"] == ["4,950", "5,500"]


@pytest.mark.parametrize(
    ("old", "new", "added", "removed"),
    [
        (  # words at the end of an entry take the space before the next bullet away
            "・対象所属を拡充し、制度の活用を促進 ・窓口を追加設置し、組織の枠を越えて対応",
            "・対象所属を拡充し、制度の活用を促進 年度内に・窓口を追加設置し、組織の枠を越えて対応",
            ["年度内に"],
            [],
        ),
        (
            "・対象所属を拡充し、さらなる活用を促進 ・窓口を追加設置し、組織の枠を越えて対応 ・広報を実施",
            "・対象所属を拡充し、・窓口を追加設置し、組織の枠を越えて対応 ・広報を実施",
            [],
            ["さらなる活用を促進 "],
        ),
        (  # a date that stood behind a space was an entry of its own
            "・普及率73.3%(平均70.0%、全国10位 R5.6末時点) ・市町村と情報を共有し、横展開を支援",
            "・普及率73.3%(平均70.0%、R5.6末時点) ・市町村と情報を共有し、横展開を新たに支援",
            ["新たに"],
            ["全国10位 "],
        ),
        (  # and the other way round: what came out of an entry
            "・対象所属を拡充し、・窓口を追加設置し、組織の枠を越えて対応 ・広報を実施",
            "・対象所属を拡充し、さらなる活用を促進 ・窓口を追加設置し、組織の枠を越えて対応 ・広報を実施",
            ["さらなる活用を促進 "],
            [],
        ),
    ],
)
def test_an_entry_that_ran_into_its_neighbour_is_not_new(
    old: str, new: str, added: list[str], removed: list[str]
) -> None:
    found = mark(old, new)
    assert [each.text for each in found if each.kind == "added"] == added
    assert [each.text for each in found if each.kind == "removed"] == removed
