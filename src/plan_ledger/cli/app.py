"""All commands in one group."""

from __future__ import annotations

import click

from plan_ledger.cli.commands import Commands
from plan_ledger.cli.door import Door, arguments, use_utf8
from plan_ledger.cli.options import where


@click.group("plan-ledger", cls=Door, commands=Commands())
@click.version_option(package_name="plan-ledger", prog_name="plan-ledger", help="版を表示します。")
@where(envvar="PLAN_LEDGER")
def app() -> None:
    """計画の進捗台帳。変更は全て記録され、どの会議の表もそのまま取り出せます。

    --ledger と --plan は、コマンドの前にも後にも書けます。記録するコマンドには --actor（入力者）が要ります。

    MOMENT（時点）は、会議名（第2回PT、版は 第2回PT#1）、記録番号、日時（2023-08-30T17:00）、日付、now のどれかです。

    終了状態は、0 終了、1 断られた・見つからない（理由は標準エラー出力）、2 使い方の誤り。
    """


def run() -> None:
    """Run the command line of this process."""
    use_utf8()
    app(list(arguments()), prog_name="plan-ledger")
