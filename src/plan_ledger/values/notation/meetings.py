"""Reading a meeting's name: ``第2回PT``, ``令和元年度 第1回○○会議``, ``H30.10.3 第7回…懇談会 資料4``."""

from __future__ import annotations

import re
from typing import Final

from plan_ledger.errors import NotationError
from plan_ledger.values.notation.codes import MAX_SHORT, NotationWarning, Reason
from plan_ledger.values.notation.context import Reading
from plan_ledger.values.notation.model import MeetingName
from plan_ledger.values.notation.numerals import kanji_number
from plan_ledger.values.notation.points import scan_point
from plan_ledger.values.notation.resolving import resolve

_NUMBER: Final = re.compile(r"第? ?(?P<n>[0-9]{1,4}|[〇一二三四五六七八九十百]{1,5}) ?回(?![答収覧数転復路線目])")
_MODES: Final = re.compile(
    r"(?:書面|オンライン|Web|WEB|web|ウェブ|リモート|ハイブリッド|対面|持ち回り"
    r"|持回り?|テレビ会議|臨時|合同|非公開|公開)"
    r"(?:開催|会議|審議|形式|方式|併用|決議)*"
)
_MATERIAL: Final = re.compile(
    r"(?:参考資料|資料(?= ?(?:No\.?)?[0-9一二三四五六七八九十])) ?(?:No\.?)?[0-9一二三四五六七八九十"
    r"]{0,3}(?:[-・‐][0-9]{1,3}){0,3}(?![0-9])|別紙 ?[0-9]{0,3}|議事録|議事概要"
    r"|次第"
)
_MATERIAL_FIRST: Final = re.compile(rf"^[ (\[【]*(?:{_MATERIAL.pattern})(?=[ )\]】])[ )\]】]*")
_SHORT_DATE: Final = re.compile(
    r" ?\((?:[0-9]{1,2}/[0-9]{1,2}|[0-9]{1,2}月[0-9]{1,2}日)(?: ?\([月火水木金土日]\))?(?:開催)?\)"
)
_CALENDAR: Final = re.compile(
    r"(?:(?:令和|平成|昭和|[RHS]) ?(?:元|[0-9]{1,2})|[12][0-9]{3}) ?年(?=(?: ?[0-9]{1,2}月)? ?第)"
)
_FISCAL: Final = re.compile(
    r"(?:令和|平成|昭和|[RHS]) ?(?:元|[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
    r" ?(?:年度|(?= ?第))|[12][0-9]{3} ?年度|(?:今|本|当|来|前|昨)年度"
)
_DATE: Final = re.compile(
    r"(?:令和|平成|昭和|[RHS]) ?(?:元|[0-9]{1,2}|[一二三四五六七八九十]{1,3}) ?[年./]|[12][0-9]{3}[年./-]"
)
_TRAILER: Final = re.compile(
    r"(?:用|差し?替え?版?|修正版|更新版|資料|配布資料|配付資料|について|開催|の?(?:開催)?案内|議事録|次第|説明)$"
)
_GROUP: Final = re.compile(r"\(([^()]*)\)")
_PLAN: Final = re.compile(
    r"(?P<plan>.+?)の?(?:の推進について|の進捗(?:状況)?について|の策定について|について|の推進|進捗状況|の進捗)$"
)
_PLAN_END: Final = re.compile(r"(?:プラン|計画|戦略|ビジョン|方針|大綱|構想|指針|プログラム)$")
_LEAD: Final = re.compile(r"^[ 、:・~\-]+|[ 、:・~\-]+$")
_SHORT: Final = re.compile(r"(?:令和|平成|昭和|[RHS])[0-9元]{1,2}(?:年度|-|第)")


def parse_meeting(text: str, *, fiscal_year: int | None = None) -> MeetingName:
    """Read a meeting's name out of a title or heading.

    Args:
        text: The title, to the letter. △△ and ○○ in a body's name are placeholders and stay as they are.
        fiscal_year: The table's, for 今年度 and the like.

    Returns:
        Number, body, fiscal year, plan, date held, document and mode, each None where the text does not name it.

    Raises:
        NotationError: blank, not_a_meeting (no number, or more than one), too_long.
    """
    r = Reading("meeting", text, fiscal_year=fiscal_year, keep_spaces=True, limit=MAX_SHORT)
    s = r.s
    if not s.strip():
        raise r.error(Reason.BLANK)
    numbers = list(_NUMBER.finditer(s))
    if len(numbers) != 1:
        raise r.error(Reason.NOT_A_MEETING, numbers[1].start() if numbers else 0)
    match = numbers[0]
    number = kanji_number(match["n"])
    if not number:
        raise r.error(Reason.NOT_A_MEETING, match.start())
    parts: list[tuple[str, int, int]] = [("number", match.start(), match.end())]
    cut: list[tuple[int, int]] = []
    held, warnings = _held(r, parts, cut)
    year = _year(r, parts, cut)
    material = _first(r, _MATERIAL, "material", match.end(), parts, cut) or _first(
        r, _MATERIAL_FIRST, "material", 0, parts, cut
    )
    mode = _mode(r, match.end(), parts, cut)
    before, inside, after = _around(r, match, cut)
    body, plan = _body_and_plan(before, after, inside=inside)
    return MeetingName(
        text,
        number,
        body or None,
        year,
        plan,
        held,
        material,
        mode,
        tuple(warnings),
        r.spans(sorted(parts, key=lambda p: p[1])),
    )


def _held(
    r: Reading, parts: list[tuple[str, int, int]], cut: list[tuple[int, int]]
) -> tuple[str | None, list[NotationWarning]]:
    """The first full date; a date that can't be is not a meeting's."""
    for match in _DATE.finditer(r.s):
        try:
            point = scan_point(r, match.start())
            if point is None or point.day is None:
                continue
            resolve(r, point)
        except NotationError as error:
            if error.reason in (Reason.INVALID_DAY, Reason.INVALID_MONTH):
                raise
            continue
        parts.append(("date", point.start, point.end))
        cut.append((point.start, point.end))
        assert point.year is not None
        return f"{point.year:04d}-{point.month:02d}-{point.day:02d}", point.warnings
    spaced = _SPACED_DATE.search(r.s)
    if spaced is not None:
        from plan_ledger.values.notation.dates import parse_date

        value = parse_date(r.original(*spaced.span()))
        parts.append(("date", *spaced.span()))
        cut.append(spaced.span())
        return value.start, list(value.warnings)
    return _partly(r, parts, cut)


def _partly(
    r: Reading, parts: list[tuple[str, int, int]], cut: list[tuple[int, int]]
) -> tuple[str | None, list[NotationWarning]]:
    """``(8/30)`` after the name, in the table's fiscal year; 令和5年 before 第2回 as a calendar year."""
    from plan_ledger.values.notation.dates import parse_date

    short = _SHORT_DATE.search(r.s)
    if short is not None:
        cut.append(short.span())
        if r.fiscal_year is None:
            return None, []
        words = r.original(*short.span()).strip(" \u3000()（）").removesuffix("開催")
        value = parse_date(words, fiscal_year=r.fiscal_year)
        parts.append(("date", *short.span()))
        return value.start, list(value.warnings)
    year = _CALENDAR.search(r.s)
    if year is not None:
        value = parse_date(r.original(*year.span()))
        parts.append(("date", *year.span()))
        cut.append(year.span())
        return value.start, list(value.warnings)
    return None, []


_SPACED_DATE: Final = re.compile(
    r"(?:令和|平成|昭和|[RHS]) {0,2}(?:元|[0-9]{1,2}) {0,2}年 {0,2}[0-9]{1,2}"
    r" {0,2}月 {0,2}[0-9]{1,2} {0,2}日(?: ?\([月火水木金土日]\))?"
)


def _year(r: Reading, parts: list[tuple[str, int, int]], cut: list[tuple[int, int]]) -> int | None:
    for match in _FISCAL.finditer(r.s):
        if any(start <= match.start() < end for start, end in cut):
            continue
        from plan_ledger.values.notation.fiscal_years import parse_fiscal_year

        value = parse_fiscal_year(r.original(*match.span()), fiscal_year=r.fiscal_year)
        parts.append(("fiscal_year", *match.span()))
        cut.append(match.span())
        return value.year
    return None


def _first(
    r: Reading,
    pattern: re.Pattern[str],
    name: str,
    start: int,
    parts: list[tuple[str, int, int]],
    cut: list[tuple[int, int]],
) -> str | None:
    match = pattern.search(r.s, start)
    if match is None or not match.group().strip():
        return None
    parts.append((name, *match.span()))
    cut.append(match.span())
    words = r.original(*match.span()).strip(" \u3000()（）[]【】")
    return words.replace(" ", "").replace("\u3000", "")


def _mode(r: Reading, start: int, parts: list[tuple[str, int, int]], cut: list[tuple[int, int]]) -> str | None:
    for group in _GROUP.finditer(r.s):
        found = _MODES.fullmatch(group[1].strip())
        if found is not None:
            parts.append(("mode", *group.span(1)))
            cut.append(group.span())
            return r.original(*group.span(1)).strip()
    return None


def _around(r: Reading, match: re.Match[str], cut: list[tuple[int, int]]) -> tuple[str, bool, str]:
    """The words before and after the number, without what was already taken; whether it stood in brackets."""
    s = r.s
    opened = s.rfind("(", 0, match.start())
    closed = s.find(")", match.end())
    inside = opened >= 0 and closed >= 0 and s.find(")", opened, match.start()) < 0
    left_end = opened if inside else match.start()
    right_end = closed if inside else len(s)
    before = _without(r, 0, left_end, cut)
    after = _without(r, match.end(), right_end, cut)
    if inside and not after:
        after = ""
    return before, inside, after


def _without(r: Reading, start: int, end: int, cut: list[tuple[int, int]]) -> str:
    kept: list[str] = []
    for begin, stop in sorted(cut):
        if begin >= end or stop <= start:
            continue
        if begin > start:
            kept.append(r.original(start, begin))
        start = max(start, stop)
    if start < end:
        kept.append(r.original(start, end))
    return _LEAD.sub("", " ".join(part.strip() for part in kept if part.strip()))


def _body_and_plan(before: str, after: str, *, inside: bool) -> tuple[str, str | None]:
    body = _tidy(after)
    plan = None
    if before:
        title = _PLAN.match(before)
        if title is not None:
            plan = title["plan"].strip()
        elif not body:
            body = _tidy(before)
        elif inside or _PLAN_END.search(before):
            plan = before
        else:
            body = f"{before}{body}" if len(before) + len(body) < 60 else body
    return body, plan


def _tidy(words: str) -> str:
    words = _EMPTY.sub("", words).strip(" \u3000()（）「」:：")
    previous = None
    while words != previous:
        previous = words
        words = _TRAILER.sub("", words).strip(" \u3000()（）")
    return words


_EMPTY: Final = re.compile(r"[(（][ \u3000]*(?:開催)?[)）]")
