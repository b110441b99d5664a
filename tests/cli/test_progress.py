"""The bar of a long import: on standard error, only on a terminal."""

from __future__ import annotations

import io
import sys
import time

import pytest

from plan_ledger.cli import sheets


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar_once_it_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(sheets, "SHORT", 0.0)
    with sheets.progress() as step:
        step("記録しています")
        deadline = time.monotonic() + 10
        while "記録しています" not in shown.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
    assert "記録しています" in shown.getvalue()


def test_a_short_import_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    with sheets.progress() as step:
        step("記録しています")
    assert shown.getvalue() == ""


def test_a_file_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(sheets, "SHORT", 0.0)
    with sheets.progress() as step:
        step("記録しています")
        time.sleep(0.05)
    assert shown.getvalue() == ""
