"""Importing the library, in a clean process, loads no driver, no office library, no command line.

The import contracts say the same of the source; this is what happens when it runs, behind lazy imports and through
other people's packages too.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

DRIVERS = {"sqlite3", "_sqlite3", "psycopg", "psycopg_pool"}
OFFICE = {"openpyxl", "docx", "xlsxwriter", "lxml", "defusedxml", "jinja2", "rapidfuzz"}
COMMAND_LINE = {"click", "rich"}
TEST_TOOLS = {"hypothesis", "pytest"}
OPTIONAL = DRIVERS | OFFICE | COMMAND_LINE | TEST_TOOLS
FRAMEWORK = {"eventsourcing", "filelock"}

# The package's own __init__ imports the front door, which would hide what a lower layer brings; so the layer is
# loaded, with every module in it, under an empty parent.
WHOLE_LAYER = """
import importlib, importlib.util, pkgutil, sys, types
parent = types.ModuleType("plan_ledger")
parent.__path__ = importlib.util.find_spec("plan_ledger").submodule_search_locations
sys.modules["plan_ledger"] = parent
layer = importlib.import_module("plan_ledger.{layer}")
for module in pkgutil.walk_packages(getattr(layer, "__path__", []), layer.__name__ + "."):
    importlib.import_module(module.name)
"""


def loaded_by(code: str) -> set[str]:
    """The top-level names in ``sys.modules`` after running ``code`` in a new, isolated interpreter."""
    report = "\nimport json, sys\nprint(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-I", "-c", code + report], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_importing_the_library_loads_none_of_its_optional_parts() -> None:
    assert loaded_by("import plan_ledger") & OPTIONAL == set()


@pytest.mark.parametrize(
    ("layer", "unwanted"),
    [
        ("errors", OPTIONAL | FRAMEWORK | {"pydantic"}),
        ("values", OPTIONAL | FRAMEWORK | {"pydantic"}),
        ("events", OPTIONAL | FRAMEWORK),
        ("domain", OPTIONAL | FRAMEWORK),
    ],
)
def test_a_layer_of_the_core_loads_neither_framework_nor_driver(layer: str, unwanted: set[str]) -> None:
    assert loaded_by(WHOLE_LAYER.format(layer=layer)) & unwanted == set()


def test_a_driver_would_be_seen() -> None:
    assert loaded_by("import plan_ledger, sqlite3") >= {"sqlite3", "_sqlite3"}
