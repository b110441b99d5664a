"""Spans, folding and the parts of a value that the table of forms does not show."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from plan_ledger.values.notation import (
    NotationError,
    NotationWarning,
    fold,
    label,
    parse,
    parse_date,
    parse_money,
    parse_number,
    parse_period,
    parse_schedule,
    parse_target,
    split_header_label,
    strip_numbering,
)


def spans(value):
    return {span.part: value.text[span.start : span.end] for span in value.spans}


def test_a_dates_spans_are_the_originals_characters():
    assert spans(parse_date("令和 ６年　７月 15日(月)まで")) == {
        "year": "令和 ６年"[:-1],
        "month": "７",
        "day": "15",
        "weekday": "(月)",
        "qualifier": "まで",
    }


def test_a_span_covers_a_sign_that_folds_to_several_characters():
    value = parse_date("令和6年㋆", fiscal_year=2023)
    assert (value.start, spans(value)["month"]) == ("2024-07", "㋆")


def test_a_periods_spans_are_its_sides_and_its_mark():
    assert spans(parse_period("Ｒ６．７ ～ Ｒ７．２(予定)")) == {
        "start": "Ｒ６．７",
        "mark": "～",
        "end": "Ｒ７．２",
        "suffix": "(予定)",
    }


def test_an_errors_position_counts_the_originals_characters():
    with pytest.raises(NotationError) as caught:
        parse_date("令和　６年 13月")
    assert (caught.value.reason, caught.value.position) == ("invalid_month", 6)
    assert caught.value.hint == "月は1から12までです。"


def test_folding_keeps_a_way_back_and_leaves_numbering_alone():
    folded = fold("①ｶﾞ㋆㎡Ａ")
    assert folded.text == "①ガ7月㎡A"
    assert [folded.at(i) for i in range(len(folded.text))] == [0, 2, 3, 3, 4, 5] or folded.back is not None
    assert folded.span(2, 4) == (3, 4)


def test_a_label_matches_across_width_and_line_breaks():
    assert label("Ｆ．進捗状況や\nスケジュール") == label("F.進捗状況や スケジュール")


@pytest.mark.parametrize("digits", ["٣", "३", "²", "①", "Ⅳ", "𝟓"])
def test_digits_of_other_scripts_are_not_read(digits):
    for kind in ("date", "period", "budget", "number"):
        with pytest.raises(NotationError):
            parse(kind, f"R{digits}.4" if kind in ("date", "period") else digits, unit="千円")


def test_a_periods_days():
    period = parse_period("R6.4~R7.2")
    assert (period.first, period.last) == (dt.date(2024, 4, 1), dt.date(2025, 2, 28))
    assert parse_period("R6.4~").last is None


def test_equal_meanings_are_equal_whatever_was_written():
    assert parse_period("R6.4~9") == parse_period("令和６年４月～令和６年９月")
    assert parse_money("3,780", unit="千円") == parse_money("378万円")


def test_what_a_total_leaves_out():
    texts = (
        "3,780",
        "1,000(再掲)",
        "700(うち再掲 200)",
        "60(①の再掲)",
        "(500)",
        "債務負担行為 9,000",
        "うち県費 100",
        "-",
        "△80",
    )
    amounts = [parse_money(text, unit="千円") for text in texts]
    assert sum(a.counted for a in amounts if a.counted is not None) == 4_200_000


def test_exact_decimals():
    assert parse_number("0.1%").value == Decimal("0.1")
    assert parse_money("1.1百万円").yen == 1_100_000


def test_a_schedule_without_a_fiscal_year_keeps_the_words_but_no_date():
    entry = parse_schedule("7/15 説明会").entries[0]
    assert (entry.when_text, entry.when) == ("7/15", None)


def test_a_schedules_spans_cover_the_entries():
    text = "R6.7 公募\n・R6.9 選定（２社）"
    assert [text[slice(*entry.span)] for entry in parse_schedule(text).entries] == ["R6.7 公募", "・R6.9 選定（２社）"]


def test_an_entry_outside_the_period_is_warned_about():
    schedule = parse_schedule("R5.4~ 準備 R8.4 公表", period="R6.4~R7.3")
    assert schedule.warnings == (NotationWarning.ENTRY_BEFORE_PERIOD, NotationWarning.ENTRY_AFTER_PERIOD)


@pytest.mark.parametrize(
    "text", ["1/2", "国 1/2", "契約 と R6.9 の間", "期間は R6.7~R7.2 とする", "全国10位（ R6.6末時点）"]
)
def test_a_date_or_share_inside_a_sentence_starts_no_entry(text):
    assert [entry.when_text for entry in parse_schedule("・事業の" + text, fiscal_year=2024).entries] == [None]


def test_dates_that_follow_their_words_split_nothing():
    assert [e.when_text for e in parse_schedule("第1回 R6.4 第2回 R6.6").entries] == [None]


def test_a_word_that_ends_like_a_particle_does_not_hide_the_next_entry():
    assert [e.when_text for e in parse_schedule("R6.7 契約 R6.9 こども R6.10 公表").entries] == [
        "R6.7",
        "R6.9",
        "R6.10",
    ]


def test_the_base_of_a_target_is_not_its_value():
    target = parse_target("職員（約900名）の5％以上")
    assert target.base is not None
    assert (target.value, target.base.value) == (5, 900)


@pytest.mark.parametrize(
    ("text", "letter", "words", "note"),
    [
        ("Ｄ．予算額\n（千円）", "D", "予算額", "（千円）"),
        ("(A) 事業名", "A", "事業名", None),
        ("KPI", None, "KPI", None),
        ("B 事業名", "B", "事業名", None),
    ],
)
def test_a_headings_letter_and_note(text, letter, words, note):
    found = split_header_label(text)
    assert (found.letter, found.label, found.note) == (letter, words, note)


@pytest.mark.parametrize(
    ("text", "numbering", "rest", "name"),
    [
        ("【KPI i】 ■来訪者", "【KPI i】", "来訪者", "KPI i"),
        ("（６）観光", "（６）", "観光", "6"),
        ("① 観光", "①", "観光", "①"),
        ("2.0事業", None, "2.0事業", None),
        ("【新規】観光", None, "【新規】観光", None),
    ],
)
def test_numbering_comes_off_a_label(text, numbering, rest, name):
    found = strip_numbering(text)
    assert (found.numbering, found.rest, found.name) == (numbering, rest, name)


def test_an_unknown_kind_is_refused():
    with pytest.raises(NotationError):
        parse("colour", "赤")
