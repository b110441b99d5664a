"""Where answers go: standard output holds the answer and nothing else, or a file that is complete or not there."""

from __future__ import annotations

import json
import os
import shutil
import sys
import warnings
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from plan_ledger import rendering
from plan_ledger.cli.state import State
from plan_ledger.queries.results import ChangeSet

BINARY = frozenset({"xlsx", "docx"})
WIDE = 160
"""Columns of a table that goes to no terminal, unless COLUMNS says otherwise."""

_STDOUT = (None, "-")
_BOM = b"\xef\xbb\xbf"


def chosen_format(state: State, format: str | None, output: str | None, formats: Iterable[str]) -> str:
    """What was asked for, else JSON where ``--json`` was said, else what the file's extension says, else a table."""
    suffix = Path(output or "").suffix.lower().lstrip(".")
    chosen = format or ("json" if state.json else suffix if suffix in formats else "table")
    if chosen == "json":
        state.json = True  # so that an error is told as JSON too
    if chosen in BINARY and output in _STDOUT:
        raise click.UsageError(f"{chosen} は -o FILE で書き出すファイルを指定してください。")
    return chosen


def offered(*formats: str) -> tuple[str, ...]:
    """Those of the formats that the renderers know."""
    known = rendering.known_formats()
    return tuple(format for format in formats if format in known)


SNAPSHOT_FORMATS = offered("table", "json", "tsv", "md", "html", "xlsx", "docx")
CHANGES_FORMATS = offered("table", "json", "tsv", "md", "html", "xlsx", "docx")


def render(result: Any, format: str, output: str | None, **options: Any) -> str | bytes:
    """The result in a format; a table as wide as the terminal, in colour only there."""
    if format == "table":
        terminal = output in _STDOUT and sys.stdout.isatty()
        options["width"] = table_width(terminal=terminal)
        options["color"] = terminal and "NO_COLOR" not in os.environ
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", rendering.RowsSplit)
        answer = rendering.render(result, format, **options)
    for each in told:
        click.echo(f"注意：{each.message}", err=True)
    return answer


def table_width(*, terminal: bool) -> int:
    """COLUMNS, else the terminal's width, else :data:`WIDE`."""
    return shutil.get_terminal_size().columns if terminal or os.environ.get("COLUMNS", "").isdigit() else WIDE


def write(answer: str | bytes, output: str | None) -> None:
    """Write the whole answer; a text ends with a line end."""
    if isinstance(answer, bytes):
        if output in _STDOUT:
            sys.stdout.buffer.write(answer)
        else:
            with _file(output) as out:
                out.write(answer)
        return
    write_lines([answer if answer.endswith("\n") else answer + "\n"], output)


def write_changes(changes: ChangeSet, format: str, output: str | None, *, style: str, digest: str) -> None:
    """A change set; below a table the digest of what it ends at."""
    if format == "json":
        write(changes.to_json(), output)
        return
    answer = render(changes, format, output, style=style)
    if format == "table" and isinstance(answer, str):
        answer = f"{answer.rstrip()}\n照合値 {digest}（{changes.until.name}）\n"
    write(answer, output)


def write_lines(lines: Iterable[str], output: str | None, *, bom: bool = False) -> None:
    """Write an answer piece by piece. ``bom``: a file gets the mark by which Excel knows UTF-8."""
    if output in _STDOUT:
        for line in lines:
            click.echo(line, nl=False, color=True)
        return
    with _file(output) as out:
        if bom:
            out.write(_BOM)
        for line in lines:
            out.write(line.encode())


@contextmanager
def _file(output: str | None) -> Generator[IO[bytes]]:
    """A file that takes the place of the old one only when everything is in it."""
    assert output is not None
    path = Path(output)
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as out:
            yield out
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def say(text: str) -> None:
    """A line for people on standard output."""
    click.echo(text)
