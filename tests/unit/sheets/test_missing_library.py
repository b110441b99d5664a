"""A library that an import needs is asked for before anything is read, whatever the sheet's format."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from plan_ledger import Ledger
from plan_ledger.errors import MissingExtra


def test_what_comparing_needs_is_said_before_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    with Ledger.open() as ledger, ledger.acting("企画室"):
        plan = ledger.open_plan("計画", fiscal_year=2023)
        with pytest.raises(MissingExtra) as caught:
            plan.propose(tmp_path / "ない.tsv")
    assert (caught.value.library, caught.value.extra) == ("rapidfuzz", "sheets")
    assert "pip install 'plan-ledger[sheets]'" in str(caught.value)
