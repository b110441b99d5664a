"""Rendered tables of a small plan stay as they are, to the byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from attrs import evolve

from plan_ledger import ChangeSet, Snapshot, rendering
from rendering_plan import small_plan

Golden = Callable[[str, "str | bytes"], None]


@pytest.fixture(scope="module")
def handout() -> Iterator[tuple[Snapshot, ChangeSet]]:
    with small_plan() as plan:
        yield plan.snapshot("第2回PT"), plan.changes(until="第2回PT")


@pytest.mark.parametrize(("format", "name"), [("html", "html"), ("md", "md"), ("tsv", "tsv"), ("table", "txt")])
def test_a_handout_in_every_text_format(
    golden: Golden, handout: tuple[Snapshot, ChangeSet], format: str, name: str
) -> None:
    snapshot, changes = handout
    golden(f"rendered/handout.{name}", rendering.render(snapshot, format, changes=changes))


@pytest.mark.parametrize("style", ["red", "redline", "comparison"])
def test_the_list_of_changes_in_every_style(
    golden: Golden, handout: tuple[Snapshot, ChangeSet], style: rendering.Style
) -> None:
    _, changes = handout
    golden(f"rendered/changes-{style}.html", rendering.changes_html(changes, style))
    golden(f"rendered/changes-{style}.md", rendering.changes_markdown(changes, style))


def test_meetings_and_the_audit_as_tables(golden: Golden) -> None:
    with small_plan() as plan:
        golden("rendered/meetings.txt", rendering.render(plan.meetings(), "table"))
        # salts are random, and with them the hashes
        rows = [evolve(row, hash=b"") for row in plan.audit(since="第1回PT")]
        golden("rendered/audit.txt", rendering.render(rows, "table"))
        golden("rendered/audit.csv", rendering.render(rows, "csv"))
