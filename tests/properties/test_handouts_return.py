"""A handout that we wrote, in any format and style, proposes nothing when it is imported again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, strategies as st

from plan_ledger import ChangeSet, Ledger, Plan, Snapshot, rendering
from plan_ledger.sheets.reading import NamedBytes

FIELDS = ("overview", "budget", "period", "progress", "analysis")
# What offices type, and what has broken somebody's sheet before. A text that begins with a note's sign is a note.
PIECES = ["事業", "1,200", "４，９５０", "R5.4~R6.3", "=1+1", "+1", "-", "@", "<b>", "&", "'", '"', "～", "（略）"]
TEXTS = st.lists(st.sampled_from([*PIECES, "\n", " ", "　"]), max_size=6).map(lambda parts: "".join(parts).strip())
Tree = list[list[list[list[dict[str, str]]]]]
TREES: st.SearchStrategy[Tree] = st.lists(
    st.lists(
        st.lists(
            st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, TEXTS)), max_size=3),
            max_size=2,
        ),
        max_size=2,
    ),
    min_size=1,
    max_size=2,
)


def plant(plan: Plan, tree: Tree) -> None:
    """The tree in the ledger; titles are unique, as the importer needs them to be."""
    for s, kpis in enumerate(tree):
        strategy = plan.add("strategy", f"({s}) 戦略\n=1")
        for k, measures in enumerate(kpis):
            kpi = plan.add("kpi", f"【KPI {s}{k}】", under=strategy)
            for m, projects in enumerate(measures):
                measure = plan.add("measure", f"{s}{k}{m} 施策", under=kpi)
                for p, fields in enumerate(projects):
                    plan.add("project", f"{s}{k}{m}{p} 事業", under=measure, **{k: v for k, v in fields.items() if v})


def proposes_nothing(
    plan: Plan, snapshot: Snapshot, changes: ChangeSet | None, format: str, style: str, *, tracked: bool = False
) -> None:
    made = rendering.render(snapshot, format, changes=changes, style=style, tracked=tracked)
    data = made if isinstance(made, bytes) else made.encode()
    told = plan.propose(NamedBytes(f"a.{format}", data)).to_dict()
    assert {kind: found for kind, found in told.items() if found and isinstance(found, list)} == {}


@given(TREES, st.sampled_from(["tsv", "xlsx", "docx"]))
def test_a_table_of_any_shape_proposes_nothing(tree: Tree, format: Literal["tsv", "xlsx", "docx"]) -> None:
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課", reason="当初"):
        plan = ledger.open_plan("令和5年度試験計画", fiscal_year=2023)
        plant(plan, tree)
        plan.hold("第1回PT")
        proposes_nothing(plan, plan.snapshot("第1回PT"), None, format, "red")


@pytest.fixture(scope="module")
def example() -> Iterator[Plan]:
    data = Path(__file__).resolve().parents[2] / "examples" / "data"
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課", reason="更新"):
        plan = ledger.open_plan("令和5年度観光・ものづくり振興アクションプラン", fiscal_year=2023)
        for number in (1, 2, 3):
            sheet = data / f"第{number}回PT.tsv"
            plan.propose(sheet, accept_renames=True, withdraw_missing=number > 1).apply()
            plan.hold(f"第{number}回PT")
        yield plan


@pytest.mark.parametrize("style", ["red", "redline", "clean", "tracked"])
@pytest.mark.parametrize("format", ["tsv", "xlsx", "docx"])
def test_the_example_in_red_proposes_nothing(example: Plan, format: str, style: str) -> None:
    """With the column of signs, the struck-out texts, and the lists of what is gone below the table."""
    snapshot, changes = example.snapshot("第3回PT"), example.changes(until="第3回PT")
    tracked = style == "tracked"
    proposes_nothing(example, snapshot, changes, format, "redline" if tracked else style, tracked=tracked)


@given(TREES, TREES, st.sampled_from(["xlsx", "docx"]), st.sampled_from(["red", "redline", "tracked"]))
def test_a_table_with_changes_of_any_kind_proposes_nothing(
    before: Tree, after: Tree, format: str, style: Literal["red", "redline", "tracked"]
) -> None:
    """Texts changed, emptied and come, items withdrawn and new: whatever is red, struck or tracked."""
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課", reason="当初"):
        plan = ledger.open_plan("令和5年度試験計画", fiscal_year=2023)
        plant(plan, before)
        plan.hold("第1回PT")
        projects = list(plan.snapshot().level("project"))
        texts = [fields for kpis in after for measures in kpis for projects in measures for fields in projects]
        for item, fields in zip(projects, texts, strict=False):
            plan[item.id.hex].change(**{key: fields.get(key, "") for key in FIELDS})
        for item in projects[len(texts) :][:1]:
            plan[item.id.hex].withdraw()
        plan.hold("第2回PT")
        snapshot, changes = plan.snapshot("第2回PT"), plan.changes(until="第2回PT")
        tracked = style == "tracked"
        proposes_nothing(plan, snapshot, changes, format, "redline" if tracked else style, tracked=tracked)


def test_the_examples_text_files_come_out_as_they_went_in(example: Plan, example_data: Path) -> None:
    for number in (1, 2, 3):
        snapshot = example.snapshot(f"第{number}回PT")
        changes = example.changes(until=f"第{number}回PT") if number > 1 else None
        assert rendering.to_tsv(snapshot, changes) == (example_data / f"第{number}回PT.tsv").read_text(encoding="utf-8")
