"""Python's collector of cycles, paused while very many objects without any are made."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_paused = 0
_was_on = False


@contextmanager
def collector_paused() -> Generator[Callable[[], None], None, None]:
    """Without the collector inside the block: it would walk over all that is being made, again and again.

    Nested blocks, and those of several threads at once, are one pause. What belongs to the host and is garbage waits
    for its end, too: long work calls what the block is given now and then, which collects what is young.
    """
    global _paused, _was_on
    with _lock:
        if _paused == 0:
            _was_on = gc.isenabled()
            gc.disable()
        _paused += 1
    try:
        yield _collect
    finally:
        with _lock:
            _paused -= 1
            if _paused == 0 and _was_on:
                gc.enable()


def _collect() -> None:
    if _was_on:
        gc.collect(0)
