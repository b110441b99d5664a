"""How well and how fast `mark` colours edited cells, beside difflib on characters, in one run."""

from __future__ import annotations

import difflib
import json
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from plan_ledger.values.marks import mark

DATA = Path(__file__).resolve().parents[1] / "tests" / "unit" / "data"
Marker = Callable[[str, str], list[bool]]


def ours(old: str, new: str) -> list[bool]:
    return [s.kind == "added" for s in mark(old, new) if s.kind != "removed" for _ in s.text]


def by_difflib(old: str, new: str) -> list[bool]:
    found = [True] * len(new)
    for _, at, size in difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        found[at : at + size] = [False] * size
    return found


def truth(row: dict[str, object]) -> list[bool]:
    found = [False] * len(str(row["new"]))
    for start, end in row["added"]:  # type: ignore[attr-defined]  # JSON
        found[start:end] = [True] * (end - start)
    return found


def score(marker: Marker, rows: list[dict[str, object]]) -> tuple[float, float, float]:
    """Precision and recall of the added characters, and the share of rows marked exactly."""
    hit = got = want = exact = 0
    for row in rows:
        right, found = truth(row), marker(str(row["old"]), str(row["new"]))
        hit += sum(x and y for x, y in zip(right, found, strict=True))
        got += sum(found)
        want += sum(right)
        exact += right == found
    return hit / max(got, 1), hit / max(want, 1), exact / len(rows)


def load(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (DATA / f"marks_{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def pairs_a_second(marker: Marker, pairs: list[tuple[str, str]]) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        for old, new in pairs:
            marker(old, new)
        best = min(best, time.perf_counter() - start)
    return len(pairs) / best


def main() -> None:
    for name in sys.argv[1:] or ["tune", "report", "clerk"]:
        rows = load(name)
        for label, marker in (("mark", ours), ("difflib", by_difflib)):
            precision, recall, exact = score(marker, rows)
            print(f"{name:8} {len(rows):4} rows  {label:8} {precision:.4f} / {recall:.4f} / {100 * exact:.1f} %")
    long = [(str(r["old"]), str(r["new"])) for n in ("tune", "report") for r in load(n) if len(str(r["new"])) > 100]
    both = []
    for old, new in long:
        while len(new) < 200:
            old, new = old + "\n" + old, new + "\n" + new
        both.append((old, new))
    print(f"{len(both)} pairs of {sum(len(n) for _, n in both) // len(both)} characters on average")
    speed = {"mark": pairs_a_second(ours, both), "difflib": pairs_a_second(by_difflib, both)}
    unlike = pairs_a_second(ours, [(old[:200], new[:200]) for (old, _), (_, new) in pairwise(both)])
    for label, rate in speed.items():
        print(f"{label:8} {rate:8.0f} pairs/s  {rate / speed['difflib']:.2f} of difflib")
    print(f"mark     {unlike:8.0f} pairs/s for 200 characters that have nothing to do with each other")
    for label, old, new in (
        ("ab / ba", "ab" * 10_000, "ba" * 10_000),
        ("あ、い。 / い。あ、", "あ、い。" * 5_000, "い。あ、" * 5_000),
        (
            "digits",
            "".join(f"{i} " for i in range(4_000))[:20_000],
            "".join(f"{i} " for i in range(4_000, 0, -1))[:20_000],
        ),
        ("unlike", "県の事業を実施" * 2_857, "市で計画が完了" * 2_857),
    ):
        start = time.perf_counter()
        mark(old, new)
        print(f"20,000 characters, {label}: {time.perf_counter() - start:.3f} s")


if __name__ == "__main__":
    main()
