"""Writers that insist: each change under a key, tried until it is acknowledged, whatever is done to the server."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Self

import writers
from processes import Child

from plan_ledger import Ledger


class Insisting:
    """Some processes of :func:`writers.keyed`, and what they have told so far."""

    def __init__(self, place: str, names: Sequence[str]) -> None:
        self.acknowledged: dict[str, int] = dict.fromkeys(names, 0)
        self.errors: Counter[str] = Counter()
        self._children = {name: Child(writers.keyed, place, name) for name in names}
        for child in self._children.values():
            assert child.told() == "ready"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children.values():
            child.kill()

    def listen(self, seconds: float) -> int:
        """Take in what they tell for so long; returns how many changes were acknowledged in that time."""
        before = sum(self.acknowledged.values())
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._take(min(left, 0.01))
        return sum(self.acknowledged.values()) - before

    def hear_from_each(self, seconds: float) -> float:
        """Wait until each has told of one more change; returns after how many seconds the first did."""
        begun, wanted = time.monotonic(), {name: count + 1 for name, count in self.acknowledged.items()}
        first = 0.0
        while any(self.acknowledged[name] < count for name, count in wanted.items()):
            assert time.monotonic() < begun + seconds, f"no writing within {seconds} seconds: {self.errors}"
            if self._take(0.01) and not first:
                first = time.monotonic() - begun
        return first

    def _take(self, seconds: float) -> bool:
        heard = False
        for name, child in self._children.items():
            while child.line.poll():
                self._told(name, child.line.recv())
                heard = True
        if not heard:
            time.sleep(seconds)
        return heard

    def _told(self, name: str, told: tuple[int, list[str]]) -> None:
        assert told[0] == self.acknowledged[name]
        self.acknowledged[name] += 1
        self.errors.update(told[1])

    def finish(self) -> None:
        """Let each finish the change that it is at, and end."""
        for child in self._children.values():
            child.line.send("enough")
        for name, child in self._children.items():
            with suppress(EOFError):
                while True:
                    self._told(name, child.line.recv())
            child.ended()
        self._children.clear()


def check(place: str, writing: Insisting) -> None:
    """Each change that was acknowledged is there, once, in order, and no other."""
    with Ledger.open(place) as ledger:
        plan = ledger.plan()
        for name, count in writing.acknowledged.items():
            there = [row.new for row in plan.history(name, "overview")]
            assert there == [f"{name}/{number}" for number in range(count)], "lost, doubled or out of order"
        verified = ledger.verify()
        assert verified, str(verified)
