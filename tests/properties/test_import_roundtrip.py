"""A plan written as a sheet imports as the same plan; an exported table imports as no change at all."""

from __future__ import annotations

from attrs import field, frozen
from hypothesis import given, strategies as st

from plan_ledger import Ledger
from plan_ledger.rendering.delimited import to_tsv
from plan_ledger.sheets import NamedBytes
from plan_ledger.sheets.delimited import tsv_cell
from plan_ledger.sheets.order import out_of_order
from plan_ledger.sheets.shaping import NOTE_SIGNS, TAIL_HEADINGS
from plan_ledger.values.schema import default_schema
from plan_ledger.values.texts import flat

TITLE = "令和5年度試験計画"
LEVELS = ("strategy", "kpi", "measure", "project")
FIELDS = ("overview", "budget", "period", "progress", "analysis")
HEADER = "戦略名\tKPI\tA.施策\tB.事業名\tC.概要\tD.予算額\tE.期間\tF.進捗状況\tG.現状分析"

# A lone row that begins like a note or a heading below the table is one, whoever wrote it.
_NO_TITLES = (*NOTE_SIGNS, *TAIL_HEADINGS)
_CHARACTERS = st.one_of(
    st.sampled_from("あ会議事業予算額令和５3年千円~～〜・※①㈱－-+=@<>&\"'、。 　\n【】（）()ｶﾞ"),
    st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co")),
)
texts = st.one_of(st.sampled_from(("", "=1", "4,950", "R5.4~R6.3", '"引用"')), st.text(_CHARACTERS, max_size=12))
names = st.text(_CHARACTERS, min_size=1, max_size=8).filter(
    lambda name: bool(name.strip()) and not name.lstrip().startswith(_NO_TITLES)
)


@frozen
class Node:
    title: str
    texts: tuple[str, ...] = ()
    children: tuple[Node, ...] = field(default=())


def families(titles: st.SearchStrategy[str], depth: int = 0) -> st.SearchStrategy[tuple[Node, ...]]:
    """Items of one level with everything below them; every branch reaches the last level."""
    if depth == len(LEVELS) - 1:
        nodes = st.builds(Node, titles, st.tuples(*[texts] * len(FIELDS)))
    else:
        nodes = st.builds(Node, titles, st.just(()), families(titles, depth + 1))
    return st.lists(nodes, min_size=1, max_size=3, unique_by=lambda node: flat(node.title)).map(tuple)


any_family = families(names)
few = st.sampled_from(("甲事業", "甲の事業", "【新規】乙支援事業", "乙支援事業", "① 丙", "丙", "丁\n推進事業"))
like_families = families(few)


def rows(family: tuple[Node, ...], depth: int = 0) -> list[list[str]]:
    """The rows of a table, merged cells blank below their first row."""
    found: list[list[str]] = []
    for node in family:
        below = rows(node.children, depth + 1) if node.children else [[""] * 4 + list(node.texts)]
        below[0][depth] = node.title
        found += below
    return found


def tsv(lines: list[list[str]]) -> NamedBytes:
    body = "\n".join("\t".join(tsv_cell(cell) for cell in line) for line in lines)
    return NamedBytes("表.tsv", f"{TITLE}の推進について(第1回PT用)\n\n{HEADER}\n{body}\n".encode())


def tree(ledger: Ledger) -> list[tuple[int, str, tuple[str, ...]]]:
    return [
        (item.depth, item.title, tuple(item.text(key) for key in FIELDS) if item.depth == 3 else ())
        for item in ledger.plan().snapshot()
    ]


def listed(family: tuple[Node, ...], depth: int = 0) -> list[tuple[int, str, tuple[str, ...]]]:
    return [each for node in family for each in ((depth, node.title, node.texts), *listed(node.children, depth + 1))]


def as_printed(items: list[tuple[int, str, tuple[str, ...]]]) -> list[tuple[int, str, tuple[str, ...]]]:
    """Line breaks as spaces: where only they differ, the ledger keeps what it has."""
    return [(depth, flat(title), tuple(map(flat, cells))) for depth, title, cells in items]


@given(any_family)
def test_a_sheet_imports_to_the_letter_and_exports_without_a_change(family: tuple[Node, ...]) -> None:
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課"):
        plan = ledger.open_plan(TITLE, fiscal_year=2023)
        sheet = tsv(rows(family))
        plan.propose(sheet).apply()
        assert tree(ledger) == listed(family)
        assert not plan.propose(sheet)
        assert not plan.propose(NamedBytes("出力.tsv", to_tsv(plan.snapshot()).encode()))


@given(like_families, st.one_of(like_families, any_family), st.booleans())
def test_importing_another_sheet_gives_that_sheet(
    family: tuple[Node, ...], other: tuple[Node, ...], renames: bool
) -> None:
    """Whatever a plan held: with everything accepted, it then holds what the sheet says."""
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課"):
        plan = ledger.open_plan(TITLE, fiscal_year=2023)
        plan.propose(tsv(rows(family))).apply()
        sheet = tsv(rows(other))
        proposal = plan.propose(sheet, accept_renames=renames, withdraw_missing=True)
        waiting = proposal.of("renamed")
        proposal.apply()
        if renames or not waiting:
            assert as_printed(tree(ledger)) == as_printed(listed(other))
            assert not plan.propose(sheet)
        assert ledger.verify()


@given(st.permutations(range(8)))
def test_as_few_items_are_moved_as_can_be(wanted: list[int]) -> None:
    moved = set(out_of_order(wanted, {each: each for each in wanted}))
    kept = [each for each in wanted if each not in moved]
    assert kept == sorted(kept)
    longest = [1] * len(wanted)
    for at, each in enumerate(wanted):
        longest[at] += max((longest[i] for i in range(at) if wanted[i] < each), default=0)
    assert len(kept) == max(longest)


def test_the_headings_are_those_of_the_default_schema() -> None:
    assert len(HEADER.split("\t")) == sum(1 for _ in default_schema(2023).columns())
