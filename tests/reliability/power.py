"""What a disk may hold when the power goes: everything synced, and of the rest nothing, all, or any part of it.

Works on what :class:`disk.Disk` recorded. A write that no sync has followed may be on the disk whole, not at all, or
with only some of its sectors, whatever became of those before and after it. A file that was made or deleted may be
there or not until its folder was synced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random

from disk import Step

SECTOR = 512
DROPPED, KEPT, TORN, ANY = "dropped", "kept", "torn", "any"
FATES = (DROPPED, KEPT, TORN, ANY)


class Contents:
    """One file whatever its name: what the disk holds for certain, and what was written since it was last synced."""

    def __init__(self) -> None:
        self.certain = bytearray()
        self.pending: list[Step] = []

    def sync(self) -> None:
        self.certain = _applied(self.certain, self.pending)
        self.pending = []


class Files:
    """Names and contents as the disk holds them for certain, and what was done since that no sync has followed."""

    def __init__(self) -> None:
        self.now: dict[str, Contents] = {}
        self.certain: dict[str, Contents] = {}
        self.pending: list[tuple[str, Contents | None]] = []

    def happened(self, step: Step) -> None:
        match step.kind:
            case "create":
                self.now[step.path] = Contents()
                self.pending.append((step.path, self.now[step.path]))
            case "delete":
                del self.now[step.path]
                self.pending.append((step.path, None))
                if step.offset:
                    self._sync_folder()
            case "folder":
                self._sync_folder()
            case "sync":
                self.now[step.path].sync()
            case "write" | "truncate":
                self.now[step.path].pending.append(step)

    def _sync_folder(self) -> None:
        _rename(self.certain, self.pending)
        self.pending = []

    def after_a_cut(self, rng: Random, fate: str) -> dict[str, bytes]:
        """Path → content, one way in which it can have turned out."""
        names = dict(self.certain)
        _rename(names, [each for each in self.pending if fate == KEPT or (fate != DROPPED and rng.random() < 0.5)])
        return {
            path: bytes(_applied(bytearray(contents.certain), _fates(contents.pending, rng, fate)))
            for path, contents in names.items()
        }


def _rename(names: dict[str, Contents], done: Iterable[tuple[str, Contents | None]]) -> None:
    for path, contents in done:
        if contents is None:
            names.pop(path, None)
        else:
            names[path] = contents


def _fates(steps: Sequence[Step], rng: Random, fate: str) -> Iterator[Step]:
    for step in steps:
        became = rng.choice((DROPPED, KEPT, TORN)) if fate == ANY else fate
        if became == KEPT or (became == TORN and not step.data and rng.random() < 0.5):
            yield step
        elif became == TORN and step.data:
            yield from _sectors(step, rng)


def _sectors(step: Step, rng: Random) -> Iterator[Step]:
    """Some of a write's sectors."""
    start = 0
    while start < len(step.data):
        end = start + SECTOR - (step.offset + start) % SECTOR
        if rng.random() < 0.5:
            yield Step("write", step.path, step.offset + start, step.data[start:end])
        start = end


def _applied(content: bytearray, steps: Iterable[Step]) -> bytearray:
    for step in steps:
        if step.kind == "truncate":
            del content[step.offset :]
        content.extend(bytes(max(0, step.offset - len(content))))
        content[step.offset : step.offset + len(step.data)] = step.data
    return content


def cuts(log: Sequence[Step], times: int, rng: Random) -> Iterator[tuple[str, list[str], dict[str, bytes]]]:
    """Cut the power at so many places: (fate of what was not synced, what had been told, path → content)."""
    at = sorted(rng.randrange(len(log)) for _ in range(times))
    files, told = Files(), list[str]()
    place = 0
    for number, cut in enumerate(at):
        for step in log[place:cut]:
            files.happened(step)
            if step.kind == "told":
                told.append(step.path)
        place = max(place, cut)
        fate = FATES[number % len(FATES)]
        yield fate, list(told), files.after_a_cut(rng, fate)


def put_down(found: dict[str, bytes], folder: Path) -> None:
    """Write the files into a folder, under their own names."""
    for path, content in found.items():
        (folder / Path(path).name).write_bytes(content)
