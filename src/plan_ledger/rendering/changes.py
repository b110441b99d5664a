"""Change sets as lists: the list of changes with who and why, and the two-column comparison (新旧対照表)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

from plan_ledger.queries.kinds import KINDS, LAYOUT_ONLY, kind_word, shown_kind
from plan_ledger.queries.results import ChangeEntry, ChangeSet
from plan_ledger.rendering.errors import UnknownStyle
from plan_ledger.rendering.listing import Head, Listing, Section, plain
from plan_ledger.rendering.table import STYLES, Look, Segments, whole
from plan_ledger.rendering.texts import flattened, minute, moment_name
from plan_ledger.values.marks import Segment

OMITTED: Final = "（略）"
NEW: Final = "（新設）"
DROPPED: Final = "（削る）"

_NEAR, _AROUND, _FAR = 6, 16, 40  # characters that stay beside a change
_SECTION = re.compile(r"(?:課|室|局|部|係|班|所|センター)$")
_BREAK = re.compile(r"[。、，．,;；\n\s・／]")
_CHANGE_HEADS = (
    Head("番号", 0.5, 4),
    Head("区分", 0.7, 4),
    Head("行", 2.2),
    Head("欄", 1.2),
    Head("内容", 5),
    Head("記録", 1.6),
    Head("変更理由・根拠資料", 1.8),
)


def change_listing(changes: ChangeSet, look: Look | None = None) -> Listing:
    """The changes, words marked, each with when, who and why; changes of layout only stand apart.

    Style ``redline`` shows what was removed too, ``red`` only what came (and whole texts that went), ``clean`` the new
    text alone, ``comparison`` old beside new.

    Raises:
        UnknownStyle: The style is none of the four.
    """
    look = look or Look(style="redline")
    if look.style not in STYLES:
        raise UnknownStyle(look.style, STYLES)
    shown = [entry for entry in changes if look.layout_only or not entry.layout_only]
    apart = [entry for entry in changes if not look.layout_only and entry.layout_only]
    compared = look.style == "comparison"
    make = _comparison if compared else _changes
    sections = [make(shown, look, None, 1)]
    if apart:
        sections.append(make(apart, look, f"{LAYOUT_ONLY}（空白・改行・全角半角だけの違い）", len(shown) + 1))
    name = "新旧対照表" if compared else "変更一覧"
    notes = [f"{moment_name(changes.since)} → {moment_name(changes.until)}", _counts(shown, apart)]
    notes += [f"欄の変更：{each}" for each in changes.schema_changes]
    return Listing(
        f"{changes.plan}　{name}",
        tuple(notes),
        tuple(sections),
        (f"記録番号 {changes.since.position} → {changes.until.position}",),
        compared,
        look,
    )


def _counts(shown: Sequence[ChangeEntry], apart: Sequence[ChangeEntry]) -> str:
    found = Counter(map(shown_kind, shown))
    parts = [f"{word} {found[kind]}" for kind, word in KINDS.items() if found[kind]]
    if apart:
        parts.append(f"{LAYOUT_ONLY} {len(apart)}")
    return "　".join(parts) if parts else "変更はありません。"


def _changes(entries: Sequence[ChangeEntry], look: Look, heading: str | None, start: int) -> Section:
    rows = tuple(
        (
            plain(number),
            plain(kind_word(entry)),
            plain(" ／ ".join(map(flattened, entry.path[-2:]))),
            plain(entry.label),
            _content(entry, look),
            plain(recorded(entry)),
            plain(why(entry, with_source=True)),
        )
        for number, entry in enumerate(entries, start)
    )
    return Section(_CHANGE_HEADS, rows, heading)


def _content(entry: ChangeEntry, look: Look) -> Segments:
    segments = abridged(marked(entry))
    match look.style:
        case "redline":
            return segments
        case "clean":
            return whole(entry.new, "same") or whole(DROPPED, "same")
        case _:
            if all(segment.kind == "removed" for segment in segments):
                return segments
            return tuple(segment for segment in segments if segment.kind != "removed")


def marked(entry: ChangeEntry) -> Segments:
    """An entry's segments; a place is marked whole, since its words say where and not what."""
    if entry.kind in ("added", "removed", "moved") or entry.field is None:
        return whole(entry.old, "removed") + whole(entry.new, "added")
    return entry.segments


def _comparison(entries: Sequence[ChangeEntry], look: Look, heading: str | None, start: int) -> Section:
    new, old = Head("変更後", 4), Head("変更前", 4)
    sides = (new, old) if look.new_first else (old, new)
    heads = (Head("番号", 0.5, 4), Head("事業名", 1.6), Head("欄", 1), *sides, Head("変更理由", 1.5), Head("担当課", 1))
    rows: list[tuple[Segments, ...]] = []
    for number, entry in enumerate(entries, start):
        after, before = _side(entry, "added", DROPPED), _side(entry, "removed", NEW)
        rows.append(
            (
                plain(number),
                plain(entry.title),
                plain(entry.label),
                *((after, before) if look.new_first else (before, after)),
                plain(why(entry)),
                plain(section(entry)),
            )
        )
    return Section(heads, tuple(rows), heading)


def _side(entry: ChangeEntry, kind: Literal["added", "removed"], blank: str) -> Segments:
    side = tuple(segment for segment in abridged(marked(entry)) if segment.kind in ("same", kind))
    return side or whole(blank, "same")


def abridged(segments: Segments) -> Segments:
    """Long passages that stayed as （略）; what stands around a change remains, up to a comma or a line break."""
    if all(segment.kind == "same" for segment in segments):
        return segments
    shown: list[Segment] = []
    last = len(segments) - 1
    for at, segment in enumerate(segments):
        text = segment.text
        if segment.kind == "same" and len(text) > _AROUND + _FAR:
            head = text[: _cut_after(text)] if at else ""
            tail = text[_cut_before(text) :] if at < last else ""
            text = f"{head}{OMITTED}{tail}"
        shown.append(Segment(text, segment.kind))
    return tuple(shown)


def _cut_after(text: str) -> int:
    """Where to cut a passage that follows a change: behind a comma or the like, neither too near nor too far."""
    found = _BREAK.search(text, _NEAR, _FAR)
    return found.end() if found else _AROUND


def _cut_before(text: str) -> int:
    """Where to cut a passage that leads up to a change."""
    breaks = [found.end() for found in _BREAK.finditer(text, len(text) - _FAR, len(text) - _NEAR)]
    return breaks[-1] if breaks else len(text) - _AROUND


def recorded(entry: ChangeEntry) -> str:
    """When and by whom, one line an event."""
    return "\n".join(f"{minute(cause.recorded_at)} {cause.author or cause.actor}" for cause in entry.events)


def why(entry: ChangeEntry, *, with_source: bool = False) -> str:
    """The reasons given, and with them the sources, each once."""
    words = [cause.reason for cause in entry.events]
    if with_source:
        words += [f"［{source}］" for cause in entry.events if (source := cause.source_text())]
    return "\n".join(dict.fromkeys(word for word in words if word))


def section(entry: ChangeEntry) -> str:
    """The section that answers for the last change: the author's, else the recorder's, or what is one by its name."""
    if not entry.events:
        return ""
    cause = entry.events[-1]
    author = cause.author
    name = cause.actor.name or ""
    own = cause.actor.section or (name if _SECTION.search(name) else "")
    return (author.section or author.name or "" if author else "") or own
