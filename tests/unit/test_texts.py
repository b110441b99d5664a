"""The door for texts: line ends made one, the rest to the letter, what nothing can hold refused with its place."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from plan_ledger import Ledger, Person, PlanLedgerError, Schema
from plan_ledger.ledger.errors import ActorRefused, FiscalYearRefused, OtherFiscalYear, UnknownZone
from plan_ledger.testing.strategies import FORMS, refused_characters, texts
from plan_ledger.values.schema import FieldSpec, LevelSpec, SchemaInvalid
from plan_ledger.values.texts import MAX_TEXT, TextRefused, TextTooLong, clean_text, flat, folded_name


@given(texts())
def test_a_text_comes_back_to_the_letter_but_for_line_ends(text: str) -> None:
    cleaned = clean_text(text)
    assert cleaned == text.replace("\r\n", "\n").replace("\r", "\n")
    assert clean_text(cleaned) == cleaned


@given(texts(), refused_characters(), texts())
def test_a_character_that_nothing_holds_is_refused_with_its_place(before: str, character: str, after: str) -> None:
    with pytest.raises(TextRefused) as caught:
        clean_text(before + character + after)
    assert caught.value.offset == len(clean_text(before)) + 1 or "\r" in before + after
    assert caught.value.character == f"U+{ord(character):04X}"
    str(caught.value).encode()


@given(st.text())
def test_any_text_is_kept_or_refused_with_a_typed_error(text: str) -> None:
    try:
        clean_text(text).encode()
    except (TextRefused, TextTooLong) as error:
        str(error).encode()


def test_a_text_has_a_longest_length() -> None:
    assert clean_text("字" * MAX_TEXT)
    with pytest.raises(TextTooLong) as caught:
        clean_text("字" * (MAX_TEXT + 1))
    assert (caught.value.length, caught.value.limit) == (MAX_TEXT + 1, MAX_TEXT)
    assert clean_text("\r\n" * MAX_TEXT) == "\n" * MAX_TEXT, "counted as it is recorded"


def test_for_comparing_names_width_case_and_space_are_one() -> None:
    assert folded_name("　ＤＸ推進　　事業\n") == folded_name("dx推進 事業")
    assert folded_name("ｶﾞｲﾄﾞ") == folded_name("ガイド")
    assert flat("一\n二") == "一 二"


@pytest.mark.parametrize("text", FORMS)
def test_a_ledger_gives_every_form_back(text: str) -> None:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        strategy = plan.add("strategy", "題")
        kpi = plan.add("kpi", "題" + text, under=strategy)
        measure = plan.add("measure", "題", under=kpi)
        project = plan.add("project", "題", under=measure, overview=text, progress=text)
        assert project.text("overview") == project.text("progress") == clean_text(text)
        assert kpi.text("title") == "題" + clean_text(text)
        assert [row.new for row in project.history("overview")] == ([clean_text(text)] if text else [])


BAD = ["\x00", "a\x1fb", "\ud800", "\uffff"]


@pytest.mark.parametrize("bad", BAD)
def test_every_door_refuses_what_nothing_holds_and_writes_nothing(bad: str) -> None:
    from plan_ledger import Acting, Add, Batch, Change
    from plan_ledger.events import Source

    with Ledger.open() as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        item = plan.add("strategy", "題")
        plan.hold("第1回PT")
        head = ledger.head
        label = Schema((LevelSpec("goal", "目標" + bad, (FieldSpec("title", "名"),)),))
        doors = [
            lambda: item.change(title="題" + bad),
            lambda: item.change(title="題2", source=bad),
            lambda: plan.add("strategy", bad),
            lambda: plan.hold("第2回PT" + bad),
            lambda: plan.rename_meeting("第1回PT", "別名" + bad),
            lambda: ledger.open_plan("別の計画" + bad, fiscal_year=2023),
            lambda: ledger.open_plan("別の計画", fiscal_year=2023, schema=label),
            lambda: ledger.open_plan("別の計画", fiscal_year=2023, zone="Asia/" + bad),
            lambda: ledger.record([Batch(Acting("課", reason=bad), [Change(item.id, "title", "A")])]),
            lambda: ledger.record([Batch(Acting("課", approval=bad), [Change(item.id, "title", "A")])]),
            lambda: ledger.record([Batch(Acting("課", document=bad), [Change(item.id, "title", "A")])]),
            lambda: ledger.record([Batch(Acting(Person("課", section=bad)), [Change(item.id, "title", "A")])]),
            lambda: ledger.record([Batch(Acting(Person("課", id=bad)), [Change(item.id, "title", "A")])]),
            lambda: ledger.record([Batch(Acting("課" + bad), [Change(item.id, "title", "A")])]),
            lambda: ledger.record([Batch(Acting("課"), [Change(item.id, "title", "A", source=Source(sheet=bad))])]),
            lambda: ledger.record([Batch(Acting("課"), [Change(item.id, "title", "A")], key="受付" + bad)]),
            lambda: ledger.record(
                [
                    Batch(
                        Acting("課"),
                        [
                            Add(
                                ledger.recording.new_id(),
                                plan.id,
                                "strategy",
                                {"title": "B"},
                                sources={"title": Source(cell=bad)},
                            )
                        ],
                    )
                ]
            ),
        ]
        for number, door in enumerate(doors):
            with pytest.raises(PlanLedgerError) as caught:
                door()
            str(caught.value)
            assert ledger.head == head, number
        with pytest.raises(PlanLedgerError):
            plan[bad]
        assert ledger.verify()


@pytest.mark.parametrize("name", ["", "  ", "企画室\u202e", "a\u200fb"])
def test_a_name_that_shows_as_another_is_refused(name: str) -> None:
    with Ledger.open() as ledger:
        with pytest.raises(ActorRefused), ledger.acting(name):
            pytest.fail("acting as nobody")
        with pytest.raises(ActorRefused):
            Person("企画室", section=name)


def test_a_plan_needs_a_title_a_year_and_a_zone() -> None:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        for title in ("", "　"):
            with pytest.raises(PlanLedgerError) as caught:
                ledger.open_plan(title, fiscal_year=2023)
            assert caught.value.code == "title_missing"
        for year in (0, -1, 5, 20230, 10**30):
            with pytest.raises(FiscalYearRefused):
                ledger.open_plan("計画", fiscal_year=year)
        for zone in ("", "Asia/Nowhere", "../etc/passwd", "/etc/localtime"):
            with pytest.raises(UnknownZone):
                ledger.open_plan("計画", fiscal_year=2023, zone=zone)
        assert ledger.head == 0
        assert (
            ledger.open_plan("計画", fiscal_year=2023, zone="UTC").id
            == ledger.open_plan("計　画 ".replace("　", ""), fiscal_year=2023).id
        )
        with pytest.raises(OtherFiscalYear, match="2023"):
            ledger.open_plan("計画", fiscal_year=2024)


@pytest.mark.parametrize(
    "levels",
    [
        (),
        (LevelSpec("a", "A", (FieldSpec("x", "X"),)),),
        (LevelSpec("a", "A", (FieldSpec("title", "X"), FieldSpec("title", "Y"))),),
        (LevelSpec("a", "A", (FieldSpec("title", "X"),)), LevelSpec("a", "B", (FieldSpec("title", "X"),))),
        (LevelSpec("a", "A", (FieldSpec("title", "X", retired=True),)),),
    ],
)
def test_a_schema_that_contradicts_itself_is_refused(levels: tuple[LevelSpec, ...]) -> None:
    with pytest.raises(SchemaInvalid):
        Schema(levels)


@pytest.mark.parametrize("key", ["", "Title", "予算", "1a", "a b", "a" * 65, "a\n"])
def test_a_key_that_is_no_key_is_refused(key: str) -> None:
    with Ledger.open() as ledger, ledger.acting("企画室"):
        for schema in (
            Schema((LevelSpec(key, "A", (FieldSpec("title", "X"),)),)),
            Schema((LevelSpec("a", "A", (FieldSpec("title", "X"), FieldSpec(key, "Y"))),)),
        ):
            with pytest.raises(PlanLedgerError) as caught:
                ledger.open_plan("計画", fiscal_year=2023, schema=schema)
            assert caught.value.code == "schema_refused"
        assert ledger.head == 0
