"""Commands about meetings and batches: hold, reissue, annul, undo."""

from __future__ import annotations

import click

from plan_ledger.cli import past
from plan_ledger.cli.help import order
from plan_ledger.cli.meetings_told import give_meeting
from plan_ledger.cli.options import writes
from plan_ledger.cli.receipts import give
from plan_ledger.cli.state import State, pass_state


@order("hold", "会議の資料を確定します。")
@click.argument("meeting")
@click.option("--on", metavar="DATE", help="開催日（R5.8.30、2023-08-30 など）。")
@click.option("--as-of-date", metavar="DATE", help="基準日。")
@click.option("--at", type=int, metavar="POSITION", help="この記録番号までで確定します。なければ今まで。")
@click.option("--scope", metavar="ITEM", help="この行より下だけの会議のとき。")
@click.option("--red-since", metavar="MEETING", help="赤字の起点。なければ同じ会議体の前回。")
@writes()
@pass_state
def hold(
    state: State,
    meeting: str,
    on: str | None,
    as_of_date: str | None,
    at: int | None,
    scope: str | None,
    red_since: str | None,
) -> None:
    """会議の資料を確定します（第1版）。確定した表と赤字は、後から何を記録しても変わりません。

    MEETING は「第2回PT」のような名前です。数字や日付と読める名前は使えません。
    """
    with state.writing() as ledger:
        plan = ledger.plan(state.plan_title)
        held = plan.hold(meeting, on=on, as_of=as_of_date, at=at, scope=scope, red_since=red_since)
        give_meeting(state, ledger, plan, held, f"「{held.name}」の資料を確定しました")


@order("reissue", "差替版を出します。")
@click.argument("meeting")
@click.option("--at", type=int, metavar="POSITION", help="この記録番号までで確定します。なければ今まで。")
@writes()
@pass_state
def reissue(state: State, meeting: str, at: int | None) -> None:
    """確定した資料の差替版を出します。会議の名前は最新の版を指し、MEETING#1 が第1版です。"""
    with state.writing() as ledger:
        plan = ledger.plan(state.plan_title)
        held = plan.reissue(meeting, at=at)
        number = held.editions[-1].number
        give_meeting(state, ledger, plan, held, f"「{held.name}」の差替版（第{number}版）を確定しました")


@order("annul", "誤って確定した会議を取り消します。")
@click.argument("meeting")
@writes()
@pass_state
def annul(state: State, meeting: str) -> None:
    """誤って確定した会議を取り消します。記録は残り、名前はまた使えます。"""
    with state.writing() as ledger:
        plan = ledger.plan(state.plan_title)
        give(plan.annul(meeting), state, plan.zone, f"「{meeting}」を取り消しました")


@order("undo", "まとまりの変更を取り消します。")
@click.argument("batch", type=int)
@writes()
@pass_state
def undo(state: State, batch: int) -> None:
    """一まとまりの変更を、打ち消す変更を記録して取り消します。

    BATCH は、そのまとまりの中の記録番号です。その後さらに変更された欄があれば、何も記録しません。
    """
    with state.writing() as ledger:
        plan = ledger.plan(state.plan_title)
        give(plan.undo(batch), state, plan.zone, f"記録番号 {batch} のまとまりを取り消しました")


COMMANDS = (hold, reissue, annul, *past.COMMANDS, undo)
