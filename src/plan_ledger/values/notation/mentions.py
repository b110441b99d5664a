"""Dates inside sentences: ``(5/12~)``, ``8月中の予定``, ``R5.6末時点``. They date a remark, not an entry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from plan_ledger.errors import NotationError
from plan_ledger.values.notation.codes import NotationWarning
from plan_ledger.values.notation.model import Mention
from plan_ledger.values.notation.periods import build_period
from plan_ledger.values.notation.ranges import scan_range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plan_ledger.values.notation.context import Reading

_CANDIDATE: Final = re.compile(
    r"(?<![0-9A-Za-z./:月年日第])(?:(?:[RHS]|令和|平成|昭和)(?:元|[0-9]{1,2})[./年]"
    r"|[12][0-9]{3}[./年][0-9]|[0-9]{1,2}/[0-9]{1,2}(?![0-9/])"
    r"|[0-9]{1,2}月(?![間当分]))"
)
_TRIM: Final = re.compile(r"(?:の?予定|の見込み?|に)$")
_NOT_A_DATE: Final = re.compile(r"補正|議会|定例|号|期")
MAX_MENTIONS: Final = 500


def find_mentions(r: Reading, taken: Sequence[tuple[int, int]], *, known: bool) -> tuple[Mention, ...]:
    """Every dated remark outside the spans ``taken`` by the entries themselves, at most :data:`MAX_MENTIONS`."""
    s = r.s
    found: list[Mention] = []
    busy = at = tried = 0
    for match in _CANDIDATE.finditer(s):
        i = match.start()
        while at < len(taken) and taken[at][1] <= i:
            at += 1
        if i < busy or (at < len(taken) and taken[at][0] <= i):
            continue
        tried += 1
        if tried > MAX_MENTIONS:
            break
        try:
            range_ = scan_range(r, i)
        except NotationError:
            continue
        if range_ is None:
            continue
        point = range_.left or range_.right
        if point is None or point.month is None or point.season is not None or _NOT_A_DATE.match(s, range_.end):
            continue
        single = range_.mark is None
        if (
            single
            and point.sep == "/"
            and point.inferred
            and not (point.qualifiers or point.weekday or s[i - 1 : i] == "(")
        ):
            # 1/2 in a sentence is a share as often as a day.
            continue
        text = r.original(i, range_.end)
        trimmed = _TRIM.sub("", text)
        period = build_period(r, range_, trimmed)
        unknown = NotationWarning.YEAR_INFERRED in period.warnings and not known
        begin, _ = r.folded.span(i, range_.end)
        found.append(Mention(trimmed, None if unknown else period, (begin, begin + len(trimmed))))
        busy = range_.end
    return tuple(found)
