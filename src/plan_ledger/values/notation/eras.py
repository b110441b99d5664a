"""The five modern eras and the Gregorian year of an era year.

Sources: 元号を改める政令 (昭和64年政令第1号: 平成 from 1989-01-08; 平成31年政令第143号: 令和 from 2019-05-01),
明治改元の詔 (from 1868-01-25), 詔書 (大正 from 1912-07-30, 昭和 from 1926-12-25); 太政官布告第337号 (明治5年): the
solar calendar since 1873-01-01.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Era(NamedTuple):
    """``first`` and ``last`` as yyyymmdd, both inclusive; era year 1 is ``base`` + 1."""

    name: str
    letter: str
    base: int
    first: int
    last: int


REIWA: Final = Era("令和", "R", 2018, 20190501, 99991231)
HEISEI: Final = Era("平成", "H", 1988, 19890108, 20190430)
SHOWA: Final = Era("昭和", "S", 1925, 19261225, 19890107)
TAISHO: Final = Era("大正", "T", 1911, 19120730, 19261224)
MEIJI: Final = Era("明治", "M", 1867, 18680125, 19120729)

ERAS: Final = (REIWA, HEISEI, SHOWA, TAISHO, MEIJI)
BY_NAME: Final[dict[str, Era]] = {
    key: era for era in ERAS for key in (era.name, era.name[0], era.letter, era.letter.lower())
}
SOLAR_SINCE: Final = 1873
MAX_ERA_YEAR: Final = 150
"""昭和100年 is still written; a three-digit year beyond this is a slip."""


def era_of(year: int, month: int = 12, day: int = 31) -> Era:
    """The era in force on a day; by default on the last day of a year."""
    key = year * 10000 + month * 100 + day
    for era in ERAS:
        if key >= era.first:
            return era
    return MEIJI
