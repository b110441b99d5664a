"""Runs the examples in README.md and docs/ (```python blocks, in order, in one namespace a file)."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

os.environ["PLAN_LEDGER_LANG"] = "ja"


def _enter(namespace: dict[str, Any]) -> None:
    """Each document runs in its own empty folder, so that it may write files and leaves none behind."""
    namespace["_home"] = Path.cwd()
    namespace["_folder"] = tempfile.TemporaryDirectory()
    os.chdir(namespace["_folder"].name)


def _leave(namespace: dict[str, Any]) -> None:
    os.chdir(namespace["_home"])
    namespace["_folder"].cleanup()


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["README.md", "README.ja.md", "docs/**/*.md"],
    setup=_enter,
    teardown=_leave,
).pytest()
