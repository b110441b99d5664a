"""Every form of the reference table reads as the table says, and the reference pages are made from it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from plan_ledger.values.notation import parse_to_json

DOCS = Path(__file__).resolve().parents[3] / "docs"
GROUPS = json.loads((DOCS / "notation_forms.json").read_text(encoding="utf-8"))
FORMS = [
    (group["kind"], form["text"], group["context"], form["reading"]) for group in GROUPS for form in group["forms"]
]


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_notations", DOCS / "generate_notations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("kind", "text", "context", "reading"), FORMS, ids=[f"{k}:{t}" for k, t, _, _ in FORMS])
def test_a_form_of_the_table_reads_as_the_table_says(kind, text, context, reading):
    assert parse_to_json(kind, text, **context) == reading


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_reference_page_is_up_to_date(lang):
    module = generator()
    assert module.PAGES[lang].read_text(encoding="utf-8") == module.render(lang)


def test_every_warning_is_explained_in_both_languages():
    module = generator()
    assert set(module.WARNINGS_JA) == set(module.WARNINGS_EN) == set(module.NotationWarning)
