"""Numbers, targets, progress cells, meetings and fiscal years are written so that they read the same again."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st
from test_properties import mutate, styles

from plan_ledger.values.notation import (
    FiscalYear,
    MeetingName,
    NotationError,
    Number,
    Style,
    Target,
    format_fiscal_year,
    format_meeting,
    format_number,
    format_schedule,
    format_target,
    parse,
    parse_fiscal_year,
    parse_meeting,
    parse_number,
    parse_schedule,
    parse_target,
)

FORMATS = {"number": format_number, "kpi": format_target, "meeting": format_meeting}
LONG = Style("era", "long")
WESTERN = Style("western", "long")
WIDE = Style(width="full")
figures = st.decimals(-(10**9), 10**9, places=2) | st.integers(-(10**12), 10**12).map(Decimal)
units = st.sampled_from(["", "人", "件", "%", "か所", "ha", "t-CO2", "ポイント", "市町村"])


@pytest.mark.parametrize(
    ("kind", "text", "style", "written"),
    [
        ("number", "約３，２００名", Style(), "約3,200名"),
        ("number", "4億2千万人", WIDE, "４２０，０００，０００人"),
        ("number", "７割", Style(), "7割"),
        ("number", "1人3回まで", Style(), "3回/人以下"),
        ("number", "31/34島", Style(), "31/34島"),
        ("number", "12名(県4名、市町村8名)", Style(), "12名(県4名、市町村8名)"),
        ("kpi", "80%（R8）", LONG, "80%(令和8年度)"),
        ("kpi", "７.4人以下 （R7年）", WESTERN, "7.4人以下(2025年)"),
        ("kpi", "20位台", Style(), "20~29位"),
        ("kpi", "職員(約3,200名)の1%以上/年", Style(), "(約3,200名)のうち1%/年以上"),
        ("kpi", "全国平均並み", Style(), "全国平均並み"),
        ("kpi", "全市町村", Style(), "全市町村"),
        ("schedule_line", "R5.4~5 研修 R5.6 報告 ※有料", LONG, "令和5年4月~令和5年5月 研修\n令和5年6月 報告\n※有料"),
        ("schedule_line", "・協議(5/12~)・R5.4 契約", Style(), "・協議(5/12~)・R5.4 契約"),
        ("meeting", "令和５年度　第２回PT", Style(), "R5年度 第2回PT"),
        ("meeting", "第7回懇談会 資料4 H30.10.3", WESTERN, "2018年10月3日  第7回懇談会 資料4"),
        ("fiscal_year", "平成31年度", WESTERN, "2019年度"),
    ],
)
def test_a_value_in_a_style(kind, text, style, written):
    value = parse(kind, text)
    formats = {**FORMATS, "schedule_line": format_schedule, "fiscal_year": format_fiscal_year}
    assert formats[kind](value, style) == written
    assert parse(kind, written) == value


@given(st.randoms(use_true_random=False), st.sampled_from(sorted(FORMATS)), styles)
@settings(deadline=None, max_examples=300)
def test_whatever_was_read_comes_back(draw, kind, style):
    text = mutate(draw)
    try:
        value = parse(kind, text)
    except NotationError:
        return
    assert parse(kind, FORMATS[kind](value, style)) == value


@given(st.randoms(use_true_random=False), st.sampled_from([None, 2023]), styles)
@settings(deadline=None, max_examples=200)
def test_whatever_was_split_comes_back(draw, fiscal_year, style):
    text = mutate(draw) + draw.choice([" ", "\n", "・"]) + mutate(draw)
    try:
        value = parse_schedule(text, fiscal_year=fiscal_year)
    except NotationError:
        return
    assert parse_schedule(format_schedule(value, style, fiscal_year=fiscal_year), fiscal_year=fiscal_year) == value


@given(figures, units, st.booleans(), st.sampled_from([None, ">=", "<=", "<", ">", "increase", "decrease"]), styles)
def test_a_number_comes_back_from_its_plain_form(value, unit, approx, comparator, style):
    number = Number("", value, unit, approx=approx, comparator=comparator)
    assert parse_number(format_number(number, style)) == number


@given(figures, units.filter(bool), st.sampled_from(["=", ">=", "<=", "<", ">", "maintain", "increase"]),
       st.none() | st.integers(1990, 2060), st.booleans(), styles)  # fmt: skip
def test_a_target_comes_back_from_its_plain_form(value, unit, comparator, year, cumulative, style):
    target = Target("", value, unit, comparator, cumulative=cumulative, fiscal_year=year)
    assert parse_target(format_target(target, style)) == target


@given(
    st.integers(1, 200),
    st.sampled_from([None, "PT", "観光振興会議", "○○審議会"]),
    st.none() | st.integers(1990, 2060),
    st.none() | st.dates().filter(lambda day: 1990 <= day.year <= 2099).map(str),
    st.sampled_from([None, "資料2", "参考資料1-2"]),
    st.sampled_from([None, "書面開催", "オンライン開催"]),
    styles,
)
def test_a_meeting_comes_back_from_its_plain_form(number, body, year, date, material, mode, style):
    name = MeetingName("", number, body, year, None, date, material, mode)
    assert parse_meeting(format_meeting(name, style)) == name


@given(st.integers(1873, 2190), st.sampled_from(["fiscal_year", "year"]), styles)
def test_a_fiscal_year_comes_back_from_every_style(year, precision, style):
    value = FiscalYear("", year, precision)
    assert parse_fiscal_year(format_fiscal_year(value, style)) == value


def test_the_same_time_written_in_two_ways_is_the_same_entry():
    assert parse_schedule("R5.4~6 設計").entries == parse_schedule("令和5年4月～6月　設計").entries


@pytest.mark.nightly
def test_tens_of_thousands_of_mutated_notations_come_back():
    draw = random.Random(7)
    for _ in range(30_000):
        kind = draw.choice(sorted(FORMATS))
        try:
            value = parse(kind, mutate(draw))
        except NotationError:
            continue
        assert parse(kind, FORMATS[kind](value)) == value
