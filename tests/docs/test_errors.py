"""The page of errors is that of the error classes; a code tells a program what went wrong."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_errors", DOCS / "generate_errors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_current(generator: ModuleType) -> None:
    page = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")
    assert page == generator.page(), "run python docs/generate_errors.py"


def test_every_package_that_has_errors_is_on_the_page(generator: ModuleType) -> None:
    assert {cls.__module__.split(".")[1] for cls in generator.error_classes()} <= set(generator.PACKAGES)


def test_codes_are_stable_names_and_messages_are_in_both_languages(generator: ModuleType) -> None:
    for cls in generator.error_classes():
        assert re.fullmatch(r"[a-z][a-z_]*", cls.code), cls
        assert cls.ja != cls.en, cls


def test_no_two_errors_share_a_code(generator: ModuleType) -> None:
    seen: dict[str, type] = {}
    for cls in generator.error_classes():
        assert seen.setdefault(cls.code, cls) is cls, f"{cls} and {seen[cls.code]} are both {cls.code}"
