"""Measures what is compared in turns, so that whatever else the machine does meets all of it alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Taken(NamedTuple):
    """Seconds by the clock on the wall, and of the process's own processor time."""

    wall: float
    cpu: float


def once(act: Callable[[], object]) -> Taken:
    """One run, the garbage of the one before collected first."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return Taken(time.perf_counter() - wall, time.process_time() - cpu)


def in_turns(acts: Mapping[int, Callable[[], object]], turns: int) -> dict[int, list[Taken]]:
    """Every act once a turn, each turn beginning with another of them; the first turn warms up and does not count."""
    names = list(acts)
    taken: dict[int, list[Taken]] = {name: [] for name in names}
    for turn in range(turns + 1):
        at = turn % len(names)
        for name in names[at:] + names[:at]:
            found = once(acts[name])
            if turn:
                taken[name].append(found)
    return taken


def median_ratio(taken: list[float], base: list[float]) -> float:
    """The median over the turns of one to the other: what slowed a whole turn down stands in both."""
    return statistics.median(one / other for one, other in zip(taken, base, strict=True))
