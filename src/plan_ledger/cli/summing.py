"""Queries that add up and look back: totals, elapsed."""

from __future__ import annotations

from datetime import date

import click

from plan_ledger.cli.help import order
from plan_ledger.cli.options import asks
from plan_ledger.cli.output import chosen_format, render, to_json, write
from plan_ledger.cli.state import State, pass_state
from plan_ledger.values import notation

FORMATS = ("table", "json")


@order("totals", "金額の合計と、前回からの増減。")
@click.option("--at", metavar="MOMENT", help="時点。なければ今。")
@click.option("--since", metavar="MOMENT", default="previous", help="比べる時点。なければ前回の会議。")
@click.option("--field", metavar="FIELD", default="budget", help="金額の欄（budget、予算額 など）。既定は budget。")
@asks(*FORMATS)
@pass_state
def totals(state: State, at: str | None, since: str, field: str, format: str | None, output: str | None) -> None:
    """行ごとの小計と合計を、前回の会議の表と並べて円で示します。

    再掲は一度だけ数えます。読めない金額、合計に含めない金額、確かめる金額は、表の後に全て挙げます。
    """
    chosen = chosen_format(state, format, output, FORMATS)
    with state.reading() as (_, plan):
        found = plan.totals(at, since, field)
    write(found.to_json() if chosen == "json" else render(found, chosen, output), output)


@order("elapsed", "時期を過ぎた予定。")
@click.option("--at", metavar="MOMENT", help="時点。なければ今。")
@click.option("--on", metavar="DATE", help="この日より前に終わったもの（R5.8.30、2023-08-30 など）。")
@asks(*FORMATS)
@pass_state
def elapsed(state: State, at: str | None, on: str | None, format: str | None, output: str | None) -> None:
    """スケジュールのうち、終わりの時期が会議の日より前のものを示します。

    --on がなければ会議の開催日（なければ基準日）、会議でなければ今日と比べます。終わりのない予定（R5.4~）は含みません。
    """
    chosen = chosen_format(state, format, output, FORMATS)
    with state.reading() as (_, plan):
        found = plan.elapsed(at, on=None if on is None else _day(on, plan.fiscal_year))
    if chosen == "json":
        write(to_json([entry.to_dict() for entry in found]), output)
    else:
        write(render(found, chosen, output, of="elapsed"), output)


def _day(text: str, fiscal_year: int) -> date:
    """A day as people write it.

    Raises:
        NotationError: It can't be read.
        click.BadParameter: It is a month or a year.
    """
    value = notation.parse_date(text, fiscal_year=fiscal_year)
    if value.precision != "day":
        raise click.BadParameter("日まで書いてください（R5.8.30 など）。", param_hint="--on")
    return value.first


COMMANDS = (totals, elapsed)
