"""Exceptions of a range are those of everything that fall into it: what was before is looked up, not read through."""

from __future__ import annotations

from hypothesis import given, strategies as st

from plan_ledger import Acting, Batch, Change, FieldSpec, Ledger, LevelSpec, Person, Schema

SCHEMA = Schema((LevelSpec("project", "事業", (FieldSpec("title", "事業名"), FieldSpec("note", "注"))),))
ITEMS = 4
MASS = 3

BATCHES = st.lists(
    st.tuples(st.sampled_from([None, "企画課", "観光課", "産業課"]), st.sets(st.integers(0, ITEMS - 1), min_size=1)),
    max_size=12,
)


@given(BATCHES, st.integers(0, 40))
def test_a_range_has_what_the_whole_has_there(batches: list[tuple[str | None, set[int]]], since: int) -> None:
    with Ledger.open() as ledger:
        with ledger.acting(Person("企画室", section="企画課")):
            plan = ledger.open_plan("計画", fiscal_year=2023, schema=SCHEMA)
            ids = [plan.add("project", f"事業{number}").id for number in range(ITEMS)]
        for number, (section, items) in enumerate(batches):
            acting = Acting(Person(f"係{section}", section=section), reason="更新")
            ledger.record([Batch(acting, [Change(ids[item], "note", f"{number}-{item}") for item in sorted(items)])])
        since = min(since, ledger.head)
        whole = plan.audit().exceptions(mass=MASS).found
        part = plan.audit(since=since).exceptions(mass=MASS).found if since else whole
    assert [(each.rule, each.batch) for each in part] == [
        (each.rule, each.batch) for each in whole if each.last > since
    ]
    details = {(each.rule, each.batch): each.detail for each in whole if each.first > since}
    assert all(details.get((each.rule, each.batch), each.detail) == each.detail for each in part)
