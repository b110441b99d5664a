"""Runs the examples in README.md and docs/: ```python and ```console blocks, in order, one namespace a document."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tempfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

from plan_ledger.cli.app import app

os.environ["PLAN_LEDGER_LANG"] = "ja"
os.environ["COLUMNS"] = "120"  # tables in the documents are as wide wherever they are made
EXAMPLES = Path(__file__).parent / "examples" / "data"


def _enter(namespace: dict[str, Any]) -> None:
    """Each document runs in its own folder, which holds the example plan; it may write files and leaves none behind."""
    namespace["_home"] = Path.cwd()
    namespace["_environ"] = dict(os.environ)
    namespace["_folder"] = tempfile.TemporaryDirectory()
    shutil.copytree(EXAMPLES, namespace["_folder"].name, dirs_exist_ok=True)
    os.chdir(namespace["_folder"].name)


def _leave(namespace: dict[str, Any]) -> None:
    os.chdir(namespace["_home"])
    os.environ.clear()
    os.environ.update(namespace["_environ"])
    namespace["_folder"].cleanup()


def _session(example: Example) -> str | None:
    """Run each ``$`` line of a console block. What stands below it, if anything, must be what it prints.

    ``…`` in a line stands for anything, a line that is ``…`` for any lines. A command that is refused must be shown
    with what it says; every other must end with exit status 0.
    """
    first, *commands = re.split(r"^\$ ", str(example.parsed), flags=re.MULTILINE)
    assert not first.strip(), "a console block begins with $"
    for block in commands:
        command, _, expected = block.replace("\\\n", " ").partition("\n")
        status, printed = _run(shlex.split(command))
        if status and not expected.strip():
            return f"$ {command}\nexit status {status}\n{printed}"
        if expected.strip() and not re.fullmatch(_pattern(expected), printed.strip(), re.DOTALL):
            return f"$ {command}\nexpected:\n{expected}\ngot:\n{printed}"
    return None


def _run(words: list[str]) -> tuple[int, str]:
    if words[0] == "export":
        os.environ.update([words[1].split("=", 1)])
        return 0, ""
    assert words[0] == "plan-ledger", f"a console block runs plan-ledger only, not {words[0]}"
    done = CliRunner().invoke(app, words[1:], prog_name="plan-ledger")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout + done.stderr


def _pattern(expected: str) -> str:
    lines = re.escape(expected.strip()).replace("\\\n", "\n")
    return re.sub(r"(?m)^…$", ".*", lines).replace("…", "[^\n]*")


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), CodeBlockParser("console", _session), SkipParser()],
    patterns=["README.md", "README.ja.md", "docs/**/*.md"],
    setup=_enter,
    teardown=_leave,
).pytest()
