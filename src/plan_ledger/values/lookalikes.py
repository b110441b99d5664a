"""Names that look alike: what a name comes to when everything that the eye takes for one thing is made one thing.

Two names are one actor's where NFKC, case and white space make them equal (``texts.folded_name``). What is compared
here is wider and only ever a hint for people: kana that look like kanji or Latin, letters of other alphabets,
strokes, and the commonest variant kanji of surnames (髙 高). Unicode's own table (UTS 39, confusables.txt) holds
thousands of pairs that no office types; these are the ones that a Japanese keyboard or a copied text brings.
"""

from __future__ import annotations

import unicodedata

_GROUPS = (
    # kana, kanji and signs of one shape
    "ニ二", "カ力", "ロ口囗", "エ工", "ト卜", "タ夕", "ハ八", "ヘへ", "ベべ", "ペぺ", "リり", "オ才", "チ千", "ム厶",
    "メ〆", "ヌ又", "イ亻", "シツ", "ソン", "日曰", "己已巳", "土士", "未末", "ー一―—–‐‑−─-", "・･·•",
    # letters and figures of other alphabets, figures for letters
    "0oοоօ〇○", "1li|ⅼіΙӏ", "aаα", "eе", "pрρ", "cс", "xхχ", "yуγ", "kкκ", "mм", "tт", "hн", "bв", "sѕ", "jј",
    "vν", "nп",
    # variant kanji of names
    "高髙", "崎﨑嵜", "吉𠮷", "辺邊邉", "斎齋斉齊", "沢澤", "浜濱", "広廣", "国國",
    "桜櫻", "竜龍", "島嶋嶌", "富冨", "真眞", "徳德",
)  # fmt: skip
_FIRST = {ord(other): group[0] for group in _GROUPS for other in group[1:]}
_VARIATION = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def skeleton(name: str) -> str:
    """What a name looks like, for comparing with another's; never shown, never stored."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    shown = "".join(
        each
        for each in folded
        if not each.isspace()
        and unicodedata.category(each) != "Cf"
        and not any(ord(each) in selectors for selectors in _VARIATION)
    )
    return shown.translate(_FIRST)


def has_invisible(name: str) -> bool:
    """Whether a name holds characters that show nothing or turn what is shown: bidi controls, zero-width ones."""
    return any(unicodedata.category(each) == "Cf" for each in name)
