"""Blame and lineage as lists: a row for each run of words, with who, when, why and by which meeting it came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from plan_ledger.queries.results.blame import Blame, BlameRun, PlanBlame
from plan_ledger.queries.results.lineage import Lineage, LineageEntry
from plan_ledger.rendering.listing import Head, Listing, Section, plain
from plan_ledger.rendering.table import Look, Segments
from plan_ledger.rendering.texts import flattened, minute, moment_name

NAME: Final = "文言の来歴"

_WHERE = (Head("行", 1.6), Head("欄", 0.9))
_RUN_HEADS = (
    Head("文言", 4),
    Head("書いた人", 1.6),
    Head("日時", 1, 16),
    Head("記録番号", 0.6, 8),
    Head("変更理由", 1.4),
    Head("根拠資料", 1.2),
    Head("初出の会議", 1.1),
    Head("備考", 1),
)
_RELATIONS: Final = {"earlier": "前", "self": "この行", "later": "後"}


def blame_listing(found: Blame | PlanBlame, look: Look | None = None) -> Listing:
    """The runs in order, each with its event; of a whole table under the item and field that they stand in."""
    if isinstance(found, Blame):
        where = " ／ ".join(map(flattened, found.path))
        notes: tuple[str, ...] = (f"{where}「{flattened(found.label)}」", moment_name(found.moment))
        rows = tuple(_run(run, found.plan) for run in found)
        heads: tuple[Head, ...] = _RUN_HEADS
    else:
        notes = (moment_name(found.moment), f"{len(found)}欄")
        rows = tuple(
            (plain(" ／ ".join(map(flattened, cell.path[-2:]))), plain(cell.label), *_run(run, cell.plan))
            for cell in found
            for run in cell
        )
        heads = (*_WHERE, *_RUN_HEADS)
    if not rows:
        notes = (*notes, "この時点では何も書かれていません。")
    return Listing(f"{found.plan}　{NAME}", notes, (Section(heads, rows),), look=look or Look())


def _run(run: BlameRun, plan: str) -> tuple[Segments, ...]:
    return (
        plain(run.text),
        plain(who(run)),
        plain(minute(run.cause.recorded_at)),
        plain(run.position),
        plain(run.cause.reason),
        plain(run.cause.source_text()),
        plain(run.handout),
        plain("\n".join(remarks(run, plan))),
    )


def who(run: BlameRun) -> str:
    """Whose words they are, and who recorded them where that is somebody else."""
    if run.cause.author is None:
        return str(run.author)
    return f"{run.author}\n（入力：{run.cause.actor}）"


def remarks(run: BlameRun, plan: str) -> Iterator[str]:
    """What is to be known of a run beside its event: another year's plan, a text that was destroyed."""
    if run.plan != plan:
        yield f"「{flattened(run.plan)}」から継続"
    if run.since is not None:
        yield f"記録番号{run.since}の抹消された文にあったかもしれません"


_LINEAGE_HEADS = (
    Head("", 0.5, 6),
    Head("年度", 0.5, 6),
    Head("計画", 2),
    Head("行", 3),
    Head("id", 1.6, 32),
    Head("状態", 0.6, 8),
)


def lineage_listing(found: Lineage, look: Look | None = None) -> Listing:
    """An item through the years, one row a year's item."""
    rows = tuple(_entry(entry) for entry in found)
    notes = () if len(rows) > 1 else ("前の年度の行にも、後の年度の行にも、つながっていません。",)
    title = next(entry.title for entry in found if entry.relation == "self")
    return Listing(
        f"{flattened(title)}　年度をまたぐ継続", notes, (Section(_LINEAGE_HEADS, rows),), look=look or Look()
    )


def _entry(entry: LineageEntry) -> tuple[Segments, ...]:
    return (
        plain(_RELATIONS[entry.relation]),
        plain(entry.fiscal_year),
        plain(entry.plan),
        plain(" ／ ".join(map(flattened, entry.path))),
        plain(entry.item.hex),
        plain(None if entry.alive else "掲載終了"),
    )
