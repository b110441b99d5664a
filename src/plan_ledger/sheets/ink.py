"""How a run of text is written: which colours count as the red of changed text, and runs joined by their ink."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from plan_ledger.sheets.grid import Run


@lru_cache(maxsize=1024)
def is_red(rgb: str | None) -> bool:
    """Whether a colour is one that a clerk takes for red: ``FF0000``, Excel's dark red ``C00000``, ``EE0000`` …

    Args:
        rgb: Six hexadecimal digits, or eight with the opacity first; anything else is no colour.
    """
    if not rgb or len(rgb) not in (6, 8):
        return False
    try:
        red, green, blue = (int(rgb[-6:][at : at + 2], 16) for at in (0, 2, 4))
    except ValueError:
        return False
    return red >= 0xB0 and green <= 0x60 and blue <= 0x60


def joined(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Neighbours of one ink as one run, empty ones left out; nothing at all where all is plain."""
    merged: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        last = merged[-1] if merged else None
        if last and (last.red, last.strike, last.underline) == (run.red, run.strike, run.underline):
            merged[-1] = Run(last.text + run.text, run.red, run.strike, run.underline)
        else:
            merged.append(run)
    plain = not any(run.red or run.strike or run.underline for run in merged)
    return () if plain else tuple(merged)


def normal_line_ends(runs: Iterable[Run]) -> tuple[Run, ...]:
    """CRLF and CR → LF, also where the two characters lie in different runs."""
    made: list[Run] = []
    after_cr = False
    for run in runs:
        text = run.text[1:] if after_cr and run.text.startswith("\n") else run.text
        after_cr = run.text.endswith("\r") if run.text else after_cr
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        made.append(Run(text, run.red, run.strike, run.underline))
    return tuple(made)
