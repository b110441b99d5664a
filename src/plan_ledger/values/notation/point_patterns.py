"""The patterns that ``points`` scans with: years, months and days, weekdays, halves and quarters, seasons."""

from __future__ import annotations

import re
from typing import Final

K: Final = "〇零一二三四五六七八九十"
ERA: Final = r"(?:令和|平成|昭和|大正|明治|[令平昭大明RHSTMrhstm])"
NUM: Final = rf"(?:[0-9]{{1,3}}|[{K}]{{1,3}})"
YEAR: Final = re.compile(
    rf"(?P<era>{ERA})[.]?(?P<ey>元|[0-9]+|[{K}百]{{1,5}})"
    rf"|(?:西暦)?(?:FY|fy)'?(?P<fy>[0-9]{{4}}|[0-9]{{2}})(?![0-9])"
    rf"|(?:西暦)?(?P<wy>[12][0-9]{{3}}|[一二][{K}]{{3}})(?![0-9{K}])"
    r"|'(?P<ay>[0-9]{2})(?![0-9])"
    rf"|(?P<by>[0-9]{{1,2}}|元|[{K}]{{1,3}})(?=(?:\((?:西暦)?[0-9]{{4}}\))?年(?![間代生目前後])(?!以[上内下]))"
    r"|(?P<rel>今|本|当|来|翌|次|前|昨)年度(?!比)"
)
RELATIVE: Final = {"今": 0, "本": 0, "当": 0, "来": 1, "翌": 1, "次": 1, "前": -1, "昨": -1}
CO: Final = re.compile(
    r"\((?:西暦)?(?P<cw>[0-9]{4})(?P<cu>年度|年)?\)"
    rf"|\((?P<ce>{ERA})(?P<cy>元|[0-9]{{1,3}}|[{K}]{{1,3}})(?P<ceu>年度|年)?\)"
    rf"|[・/](?P<se>{ERA})(?P<sy>元|[0-9]{{1,3}})(?=年|$|[~\-→(])"
)
YEAR_WORD: Final = re.compile(r"(?:会計)?年度(?!比)|年(?![間代])")
TAIL: Final = re.compile(
    r"(?P<sep>[./・-])(?P<m>[0-9]{1,3})(?P<mk>月)?(?:(?P=sep)(?P<d>[0-9]{1,3})日?|(?P<d2>[0-9]{1,3})日)?"
)
MONTH: Final = re.compile(rf"(?P<m>{NUM})月(?![間当分])(?:(?P<d>{NUM})日(?!間))?")
MONTH_LIST: Final = re.compile(r"(?P<m>[0-9]{1,2})(?=(?:~|-|ー|→|から)[0-9]{1,2}月)")
DAY_LIST: Final = re.compile(r"(?P<d>[0-9]{1,2})(?=(?:~|-|ー|→|から)[0-9]{1,2}日)")
MD: Final = re.compile(r"(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})(?![0-9/])日?")
DOTTED: Final = re.compile(r"([0-9]{1,2})([./・-])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])")
TWO: Final = re.compile(r"[0-9]{1,2}[.・-][0-9]{1,2}(?![0-9])")
COMPACT: Final = re.compile(r"(?P<y>[12][0-9]{3})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?![0-9])")
WEEKDAY: Final = re.compile(
    r"\((?P<w>[月火水木金土日])(?:曜日?)?(?:[・,、/]?(?:祝日?|休日?|振替休日))?\)|(?P<w2>[月火水木金土日])曜日?"
)
PART: Final = re.compile(
    r"(?:第?(?P<q>[1-4一二三四])・?四半期|第?(?P<q2>[1-4])Q(?![A-Za-z])|Q(?P<q3>[1-4])(?![0-9])"
    r"|(?P<h1>上半期|上期)|(?P<h2>下半期|下期)|(?P<n1>前半期|前期|前半)|(?P<n2>後半期|後期|後半))"
)
SEASON: Final = re.compile(
    r"(?P<s>春|夏|秋|冬)(?:季|期)?(?=$|[~→\-ー(、。 :]|頃|ごろ|ころ|以降|まで|から|の|予定|に|を|開)"
)
YEAR_END: Final = re.compile(r"末(?!期)|当初|初頭|初め|はじめ|始め|頭|初(?!旬|め)")
WHOLE_YEAR: Final = re.compile(r"通年|年間(?:を通(?:じ|し)て?)?$|年度内|年度中|年度を?通(?:じ|し)て")
EVERY_YEAR: Final = re.compile(r"年度(末(?!期)|当初|初め|はじめ|始め)")
