"""From an address to the back end that it names. A driver is loaded when a ledger of its kind is opened."""

from __future__ import annotations

import re
from pathlib import Path

from plan_ledger.store import errors
from plan_ledger.store.backend import Backend
from plan_ledger.store.faults import typed_errors
from plan_ledger.store.postgres_address import is_postgres, read_address
from plan_ledger.store.sqlite import MEMORY, LedgerDatastore

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_DRIVERS_WORDS = re.compile(r"(?:^|\s)(?:password|dbname|host)\s*=")
"""``host=… password=…``, as libpq takes it: taken for a file's name, it would be one with a password in it."""


def open_backend(url: str, *, read_only: bool = False, must_exist: bool = False) -> Backend:
    """The back end for a file's path, ``":memory:"`` or ``postgresql://…``; not yet prepared.

    Raises:
        NoSuchBackEnd, AddressRefused, PathRefused, FolderMissing, NetworkShare: No ledger can be there.
        LedgerMissing, NotALedger: There is none, where one must exist.
        MissingExtra: The driver is not installed.
    """
    if is_postgres(url):
        address = read_address(url, read_only=read_only)
        from plan_ledger.store.postgres import LedgerPostgresDatastore

        return LedgerPostgresDatastore(address, read_only=read_only, must_exist=must_exist)
    if scheme := _SCHEME.match(url):
        raise errors.NoSuchBackEnd(scheme[1])
    if _DRIVERS_WORDS.search(url):
        raise errors.AddressRefused
    with typed_errors():
        if url != MEMORY and Path(url).is_dir():
            raise errors.NotALedger(url)
        if url != MEMORY and (read_only or must_exist) and not Path(url).exists():
            raise errors.LedgerMissing(url)
    return LedgerDatastore(url, read_only=read_only)


def is_taken(url: str) -> bool:
    """Whether there is a file where a new ledger is to be. Of a server that is only known when it is opened."""
    return not is_postgres(url) and url != MEMORY and Path(url).exists()
