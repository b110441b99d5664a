"""What stands around an amount: fiscal year, stage (9月補正), role (再掲), 約 and 余, うち…, a breakdown, a remark."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

from plan_ledger.values.notation.codes import NotationWarning, Reason
from plan_ledger.values.notation.eras import BY_NAME
from plan_ledger.values.notation.model import Part
from plan_ledger.values.notation.numerals import kanji_number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plan_ledger.values.notation.context import Reading


class HasYen(Protocol):
    """What a scanned amount must offer here."""

    end: int
    yen: int | None


class Notes:
    """What was found around the amount."""

    def __init__(self) -> None:
        self.approx: str | None = None
        self.comparator: str | None = None
        self.fiscal_year: int | None = None
        self.stage: str | None = None
        self.role: str | None = None
        self.label: str | None = None
        self.marker: str | None = None
        self.remark: str | None = None
        self.of_which: list[Part] = []
        self.breakdown: list[Part] = []
        self.warnings: list[NotationWarning] = []
        self.parts: list[tuple[str, int, int]] = []


_MARKER: Final = re.compile(r"[※*]|注(?:[0-9])?[):]?")
_YEAR: Final = re.compile(
    r"(?:(?P<era>令和|平成|昭和|[令平昭RHS])(?P<ey>元|[0-9]{1,2}|[一二三四五六七八九十]{1,3})|(?P<wy>[12][0-9]{3}))"
    r"(?:年度|(?=[ :]|当初|補正|[0-9]{1,2}月補正|$))[の: ]?"
)
_STAGE: Final = re.compile(
    r"(?:[0-9]{1,2}月|第[0-9]{1,2}[号回次])?(?:当初|肉付け?|骨格|補正|専決|現計|最終|既決|決算|要求|査定)"
    r"(?:予算)?(?:後|前|見込)?(?:額)?(?:\(第[0-9]{1,2}[号回次]\))?"
)
_ROLE: Final = re.compile(r"債務負担行為(?:限度額)?|繰越明許費?|(?:事故)?繰越|再掲|内数|外数|別掲|うち|内書き?|継続費")
_APPROX_BEFORE: Final = re.compile(r"約|およそ|おおむね|概ね|概算|ほぼ")
_LIMIT_BEFORE: Final = re.compile(r"(?P<le>上限|最大|限度額|最高)|(?P<ge>最低|下限|少なくとも)")
COMBINING: Final = "\u3099\u309a\uff9e\uff9f"
_LABEL: Final = re.compile(r"[^0-9△\-+±¥\\~().,/%$€£]{1,30}(?=[△\-+¥0-9])")
_BAD_LABEL_END: Final = frozenset("第数何RHSTM×÷=ー・")
_TAIL: Final = re.compile(
    r"(?P<approx>余り?|強|弱|程度|前後|超(?!過)|あまり|ほど|(?:の)?見込み?)"
    r"|(?P<cmp>以上|以内|以下|未満|を超える|を上限|まで|を上回る|を下回る)"
    r"|(?P<keep>[のを]維持)|(?P<end>也|※[0-9]{0,2}$|ちょうど|-(?=$|\()|です?$|。$|(?:を)?(?:計上|予定|措置)$)"
)
COMPARATORS: Final = {
    "以上": ">=", "以内": "<=", "以下": "<=", "未満": "<", "を超える": ">", "を上限": "<=", "まで": "<=",
    "を上回る": ">", "を下回る": "<",
}  # fmt: skip
_OF_WHICH: Final = re.compile(r"[、,]?(?:う[ちヒ]|内訳?:?)(?!数)")
_GROUP: Final = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】")
_BRACKETS: Final = frozenset("()[]【】")
_REPEATED: Final = re.compile(r"再掲|内数|外数|別掲|再(?=$)")
_ENTRY_LABEL: Final = re.compile(r"(?:うち)?([^0-9△\-+¥]{1,30}?):?(?=[△\-+¥0-9])")
_BARE: Final = re.compile(r"[△\-+]?[0-9,.]+(?:[百千万億]{0,2}円)?")
_PREVIOUS: Final = re.compile(r"前年|昨年|前回|当初|R[0-9]|令和|平成|H[0-9]|対")


def read_prefix(r: Reading, i: int, notes: Notes) -> int:
    """Take what stands before the figure; the figure's offset is returned."""
    s = r.s
    for name, pattern in (
        ("marker", _MARKER),
        ("fiscal_year", _YEAR),
        ("bracketed", _GROUP),
        ("stage", _STAGE),
        ("role", _ROLE),
    ):
        match = pattern.match(s, i)
        if match is None or match.end() == i:
            continue
        if name == "marker":
            notes.marker = match.group()
        elif name == "fiscal_year":
            value = kanji_number(match["ey"] or match["wy"])
            assert value is not None
            notes.fiscal_year = value + (BY_NAME[match["era"]].base if match["era"] else 0)
        elif name == "bracketed":
            inner = match[match.lastindex or 1]
            if not _classify(inner, notes):
                raise r.error(Reason.NOT_AN_AMOUNT, i)
        elif name == "stage":
            notes.stage = match.group()
        else:
            notes.role = "内数" if match.group() in ("うち", "内書", "内書き") else match.group()
        notes.parts.append((name, *match.span()))
        i = match.end()
        if s[i : i + 1] in (":", "は", "、") and i < len(s):
            i += 1
    if s[i : i + 1] in ("の", " ") and i < len(s):
        i += 1
    i = _limits(s, i, notes)
    label = _LABEL.match(s, i)
    if label is not None and s[i] != "約" and label.group() != "金":
        words = label.group().rstrip(":は約およそ概")
        if words and (words[-1] in _BAD_LABEL_END or words[0] in COMBINING or _FIGURE_WORDS.search(words)):
            raise r.error(Reason.NOT_AN_AMOUNT, i)
        notes.label = r.original(i, i + len(words)).strip() or None
        notes.parts.append(("label", i, i + len(words)))
        i += len(words)
        if s[i : i + 1] in (":", "は"):
            i += 1
        i = _limits(s, i, notes)
    return i


_FIGURE_WORDS: Final = re.compile(r"[一二三四五六七八九十百千万億]円|円")


def _limits(s: str, i: int, notes: Notes) -> int:
    if (limit := _LIMIT_BEFORE.match(s, i)) is not None:
        notes.comparator = "<=" if limit["le"] else ">="
        i = limit.end()
        if s[i : i + 1] == ":":
            i += 1
    if (approx := _APPROX_BEFORE.match(s, i)) is not None:
        notes.approx = "約"
        i = approx.end()
    return i


def _classify(inner: str, notes: Notes) -> bool:
    """A stage, role or fiscal year in brackets of its own."""
    repeated = _REPEATED.fullmatch(inner)
    if repeated is not None:
        notes.role = "再掲" if inner.startswith("再") else inner
        return True
    if _STAGE.fullmatch(inner):
        notes.stage = inner
        return True
    if (role := _ROLE.fullmatch(inner)) is not None:
        notes.role = role.group()
        return True
    if (year := _YEAR.match(inner)) is not None and (year.end() == len(inner) or _STAGE.fullmatch(inner, year.end())):
        value = kanji_number(year["ey"] or year["wy"])
        assert value is not None
        notes.fiscal_year = value + (BY_NAME[year["era"]].base if year["era"] else 0)
        notes.stage = inner[year.end() :] or notes.stage
        return True
    return False


def read_tail(r: Reading, i: int, notes: Notes) -> int:
    """Take 余, 程度, 以内, の維持 and the like; for a footnote, what the amount is (``は…``)."""
    s = r.s
    for _ in range(3):
        match = _TAIL.match(s, i)
        if match is None:
            break
        if match["approx"]:
            word = match.group().removeprefix("の")
            if word == "超":
                notes.comparator = ">"
            else:
                notes.approx = {"余り": "余", "あまり": "余", "見込み": "見込"}.get(word, word)
        elif match["cmp"]:
            notes.comparator = COMPARATORS[match.group()]
        elif match["keep"]:
            notes.comparator = "maintain"
        i = match.end()
    if s[i : i + 1] == "は" and len(s) > i + 1:
        if s[i + 1] in COMBINING:
            raise r.error(Reason.NOT_AN_AMOUNT, i)
        notes.label = r.original(i + 1, len(s)).strip().rstrip("。")
        notes.parts.append(("label", i + 1, len(s)))
        return len(s)
    return i


def read_brackets(r: Reading, i: int, notes: Notes, amount: Callable[[int], HasYen | None]) -> None:
    """Take every bracket after the amount, and an unbracketed うち or 再掲.

    Raises:
        NotationError: Something follows that is not understood.
    """
    s = r.s
    while i < len(s):
        group = _GROUP.match(s, i)
        if group is not None:
            which = group.lastindex or 1
            _inside(r, group.start(which), group.end(which), notes, amount)
            i = group.end()
            continue
        if s[i] in " 、" and not ("0" <= s[i + 1 : i + 2] <= "9"):
            i += 1
            continue
        which_of = _OF_WHICH.match(s, i)
        if which_of is not None:
            notes.of_which.extend(_entries(r, which_of.end(), len(s), amount))
            return
        role = _REPEATED.match(s, i) or _STAGE.match(s, i)
        if s[i] in "、. ," and s[i + 1 : i + 2].isascii() and s[i + 1 : i + 2].isdigit():
            raise r.error(Reason.BAD_GROUPING, i)
        if role is None or role.end() != len(s) or not _classify(role.group(), notes):
            raise r.error(Reason.NOT_AN_AMOUNT, i)
        i = role.end()


def _inside(r: Reading, start: int, end: int, notes: Notes, amount: Callable[[int], HasYen | None]) -> None:
    s = r.s
    inner = s[start:end]
    if _classify(inner, notes):
        notes.parts.append(("note", start, end))
        return
    which = _OF_WHICH.match(s, start)
    if which is not None:
        notes.of_which.extend(_entries(r, which.end(), end, amount))
        notes.parts.append(("of_which", start, end))
        return
    label = _ENTRY_LABEL.match(s, start, end)
    if label is not None and not _PREVIOUS.match(inner) and (found := _try_entries(r, start, end, amount)):
        notes.breakdown.extend(found)
        notes.parts.append(("breakdown", start, end))
        return
    if not _BRACKETS.isdisjoint(inner):
        raise r.error(Reason.NOT_AN_AMOUNT, start)
    if "再掲" in inner:
        notes.role = "再掲"
    if _BARE.fullmatch(inner):
        notes.warnings.append(NotationWarning.BRACKETED_AMOUNT)
    notes.remark = r.original(start, end)
    notes.parts.append(("remark", start, end))


def _try_entries(r: Reading, start: int, end: int, amount: Callable[[int], HasYen | None]) -> Sequence[Part]:
    from plan_ledger.errors import NotationError

    try:
        return _entries(r, start, end, amount)
    except NotationError:
        return ()


def _entries(r: Reading, start: int, end: int, amount: Callable[[int], HasYen | None]) -> list[Part]:
    """``国費 500、県費 500`` as parts; every one needs an amount, only the first may lack a label."""
    s = r.s
    found: list[Part] = []
    i = start
    while i < end:
        label = _ENTRY_LABEL.match(s, i, end)
        words = ""
        if label is not None:
            words = r.original(label.start(1), label.end(1)).strip()
            i = label.end()
        elif found:
            raise r.error(Reason.NOT_AN_AMOUNT, i)
        value = amount(i)
        if value is None or value.yen is None or value.end > end:
            raise r.error(Reason.NOT_AN_AMOUNT, i)
        found.append(Part(words, value.yen))
        i = value.end
        if i < end:
            if s[i] not in "、,・;/ )":
                raise r.error(Reason.NOT_AN_AMOUNT, i)
            i += 1
    if not found:
        raise r.error(Reason.NOT_AN_AMOUNT, start)
    return found
