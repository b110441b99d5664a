"""Hypothesis strategies: texts, titles and schemas as offices write them, and scripts of changes."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen
from hypothesis import strategies as st

from plan_ledger.values.schema import FieldKind, FieldSpec, LevelSpec, Schema
from plan_ledger.values.texts import clean_text

# Characters that a table holds: both widths, the three tildes, marks that some formats take for formulas or mark-up.
_OFFICE = (
    "あいアイ漢字会議事業予算額令和元年度５４３0123456789千円~～〜・※①㈱－-+=@#/\\|<>&\"'。、，,．. 　\t\n【】（）()"
)

FORMS = (
    "",
    "=1",
    "=1+1",
    "+81",
    "@知事",
    "-",
    "4,950",
    "４，９５０",
    "4,950千円",
    "R5.4~R6.3",
    "Ｒ５．４～Ｒ６．３",
    "R5.4\n~\nR6.3",
    "10/7~9 県民講座\n11/1 表彰式",
    "10/7~9 県民講座\r\n11/1 表彰式",
    "【新規】観光PR",
    "<b>太字</b>",
    "１行目\r２行目",
    "  前後の空白  ",
    "　全角の空白　",
    "か\u3099と\u304c",
    "𠮟る・👍🏽・髙橋・﨑",
    "NULL",
    "'; DROP TABLE events; --",
)
"""Texts that tables really hold, or that break careless code."""


def texts(max_size: int = 40) -> st.SearchStrategy[str]:
    """What a cell may hold: known forms, office text, and anything else that can be recorded."""
    return st.one_of(
        st.sampled_from(FORMS),
        st.text(_OFFICE, max_size=max_size),
        st.text(recordable(), max_size=max_size),
    )


def recordable() -> st.SearchStrategy[str]:
    """Single characters that the door lets through, line feed and tab included."""
    return st.one_of(
        st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co")),
        st.sampled_from("\n\t\u0085"),
    )


def refused_characters() -> st.SearchStrategy[str]:
    """Characters that no text may hold."""
    return st.one_of(
        st.sampled_from("\x00\x01\x08\x0b\x0c\x0e\x1b\x1e\x1f\x7f\x80\x84\x86\x9f\ufffe\uffff"),
        st.characters(categories=["Cs"]),
    )


def titles() -> st.SearchStrategy[str]:
    """Titles: never blank, seldom alike."""
    return st.one_of(
        st.sampled_from(("県庁活性化", "観光振興事業", "ＤＸ推進事業", "DX推進事業", "【新規】道路/橋りょう", "=1")),
        texts(20).filter(lambda text: bool(text.strip())),
    )


def keys() -> st.SearchStrategy[str]:
    """Keys of levels and fields."""
    return st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)


@st.composite
def schemas(draw: st.DrawFn, max_levels: int = 4, max_fields: int = 5) -> Schema:
    """A schema of one to ``max_levels`` levels, each with a title and a few more fields of any kind."""
    labels = titles().map(clean_text)
    levels: list[LevelSpec] = []
    for key in draw(st.lists(keys(), min_size=1, max_size=max_levels, unique=True)):
        names = draw(st.lists(keys().filter(lambda name: name != "title"), max_size=max_fields, unique=True))
        fields = [FieldSpec("title", draw(labels))]
        for name in names:
            kind = draw(st.sampled_from(FieldKind))
            choices = ("未着手", "実施中", "完了") if kind is FieldKind.CHOICE else ()
            unit = "千円" if kind is FieldKind.MONEY else None
            fields.append(FieldSpec(name, draw(labels), kind, unit=unit, choices=choices))
        levels.append(LevelSpec(key, draw(labels), tuple(fields)))
    return Schema(tuple(levels))


@frozen
class Step:
    """One step of a script: what to do to which item; ``item`` and ``other`` count what is there, modulo its number."""

    act: str
    item: int
    other: int
    field: int
    text: str


def scripts(
    max_size: int = 30, acts: Sequence[str] = ("add", "change", "withdraw", "restore", "move")
) -> st.SearchStrategy[list[Step]]:
    """Scripts of changes: for properties that must hold whatever was done."""
    number = st.integers(min_value=0, max_value=9)
    step = st.builds(Step, st.sampled_from(tuple(acts)), number, number, number, texts())
    return st.lists(step, max_size=max_size)
