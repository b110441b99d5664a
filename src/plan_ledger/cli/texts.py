"""``FIELD=TEXT``, ``FIELD=@FILE`` and ``FIELD=-``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from plan_ledger.cli.errors import FileFault

FIELD_HELP = (
    "欄は英語名でも見出しでも指定できます（budget=4,950、予算額=4,950）。長い文章は FIELD=@FILE でファイルから、"
    "FIELD=- で標準入力から読みます（末尾の改行1つは除く）。@ で始まる文章は @@ と書きます。"
)


def read_texts(pairs: Sequence[str]) -> dict[str, str]:
    """Field name → text, to the letter.

    Raises:
        click.UsageError: An argument has no ``=``, a field comes twice, or two read standard input.
        FileFault, SheetProblem: A file can't be read, or is in no known encoding.
    """
    found: dict[str, str] = {}
    if sum(pair.partition("=")[2] == "-" for pair in pairs) > 1:
        raise click.UsageError("標準入力（-）から読める欄は1つだけです。")
    for pair in pairs:
        name, equals, text = pair.partition("=")
        name = name.strip()
        if not equals or not name:
            raise click.UsageError(f"「{pair}」は FIELD=TEXT の形で書いてください。")
        if name in found:
            raise click.UsageError(f"欄「{name}」が二度指定されています。")
        found[name] = _text(text)
    return found


def _text(text: str) -> str:
    if text == "-":
        return without_last_line_end(decoded(standard_input(), "-"))
    if text.startswith("@@"):
        return text[1:]
    if text.startswith("@"):
        return without_last_line_end(read_file(text[1:]))
    return text


def standard_input() -> bytes:
    return sys.stdin.buffer.read()


def read_file(name: str) -> str:
    """A text file as UTF-8, UTF-16 with a BOM, or Shift_JIS as Windows writes it."""
    try:
        data = Path(name).read_bytes()
    except OSError as error:
        raise FileFault(name, error.strerror or type(error).__name__) from error
    except ValueError as error:  # a NUL in the path
        raise FileFault(name, str(error)) from error
    return decoded(data, name)


def decoded(data: bytes, name: str) -> str:
    from plan_ledger.sheets.delimited import decode

    return decode(data, name)


def without_last_line_end(text: str) -> str:
    """An editor ends the last line too; that line end is no part of the text."""
    return text.removesuffix("\n").removesuffix("\r")
