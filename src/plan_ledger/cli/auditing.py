"""The audit: audit, history; what was asked for, how much of it is listed, counts, exceptions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import click

from plan_ledger.cli.help import order
from plan_ledger.cli.options import asks
from plan_ledger.cli.output import chosen_format, offered, render, write, write_lines
from plan_ledger.cli.state import State, pass_state
from plan_ledger.ledger.auditing import AuditQuery
from plan_ledger.queries.audit_answers import GROUPINGS, Grouping
from plan_ledger.queries.audit_kinds import LABELS
from plan_ledger.queries.results import AuditRow
from plan_ledger.rendering import audit_csv_lines

FORMATS = offered("table", "json", "csv", "md", "html", "xlsx")
LIST_FORMATS = ("table", "json", "csv")
_KINDS = "、".join(label for label in LABELS.values())
_WHO = (
    click.option("--actor", metavar="NAME", help="入力者または回答者。名前の先頭の語でも可。"),
    click.option("--section", metavar="NAME", help="記録した時の、入力者または回答者の所属。"),
    click.option("--author", metavar="NAME", help="回答者。"),
    click.option("--approver", metavar="NAME", help="決裁者。"),
    click.option("--approval", metavar="TEXT", help="決裁番号。"),
)
_WHAT = (
    click.option("--item", metavar="ITEM", help="この行と、その下の行だけ。"),
    click.option("--level", metavar="LEVEL", help="この階層の行だけ（project、事業 など）。"),
    click.option("--field", metavar="FIELD", help="この欄だけ（budget、予算額 など）。"),
    click.option("--kind", metavar="KIND", multiple=True, help=f"この区分だけ。繰り返せます。区分：{_KINDS}。"),
    click.option("--value", metavar="TEXT", help="変更前か変更後にこの語を含むもの。"),
    click.option("--moved-by", type=click.IntRange(min=0), metavar="YEN", help="金額がこの円を超えて増減したもの。"),
)
_WHEN = (
    click.option("--since", metavar="MOMENT", help="この時点より後。"),
    click.option("--until", metavar="MOMENT", help="この時点まで。"),
    click.option("--effective-since", metavar="MOMENT", help="この時点の表より後に効くもの（訂正は直した会議）。"),
    click.option("--effective-until", metavar="MOMENT", help="この時点の表までに効くもの。"),
    click.option("--reason", metavar="TEXT", help="変更理由にこの語を含むもの。"),
    click.option("--source", metavar="TEXT", help="根拠資料にこの語を含むもの。"),
    click.option(
        "--batch", type=click.IntRange(min=1), metavar="POSITION", help="この記録番号と同時に記録されたもの。"
    ),
    click.option(
        "--acts",
        is_flag=True,
        default=None,
        help="資料確定や計画登録も載せます。様式変更や抹消は常に載ります。",
    ),
)
_HOW = (
    click.option("--sort", type=click.Choice(("asc", "desc")), default="asc", help="asc は古い順、desc は新しい順。"),
    click.option("--limit", type=click.IntRange(min=0), metavar="N", help="始めから N 件まで。"),
    click.option("--after", metavar="TOKEN", help="この記録番号の次から（前の一覧の続き）。"),
    click.option("--group-by", type=click.Choice(tuple(GROUPINGS)), help="件数と金額の増減を集計します。"),
    click.option("--exceptions", is_flag=True, help="まず見るべき記録の一覧（変更理由なし、資料確定後の変更など）。"),
    click.option(
        "--mass", type=click.IntRange(min=1), default=100, metavar="N", help="--exceptions で、一括取込とみなす件数。"
    ),
    click.option("--explain", is_flag=True, help="どの索引を使うかを示します。"),
    click.option("--report", is_flag=True, help="JSON にも絞り込みと範囲を付けます（一覧の代わりに1つの記録）。"),
)


def _filters(command: Any) -> Any:
    for option in reversed((*_WHO, *_WHAT, *_WHEN, *_HOW)):
        command = option(command)
    return command


@order("audit", "変更履歴。")
@_filters
@asks(*FORMATS)
@pass_state
def audit(
    state: State,
    /,
    group_by: Grouping | None,
    exceptions: bool,
    mass: int,
    explain: bool,
    report: bool,
    format: str | None,
    output: str | None,
    kind: tuple[str, ...],
    **filters: Any,
) -> None:
    """誰が、いつ、どこを、なぜ変えたかを、記録の順に示します。

    表には、絞り込み、範囲、該当する件数のうち何件を載せたかを添えます。

    --group-by、--exceptions、--explain は、一覧の代わりに集計、例外、実行計画を示します。
    """
    if sum((group_by is not None, exceptions, explain, report)) > 1:
        raise click.UsageError("--group-by、--exceptions、--explain、--report は、どれか一つだけ使えます。")
    chosen = chosen_format(state, format, output, FORMATS)
    with state.reading() as (_, plan):
        query = plan.audit(**filters, kind=kind or None)
        found: Any = None
        if group_by is not None:
            found = query.group_by(group_by)
        elif exceptions:
            found = query.exceptions(mass=mass)
        elif explain:
            found = query.explain()
        elif report or chosen not in ("json", "csv"):
            found = query.report()
        if found is None:
            _stream(query, chosen, output)
        elif chosen == "csv":
            write_lines([str(render(found, chosen, output))], output, bom=True)
        else:
            write(found.to_json() if chosen == "json" else render(found, chosen, output), output)


@order("history", "一つの欄の履歴。")
@click.argument("item")
@click.argument("field")
@asks(*LIST_FORMATS)
@pass_state
def history(state: State, item: str, field: str, format: str | None, output: str | None) -> None:
    """一つの行の一つの欄の変更を、最初から全て示します。"""
    chosen = chosen_format(state, format, output, LIST_FORMATS)
    with state.reading() as (_, plan):
        rows = plan.history(item, field)
        if chosen == "table":
            write(render(rows, chosen, output, of="audit"), output)
        else:
            _rows(rows, chosen, output)


def _stream(query: AuditQuery, format: str, output: str | None) -> None:
    """Rows as they come, so that a long audit needs no room; what the limit left out is said on standard error."""
    told = _Counted(query)
    _rows(told, format, output)
    limit = query.asked.limit
    if limit is not None and told.count == limit and (left := query.count() - limit) > 0:
        goes_on = f"続きは --after {told.last} で。" if told.last else ""
        click.echo(f"上限{limit}件のため、ほかに{left}件を載せていません。{goes_on}", err=True)


class _Counted:
    """Rows, counted while they pass."""

    def __init__(self, rows: Iterable[AuditRow]) -> None:
        self._rows = rows
        self.count = 0
        self.last: int | None = None

    def __iter__(self) -> Iterator[AuditRow]:
        for row in self._rows:
            self.count += 1
            self.last = row.position
            yield row


def _rows(rows: Iterable[AuditRow], format: str, output: str | None) -> None:
    if format == "csv":
        write_lines(audit_csv_lines(rows), output, bom=True)
    else:
        write_lines(_json_lines(rows), output)


def _json_lines(rows: Iterable[AuditRow]) -> Iterator[str]:
    lead = "[\n"
    for row in rows:
        yield f"{lead}  {json.dumps(row.to_dict(), ensure_ascii=False)}"
        lead = ",\n"
    yield "[]\n" if lead == "[\n" else "\n]\n"
