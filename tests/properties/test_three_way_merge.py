"""Whoever edited what meanwhile: an untouched cell of a returned sheet reverts nothing, no edit is lost unseen."""

from __future__ import annotations

from hypothesis import given, strategies as st

from plan_ledger import Ledger
from plan_ledger.sheets import NamedBytes

HEADER = "戦略名\tKPI\tA.施策\tB.事業名\tC.概要\tD.予算額\tE.期間\tF.進捗状況\tG.現状分析"
FIELDS = ("overview", "budget", "period", "progress", "analysis")
COUNT = 3

cell = st.tuples(st.integers(0, COUNT - 1), st.sampled_from(FIELDS))
texts = st.sampled_from(("", "甲", "乙", "丙"))
edits = st.dictionaries(cell, texts, max_size=6)
Cells = dict[tuple[int, str], str]


def sheet(cells: Cells) -> NamedBytes:
    rows: list[str] = []
    for number in range(COUNT):
        above = ["戦略", "KPI", "施策"] if number == 0 else [""] * 3
        rows.append("\t".join([*above, f"第{number}事業", *(cells[number, key] for key in FIELDS)]))
    return NamedBytes("返送.tsv", "\n".join(["令和5年度試験計画", "", HEADER, *rows, ""]).encode())


@given(st.dictionaries(cell, texts, max_size=15), edits, edits, st.booleans())
def test_every_cell_has_the_text_that_was_meant(
    given_edits: Cells, ledger_edits: Cells, sheet_edits: Cells, accept: bool
) -> None:
    blank = {(number, key): "" for number in range(COUNT) for key in FIELDS}
    base = {**blank, **given_edits}
    mine, theirs = {**base, **ledger_edits}, {**base, **sheet_edits}
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課"):
        plan = ledger.open_plan("令和5年度試験計画", fiscal_year=2023)
        plan.propose(sheet(base)).apply()
        plan.hold("第1回PT")
        for (number, key), text in ledger_edits.items():
            plan[f"第{number}事業"].set(key, text)
        proposal = plan.propose(sheet(theirs), base="第1回PT")
        clash = {at for at in base if mine[at] != base[at] != theirs[at] != mine[at]}
        assert {(int(entry.title[1]), entry.field) for entry in proposal.conflicts} == clash
        (proposal.accept if accept else proposal.reject)(*proposal.conflicts).apply()
        for at in base:
            number, key = at
            wanted = mine[at] if theirs[at] == base[at] or (at in clash and not accept) else theirs[at]
            assert plan[f"第{number}事業"].text(key) == wanted
