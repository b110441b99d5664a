"""Scanning one point in time inside a folded text: ``R5.4``, ``令和5年4月9日(日)``, ``8月中``, ``R6年度末``.

Dates and periods share this scanner. It says what was written; ``resolving`` turns that into a calendar interval,
with the fiscal year (April to March, 地方自治法第208条) supplying a missing year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan_ledger.values.notation import point_patterns as find
from plan_ledger.values.notation.codes import NotationWarning, Reason
from plan_ledger.values.notation.context import plausible_year
from plan_ledger.values.notation.eras import BY_NAME, MAX_ERA_YEAR
from plan_ledger.values.notation.numerals import kanji_number
from plan_ledger.values.notation.point import Point
from plan_ledger.values.notation.qualifiers import APPROXIMATE, WITHIN, WITHIN_MONTH, scan_qualifiers

if TYPE_CHECKING:
    import re

    from plan_ledger.values.notation.context import Reading


def scan_point(r: Reading, i: int, *, period: bool = False, like: Point | None = None) -> Point | None:
    """The point in time that begins at ``i``; None where none does.

    ``period`` leaves a hyphen that may be a range mark alone. ``like`` is a period's start, whose era a bare year
    shares.

    Raises:
        NotationError: It begins like one, but can't be or can be two.
    """
    s = r.s
    p = Point(i)
    found = find.YEAR.match(s, i)
    if found is not None:
        if not _year(r, p, found, like):
            return None
        _month_after_year(r, p, period=period)
    elif not _without_year(r, p, period=period):
        return None
    finish_point(r, p)
    return p


def finish_point(r: Reading, p: Point) -> None:
    """Take the weekday and the qualifiers that follow."""
    s = r.s
    if p.day is not None and (weekday := find.WEEKDAY.match(s, p.end)):
        p.weekday = weekday["w"] or weekday["w2"]
        p.parts.append(("weekday", p.end, weekday.end()))
        p.end = weekday.end()
    begin = p.end
    if begin < len(s):
        p.end, more = scan_qualifiers(s, begin)
        if more and p.month is None and p.season is None and more[0] in (WITHIN if p.word == "" else WITHIN_MONTH):
            # R7末 may be December or the March after it.
            raise r.error(Reason.AMBIGUOUS, begin)
        if p.end > begin:
            if p.qualifiers and more[:1] in (("時点",), ("現在",)):
                more = more[1:]
            p.qualifiers += more
            p.parts.append(("qualifier", begin, p.end))
            p.approx = p.approx or any(word in APPROXIMATE for word in more)


def _year(r: Reading, p: Point, found: re.Match[str], like: Point | None) -> bool:
    p.end = found.end()
    kind = found.lastgroup
    if kind == "ey":
        written = found["ey"]
        p.era = BY_NAME[found["era"]]
        if len(written) == 6 and written.isascii():
            _compact_era(r, p, written)
        else:
            era_year = kanji_number(written)
            if era_year is None or not 1 <= era_year <= MAX_ERA_YEAR:
                raise r.error(Reason.INVALID_YEAR, found.start("ey"))
            p.era_year = era_year
            p.year = p.era.base + era_year
        p.written = "era"
    elif kind == "wy":
        p.year = kanji_number(found["wy"])
        p.written = "western"
        if p.year is None or not plausible_year(p.year):
            raise r.error(Reason.INVALID_YEAR, found.start("wy"))
    elif kind in ("ay", "fy"):
        short = int(found[kind])
        p.year = short if short > 99 else 2000 + short
        if not plausible_year(p.year):
            raise r.error(Reason.INVALID_YEAR, found.start(kind))
        p.written = kind
    elif kind == "rel":
        if r.fiscal_year is None:
            raise r.error(Reason.MISSING_YEAR, p.start)
        p.year = r.fiscal_year + find.RELATIVE[found["rel"]]
        p.written, p.word = "relative", "年度"
        p.warn(NotationWarning.YEAR_INFERRED)
    else:
        _bare_year(r, p, found["by"], like)
    p.parts.append(("year", p.start, p.end))
    _second_year(r, p)
    if p.word == "" and (word := find.YEAR_WORD.match(r.s, p.end)):
        p.word = "年" if word.group() == "年" else "年度"
        p.end = word.end()
        _second_year(r, p)
    if p.written == "fy":
        p.word = "年度"
    # 2020年代 is a decade, 3年間 a duration.
    return p.word != "" or not r.s.startswith("年", p.end)


def _bare_year(r: Reading, p: Point, written: str, like: Point | None) -> None:
    era = like.era if like is not None else None
    if like is not None and era is None and like.year is not None and like.written in ("western", "ay", "fy"):
        short = kanji_number(written) or 0
        if short <= like.year % 100 or short <= 12:
            raise r.error(Reason.AMBIGUOUS, p.start)
        p.year, p.written = like.year // 100 * 100 + short, "western"
        return
    if era is None:
        era = r.era
        if era is None:
            raise r.error(Reason.MISSING_ERA, p.start)
        p.warn(NotationWarning.ERA_INHERITED)
    number = kanji_number(written)
    if number is None or number < 1:
        raise r.error(Reason.INVALID_YEAR, p.start)
    p.era, p.era_year, p.year, p.written = era, number, era.base + number, "era"


def _compact_era(r: Reading, p: Point, written: str) -> None:
    assert p.era is not None
    p.era_year = int(written[:2])
    if p.era_year == 0:
        raise r.error(Reason.INVALID_YEAR, p.start)
    p.year = p.era.base + p.era_year
    p.month, p.day, p.precision = int(written[2:4]), int(written[4:]), "day"


def _second_year(r: Reading, p: Point) -> None:
    """The same year in the other calendar, in brackets or after a slash; it must agree."""
    if r.s[p.end : p.end + 1] not in ("(", "・", "/"):
        return
    match = find.CO.match(r.s, p.end)
    if match is None or p.month is not None:
        return
    if match["cw"]:
        other: int | None = int(match["cw"])
    else:
        name, number = (match["ce"], match["cy"]) if match["ce"] else (match["se"], match["sy"])
        value = kanji_number(number)
        other = None if value is None else BY_NAME[name].base + value
    if other != p.year:
        raise r.error(Reason.YEAR_MISMATCH, p.end)
    word = match["cu"] or match["ceu"]
    if word and not p.word and match.end() == len(r.s):
        p.word = word
    p.parts.append(("same_year", p.end, match.end()))
    p.end = match.end()


def _month_after_year(r: Reading, p: Point, *, period: bool) -> None:
    s = r.s
    if p.month is not None:
        return
    char = s[p.end : p.end + 1]
    if p.word == "" and char and char in "./・-" and (tail := find.TAIL.match(s, p.end)) is not None:
        _take_tail(p, tail, s, period=period)
        return
    if char == "":
        return
    if (month := find.MONTH.match(s, p.end)) is not None:
        _take_month(r, p, month)
        return
    if period and (listed := find.MONTH_LIST.match(s, p.end)) is not None and p.word:
        p.month, p.precision = int(listed["m"]), "month"
        p.parts.append(("month", p.end, listed.end()))
        p.end = listed.end()
        return
    if (season := find.SEASON.match(s, p.end)) is not None:
        _take_season(p, season)
        return
    if (part := find.PART.match(s, p.end)) is not None:
        _take_part(r, p, part)
        return
    if p.word and (edge := find.YEAR_END.match(s, p.end)) is not None:
        _take_edge(p, edge)


def _take_tail(p: Point, tail: re.Match[str], s: str, *, period: bool) -> None:
    """A month, or a month and a day, after a separator."""
    has_day = tail["d"] or tail["d2"]
    # 2023-04 is ISO 8601; R5-8 and H23-27年度 are ranges of years, or can't be told.
    if (
        tail["sep"] == "-"
        and period
        and not has_day
        and (
            p.written != "western"
            or len(tail["m"]) != 2
            or not 1 <= int(tail["m"]) <= 12
            or s[tail.end() : tail.end() + 1] == "年"
        )
    ):
        return
    # R5.010 is no month; 13 is refused when the date is resolved.
    p.month, p.sep = int(tail["m"]) if len(tail["m"]) < 3 else 0, tail["sep"]
    p.precision = "month"
    p.parts.append(("month", *tail.span("m")))
    if has_day:
        p.day, p.precision = int(has_day), "day"
        p.parts.append(("day", *tail.span("d" if tail["d"] else "d2")))
    p.end = tail.end()


def _take_month(r: Reading, p: Point, month: re.Match[str]) -> None:
    number = kanji_number(month["m"])
    if number is None:
        raise r.error(Reason.INVALID_MONTH, p.end)
    p.month, p.precision = number, "month"
    p.parts.append(("month", *month.span("m")))
    if month["d"]:
        p.day, p.precision = kanji_number(month["d"]), "day"
        if p.day is None:
            raise r.error(Reason.INVALID_DAY, month.start("d"))
        p.parts.append(("day", *month.span("d")))
    elif (listed := find.DAY_LIST.match(r.s, month.end())) is not None:
        p.day, p.precision = int(listed["d"]), "day"
        p.parts.append(("day", *listed.span("d")))
        p.end = listed.end()
        return
    p.end = month.end()


def _take_season(p: Point, season: re.Match[str]) -> None:
    p.season, p.precision, p.approx = season["s"], "season", True
    p.parts.append(("season", *season.span()))
    p.end = season.end()


def _take_part(r: Reading, p: Point, part: re.Match[str]) -> None:
    if p.word == "年":
        # 令和5年上半期 is January to June to a statistician, April to September to a budget officer.
        raise r.error(Reason.AMBIGUOUS, p.end)
    if p.word == "" and p.written:
        p.warn(NotationWarning.AMBIGUOUS_YEAR)
    quarter = part["q"] or part["q2"] or part["q3"]
    if quarter:
        number = kanji_number(quarter)
        assert number is not None
        p.month, p.months = (4, 7, 10, 1)[number - 1], 3
    else:
        p.month, p.months = (4, 6) if part["h1"] or part["n1"] else (10, 6)
    p.precision = "part"
    p.parts.append(("part", *part.span()))
    p.end = part.end()


def _take_edge(p: Point, edge: re.Match[str]) -> None:
    """年度末 is March of the next year, 年末 December."""
    late = edge.group() == "末"
    if p.word == "年度":
        p.month = 3 if late else 4
        p.qualifiers = ("年度末" if late else "年度当初",)
    elif edge.group() == "当初":
        return
    else:
        p.month = 12 if late else 1
        p.qualifiers = ("年末" if late else "年初",)
    p.precision = "month"
    p.parts.append(("qualifier", *edge.span()))
    p.end = edge.end()


def _without_year(r: Reading, p: Point, *, period: bool) -> bool:
    s, i = r.s, p.start
    p.inferred = True
    if (month := find.MONTH.match(s, i)) is not None:
        _take_month(r, p, month)
    elif (md := find.MD.match(s, i)) is not None:
        p.month, p.day, p.precision, p.sep = int(md["m"]), int(md["d"]), "day", "/"
        p.parts += [("month", *md.span("m")), ("day", *md.span("d"))]
        p.end = md.end()
    elif (compact := find.COMPACT.match(s, i)) is not None:
        p.year, p.month, p.day = int(compact["y"]), int(compact["m"]), int(compact["d"])
        p.inferred, p.precision, p.written = False, "day", "western"
        if not plausible_year(p.year):
            raise r.error(Reason.AMBIGUOUS, i)
        p.parts += [("year", *compact.span("y")), ("month", *compact.span("m")), ("day", *compact.span("d"))]
        p.end = compact.end()
    elif (dotted := find.DOTTED.match(s, i)) is not None:
        if r.era is None:
            raise r.error(Reason.AMBIGUOUS, i)
        _bare_year(r, p, dotted[1], None)
        p.inferred, p.month, p.day, p.precision, p.sep = False, int(dotted[3]), int(dotted[4]), "day", dotted[2]
        p.parts += [("year", *dotted.span(1)), ("month", *dotted.span(3)), ("day", *dotted.span(4))]
        p.end = dotted.end()
    elif period and (listed := find.MONTH_LIST.match(s, i)) is not None:
        p.month, p.precision = int(listed["m"]), "month"
        p.parts.append(("month", *listed.span()))
        p.end = listed.end()
    elif find.TWO.match(s, i) is not None:
        raise r.error(Reason.AMBIGUOUS, i)
    elif (season := find.SEASON.match(s, i)) is not None:
        _take_season(p, season)
    elif (edge := find.EVERY_YEAR.match(s, i)) is not None:
        late = edge[1] == "末"
        p.month, p.precision = 3 if late else 4, "month"
        p.qualifiers = ("年度末" if late else "年度当初",)
        p.parts.append(("qualifier", *edge.span()))
        p.end = edge.end()
    elif (whole := find.WHOLE_YEAR.match(s, i)) is not None:
        p.word, p.precision = "年度", "fiscal_year"
        p.parts.append(("year", *whole.span()))
        p.end = whole.end()
    else:
        begin = i + 2 if s.startswith("年度", i) else i
        part = find.PART.match(s, begin)
        if part is None or ((part["n1"] or part["n2"]) and begin == i):
            return False
        _take_part(r, p, part)
    return True
