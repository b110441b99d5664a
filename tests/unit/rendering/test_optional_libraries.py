"""Rendering needs its libraries only when it writes with them, and says which one is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from plan_ledger import rendering
from plan_ledger.errors import MissingExtra
from plan_ledger.rendering import html

LISTED = rendering.listing("一覧", ["欄"], [["値"]])


def test_importing_the_renderers_loads_no_library_of_a_format() -> None:
    code = "import sys, plan_ledger.rendering; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert set(done.stdout.split()) & {"jinja2", "rich", "xlsxwriter", "docx", "lxml", "openpyxl"} == set()


@pytest.mark.parametrize(
    ("format", "module", "library", "extra"),
    [
        ("xlsx", "xlsxwriter", "xlsxwriter", "sheets"),
        ("docx", "docx", "python-docx", "sheets"),
        ("html", "jinja2", "jinja2", "sheets"),
        ("table", "rich.console", "rich", "cli"),
    ],
)
def test_a_missing_library_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, format: str, module: str, library: str, extra: str
) -> None:
    html._environment.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra) as raised:
        rendering.render(LISTED, format)
    assert (raised.value.library, raised.value.extra) == (library, extra)
    assert f"pip install 'plan-ledger[{extra}]'" in str(raised.value)
