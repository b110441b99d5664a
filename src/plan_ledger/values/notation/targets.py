"""Reading a target or actual figure: ``全国10位以内``, ``80%（R8）``, ``40％以上 60％以下``, ``前年度を上回る``.

The words around the figure decide what it is. A year, an ordinal or the base in brackets is never taken for the value;
where more than one figure could be meant, the target is left unparsed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from plan_ledger.errors import NotationError
from plan_ledger.values.notation.codes import NotationWarning, Reason
from plan_ledger.values.notation.context import DASHES, Reading
from plan_ledger.values.notation.model import Quantity, Target
from plan_ledger.values.notation.quantities import Figure, scan_figure
from plan_ledger.values.notation.target_words import Around, mask_words, read_brackets, read_heading, reference

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_TARGET: Final = 1_000
MAX_FIGURES: Final = 12
_START: Final = re.compile(r"[0-9一二三四五六七八九十百△]|ゼロ|[+±](?=[0-9])|-(?=[0-9])")
_KANJI_START: Final = re.compile(r"[一二三四五六七八九十百]")
_PREFIX_BACK: Final = re.compile(
    r"(?:約|およそ|おおむね|概ね|ほぼ|最大|最高|最低|少なくとも|延べ?|のべ|累計"
    r"|累積|通算|年間|毎年度?|年度?平均|月平均|1?日平均|毎月|毎週|(?<![0-9一-龠])[年月週])+$"
)
_BASELINE: Final = re.compile(
    r"^(?:基準値?|現状値?|現況値?|実績値?|策定時)(?:\([^()]*\))?:?(?P<base>[^/→]{1,80}?)[/→、;]?(?P"
    r"<goal>目標値?(?:\([^()]*\))?:?.{1,80})$"
)
_KEEP: Final = re.compile(r"\s*(?:程度|水準|以上)?[のをに]?(?:現状)?維持|キープ")
_AFTER: Final = re.compile(
    r"(?:[をにへがの]|程度|まで|ずつ)?(?:以上に)?(?:(?P<up>増加|増|向上|上昇|拡大"
    r"|引き?上げ|アップ|改善)|(?P<down>削減|減少|減|低減|縮減|引き?下げ|抑制|ダウン"
    r"|短縮|低下)"
    r"|(?P<gt>上回る|超える|超過|超え)|(?P<lt>下回る)|(?P<ge>以上)|(?P<le>以下|以内))"
)
_BAND: Final = re.compile(r"台(?![湾風])")
_RATE: Final = re.compile(r"(?:率|割合|比率|シェア)(?:を|は|が|:)?$")
_LABEL_END: Final = re.compile(r"[はがをの:、，,・]+$")
_RANGE: Final = re.compile(r"~")
_DOUBTFUL: Final = re.compile(
    r"[0-9十百千万]数[一-龠か]|(?:時間|年|月|日)半(?!期)|ワースト|下位[0-9]|上位[0-9]+位(?!以内|まで)"
)
_TO: Final = re.compile(r"[^0-9]{0,12}(?:→|から)[^0-9]{0,12}")


def parse_target(text: str, *, fiscal_year: int | None = None) -> Target:
    """Read what a KPI aims at, or what it reached.

    Args:
        text: The cell, to the letter; a line break may stand anywhere. Kept as ``Target.text``.
        fiscal_year: The table's fiscal year, for a date of the figure that names no year.

    Returns:
        Value, unit and comparator ("=", ">=", "<=", ">", "<", "range", "maintain", "increase", "decrease", "approx").
        ``unparsed`` where no single figure can be relied on.

    Raises:
        NotationError: blank, too_long, bad_grouping, bad_number.

    Source: 以上・以下 include the figure, 超える・未満 do not (法制執務用語).
    """
    r = Reading("kpi", text, fiscal_year=fiscal_year, limit=MAX_TARGET)
    if not r.s or DASHES.fullmatch(r.s):
        raise r.error(Reason.BLANK)
    pair = _BASELINE.match(r.s)
    if pair is not None:
        return _with_baseline(r, pair, fiscal_year)
    return _target(r)


def _with_baseline(r: Reading, pair: re.Match[str], fiscal_year: int | None) -> Target:
    """Baseline and target in one cell: the target counts, unless the two are in different units."""
    base = _quiet(r.original(*pair.span("base")).strip(), fiscal_year)
    goal = _quiet(r.original(*pair.span("goal")).strip(), fiscal_year)
    if base is None or goal is None or goal.unparsed or base.unparsed:
        return Target(r.text, unparsed=True)
    spans = r.spans([("baseline", *pair.span("base")), ("target", *pair.span("goal"))])
    if base.unit != goal.unit:
        return Target(r.text, warnings=(NotationWarning.UNIT_MISMATCH,), spans=spans)
    from attrs import evolve

    return evolve(goal, text=r.text, spans=spans)


def _quiet(text: str, fiscal_year: int | None) -> Target | None:
    try:
        return parse_target(text, fiscal_year=fiscal_year)
    except NotationError:
        return None


def _target(r: Reading) -> Target:
    around = Around()
    begin = read_heading(r, around)
    headed = around.fiscal_year is not None
    work = read_brackets(r, begin, around)
    work = mask_words(r, work, begin, around)
    if _DOUBTFUL.search(work, begin):
        return Target(r.text, unparsed=True)
    figures = _figures(r, work, begin)
    if headed and around.years and len(figures) > 1:
        return Target(r.text, unparsed=True)
    if not figures:
        return _words(r, work, begin, around)
    if len(figures) == 1:
        return _single(r, work, begin, figures[0], around)
    return _several(r, work, begin, figures, around)


def _figures(r: Reading, work: str, begin: int) -> list[Figure]:
    """Every figure outside brackets, dates and ordinals, with the prefixes before it."""
    found: list[Figure] = []
    original = r.s
    r.s = work
    try:
        i = begin
        while (match := _START.search(work, i)) is not None and len(found) < MAX_FIGURES:
            start = match.start()
            back = _PREFIX_BACK.search(work, max(i, start - 12), start)
            kanji = _KANJI_START.match(work, start) is not None
            at = back.start() if back is not None and not kanji else start
            before = work[start - 1 : start]
            if not kanji and before and before.isascii() and before.isalpha():
                i = _SKIP.match(work, start).end()  # type: ignore[union-attr]  # matches at least one character
                continue
            if work[start] in "百千":
                i = _SKIP.match(work, start).end()  # type: ignore[union-attr]  # matches at least one character
                continue
            figure = scan_figure(r, at)
            if figure is None or (kanji and (not figure.unit or _WORDLIKE.match(work, start))):
                i = _SKIP.match(work, start).end()  # type: ignore[union-attr]  # matches at least one character
                continue
            found.append(figure)
            i = max(figure.end, start + 1)
    finally:
        r.s = original
    return found


_SKIP: Final = re.compile(r"[0-9.,]+|[〇一二三四五六七八九十百千万億兆]+|.")
_WORDLIKE: Final = re.compile(
    r"一(?:人ひとり|部|体|般|定|層|次|環|方|括|時|致|元|斉|者|日も|人親)|十分"
    r"|百貨|三位|二次|一人一人|二度|三者|千|七夕|八|四半期|六次|五輪"
)


def _single(r: Reading, work: str, begin: int, figure: Figure, around: Around) -> Target:
    label = work[begin : figure.start].strip("\0 :")
    values = _values(around)
    unit = figure.unit
    if work[figure.end : figure.end + 1] == "/" and figure.end + 1 < len(work):
        return Target(r.text, unparsed=True)
    if figure.zero and not unit and _RATE.search(label):
        unit = "%"
    comparator = figure.comparator
    after = work[figure.end :]
    band = _BAND.match(after)
    if band is not None:
        if unit != "位" or figure.value % 10 or after[band.end() :].startswith(("前", "後", "半")):
            return Target(r.text, unparsed=True)
        return Target(r.text, None, unit, "range", low=figure.value, high=figure.value + 9, **values)
    if figure.high is not None:
        values |= {"low": figure.value, "high": figure.high}
        comparator = "range"
    elif comparator is None:
        comparator = _following(after.lstrip("\0"))
    if unit == "位" and figure.high is None:
        values["rank"] = int(figure.value)
    if figure.unit == "" and not figure.zero and figure.signed is False and _DIGIT_JOINED.match(after):
        return Target(r.text, unparsed=True)
    return Target(
        r.text, None if figure.high is not None else figure.value, unit, comparator or "=", approx=figure.approx,
        cumulative=figure.cumulative or around.cumulative, per=figure.per or around.per,
        spans=r.spans([("value", figure.start, figure.end), *around.parts]), **values,
    )  # fmt: skip


_DIGIT_JOINED: Final = re.compile(r"[./:\-]|[A-Za-z一-龠](?!.{0,3}(?:維持|達成|以|未))")


def _following(after: str) -> str | None:
    if _KEEP.match(after):
        return "maintain"
    match = _AFTER.match(after)
    if match is None:
        return None
    if match.lastgroup in ("up", "down") and match.group()[0] in "にへま":
        return None  # 80%に向上: the level to be reached, not the change
    names = {"up": "increase", "down": "decrease", "gt": ">", "lt": "<", "ge": ">=", "le": "<="}
    return names[match.lastgroup or "up"]


def _several(r: Reading, work: str, begin: int, figures: Sequence[Figure], around: Around) -> Target:
    first, second = figures[0], figures[1]
    values = _values(around)
    if len(figures) == 2 and first.unit in ("", second.unit):
        between = work[first.end : second.start].strip("\0 、,かつ")
        if {first.comparator, second.comparator} in (
            {">=", "<="},
            {">", "<"},
            {">=", "<"},
            {">", "<="},
        ) and not between:
            low, high = sorted((first.value, second.value))
            return Target(r.text, None, second.unit, "range", low=low, high=high, **values)
        if _RANGE.fullmatch(work, first.end, second.start) and not first.comparator and first.value < second.value:
            return Target(
                r.text, None, second.unit, "range", approx=second.approx, low=first.value, high=second.value, **values
            )
        if _TO.fullmatch(work, first.end, second.start) and not first.comparator:
            between_words = work[first.end : second.start]
            if "→" not in between_words and not work.startswith(("に", "へ", "まで"), second.end):
                return Target(r.text, unparsed=True)
            return _single(r, work, second.start, second, around)
    units = {figure.unit for figure in figures}
    multi: list[Quantity] = []
    at = begin
    for figure in figures:
        label = r.original(at, figure.start).replace("\0", "").strip(" 　、,・/／:：\n")
        label = _LABEL_END.sub("", label)
        if not label or len(label) > 20 or figure.high is not None or "\0" in work[at : figure.start]:
            return Target(r.text, unparsed=True)
        if _following(work[figure.end :]) is not None:
            return Target(r.text, unparsed=True)
        multi.append(Quantity(figure.value, figure.unit, label, figure.comparator))
        at = figure.end
    if work[at:].strip("\0 。") or len(units) > 1:
        return Target(r.text, unparsed=True)
    comparators = {q.comparator or "=" for q in multi}
    shared = comparators.pop() if len(comparators) == 1 else "="
    return Target(r.text, None, first.unit, shared, multi=tuple(multi), **values)


def _words(r: Reading, work: str, begin: int, around: Around) -> Target:
    """A target in words: 前年度を上回る, 全国平均並み, 現状維持."""
    found = reference(work[begin:].replace("\0", ""))
    if found is None:
        return Target(r.text, unparsed=True)
    comparator, against = found
    values = _values(around)
    values["ratio"] = None
    return Target(r.text, None, "", comparator, reference=against, **values)


def _values(around: Around) -> dict[str, Any]:
    return {
        "base": around.base, "fiscal_year": around.fiscal_year, "target": around.target,
        "target_precision": around.target_precision, "role": around.role, "as_of": around.as_of, "ratio": around.ratio,
        "change_rate": around.change_rate, "side": around.side, "warnings": tuple(dict.fromkeys(around.warnings)),
    }  # fmt: skip
