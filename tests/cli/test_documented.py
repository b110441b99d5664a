"""Every command is on the reference page, which is made from the commands' own help."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from plan_ledger.cli.app import app

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "reference" / "cli.md"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_cli", DOCS / "generate_cli.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == generator().page(), "run python docs/generate_cli.py"


@pytest.mark.parametrize("name", list(app.commands))
def test_every_command_is_documented(name: str) -> None:
    assert f"\n## plan-ledger {name}\n" in PAGE.read_text(encoding="utf-8")
