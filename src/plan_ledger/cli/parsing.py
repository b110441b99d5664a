"""The command parse: reads notations, without a ledger."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable

import click

from plan_ledger.cli.help import order
from plan_ledger.cli.texts import decoded
from plan_ledger.errors import NotationError
from plan_ledger.values import notation


@order(
    "parse",
    "日付・期間・金額などの書き方を読み取ります。",
    context_settings={"ignore_unknown_options": True},  # -1,200 is an amount
)
@click.argument("kind", type=click.Choice(notation.KINDS), metavar="KIND")
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...")
@click.option("--fiscal-year", type=int, metavar="YEAR", help="表の年度（西暦）。年のない日付に使います。")
@click.option("--unit", type=click.Choice(tuple(notation.UNITS)), help="表の金額の単位。単位のない金額に使います。")
@click.option("--era", metavar="ERA", help="資料の元号（令和 など）。元号のない年に使います。")
@click.option(
    "--period", metavar="PERIOD", help="事業の期間（R5.4~R6.3 など）。schedule_line で期間の外の予定を警告します。"
)
@click.option("--json", is_flag=True, hidden=True, expose_value=False)
def parse(
    kind: str, texts: tuple[str, ...], fiscal_year: int | None, unit: str | None, era: str | None, period: str | None
) -> int:
    """書き方を読み取り、1件につき1行の JSON で答えます。台帳は要りません。

    KIND は date、period、fiscal_year、budget、number、kpi、schedule_line、meeting、cell のどれかです。

    TEXT が - 一つだけなら、標準入力から1行に1件ずつ読みます。読めないものには {"error": 理由} と答え、
    1つでもあれば終了状態は 1 です。
    """
    status = 0
    for text in _texts(texts):
        try:
            value = notation.parse(kind, text, fiscal_year=fiscal_year, unit=unit, era=era, period=period)
        except NotationError as error:
            status = 1
            click.echo(error.message(), err=True)
            answer = notation.error_json(error)
        else:
            answer = notation.to_json(value)
        click.echo(json.dumps(answer, ensure_ascii=False))
    return status


def _texts(texts: tuple[str, ...]) -> Iterable[str]:
    """The arguments, or, for a single ``-``, the lines of standard input as they come."""
    if texts != ("-",):
        return texts
    return (decoded(line, "-").rstrip("\r\n") for line in sys.stdin.buffer)


COMMANDS = (parse,)
