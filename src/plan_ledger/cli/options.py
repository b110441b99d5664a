"""Options that many commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from plan_ledger.cli.state import State

F = TypeVar("F", bound=Callable[..., Any])


def _told(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """A callback that keeps the option in the state; what was not said leaves what was said before."""

    def keep(ctx: click.Context, _: click.Parameter, value: Any) -> Any:
        if value is not None and value is not False:
            state = ctx.ensure_object(State)
            setattr(state.who if hasattr(state.who, name) else state, name, value)
        return value

    return keep


def _all(*options: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def where(*, envvar: str | None = None) -> Callable[[F], F]:
    """``--ledger`` and ``--plan``."""
    return _all(
        click.option(
            "--ledger",
            "-l",
            metavar="URL",
            envvar=envvar,
            show_envvar=True,
            expose_value=False,
            callback=_told("url"),
            help="台帳のファイル、または postgresql:// の場所。",
        ),
        click.option(
            "--plan",
            metavar="NAME",
            expose_value=False,
            callback=_told("plan_title"),
            help="計画の名前。台帳に計画が複数あるとき。",
        ),
    )


def as_json(help: str = "結果を JSON で出力します。") -> Callable[[F], F]:
    return click.option("--json", is_flag=True, expose_value=False, callback=_told("json"), help=help)


def writes(*, actor_required: bool = True) -> Callable[[F], F]:
    """Everything that a command which records takes: where, who and why, ``--json``."""
    return _all(
        click.option(
            "--actor",
            metavar="NAME",
            required=actor_required,
            expose_value=False,
            callback=_told("actor"),
            help="入力者。",
        ),
        click.option("--section", metavar="NAME", expose_value=False, callback=_told("section"), help="入力者の所属。"),
        click.option(
            "--for",
            metavar="NAME",
            expose_value=False,
            callback=_told("on_behalf_of"),
            help="回答者。代わりに入力するとき。",
        ),
        click.option("--approver", metavar="NAME", expose_value=False, callback=_told("approver"), help="決裁者。"),
        click.option("--approval", metavar="TEXT", expose_value=False, callback=_told("approval"), help="決裁番号。"),
        click.option("--reason", metavar="TEXT", expose_value=False, callback=_told("reason"), help="変更理由。"),
        as_json(),
        where(),
    )


def keeps() -> Callable[[F], F]:
    """What a command takes that looks after the ledger and records nothing."""
    return _all(as_json(), where())


def asks(*formats: str, ledger: bool = True) -> Callable[[F], F]:
    """Everything that a query takes: ``--format``, ``-o``, ``--json``, where. Passes ``format`` and ``output``."""
    return _all(
        click.option(
            "--format",
            type=click.Choice(formats),
            help="出力の形式。既定は table、-o があればその拡張子。",
        ),
        click.option(
            "--output",
            "-o",
            metavar="FILE",
            type=click.Path(dir_okay=False, allow_dash=True),
            help="書き出すファイル。なければ標準出力。",
        ),
        as_json("--format json と同じ。"),
        *([where()] if ledger else []),
    )


style_option = click.option(
    "--style",
    type=click.Choice(("red", "redline", "comparison")),
    default="redline",
    help="red は新しい文だけ、redline は消した文も、comparison は新旧対照表。既定は redline。",
)
