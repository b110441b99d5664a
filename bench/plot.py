"""Draws docs/images/performance.svg from the JSON files of run.py and growth.py: ratios only, logarithmic.

    python bench/plot.py bench-results/run.json bench-results/growth.json [-o docs/images/performance.svg]

On the left, how much longer plan_ledger takes than a hand-written table, operation by operation, and the best of the
other libraries; on the right, how much longer the same questions take as the history grows.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

OURS, FLOOR = "plan_ledger", "raw_sqlite"
ELSEWHERE = ("raw_postgres", "eventsourcing_pg", "plan_ledger_pg")
OPERATIONS = {
    "record_one": "one durable change",
    "record_bulk": "bulk load",
    "current": "the table now",
    "snapshot_at_meeting": "a meeting's table",
    "changes_since": "net changes",
    "audit_actor": "audit of one actor",
    "audit_field": "one field's history",
    "bytes": "bytes a change",
}
CURVES = {
    "now": "table now",
    "meeting": "a meeting's table",
    "changes": "net changes",
    "history": "a field's history",
    "newest": "audit page",
    "change": "one change",
    "open": "open",
    "bytes": "bytes a change",
}
BAR = 1.3

WIDTH, HEIGHT = 1000, 460
RED, GREY, INK, FAINT = "#c62828", "#78909c", "#263238", "#dfe5e8"
COLOURS = ("#c62828", "#ef6c00", "#2e7d32", "#1565c0", "#6a1b9a", "#00838f", "#8d6e63", "#546e7a")
TOP, BOTTOM = 84, 400


class Drawing:
    """The shapes of an SVG, in the order in which they are laid on each other."""

    def __init__(self) -> None:
        self.shapes: list[str] = []

    def add(self, name: str, content: str | None = None, **attributes: object) -> None:
        said = " ".join(f'{key.replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items())
        self.shapes.append(f"<{name} {said}/>" if content is None else f"<{name} {said}>{content}</{name}>")

    def text(self, x: float, y: float, said: str, **attributes: object) -> None:
        given = {"fill": INK, "font_size": 13, **attributes}
        self.add("text", escape(said), x=f"{x:.1f}", y=f"{y:.1f}", **given)

    def line(self, x1: float, y1: float, x2: float, y2: float, **attributes: object) -> None:
        given = {"stroke": FAINT, "stroke_width": 1, **attributes}
        self.add("line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", **given)

    def dot(self, x: float, y: float, colour: str, radius: float = 5.5) -> None:
        self.add("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=radius, fill=colour)

    def svg(self) -> str:
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
            ' font-family="Helvetica, Arial, sans-serif">'
        )
        return "\n".join([head, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>', *self.shapes, "</svg>\n"])


class Scale:
    """A logarithmic scale from a range of values to a range of coordinates."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.high, self.start, self.end = math.log(low), math.log(high), start, end

    def __call__(self, value: float) -> float:
        share = (math.log(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def ratios(summary: dict[str, Any], peer: str) -> dict[str, float]:
    """Operation → how many times the floor's time (or bytes) a peer takes; only what it does, and does rightly."""
    found: dict[str, float] = {}
    floor, own = summary[FLOOR], summary[peer]
    for operation in OPERATIONS:
        if operation == "bytes":
            if own.get("bytes_per_change"):
                found[operation] = own["bytes_per_change"] / floor["bytes_per_change"]
            continue
        done, base = own["ops"].get(operation, {}), floor["ops"][operation]
        if "rate" in done:
            found[operation] = base["rate"] / done["rate"]
        elif "seconds" in done:
            found[operation] = done["seconds"] / base["seconds"]
    return found


def best_others(summary: dict[str, Any]) -> dict[str, tuple[float, str]]:
    """Operation → the smallest ratio of any other library on the same kind of database, and whose it is (with a star
    where the user has to write the answer himself)."""
    found: dict[str, tuple[float, str]] = {}
    for peer, what in summary.items():
        if peer in (OURS, FLOOR, *ELSEWHERE) or "unavailable" in what:
            continue
        for operation, ratio in ratios(summary, peer).items():
            by_hand = what["ops"].get(operation, {}).get("how", "").startswith("by hand")
            found[operation] = min(found.get(operation, (math.inf, "")), (ratio, peer + "*" * by_hand))
    return found


def operations(drawing: Drawing, summary: dict[str, Any], size: str) -> None:
    """The left half: a row an operation."""
    own, others = ratios(summary, OURS), best_others(summary)
    values = [*own.values(), *(ratio for ratio, _ in others.values()), 1.0]
    x = Scale(min(0.5, min(values) * 0.9), max(values) * 1.15, 180, 560)
    drawing.text(20, 30, "Beside a hand-written table of changes", font_size=17, font_weight="bold")
    drawing.text(
        20, 50, f"multiples of its time or bytes · size {size}, SQLite · logarithmic · left is better", fill=GREY
    )
    for value in _ticks(min(values), max(values)):
        drawing.line(x(value), TOP - 8, x(value), BOTTOM)
        drawing.text(x(value), BOTTOM + 18, f"{value:g} ×", text_anchor="middle", fill=GREY, font_size=12)
    drawing.line(x(1), TOP - 8, x(1), BOTTOM, stroke=INK, stroke_width=1.5)
    step = (BOTTOM - TOP) / len(OPERATIONS)
    for row, (operation, what) in enumerate(OPERATIONS.items()):
        y = TOP + step * (row + 0.5)
        drawing.text(150, y + 4, what, text_anchor="end")
        if operation in others:
            ratio, peer = others[operation]
            drawing.dot(x(ratio), y, GREY)
            drawing.text(min(x(ratio), 545), y + 18, peer, text_anchor="middle", fill=GREY, font_size=11)
        if operation in own:
            drawing.dot(x(own[operation]), y, RED)
    drawing.dot(30, BOTTOM + 42, RED)
    drawing.text(42, BOTTOM + 46, "plan_ledger")
    drawing.dot(150, BOTTOM + 42, GREY)
    drawing.text(162, BOTTOM + 46, "the best of the other libraries (* the answer written by hand)")


def _ticks(low: float, high: float) -> Iterable[float]:
    for exponent in range(-2, 5):
        for each in (1, 2, 5):
            value = each * 10.0**exponent
            if low * 0.9 <= value <= high * 1.1:
                yield value


def growth(drawing: Drawing, found: dict[str, Any]) -> None:
    """The right half: a curve a question."""
    sizes = found["sizes"]
    curves = {
        name: [found["bytes"][str(size)] / found["bytes"][str(sizes[0])] for size in sizes]
        if name == "bytes"
        else [found["questions"][name]["cpu"][str(size)] for size in sizes]
        for name in CURVES
        if name == "bytes" or name in found["questions"]
    }
    values = [value for curve in curves.values() for value in curve]
    x = Scale(sizes[0], sizes[-1], 655, 860)
    y = Scale(min(0.5, min(values) * 0.9), max(2.0, max(values) * 1.1), BOTTOM, TOP - 8)
    drawing.text(615, 30, "As the history grows", font_size=17, font_weight="bold")
    drawing.text(615, 50, f"to a ledger with {sizes[0]:,} changes · answers of one size", fill=GREY)
    for value in _ticks(min(0.55, min(values)), max(1.9, max(values))):
        drawing.line(655, y(value), 860, y(value))
        drawing.text(647, y(value) + 4, f"{value:g} ×", text_anchor="end", fill=GREY, font_size=12)
    for size in sizes:
        drawing.text(x(size), BOTTOM + 18, f"{size:,}", text_anchor="middle", fill=GREY, font_size=12)
    drawing.text(757, BOTTOM + 40, "changes in the ledger", text_anchor="middle", fill=GREY, font_size=12)
    drawing.line(655, y(1), 860, y(1), stroke=INK, stroke_width=1.5)
    drawing.line(655, y(BAR), 860, y(BAR), stroke=RED, stroke_dasharray="5 4")
    drawing.text(659, y(BAR) - 5, f"bar: {BAR:g} ×", fill=RED, font_size=11)
    ends = _apart([y(curve[-1]) for curve in curves.values()])
    for (name, curve), colour, end in zip(curves.items(), COLOURS, ends, strict=False):
        points = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in zip(sizes, curve, strict=True))
        drawing.add("polyline", points=points, fill="none", stroke=colour, stroke_width=2)
        for size, value in zip(sizes, curve, strict=True):
            drawing.dot(x(size), y(value), colour, 3)
        drawing.line(864, y(curve[-1]), 876, end, stroke=colour)
        drawing.text(880, end + 4, CURVES[name], fill=colour, font_size=12)


def _apart(places: Sequence[float], gap: float = 15) -> list[float]:
    """The places, moved so far that labels at them do not cover each other."""
    order = sorted(range(len(places)), key=lambda at: places[at])
    moved = [places[at] for at in order]
    for _ in range(200):
        for at in range(len(moved) - 1):
            lacking = gap - (moved[at + 1] - moved[at])
            if lacking > 0:
                moved[at] -= lacking / 2
                moved[at + 1] += lacking / 2
    found = list(places)
    for at, place in zip(order, moved, strict=True):
        found[at] = min(place, BOTTOM + 10)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="what run.py --all --json wrote")
    parser.add_argument("growth", type=Path, help="what growth.py --json wrote")
    parser.add_argument("-o", "--output", type=Path, default=Path("docs/images/performance.svg"))
    asked = parser.parse_args()
    run = json.loads(asked.run.read_text(encoding="utf-8"))
    drawing = Drawing()
    operations(drawing, run["summary"], run["size"])
    growth(drawing, json.loads(asked.growth.read_text(encoding="utf-8")))
    asked.output.write_text(drawing.svg(), encoding="utf-8")


if __name__ == "__main__":
    main()
