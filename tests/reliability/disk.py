"""A disk under the test's control, below the sqlite3 that this process runs: it records, is slow, full or faulty.

SQLite reaches files through a table of functions (a VFS). Inside ``with Disk() as disk`` the table that new connections
get is a copy of the usual one, in which opening, writing, truncating, syncing and deleting come by here first. No
compiler, no privileges; what the store's own settings and statements do to the disk is what is seen.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Self

OK = 0
FULL = 13
IOERR_FSYNC = 10 | 4 << 8
IOERR_WRITE = 10 | 3 << 8
IOERR_TRUNCATE = 10 | 6 << 8
IOERR_DELETE = 10 | 10 << 8

_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
_DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
_FOLDER = CFUNCTYPE(c_int, c_char_p, POINTER(c_int))
_GET = CFUNCTYPE(c_void_p, c_void_p, c_char_p)
_SET = CFUNCTYPE(c_int, c_void_p, c_char_p, c_void_p)
_OPEN_FOLDER = b"openDirectory"


class _Vfs(Structure):
    """``sqlite3_vfs``, up to version 3."""

    _fields_ = (
        ("version", c_int),
        ("file_size", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", c_void_p),
        ("delete", c_void_p),
        ("between", c_void_p * 11),
        ("set_system_call", c_void_p),
        ("get_system_call", c_void_p),
        ("next_system_call", c_void_p),
    )


class _Methods(Structure):
    """``sqlite3_io_methods``, up to version 3."""

    _fields_ = (
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", c_void_p),
        ("truncate", c_void_p),
        ("sync", c_void_p),
        ("rest", c_void_p * 13),
    )


class Step(NamedTuple):
    """One thing that happened to a file: ``create``, ``write``, ``truncate``, ``sync``, ``delete``; to its folder:
    ``folder`` (it was synced); or what the test noted (``told``).
    """

    kind: str
    path: str
    offset: int = 0
    data: bytes = b""


_KEPT: list[Any] = []  # tables that a connection may still point to


class Disk:
    """Records every step in ``log``; ``delay`` seconds a sync; ``fault`` may answer a step with an error's number."""

    def __init__(
        self,
        *,
        record: bool = False,
        delay: float = 0.0,
        fault: Callable[[Step], int] | None = None,
        library: Any = None,
    ) -> None:
        self.record = record
        self.delay = delay
        self.fault = fault
        self.log: list[Step] = []
        self.syncs = 0
        self._names: dict[int, str] = {}
        self._tables: dict[int, _Methods] = {}
        self._library = library or _library()
        assert self._library is not None, "ask available() first"

    def told(self, what: str) -> None:
        """Note that the caller was told something: from here on it must not be lost."""
        self.log.append(Step("told", what))

    def __enter__(self) -> Self:
        library = self._library
        assert library is not None
        usual = ctypes.cast(library.sqlite3_vfs_find(None), POINTER(_Vfs))
        table = _Vfs.from_buffer_copy(ctypes.string_at(usual, _size(usual.contents.version)))
        self._usual = usual
        self._open_usual, self._delete_usual = _OPEN(usual.contents.open), _DELETE(usual.contents.delete)
        opening, deleting = _OPEN(self._open), _DELETE(self._delete)
        table.name = f"disk-{id(self):x}".encode()
        table.next = None
        table.open, table.delete = ctypes.cast(opening, c_void_p), ctypes.cast(deleting, c_void_p)
        self._table = table
        _KEPT.append((self, table, opening, deleting))
        assert library.sqlite3_vfs_register(ctypes.byref(table), 1) == OK
        self._see_folders(True)
        return self

    def _see_folders(self, wanted: bool) -> None:
        """A folder is opened for one purpose: to sync it. Where there is no such call, no folder is ever synced."""
        usual = self._usual.contents
        if usual.version < 3 or not usual.set_system_call:
            return
        if wanted:
            address = _GET(usual.get_system_call)(self._usual_address(), _OPEN_FOLDER)
            if address:
                self._folder_usual = _FOLDER(address)
                seen = _FOLDER(self._folder)
                _KEPT.append((seen, self._folder_usual))
                _SET(usual.set_system_call)(self._usual_address(), _OPEN_FOLDER, ctypes.cast(seen, c_void_p))
        else:
            _SET(usual.set_system_call)(self._usual_address(), _OPEN_FOLDER, None)

    def __exit__(self, *_: object) -> None:
        assert self._library is not None
        self._see_folders(False)
        self._library.sqlite3_vfs_unregister(ctypes.byref(self._table))

    # --- what SQLite calls --------------------------------------------------------------------------------------

    def _open(self, _: int, name: int | None, file: int, flags: int, out: int) -> int:
        # The name goes on as the very pointer that came: it is kept below, and parameters stand behind its end.
        path = None if name is None else os.fsdecode(ctypes.string_at(name))
        new = path is not None and not Path(path).exists()
        status: int = self._open_usual(self._usual_address(), name, file, flags, out)
        if status == OK and path is not None:
            if new and self.record:
                self.log.append(Step("create", path))
            self._names[file] = path
            methods = c_void_p.from_address(file)
            assert methods.value is not None
            methods.value = ctypes.addressof(self._wrapped(methods.value))
        return status

    def _usual_address(self) -> int:
        return ctypes.addressof(self._usual.contents)

    def _wrapped(self, address: int) -> _Methods:
        """The file's functions with three of them replaced."""
        if address in self._tables:
            return self._tables[address]
        usual = _Methods.from_address(address)
        table = _Methods.from_buffer_copy(ctypes.string_at(address, ctypes.sizeof(_Methods)))
        write_on, truncate_on, sync_on = _WRITE(usual.write), _TRUNCATE(usual.truncate), _SYNC(usual.sync)

        def write(file: int, data: int, count: int, offset: int) -> int:
            return self._step(
                "write", file, offset, ctypes.string_at(data, count), lambda: write_on(file, data, count, offset)
            )

        def truncate(file: int, size: int) -> int:
            return self._step("truncate", file, size, b"", lambda: truncate_on(file, size))

        def sync(file: int, flags: int) -> int:
            return self._step("sync", file, 0, b"", lambda: sync_on(file, flags))

        wrapped = (_WRITE(write), _TRUNCATE(truncate), _SYNC(sync))
        table.write, table.truncate, table.sync = (ctypes.cast(each, c_void_p) for each in wrapped)
        _KEPT.append((table, wrapped, write_on, truncate_on, sync_on))
        self._tables[address] = table
        return table

    def _step(self, kind: str, file: int, offset: int, data: bytes, go_on: Callable[[], int]) -> int:
        step = Step(kind, self._names[file], offset, data)
        if self.fault is not None and (status := self.fault(step)):
            return status
        if kind == "sync":
            self.syncs += 1
            time.sleep(self.delay)
        status = go_on()
        if self.record and status == OK:
            self.log.append(step)
        return status

    def _delete(self, _: int, name: bytes, durably: int) -> int:
        step = Step("delete", os.fsdecode(name), durably)
        if self.fault is not None and (status := self.fault(step)):
            return status
        status = self._delete_usual(self._usual_address(), name, durably)
        if self.record and status == OK:
            self.log.append(step)
        return status

    def _folder(self, path: bytes, out: Any) -> int:
        status: int = self._folder_usual(path, out)
        if self.record and status == OK:
            self.log.append(Step("folder", os.fsdecode(path)))
        return status


def _size(version: int) -> int:
    return ctypes.sizeof(_Vfs) - {1: 4, 2: 3, 3: 0}.get(version, 0) * ctypes.sizeof(c_void_p)


@cache
def _library() -> Any:
    """The very SQLite that the module sqlite3 runs on, or None where it can't be reached."""
    for name in _candidates():
        with contextlib.suppress(OSError, AttributeError):
            library = ctypes.CDLL(name)
            library.sqlite3_vfs_find.restype = c_void_p
            library.sqlite3_vfs_find.argtypes = [c_char_p]
            library.sqlite3_libversion.restype = c_char_p
            if library.sqlite3_libversion().decode() == sqlite3.sqlite_version and _is_ours(library):
                return library
    return None


def _candidates() -> list[str | None]:
    import _sqlite3

    found: list[str | None] = []
    maps = Path("/proc/self/maps")
    if maps.exists():
        found += sorted({line.split()[-1] for line in maps.read_text().splitlines() if "libsqlite3" in line})
    found += [getattr(_sqlite3, "__file__", None), None]
    if sys.platform == "win32":
        found += [str(Path(_sqlite3.__file__).with_name("sqlite3.dll"))]
    return [*found, ctypes.util.find_library("sqlite3")]


def _is_ours(library: Any) -> bool:
    """Whether what the module sqlite3 writes comes by a table that was registered here."""
    with tempfile.TemporaryDirectory() as folder, Disk(record=True, library=library) as disk:
        probe = sqlite3.connect(Path(folder) / "probe.db")
        probe.execute("CREATE TABLE probe (x)")
        probe.close()
    return bool(disk.log)


def available() -> bool:
    """Whether this process's SQLite can be reached. Where it is built into Python, its functions may be hidden."""
    return _library() is not None
