"""The example service over HTTP: the sign-on says who acts, stale forms conflict, one sent twice counts once."""

from __future__ import annotations

import asyncio
import importlib.util
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import pytest

from plan_ledger import Ledger, Person, Policies

httpx = pytest.importorskip("httpx")
pytest.importorskip("fastapi")

USERS = {
    "tanaka": Person("田中 主査", id="tanaka", section="企画課"),
    "sato": Person("佐藤 主任", id="sato", section="港湾課"),
}
T = TypeVar("T")


@pytest.fixture(scope="module")
def service() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "examples" / "fastapi_service.py"
    spec = importlib.util.spec_from_file_location("fastapi_service", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def url(tmp_path: Path) -> Path:
    path = tmp_path / "r5.db"
    with Ledger.open(path) as ledger, ledger.acting("企画課"):
        plan = ledger.open_plan("令和5年度港湾活性化アクションプラン", fiscal_year=2023)
        measure = plan.add("measure", "施策1", under=plan.add("kpi", "KPI1", under=plan.add("strategy", "戦略1")))
        plan.add("project", "定期航路誘致事業", under=measure, budget="12,000", progress="<b>4/12</b> 訪問")
        plan.hold("第1回PT")
    return path


def served(service: ModuleType, url: Path, visit: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
    """Visit the service, started and stopped as a server does it."""

    async def run() -> T:
        app = service.create_app(url, USERS)
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://ledger.test") as client:
                return await visit(client)

    return asyncio.run(run())


async def opened(client: httpx.AsyncClient, item: str) -> dict[str, str]:
    """The form as a browser would send it back unchanged."""
    page = (await client.get(f"/items/{item}")).text
    hidden = dict(re.findall(r'name="(expected|key)" value="([^"]*)"', page))
    assert set(hidden) == {"expected", "key"}
    return hidden


def by(user: str) -> dict[str, str]:
    return {"X-Remote-User": user}


def test_a_form_is_recorded_for_who_signed_on(service: ModuleType, url: Path) -> None:
    async def visit(client: httpx.AsyncClient) -> list[dict[str, object]]:
        page = (await client.get("/items/定期航路誘致事業")).text
        assert "&lt;b&gt;4/12" in page
        assert "<b>" not in page
        form = await opened(client, "定期航路誘致事業")
        sent = {**form, "budget": "15,000", "overview": "", "reason": "6月補正"}
        answer = await client.post("/items/定期航路誘致事業", data=sent, headers=by("tanaka"))
        assert (answer.status_code, "15,000" in (await client.get("/items/定期航路誘致事業")).text) == (303, True)
        assert "15,000" in (await client.get("/changes?since=第1回PT")).text
        notices: list[dict[str, object]] = (await client.get("/notices")).json()
        return notices

    (notice,) = served(service, url, visit)
    assert (notice["label"], notice["old"], notice["new"], notice["reason"]) == (
        "予算額",
        "12,000",
        "15,000",
        "6月補正",
    )
    with Ledger.open(url, read_only=True) as ledger:
        row = ledger.plan().history("定期航路誘致事業", "budget")[-1]
        assert (row.actor.id, row.actor.section, row.to_dict()["assurance"]) == ("tanaka", "企画課", "authenticated")
        assert ledger.verify()


def test_a_stale_form_is_a_conflict_with_both_values(service: ModuleType, url: Path) -> None:
    async def visit(client: httpx.AsyncClient) -> httpx.Response:
        mine, theirs = [await opened(client, "定期航路誘致事業") for _ in range(2)]
        first = {**theirs, "budget": "15,000"}
        assert (await client.post("/items/定期航路誘致事業", data=first, headers=by("sato"))).status_code == 303
        other = {**mine, "period": "R5.4~R6.3"}
        assert (await client.post("/items/定期航路誘致事業", data=other, headers=by("tanaka"))).status_code == 303
        stale = {**(mine | {"key": "anew"}), "budget": "14,000", "overview": "これも記録されない"}
        return await client.post("/items/定期航路誘致事業", data=stale, headers=by("tanaka"))

    answer = served(service, url, visit)
    assert answer.status_code == 409
    error = answer.json()["error"]
    assert (error["code"], error["theirs"], error["mine"]) == ("edit_conflict", "15,000", "14,000")
    assert error["place"] == {"item": "定期航路誘致事業", "field": "予算額"}
    with Ledger.open(url, read_only=True) as ledger:
        now = ledger.plan()["定期航路誘致事業"].now()
        assert (now.text("budget"), now.text("overview")) == ("15,000", ""), "a refused form records nothing of it"


def test_a_form_sent_twice_counts_once(service: ModuleType, url: Path) -> None:
    async def visit(client: httpx.AsyncClient) -> list[int]:
        form = await opened(client, "定期航路誘致事業")
        sent = {**form, "budget": "15,000"}
        answers = [await client.post("/items/定期航路誘致事業", data=sent, headers=by("tanaka")) for _ in range(2)]
        otherwise = {**sent, "budget": "16,000"}
        answers.append(await client.post("/items/定期航路誘致事業", data=otherwise, headers=by("tanaka")))
        return [answer.status_code for answer in answers]

    assert served(service, url, visit) == [303, 303, 409]
    with Ledger.open(url, read_only=True) as ledger:
        assert [row.new for row in ledger.plan().history("定期航路誘致事業", "budget")] == ["12,000", "15,000"]


def test_nobody_and_nothing_are_told_so(service: ModuleType, url: Path) -> None:
    async def visit(client: httpx.AsyncClient) -> list[tuple[int, str | None]]:
        form = {**(await opened(client, "定期航路誘致事業")), "budget": "1"}
        answers = [
            await client.post("/items/定期航路誘致事業", data=form),
            await client.post("/items/定期航路誘致事業", data=form, headers=by("eve")),
            await client.post("/items/ない事業", data=form, headers=by("tanaka")),
            await client.post("/items/定期航路誘致事業", data={**form, "title": " "}, headers=by("tanaka")),
            await client.post("/items/定期航路誘致事業", data=form, headers=by("tanaka")),
        ]
        return [(answer.status_code, answer.json().get("error", {}).get("code")) for answer in answers]

    with Ledger.open(url) as ledger, ledger.acting("企画課"):
        ledger.plan().set_policies(Policies(fields={"budget": "reason"}))
        head = ledger.head
    assert served(service, url, visit) == [
        (401, None),
        (401, None),
        (404, "unknown_item"),
        (422, "title_missing"),
        (422, "policy_refused"),
    ]
    with Ledger.open(url, read_only=True) as ledger:
        assert ledger.head == head


def test_requests_at_the_same_time_keep_their_people_apart(service: ModuleType, url: Path) -> None:
    async def visit(client: httpx.AsyncClient) -> list[int]:
        forms = [await opened(client, "定期航路誘致事業") for _ in range(2)]
        one, other = (
            client.post("/items/定期航路誘致事業", data={**form, field: f"{user}が書いた"}, headers=by(user))
            for form, field, user in zip(forms, ("overview", "analysis"), USERS, strict=True)
        )
        return [answer.status_code for answer in await asyncio.gather(one, other)]

    assert served(service, url, visit) == [303, 303]
    with Ledger.open(url, read_only=True) as ledger:
        plan = ledger.plan()
        written = {row.new: row.actor.id for row in plan.history("定期航路誘致事業", "overview")}
        written |= {row.new: row.actor.id for row in plan.history("定期航路誘致事業", "analysis")}
    assert written == {"tanakaが書いた": "tanaka", "satoが書いた": "sato"}
