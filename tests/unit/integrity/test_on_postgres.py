"""Anchors, redaction and the doctor on PostgreSQL: the same answers as on SQLite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from plan_ledger import Ledger
from plan_ledger.integrity import log_check
from plan_ledger.integrity.course import Course, Known
from plan_ledger.integrity.quick_look import Look, quick_look
from plan_ledger.store.transaction import Rows

NAME = "住民の山田太郎さん"


@pytest.fixture
def ledger(postgres_url: str) -> Iterator[Ledger]:
    with Ledger.open(postgres_url) as made, made.acting("企画室", reason="当初"):
        plan = made.open_plan("計画", fiscal_year=2023)
        plan.add("strategy", "戦略1")
        plan["戦略1"].change(title=NAME)
        plan.hold("第1回PT")
        with made.batch(key="受付1"):
            plan[NAME].change(title="戦略2")
        yield made


def test_an_anchor_fits_and_tells_another_state(ledger: Ledger) -> None:
    anchor = ledger.plan().seal("第1回PT")
    ledger.plan()["戦略2"].change(title="戦略3")
    assert ledger.verify(anchor).anchored == anchor.position
    with Ledger.open() as other:
        assert not other.verify(anchor)


def test_a_text_and_a_person_are_destroyed(ledger: Ledger) -> None:
    plan, anchor = ledger.plan(), ledger.seal()
    (found,) = ledger.occurrences("山田太郎")
    done = ledger.redact(found.position, reason="氏名")
    assert done.wiped
    with ledger.acting("退職花子"):
        plan["戦略2"].change(title="戦略3")
    assert ledger.erase_person("退職花子", reason="請求").wiped
    with ledger.reading() as rows:
        assert rows.all("SELECT 1 FROM texts WHERE body LIKE '%山田%'") == []
        assert rows.all("SELECT 1 FROM profiles WHERE body LIKE '%花子%'") == []
    assert [row.new for row in plan.history("戦略3", "title")][1] == "抹消済"
    told = ledger.verify(anchor)
    assert told, str(told)
    assert (told.redacted, told.erased, told.unverifiable, told.anchored) == (1, 1, 1, anchor.position)
    ledger.rebuild()
    assert ledger.verify(anchor)


def test_the_doctor_looks_at_the_roles(ledger: Ledger) -> None:
    found = ledger.doctor()
    assert found, str(found)
    told = {each.code: each for each in found.checks}
    assert told["roles"].state == "warn", "the owner may change what is recorded"
    assert told["durability"].state in ("ok", "warn")
    assert "synchronous_commit=on" in told["durability"].detail
    assert told["refusals"].state == "ok"
    assert told.keys().isdisjoint({"space", "database"})


def test_a_page_is_looked_at_in_one_go(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bool] = []

    def looked(rows: Rows, after: int, course: Course, known: Known) -> Look | None:
        found = quick_look(rows, after, course, known)
        read.append(found is not None)
        return found

    monkeypatch.setattr(log_check, "quick_look", looked)
    assert ledger.verify()
    assert read == [True, False], "the page, and that there is none behind it"
