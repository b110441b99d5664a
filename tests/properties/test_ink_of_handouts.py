"""Any handout of ours, red since the meeting before, is coloured rightly in the eyes of the red-ink check."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st

from plan_ledger import Ledger, rendering
from plan_ledger.sheets import NamedBytes
from plan_ledger.sheets.ink_words import STRICTNESS

FIELDS = ("overview", "budget", "period", "progress", "analysis")
PIECES = [
    "事業",
    "1,200",
    "４，９５０",
    "R5.4~R6.3",
    "=1+1",
    "-",
    "<b>",
    "&",
    "～",
    "。",
    "、",
    "（略）",
    "\n",
    " ",
    "　",
    "▲",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=6).map(lambda parts: "".join(parts).strip())
ROWS = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, TEXTS))
EDITS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from([*FIELDS, "title", "move", "withdraw", "add"]), TEXTS))


@settings(max_examples=20)
@given(
    st.lists(ROWS, min_size=4, max_size=4),
    EDITS,
    st.sampled_from(["xlsx", "docx"]),
    st.sampled_from(["red", "redline"]),
    st.sampled_from(STRICTNESS),
)
def test_our_red_is_right(
    rows: list[dict[str, str]], edits: list[tuple[int, str, str]], format: str, style: str, strictness: str
) -> None:
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課"):
        plan = ledger.open_plan("令和5年度みずの県計画", fiscal_year=2023)
        kpi = plan.add("kpi", "【KPI】", under=plan.add("strategy", "(1) 戦略"))
        measures = [plan.add("measure", f"{sign} 施策", under=kpi) for sign in "①②"]
        items = [
            plan.add("project", f"{at} 事業", under=measures[at % 2], **{k: v for k, v in row.items() if v})
            for at, row in enumerate(rows)
        ]
        plan.hold("第1回PT")
        gone: set[int] = set()
        for number, (at, what, text) in enumerate(edits):
            item = plan[items[at].id.hex]
            if what == "add":
                plan.add("project", f"追加{number} {text}", under=measures[at % 2], overview=text)
            elif at in gone:
                continue
            elif what == "withdraw":
                item.withdraw()
                gone.add(at)
            elif what == "move":
                item.move(under=measures[number % 2])
            elif what == "title":
                item.change(title=f"{at} 事業{text}")
            else:
                item.change(**{what: text})
        plan.hold("第2回PT")
        changes = plan.changes(until="第2回PT")
        made = rendering.render(plan.snapshot("第2回PT"), format, changes=changes, style=style)
        assert isinstance(made, bytes)
        document = NamedBytes(f"a.{format}", made)
        report = plan.check_ink(document, strictness=strictness)  # type: ignore[arg-type]  # one of its literals
        assert [(each.kind, each.field, each.missing, each.extra) for each in report.differences] == []
        plan["① 施策"].change(title="① 別の施策")
        plan.add("project", "後から入った事業", under=measures[0], budget="1")
        assert plan.propose(document).entries == ()
