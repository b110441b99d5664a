"""What writing and reading a large handout costs, beside XlsxWriter and openpyxl alone, each in its own process.

    python bench/sheets.py                    # 2,000 projects
    python bench/sheets.py --projects 500

Writing: the laid-out and marked handout with fitted rows and repeated labels, against XlsxWriter alone that writes the
same cells: with the same red runs and merged ranges, and once more as nothing but plain strings of one format.
Reading: the file read, matched and proposed, against ``openpyxl.load_workbook``. Every figure is the median processor
time of ``--runs`` runs; the memory is the largest that a process of its own ever had.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

import openpyxl
import xlsxwriter
from attrs import evolve

from plan_ledger import ChangeSet, Ledger, Plan, Snapshot, rendering
from plan_ledger.rendering import Table, lay_out
from plan_ledger.sheets.reading import NamedBytes

TITLE = "令和5年度みずの県総合アクションプラン"
HEADERS = ("戦略名", "KPI", "施策", "事業名", "事業概要", "予算額", "事業期間", "進捗状況", "分析")
PLACES = ("港湾", "山間部", "中心市街地", "温泉地", "工業団地", "観光地", "農村部", "沿岸部")
DEEDS = ("補助を行う", "調査を実施する", "研修会を開催する", "設備を更新する", "情報を発信する", "協議会を設ける")
WHOM = ("市町村", "中小企業", "農業者", "商工会", "観光協会", "県民", "若手職員", "移住希望者")


def sentence(rng: random.Random) -> str:
    return f"{rng.choice(PLACES)}の{rng.choice(WHOM)}を対象に、{rng.choice(DEEDS)}（{rng.randint(2, 400)}件）。"


def progress(rng: random.Random) -> str:
    months = sorted(rng.sample(range(4, 13), rng.randint(2, 5)))
    return "\n".join(f"R5.{month} {sentence(rng)}" for month in months)


def sheet(projects: int, seed: int = 1) -> bytes:
    """A table in the form that offices hand out: 5 projects a measure, 4 measures a KPI, 5 KPIs a strategy."""
    rng = random.Random(seed)
    lines = [f"{TITLE}の推進について(第1回PT用)", "", "\t".join(HEADERS)]
    for number in range(projects):
        above = ("", "", "")
        if number % 5 == 0:
            measure, kpi, strategy = number // 5, number // 20, number // 100
            above = (
                f"({strategy + 1}) {rng.choice(PLACES)}戦略" if number % 100 == 0 else "",
                f"【KPI {kpi + 1}】{rng.choice(WHOM)}の数を{rng.randint(100, 9_000):,}に増やす"
                if number % 20 == 0
                else "",
                f"{measure + 1} {rng.choice(PLACES)}の{rng.choice(WHOM)}支援",
            )
        cells = (
            *above,
            f"{rng.choice(PLACES)}{rng.choice(WHOM)}支援事業{number + 1}",
            " ".join(sentence(rng) for _ in range(3)),
            f"{rng.randint(100, 99_999):,}",
            "R5.4~R6.3",
            '"' + progress(rng) + '"',
            " ".join(sentence(rng) for _ in range(2)),
        )
        lines.append("\t".join(cells))
    return ("\n".join(lines) + "\n").encode()


@contextmanager
def plan_of(projects: int, changed: float) -> Iterator[tuple[Plan, Snapshot, ChangeSet]]:
    """The plan at its second meeting, for which this share of the projects' cells changed."""
    rng = random.Random(2)
    with Ledger.open(":memory:") as ledger, ledger.acting("企画室", reason="第2回PTに向けた更新"):
        plan = ledger.open_plan(TITLE, fiscal_year=2023)
        plan.propose(NamedBytes("第1回PT.tsv", sheet(projects))).apply()
        plan.hold("第1回PT", on="R5.5.30")
        with ledger.batch():
            for item in plan.snapshot().level("project"):
                asked = {
                    "overview": item.text("overview") + sentence(rng),
                    "budget": f"{rng.randint(100, 99_999):,}",
                    "progress": item.text("progress").replace("を", "等を", 1) + f"\nR6.2 {sentence(rng)}",
                    "analysis": sentence(rng),
                }
                fields: dict[str, Any] = {key: text for key, text in asked.items() if rng.random() < changed * 2}
                if fields:
                    plan[item.id.hex].change(**fields)
        plan.hold("第2回PT", on="R5.8.30")
        yield plan, plan.snapshot("第2回PT"), plan.changes(until="第2回PT")


def by_hand(table: Table) -> bytes:
    """The same cells by XlsxWriter alone, red runs and merged ranges ready made: what nobody can do without."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    form = book.add_format({"text_wrap": True, "border": 1, "num_format": "@"})
    red = book.add_format({"font_color": "#FF0000", "underline": 1})
    black = book.add_format({})
    for at, header in enumerate(table.headers):
        page.write_string(0, at, header, form)
    for number, row in enumerate(table.rows, 1):
        for at, cell in enumerate(row.cells):
            if cell is None:
                continue
            if cell.rowspan > 1:
                page.merge_range(number, at, number + cell.rowspan - 1, at, cell.text, form)
            if len(cell.segments) > 1:
                runs = [part for each in cell.segments for part in (red if each.kind == "added" else black, each.text)]
                page.write_rich_string(number, at, *runs, form)
            else:
                page.write_string(number, at, cell.text, form)
        page.write_string(number, len(row.cells), "\n".join(row.signs), form)
    book.close()
    return out.getvalue()


def bare(table: Table) -> bytes:
    """The same texts by XlsxWriter alone, as strings of one format, and no more."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    form = book.add_format({"text_wrap": True, "border": 1, "num_format": "@"})
    for at, header in enumerate(table.headers):
        page.write_string(0, at, header, form)
    for number, row in enumerate(table.rows, 1):
        for at, cell in enumerate(row.cells):
            if cell is not None:
                page.write_string(number, at, cell.text, form)
    book.close()
    return out.getvalue()


def seconds(work: Callable[[], object], runs: int) -> float:
    found: list[float] = []
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return median(found)


def peak() -> float:
    """The largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(projects: int, changed: float, runs: int) -> None:
    with plan_of(projects, changed) as (plan, snapshot, changes):
        table = lay_out(snapshot, changes)
        marked = sum(cell.marked for row in table.rows for cell in row.cells if cell)
        print(f"{projects} projects, {len(table.rows)} rows, {marked} cells with red")
        written = rendering.render(snapshot, "xlsx", changes=changes)
        assert isinstance(written, bytes)
        hand = seconds(lambda: by_hand(table), runs)
        alone = seconds(lambda: bare(table), runs)
        print(f"XlsxWriter alone   {hand:6.2f} s   as plain strings {alone:.2f} s")

        def anew() -> None:
            """With changes that nobody has marked yet."""
            entries = tuple(evolve(entry) for entry in changes.entries)
            rendering.render(snapshot, "xlsx", changes=evolve(changes, entries=entries))

        for name, work in (
            ("xlsx written", anew),
            ("  marked already", lambda: rendering.render(snapshot, "xlsx", changes=changes)),
            ("  without red", lambda: rendering.render(snapshot, "xlsx")),
        ):
            ours = seconds(work, runs)
            print(f"{name:18} {ours:6.2f} s   {ours / hand:.2f} times   {ours / alone:.2f} times plain strings")
        made = seconds(lambda: rendering.render(snapshot, "docx", changes=changes), runs)
        page = seconds(lambda: rendering.render(snapshot, "html", changes=changes), runs)
        print(f"docx written       {made:6.2f} s   html written     {page:6.2f} s")
        document = NamedBytes("第2回PT.xlsx", written)
        assert not plan.propose(document).entries
        read = seconds(lambda: plan.propose(document), runs)
        load = seconds(lambda: openpyxl.load_workbook(BytesIO(written)), runs)
        rich = seconds(lambda: openpyxl.load_workbook(BytesIO(written), rich_text=True), runs)
        print(
            f"read and proposed  {read:6.2f} s   openpyxl's load  {load:6.2f} s   {read / load:.2f} times"
            f" (with its rich text {rich:.2f} s, {read / rich:.2f} times)"
        )


def alone(projects: int, changed: float, *, reading: bool) -> None:
    """One write, or one read, in a process of its own, for its memory."""
    with plan_of(projects, changed) as (plan, snapshot, changes):
        before = peak()
        written = rendering.render(snapshot, "xlsx", changes=changes)
        assert isinstance(written, bytes)
        if reading:
            plan.propose(NamedBytes("第2回PT.xlsx", written))
    print(f"{'read and proposed' if reading else 'written':18} peak {peak():.0f} MB, of it the ledger {before:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--projects", type=int, default=2_000)
    parser.add_argument("--changed", type=float, default=0.1, help="share of the projects' cells that changed")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=("write", "read"), help=argparse.SUPPRESS)
    parser.add_argument("--keep", type=Path, help="also leave the written file there")
    asked = parser.parse_args()
    if asked.only:
        alone(asked.projects, asked.changed, reading=asked.only == "read")
        return
    if asked.keep:
        with plan_of(asked.projects, asked.changed) as (_, snapshot, changes):
            snapshot.to_xlsx(asked.keep, changes=changes)
    measure(asked.projects, asked.changed, asked.runs)
    for only in ("write", "read"):
        same = ("--projects", str(asked.projects), "--changed", str(asked.changed))
        subprocess.run([sys.executable, __file__, *same, "--only", only], check=True, cwd=tempfile.gettempdir())


if __name__ == "__main__":
    main()
