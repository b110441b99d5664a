"""A real sheet, as handed out: imported to the letter. Skipped where the sheet is not at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from plan_ledger import Ledger, rendering
from plan_ledger.ledger.importing import plan_from_sheet
from plan_ledger.rendering.delimited import to_tsv
from plan_ledger.sheets import NamedBytes


def test_the_real_sheet_imports_to_the_letter_and_proposes_nothing_again(shared_dir: Path) -> None:
    (path,) = (shared_dir / "seed").glob("0*.txt")
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課"):
        title, fiscal_year, meeting = plan_from_sheet(ledger, path)
        assert (title, fiscal_year, meeting) == ("令和5年度成長戦略アクションプラン", 2023, "第2回PT")
        plan = ledger.open_plan(title, fiscal_year=fiscal_year)
        plan.propose(path).apply()
        taken = plan.snapshot()
        counts = [len(taken.level(level)) for level in ("strategy", "kpi", "measure", "project")]
        assert counts == [1, 2, 3, 6]
        assert taken.total("budget") == 169_051_000

        rows = [line.split("\t") for line in path.read_text().split("\n") if line.count("\t") == 8][1:]
        keys = ("title", "overview", "budget", "period", "progress", "analysis")
        assert [[item.text(key) for key in keys] for item in taken.level("project")] == [row[3:] for row in rows]
        above = [[row[at] for row in rows if row[at]] for at in range(3)]
        assert [[item.title for item in taken.level(level)] for level in ("strategy", "kpi", "measure")] == above

        assert not plan.propose(path)
        plan.hold("第2回PT")
        assert not plan.propose(NamedBytes("出力.tsv", to_tsv(plan.snapshot("第2回PT")).encode()))
        assert ledger.verify()


@pytest.mark.parametrize("style", ["red", "redline", "clean"])
@pytest.mark.parametrize("format", ["xlsx", "docx"])
def test_the_real_sheet_as_an_office_file_proposes_nothing(shared_dir: Path, format: str, style: str) -> None:
    """In its own ledger, with and without red, and as the beginning of another."""
    (path,) = (shared_dir / "seed").glob("0*.txt")
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課"):
        title, fiscal_year, _ = plan_from_sheet(ledger, path)
        plan = ledger.open_plan(title, fiscal_year=fiscal_year)
        plan.propose(path).apply()
        plan.hold("第2回PT")
        first = rendering.render(plan.snapshot("第2回PT"), format, style=style)
        for item in plan.snapshot().level("project"):
            plan[item.id.hex].change(
                progress=f"{item.text('progress')}\n※R6.1 追記", analysis=item.text("analysis")[5:]
            )
        plan.hold("第3回PT")
        held = plan.snapshot("第3回PT")
        second = rendering.render(held, format, changes=plan.changes(until="第3回PT"), style=style)
        for name, made in (("第2回PT", first), ("第3回PT", second)):
            assert isinstance(made, bytes)
            assert plan.propose(NamedBytes(f"{name}.{format}", made)).entries == ()
            with Ledger.open(":memory:") as other, other.acting("企画課"):
                begun = other.open_plan(title, fiscal_year=fiscal_year)
                begun.propose(NamedBytes(f"{name}.{format}", made)).apply()
                assert begun.snapshot().digest == plan.snapshot(name).digest
