"""Commands that look after the ledger: verify, rebuild, backup, dump, load."""

from __future__ import annotations

from pathlib import Path

import click

from plan_ledger.cli.help import order
from plan_ledger.cli.options import keeps
from plan_ledger.cli.output import say, to_json
from plan_ledger.cli.receipts import note
from plan_ledger.cli.state import State, pass_state
from plan_ledger.integrity.transfer import dump_lines
from plan_ledger.ledger import Ledger


@order("verify", "改ざん検査をします。")
@click.option(
    "--anchor", metavar="FILE", type=click.Path(dir_okay=False), help="seal で作った封印とも照らし合わせます。"
)
@click.option(
    "--document",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="配付した文書（xlsx、docx、html、tsv）も調べます。",
)
@keeps()
@pass_state
def verify(state: State, anchor: str | None, document: str | None) -> int:
    """改ざん検査：記録の連鎖、本文、索引、確定した表の照合値を調べます。

    異常があれば、最初に壊れている記録番号と内容を示し、終了状態は 1 です。

    封印（--anchor）がなければ、末尾が切り取られたことと、形式を知る人が全体を矛盾なく書き直したことは、わかりません。

    --document は、その文書が会議の資料（どの版か）と同じかを、欄ごとに一字一句調べます。違いがあれば全て示し、
    終了状態は 1 です。赤字は調べません（check-ink）。
    """
    with state.ledger_for_reading() as ledger:
        found = ledger.verify(anchor)
        handed_out = None if document is None else ledger.check_document(document, plan=state.plan_title)
    if state.json:
        told = found.to_dict()
        if handed_out is not None:
            told = {**told, "ok": bool(found and handed_out), "document": handed_out.to_dict()}
        say(to_json(told))
    else:
        for result in (found, handed_out):
            if result is not None:
                summary, *details = str(result).splitlines()
                say(summary)
                for line in details:
                    note(line)
    return 0 if found and (handed_out is None or handed_out) else 1


@order("rebuild", "索引を作り直します。")
@keeps()
@pass_state
def rebuild(state: State) -> None:
    """記録から索引を作り直します。記録そのものは変わりません。"""
    with Ledger.open(state.ledger_url, must_exist=True) as ledger:
        ledger.rebuild()
        _done(state, f"索引を作り直しました（記録番号 {ledger.head} まで）。", position=ledger.head)


@order("backup", "台帳の控えを作ります。")
@click.argument("target", type=click.Path(dir_okay=False))
@keeps()
@pass_state
def backup(state: State, target: str) -> None:
    """使用中でも正しい控えを、新しいファイル TARGET に作ります。

    台帳のファイルをそのまま写すと、直前の記録が欠けることがあります。
    """
    with state.ledger_for_reading() as ledger:
        ledger.backup(target)
        _done(
            state,
            f"控えを「{target}」に作りました（記録番号 {ledger.head} まで）。",
            target=target,
            position=ledger.head,
        )


@order("dump", "台帳の全てを JSON Lines で書き出します。")
@click.argument("target", required=False, metavar="[FILE]", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--output", "-o", metavar="FILE", type=click.Path(dir_okay=False, allow_dash=True), help="FILE と同じ。")
@keeps()
@pass_state
def dump(state: State, target: str | None, output: str | None) -> None:
    """台帳の全てを、連鎖ごと JSON Lines で書き出します。load で同じ台帳に戻せます。

    FILE がなければ標準出力へ書き出します。
    """
    if target is not None and output is not None:
        raise click.UsageError("書き出すファイルは一つだけ指定してください。")
    chosen = target or output or "-"
    with state.ledger_for_reading() as ledger:
        if chosen == "-":
            with ledger.reading() as rows:
                for line in dump_lines(rows):
                    click.echo(line)
            return
        count = ledger.dump(chosen)
    _done(state, f"記録 {count} 件を「{chosen}」に書き出しました。", target=chosen, events=count)


@order("load", "書き出したファイルから台帳を作ります。")
@click.argument("file", type=click.Path(dir_okay=False))
@click.argument("target", required=False, metavar="[TARGET]", type=click.Path(dir_okay=False))
@keeps()
@pass_state
def load(state: State, file: str, target: str | None) -> None:
    """dump で書き出した FILE から、新しい台帳を作ります。記録番号も連鎖も同じになり、全て検査してから残します。

    台帳は TARGET、なければ --ledger の場所に作ります。
    """
    where = target or state.ledger_url
    if not Path(file).exists():
        raise FileNotFoundError(2, "ファイルがありません", file)
    with Ledger.load(file, where) as ledger:
        head, name = ledger.head, ledger.name  # not as it was typed: an address may hold a password
    _done(state, f"記録 {head} 件の台帳を「{name}」に作りました。", target=name, events=head)


def _done(state: State, text: str, **values: object) -> None:
    say(to_json({"ok": True, **values}) if state.json else text)


COMMANDS = (verify, rebuild, backup, dump, load)
