"""Who acts in a ledger: actors."""

from __future__ import annotations

from plan_ledger.cli.help import order
from plan_ledger.cli.options import asks
from plan_ledger.cli.output import chosen_format, render, to_json, write
from plan_ledger.cli.state import State, pass_state
from plan_ledger.queries.actors import KnownActor
from plan_ledger.queries.results import Actor
from plan_ledger.rendering.listing import listing

FORMATS = ("table", "json")
_HEADERS = ("氏名・名称", "所属", "ID", "以前の表記", "似た名前")


@order("actors", "入力者・回答者・決裁者の一覧。")
@asks(*FORMATS)
@pass_state
def actors(state: State, format: str | None, output: str | None) -> None:
    """台帳に出てくる人と課を一度ずつ示します。氏名や所属が変わった人は以前の表記も、見た目の似た別の名前も挙げます。

    似た名前は、同じ人の書き間違いか、なりすましかもしれません。確かめてください。
    """
    chosen = chosen_format(state, format, output, FORMATS)
    with state.ledger_for_reading() as ledger:
        found = ledger.actors()
    if chosen == "json":
        write(to_json([each.to_dict() for each in found]), output)
        return
    rows = [
        (each.latest.name or each.latest, each.latest.section, each.latest.id, *map(_joined, _others(each)))
        for each in found
    ]
    notes = (f"{len(found)}名",) if found else ("記録した人はまだいません。",)
    write(render(listing("入力者の一覧", _HEADERS, rows, notes=notes), chosen, output), output)


def _others(actor: KnownActor) -> tuple[tuple[Actor, ...], tuple[Actor, ...]]:
    return actor.former, actor.looks_like


def _joined(people: tuple[Actor, ...]) -> str:
    return "\n".join(dict.fromkeys(str(each) for each in people))


COMMANDS = (actors,)
