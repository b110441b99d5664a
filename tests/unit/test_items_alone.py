"""One item read without the table it stands in: as the table shows it, by whatever name, at the price of one item."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from attrs import evolve

from plan_ledger import FieldSpec, Ledger, Plan, PlanLedgerError
from plan_ledger.domain.errors import NotThere
from plan_ledger.ledger.errors import AmbiguousItem, UnknownItem
from plan_ledger.queries import snapshot
from plan_ledger.values.texts import REDACTED_TEXT


@pytest.fixture(params=["sqlite", "postgres"])
def plan(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Plan]:
    url = str(tmp_path / "r5.db") if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with Ledger.open(url) as ledger, ledger.acting("企画室", reason="更新"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        with ledger.batch():
            strategy = plan.add("strategy", "戦略1")
            kpi = plan.add("kpi", "KPI1", under=strategy)
            for number in (1, 2):
                measure = plan.add("measure", f"施策{number}", under=kpi)
                for project in range(1, 4):
                    plan.add("project", f"事業{project}", under=measure, budget=f"{number}00", overview="概要")
        plan.hold("第1回PT")
        yield plan


def _agrees(plan: Plan) -> None:
    taken = plan.snapshot()
    for each in (*taken.items, *taken.withdrawn):
        item = plan[each.id.hex]
        now = item.now()
        assert (now, now.place, now.texts) == (each, each.place, each.texts)
        assert [now[key] for key in now.fields] == [each[key] for key in each.fields]
    paths = [each.path for each in taken]
    for each in taken:
        if paths.count(each.path) == 1:
            assert plan["/".join(each.path)].id == each.id


@pytest.mark.parametrize("seed", range(4))
def test_an_item_alone_is_as_the_table_shows_it(plan: Plan, seed: int) -> None:
    random = Random(seed)
    for number in range(25):
        try:
            item = random.choice(plan.items()[2:])  # not the two that all others stand under
            match random.randrange(8):
                case 0:
                    item.withdraw()
                case 1:
                    plan[random.choice(plan.snapshot().withdrawn or plan.snapshot().items).id.hex].restore()
                case 2:
                    random.choice(plan.items("project")).move(under=random.choice(plan.items("measure")))
                case 3:
                    item.change(title=f"改称{number}")
                case 4:
                    item.correct(title=f"訂正{number}", as_of="第1回PT")
                case 5:
                    plan.redact(random.choice(plan.occurrences("概要")).position, reason="氏名")
                case 6:
                    project = plan.schema.levels[-1]
                    fields = [evolve(each, retired=each.key == "overview" or each.retired) for each in project.fields]
                    levels = (
                        *plan.schema.levels[:-1],
                        evolve(project, fields=(*fields, FieldSpec(f"x{number}", f"欄{number}"))),
                    )
                    plan.declare(evolve(plan.schema, levels=levels))
                case _:
                    random.choice(plan.items("project")).change(budget="" if number % 3 else f"{number}")
        except (PlanLedgerError, IndexError):
            continue  # this step says nothing here
        _agrees(plan)
    _agrees(plan)


def test_what_does_not_show_is_not_there(plan: Plan) -> None:
    project = plan["施策1/事業1"]
    plan["施策1"].withdraw()
    with pytest.raises(NotThere):
        project.now()
    project.withdraw()
    assert project.now().title == "事業1"
    assert plan["施策1"].now().path == ("施策1",)  # found among the withdrawn


def test_names_mean_one_item_or_none(plan: Plan) -> None:
    with pytest.raises(AmbiguousItem) as several:
        plan["事業1"]
    assert several.value.near == ("施策1/事業1", "施策2/事業1")
    plan["施策2/事業1"].withdraw()
    assert plan["事業1"].id == plan["施策1/事業1"].id  # those that show come first
    with pytest.raises(UnknownItem) as missing:
        plan["事業"]
    assert "事業1" in missing.value.near
    assert plan["ＫＰＩ１"].id == plan["KPI1"].id


def test_a_redacted_text_says_so(plan: Plan) -> None:
    item = plan["施策1/事業1"]
    item.change(overview="住民の山田さん")
    (position,) = (each.position for each in plan.occurrences("山田"))
    plan.redact(position, reason="氏名")
    cell = item.now()["overview"]
    assert (cell.text, cell.redacted, cell.position) == (REDACTED_TEXT, True, position)


def test_no_table_is_read_for_it(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(snapshot, "take")
    assert plan["施策1/事業1"].text("予算額") == "100"
    plan["施策2/事業3"].change(budget="500")
    assert plan["施策2/事業3"].text("budget") == "500"
