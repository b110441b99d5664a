"""A small plan held at three meetings, with fixed clock and ids, for what is rendered: every kind of change once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from attrs import evolve

from plan_ledger import Ledger, Plan, Snapshot

TITLE = "令和5年度みずの県まちづくりアクションプラン"


def ticking() -> Callable[[], datetime]:
    minutes = count()
    return lambda: datetime(2023, 6, 1, tzinfo=UTC) + timedelta(minutes=next(minutes))


def counted() -> Callable[[], UUID]:
    numbers = count(1)
    return lambda: UUID(int=next(numbers), version=4)


def long_plan(snapshot: Snapshot, projects: int) -> Snapshot:
    """The first strategy, KPI and measure with so many projects of ten lines each, for tables of several pages."""
    measure = next(item for item in snapshot.items if item.level == "measure")
    above = [item for item in snapshot.items if item.depth < 2][:2]
    project = next(item for item in snapshot.items if item.level == "project")
    title = measure["title"]
    many = [
        evolve(
            project,
            id=UUID(int=number),
            parent=measure.id,
            title=f"事業{number}",
            fields={
                "title": evolve(title, text=f"事業{number}"),
                "analysis": evolve(title, text="\n".join("一二三四五六七八九十")),
            },
        )
        for number in range(1, projects + 1)
    ]
    return evolve(snapshot, items=(*above, measure, *many))


@contextmanager
def small_plan() -> Iterator[Plan]:
    """第1回PT, then a table with every kind of change at 第2回PT, then nothing more."""
    with Ledger.open(":memory:", clock=ticking(), ids=counted()) as ledger, ledger.acting("企画課 主査", reason="当初"):
        plan = ledger.open_plan(TITLE, fiscal_year=2023)
        strategy = plan.add("strategy", "(1) 住みよいまち戦略")
        kpi = plan.add("kpi", "【KPI i】\n転入者数を年間1,200人以上", under=strategy)
        roads = plan.add("measure", "① 道路の整備", under=kpi)
        parks = plan.add("measure", "② 公園の整備", under=kpi)
        bridge = plan.add(
            "project",
            "橋りょう補修事業",
            under=roads,
            overview="老朽化した橋りょうを補修する。",
            budget="4,450",
            period="R5.4~R6.3",
            progress="R5.4 設計\nR5.9 着工（予定）",
            analysis="国の補助を見込む。用地は取得済み。",
        )
        lights = plan.add("project", "街路灯更新事業", under=roads, budget="１，２００", overview="LEDに更新（120基）")
        plan.add("project", "古い広場の管理事業", under=parks, budget="300")
        plan.add("kpi", "【KPI ii】公園の利用者数", under=strategy)
        plan.hold("第1回PT", on="R5.6.30", as_of="R5.6.1")

        with ledger.acting("道路課 主任", reason="9月補正"):
            bridge.change(budget="4,950", source="補正予算書 p.12")
            bridge.change(progress="R5.4 設計\nR5.8 契約\nR5.9 着工", analysis="用地は取得済み。")
            lights.change(overview="ＬＥＤに更新（120基）")
        with ledger.acting("公園課 主事", reason="事業の見直し"):
            plan.add("project", "<b>新しい</b>広場の整備事業", under=parks, overview="=1+1\n| 縦棒 |", budget="8,000")
            lights.move(under=parks)
            plan["古い広場の管理事業"].withdraw()
            parks.change(title="② 公園と広場の整備")
        plan.hold("第2回PT", on="R5.8.30")
        yield plan
