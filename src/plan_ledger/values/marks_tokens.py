"""The pieces a text is compared in: whole numbers and dates, words by script, single signs."""

from __future__ import annotations

import re
from typing import Final

_D: Final = "[0-9０-９]"
_COMBINING: Final = "\u0300-\u036f\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef\u200d"
KANJI: Final = "一-鿿㐀-䶿豈-﫿々〆〇\U00020000-\U000323af"
KATAKANA: Final = "ァ-ヺーヽヾｦ-ﾟ"
HIRAGANA: Final = "ぁ-ゖゝゞ"
LATIN: Final = "A-Za-zＡ-Ｚａ-ｚÀ-ÖØ-öø-ÿ"
_LETTER_BEFORE: Final = "(?<![A-Za-zＡ-Ｚａ-ｚ])"

_NUMBER: Final = f"(?:{_D}{{1,3}}(?:[,，]{_D}{{3}})+(?!{_D})(?:[.．]{_D}+)?|{_D}+(?:[.．]{_D}+)*)"
_ERA: Final = f"(?:令和|平成|昭和|{_LETTER_BEFORE}[RHSＲＨＳ])"
_MONTH_DAY: Final = f"{_D}{{1,2}}月(?!間)(?:{_D}{{1,2}}日(?!間))?"

TOKEN: Final = re.compile(
    "|".join(
        (
            # 令和5年9月30日, R5年度, 2023年4月; a bare `3年` is a length of time: number and unit
            f"{_ERA}(?:元|{_D}{{1,2}})年(?:度|{_MONTH_DAY})?",
            f"{_D}{{4}}年(?:度|{_MONTH_DAY})?",
            f"{_D}{{1,2}}年{_MONTH_DAY}",
            _MONTH_DAY,
            # R5.10, R5.9.30, R5; 5/12, 2023/4/1; 10:30
            f"{_LETTER_BEFORE}[RHSＲＨＳ]{_D}{{1,2}}(?:[.．/／]{_D}{{1,2}}){{0,2}}(?!{_D})",
            f"{_D}{{1,4}}[/／]{_D}{{1,2}}(?:[/／]{_D}{{1,2}})?(?!{_D})",
            f"{_D}{{1,2}}[:：]{_D}{{2}}(?!{_D})",
            f"[▲△]?{_NUMBER}(?:[兆億万]{_NUMBER})*",
            f"[{LATIN}][{LATIN}{_COMBINING}]*(?:[-_'’][{LATIN}]+)*",
            f"[{KATAKANA}][{KATAKANA}{_COMBINING}]*",
            f"[{HIRAGANA}][{HIRAGANA}ー{_COMBINING}]*",
            f"[{KANJI}][{KANJI}{_COMBINING}]*",
            "\r\n",
            f"[\\s\\S][{_COMBINING}]*",
        )
    )
)


def tokens(text: str) -> list[str]:
    """Cut ``text`` into pieces whose concatenation is ``text``."""
    return TOKEN.findall(text)
