"""Words after a date that say how it is meant: 末, 上旬, 中, 頃, まで, 以降, 時点, 予定. Kept, never dropped."""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(
    r"(?P<sub>上旬|中旬|下旬|初旬|初頭|初め|はじめ|始め|月初め?|月末|末日|末|前半"
    r"|後半|半ば|なかば|中頃|中ごろ|中(?![学小高央心止間核堅立国部長])|内(?![外閣科容訳])"
    r"|当初(?!予算))"
    r"|(?P<about>(?:の)?(?:頃|ごろ|ころ)|前後|を?(?:目途|目処|めど)に?)"
    r"|(?P<limit>までに?|迄に?|以降|以後|以前)"
    r"|(?P<state>時点|現在|の?予定|の?見込み?|付け?(?![加帯]))"
)
_SAME: Final = {
    "ごろ": "頃", "ころ": "頃", "月末": "末", "なかば": "半ば", "中ごろ": "中頃", "はじめ": "初め", "始め": "初め",
    "迄": "まで", "見込み": "見込", "付け": "付", "目処": "目途", "めど": "目途", "月初め": "月初",
}  # fmt: skip
WITHIN: Final = frozenset(
    {"末", "末日", "初め", "初頭", "当初", "上旬", "中旬", "下旬", "初旬", "前半", "後半", "半ば", "中頃", "月初"}
)
"""Words that name a part of what they follow; after a bare year they do not say of which year."""
WITHIN_MONTH: Final = frozenset({"末", "末日", "月初", "上旬", "中旬", "下旬", "初旬"})
"""Words that only a month has."""
APPROXIMATE: Final = frozenset({"頃", "前後", "目途", "中頃"})


def scan_qualifiers(s: str, i: int) -> tuple[int, tuple[str, ...]]:
    """The qualifiers at ``i``, in one spelling each, and where they end. At most four are taken."""
    match = _WORD.match(s, i)
    if match is None:
        return i, ()
    words: list[str] = []
    while match is not None and len(words) < 4:
        word = match.group()
        if len(word) > 1:
            if word[0] in "のを":
                word = word[1:]
            if word[-1] == "に" and len(word) > 1:
                word = word[:-1]
        if word not in ("時点", "現在") or not words:
            words.append(_SAME.get(word, word))
        i = match.end()
        match = _WORD.match(s, i)
    return i, tuple(words)
