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
@asks(*SNAPSHOT_FORMATS)
@pass_state
def snapshot(
    state: State,
    at: str | None,
    known_at: str | None,
    red_since: str | None,
    no_red: bool,
    format: str | None,
    output: str | None,
) -> None:
    """ある時点の表を示します。会議名なら、配った資料そのままです。

    前回の会議から変わった所は赤字と下線になります。
    """
    if red_since is not None and no_red:
        raise click.UsageError("--red-since と --no-red は一緒に使えません。")
    chosen = chosen_format(state, format, output, SNAPSHOT_FORMATS)
    with state.reading() as (_, plan):
        taken = plan.snapshot(at, known_at=known_at)
        changes = _red(plan, taken, red_since, wanted=not no_red and chosen != "json")
    if chosen == "json":
        answer = taken.to_dict()
        if changes is not None:
            answer["changes"] = changes.to_dict()
        write(to_json(answer), output)
    else:
        write(render(taken, chosen, output, changes=changes), output)


def _red(plan: Plan, taken: Snapshot, since: str | None, *, wanted: bool) -> ChangeSet | None:
    """What is to be red: since the moment asked for, else since the table that this one is red against."""
    if since is not None:
        return plan.changes(since, taken.moment)
    base = plan.red_base(taken.moment) if wanted else None
    return None if base is None else plan.changes(base, taken.moment)


@order("changes", "前回からの変更一覧。")
@click.option("--since", metavar="MOMENT", default="previous", help="起点。なければ前回の会議。")
@click.option("--until", metavar="MOMENT", help="終点。なければ今。")
@style_option
@asks(*CHANGES_FORMATS)
@pass_state
def changes(state: State, since: str, until: str | None, style: str, format: str | None, output: str | None) -> None:
    """二つの時点の間の正味の変更を、表の順に、語句まで示します。追加・削除・移動した行も含みます。"""
    chosen = chosen_format(state, format, output, CHANGES_FORMATS)
    with state.reading() as (_, plan):
        found = plan.changes(since, until)
        digest = plan.snapshot(found.until).digest if chosen == "table" else ""
    write_changes(found, chosen, output, style=style, digest=digest)


COMMANDS = (snapshot, changes, audit, history, meetings)
