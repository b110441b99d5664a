"""Folding: a copy of the text in one width, with the way back to every original character.

Only what stands for the same thing in a date, an amount or a target is folded (widths, kinds of tilde and dash, era
ligatures, radicals that PDF files put in place of ideographs). It is not NFKC, which would also turn ① into 1 and
㎡ into m2. Values are read from the copy; texts and labels are always cut from the original.

Sources: Unicode 15 code charts, Halfwidth and Fullwidth Forms (FF00), Enclosed CJK Letters and Months (3200), CJK
Compatibility (3300), Kangxi Radicals (2F00).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

_TABLE: dict[int, str] = {0xFF01 + i: chr(0x21 + i) for i in range(94)}


def _alias(to: str, chars: str) -> None:
    for char in chars:
        _TABLE[ord(char)] = to


_alias("~", "〜∼∽⁓〰\uff5e˜")
_alias("-", "－−‐‑‒–—―─━﹣˗➖﹘⸺⸻")
_alias("ー", "ｰ")
_alias("→", "⇒➡⇨➔⟶⟹➜⮕")
_alias(" ", "\t\n\r\v\f\x85\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))))
_alias("・", "･·•‧∙⋅")
_alias(",", "，﹐")
_alias("、", "､")
_alias("。", "｡")
_alias("'", "‘’‛ʼ′´`＇`＇ʹ")
_alias("¥", "￥")
_alias("%", "﹪㌫")
_alias("/", "⁄∕")
_alias(":", "∶︰")
_alias("+", "﹢")
_alias("(", "❨⦅﹙︵")
_alias(")", "❩⦆﹚︶")
_alias("[", "〔﹝")
_alias("]", "〕﹞")
_alias("「", "｢")
_alias("」", "｣")
_alias("△", "▲△")
_alias("…", "⋯")
_alias("R", "㋿")
_alias("H", "㍻")
_alias("S", "㍼")
_alias("T", "㍽")
_alias("M", "㍾")
for _radical, _ideograph in zip(
    "⽉⽇⽕⽔⽊⾦⼟⼀⼆⼋⼗⼈⾄⼩⼤⼝⽌⽐⽴⽣⽥⽤⽬⾯⾼⾏⼒⽂\uf98e\uf9a8\uf925\u2ea0\u3007\uf9d1\uf978",
    "月日火水木金土一二八十人至小大口止比立生田用目面高行力文年令拉民〇六両",
    strict=True,
):
    _TABLE[ord(_radical)] = _ideograph
_HALF_KANA = "ｦｧｨｩｪｫｬｭｮｯｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ"
_FULL_KANA = (
    "ヲァィゥェォャュョッアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
)
for _half, _full in zip(_HALF_KANA, _FULL_KANA, strict=True):
    _TABLE[ord(_half)] = _full
_FOLD: Final = dict(_TABLE)

_EXPANDED: Final[dict[str, str]] = {chr(0x32C0 + i): f"{i + 1}月" for i in range(12)}
_EXPANDED.update({chr(0x33E0 + i): f"{i + 1}日" for i in range(31)})
_EXPANDED.update({chr(0x322A + i): f"({day})" for i, day in enumerate("月火水木金土日")})
_EXPANDED.update({"㈱": "(株)", "㍉": "ミリ", "㌔": "キロ", "㌧": "トン"})
_INVISIBLE: Final = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f" + "".join(map(chr, range(0xFE00, 0xFE10)))
_EXPANDED.update(dict.fromkeys(_INVISIBLE, ""))
_SPECIAL: Final = re.compile(
    "[" + "".join(_EXPANDED) + "]|.[\u3099\u309a\uff9e\uff9f]",
    re.DOTALL,
)
_MARKS: Final = {"\uff9e": "\u3099", "\uff9f": "\u309a", "\u3099": "\u3099", "\u309a": "\u309a"}


class Folded(NamedTuple):
    """``text`` folded; ``back[i]`` is the original offset of its character ``i`` (None: the offsets are the same)."""

    text: str
    back: tuple[int, ...] | None
    length: int

    def at(self, i: int) -> int:
        """The original offset of folded offset ``i``; the original's length past the end."""
        if self.back is None:
            return i
        return self.back[i] if i < len(self.back) else self.length

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Original offsets of the folded slice, the end exclusive."""
        if self.back is None:
            return start, end
        if start >= end:
            return self.at(start), self.at(start)
        return self.at(start), self.back[end - 1] + 1 if end - 1 < len(self.back) else self.length


def fold(text: str) -> Folded:
    """One width for everything that a notation is made of; linear in the text's length."""
    if text.isascii():
        if text.isprintable():
            return Folded(text, None, len(text))
        return Folded(text.translate(_FOLD), None, len(text))
    if _SPECIAL.search(text) is None:
        return Folded(text.translate(_FOLD), None, len(text))
    out: list[str] = []
    back: list[int] = []
    last = 0
    for match in _SPECIAL.finditer(text):
        out.append(text[last : match.start()].translate(_FOLD))
        back.extend(range(last, match.start()))
        found = match.group()
        last = match.end()
        new = _EXPANDED.get(found)
        if new is None:
            base = found[0].translate(_FOLD)
            base = _EXPANDED.get(base, base)
            new = unicodedata.normalize("NFC", base + _MARKS[found[1]])
            back.extend([match.start()] * (len(new) - 1) + [match.start() + 1] if len(new) > 1 else [match.start()])
        else:
            back.extend([match.start()] * len(new))
        out.append(new)
    out.append(text[last:].translate(_FOLD))
    back.extend(range(last, len(text)))
    return Folded("".join(out), tuple(back), len(text))


_SPACES: Final = re.compile(" +")


def squeeze(folded: Folded) -> Folded:
    """Without white space, which line wraps and padding leave anywhere; one space stays between two digits.

    ``令和5年4月 9日`` becomes ``令和5年4月9日``, while ``12 3`` must not become 123.
    """
    text = folded.text
    if " " not in text:
        return folded
    out: list[str] = []
    back: list[int] = []
    last = 0
    for match in _SPACES.finditer(text):
        start, end = match.span()
        out.append(text[last:start])
        back.extend(range(last, start))
        if start > 0 and end < len(text) and text[start - 1] in _DIGITS and text[end] in _DIGITS:
            out.append(" ")
            back.append(start)
        last = end
    out.append(text[last:])
    back.extend(range(last, len(text)))
    if folded.back is not None:
        back = [folded.back[i] for i in back]
    return Folded("".join(out), tuple(back), folded.length)


_DIGITS: Final = frozenset("0123456789")


def label(text: str) -> str:
    """For matching only: one width, no white space, no flattened line breaks."""
    return squeeze(fold(text)).text.replace(" ", "")
