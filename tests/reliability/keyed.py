"""Writers that insist: each change under a key, tried until it is acknowledged, whatever is done to the server."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Self

import writers
from processes import Child

from plan_ledger import Ledger


class Insisting:
    """Some processes of :func:`writers.keyed`, and what they have told so far."""

    def __init__(self, place: str, names: Sequence[str]) -> None:
        self.acknowledged: dict[str, int] = dict.fromkeys(names, 0)
        self.errors: Counter[str] = Counter()
        self.away = 0.0
        self._over: set[str] = set()
        self._children = {name: Child(writers.keyed, place, name) for name in names}
        for child in self._children.values():
            assert child.told() == "ready"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children.values():
            child.kill()

    def listen(self, seconds: float, *, least: int = 0) -> None:
        """Take in what they tell for so long, and until so many changes were acknowledged in that time."""
        wanted = sum(self.acknowledged.values()) + least
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < seconds or sum(self.acknowledged.values()) < wanted:
            assert passed < seconds + 60, f"hardly any writing: {self.errors}"
            self._take(0.01)

    @contextmanager
    def trouble(self, seconds: float = 30) -> Iterator[None]:
        """While something is done to the server; then wait until each has met it, and has got over it.

        ``away`` is afterwards for how many seconds nobody could write.
        """
        self._over.clear()
        begun = time.monotonic()
        yield
        first = 0.0
        while self._over != set(self._children):
            assert time.monotonic() < begun + seconds, f"no writing within {seconds} seconds: {self.errors}"
            self._take(0.005)
            if self._over and not first:
                first = time.monotonic()
        self.away = first - begun

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
        if told[1]:
            self._over.add(name)

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
