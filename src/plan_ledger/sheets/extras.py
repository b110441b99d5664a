"""Libraries of the extra ``sheets``, imported when they are needed and never before."""

from __future__ import annotations

import gc
import importlib
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from plan_ledger.errors import MissingExtra, Place
from plan_ledger.sheets.problems import DamagedDocument

T = TypeVar("T")

_DISTRIBUTIONS = {"docx": "python-docx"}

# openpyxl and python-docx answer a malformed document with whatever happens to break first. Listed, not caught as
# Exception, so that a failure of the process (memory, an interrupt) is not taken for one of the document.
_LIBRARY_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
# catch_warnings and gc.disable change settings that the whole interpreter shares
_ONE_AT_A_TIME = Lock()


def need(module: str) -> Any:
    """The module, or :class:`MissingExtra` with the command that installs it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtra(_DISTRIBUTIONS.get(module, module.partition(".")[0])) from error


def guarded(file: str, read: Callable[[], T]) -> T:
    """Run a library's code on an outside document; whatever it fails with becomes :class:`DamagedDocument`."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about features that are not read
        collecting = gc.isenabled()
        gc.disable()  # many small objects, hardly a cycle: searching them again and again takes a third of the time
        try:
            return read()
        except _LIBRARY_FAULTS as error:
            raise DamagedDocument(f"{type(error).__name__}: {error}"[:200], place=Place(file=file)) from error
        finally:
            if collecting:
                gc.enable()
