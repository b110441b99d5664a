"""The pages hang together: links lead somewhere, every page is in the index, every public name is described."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

import plan_ledger

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TOP = [ROOT / name for name in ("README.md", "README.ja.md", "CHANGELOG.md", "CONTRIBUTING.md")]
PAGES = [*TOP, *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`[^`\n]*`")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the headings."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text_of(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(INLINE.sub("", FENCE.sub("", text_of(page)))):
        if "://" in link:
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_page_can_be_reached_from_the_index() -> None:
    reached: set[Path] = set()
    border = [DOCS / "README.md"]
    while border:
        page = border.pop()
        if page in reached or page.suffix != ".md" or not page.is_relative_to(DOCS):
            continue
        reached.add(page)
        links = LINK.findall(FENCE.sub("", text_of(page)))
        border += [(page.parent / unquote(link).partition("#")[0]).resolve() for link in links if "://" not in link]
    assert set(DOCS.rglob("*.md")) == reached


def test_every_public_name_is_described() -> None:
    described = "".join(text_of(page) for page in (DOCS / "reference").glob("*.md"))
    described += text_of(DOCS / "how-to" / "own-schema.md")
    assert [name for name in plan_ledger.__all__ if name not in described] == []
