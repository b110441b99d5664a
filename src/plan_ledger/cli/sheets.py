"""Commands about sheets: import and diff."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve

from plan_ledger.cli.help import order
from plan_ledger.cli.options import asks, style_option, writes
from plan_ledger.cli.output import CHANGES_FORMATS, chosen_format, offered, render, say, to_json, write, write_changes
from plan_ledger.cli.receipts import NOTHING, note, receipt_line
from plan_ledger.cli.state import State, pass_state
from plan_ledger.ledger import Ledger, Plan, Receipt
from plan_ledger.ledger.front import MEMORY
from plan_ledger.queries.reports import Reported
from plan_ledger.queries.results import MomentRef
from plan_ledger.sheets.ink_report import InkReports

if TYPE_CHECKING:
    from plan_ledger.ledger.importing import PlanProposal

REPORT_FORMATS = offered("html", "md", "json", "tsv", "xlsx", "docx")

SHORT = 1.0
"""Seconds after which somebody would wonder; a bar that only flashes is in the way."""

Step = Callable[[str], None]


@order("import", "表を取り込みます。")
@click.argument("sheets", nargs=-1, required=True, metavar="SHEET...")
@click.option("--dry-run", is_flag=True, help="取込内容（確認用）を示すだけで、何も記録しません。--actor は不要です。")
@click.option(
    "--base", metavar="MOMENT", help="表を配った時点。表でその時点から変わっていない欄は、台帳のままにします。"
)
@click.option("--partial", is_flag=True, help="一部の行だけの表（課別の回答など）。ない行は記載なしとしません。")
@click.option("--accept-renames", is_flag=True, help="同じ行の改称らしいものを、改称として取り込みます。")
@click.option("--withdraw-missing", is_flag=True, help="表にない行を取り下げます。")
@click.option(
    "--check-ink",
    is_flag=True,
    help="取り込まずに、赤い文字が前回からの変更と合っているかを点検します（xlsx、docx）。--actor は不要です。",
)
@click.option(
    "--report",
    metavar="FILE",
    help=f"取込内容（確認用）か赤字の点検結果を、このファイルにも書き出します（{'、'.join(REPORT_FORMATS)}）。",
)
@writes(actor_required=False)
@pass_state
@click.pass_context
def import_(
    ctx: click.Context,
    state: State,
    sheets: tuple[str, ...],
    dry_run: bool,
    base: str | None,
    partial: bool,
    accept_renames: bool,
    withdraw_missing: bool,
    check_ink: bool,
    report: str | None,
) -> None:
    """表（tsv、csv、xlsx、docx）を取り込みます。--actor が要ります（--dry-run のときを除く）。

    台帳か計画がまだなければ、表の題名（令和5年度○○計画の推進について(第2回PT用)）のとおりに作ります。台帳に計画が
    一つだけあればその計画に、複数あれば題名か --plan の計画に取り込みます。

    表が複数あれば一つの表の部分として扱い、全て取り込むか、何も記録しないかのどちらかです。

    台帳から出した xlsx、docx は、配った時点（--base に当たるもの）を表そのものから知ります。

    --check-ink の比べる相手は、--base の時点、なければ前回配った表です。合わない赤字があっても終了状態は 0 です
    （--json では clean が false）。
    """
    if report is not None and _ending(report) not in REPORT_FORMATS:
        raise click.UsageError(f"--report のファイル名の末尾は {'、'.join(REPORT_FORMATS)} のどれかにしてください。")
    if check_ink:
        _check_ink(state, sheets, base, report)
        return
    if state.who.actor is None and not dry_run:
        raise click.MissingParameter(ctx=ctx, param=next(p for p in ctx.command.params if "--actor" in p.opts))
    asked: dict[str, Any] = {
        "base": base,
        "partial": partial,
        "accept_renames": accept_renames,
        "withdraw_missing": withdraw_missing,
    }
    with progress() as step:
        step("表を読んで照合しています")
        new = _nothing_yet(state)
        if dry_run:
            with _looking(state, sheets[0], new=new) as plan:
                proposal, receipt, zone = plan.propose(list(sheets), **asked), None, plan.zone
        else:
            if new:  # whatever is wrong with the sheet is found before a ledger or a plan is made
                with _looking(state, sheets[0], new=True) as plan:
                    plan.propose(list(sheets), **asked)
            with state.writing(create=True) as ledger:
                plan = _plan(state, ledger, sheets[0])
                proposal, zone = plan.propose(list(sheets), **asked), plan.zone
                step("記録しています")
                receipt = proposal.apply()
    _file(proposal, report)
    _tell(state, proposal, receipt, zone)


def _file(result: Reported, report: str | None) -> None:
    """The page to look at, print and file."""
    if report is not None:
        ending = _ending(report)
        write(result.to_json() if ending == "json" else render(result, ending, report), report)


def _ending(file: str) -> str:
    return Path(file).suffix.lower().lstrip(".")


def _check_ink(state: State, sheets: tuple[str, ...], base: str | None, report: str | None) -> None:
    """The red of each sheet against what changed; nothing is recorded."""
    with state.ledger_for_reading() as ledger, progress() as step:
        step("赤字を点検しています")
        plans = [_plan(state, ledger, sheet) if ledger.plans() else ledger.plan(state.plan_title) for sheet in sheets]
        checks = (plan.check_ink(sheet, base=base) for plan, sheet in zip(plans, sheets, strict=True))
        found = InkReports(tuple(checks))
    _file(found, report)
    say(found.to_json() if state.json else str(found))


def _nothing_yet(state: State) -> bool:
    """Whether there is no plan to import into, or not even a ledger."""
    if state.ledger_missing:
        return True
    with state.ledger_for_reading() as ledger:
        return not ledger.plans()


@contextmanager
def _looking(state: State, sheet: str, *, new: bool) -> Generator[Plan]:
    """The plan to compare with, without writing anything: where there is none yet, an empty one in memory."""
    if new:
        with Ledger.open(MEMORY) as ledger, ledger.acting("plan-ledger"):
            yield _plan(state, ledger, sheet)
    else:
        with state.ledger_for_reading() as ledger:
            yield _plan(state, ledger, sheet)


def _plan(state: State, ledger: Ledger, sheet: str) -> Plan:
    """The plan that a sheet goes into: the one named, the only one, the one of its title line, or a new one."""
    from plan_ledger.ledger.importing import plan_from_sheet

    plans = ledger.plans()
    if len(plans) == 1 or (plans and state.plan_title is not None):
        return ledger.plan(state.plan_title)
    title, fiscal_year, _ = plan_from_sheet(ledger, sheet)
    if plans:
        return ledger.plan(title)
    return ledger.open_plan(state.plan_title or title, fiscal_year=fiscal_year)


def _tell(state: State, proposal: PlanProposal, receipt: Receipt | None, zone: str) -> None:
    """What would be recorded, or what was, with what waits for a decision."""
    if state.json:
        answer: dict[str, Any] = proposal.to_dict()
        answer |= {"plan": proposal.plan, "meeting": proposal.meeting}
        answer["warnings"] = [warning.to_dict() for warning in proposal.warnings]
        if receipt is not None:
            answer["receipt"] = receipt.to_dict()
        say(to_json(answer))
        return
    if receipt is None:
        say(str(proposal))
        note("確認用です。何も記録していません。")
        return
    say("\n".join(str(proposal).split("\n")[:2]))
    say(f"取り込みました：{receipt_line(receipt, state, zone)}" if receipt else NOTHING)
    for warning in proposal.warnings:
        note(str(warning))
    applied = {entry.key for entry in proposal.applied()}
    waiting = [entry for entry in proposal.standing if entry.key not in applied]
    renamed = {entry.item for entry in waiting if entry.kind == "renamed"}
    missing = {entry.item for entry in waiting if entry.kind == "missing"}
    if renamed:
        note(f"改称かもしれない {len(renamed)} 行は取り込んでいません。改称なら --accept-renames を付けてください。")
    if missing:
        note(f"表にない {len(missing)} 行は台帳に残しました。取り下げるなら --withdraw-missing を付けてください。")


@order("diff", "二つの表を比べます。台帳は要りません。")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--fiscal-year", type=int, metavar="YEAR", help="年度（西暦）。題名に年度がないとき。")
@style_option
@asks(*CHANGES_FORMATS, ledger=False)
@pass_state
def diff(
    state: State, old: str, new: str, fiscal_year: int | None, style: str, format: str | None, output: str | None
) -> None:
    """二つの表（tsv、csv、xlsx、docx）の違いを、変更一覧の形で示します。

    改称らしい行は改称とし、NEW にない行は削除とします。
    """
    chosen = chosen_format(state, format, output, CHANGES_FORMATS)
    with Ledger.open(MEMORY) as ledger, ledger.acting("plan-ledger diff"), progress() as step:
        step("表を比べています")
        title, year = _title(ledger, old, fiscal_year)
        plan = ledger.open_plan(title, fiscal_year=year)
        plan.propose(old).apply()
        since = plan.resolve(None)
        # base: two handouts of one ledger are none of this one
        plan.propose(new, base="now", accept_renames=True, withdraw_missing=True).apply()
        until = plan.resolve(None)
        found = plan.changes(since, until)
        digest = plan.snapshot(until).digest
    named = evolve(found, since=_named(since, old), until=_named(until, new))
    write_changes(named, chosen, output, style=style, digest=digest)


def _named(moment: MomentRef, sheet: str) -> MomentRef:
    """Called by the sheet's file name, as a handout is by its meeting."""
    return evolve(moment, name=Path(sheet).name, meeting=Path(sheet).name)


def _title(ledger: Ledger, sheet: str, fiscal_year: int | None) -> tuple[str, int]:
    from plan_ledger.ledger.importing import plan_from_sheet
    from plan_ledger.sheets.table_problems import TitleLineMissing

    try:
        title, said, _ = plan_from_sheet(ledger, sheet)
    except TitleLineMissing:
        today = datetime.now(UTC)
        return Path(sheet).stem, fiscal_year or today.year - (today.month < 4)
    return title, fiscal_year or said


@contextmanager
def progress() -> Generator[Step]:
    """A bar on standard error while something takes long; nothing where that is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=None)
    start = Timer(SHORT, bar.start)
    start.start()
    try:
        yield lambda text: bar.update(task, description=text)
    finally:
        start.cancel()
        start.join()  # it may be starting the bar just now
        bar.stop()


COMMANDS = (import_, diff)
