"""Tables of past meetings give the same tables and change sets in whichever order they are entered."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings, strategies as st

from plan_ledger import Ledger
from plan_ledger.ledger import Plan
from plan_ledger.queries.results import ChangeSet, Snapshot
from plan_ledger.sheets.reading import NamedBytes

HEADINGS = "戦略名\tKPI\tKPI向上のための施策\t事業名\t概要\t予算額\t期間\t進捗状況やスケジュール\t現状分析"
Sheet = dict[str, dict[str, tuple[str, str]]]
"""Measure → project → overview and budget."""

cells = st.tuples(
    st.sampled_from(["", "舗装の更新", "冊子の配布", "点検 と補修"]), st.sampled_from(["", "100", "4,950"])
)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """A table; a project stands under one measure, in any order."""
    projects = draw(st.lists(st.sampled_from(["道路", "橋りょう", "広報", "公園", "病院"]), min_size=1, unique=True))
    found: Sheet = {}
    for name in projects:
        found.setdefault(draw(st.sampled_from(["安全の確保", "産業の振興"])), {})[name] = draw(cells)
    return found


def document(sheet: Sheet) -> NamedBytes:
    rows = [
        "\t".join(("戦略", "指標", measure, project, *texts, "", "", ""))
        for measure, projects in sheet.items()
        for project, texts in projects.items()
    ]
    return NamedBytes("表.tsv", "\n".join([HEADINGS, *rows, ""]).encode())


def table(taken: Snapshot) -> list[object]:
    return [(item.path, {key: cell.text for key, cell in item.fields.items()}) for item in taken]


def entries(changes: ChangeSet) -> list[object]:
    return [(each.kind, each.path, each.field, each.old, each.new, each.old_path) for each in changes]


def entered(tables: list[Sheet], order: list[int], ordinary: int | None) -> list[object]:
    """Everything that a plan says whose meetings were entered in this order; one may be held as usual, first."""
    with Ledger.open() as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        done: list[int] = []
        if ordinary is not None:
            plan.propose(document(tables[ordinary])).apply()
            plan.hold(name(ordinary))
            done.append(ordinary)
        for number in order:
            if number != ordinary:
                _enter(plan, tables[number], number, done)
                done.append(number)
        verified = ledger.verify()
        assert verified, str(verified)
        last = max(order)
        assert plan.snapshot().digest == plan.snapshot(name(last)).digest
        return [
            *(table(plan.snapshot(name(number))) for number in sorted(order)),
            *(table(plan.snapshot(name(number), known_at="now")) for number in sorted(order)),
            *(entries(plan.changes(name(a), name(b))) for a, b in combinations(sorted(order), 2)),
            [each.name for each in plan.meetings()],
        ]


def _enter(plan: Plan, sheet: Sheet, number: int, done: list[int]) -> None:
    later, earlier = [each for each in done if each > number], [each for each in done if each < number]
    before = name(min(later)) if later else None
    after = name(max(earlier)) if earlier and later and number % 2 else None
    plan.baseline(document(sheet), name(number), before=before, after=after, accept_renames=False)


def name(number: int) -> str:
    return f"第{number + 1}回PT"


@settings(max_examples=25)
@given(st.lists(sheets(), min_size=2, max_size=4), st.data())
def test_any_order_of_entry_gives_the_same(tables: list[Sheet], data: st.DataObject) -> None:
    oldest_first = list(range(len(tables)))
    wanted = entered(tables, oldest_first, None)
    halves = len(tables)
    assert wanted[:halves] == wanted[halves : 2 * halves], "a table that nobody corrected is what was handed out"
    for _ in range(2):
        assert entered(tables, data.draw(st.permutations(oldest_first)), None) == wanted


@settings(max_examples=15)
@given(st.lists(sheets(), min_size=2, max_size=4), st.data())
def test_a_ledger_that_was_taken_up_at_the_last_meeting_says_the_same(tables: list[Sheet], data: st.DataObject) -> None:
    order = list(range(len(tables)))
    last = order[-1]
    said = entered(tables, data.draw(st.permutations(order)), last)
    wanted = entered(tables, order, None)
    assert said[: 2 * len(order)] == wanted[: 2 * len(order)]
