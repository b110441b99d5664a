"""The group behind ``plan-ledger``: what a call ends with, whatever happens in it.

Exit status: 0 done, 1 a :class:`PlanLedgerError` (one message per problem on standard error), 2 wrong usage,
130 ended by Ctrl-C, 141 the reader of standard output went away (``| head``).
"""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

import click

from plan_ledger.cli.errors import FileFault
from plan_ledger.cli.help import JapaneseHelp, usage_message
from plan_ledger.cli.state import State
from plan_ledger.errors import PlanLedgerError

DONE, REFUSED, WRONG_USAGE, INTERRUPTED, NO_READER = 0, 1, 2, 130, 141


class Door(JapaneseHelp, click.Group):
    """All commands. Ends the process itself, so that nothing a user can cause shows a traceback."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = False,  # a text may hold * or %; only the shell expands
        **extra: Any,
    ) -> NoReturn:
        try:
            result = super().main(
                args, prog_name, complete_var, standalone_mode=False, windows_expand_args=windows_expand_args, **extra
            )
        except click.ClickException as error:
            if isinstance(error, click.UsageError) and error.ctx is not None:
                click.echo(error.ctx.get_usage(), err=True)
            click.echo(usage_message(error), err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            sys.exit(INTERRUPTED)
        sys.exit(result if isinstance(result, int) else DONE)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and not ctx.resilient_parsing:
            click.echo(self.get_help(ctx))
            ctx.exit(DONE)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)  # in the order of the work, not of the alphabet

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None and not ctx.resilient_parsing:
            near = get_close_matches(args[0], self.list_commands(ctx), n=3, cutoff=0.5)
            hint = f"（近いもの：{'、'.join(near)}）" if near else ""
            raise click.UsageError(f"「{args[0]}」というコマンドはありません。{hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> int:
        """Run the command. What it returns (a status) is what the process ends with."""
        state = ctx.ensure_object(State)  # here, so that the command shares it
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except PlanLedgerError as error:
            if isinstance(error.__cause__, BrokenPipeError):  # met while the ledger was being read
                _no_more_output()
                return NO_READER
            report(error, as_json=state.json)
            return REFUSED
        except KeyboardInterrupt:
            return INTERRUPTED
        except OSError as error:
            if isinstance(error, BrokenPipeError) or error.errno == errno.EPIPE:
                _no_more_output()
                return NO_READER
            report(
                FileFault(str(error.filename or ""), error.strerror or type(error).__name__),
                as_json=state.json,
            )
            return REFUSED
        return result if isinstance(result, int) else DONE


def report(error: PlanLedgerError, *, as_json: bool) -> None:
    """One message per problem on standard error; for programs, the error as JSON on standard output too."""
    for problem in error.problems():
        click.echo(problem.message(), err=True)
    if as_json:
        told = error.to_dict()
        if near := getattr(error, "near", ()):
            told["near"] = list(near)
        click.echo(json.dumps({"error": told}, ensure_ascii=False, indent=2))


def arguments() -> Iterator[str]:
    """What was typed, as UTF-8 also where the locale says ASCII."""
    for argument in sys.argv[1:]:
        try:
            yield os.fsencode(argument).decode()
        except UnicodeError:
            yield argument


def use_utf8() -> None:
    """UTF-8 and LF whatever the console's code page is; a letter that can't be written is escaped, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def _no_more_output() -> None:
    # What is still in the buffer would be written at exit and complain; give it somewhere to go.
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
