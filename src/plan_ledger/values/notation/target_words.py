"""What stands around a target's figure: headings (R5年度目標:), brackets, years, ordinals, and targets in words."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from plan_ledger.errors import NotationError
from plan_ledger.values.notation.codes import NotationWarning
from plan_ledger.values.notation.model import Quantity
from plan_ledger.values.notation.numbers import labelled
from plan_ledger.values.notation.points import scan_point
from plan_ledger.values.notation.quantities import scan_figure
from plan_ledger.values.notation.resolving import resolve

if TYPE_CHECKING:
    from plan_ledger.values.notation.context import Reading


class Around:
    """Everything about a target except its figure."""

    def __init__(self) -> None:
        self.base: Quantity | None = None
        self.fiscal_year: int | None = None
        self.target: str | None = None
        self.target_precision: str | None = None
        self.role: str | None = None
        self.as_of: str | None = None
        self.per: str | None = None
        self.cumulative = False
        self.years = 0
        self.ratio: Decimal | None = None
        self.change_rate: Decimal | None = None
        self.side: tuple[Quantity, ...] = ()
        self.warnings: list[NotationWarning] = []
        self.parts: list[tuple[str, int, int]] = []


_HEADING: Final = re.compile(
    r"の?(?:最終|当面の|中間)?(?P<word>目標値?|実績値?|現状値?|計画値?|見込み?値?"
    r"|基準値?|成果目標|到達目標)(?:は|:|、|=)?"
)
_GROUP: Final = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_NOTE: Final = re.compile(
    r"(?P<state>時点|現在)|(?P<actual>実績値?|現状値?|(?:確定)?値|速報値?)|(?P<goal>目標値?"
    r"|まで(?:に)?|計画値?|達成目標)"
)
_RATE: Final = re.compile(r"(?P<sign>[△\-+]?)(?P<n>[0-9]+(?:\.[0-9]+)?)%(?P<way>増|減|増加|減少|削減)?")
_BEFORE_RATE: Final = re.compile(
    r"(?:対?(?:前年度?|昨年度?|基準年度?|令和[0-9元]+年度?|R[0-9元]+|H[0-9]+|[12][0-9]{3}年度?)比:?)"
)
_BASE_FOLLOWS: Final = re.compile(r"のうち|の(?=[0-9約]|う)")
_YEARISH: Final = re.compile(
    r"(?:令和|平成|昭和|[RHS])(?:元|[0-9]{1,2}|[一二三四五六七八九十]{1,3})(?:年度?"
    r"|(?=[.:\0 ]|末|まで|に|$|の|、|目標|実績|計画|現状))|[12][0-9]{3}(?:年度?"
    r"|\.[0-9])|[0-9]{1,2}月末?(?![0-9間])"
    r"|'[0-9]{2}(?![0-9])"
)
_NOISE: Final = re.compile(
    r"第(?:[0-9]{1,3}(?![0-9位])|[一二三四五六七八九十]{1,3}(?!位))[次期回号種条章部段階]?|(?:ベスト|トップ)[0-9]{1,3}|(?<![0-9.,])[0-9]{1,2}年(?:間"
    r"|後|以内|度)(?:で|に|の)?|SDGs?[0-9]*|Society[0-9.]*|(?<![0-9])[0-9]次産業"
    r"|(?<![0-9.,])[0-9]つの"
    r"|(?<![0-9.])[0-9]{1,3}歳(?![男女])(?:以上|以下|未満|代|児)?+(?=[の一-龠ァ-ヶ])|(?<![0-9])[0-9]{1,3}~[0-9"
    r"]{1,3}歳|(?<![0-9.,])[0-9一二三]歳児|(?<![0-9.,])[0-9]R(?![0-9])|COVID-[0-9]{1,4}|(?<![0-9.,])5G|(?<![0-9])[0-9]大(?![人学会])"
    r"|[一二三]次|中[123一二三](?![0-9])|小[1-6](?![0-9])|(?<![0-9.,])[1-6]年生|(?<![0-9.,])[0-9]種(?![類])"
)
_REFERENCE: Final = (
    r"(?P<ref>全国平均値?|全国(?:水準|値)|県平均|府平均|都道府県平均|類似団体平均"
    r"|九州平均|東北平均|基準値|現状値?|現況値?|前年度?(?:実績|値)?|昨年度?|前回(?:調査)?値?"
    r"|過去最高|過去最低|計画値|目標値|前期値|(?:直近)?実績値?)"
)
_AGAINST: Final = re.compile(
    _REFERENCE + r"(?:[よりのをにと比対もべ]|から|以上に|同){0,4}(?:(?P<near>並み?|程度|同等"
    r"|同水準|水準|同程度)|(?P<ge>以上)|(?P<le>以下|以内)|(?P<gt>上回る?|超える?"
    r"|増加?|向上|上昇|高い|高く|増や)"
    r"|(?P<lt>下回る?|減少?|低減|削減|縮小|低下|低い|減ら)|(?P<eq>維持))"
)
_PREVIOUS: Final = re.compile(r"前年|昨年|前回|現状|現況|過去")
_TREND: Final = re.compile(
    r"(?P<keep>維持|横ばい)|(?P<up>増加|増やす|向上|上昇|拡大|(?<!社会)(?<!自然)増$|増加傾向|引き上げ)"
    r"|(?P<down>減少|減らす|低減|削減|縮小|低下|抑制|減$|引き下げ)"
)


def read_heading(r: Reading, around: Around) -> int:
    """``R5年度目標:`` before the figure; where the rest begins."""
    s = r.s
    begin = 0
    while s[begin : begin + 1] in "・●■◆○※ " and begin < len(s):
        begin += 1
    i = begin
    year = _YEARISH.match(s, i)
    if year is not None:
        try:
            point = scan_point(r, i)
        except NotationError:
            point = None
        heading = _HEADING.match(s, point.end) if point is not None else None
        colon = point is not None and s[point.end : point.end + 1] == ":"
        if point is not None and (heading is not None or colon):
            _year(r, i, point.end, around, actual=False)
            i = point.end + 1 if heading is None else i
            if heading is None:
                return i
            i = point.end
    heading = _HEADING.match(s, i)
    if heading is None or not s[heading.end() :]:
        return begin
    if heading["word"][0] in "実現":
        around.role = "actual"
    after = s[heading.end() : heading.end() + 1]
    if heading.group()[-1] in "は:、=" or after in "0123456789約延△(":
        around.parts.append(("heading", begin, heading.end()))
        return heading.end()
    around.role = None
    return begin


def read_brackets(r: Reading, begin: int, around: Around) -> str:
    """The text with every bracket blanked out (NUL, so that offsets hold), after reading what it says."""
    s = r.s
    work = s
    for group in _GROUP.finditer(s, begin):
        which = 1 if group[1] is not None else 2
        start, end = group.span(which)
        main = s[begin : group.start()]
        if not _bracket(r, start, end, main, group.end(), around):
            around.parts.append(("note", start, end))
        work = work[: group.start()] + "\0" * (group.end() - group.start()) + work[group.end() :]
    return work


def _bracket(r: Reading, start: int, end: int, main: str, after: int, around: Around) -> bool:
    s = r.s
    inner = s[start:end]
    if not inner:
        return True
    if (each := _EACH_YEAR.fullmatch(inner)) is not None:
        around.per = around.per or each[1]
        return False
    if _SUM.fullmatch(inner):
        around.cumulative = True
        return False
    if _year(r, start, end, around, actual=True):
        return True
    follows = _BASE_FOLLOWS.match(s, after)
    if follows is not None:
        figure = _figure(r, start, end)
        if figure is not None and around.base is None:
            around.base = figure
            around.parts.append(("base", start, end))
            return True
    before = _BEFORE_RATE.match(s, start, end)
    rate = _RATE.fullmatch(s, before.end() if before else start, end)
    if rate is not None:
        value = Decimal(rate["n"])
        if before is not None and not (rate["sign"] or rate["way"]):
            return False  # 前年比120%: a ratio to last year, or a change
        if rate["sign"] or rate["way"]:
            down = (rate["sign"] in "△-" and rate["sign"]) or (rate["way"] or "").startswith(("減", "削"))
            around.change_rate = -value if down else value
        elif not main.endswith("%"):
            around.ratio = value
        return True
    return _sides(r, start, end, around)


def _figure(r: Reading, start: int, end: int) -> Quantity | None:
    try:
        figure = scan_figure(r, start)
    except NotationError:
        return None
    if figure is None or figure.end != end:
        return None
    return Quantity(figure.value, figure.unit, comparator=figure.comparator, approx=figure.approx)


def _year(r: Reading, start: int, end: int, around: Around, *, actual: bool) -> bool:
    """A year, month or fiscal year as the figure's own: what it is a target for, or when it was measured."""
    try:
        point = scan_point(r, start)
        if point is None or point.inferred or point.season:
            return False
        note = _NOTE.fullmatch(r.s, point.end, end) if point.end < end else None
        if point.end > end or (point.end < end and note is None):
            return False
        resolve(r, point)
    except NotationError:
        return False
    stated = r.s[start : point.end].endswith(("時点", "現在")) or (note is not None and bool(note["state"]))
    measured = stated or (note is not None and bool(note["actual"]))
    year = point.year
    assert year is not None
    day = f"-{point.day:02d}" if point.day is not None else ""
    when = f"{year:04d}" if point.month is None else f"{year:04d}-{point.month:02d}{day}"
    if measured:
        around.role = "actual"
    if stated and point.month is not None:
        around.as_of = when
    elif point.month is not None and "年度末" in point.qualifiers:
        around.fiscal_year = year - 1
    elif point.month is None and (point.word != "年" and point.written != "ay"):
        around.fiscal_year = year
        if point.word == "":
            around.warnings.append(NotationWarning.AMBIGUOUS_YEAR)
    else:
        around.target = when
        around.target_precision = "day" if point.day else "month" if point.month else "year"
    if actual:
        around.parts.append(("when", start, end))
    return True


def _sides(r: Reading, start: int, end: int, around: Around) -> bool:
    """``全国平均70.0%、全国10位 R5.6末時点``: labelled figures, then when they were measured."""
    s = r.s
    stop = end
    state = _STATE.search(s, start, end)
    if state is not None and state.start() > start:
        stop = state.start()
        while stop > start and s[stop - 1] in " 、,":
            stop -= 1
    try:
        found = labelled(r, start, stop)
    except NotationError:
        return False
    if not found:
        return False
    if state is not None and state.start() > start and not _year(r, state.start(), end, around, actual=True):
        return False
    around.side = found
    around.parts.append(("side", start, stop))
    return True


_EACH_YEAR: Final = re.compile(r"[毎各](年度?|月|週|日|回)(?:平均)?")
_SUM: Final = re.compile(r"[^()]{0,24}(?:累計|累積|延べ|のべ|通算)(?:数|値)?")
_STATE: Final = re.compile(r"(?:令和|平成|[RH])(?:元|[0-9]{1,2})[年./][^、()]{0,16}(?:時点|現在)$")


def mask_words(r: Reading, work: str, begin: int, around: Around) -> str:
    """Blank out years, ordinals and ages, so that none is taken for the value; the one year is kept as the target's."""
    years: list[tuple[int, int]] = []
    at = begin
    while (match := _YEARISH.search(work, at)) is not None:
        end = match.end()
        try:
            point = scan_point(r, match.start())
            if point is not None and point.end > end:
                end = min(point.end, len(work))
        except NotationError:
            point = None
        years.append((match.start(), end))
        at = end
    for start, end in years:
        work = work[:start] + "\0" * (end - start) + work[end:]
    each = _EACH.search(work, begin)
    if each is not None:
        around.per = each[1]
        work = work[: each.start()] + "\0" * len(each.group()) + work[each.end() :]
    around.years = len(years)
    for match in _NOISE.finditer(work, begin):
        work = work[: match.start()] + "\0" * len(match.group()) + work[match.end() :]
    if years and _COMPARED.match(r.s, years[0][1]):
        return work
    if len(years) == 1 and around.fiscal_year is None and around.target is None and around.as_of is None:
        start, end = years[0]
        _year(r, start, end, around, actual=False)
    return work


_EACH: Final = re.compile(r"(?:1|一)(人|世帯|戸|校|社|団体|事業所|施設|件|日|か所)(?:当たり|当り|あたり|につき)の?")


_COMPARED: Final = re.compile(r"比|対|より|から|と比|以降|に比")
_AGAINST_TREND: Final = re.compile(r"抑制|緩和|解消|歯止め|鈍化|順位|維持[・、]|脱却")


def reference(words: str) -> tuple[str, str | None] | None:
    """Comparator and what is compared with, of a target that has no figure; None where the words say too little."""
    match = _AGAINST.search(words)
    if match is not None:
        against = match["ref"]
        previous = _PREVIOUS.match(against) is not None
        if match["near"]:
            after = words[match.end() :]
            return (">=" if after.startswith("以上") else "<=" if after.startswith("以下") else "approx"), against
        if match["ge"]:
            return ">=", against
        if match["le"]:
            return "<=", against
        if match["gt"]:
            return ("increase", None) if previous else (">", against)
        if match["lt"]:
            return ("decrease", None) if previous else ("<", against)
        return "maintain", None
    trend = _TREND.search(words)
    if trend is None or len(words) > 30 or _AGAINST_TREND.search(words):
        return None
    return ("maintain" if trend["keep"] else "increase" if trend["up"] else "decrease"), None
