"""Dump and load: a whole ledger as JSON lines, with positions, bytes and chain as they are.

The first line says what it is; every other line is one row of one table of the log, in the order in which they can
be put back. Bytes are hexadecimal, but headers and payloads, which are UTF-8 JSON, stand as that text. The index is
not in it: it is made anew, and the chain is checked, when the dump is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, ClassVar
from uuid import UUID

from attrs import define

from plan_ledger.errors import PlanLedgerError
from plan_ledger.store import chain, log
from plan_ledger.store.position import last_position
from plan_ledger.store.transaction import Rows, SqlValue, Transaction, marks

DUMP_VERSION = 1
_TEXT_BYTES = frozenset({"content", "payload", "result"})
_HEX_BYTES = frozenset({"uuid", "hash", "salt", "actor", "request"})
_PAGE = 1000


@define(eq=False, slots=False)
class NotADump(PlanLedgerError):
    """A line of the file is not what a dump holds."""

    code: ClassVar[str] = "not_a_dump"
    ja: ClassVar[str] = "{line}行目を読めません（{detail}）。plan-ledger dump で書き出したファイルを指定してください。"
    en: ClassVar[str] = "Line {line} can't be read ({detail}); give a file that plan-ledger dump wrote."

    line: int
    detail: str


def dump_lines(rows: Rows) -> Iterator[str]:
    """The lines of a dump, without line ends."""
    ledger = rows.one("SELECT uuid, format, created_at FROM ledger")
    assert ledger is not None
    head = {"plan_ledger_dump": DUMP_VERSION, "ledger": bytes(ledger[0]).hex(), "format": ledger[1]}
    yield json.dumps({**head, "created_at": ledger[2]})
    for table, columns in log.LOG_TABLES.items():
        for row in log.table_rows(rows, table, columns, _PAGE):
            values = {name: _plain(name, value) for name, value in zip(columns, row, strict=True)}
            yield json.dumps({"table": table, **values}, ensure_ascii=False)


def read_head(line: str) -> tuple[UUID, int]:
    """The ledger's id and when it was made, from a dump's first line.

    Raises:
        NotADump: It is none, or one of a newer version.
    """
    try:
        head = json.loads(line)
        if head["plan_ledger_dump"] != DUMP_VERSION or head["format"] != chain.FORMAT:
            raise NotADump(1, "version")
        return UUID(head["ledger"]), int(head["created_at"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotADump(1, type(error).__name__) from error


def load_lines(tx: Transaction, lines: Iterable[str]) -> int:
    """Put the rows of a dump (without its first line) into a fresh ledger. Returns the last position.

    Raises:
        NotADump: A line can't be read; nothing is kept.
    """
    for table, group in groupby(_rows(lines), key=lambda row: row[0]):
        columns = log.LOG_TABLES[table]
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks(len(columns))})"
        tx.run_many(insert, (values for _, values in group))
    return last_position(tx)


def _rows(lines: Iterable[str]) -> Iterator[tuple[str, list[SqlValue]]]:
    for number, line in enumerate(lines, 2):
        if not line.strip():
            continue
        try:
            row: dict[str, Any] = json.loads(line)
            table = row["table"]
            yield table, [_value(name, row[name]) for name in log.LOG_TABLES[table]]
        except (ValueError, KeyError, TypeError) as error:
            raise NotADump(number, type(error).__name__) from error


def _plain(name: str, value: Any) -> Any:
    if name in _TEXT_BYTES:
        return bytes(value).decode()
    return bytes(value).hex() if name in _HEX_BYTES else value


def _value(name: str, value: Any) -> SqlValue:
    if name in _TEXT_BYTES:
        return str(value).encode()
    if name in _HEX_BYTES:
        return bytes.fromhex(value)
    if isinstance(value, (int, str)) or (value is None and name == "command"):
        return value
    raise TypeError(name)
