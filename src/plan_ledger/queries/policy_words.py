"""A plan's policies in the office's words, a line for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from plan_ledger.domain.errors import NEEDS_JA
from plan_ledger.domain.policies import NEEDS, Need, Policies
from plan_ledger.index import catalog
from plan_ledger.store.transaction import Rows
from plan_ledger.values.schema import Schema

NEED_LABELS: Final[Mapping[Need, str]] = {need: NEEDS_JA[need][0] for need in NEEDS}


def policy_lines(policies: Policies, schema: Schema) -> list[str]:
    """``「予算額」の変更：根拠資料、決裁番号``; no line where nothing is asked for."""
    about = [("全ての記録", policies.everything)]
    for key, needs in policies.fields.items():
        labels = dict.fromkeys(spec.label for level in schema.levels if (spec := level.field(key)) is not None)
        about.append((f"「{'・'.join(labels) or key}」の変更", needs))
    about += [("訂正", policies.corrections), ("差替", policies.reissues)]
    return [f"{what}：{'、'.join(NEED_LABELS[need] for need in needs)}" for what, needs in about if needs]


def policies_told(rows: Rows, plan: int, position: int) -> str:
    """The policies in force after a position, with the labels of their time; empty where nothing was asked for."""
    found = catalog.policies_at(rows, plan, position)
    return "\n".join(policy_lines(found, catalog.schema_at(rows, plan, position)))
