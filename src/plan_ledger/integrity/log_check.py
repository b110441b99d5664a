"""Is the log what was recorded? Every event and its text, in order; what it says of everything else is kept."""

from __future__ import annotations

import struct
from collections.abc import Callable
from uuid import UUID

from attrs import define, field, frozen

from plan_ledger.errors import PlanLedgerError
from plan_ledger.events import ActorErased, ActorProfiled, Event, FieldChanged, TextRedacted, UnknownEventType
from plan_ledger.events.plain import FIELD_CHANGED, match_plain
from plan_ledger.index.replay import EndedBatch, LateChange, PlainChange
from plan_ledger.integrity.editions import Tables
from plan_ledger.integrity.findings import MAX_FINDINGS, Finding, Verification
from plan_ledger.store import chain, log, scan
from plan_ledger.store.application import LedgerStore
from plan_ledger.store.mapper import DamagedEvent, SealedEvent, commitment
from plan_ledger.store.recorded import Recorded
from plan_ledger.store.transaction import Rows

HASH_BYTES = 32
_NO_HASH = bytes(HASH_BYTES)


@frozen
class Redaction:
    """What an event says of a text that was destroyed: where it stands, and whose text that was."""

    event: int
    item: UUID


@define
class Said:
    """What the events say of the tables beside the log.

    Attributes:
        commands: Idempotency key → (first position, last position, recorded at) of its batch.
        profiles: (actor, revision) → commitment.
        redactions: Position of a destroyed text → the event that says so, and the item.
        erasures: An erased actor → position of the event that says so.
        gone: Positions whose text is not there.
        editions: Positions of the editions whose digest was found right.
    """

    editions: set[int] = field(factory=set[int])
    commands: dict[str, tuple[int, int, int]] = field(factory=dict[str, tuple[int, int, int]])
    profiles: dict[tuple[UUID, int], str] = field(factory=dict[tuple[UUID, int], str])
    redactions: dict[int, Redaction] = field(factory=dict[int, Redaction])
    erasures: dict[UUID, int] = field(factory=dict[UUID, int])
    gone: list[int] = field(factory=list[int])


@frozen
class Portion:
    """What a page of the log means for the index; ``after`` < its positions ≤ ``last``."""

    after: int
    last: int
    structure: list[Recorded]
    plain: list[PlainChange]
    late: list[LateChange]
    batches: list[EndedBatch]


def check_log(
    rows: Rows, store: LedgerStore, found: Verification, follow: Callable[[Portion], None] | None = None
) -> Said:
    """Check chain, batches, events and texts. ``follow`` is given every page as long as nothing is wrong."""
    return _LogCheck(rows, store, found).run(follow)


_Batch = tuple[int, int, int, int, str | None]
"""The batch that is being read: first and last position so far, recorded at, header, idempotency key."""


class _LogCheck:
    def __init__(self, rows: Rows, store: LedgerStore, found: Verification) -> None:
        self.rows, self.found, self.said = rows, found, Said()
        self.mapper = store.sealer
        self.streams, self.headers = scan.stream_ids(rows), scan.headers(rows)
        self.types = {no: (name, name.encode(), name == FIELD_CHANGED) for no, name in scan.type_names(rows).items()}
        self.previous: bytes | None = chain.genesis(log.ledger_uuid(rows))
        self.expected = 1
        self.batch: _Batch = (0, 0, 0, 0, None)
        self.tables = Tables(self.streams)

    def run(self, follow: Callable[[Portion], None] | None) -> Said:
        after, size = self._first(), scan.PAGE
        while len(self.found.findings) < MAX_FINDINGS:
            try:
                page = scan.read_page(self.rows, after, size)
            except PlanLedgerError:
                if size == 1:
                    after = self._unreadable(after)
                size = 1  # one by one, to find out which
                continue
            if page is None:
                break
            portion = Portion(after, page.last, [], [], [], [])
            self._page(page, portion)
            after = page.last
            if follow is not None and not self.found.findings:
                follow(portion)
        else:
            return self.said
        if follow is not None and not self.found.findings:
            rest = Portion(after, after, [], [], [], [])
            self._end(self.batch, rest)
            follow(rest)
        self._strays(after)
        self.said.editions = self.tables.checked
        self.found.head = self.previous.hex() if self.previous is not None else ""
        return self.said

    def _first(self) -> int:
        """The position behind which reading begins; events at or below it can't be."""
        for (position,) in self.rows.all(
            f"SELECT position FROM events WHERE position < 1 ORDER BY 1 LIMIT {MAX_FINDINGS}"
        ):
            self._tell("event", position, "position")
        return 0

    def _tell(self, code: str, position: int, detail: str = "") -> None:
        self.found.findings.append(Finding(code, position, detail))

    def _unreadable(self, after: int) -> int:
        row = self.rows.one("SELECT min(position) FROM events WHERE position > ?", (after,))
        assert row is not None
        self._tell("event", row[0], "unreadable")
        self.previous, self.expected = None, row[0] + 1
        return int(row[0])

    # --- a page ---------------------------------------------------------------------------------------------------

    def _page(self, page: scan.LogPage, portion: Portion) -> None:
        """All of a page. The common case, a plain change of a field, is spelled out: nearly all events are that."""
        streams, types, headers, beside = self.streams, self.types, self.headers, page.texts
        previous, expected, tables, tell, gone = self.previous, self.expected, self.tables, self._tell, self.said.gone
        first, last, at, said_by, key = self.batch
        texts, add, link, position = tables.texts, portion.plain.append, chain.link, last
        ended, match = portion.batches.append, match_plain
        for position, stream, version, kind, of, recorded_at, header, command, payload, stored in page.events:
            if position != expected:
                tell("gap", expected)
            expected = position + 1
            try:
                name, encoded, plain = types[kind]
                uuid, content = streams[stream], headers[header]
                digest = link(
                    previous or _NO_HASH, position, of, uuid, version, encoded, recorded_at, content, command, payload
                )
                if digest != stored and previous is not None:
                    tell("chain", position)
                if of == position:
                    if recorded_at < at:
                        tell("batch", position, "recorded_at")
                    if key is None and first:
                        ended((first, last, headers[said_by]))
                    else:
                        self._end((first, last, at, said_by, key), portion)
                    first, at, said_by, key = of, recorded_at, header, command
                elif of != first or recorded_at != at or header != said_by or command != key:
                    tell("batch", position, "first")
                last = position
                read = match(payload.decode()) if plain else None
                if read is None:
                    self._other(position, stream, uuid, version, name, payload, beside.pop(position, None), portion)
                else:
                    changed, committed = read.groups()
                    text = ""
                    if committed is None:
                        add((position, stream, changed, 0))
                    else:
                        add((position, stream, changed, 1))
                        found = beside.pop(position, None)
                        if found is None:
                            gone.append(position)
                        else:
                            text = found[2]
                            try:
                                if commitment(found[1], text) != committed:
                                    tell("text", position)
                            except (AttributeError, TypeError, ValueError):
                                tell("text", position)  # a column holds another type than it was given
                    if stream in texts:
                        texts[stream][changed] = text
                    else:
                        texts[stream] = {changed: text}
                    tables.changed = position
            except (AttributeError, KeyError, TypeError, ValueError, struct.error):
                tell("event", position, "unreadable")
            previous = stored if isinstance(stored, bytes) and len(stored) == HASH_BYTES else None
        self.found.events += len(page.events)
        self.previous, self.expected, self.batch = previous, expected, (first, last, at, said_by, key)
        for position in beside:
            tell("text", position, "texts")

    def _end(self, batch: _Batch, portion: Portion) -> None:
        first, last, recorded_at, header, command = batch
        if first:
            portion.batches.append((first, last, self.headers[header]))
            if command is not None:
                self.said.commands[command] = (first, last, recorded_at)

    def _other(
        self,
        position: int,
        stream: int,
        uuid: bytes,
        version: int,
        name: str,
        payload: bytes,
        beside: scan.TextRow | None,
        portion: Portion,
    ) -> None:
        """Any event, through the registry."""
        _, salt, text = beside or (0, None, None)
        sealed = SealedEvent(UUID(bytes=uuid), version, name, payload, text, salt, position)
        try:
            event: Event = self.mapper.to_domain_event(sealed)
        except DamagedEvent as damaged:
            self._tell("text" if damaged.detail == "text" else "event", position, damaged.detail)
            return
        except UnknownEventType as unknown:
            self._tell("event", position, unknown.name)
            return
        if isinstance(event, FieldChanged):
            self._unusual(position, stream, event, portion)
            if text is not None and event.text is None:
                self._tell("text", position)
            return
        if text is not None:
            self._tell("text", position)
        portion.structure.append(Recorded(position, event, stream, uuid, version))
        self.tables.follow(position, stream, event)
        if isinstance(event, ActorProfiled):
            self.said.profiles[event.actor, event.revision] = event.commitment
        elif isinstance(event, TextRedacted):
            self.said.redactions.setdefault(event.position, Redaction(position, event.item))
        elif isinstance(event, ActorErased):
            self.said.erasures.setdefault(event.actor, position)

    def _unusual(self, position: int, stream: int, event: FieldChanged, portion: Portion) -> None:
        """A change of a field that is not written plainly."""
        portion.late.append((position, stream, event))
        if event.redacted:
            self.said.gone.append(position)
        if event.effective is not None:
            self.tables.late()
        self.tables.texts.setdefault(stream, {})[event.field] = event.text or ""
        self.tables.changed = position

    # --- what belongs to no event ---------------------------------------------------------------------------------

    def _strays(self, last: int) -> None:
        """Rows that no event refers to."""
        for (position,) in self.rows.all(
            f"SELECT position FROM texts WHERE position < 1 OR position > ? ORDER BY 1 LIMIT {MAX_FINDINGS}", (last,)
        ):
            self._tell("text", position, "texts")
        for table, column in (("streams", "stream"), ("event_types", "type"), ("headers", "header")):
            for (no,) in self.rows.all(
                f"SELECT no FROM {table} EXCEPT SELECT {column} FROM events ORDER BY 1 LIMIT {MAX_FINDINGS}"
            ):
                self._tell("stray", 0, f"{table} {no}")
