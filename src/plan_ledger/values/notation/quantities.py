"""One figure with what belongs to it: sign, 約, number, unit, 以上/以内, per what. Shared by numbers and targets."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from plan_ledger.values.notation.codes import Reason
from plan_ledger.values.notation.numerals import scan_number
from plan_ledger.values.notation.units import UNIT_WORDS

if TYPE_CHECKING:
    from plan_ledger.values.notation.context import Reading

_KA: Final = "[かカヶヵケ箇個ヵヶカ]"
_UNITS: Final = "|".join(
    re.escape(word) + ("(?![A-Za-z])" if word[-1:].isascii() and word[-1:].isalpha() else "")
    for word in sorted(UNIT_WORDS, key=len, reverse=True)
)
_UNIT: Final = re.compile(
    rf"(?P<ka>{_KA})(?P<of>所|月間?|年度?|国語?|村|町|店|寺|条)|(?P<wari>割)(?:(?P<bu>[0-9])分)?|(?P<unit>{_UNITS})"
)
_LOOSE: Final = re.compile(r"[ァ-ヶー一-龠々A-Za-z℃㎡]{1,8}(?=$|[(、。/~])")
_NOT_LOOSE: Final = re.compile(r"月|以|未満|超|程度|前後|約|元|千|百|年|増|減|補|号|次|期|第|回目|化|弱|強|余|台$")
_PREFIX: Final = re.compile(
    r"(?P<approx>約|およそ|おおむね|概ね|ほぼ|概数)|(?P<le>最大|最高|上限|多くとも)|(?P<ge>最低|最小|下限|少なくとも)"
    r"|(?P<sum>延べ?|のべ|累計|累積|通算)"
    r"|(?P<per>年間|毎年度?|年平均|年度平均|各年度?|年|毎月|月平均|月間|月|毎週|週|毎日|1日平均|日平均)(?=[0-9約延])"
)
_PER_EACH: Final = re.compile(
    r"(?:(?P<one>1|一)(?P<u1>人|名|校|日|週|月|か月|年|回|世帯|戸|団体|施設|か所"
    r"|箇所|件|社|台|区|市町村|所属|事業所)(?:当たり|当り|あたり|につき|平均|に)?"
    r"(?=[0-9約])|(?P<n>[0-9,.]+[万千]?(?:人|件|世帯|ha|㎢|km2|t|時間|日|台))(?:当たり|当り|あたり|につき))の?"
)
_PER_AFTER: Final = re.compile(
    r"[/／](?P<u>人・日|人日|年度?|月|日|週|人|回|校|件|世帯|時間|時|分|秒|台|戸|社|団体|施設"
    r"|か所|箇所|10a|km|ha|㎢|km2|kg|㎥|m3|L)(?![0-9A-Za-z])"
)
_LIMIT: Final = re.compile(
    r"(?P<about>程度|前後|弱|強|余り?|ほど|くらい|ぐらい)|(?P<cmp>以上|以内|以下"
    r"|未満|超(?!過)|を?超える|を?超え|を上回る|を下回る|まで(?!に?[増向上引拡減低縮削])|より多い|より少ない)"
)
_COMPARE: Final = {
    "以上": ">=", "以内": "<=", "以下": "<=", "未満": "<", "超": ">", "を超える": ">", "超える": ">", "を超え": ">",
    "超え": ">", "を上回る": ">", "を下回る": "<", "まで": "<=", "より多い": ">", "より少ない": "<",
}  # fmt: skip
_SIGN: Final = re.compile(r"[△\-+±]")
_ZERO: Final = re.compile(r"ゼロ|零(?![0-9下細])")


class Figure:
    """A scanned figure; ``start`` is where its prefixes begin."""

    __slots__ = (
        "approx",
        "comparator",
        "cumulative",
        "end",
        "high",
        "kanji",
        "loose",
        "original_unit",
        "per",
        "signed",
        "start",
        "unit",
        "value",
        "zero",
    )

    def __init__(self, start: int) -> None:
        self.start = self.end = start
        self.value = Decimal(0)
        self.high: Decimal | None = None
        self.unit = ""
        self.original_unit: str | None = None
        self.approx = False
        self.comparator: str | None = None
        self.per: str | None = None
        self.cumulative = False
        self.signed = False
        self.zero = False
        self.kanji = False
        self.loose = False


def scan_figure(r: Reading, i: int, *, loose: bool = False) -> Figure | None:
    """The figure whose prefix or number begins at ``i``; None where none does. ``loose`` takes an unknown word as unit.

    Raises:
        NotationError: bad_grouping, bad_number.
    """
    s = r.s
    figure = Figure(i)
    position = _prefixes(figure, s, i)
    negative = False
    sign = _SIGN.match(s, position)
    if sign is not None:
        figure.signed = True
        negative = sign.group() in "△-"
        position = sign.end()
    zero = _ZERO.match(s, position)
    if zero is not None:
        figure.zero = True
        end = zero.end()
    else:
        number = scan_number(s, position)
        if number is None:
            return None
        if number.error:
            raise r.error(Reason(number.error), position)
        if sign is not None and sign.group() == "±" and number.value:
            raise r.error(Reason.AMBIGUOUS, position)
        figure.value, end = number.value, number.end
        figure.kanji = s[position] not in "0123456789"
        if s[position] in "百千" and end == position + 1:
            # 千人 is a column's unit as often as a thousand people.
            raise r.error(Reason.AMBIGUOUS, position)
        if s[end : end + 1] == "." or (s[position] == "0" and end - position > 1 and s[position + 1] in "0123456789,"):
            raise r.error(Reason.BAD_NUMBER, end)
    if negative:
        figure.value = -figure.value
    figure.end = end
    _range(r, figure, end)
    _unit(r, figure, loose=loose)
    _after(figure, s)
    return figure


def _prefixes(figure: Figure, s: str, i: int) -> int:
    for _ in range(4):
        each = _PER_EACH.match(s, i)
        if each is not None:
            figure.per = each["u1"] or each["n"]
            i = each.end()
            continue
        match = _PREFIX.match(s, i)
        if match is None:
            break
        if match["approx"]:
            figure.approx = True
        elif match["le"]:
            figure.comparator = "<="
        elif match["ge"]:
            figure.comparator = ">="
        elif match["sum"]:
            figure.cumulative = True
        else:
            word = match["per"]
            figure.per = next((unit for unit in ("年度", "年", "月", "週", "日") if unit in word), word)
        i = match.end()
    return i


def _range(r: Reading, figure: Figure, end: int) -> None:
    s = r.s
    if s[end : end + 1] not in ("~", "-") or s[end + 1 : end + 2] not in "0123456789" or end + 1 >= len(s):
        return
    second = scan_number(s, end + 1)
    if second is None or second.error:
        return
    if second.value <= figure.value:
        raise r.error(Reason.REVERSED, end + 1)
    figure.high, figure.end = second.value, second.end
    if second.value >= 10000 > figure.value and not second.plain:
        raise r.error(Reason.AMBIGUOUS, end)


def _unit(r: Reading, figure: Figure, *, loose: bool) -> None:
    s, i = r.s, figure.end
    match = _UNIT.match(s, i)
    if match is not None:
        if match["wari"]:
            figure.value = figure.value * 10 + Decimal(match["bu"] or 0)
            figure.high = figure.high * 10 if figure.high is not None else None
            figure.unit, figure.original_unit = "%", "割"
        elif match["ka"]:
            figure.unit = "か" + match["of"].removesuffix("間")
        else:
            figure.unit = r.original(*match.span("unit")) if not match["unit"].isascii() else match["unit"]
            figure.unit = {
                "pt": "ポイント",
                "%pt": "ポイント",
                "%ポイント": "ポイント",
                "％ポイント": "ポイント",
                "才": "歳",
            }.get(figure.unit, figure.unit)
        figure.end = match.end()
        return
    unknown = _LOOSE.match(s, i) if loose else None
    if unknown is not None and not _NOT_LOOSE.search(unknown.group()):
        figure.unit, figure.end, figure.loose = r.original(*unknown.span()), unknown.end(), True


def _after(figure: Figure, s: str) -> None:
    for _ in range(3):
        i = figure.end
        per = _PER_AFTER.match(s, i)
        if per is not None:
            figure.per = per["u"]
            figure.end = per.end()
            continue
        limit = _LIMIT.match(s, i)
        if limit is None:
            return
        if limit["about"]:
            figure.approx = True
        else:
            figure.comparator = _COMPARE[limit.group()]
        figure.end = limit.end()
    return
