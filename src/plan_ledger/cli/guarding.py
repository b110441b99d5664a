"""Commands that guard the ledger: seal, redact, erase-person, occurrences, doctor."""

from __future__ import annotations

import click

from plan_ledger.cli.help import order
from plan_ledger.cli.options import as_json, keeps, where, writes
from plan_ledger.cli.output import say, to_json, write
from plan_ledger.cli.receipts import give, note
from plan_ledger.cli.state import State, pass_state

_NOT_WIPED = (
    "抹消した内容は記録から消えましたが、ほかの人が台帳を読んでいるため、ファイルに残った跡をまだ消せていません。"
    "少し待って、同じコマンドをもう一度実行してください（二重には記録しません）。"
)
_SHOWN = 60


@order("seal", "封印（改ざんの証拠になる小さなファイル）を作ります。")
@click.argument("meeting", required=False)
@click.option(
    "--output", "-o", metavar="FILE", type=click.Path(dir_okay=False, allow_dash=True), help="書き出すファイル。"
)
@keeps()
@pass_state
def seal(state: State, meeting: str | None, output: str | None) -> None:
    """今までの記録の封印を JSON で作ります。先に改ざん検査をし、異常があれば作りません。

    MEETING を示すと、その会議の資料の照合値を明記します。封印は、台帳に書き込める人の手の届かない所に保管してください。
    verify --anchor FILE で、封印の時点までの記録が一つも変わっていないことを確かめられます。
    """
    with state.ledger_for_reading() as ledger:
        anchor = ledger.seal() if meeting is None else ledger.plan(state.plan_title).seal(meeting)
    write(anchor.to_json(), output)
    if output not in (None, "-"):
        digest = f"、「{anchor.meeting.meeting}」の照合値 {anchor.meeting.digest[:12]}" if anchor.meeting else ""
        done = f"記録番号 {anchor.position} までを封印しました（連鎖の末尾 {anchor.head[:16]}{digest}）。"
        say(to_json({"ok": True, "output": output, **anchor.to_dict()}) if state.json else done)


@order("redact", "記録した本文を抹消します。")
@click.argument("positions", type=int, nargs=-1, required=True, metavar="POSITION...")
@click.option("--all-equal", is_flag=True, help="同じ本文を記録した、ほかの記録番号も一緒に抹消します。")
@writes()
@pass_state
def redact(state: State, positions: tuple[int, ...], all_equal: bool) -> None:
    """誤って入力した住民の氏名などの本文を、元に戻せない形で抹消します。--reason（理由）が要ります。

    誰が、なぜ、いつ抹消したかが記録に残り、本文のあった所は「抹消済」と出ます。連鎖、封印、ほかの表の照合値はそのままです。
    同じ本文がほかの記録番号にもあるかは occurrences で調べます。すでに作った控えや配付した資料からは消えません。
    """
    with state.writing() as ledger:
        # Said with --plan, positions of another plan are refused; without, a position says which plan is meant.
        of = ledger if state.plan_title is None else ledger.plan(state.plan_title)
        done = of.redact(*positions, all_equal=all_equal)
    numbers = "、".join(str(each) for each in done.positions)
    give(
        done.receipt,
        state,
        _ZONE,
        f"記録番号 {numbers} の本文を抹消しました",
        positions=list(done.positions),
        wiped=done.wiped,
    )
    if not done.wiped:
        note(_NOT_WIPED)


@order("erase-person", "人の情報（氏名・所属・ID）を抹消します。")
@click.argument("who", metavar="PERSON")
@writes()
@pass_state
def erase_person(state: State, who: str) -> None:
    """台帳にある人の氏名、所属、ID を、元に戻せない形で抹消します。--reason（理由）が要ります。

    PERSON は氏名か ID です。その人の記録は残り、氏名は「抹消済」と出ます。本文や変更理由の中に書かれた氏名は、redact で
    別に抹消します。
    """
    with state.writing() as ledger:
        done = ledger.erase_person(who)
    give(done.receipt, state, _ZONE, "人の情報を抹消しました", person=done.actor.hex, wiped=done.wiped)
    if not done.wiped:
        note(_NOT_WIPED)


@order("occurrences", "ある言葉を含む本文が、どの記録番号にあるかを調べます。")
@click.argument("text")
@as_json()
@where()
@pass_state
def occurrences(state: State, text: str) -> None:
    """今までに記録した本文のうち、TEXT を一字一句そのまま含むものを、記録番号の順に示します。

    抹消（redact）の前に、氏名などがどこに残っているかを調べるためのものです。--plan がなければ、全ての計画を調べます。
    """
    with state.ledger_for_reading() as ledger:
        of = ledger if state.plan_title is None else ledger.plan(state.plan_title)
        found = of.occurrences(text)
    if state.json:
        say(to_json([each.to_dict() for each in found]))
        return
    for each in found:
        now = "現在" if each.current else "過去"
        body = each.text.replace("\n", " ")
        at = max(0, body.find(text.replace("\n", " ")) - _SHOWN // 3)
        shown = ("…" if at else "") + body[at : at + _SHOWN] + ("…" if len(body) > at + _SHOWN else "")
        say(f"{each.position}\t{now}\t{each.plan}\t{each.title}\t{each.label}\t{shown}")
    note(f"{len(found)}件")


@order("doctor", "台帳とデータベースと、この機械の様子を調べます。")
@keeps()
@pass_state
def doctor(state: State) -> int:
    """設定、書き込みの確実さ、権限、書き換えの拒否、空き容量、時計、改ざん検査など、調べたことを一行ずつ示します。

    ○ は正常、△ は見ておくこと、× は直すことです。× があれば終了状態は 1 です。
    """
    with state.ledger_for_reading() as ledger:
        found = ledger.doctor()
    say(to_json(found.to_dict()) if state.json else str(found))
    return 0 if found else 1


_ZONE = "Asia/Tokyo"

COMMANDS = (seal, redact, erase_person, occurrences, doctor)
