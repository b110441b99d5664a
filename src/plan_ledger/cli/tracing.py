"""Where words and items come from, and where items go on: blame, lineage, rollover."""

from __future__ import annotations

import click

from plan_ledger.cli.help import order
from plan_ledger.cli.options import asks, writes
from plan_ledger.cli.output import chosen_format, offered, render, say, to_json, write, write_lines
from plan_ledger.cli.receipts import receipt_line
from plan_ledger.cli.state import State, pass_state
from plan_ledger.ledger import Ledger, Plan
from plan_ledger.ledger.rollover import RolledItem, Rollover
from plan_ledger.queries.results.blame import Blame, PlanBlame
from plan_ledger.values.schema import Schema, default_schema

BLAME_FORMATS = offered("table", "json", "csv", "md", "html", "xlsx", "docx")
_STATUS = {
    "added": "引き継ぎました",
    "existing": "引継ぎ済み",
    "same_title": "同じ名称の行があるため、その下に置きました（継続の印は付きません）",
    "withdrawn": "引き継いだ後に取り下げられています（戻すには restore）",
    "left_out": "上の行がないか、名称が抹消されているため、引き継げません",
}


@order("blame", "文言の来歴：誰が、いつ、なぜ書いたか。")
@click.argument("item", required=False)
@click.argument("field", required=False)
@click.option("--at", metavar="MOMENT", help="時点。なければ今。")
@click.option("--known-at", metavar="MOMENT", help="この時点までに分かっていたこと（訂正を含む）で見ます。")
@click.option("--no-lineage", is_flag=True, help="前の年度の計画まではたどりません。")
@asks(*BLAME_FORMATS)
@pass_state
def blame(
    state: State,
    item: str | None,
    field: str | None,
    at: str | None,
    known_at: str | None,
    no_lineage: bool,
    format: str | None,
    output: str | None,
) -> None:
    """文言を誰が、いつ、なぜ、どの資料から書き、どの会議で初めて配ったかを、語句ごとに示します。

    ITEM と FIELD で一つの欄を、ITEM だけならその行と下の行の表を、どちらもなければ計画全体の表を見ます。
    html は、文言の上に指すと来歴が出る一枚のページです。欄の中で移した文や日程は、書いた人のままです。
    """
    chosen = chosen_format(state, format, output, BLAME_FORMATS)
    found: Blame | PlanBlame
    with state.reading() as (_, plan):
        if item is not None and field is not None:
            found = plan.blame_of(item, field, at, known_at=known_at, follow_lineage=not no_lineage)
        else:
            found = plan.blame(at, known_at=known_at, scope=item, follow_lineage=not no_lineage)
    if chosen == "json":
        write(found.to_json(), output)
    elif chosen == "csv":
        write_lines([str(render(found, chosen, output))], output, bom=True)
    else:
        write(render(found, chosen, output), output)


@order("lineage", "年度をまたぐ継続。")
@click.argument("item")
@asks("table", "json")
@pass_state
def lineage(state: State, item: str, format: str | None, output: str | None) -> None:
    """行がどの年度のどの行を継続したものか、どの行へ継続したかを示します。"""
    chosen = chosen_format(state, format, output, ("table", "json"))
    with state.reading() as (_, plan):
        found = plan.lineage(item)
    write(found.to_json() if chosen == "json" else render(found, chosen, output), output)


@order("rollover", "行を次の年度の計画へ引き継ぎます。")
@click.argument("items", nargs=-1, metavar="[ITEM]...")
@click.option("--to", "to", required=True, metavar="PLAN", help="引継ぎ先の計画の名前。")
@click.option(
    "--fiscal-year",
    type=click.IntRange(1900, 2200),
    metavar="YEAR",
    help="引継ぎ先の年度（西暦）。計画がまだなければ、同じ様式で作ります。",
)
@click.option(
    "--field", "fields", multiple=True, metavar="FIELD", help="写す欄。何度でも。なければ両方にある全ての欄。"
)
@click.option("--titles-only", is_flag=True, help="名称だけを写します。")
@click.option("--alone", is_flag=True, help="下の行は引き継ぎません。")
@click.option("--at", metavar="MOMENT", help="この時点の表から写します。なければ今の表。")
@click.option("--key", metavar="TEXT", help="同じ依頼を二度記録しないための鍵。")
@writes()
@pass_state
def rollover(
    state: State,
    items: tuple[str, ...],
    to: str,
    fiscal_year: int | None,
    fields: tuple[str, ...],
    titles_only: bool,
    alone: bool,
    at: str | None,
    key: str | None,
) -> None:
    """行を、その上と下の行ごと次の年度の計画へ引き継ぎます。ITEM がなければ全ての行です。

    新しい行は、どの行を継続したものかを記録します（lineage で見られます）。引継ぎ済みの行は二度引き継がれません。
    """
    if fields and titles_only:
        raise click.UsageError("--field と --titles-only は一緒に使えません。")
    with state.writing() as ledger:
        plan = ledger.plan(state.plan_title)
        target = ledger.plan(to) if fiscal_year is None else _target(ledger, plan, to, fiscal_year)
        done = plan.rollover(
            target,
            items or None,
            fields=() if titles_only else fields or None,
            below=not alone,
            at=at,
            key=key,
        )
        if state.json:
            say(to_json({**done.receipt.to_dict(), **done.to_dict()}))
            return
        for line in _told(done):
            say(line)
        count = len(done.of("added"))
        lead = f"「{target.title}」へ{count}行を引き継ぎました：" if done.receipt else ""
        say(lead + receipt_line(done.receipt, state, target.zone))


def _target(ledger: Ledger, plan: Plan, title: str, fiscal_year: int) -> Plan:
    """The plan to go on in, made with this one's schema where there is none."""
    schema: Schema = plan.schema
    if schema == default_schema(plan.fiscal_year):
        schema = default_schema(fiscal_year)  # its notes name the year
    return ledger.open_plan(title, fiscal_year=fiscal_year, schema=schema, zone=plan.zone)


def _told(done: Rollover) -> list[str]:
    """What was not simply carried over, each row by name."""
    return [f"・{_where(entry)}：{_STATUS[entry.status]}" for entry in done.entries if _remarkable(entry)]


def _remarkable(entry: RolledItem) -> bool:
    return entry.status not in ("added", "existing")


def _where(entry: RolledItem) -> str:
    return " ／ ".join(each.replace("\n", " ") for each in entry.path[-2:])


COMMANDS = (blame, lineage, rollover)
