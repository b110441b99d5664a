"""The sidecar lock: one process writes at a time, and the others wait their turn instead of failing.

``filelock`` opens, checks and closes the file for every lock, 60 µs and more of a change that takes 400. Where the
system has ``flock`` the file therefore stays open, and a lock is two system calls and a look whether the file is still
the same; a process that uses ``filelock`` on it waits for ours and ours for it. Elsewhere ``filelock`` does all of it.
"""

from __future__ import annotations

import os
import sys
from time import monotonic, sleep
from weakref import WeakSet

from plan_ledger.store import errors

_POLL_SECONDS = 0.002
_PATIENCE_SECONDS = 0.1

if sys.platform == "win32":
    from filelock import FileLock, Timeout

    class SidecarLock:
        """A lock on a file beside the ledger, held between :meth:`acquire` and :meth:`release`."""

        def __init__(self, path: str, seconds: float) -> None:
            self._lock = FileLock(path, timeout=seconds, thread_local=False)

        def acquire(self) -> None:
            """Wait for the lock.

            Raises:
                LedgerBusy: Others have held it for longer than was to be waited.
            """
            try:
                self._lock.acquire(poll_interval=_POLL_SECONDS)
            except Timeout as error:
                raise errors.LedgerBusy from error

        def release(self) -> None:
            self._lock.release()

        def close(self) -> None:
            self._lock.release(force=True)

else:
    import fcntl

    class SidecarLock:
        """A lock on a file beside the ledger, held between :meth:`acquire` and :meth:`release`."""

        def __init__(self, path: str, seconds: float) -> None:
            self._path = path
            self._seconds = seconds
            self._descriptor = -1
            self._file = (0, 0)  # which one it is: inode and device
            _locks.add(self)

        def acquire(self) -> None:
            """Wait for the lock.

            Raises:
                LedgerBusy: Others have held it for longer than was to be waited.
                OSError: The file can't be opened or locked.
            """
            begun = 0.0
            while True:
                if self._descriptor < 0:
                    self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
                    ours = os.fstat(self._descriptor)
                    self._file = (ours.st_ino, ours.st_dev)
                try:
                    fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    now = monotonic()
                    begun = begun or now
                    waited = now - begun
                    if waited > self._seconds:
                        raise errors.LedgerBusy from None
                    # Who has waited for long looks more often, so that nobody is overtaken again and again.
                    sleep(_POLL_SECONDS if waited < _PATIENCE_SECONDS else _POLL_SECONDS / 10)
                    continue
                if self._is_the_file():
                    return
                self.close()  # it was removed or replaced: somebody else would lock the new one

        def _is_the_file(self) -> bool:
            try:
                there = os.stat(self._path)  # noqa: PTH116 - half the time, with every write
            except FileNotFoundError:
                return False
            return (there.st_ino, there.st_dev) == self._file

        def release(self) -> None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

        def close(self) -> None:
            """Give the file back, and the lock with it."""
            if self._descriptor >= 0:
                descriptor, self._descriptor = self._descriptor, -1
                os.close(descriptor)

        def __del__(self) -> None:
            self.close()

    _locks: WeakSet[SidecarLock] = WeakSet()

    def _leave_to_the_parent() -> None:
        """A forked child's copy of the file would keep the parent's lock when the parent dies while writing."""
        for lock in _locks:
            lock.close()

    os.register_at_fork(after_in_child=_leave_to_the_parent)
