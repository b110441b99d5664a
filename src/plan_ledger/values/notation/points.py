"""Scanning one point in time inside a folded text: ``R5.4``, ``令和5年4月9日(日)``, ``8月中``, ``第3四半期``, ``R6年度末``.

Dates and periods share this scanner. It says what was written; ``resolve`` turns that into a calendar interval, with the
fiscal year (April to March, 地方自治法第208条) supplying a missing year.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from plan_ledger.values.notation.codes import NotationWarning, Reason
from plan_ledger.values.notation.context import plausible_year
from plan_ledger.values.notation.eras import BY_NAME, MAX_ERA_YEAR, SOLAR_SINCE, Era
from plan_ledger.values.notation.model import last_day
from plan_ledger.values.notation.numerals import kanji_number
from plan_ledger.values.notation.qualifiers import APPROXIMATE, scan_qualifiers

if TYPE_CHECKING:
    from plan_ledger.values.notation.context import Reading

_K: Final = "〇零一二三四五六七八九十"
_ERA: Final = r"(?:令和|平成|昭和|大正|明治|[令平昭大明RHSTMrhstm])"
_NUM: Final = rf"(?:[0-9]{{1,3}}|[{_K}]{{1,3}})"
_YEAR: Final = re.compile(
    rf"(?P<era>{_ERA})[.]?(?P<ey>元|[0-9]+|[{_K}百]{{1,5}})"
    rf"|(?:西暦)?(?:FY|fy)'?(?P<fy>[0-9]{{4}}|[0-9]{{2}})(?![0-9])"
    rf"|(?:西暦)?(?P<wy>[12][0-9]{{3}}|[一二][{_K}]{{3}})(?![0-9{_K}])"
    r"|'(?P<ay>[0-9]{2})(?![0-9])"
    rf"|(?P<by>[0-9]{{1,2}}|元|[{_K}]{{1,3}})(?=(?:\((?:西暦)?[0-9]{{4}}\))?年(?![間代生目前後])(?!以[上内下]))"
    r"|(?P<rel>今|本|当|来|翌|次|前|昨)年度(?!比)"
)
_RELATIVE: Final = {"今": 0, "本": 0, "当": 0, "来": 1, "翌": 1, "次": 1, "前": -1, "昨": -1}
_CO: Final = re.compile(
    r"\((?:西暦)?(?P<cw>[0-9]{4})(?P<cu>年度|年)?\)"
    rf"|\((?P<ce>{_ERA})(?P<cy>元|[0-9]{{1,3}}|[{_K}]{{1,3}})(?P<ceu>年度|年)?\)"
    rf"|[・/](?P<se>{_ERA})(?P<sy>元|[0-9]{{1,3}})(?=年|$|[~\-→(])"
)
_YEAR_WORD: Final = re.compile(r"(?:会計)?年度(?!比)|年(?![間代])")
_TAIL: Final = re.compile(
    r"(?P<sep>[./・-])(?P<m>[0-9]{1,3})(?P<mk>月)?(?:(?P=sep)(?P<d>[0-9]{1,3})日?|(?P<d2>[0-9]{1,3})日)?"
)
_MONTH: Final = re.compile(rf"(?P<m>{_NUM})月(?![間当分])(?:(?P<d>{_NUM})日(?!間))?")
_MONTH_LIST: Final = re.compile(r"(?P<m>[0-9]{1,2})(?=(?:~|-|ー|→|から)[0-9]{1,2}月)")
_DAY_LIST: Final = re.compile(r"(?P<d>[0-9]{1,2})(?=(?:~|-|ー|→|から)[0-9]{1,2}日)")
_MD: Final = re.compile(r"(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})(?![0-9/])日?")
_DOTTED: Final = re.compile(r"([0-9]{1,2})([./・-])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])")
_TWO: Final = re.compile(r"[0-9]{1,2}[.・-][0-9]{1,2}(?![0-9])")
_COMPACT: Final = re.compile(r"(?P<y>[12][0-9]{3})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?![0-9])")
_WEEKDAY: Final = re.compile(
    r"\((?P<w>[月火水木金土日])(?:曜日?)?(?:[・,、/]?(?:祝日?|休日?|振替休日))?\)|(?P<w2>[月火水木金土日])曜日?"
)
_PART: Final = re.compile(
    r"(?:第?(?P<q>[1-4一二三四])・?四半期|第?(?P<q2>[1-4])Q(?![A-Za-z])|Q(?P<q3>[1-4])(?![0-9])"
    r"|(?P<h1>上半期|上期)|(?P<h2>下半期|下期)|(?P<n1>前半期|前期|前半)|(?P<n2>後半期|後期|後半))"
)
_SEASON: Final = re.compile(
    r"(?P<s>春|夏|秋|冬)(?:季|期)?(?=$|[~→\-ー(、。 :]|頃|ごろ|ころ|以降|まで|から|の|予定|に|を|開)"
)
_YEAR_END: Final = re.compile(r"末(?!期)|当初|初頭|初め|はじめ|始め|頭|初(?!旬|め)")
_WHOLE_YEAR: Final = re.compile(r"通年|年間(?:を通(?:じ|し)て?)?$|年度内|年度中|年度を?通(?:じ|し)て")
_EVERY_YEAR: Final = re.compile(r"年度(末|当初|初め|はじめ|始め)")


class Point:
    """What was scanned: ``end`` is past it; ``key1``/``key2`` are its first and last day as yyyymmdd once resolved."""

    __slots__ = (
        "approx", "bare", "day", "end", "era", "era_year", "inferred", "key1", "key2", "month", "months", "parts",
        "precision", "qualifiers", "season", "sep", "start", "warnings", "weekday", "word", "written", "year",
    )  # fmt: skip

    def __init__(self, start: int) -> None:
        self.start = self.end = start
        self.year: int | None = None
        self.month: int | None = None
        self.day: int | None = None
        self.era: Era | None = None
        self.era_year = 0
        self.written = ""
        self.word = ""
        self.sep = ""
        self.bare = False
        self.season: str | None = None
        self.months = 0
        self.qualifiers: tuple[str, ...] = ()
        self.approx = False
        self.weekday: str | None = None
        self.inferred = False
        self.precision = "year"
        self.warnings: list[NotationWarning] = []
        self.parts: list[tuple[str, int, int]] = []
        self.key1 = self.key2 = 0

    def warn(self, warning: NotationWarning) -> None:
        if warning not in self.warnings:
            self.warnings.append(warning)


def scan_point(r: Reading, i: int, *, period: bool = False, like: Point | None = None) -> Point | None:
    """The point in time that begins at ``i``; None where none does.

    ``period`` leaves a hyphen that may be a range mark alone. ``like`` is a period's start, whose era a bare year shares.

    Raises:
        NotationError: It begins like one, but can't be or can be two.
    """
    s = r.s
    p = Point(i)
    found = _YEAR.match(s, i)
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
    if p.day is not None and (weekday := _WEEKDAY.match(s, p.end)):
        p.weekday = weekday["w"] or weekday["w2"]
        p.parts.append(("weekday", p.end, weekday.end()))
        p.end = weekday.end()
    begin = p.end
    if begin < len(s):
        p.end, more = scan_qualifiers(s, begin)
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
            number = kanji_number(written)
            if number is None or not 1 <= number <= MAX_ERA_YEAR:
                raise r.error(Reason.INVALID_YEAR, found.start("ey"))
            p.era_year = number
            p.year = p.era.base + number
        p.written = "era"
    elif kind == "wy":
        p.year = kanji_number(found["wy"])
        p.written = "western"
        if p.year is None or not plausible_year(p.year):
            raise r.error(Reason.INVALID_YEAR, found.start("wy"))
    elif kind in ("ay", "fy"):
        number = int(found[kind])
        p.year = number if number > 99 else 2000 + number
        p.written = kind
    elif kind == "rel":
        if r.fiscal_year is None:
            raise r.error(Reason.MISSING_YEAR, p.start)
        p.year = r.fiscal_year + _RELATIVE[found["rel"]]
        p.written, p.word = "relative", "年度"
        p.warn(NotationWarning.YEAR_INFERRED)
    else:
        _bare_year(r, p, found["by"], like)
    p.parts.append(("year", p.start, p.end))
    _second_year(r, p)
    if p.word == "" and (word := _YEAR_WORD.match(r.s, p.end)):
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
        number = kanji_number(written) or 0
        if number <= like.year % 100 or number <= 12:
            raise r.error(Reason.AMBIGUOUS, p.start)
        p.year, p.written = like.year // 100 * 100 + number, "western"
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
    match = _CO.match(r.s, p.end)
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
    if p.word == "":
        if char and char in "./・-" and (tail := _TAIL.match(s, p.end)) is not None:
            _take_tail(p, tail, s, period=period)
            return
    if char == "":
        return
    if (month := _MONTH.match(s, p.end)) is not None:
        _take_month(r, p, month)
        return
    if period and (listed := _MONTH_LIST.match(s, p.end)) is not None and p.word:
        p.month, p.precision = int(listed["m"]), "month"
        p.parts.append(("month", p.end, listed.end()))
        p.end = listed.end()
        return
    if (season := _SEASON.match(s, p.end)) is not None:
        _take_season(p, season)
        return
    if (part := _PART.match(s, p.end)) is not None:
        _take_part(r, p, part)
        return
    if p.word and (edge := _YEAR_END.match(s, p.end)) is not None:
        _take_edge(p, edge)


def _take_tail(p: Point, tail: re.Match[str], s: str, *, period: bool) -> None:
    """A month, or a month and a day, after a separator."""
    has_day = tail["d"] or tail["d2"]
    if tail["sep"] == "-" and period and not has_day:
        # 2023-04 is ISO 8601; R5-8 and H23-27年度 are ranges of years, or can't be told.
        if (
            p.written != "western"
            or len(tail["m"]) != 2
            or not 1 <= int(tail["m"]) <= 12
            or s[tail.end() : tail.end() + 1] == "年"
        ):
            return
    p.month, p.sep = int(tail["m"]), tail["sep"]
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
    elif (listed := _DAY_LIST.match(r.s, month.end())) is not None:
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
    if (month := _MONTH.match(s, i)) is not None:
        _take_month(r, p, month)
    elif (md := _MD.match(s, i)) is not None:
        p.month, p.day, p.precision, p.sep = int(md["m"]), int(md["d"]), "day", "/"
        p.parts += [("month", *md.span("m")), ("day", *md.span("d"))]
        p.end = md.end()
    elif (compact := _COMPACT.match(s, i)) is not None:
        p.year, p.month, p.day = int(compact["y"]), int(compact["m"]), int(compact["d"])
        p.inferred, p.precision, p.written = False, "day", "western"
        if not plausible_year(p.year):
            raise r.error(Reason.AMBIGUOUS, i)
        p.parts += [("year", *compact.span("y")), ("month", *compact.span("m")), ("day", *compact.span("d"))]
        p.end = compact.end()
    elif (dotted := _DOTTED.match(s, i)) is not None:
        if r.era is None:
            raise r.error(Reason.AMBIGUOUS, i)
        _bare_year(r, p, dotted[1], None)
        p.inferred, p.month, p.day, p.precision, p.sep = False, int(dotted[3]), int(dotted[4]), "day", dotted[2]
        p.parts += [("year", *dotted.span(1)), ("month", *dotted.span(3)), ("day", *dotted.span(4))]
        p.end = dotted.end()
    elif _TWO.match(s, i) is not None:
        raise r.error(Reason.AMBIGUOUS, i)
    elif period and (listed := _MONTH_LIST.match(s, i)) is not None:
        p.month, p.precision = int(listed["m"]), "month"
        p.parts.append(("month", *listed.span()))
        p.end = listed.end()
    elif (season := _SEASON.match(s, i)) is not None:
        _take_season(p, season)
    elif (edge := _EVERY_YEAR.match(s, i)) is not None:
        late = edge[1] == "末"
        p.month, p.precision = 3 if late else 4, "month"
        p.qualifiers = ("年度末" if late else "年度当初",)
        p.parts.append(("qualifier", *edge.span()))
        p.end = edge.end()
    elif (whole := _WHOLE_YEAR.match(s, i)) is not None:
        p.word, p.precision = "年度", "fiscal_year"
        p.parts.append(("year", *whole.span()))
        p.end = whole.end()
    else:
        begin = i + 2 if s.startswith("年度", i) else i
        part = _PART.match(s, begin)
        if part is None or ((part["n1"] or part["n2"]) and begin == i):
            return False
        _take_part(r, p, part)
    return True


def resolve(r: Reading, p: Point) -> None:
    """Fix the year, check the calendar and the era, and set ``key1`` and ``key2``.

    Raises:
        NotationError: missing_year, invalid_month, invalid_day, lunar_calendar.
    """
    month, day = p.month, p.day
    if month is not None and not 1 <= month <= 12:
        raise r.error(Reason.INVALID_MONTH, _offset(p, "month"))
    if p.year is None:
        _infer_year(r, p)
    year = p.year
    assert year is not None
    fiscal = p.word == "年度" or (p.precision == "part" and p.written != "")
    if fiscal and p.written and month is not None and month < 4:
        # A month after 年度 is one of that fiscal year: 令和5年度3月 is March 2024.
        p.year = year = year + 1
    if month is None:
        if p.season is None and (fiscal or p.precision == "fiscal_year"):
            p.precision = "fiscal_year"
            p.key1, p.key2 = year * 10000 + 401, (year + 1) * 10000 + 331
        else:
            p.key1, p.key2 = year * 10000 + 101, year * 10000 + 1231
    elif day is None:
        final = month + p.months - 1 if p.months else month
        p.key1, p.key2 = _month_keys(year, month, year + (final > 12), final - 12 if final > 12 else final)
    else:
        if not 1 <= day <= 28 and (day < 1 or day > last_day(year, month)):
            raise r.error(Reason.INVALID_DAY, _offset(p, "day"))
        p.key1 = p.key2 = year * 10000 + month * 100 + day
    era = p.era
    if era is not None:
        if p.key1 > era.last:
            p.warn(NotationWarning.ERA_OVERFLOW)
        elif p.key2 < era.first:
            p.warn(NotationWarning.ERA_BEFORE_START)
        if year < SOLAR_SINCE and month is not None:
            raise r.error(Reason.LUNAR_CALENDAR, p.start)


def _month_keys(year: int, month: int, year2: int, month2: int) -> tuple[int, int]:
    return year * 10000 + month * 100 + 1, year2 * 10000 + month2 * 100 + last_day(year2, month2)


def _infer_year(r: Reading, p: Point) -> None:
    if r.fiscal_year is None:
        raise r.error(Reason.MISSING_YEAR, p.start)
    p.year = r.fiscal_year + 1 if p.month is not None and p.month < 4 else r.fiscal_year
    p.warn(NotationWarning.YEAR_INFERRED)


def _offset(p: Point, part: str) -> int:
    for name, start, _ in p.parts:
        if name == part:
            return start
    return p.start
