"""Every command by name, in the order of the work; the module of one is loaded when it is asked for.

The list of all commands needs what each is for, and none of what it does: ``plan-ledger --help`` loads no ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module

import click

# name → (module of this package, its one line of help: the same as in the module)
LISTED = {
    "init": ("writing", "台帳と計画を作ります。"),
    "add": ("writing", "行を追加します。"),
    "move": ("writing", "行を別の場所へ移します。"),
    "withdraw": ("writing", "行を取り下げます。"),
    "restore": ("writing", "取り下げた行を戻します。"),
    "change": ("writing", "行の欄を書き換えます。"),
    "import": ("sheets", "表を取り込みます。"),
    "diff": ("sheets", "二つの表を比べます。台帳は要りません。"),
    "hold": ("meetings", "会議の資料を確定します。"),
    "reissue": ("meetings", "差替版を出します。"),
    "annul": ("meetings", "誤って確定した会議を取り消します。"),
    "correct": ("meetings", "配った表の誤りを訂正します。"),
    "baseline": ("meetings", "過去の会議の表を後から登録します。"),
    "differences": ("meetings", "配った表と訂正後の表の違い。"),
    "undo": ("meetings", "まとまりの変更を取り消します。"),
    "snapshot": ("querying", "ある時点の表。"),
    "changes": ("querying", "前回からの変更一覧。"),
    "audit": ("querying", "変更履歴。"),
    "history": ("querying", "一つの欄の履歴。"),
    "meetings": ("querying", "確定した会議の一覧。"),
    "blame": ("tracing", "文言の来歴：誰が、いつ、なぜ書いたか。"),
    "lineage": ("tracing", "年度をまたぐ継続。"),
    "rollover": ("tracing", "行を次の年度の計画へ引き継ぎます。"),
    "totals": ("summing", "金額の合計と、前回からの増減。"),
    "elapsed": ("summing", "時期を過ぎた予定。"),
    "actors": ("people", "入力者・回答者・決裁者の一覧。"),
    "schema": ("schemas", "様式（階層と欄）。"),
    "declare": ("schemas", "様式を改めます。"),
    "policy": ("policy", "変更に必要な記載の決まり。"),
    "seal": ("guarding", "封印（改ざんの証拠になる小さなファイル）を作ります。"),
    "redact": ("guarding", "記録した本文を抹消します。"),
    "erase-person": ("guarding", "人の情報（氏名・所属・ID）を抹消します。"),
    "occurrences": ("guarding", "ある言葉を含む本文が、どの記録番号にあるかを調べます。"),
    "doctor": ("guarding", "台帳とデータベースと、この機械の様子を調べます。"),
    "verify": ("keeping", "改ざん検査をします。"),
    "rebuild": ("keeping", "索引を作り直します。"),
    "backup": ("keeping", "台帳の控えを作ります。"),
    "dump": ("keeping", "台帳の全てを JSON Lines で書き出します。"),
    "load": ("keeping", "書き出したファイルから台帳を作ります。"),
    "copy": ("copying", "台帳を別の場所に写します。"),
    "parse": ("parsing", "日付・期間・金額などの書き方を読み取ります。"),
}


class Commands(MutableMapping[str, click.Command]):
    """The commands as click wants them: by name."""

    def __init__(self) -> None:
        self._loaded: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded:
            module = import_module(f"{__package__}.{LISTED[name][0]}")
            self._loaded.update({command.name: command for command in module.COMMANDS})
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in LISTED or name in self._loaded

    def __iter__(self) -> Iterator[str]:
        return iter({**LISTED, **self._loaded})

    def __len__(self) -> int:
        return len({**LISTED, **self._loaded})

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        raise TypeError("commands are not taken away")
