"""Commands about tables that were handed out: correct, baseline, differences."""

from __future__ import annotations

import click

from plan_ledger.cli.help import order
from plan_ledger.cli.meetings_told import give_meeting
from plan_ledger.cli.options import asks, style_option, writes
from plan_ledger.cli.output import CHANGES_FORMATS, chosen_format, say, write_changes
from plan_ledger.cli.receipts import give
from plan_ledger.cli.state import State, pass_state
from plan_ledger.cli.texts import FIELD_HELP, read_texts
from plan_ledger.ledger import CorrectionReceipt


@order("correct", "配った表の誤りを訂正します。")
@click.argument("item")
@click.argument("texts", nargs=-1, metavar="[FIELD=TEXT]...")
@click.option("--as-of", metavar="MEETING", required=True, help="誤っていた表の会議（版は 第2回PT#1）。")
@click.option("--under", metavar="ITEM", help="本来あるべき、上の階層の行。")
@click.option("--after", metavar="ITEM", help="本来この行のすぐ後ろ。")
@click.option("--was-there", is_flag=True, help="表にあるべき行が漏れていました。")
@click.option("--was-not-there", is_flag=True, help="表にあってはならない行でした。")
@click.option("--source", metavar="TEXT", help="根拠資料（例：正誤表 令和5年9月1日）。")
@writes()
@pass_state
def correct(
    state: State,
    item: str,
    texts: tuple[str, ...],
    as_of: str,
    under: str | None,
    after: str | None,
    was_there: bool,
    was_not_there: bool,
    source: str | None,
) -> None:
    fields = read_texts(texts)
    placed = under is not None or after is not None
    if was_not_there and (was_there or placed or fields):
        raise click.UsageError("--was-not-there は、ほかの訂正と一緒に使えません。")
    if not (was_there or was_not_there or placed or fields):
        raise click.UsageError(
            "訂正する内容を FIELD=TEXT、--under、--after、--was-there、--was-not-there で指定してください。"
        )
    with state.writing() as ledger:
        plan = ledger.plan(state.plan_title)
        wrong = plan[item]
        if was_there or was_not_there:
            receipt = wrong.correct_existence(
                was_there, as_of=as_of, under=under, after=after, source=source, texts=fields
            )
        else:
            receipt = wrong.correct_all(as_of=as_of, texts=fields, under=under, after=after, source=source)
        give(receipt, state, plan.zone, f"「{item}」を訂正しました", id=wrong.id.hex)
    if not state.json:
        say(_reach(receipt))


correct.help = f"""会議で配った表の誤りを訂正します。配った表と赤字はそのまま残ります。

ITEM は、計画の中で一つだけの名称、「施策/事業」の形の道筋、または id です。{FIELD_HELP}

訂正した表は snapshot --at MEETING --known-at now で、配った表との違いは differences MEETING で示せます。訂正は、
同じ欄の次の変更まで、後の会議の表にも及びます（配り終えた資料は変わりません）。どの会議に及ぶかを示します。

今の内容を変えるときは change を使います。補正予算も、訂正ではなく変更です。"""


def _reach(receipt: CorrectionReceipt) -> str:
    """Which later tables, as known now, say so too."""
    later = [*(f"「{name}」" for name in receipt.reaches), *(["今の表"] if receipt.reaches_now else [])]
    return f"{'、'.join(later)}にも及びます。" if later else "後の表には及びません。"


@order("baseline", "過去の会議の表を後から登録します。")
@click.argument("sheet")
@click.option("--meeting", metavar="MEETING", required=True, help="表を配った会議の名前。")
@click.option("--before", metavar="MEETING", help="この会議より前でした。")
@click.option("--after", metavar="MEETING", help="この会議の次でした。")
@click.option("--on", metavar="DATE", help="開催日（R5.8.30、2023-08-30 など）。")
@click.option("--as-of-date", metavar="DATE", help="基準日。")
@click.option("--red-since", metavar="MEETING", help="赤字の起点。なければ同じ会議体の前回。")
@click.option(
    "--accept-renames/--no-renames",
    default=None,
    help="改称らしい行を、同じ行の改称とするか、別の行とするか。なければ、そのような行があるとき登録しません。",
)
@writes()
@pass_state
def baseline(
    state: State,
    sheet: str,
    meeting: str,
    before: str | None,
    after: str | None,
    on: str | None,
    as_of_date: str | None,
    red_since: str | None,
    accept_renames: bool | None,
) -> None:
    """過去の会議で配った表（tsv、csv、xlsx、docx の全体）を、その会議の資料として登録します。

    --before も --after もなければ、今までの記録の後に置きます（この表が今の表になります）。古い順でも、どの順で
    登録しても、会議ごとの表と変更一覧は同じになります。ほかの会議の資料は変わりません。

    行は、道筋と名称で台帳の行と照合します。記録日時は、登録した日時です。
    """
    with state.writing() as ledger:
        plan = ledger.plan(state.plan_title)
        held = plan.baseline(
            sheet,
            meeting,
            before=before,
            after=after,
            on=on,
            as_of_date=as_of_date,
            red_since=red_since,
            accept_renames=accept_renames,
        )
        give_meeting(state, ledger, plan, held, f"「{held.name}」の表を登録しました")


@order("differences", "配った表と訂正後の表の違い。")
@click.argument("meeting")
@click.option("--known-at", metavar="MOMENT", help="この時点までに分かっていた訂正。なければ今。")
@style_option
@asks(*CHANGES_FORMATS)
@pass_state
def differences(
    state: State, meeting: str, known_at: str | None, style: str, format: str | None, output: str | None
) -> None:
    """会議で配った表と、その後の訂正を入れた同じ時点の表との違いを示します（正誤表のもと）。"""
    chosen = chosen_format(state, format, output, CHANGES_FORMATS)
    with state.reading() as (_, plan):
        found = plan.differences(meeting, known_at=known_at)
        digest = plan.snapshot(found.until).digest if chosen == "table" else ""
    write_changes(found, chosen, output, style=style, digest=digest)


COMMANDS = (correct, baseline, differences)
