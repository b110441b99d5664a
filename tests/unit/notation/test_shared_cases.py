"""The shared cases, where they are at hand: expected meanings of notations seen in published documents.

A case fixes the keys that it names; an amount's ``extra`` may say more (``unit_source``), and so may a schedule
(``mentions``). The seed's table supplies fiscal year and period to the cells taken from it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plan_ledger.errors import NotationError
from plan_ledger.values.notation import (
    fill_down,
    parse_money,
    parse_period,
    parse_to_json,
    split_header_label,
    strip_numbering,
)

SHARED = Path(__file__).resolve().parents[4] / "shared"
CASES_FILE = SHARED / "notations" / "cases.jsonl"
SEED = SHARED / "seed" / "000_0f2776a0b97e185e.txt"
LINES = CASES_FILE.read_text(encoding="utf-8").splitlines() if CASES_FILE.exists() else []
CASES = [json.loads(line) for line in LINES]
TABLE_WIDE = ("row", "tree", "error_or_warning")
"""Keys of the cases that only a whole table can answer; they are checked below."""

pytestmark = pytest.mark.skipif(not CASES, reason="the shared cases are not at hand")


def says(expected, found) -> bool:
    """Whether ``found`` has every key of ``expected``, with equal values."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(
            key in found and says(value, found[key]) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return isinstance(found, list) and len(expected) == len(found) and all(map(says, expected, found))
    return expected == found and isinstance(expected, bool) == isinstance(found, bool)


def single_cells():
    return [case for case in CASES if not any(key in case["expect"] for key in TABLE_WIDE)]


@pytest.mark.parametrize("case", single_cells(), ids=lambda case: f"{case['kind']}:{case['text'][:40]}")
def test_a_shared_case_has_its_expected_meaning(case):
    context = dict(case.get("context", {}))
    if case["kind"] == "schedule_line" and case["source"] == "seed":
        context |= {"fiscal_year": 2023, "period": "R5.4~R6.3"}
    expected = dict(case["expect"])
    alternatives = [expected, *expected.pop("accept", [])]
    found = parse_to_json(case["kind"], case["text"], **context)
    if case["kind"] in ("budget", "schedule_line"):
        assert any(says(alternative, found) for alternative in alternatives), found
        assert found.get("warnings") == expected.get("warnings")
    else:
        assert found in alternatives


def seed_rows():
    rows = [line.split("\t") for line in SEED.read_text(encoding="utf-8").splitlines() if "\t" in line]
    header = [split_header_label(cell) for cell in rows[0]]
    return [h.key for h in header], rows[1:]


def test_the_seeds_merged_cells_fill_down_and_say_that_they_were_blank():
    header, rows = seed_rows()
    filled = fill_down(rows, 3)
    for case in (case for case in CASES if "row" in case["expect"]):
        expected = case["expect"]
        row, cells = filled[expected["row"] - 1], rows[expected["row"] - 1]
        kpi = strip_numbering(row.levels[1])
        assert {
            "戦略名": row.levels[0],
            "KPI": kpi.name,
            "KPI_text": row.levels[1],
            "施策": row.levels[2],
            "事業名": cells[3],
        } == expected["filled"]
        assert [("戦略名", "KPI", "施策")[i] for i in row.blank] == expected["blank_in_source"]
        assert parse_money(cells[header.index("予算額")], unit="千円").yen == expected["予算額_yen"]
        period = parse_period(cells[header.index("期間")])
        assert {"text": period.text, "start": period.start, "end": period.end} == expected["期間"]


def test_the_seeds_tree_and_sum():
    _, rows = seed_rows()
    filled = fill_down(rows, 3)
    expected = next(case["expect"] for case in CASES if "tree" in case["expect"])
    tree: dict[str, dict[str, list[str]]] = {}
    for row, cells in zip(filled, rows, strict=True):
        measure = strip_numbering(row.levels[2]).numbering
        tree.setdefault(strip_numbering(row.levels[1]).name, {}).setdefault(measure, []).append(cells[3])
    assert tree == expected["tree"]
    assert sum(parse_money(cells[5], unit="千円").yen for cells in rows) == expected["sum_yen"]


def test_a_blank_level_under_a_new_parent_is_refused():
    expected = next(case["expect"] for case in CASES if "error_or_warning" in case["expect"])
    with pytest.raises(NotationError) as caught:
        fill_down([["戦略", "【KPI i】", "①"], ["", "【KPI ii】", ""]], 3)
    assert caught.value.reason == expected["error_or_warning"]
