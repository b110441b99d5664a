"""Blame as a page: the table as it is handed out, every run of words with its origin on hovering, a legend of authors.

No script: what appears on hovering is the element's title. Authors are told apart by a number behind each run as well
as by a background, so that a black-and-white print says the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from attrs import frozen

from plan_ledger.queries.results import Actor
from plan_ledger.queries.results.blame import Blame, BlameRun, PlanBlame
from plan_ledger.rendering import html
from plan_ledger.rendering.blame import NAME, blame_listing, remarks, who
from plan_ledger.rendering.layout import lay_out
from plan_ledger.rendering.table import Cell, Look, Table
from plan_ledger.rendering.texts import flattened, minute, moment_name

TINTS: Final = ("#fff3c4", "#d6ecff", "#dff5d8", "#ffe0e6", "#ece2ff", "#d5f3f1", "#f7e3cf", "#e6e6e6")
"""Backgrounds, used again from the ninth author on: the numbers tell these apart."""


@frozen
class _Shown:
    """A run as the page shows it: its author's number, its words, what appears on hovering."""

    number: int
    text: str
    hint: str


@frozen
class _Cell:
    rowspan: int
    numeric: bool
    runs: tuple[_Shown, ...]


def blame_page(found: Blame | PlanBlame) -> str:
    """One self-contained page."""
    authors = found.authors()
    numbers = {author: at for at, author in enumerate(authors, 1)}
    legend = [(numbers[author], str(author), count) for author, count in authors.items()]
    rules = _css() + _rules(len(numbers))
    if isinstance(found, Blame):
        listing = blame_listing(found)
        runs = [_shown(run, found.plan, numbers) for run in found]
        body = html.filled(
            "blame_cell.html.j2",
            title=listing.title,
            lines=listing.notes,
            authors=legend,
            runs=runs,
            section=listing.sections[0],
        )
        return html.document(listing, listing.title, body, rules)
    table = lay_out(found.snapshot, None, Look(style="clean"))
    title = f"{table.title_line}　{NAME}"
    rows = [[_cell(found, table, at, cell, numbers) for at, cell in enumerate(row.cells)] for row in table.rows]
    body = html.filled(
        "blame_table.html.j2",
        title=title,
        lines=(moment_name(found.moment),),
        authors=legend,
        table=table,
        rows=rows,
    )
    return html.document(table, title, body, rules)


@cache
def _css() -> str:
    return files("plan_ledger.rendering").joinpath("templates", "blame.css").read_text(encoding="utf-8")


def _cell(found: PlanBlame, table: Table, at: int, cell: Cell | None, numbers: Mapping[Actor, int]) -> _Cell | None:
    if cell is None:
        return None
    column = table.columns[at]
    own = found.of(cell.item, column.field) if cell.item else None
    runs = tuple(_shown(run, found.plan, numbers) for run in own or ())
    if own is None and cell.text:
        runs = (_Shown(0, cell.text, ""),)  # a field that was not asked for
    return _Cell(cell.rowspan, column.kind in ("money", "number"), runs)


def _shown(run: BlameRun, plan: str, numbers: Mapping[Actor, int]) -> _Shown:
    cause = run.cause
    said = [
        f"{minute(cause.recorded_at)}　{flattened(who(run))}",
        f"変更理由：{cause.reason}" if cause.reason else "",
        f"根拠資料：{source}" if (source := cause.source_text()) else "",
        f"初出の会議：{run.handout}" if run.handout else "まだ配っていません",
        *remarks(run, plan),
        f"記録番号 {run.position}",
    ]
    return _Shown(numbers[run.author], run.text, "\n".join(line for line in said if line))


def _rules(authors: int) -> str:
    """A background and a number for each author."""
    return "".join(
        f".plan-ledger .a{at} {{ background: {TINTS[(at - 1) % len(TINTS)]}; }}\n"
        f'.plan-ledger .a{at}::after {{ content: "{at}"; }}\n'
        for at in range(1, authors + 1)
    )
