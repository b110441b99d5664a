"""A long text is compared only around its differences: the marks are those of comparing it whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from plan_ledger.values import marks_window
from plan_ledger.values.marks import Marks, mark

PIECES = st.sampled_from(
    [
        *"。\n 　」）・、①５",
        "\r\n",
        "公募を開始",
        "R5.4",
        "参加者120",
        "人",
        "システム",
        "同。同。",
        "か\u3099",
        "\u3099",
        "10,",
        "000",
    ]
)
TEXTS = st.lists(PIECES, max_size=60).map("".join)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """A text, and the same after one or two insertions, removals or replacements."""
    old = new = draw(TEXTS)
    for _ in range(draw(st.integers(1, 2))):
        start = draw(st.integers(0, len(new)))
        end = min(len(new), start + draw(st.sampled_from([0, 0, 1, 5, 20])))
        put = draw(st.one_of(st.just(""), st.just(old[:12]), st.lists(PIECES, max_size=3).map("".join)))
        new = new[:start] + put + new[end:]
    return old, new


def whole(old: str, new: str) -> Marks:
    """The marks without looking for the stretch that matters: the same code, both texts cut into tokens whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(marks_window, "window", lambda old, new: (0, 0))
        return mark(old, new)


@given(edited())
@settings(max_examples=300)
def test_the_stretch_that_is_compared_does_not_show(texts: tuple[str, str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(marks_window, "LEAST", 0)
        assert mark(*texts) == whole(*texts)


def test_a_long_text_that_changed_in_one_place_is_not_read_whole() -> None:
    old = "".join(f"R5.{month} 第{month}回の検討会を開き、意見を聞いた。" for month in range(1, 100))
    new = old.replace("第50回", "第五十回")
    before, behind = marks_window.window(old, new)
    assert len(old) - before - behind < 100
    assert mark(old, new) == whole(old, new)
