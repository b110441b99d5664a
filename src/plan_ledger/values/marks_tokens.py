"""The pieces a text is compared in: whole numbers and dates, words by script, single signs."""

from __future__ import annotations

import re
from typing import Final

DIGIT: Final = "[0-9０-９]"
COMBINING: Final = "\u0300-\u036f\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef\u200d"
KANJI: Final = "一-鿿㐀-䶿豈-﫿々〆〇\U00020000-\U000323af"
KATAKANA: Final = "ァ-ヺーヽヾｦ-ﾟ"
HIRAGANA: Final = "ぁ-ゖゝゞ"
LATIN: Final = "A-Za-zＡ-Ｚａ-ｚÀ-ÖØ-öø-ÿ"
_LETTER_BEFORE: Final = "(?<![A-Za-zＡ-Ｚａ-ｚ])"

_NUMBER: Final = f"(?:{DIGIT}{{1,3}}(?:[,，]{DIGIT}{{3}})+(?!{DIGIT})(?:[.．]{DIGIT}+)?|{DIGIT}+(?:[.．]{DIGIT}+)*)"
_ERA: Final = f"(?:令和|平成|昭和|{_LETTER_BEFORE}[RHSＲＨＳ])"
_MONTH_DAY: Final = f"{DIGIT}{{1,2}}月(?!間)(?:{DIGIT}{{1,2}}日(?!間))?"

TOKEN: Final = re.compile(
    "|".join(
        (
            # 令和5年9月30日, R5年度, 2023年4月; a bare `3年` is a length of time: number and unit
            f"{_ERA}(?:元|{DIGIT}{{1,2}})年(?:度|{_MONTH_DAY})?",
            f"{DIGIT}{{4}}年(?:度|{_MONTH_DAY})?",
            f"{DIGIT}{{1,2}}年{_MONTH_DAY}",
            _MONTH_DAY,
            # R5.10, R5.9.30, R5; 5/12, 2023/4/1; 10:30
            f"{_LETTER_BEFORE}[RHSＲＨＳ]{DIGIT}{{1,2}}(?:[.．/／]{DIGIT}{{1,2}}){{0,2}}(?!{DIGIT})",
            f"{DIGIT}{{1,4}}[/／]{DIGIT}{{1,2}}(?:[/／]{DIGIT}{{1,2}})?(?!{DIGIT})",
            f"{DIGIT}{{1,2}}[:：]{DIGIT}{{2}}(?!{DIGIT})",
            f"[▲△]?{_NUMBER}(?:(?:[兆億万]{_NUMBER})+[億万]?)?",
            f"[{LATIN}][{LATIN}{COMBINING}]*(?:[-_'’][{LATIN}]+)*",
            f"[{KATAKANA}][{KATAKANA}{COMBINING}]*",
            f"[{HIRAGANA}][{HIRAGANA}ー{COMBINING}]*",
            f"[{KANJI}][{KANJI}{COMBINING}]*",
            "\r\n",
            f"[\\s\\S][{COMBINING}]*",
        )
    )
)


def tokens(text: str) -> list[str]:
    """Cut ``text`` into pieces whose concatenation is ``text``."""
    return TOKEN.findall(text)
