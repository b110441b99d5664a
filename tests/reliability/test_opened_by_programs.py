"""Handouts opened by real programs: LibreOffice and Chromium print them, and the print holds every text, red and all.

Left out by default, for a start of LibreOffice takes seconds: ``pytest -m nightly``. Debian's packages are
libreoffice-calc, libreoffice-writer, chromium, poppler-utils and fonts-noto-cjk.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from plan_ledger import ChangeSet, Ledger, Snapshot, rendering
from plan_ledger.rendering import lay_out
from rendering_plan import long_plan, small_plan

pytestmark = pytest.mark.nightly

CHROMIUM = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
)


@pytest.fixture(scope="module")
def handout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Snapshot, ChangeSet]]:
    data = Path(__file__).resolve().parents[2] / "examples" / "data"
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課", reason="更新"):
        plan = ledger.open_plan("令和5年度観光・ものづくり振興アクションプラン", fiscal_year=2023)
        for number, day in ((1, "R5.5.30"), (2, "R5.8.30"), (3, "R5.12.20")):
            sheet = data / f"第{number}回PT.tsv"
            plan.propose(sheet, accept_renames=True, withdraw_missing=number > 1).apply()
            plan.hold(f"第{number}回PT", on=day)
        yield plan.snapshot("第3回PT"), plan.changes(until="第3回PT")


@pytest.fixture(scope="module")
def long() -> Iterator[Snapshot]:
    """A table of several pages under one strategy, KPI and measure."""
    with small_plan() as plan:
        yield long_plan(plan.snapshot("第2回PT"), 60)


def program(*names: str) -> str:
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"{names[0]} is not installed")
    return found


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return done.stdout


def printed(path: Path) -> Path:
    """The file as PDF, printed by the program that opens it."""
    pdf = path.with_suffix(".pdf")
    if path.suffix == ".html":
        chromium = program("chromium", "chromium-browser", "google-chrome")
        profile = f"--user-data-dir={path.parent / 'chromium'}"
        run(chromium, *CHROMIUM, profile, f"--print-to-pdf={pdf}", path.as_uri())
    else:
        office = program("soffice", "libreoffice")
        profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"
        run(office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(path.parent), str(path))
    return pdf


def red_points(pdf: Path) -> int:
    """Red points of the first page at 50 dpi."""
    picture = subprocess.run(
        [program("pdftoppm"), "-r", "50", "-f", "1", "-l", "1", str(pdf)], capture_output=True, timeout=60, check=True
    ).stdout
    header = re.match(rb"P6\s(\d+)\s(\d+)\s255\s", picture)
    assert header is not None
    points = picture[header.end() :]
    return sum(
        red > 180 and green < 110 and blue < 110
        for red, green, blue in zip(points[::3], points[1::3], points[2::3], strict=True)
    )


def file(folder: Path, name: str, made: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(made if isinstance(made, bytes) else made.encode())
    return path


@pytest.mark.parametrize("format", ["html", "xlsx", "docx"])
def test_labels_that_span_pages_are_printed_on_each(long: Snapshot, format: str, tmp_path: Path) -> None:
    """And the pages end where we said: no page is left over, none is nearly blank."""
    pdf = printed(file(tmp_path, f"long.{format}", rendering.render(long, format)))
    printed_text = run(program("pdftotext"), "-raw", str(pdf), "-").rstrip("\f")
    pages = ["".join(page.split()) for page in printed_text.split("\f")]
    above = ["".join(item.title.split()) for item in long.items if item.depth < 3]
    assert len(pages) >= 4
    for number, page in enumerate(pages, 1):
        assert all(label in page for label in above), (format, number)
        assert "B.事業名" in page
        assert f"{number}/{len(pages)}" in page
    counts = [len(set(re.findall(r"事業(\d+)", page))) for page in pages]
    assert sum(counts) == 60
    assert min(counts[:-1]) >= max(counts) - 1


@pytest.mark.parametrize("style", ["red", "redline", "clean", "comparison", "tracked"])
@pytest.mark.parametrize("format", ["html", "xlsx", "docx"])
def test_every_style_is_printed_as_it_is_meant(
    handout: tuple[Snapshot, ChangeSet], format: str, style: str, tmp_path: Path
) -> None:
    if style == "tracked" and format != "docx":
        pytest.skip("tracked changes are Word's")
    snapshot, changes = handout
    look = {"style": "redline", "tracked": True} if style == "tracked" else {"style": style}
    pdf = printed(file(tmp_path, f"{style}.{format}", rendering.render(snapshot, format, changes=changes, **look)))
    shown = "".join(run(program("pdftotext"), "-raw", str(pdf), "-").split())
    old, new = ("12,000", "16,400")  # 食のみずのブランド発信事業
    assert new in shown
    assert (old in shown) == (style in ("redline", "comparison", "tracked"))
    assert (red_points(pdf) > 300) == (style in ("red", "redline"))
    assert ("変更前" in shown) == (style == "comparison")


@pytest.mark.parametrize("format", ["html", "xlsx", "docx"])
def test_the_print_holds_every_text_in_red_where_it_is_new(
    handout: tuple[Snapshot, ChangeSet], format: str, tmp_path: Path
) -> None:
    snapshot, changes = handout
    made = rendering.render(snapshot, format, changes=changes)
    path = tmp_path / f"handout.{format}"
    path.write_bytes(made if isinstance(made, bytes) else made.encode())
    pdf = printed(path)
    size = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", run(program("pdfinfo"), str(pdf)))
    assert size is not None
    assert (round(float(size[1]) / 72 * 25.4), round(float(size[2]) / 72 * 25.4)) == (420, 297)
    # A printed line breaks anywhere and cells are printed in any order: what is compared is how often each sign stands.
    shown = "".join(run(program("pdftotext"), "-raw", str(pdf), "-").split())
    assert snapshot.digest[:12] in shown
    table = lay_out(snapshot, changes)
    counted = {sign: shown.count(sign) for sign in set(shown)}
    wanted = "".join("".join(cell.text.split()) for row in table.rows for cell in row.cells if cell)
    short = {sign for sign in set(wanted) if counted.get(sign, 0) < wanted.count(sign)}
    assert short == set()
    plain = rendering.render(snapshot, format)
    bare = tmp_path / f"bare.{format}"
    bare.write_bytes(plain if isinstance(plain, bytes) else plain.encode())
    assert red_points(pdf) > 500
    assert red_points(printed(bare)) == 0
