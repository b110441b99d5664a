"""Importing the library, in a clean process, loads no driver, no office library, no command line.

The import contracts say the same of the source; this is what happens when it runs, behind lazy imports and through
other people's packages too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from types import ModuleType

import pytest

import plan_ledger
from plan_ledger import ledger
from plan_ledger.values import notation

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
    report = "\nimport json, sys\nprint()\nprint(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-I", "-c", code + report], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


ALL_NAMES = "import plan_ledger\nfor name in plan_ledger.__all__:\n    getattr(plan_ledger, name)\n"

COMMAND = """
import sys
sys.argv = ["plan-ledger", *{arguments!r}]
from plan_ledger.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
sys.stdout = sys.stderr = sys.__stdout__
"""


def test_importing_the_library_waits_for_nothing() -> None:
    assert loaded_by("import plan_ledger") & (OPTIONAL | FRAMEWORK | {"pydantic", "attrs"}) == set()


def test_every_public_name_is_there_and_loads_no_optional_part() -> None:
    loaded = loaded_by(ALL_NAMES)
    assert loaded & OPTIONAL == set()
    assert loaded >= {"pydantic", "eventsourcing"}


def test_a_name_that_is_not_public_is_missed_like_any_other() -> None:
    with pytest.raises(AttributeError, match="module 'plan_ledger' has no attribute 'Leger'"):
        plan_ledger.Leger  # noqa: B018 - asking is the test
    with pytest.raises(AttributeError, match="parse_dates"):
        notation.parse_dates  # noqa: B018


@pytest.mark.parametrize("package", [plan_ledger, ledger, notation])
def test_names_that_are_loaded_late_are_all_listed(package: ModuleType) -> None:
    for name in package.__all__:
        assert getattr(package, name) is not None
        assert name in dir(package)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], []])
def test_the_help_of_the_command_line_loads_no_ledger(arguments: list[str]) -> None:
    loaded = loaded_by(COMMAND.format(arguments=arguments))
    assert loaded & (OFFICE | DRIVERS | TEST_TOOLS | FRAMEWORK | {"pydantic"}) == set()
    assert "click" in loaded


@pytest.mark.parametrize("command", ["snapshot", "changes", "import", "hold", "audit", "verify"])
def test_the_help_of_a_command_loads_no_office_library(command: str) -> None:
    assert loaded_by(COMMAND.format(arguments=[command, "--help"])) & (OFFICE | TEST_TOOLS) == set()


def test_an_office_library_would_be_seen() -> None:
    assert loaded_by("import openpyxl, docx, xlsxwriter, lxml, defusedxml, jinja2, rapidfuzz") >= OFFICE


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
