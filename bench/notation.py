"""How fast notations are read: short ones per second on one core, and 100,000-character inputs.

Run ``python bench/notation.py``; it fails below 30,000 short notations a second or above 50 ms for a long input.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from pathlib import Path

from plan_ledger.values.notation import KINDS, MAX_LENGTH, NotationError, parse

FORMS = Path(__file__).parent.parent / "docs" / "notation_forms.json"
SHORT = 24
"""Characters that a short notation has at most: what stands in a date, period, amount or target cell."""
HOSTILE = {
    "one digit": "1", "one ideograph": "一", "hiragana": "あ", "dates": "R5.4 ", "ranges": "R5.4.1~R6.3.31 実施 ",
    "m/d": "5/12~ ", "open brackets": "(", "brackets": "()", "bullets": "・", "spaces": " ", "line feeds": "\n",
    "tildes": "~", "half-width kana": "ｶﾞ", "invisible": "\u200b", "month signs": "㋀", "grouped": "1,", "units": "1人",
    "labels": "県1名、", "tabs": "\t", "percent": "1%以上 ", "era": "令和", "mixed myriads": "1億2千万",
    "second brackets": "(1)", "commas": ",", "hyphens": "1-",
}  # fmt: skip


def short_per_second(seconds: float = 1.0) -> dict[str, float]:
    """Readings per second for each kind, and over all of the table's short forms together."""
    groups = json.loads(FORMS.read_text(encoding="utf-8"))
    forms = [(g["kind"], f["text"], g["context"]) for g in groups for f in g["forms"] if len(f["text"]) <= SHORT]
    result: dict[str, float] = {}
    for name in (*KINDS, "all"):
        chosen = [form for form in forms if name in ("all", form[0])]
        if not chosen:
            continue
        count = 0
        start = time.perf_counter()
        while (spent := time.perf_counter() - start) < seconds:
            for kind, text, context in chosen:
                with suppress(NotationError):
                    parse(kind, text, **context)
            count += len(chosen)
        result[name] = count / spent
    return result


def slowest(length: int) -> tuple[float, str]:
    """The slowest answer to any hostile input of ``length`` characters, in milliseconds, and which one it was."""
    worst = (0.0, "")
    for name, unit in HOSTILE.items():
        text = (unit * (length // len(unit) + 1))[:length]
        for kind in KINDS:
            start = time.perf_counter()
            with suppress(NotationError):
                parse(kind, text, fiscal_year=2023, unit="千円")
            spent = (time.perf_counter() - start) * 1000
            worst = max(worst, (spent, f"{kind}, {name}"))
    return worst


def main() -> int:
    rates = short_per_second()
    for name, rate in rates.items():
        print(f"{name:14} {rate:10,.0f}/s")
    worst = 0.0
    for length in (400, 1_000, MAX_LENGTH, 100_000):
        spent, name = slowest(length)
        worst = max(worst, spent)
        print(f"{length:7,} characters: at most {spent:6.1f} ms ({name})")
    return int(rates["all"] < 30_000 or worst >= 50)


if __name__ == "__main__":
    sys.exit(main())
