"""The command that moves a ledger: copy."""

from __future__ import annotations

import click

from plan_ledger.cli.help import order
from plan_ledger.cli.options import as_json
from plan_ledger.cli.output import say, to_json
from plan_ledger.cli.state import State, pass_state
from plan_ledger.ledger import Ledger


@order("copy", "台帳を別の場所に写します。")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@as_json()
@pass_state
def copy(state: State, source: str, target: str) -> None:
    """台帳 FROM の記録を全て、新しい台帳 TO に写します。どちらもファイルか postgresql:// の場所です。

    記録番号も連鎖も同じになり、全て検査してから残します。FROM は使用中でもよく、変わりません。
    """
    with Ledger.open(source, read_only=True) as ledger:
        copied = ledger.copy_to(target)
    if state.json:
        say(to_json({"ok": True, **copied.to_dict()}))
    else:
        say(f"記録 {copied.events} 件を「{copied.name}」に写しました（連鎖の末尾 {copied.head[:16]}）。")


COMMANDS = (copy,)
