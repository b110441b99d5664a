"""Whatever bytes come in, a document or a located refusal comes out, in little time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from corpus import cases, good_docx, good_text, good_xlsx, mutations, package

from plan_ledger.errors import PlanLedgerError
from plan_ledger.sheets.reading import NamedBytes, read_document

SECONDS = 5.0
MEGABYTES = 512

# Each file in a process of its own, forked from one that has the libraries loaded: the peak is that of the one file.
MEASURE = """
import json, os, resource, sys, time, traceback
import docx, openpyxl, defusedxml.ElementTree
from plan_ledger.errors import PlanLedgerError
from plan_ledger.sheets.reading import read_document
for path in sys.stdin.read().split("\\n"):
    if os.fork():
        os.wait()
        continue
    start = time.process_time()  # what others do on the machine is not judged
    code, message = None, ""
    try:
        document = read_document(path)
    except PlanLedgerError as error:
        code, message = error.code, str(error)
        located = bool(error.problems()) and all(p.place and p.place.file for p in error.problems())
    except BaseException:
        code, message, located = "crash", traceback.format_exc(), False
    else:
        located = all(p.place and p.place.file and str(p) for p in document.problems)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([path, code, located, seconds, peak, message]), flush=True)
    os._exit(0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="peaks of memory are measured in forked processes")
def test_the_corpus_is_read_or_refused_in_little_time_and_memory(tmp_path: Path) -> None:
    expected: dict[str, str | None] = {}
    for number, (name, data, code) in enumerate(cases()):
        path = tmp_path / f"{number:03d}-{name.replace('/', '_')}"
        path.write_bytes(data)
        expected[str(path)] = code
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE],
        input="\n".join(expected),
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    results = [json.loads(line) for line in measured.stdout.splitlines()]
    assert {path for path, *_ in results} == set(expected), measured.stderr
    wrong = [
        (Path(path).name, code, expected[path], message[-500:])
        for path, code, located, _, _, message in results
        if code != expected[path] or not located
    ]
    slow = [(Path(path).name, round(seconds, 1)) for path, _, _, seconds, _, _ in results if seconds > SECONDS]
    large = [(Path(path).name, round(peak)) for path, _, _, _, peak, _ in results if peak > MEGABYTES]
    assert (wrong, slow, large) == ([], [], [])


def test_the_files_that_are_mutated_are_good() -> None:
    for name, data in (
        ("a.xlsx", package(good_xlsx())),
        ("a.docx", package(good_docx())),
        ("a.tsv", good_text()),
    ):
        document = read_document(NamedBytes(name, data))
        assert document.errors == ()
        assert len(document.grids[0].rows) == 2


def survive(count: int, seed: int) -> None:
    slowest = 0.0
    for number, (name, data) in enumerate(mutations(count, seed)):
        start = time.perf_counter()
        problems: tuple[PlanLedgerError, ...]
        try:
            problems = read_document(NamedBytes(name, data)).problems
        except PlanLedgerError as error:
            problems = tuple(error.problems())
            assert problems
        except Exception as error:
            raise AssertionError(f"mutation {number} of seed {seed} ({name}): {error!r}") from error
        assert all(problem.place and problem.place.file and str(problem) for problem in problems)
        slowest = max(slowest, time.perf_counter() - start)
    assert slowest < SECONDS


def test_300_mutations_of_good_files_give_documents_or_located_errors() -> None:
    survive(300, seed=1)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(2, 12))
def test_20_000_mutations_of_good_files_give_documents_or_located_errors(seed: int) -> None:
    survive(2_000, seed)
