"""How a run of text is written: which colours count as the red of changed text, and runs joined by their ink."""

from __future__ import annotations

import re
from collections.abc import Iterable
from colorsys import rgb_to_hsv
from functools import lru_cache

from plan_ledger.sheets.grid import Run

_COLOUR = re.compile("(?:[0-9A-Fa-f]{2})?[0-9A-Fa-f]{6}")
_HUE = 16.0
"""Degrees of the colour wheel to either side of pure red: beyond lie orange and brown, pink and magenta."""
_SATURATION = 0.55
_VALUE = 0.5


@lru_cache(maxsize=1024)
def is_red(rgb: str | None) -> bool:
    """Whether a colour is one that a clerk takes for red.

    By hue, for every office and every program has its own red: within 16° of pure red, at least 55 % saturated and
    50 % bright. Red are ``FF0000``, Excel's dark red ``C00000``, Word's ``EE0000``, ``E60033``, ``FF5050``, maroon
    ``800000``; not red are orange ``FF6600``, brown ``993300``, pink ``FF99CC``, magenta ``FF00FF``, purple.
    An underline alone is no red.

    Args:
        rgb: Six hexadecimal digits, or eight with the opacity first; anything else is no colour.
    """
    if not rgb or not _COLOUR.fullmatch(rgb):
        return False
    red, green, blue = (int(rgb[-6:][at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, saturation, value = rgb_to_hsv(red, green, blue)
    turn = hue * 360
    return min(turn, 360 - turn) <= _HUE and saturation >= _SATURATION and value >= _VALUE


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
