"""The command as a process of its own: what it loads, its bytes, its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ACTOR

OFFICE = {"openpyxl", "docx", "xlsxwriter", "lxml", "jinja2", "defusedxml", "rapidfuzz"}
LOADED = """
import json, sys
sys.argv = ["plan-ledger", *sys.argv[1:]]
from plan_ledger.cli import main
try:
    main()
except SystemExit as end:
    print(json.dumps([end.code, sorted({name.partition(".")[0] for name in sys.modules})]), file=sys.stderr)
"""


def call(
    *arguments: str, environ: dict[str, str] | None = None, input: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "plan_ledger", *arguments],
        input=input,
        capture_output=True,
        timeout=60,
        env={**os.environ, **(environ or {})},
    )


@pytest.mark.parametrize("arguments", [["--help"], ["import", "--help"], ["parse", "date", "R5.4"]])
def test_no_office_library_is_loaded_for(arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", LOADED, *arguments], capture_output=True, text=True, timeout=60)
    status, modules = json.loads(done.stderr.splitlines()[-1])
    assert status == 0
    assert set(modules) & OFFICE == set()
    assert "click" in modules


def test_a_ledger_from_first_to_last(tmp_path: Path) -> None:
    where = {"PLAN_LEDGER": str(tmp_path / "r5.db")}
    assert call("init", "--plan", "計画", "--fiscal-year", "2023", *ACTOR, environ=where).returncode == 0
    assert call("add", "戦略", "戦略一", *ACTOR, environ=where).returncode == 0
    assert call("change", "戦略一", "title=-", *ACTOR, environ=where, input="戦略１\n".encode()).returncode == 0
    shown = call("snapshot", "--json", environ=where)
    assert json.loads(shown.stdout)["items"][0]["title"] == "戦略１"
    assert (shown.returncode, shown.stderr) == (0, b"")


@pytest.mark.parametrize(
    "environ", [{"PYTHONIOENCODING": "cp932"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_output_is_utf8_whatever_the_console_says(environ: dict[str, str]) -> None:
    done = call("parse", "meeting", "第2回PT", environ=environ)
    assert done.returncode == 0
    assert json.loads(done.stdout)["number"] == 2
    refused = call("parse", "date", "～①", environ=environ)
    assert "～①" in refused.stderr.decode("utf-8")


def test_a_refusal_shows_no_traceback(ledger: Path) -> None:
    done = call("-l", str(ledger), "history", "無い事業", "budget")
    assert done.returncode == 1
    assert done.stdout == b""
    assert "無い事業" in done.stderr.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes of another kind")
@pytest.mark.parametrize("command", [["dump"], ["audit", "--json"], ["snapshot", "--json"]])
def test_a_reader_that_goes_away_is_no_matter(ledger: Path, command: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "plan_ledger", "-l", str(ledger), *command],
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes of another kind")
def test_ctrl_c_is_quiet() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "plan_ledger", "parse", "date", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"R5.4\n")
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["start"] == "2023-04"  # answered at once; now it waits for more
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert (process.returncode, error.strip()) == (130, b"")
