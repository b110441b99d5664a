"""What of a table is marked: the segments of its cells, the signs of its rows, the lists of what is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal
from uuid import UUID

from plan_ledger.queries.kinds import kind_word
from plan_ledger.queries.results import ChangeEntry, ChangeSet, SnapshotItem
from plan_ledger.rendering.table import DELETED_HEADING, WITHDRAWN_HEADING, Cell, Look, Segments, Tail, whole
from plan_ledger.rendering.texts import flattened
from plan_ledger.values.marks import Segment


class Marking:
    """Which text is marked how, and which signs and lists follow from it."""

    def __init__(self, changes: ChangeSet | None, look: Look) -> None:
        self.look = look
        self.entries = tuple(changes) if changes is not None else ()
        self.schema_changes = changes.schema_changes if changes is not None else ()
        self.of: Mapping[tuple[UUID, str | None], ChangeEntry] = {
            (entry.item, entry.field): entry for entry in self.entries if entry.kind != "removed"
        }
        self.by_item: dict[UUID, list[ChangeEntry]] = {}
        for entry in self.entries:
            self.by_item.setdefault(entry.item, []).append(entry)
        self._segments: dict[tuple[UUID, str | None], Segments] = {}
        layout = () if look.layout_only else self.entries
        self._left_out = {(entry.item, entry.field) for entry in layout if entry.layout_only}

    def cell(self, item: SnapshotItem, key: str, rowspan: int) -> Cell:
        text = item.text(key)
        entry = self.of.get((item.id, key))
        if entry is None or not self._shown(entry):
            return Cell(text, (Segment(text, "same"),) if text else (), rowspan, item.id)
        segments = self.segments(entry)
        if self.look.style == "red":
            segments = tuple(segment for segment in segments if segment.kind != "removed")
        return Cell(text, segments, rowspan, item.id, entry.kind)

    def segments(self, entry: ChangeEntry) -> Segments:
        key = (entry.item, entry.field)
        if key not in self._segments:
            self._segments[key] = whole(entry.new, "added") if entry.kind == "added" else entry.segments
        return self._segments[key]

    def _shown(self, entry: ChangeEntry) -> bool:
        return (entry.item, entry.field) not in self._left_out

    def signs(self, items: Sequence[SnapshotItem]) -> tuple[str, ...]:
        """The signs of the items that begin in a row, each once. What only went has 削除あり, also where it was all."""
        found: list[str] = []
        for item in items:
            for entry in self.by_item.get(item.id, ()):
                found += self._signs(entry)
        return tuple(dict.fromkeys(found))

    def _signs(self, entry: ChangeEntry) -> Iterator[str]:
        match entry.kind:
            case "added" | "moved" | "corrected":
                yield kind_word(entry)
            case _ if self._edited(entry) and any(segment.kind == "added" for segment in self.segments(entry)):
                yield kind_word(entry)
            case _:
                pass
        if self._edited(entry) and self._dropped(entry):
            yield "削除あり"

    def _edited(self, entry: ChangeEntry) -> bool:
        """Whether it is a text that was in the table before and shows as changed."""
        return entry.kind in ("changed", "corrected") and entry.field is not None and self._shown(entry)

    def _dropped(self, entry: ChangeEntry) -> list[str]:
        """What was taken out without anything in its place: no red text shows it."""
        segments = self.segments(entry)
        return [
            flattened(segment.text).strip()
            for segment, follows in zip(segments, (*segments[1:], None), strict=True)
            if segment.kind == "removed" and not (follows and follows.kind == "added") and segment.text.strip()
        ]

    def tails(self) -> Iterator[Tail]:
        """What is no longer in the table: texts taken out, then items withdrawn."""
        deleted: list[Segments] = []
        for entry in self.entries:
            if self._edited(entry):
                lead = f"・{flattened(entry.title)}「{flattened(entry.label)}」："
                deleted += [self._struck(lead, text, "") for text in self._dropped(entry)]
        if deleted and self.look.style == "red":
            yield Tail(DELETED_HEADING, tuple(deleted))
        gone = tuple(self._withdrawn())
        if gone:
            yield Tail(WITHDRAWN_HEADING, gone)
        for each in self.schema_changes:
            yield Tail(f"※欄の変更：{flattened(each)}")

    def _withdrawn(self) -> Iterator[Segments]:
        """One line for each item that is gone, with where it stood and why it went."""
        for entries in self.by_item.values():
            entry = entries[0]
            if entry.kind != "removed":
                continue
            lead = "・" + "".join(f"{flattened(title)}／" for title in entry.path[:-1])
            why = next((cause.reason for cause in reversed(entry.events) if cause.reason), None)
            yield self._struck(lead, flattened(entry.title), f"（理由：{flattened(why)}）" if why else "")

    def _struck(self, lead: str, text: str, rest: str) -> Segments:
        kind: Literal["same", "removed"] = "removed" if self.look.style == "redline" else "same"
        parts = (Segment(lead, "same"), Segment(text, kind), Segment(rest, "same"))
        return tuple(part for part in parts if part.text)
