"""Blame of a text, against the naive definition: every character by itself, through the whole history."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from hypothesis import given, settings, strategies as st

from plan_ledger.values.blame import LEAST_MOVED, NOBODY, joined, trace
from plan_ledger.values.marks import mark

ENTRIES = st.sampled_from(
    [
        "R5.4 公募を開始",
        "R5.6 契約を締結",
        "・検討会を開催する",
        "・市町村に説明する",
        "① 案を公表",
        "意見を聴取した。",
        "「今後も続ける。」",
        "参加者は120人である。",
        "同上",
        "予定",
    ]
)
JOINTS = st.sampled_from(["\n", " ", "", "　", "\n\n"])


@st.composite
def histories(draw: st.DrawFn) -> list[str]:
    """Versions of a cell: entries put in, taken out, moved, edited; sometimes emptied or written anew."""
    texts = [draw(written())]
    for _ in range(draw(st.integers(1, 6))):
        text = texts[-1]
        match draw(st.sampled_from("abcde")):
            case "a":
                texts.append(draw(written()))
            case "b":
                parts = re.split(r"(?<=\n)|(?<=。)|(?<= )", text)
                texts.append("".join(draw(st.permutations(parts))))
            case "c":
                at = draw(st.integers(0, len(text)))
                texts.append(text[:at] + draw(ENTRIES) + draw(JOINTS) + text[at:])
            case "d":
                start = draw(st.integers(0, len(text)))
                end = draw(st.integers(start, len(text)))
                texts.append(text[:start] + draw(st.sampled_from(["", "見直し", "15"])) + text[end:])
            case _:
                texts.append(draw(st.sampled_from(["", text, text.replace("120", "150")])))
    return texts


@st.composite
def written(draw: st.DrawFn) -> str:
    return "".join(entry + joint for entry, joint in draw(st.lists(st.tuples(ENTRIES, JOINTS), max_size=6)))


@given(histories())
@settings(max_examples=300)
def test_it_is_what_the_naive_definition_says(texts: list[str]) -> None:
    traced = trace(texts)
    assert traced.text == texts[-1]
    assert list(traced.versions) == naive(texts)


@given(histories())
def test_the_runs_are_the_text_and_each_came_with_its_version(texts: list[str]) -> None:
    runs = trace(texts).runs()
    assert "".join(run.text for run in runs) == texts[-1]
    assert all(run.text for run in runs)
    assert all(one.version != other.version for one, other in pairwise(runs))
    for version, (before, after) in enumerate(pairwise(["", *texts])):
        brought = Counter(sign for run in runs if run.version == version for sign in run.text)
        assert brought <= Counter(after)
        if before == after:
            assert not brought


@given(histories(), st.integers(0, 5))
def test_the_past_of_a_text_does_not_depend_on_its_future(texts: list[str], end: int) -> None:
    past = texts[: end + 1]
    assert trace(texts[end + 1 :], trace(past), first=len(past)) == trace(texts)


@given(st.lists(histories(), min_size=1, max_size=3))
def test_several_texts_joined_keep_their_versions(lines: list[list[str]]) -> None:
    parts = [trace(texts, first=10 * at) for at, texts in enumerate(lines)]
    whole = joined(parts)
    assert whole.text == "\n".join(part.text for part in parts if part.text)
    assert [each for each in whole.versions if each != NOBODY] == [each for part in parts for each in part.versions]
    for text in (whole.text, f"{whole.text}\n追記"):
        assert NOBODY not in whole.after(text, 99).versions


# --- the naive definition -------------------------------------------------------------------------------------------


def naive(texts: list[str]) -> list[int]:
    old, versions = "", list[int]()
    for number, new in enumerate(texts):
        found: list[int] = []
        removed: set[int] = set()
        added: set[int] = set()
        stayed: dict[int, int] = {}
        at = 0
        for segment in mark(old, new):
            for _ in segment.text:
                if segment.kind == "same":
                    stayed[at] = len(found)
                    found.append(versions[at])
                elif segment.kind == "added":
                    added.add(len(found))
                    found.append(number)
                else:
                    removed.add(at)
                at += segment.kind != "added"
        gone = [each for each in entries(old) if any(at in removed and old[at].isalnum() for at in each)]
        for place in entries(new):
            if not set(place) <= added:
                continue
            same = next((each for each in gone if spelled(old, each) == spelled(new, place)), None)
            if same is not None:
                gone.remove(same)
                for source in same:
                    if source in stayed:
                        found[stayed[source]] = number
                for source, target in zip(same, place, strict=True):
                    found[target] = versions[source]
        old, versions = new, found
    return versions


def spelled(text: str, entry: range) -> str:
    return text[entry.start : entry.stop]


def entries(text: str) -> list[range]:
    """Every entry, without the white space around it."""
    begins = [at for at in range(len(text)) if begins_here(text, at)]
    found: list[range] = []
    for start, end in pairwise([*begins, len(text)]):
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        if sum(sign.isalnum() for sign in text[start:end]) >= LEAST_MOVED:
            found.append(range(start, end))
    return found


def begins_here(text: str, at: int) -> bool:
    if at == 0 or text[at - 1] == "\n":
        return True
    if text[at - 1] == "。":
        return text[at] not in "」』）)"
    return text[at - 1].isspace() and re.match(r"[・①]|[RHS][0-9]|[0-9]{1,4}[年月/]", text[at:]) is not None
