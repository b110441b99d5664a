"""Commands that record changes of items: init, add, move, withdraw, restore, change."""

from __future__ import annotations

from collections.abc import Sequence

import click

from plan_ledger.cli.help import order
from plan_ledger.cli.options import writes
from plan_ledger.cli.receipts import give
from plan_ledger.cli.schema_file import read_schema
from plan_ledger.cli.state import State, pass_state
from plan_ledger.cli.texts import FIELD_HELP, read_texts
from plan_ledger.events import Source
from plan_ledger.ledger import Add, Change, Item, Ledger, Move, Plan, Receipt, Restore, Withdraw
from plan_ledger.ledger.intents import Intent, find_field, find_level

ITEM_HELP = "ITEM は、計画の中で一つだけの名称、「施策/事業」の形の道筋、または id です。"


@order("init", "台帳と計画を作ります。")
@click.option("--fiscal-year", type=click.IntRange(1900, 2200), required=True, metavar="YEAR", help="年度（西暦）。")
@click.option("--schema", metavar="FILE", help="様式（階層と欄）の JSON。なければ 戦略→KPI→施策→事業。")
@writes()
@pass_state
def init(state: State, fiscal_year: int, schema: str | None) -> None:
    """台帳に計画を作ります。台帳のファイルがなければ作ります。

    計画の名前は --plan で指定します。同じ名前・同じ年度の計画が既にあれば、何も記録しません。
    """
    if state.plan_title is None:
        raise click.UsageError("計画の名前を --plan で指定してください。")
    title = state.plan_title
    declared = None if schema is None else read_schema(schema)
    with state.writing(create=True) as ledger:
        before = ledger.head
        plan = ledger.open_plan(title, fiscal_year=fiscal_year, schema=declared)
        receipt = ledger.receipt(plan.row.position)
        if plan.row.position <= before:
            receipt = Receipt(None, None)
        give(
            receipt,
            state,
            plan.zone,
            f"計画「{plan.title}」を作りました",
            plan=plan.title,
            fiscal_year=plan.fiscal_year,
            id=plan.id.hex,
        )


@order("add", "行を追加します。")
@click.argument("level")
@click.argument("title")
@click.argument("texts", nargs=-1, metavar="[FIELD=TEXT]...")
@click.option("--under", metavar="ITEM", help="上の階層の行。最上位の階層では不要。")
@click.option("--after", metavar="ITEM", help="この行のすぐ後ろに置きます。なければ末尾。")
@click.option("--source", metavar="TEXT", help="根拠資料（例：実施計画書 p.3）。")
@writes()
@pass_state
def add(
    state: State,
    level: str,
    title: str,
    texts: tuple[str, ...],
    under: str | None,
    after: str | None,
    source: str | None,
) -> None:
    fields = read_texts(texts)
    with state.writing() as ledger:
        plan = ledger.plan(state.plan_title)
        spec = find_level(plan.schema, level)
        keyed: dict[str, str] = {}
        for name, text in fields.items():
            key = find_field(spec, name).key
            if key in keyed or key == spec.title:
                raise click.UsageError(f"欄「{name}」が二度指定されています。")
            keyed[key] = text
        parent = None if under is None else plan[under].id
        sibling = None if after is None else plan[after].id
        item = Item(plan, ledger.recording.new_id(), ledger.head)
        named = {spec.title: title, **keyed}
        sources = {} if source is None else dict.fromkeys(named, Source(note=source))
        intent = Add(item.id, plan.id, spec.key, named, parent, sibling, sources=sources)
        _record(state, ledger, plan, item, [intent], f"「{title}」を追加しました")


add.help = f"""行を追加します。

LEVEL は strategy、kpi、measure、project か、戦略、KPI、施策、事業（計画の様式による）。{FIELD_HELP}"""


@order("move", "行を別の場所へ移します。")
@click.argument("item")
@click.option("--under", metavar="ITEM", help="移す先の、上の階層の行。なければ今の場所の中で並べ替え。")
@click.option("--after", metavar="ITEM", help="この行のすぐ後ろに置きます。なければ末尾。")
@click.option("--first", is_flag=True, help="先頭に置きます。")
@writes()
@pass_state
def move(state: State, item: str, under: str | None, after: str | None, first: bool) -> None:
    """行を、その下の行ごと別の場所へ移します。id と履歴はそのままです。"""
    if under is None and after is None and not first:
        raise click.UsageError("移す先を --under、--after、--first のどれかで指定してください。")
    if after is not None and first:
        raise click.UsageError("--after と --first は一緒に使えません。")
    with state.writing() as ledger:
        plan = ledger.plan(state.plan_title)
        moved = plan[item]
        parent = moved.now().parent if under is None else plan[under].id
        sibling = None if after is None else plan[after].id
        _record(state, ledger, plan, moved, [Move(moved.id, parent, sibling, first)], f"「{item}」を移しました")


@order("withdraw", "行を取り下げます。")
@click.argument("item")
@writes()
@pass_state
def withdraw(state: State, item: str) -> None:
    """行を、その下の行ごと表から取り下げます。記録は残り、restore で戻せます。"""
    with state.writing() as ledger:
        plan = ledger.plan(state.plan_title)
        gone = plan[item]
        _record(state, ledger, plan, gone, [Withdraw(gone.id)], f"「{item}」を取り下げました")


@order("restore", "取り下げた行を戻します。")
@click.argument("item")
@writes()
@pass_state
def restore(state: State, item: str) -> None:
    """取り下げた行を元の場所に戻します。"""
    with state.writing() as ledger:
        plan = ledger.plan(state.plan_title)
        back = plan[item]
        _record(state, ledger, plan, back, [Restore(back.id)], f"「{item}」を戻しました")


@order("change", "行の欄を書き換えます。")
@click.argument("item")
@click.argument("texts", nargs=-1, required=True, metavar="FIELD=TEXT...")
@click.option("--source", metavar="TEXT", help="根拠資料（例：9月補正予算書 p.12）。")
@click.option("--expected", type=int, metavar="POSITION", help="見ていた内容の記録番号。その後の変更があれば断ります。")
@writes()
@pass_state
def change(state: State, item: str, texts: tuple[str, ...], source: str | None, expected: int | None) -> None:
    fields = read_texts(texts)
    with state.writing() as ledger:
        plan = ledger.plan(state.plan_title)
        changed = plan[item]
        if len(fields) > 1:
            _check_once(plan, changed, fields)
        place = None if source is None else Source(note=source)
        intents = [Change(changed.id, name, text, expected, place) for name, text in fields.items()]
        _record(state, ledger, plan, changed, intents, f"「{item}」を変更しました")


change.help = f"""行の欄を書き換えます。複数の欄は一緒に記録され、一つでも断られたら何も記録しません。

{ITEM_HELP}{FIELD_HELP}

いまと同じ内容は記録しません。--expected がなければ、後から書いたものが残ります。"""


def _check_once(plan: Plan, item: Item, fields: dict[str, str]) -> None:
    """One field under two names (budget, 予算額) would be set twice."""
    level = plan.schema.level(item.now().level)
    assert level is not None
    names: dict[str, str] = {}
    for name in fields:
        other = names.setdefault(find_field(level, name).key, name)
        if other != name:
            raise click.UsageError(f"「{other}」と「{name}」は同じ欄です。")


def _record(state: State, ledger: Ledger, plan: Plan, item: Item, intents: Sequence[Intent], done: str) -> None:
    """Record intents as one batch. Not through the item's handle: only ``--expected`` makes an edit a conflict."""
    with ledger.batch() as batch:
        for intent in intents:
            ledger.recording.submit(intent)
    assert batch.receipt is not None
    give(batch.receipt, state, plan.zone, done, id=item.id.hex)


COMMANDS = (init, add, move, withdraw, restore, change)
