"""What a plan asks to be said with its changes: policy."""

from __future__ import annotations

import click
from attrs import evolve

from plan_ledger.cli.help import order
from plan_ledger.cli.options import writes
from plan_ledger.cli.output import say, to_json
from plan_ledger.cli.receipts import give
from plan_ledger.cli.state import State, pass_state
from plan_ledger.ledger import Plan
from plan_ledger.ledger.intents import field_key
from plan_ledger.queries.policy_words import NEED_LABELS, policy_lines
from plan_ledger.values.schema import Schema

_NOTHING = ("none", "なし")
_METAVAR = "NEEDS"


@order("policy", "変更に必要な記載の決まり。")
@click.option("--all", "everything", metavar=_METAVAR, help="この計画の全ての記録に。")
@click.option("--field", "fields", multiple=True, metavar="FIELD=NEEDS", help="この欄の変更に。何度でも。")
@click.option("--correction", metavar=_METAVAR, help="訂正（correct）に。")
@click.option("--reissue", metavar=_METAVAR, help="差替（reissue）に。")
@writes(actor_required=False)
@pass_state
def policy(
    state: State, everything: str | None, fields: tuple[str, ...], correction: str | None, reissue: str | None
) -> None:
    """変更に必要な記載の決まりを示します。オプションがあれば、その分を改めます（--actor が要ります）。

    NEEDS は reason（変更理由）、source（根拠資料）、approval（決裁番号）を「,」でつないだもの。none でなしに戻ります。
    例：--all reason --field 予算額=source,approval

    決まりは次の記録から効き、満たさない記録は断られます。取り込んだ文書は、それだけで根拠資料になります。
    """
    if everything is None and not fields and correction is None and reissue is None:
        with state.reading() as (_, plan):
            _show(state, plan)
        return
    if state.who.actor is None:
        raise click.UsageError("決まりを改めるときは --actor（入力者）が要ります。")
    with state.writing() as ledger:
        plan = ledger.plan(state.plan_title)
        wanted = plan.policies
        if everything is not None:
            wanted = evolve(wanted, everything=_needs(everything))
        if fields:
            wanted = evolve(wanted, fields={**wanted.fields, **_by_field(plan.schema, fields)})
        if correction is not None:
            wanted = evolve(wanted, corrections=_needs(correction))
        if reissue is not None:
            wanted = evolve(wanted, reissues=_needs(reissue))
        receipt = plan.set_policies(wanted)
        give(receipt, state, plan.zone, "決まりを改めました", policies=plan.policies.to_dict())
        if not state.json:
            _show(state, plan)


def _by_field(schema: Schema, fields: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in fields:
        name, equals, needs = pair.partition("=")
        if not equals or not name.strip():
            raise click.UsageError(f"「{pair}」は FIELD=NEEDS の形で書いてください。")
        found[field_key(schema, name.strip())] = _needs(needs)
    return found


def _needs(text: str) -> list[str]:
    """``reason,source`` or ``変更理由、根拠資料``; what is neither is refused by the policies themselves."""
    words = [word.strip() for word in text.replace("、", ",").split(",") if word.strip()]
    if not words:
        raise click.UsageError("reason、source、approval のどれか、なしにするなら none と書いてください。")
    by_label = {label: str(need) for need, label in NEED_LABELS.items()}
    return [by_label.get(word, word) for word in words if word not in _NOTHING]


def _show(state: State, plan: Plan) -> None:
    policies = plan.policies
    if state.json:
        say(to_json({"plan": plan.title, **policies.to_dict()}))
        return
    for line in policy_lines(policies, plan.schema) or ["必要な記載の決まりはありません。"]:
        say(line)


COMMANDS = (policy,)
