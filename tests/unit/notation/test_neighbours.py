"""Forms beside those of the reference table, each with the meaning that the rules give it.

One JSON object a line: ``kind``, ``text``, ``context``, ``expect``, and ``note`` where the reason is not plain.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plan_ledger.values.notation import KINDS, parse_to_json

LINES = (Path(__file__).parent / "neighbours.jsonl").read_text(encoding="utf-8").splitlines()
CASES = [json.loads(line) for line in LINES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['kind']}:{case['text'][:40]}")
def test_a_neighbouring_form_means_what_the_rules_say(case):
    assert parse_to_json(case["kind"], case["text"], **case.get("context", {})) == case["expect"]


def test_every_kind_has_neighbours():
    assert {case["kind"] for case in CASES} == set(KINDS)
    assert len({(case["kind"], case["text"], str(case.get("context"))) for case in CASES}) == len(CASES)
