"""The plan's schema: shown, written out, revised."""

from __future__ import annotations

import click

from plan_ledger.cli.help import order
from plan_ledger.cli.options import asks, writes
from plan_ledger.cli.output import chosen_format, render, to_json, write
from plan_ledger.cli.receipts import give, note
from plan_ledger.cli.schema_file import read_schema, schema_dict
from plan_ledger.cli.state import State, pass_state
from plan_ledger.queries.schema_changes import schema_changes
from plan_ledger.rendering.schemas import schema_listing

FORMATS = ("table", "json")


@order("schema", "様式（階層と欄）。")
@click.option("--at", metavar="MOMENT", help="時点。なければ今。")
@asks(*FORMATS)
@pass_state
def schema(state: State, at: str | None, format: str | None, output: str | None) -> None:
    """計画の様式を示します。過去の会議の表は、その時の様式のままです。

    json は、書き直して declare で改められる形です。
    """
    chosen = chosen_format(state, format, output, FORMATS)
    with state.reading() as (_, plan):
        found = plan.snapshot(at).schema
        title = plan.title
    if chosen == "json":
        write(to_json(schema_dict(found)), output)
    else:
        write(render(schema_listing(title, found), chosen, output), output)


@order("declare", "様式を改めます。")
@click.argument("file")
@writes()
@pass_state
def declare(state: State, file: str) -> None:
    """様式を FILE（JSON）のとおりに改めます。これからの表に効き、過去の会議の表は変わりません。

    今の様式は schema --format json -o FILE で書き出せます。欄は増やす、名称や種類を変える、廃止する（retired）ことが
    できます。欄を消すこと、階層を変えることはできません。
    """
    wanted = read_schema(file)
    with state.writing() as ledger:
        plan = ledger.plan(state.plan_title)
        before = plan.schema
        receipt = plan.declare(wanted)
        changed = schema_changes(before, plan.schema)
        give(receipt, state, plan.zone, "様式を改めました", revision=plan.schema.revision, changes=list(changed))
        if not state.json:
            for each in changed:
                note(f"・{each}")


COMMANDS = (schema, declare)
