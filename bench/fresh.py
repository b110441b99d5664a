"""Runs code in a fresh interpreter and tells what that took: processor time, time on the wall, peak memory. (POSIX)"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from typing import NamedTuple

# The highest memory of this program alone: what the system counts for a process includes what started it.
_PEAK = """
import pathlib as _pathlib, sys as _sys
_status = _pathlib.Path("/proc/self/status")
if _status.exists():
    _peak = int(_status.read_text().split("VmHWM:")[1].split()[0]) / 1024
else:
    import resource as _resource
    _peak = _resource.getrusage(_resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if _sys.platform == "darwin" else 1 << 10)
print(_peak, file=_sys.__stderr__)
"""


class Cost(NamedTuple):
    """Seconds of processor time, seconds on the wall, MiB at the most; and what was printed."""

    cpu: float
    wall: float
    peak_mb: float
    out: str


def run(code: str, *arguments: str) -> Cost:
    """Run ``code`` (with ``sys.argv[1:]``) in an interpreter of its own.

    Raises:
        RuntimeError: It failed; with its traceback.
    """
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, "-I", "-c", code + _PEAK, *arguments], capture_output=True, text=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(done.stderr)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, wall, float(done.stderr.split()[-1]), done.stdout)
