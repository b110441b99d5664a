"""Queries: meetings, snapshot, changes, audit, history."""

from __future__ import annotations

import click

from plan_ledger.cli.auditing import audit, history
from plan_ledger.cli.help import order
from plan_ledger.cli.options import asks, style_option
from plan_ledger.cli.output import (
    CHANGES_FORMATS,
    SNAPSHOT_FORMATS,
    chosen_format,
    render,
    to_json,
    write,
    write_changes,
)
from plan_ledger.cli.state import State, pass_state
from plan_ledger.ledger import Plan
from plan_ledger.queries.results import ChangeSet, Snapshot
from plan_ledger.rendering import summary_listing

_item = click.option("--item", metavar="ITEM", help="この行と、その下の行だけ（課別の抜粋など）。")


@order("meetings", "確定した会議の一覧。")
@click.option("--annulled", is_flag=True, help="取り消した会議も示します。")
@asks("table", "json")
@pass_state
def meetings(state: State, annulled: bool, format: str | None, output: str | None) -> None:
    """確定した会議の一覧を、版と照合値とともに示します。"""
    chosen = chosen_format(state, format, output, ("table", "json"))
    with state.reading() as (_, plan):
        found = plan.meetings(annulled=annulled)
    if chosen == "json":
        write(to_json([meeting.to_dict() for meeting in found]), output)
    else:
        write(render(found, chosen, output, of="meetings"), output)


@order("snapshot", "ある時点の表。")
@click.option("--at", metavar="MOMENT", help="時点。なければ今。")
@click.option("--known-at", metavar="MOMENT", help="この時点までに分かっていたこと（訂正を含む）で作ります。")
@click.option("--red-since", metavar="MOMENT", help="赤字の起点。なければ前回の会議。")
@click.option("--no-red", is_flag=True, help="赤字を付けません。")
@click.option(
    "--style",
    type=click.Choice(("red", "redline", "clean")),
    default="red",
    help="red は新しい文だけ、redline は消した文も取消線で、clean は何も付けません。既定は red。",
)
@click.option("--tracked", is_flag=True, help="docx で、redline を Word の変更履歴として書き出します。")
@click.option("--stamp", metavar="TEXT", multiple=True, help="右上の枠の一行（資料番号、日付、所属、案）。何度でも。")
@_item
@asks(*SNAPSHOT_FORMATS)
@pass_state
def snapshot(
    state: State,
    at: str | None,
    known_at: str | None,
    red_since: str | None,
    no_red: bool,
    style: str,
    tracked: bool,
    stamp: tuple[str, ...],
    item: str | None,
    format: str | None,
    output: str | None,
) -> None:
    """ある時点の表を示します。会議名なら、配った資料そのままです。

    前回の会議から変わった所は赤字と下線になります。
    """
    if tracked and style == "clean":
        raise click.UsageError("--tracked と --style clean は一緒に使えません。")
    if red_since is not None and no_red:
        raise click.UsageError("--red-since と --no-red は一緒に使えません。")
    chosen = chosen_format(state, format, output, SNAPSHOT_FORMATS)
    with state.reading() as (_, plan):
        taken = plan.snapshot(at, known_at=known_at, scope=item)
        changes = _red(plan, taken, red_since, wanted=not no_red and chosen != "json", item=item)
    if chosen == "json":
        answer = taken.to_dict()
        if changes is not None:
            answer["changes"] = changes.to_dict()
        write(to_json(answer), output)
    else:
        look = {"style": "redline" if tracked else style, "tracked": tracked, "stamp": stamp}
        write(render(taken, chosen, output, changes=changes, **look), output)


def _red(plan: Plan, taken: Snapshot, since: str | None, *, wanted: bool, item: str | None) -> ChangeSet | None:
    """What is to be red: since the moment asked for, else since the table that this one is red against."""
    if since is not None:
        return plan.changes(since, taken.moment, scope=item)
    base = plan.red_base(taken.moment) if wanted else None
    return None if base is None else plan.changes(base, taken.moment, scope=item)


@order("changes", "前回からの変更一覧。")
@click.option("--since", metavar="MOMENT", default="previous", help="起点。なければ前回の会議。")
@click.option("--until", metavar="MOMENT", help="終点。なければ今。")
@click.option("--summary", is_flag=True, help="一つ一つの変更でなく、戦略別・欄別の件数と金額の増減を示します。")
@_item
@style_option
@asks(*CHANGES_FORMATS)
@pass_state
def changes(
    state: State,
    since: str,
    until: str | None,
    summary: bool,
    item: str | None,
    style: str,
    format: str | None,
    output: str | None,
) -> None:
    """二つの時点の間の正味の変更を、表の順に、語句まで示します。追加・削除・移動した行も含みます。"""
    chosen = chosen_format(state, format, output, CHANGES_FORMATS)
    if summary and chosen == "json":
        raise click.UsageError("--summary は json では書き出せません。")
    with state.reading() as (_, plan):
        found = plan.changes(since, until, scope=item)
        taken = plan.snapshot(found.until, scope=item) if summary or chosen == "table" else None
    if summary and taken is not None:
        write(render(summary_listing(found, taken), chosen, output), output)
    else:
        write_changes(found, chosen, output, style=style, digest=taken.digest if taken else "")


COMMANDS = (snapshot, changes, audit, history, meetings)
