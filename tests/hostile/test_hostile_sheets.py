"""Whatever bytes come in, a document or a located refusal comes out, in little time and memory."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from corpus import Parts, cases, good_docx, good_text, good_xlsx, mutated, mutations, package

from plan_ledger import Plan, rendering
from plan_ledger.errors import PlanLedgerError
from plan_ledger.sheets.reading import NamedBytes, read_document
from rendering_plan import small_plan

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


def test_1_000_mutations_of_good_files_give_documents_or_located_errors() -> None:
    survive(1_000, seed=1)


def handouts(plan: Plan) -> list[tuple[str, Parts]]:
    """What we hand out ourselves: red, and with what each file carries about itself."""
    snapshot, changes = plan.snapshot("第2回PT"), plan.changes(until="第2回PT")
    found: list[tuple[str, Parts]] = []
    looks: dict[str, dict[str, Any]] = {"a.xlsx": {}, "a.docx": {}, "b.docx": {"style": "redline", "tracked": True}}
    for name, options in looks.items():
        made = rendering.render(snapshot, name[2:], changes=changes, **options)
        assert isinstance(made, bytes)
        with ZipFile(BytesIO(made)) as opened:
            found.append((name, {part: opened.read(part) for part in opened.namelist()}))
    return found


def survive_returning(count: int, seed: int) -> None:
    """Files of ours that were damaged on their way: proposed and checked, or refused with a place."""
    random_ = random.Random(seed)
    with small_plan() as plan:
        head = plan.ledger.head
        goods = handouts(plan)
        for number in range(count):
            name, parts = goods[number % len(goods)]
            part = random_.choice(list(parts))
            data = package(parts | {part: mutated(parts[part], random_)})
            start = time.perf_counter()
            for work in (plan.propose, plan.check_ink):
                problems: tuple[PlanLedgerError, ...] = ()
                try:
                    assert str(work(NamedBytes(name, data)))
                except PlanLedgerError as error:
                    problems = tuple(error.problems())
                except Exception as error:
                    raise AssertionError(f"mutation {number} of seed {seed} ({name}, {part}): {error!r}") from error
                assert all(each.place and each.place.file for each in problems), (number, problems)
            assert time.perf_counter() - start < SECONDS
        assert plan.ledger.head == head


def test_100_damaged_handouts_are_proposed_and_checked_or_refused_with_a_place() -> None:
    survive_returning(100, seed=1)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(2, 12))
def test_2_000_damaged_handouts_are_proposed_and_checked_or_refused_with_a_place(seed: int) -> None:
    survive_returning(200, seed)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(2, 12))
def test_20_000_mutations_of_good_files_give_documents_or_located_errors(seed: int) -> None:
    survive(2_000, seed)
