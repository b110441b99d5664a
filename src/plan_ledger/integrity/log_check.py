"""Is the log what was recorded? Every event and its text, in order; what it says of everything else is kept."""

from __future__ import annotations

from collections.abc import Callable, Container
from contextlib import suppress
from itertools import islice
from uuid import UUID

from plan_ledger.errors import PlanLedgerError
from plan_ledger.events import ActorErased, ActorProfiled, Event, FieldChanged, TextRedacted, UnknownEventType
from plan_ledger.events.plain import read_plain
from plan_ledger.integrity.course import UNREADABLE, Course, Known
from plan_ledger.integrity.findings import MAX_FINDINGS, Finding, Verification
from plan_ledger.integrity.quick_look import PAGE, Look, quick_look
from plan_ledger.integrity.said import Portion, Redaction, Said
from plan_ledger.store import chain, log, scan
from plan_ledger.store.application import LedgerStore
from plan_ledger.store.mapper import DamagedEvent, SealedEvent, commitment
from plan_ledger.store.recorded import Recorded
from plan_ledger.store.transaction import Rows

HASH_BYTES = 32
_NO_HASH = bytes(HASH_BYTES)


def check_log(
    rows: Rows,
    store: LedgerStore,
    found: Verification,
    follow: Callable[[Portion], None] | None = None,
    *,
    quick: bool = True,
) -> Said:
    """Check chain, batches, versions, events and texts. ``follow`` is given every page as long as nothing is wrong.

    ``quick``: look first whether all of a page is right. What is found is the same without; it takes longer.
    """
    return _LogCheck(rows, store, found, quick).run(follow)


class _LogCheck:
    def __init__(self, rows: Rows, store: LedgerStore, found: Verification, quick: bool) -> None:
        self.rows, self.found, self.said, self.quick = rows, found, Said(), quick
        self.mapper = store.sealer
        self.known = Known(scan.stream_ids(rows), scan.type_names(rows))
        self.course = Course(chain.genesis(log.ledger_uuid(rows)))

    def run(self, follow: Callable[[Portion], None] | None) -> Said:
        after, size = self._first(), PAGE
        while len(self.found.findings) < MAX_FINDINGS:
            portion = None
            if self.quick and (look := quick_look(self.rows, after, self.course, self.known)) is not None:
                portion = self._taken(after, look)
            else:
                try:
                    page = scan.read_page(self.rows, after, size)
                    if page is None:
                        break
                    self.known.use(self.rows, {row[3] for row in page.events}, {row[6] for row in page.events})
                except PlanLedgerError:
                    # One by one, to find out which; behind it in pages again.
                    after, size = (self._unreadable(after), PAGE) if size == 1 else (after, 1)
                    continue
                portion = Portion(after, page.last)
                self._page(page, portion)
            after = portion.last
            if follow is not None and not self.found.findings:
                for part in portion.parts():
                    follow(part)
        else:
            return self.said
        if follow is not None and not self.found.findings:
            rest = Portion(after, after)
            self._end(rest)
            follow(rest)
        self._strays(after)
        self.found.head = self.course.previous.hex() if self.course.previous is not None else ""
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
        self.course.previous, self.course.expected = None, row[0] + 1
        with suppress(PlanLedgerError):  # perhaps another column is the one that can't be read
            rows = self.rows.all("SELECT stream, version, type, header FROM events WHERE position = ?", row)
            for stream, version, kind, header in rows:
                if isinstance(version, int):
                    self.course.versions[stream] = version
                self.known.use(self.rows, {kind}, {header})
        return int(row[0])

    # --- a page ---------------------------------------------------------------------------------------------------

    def _taken(self, after: int, look: Look) -> Portion:
        """What a page means that is right as a whole. What remains is to read what is no plain change of a field."""
        self.found.events += look.last - after
        self.said.commands.update(look.commands)
        portion = Portion(after, look.last, plain=look.plain, batches=look.batches, registers=look.registers)
        for other in look.others:
            uuid, name = self.known.streams[other.stream], self.known.types[other.type]
            self._other(other.position, other.stream, uuid, other.version, name, other.payload, other.text, portion)
        return portion

    def _page(self, page: scan.LogPage, portion: Portion) -> None:
        """A page event by event: whatever is wrong is told, and where."""
        course, known, tell = self.course, self.known, self._tell
        self.found.events += len(page.events)
        beside = {position: (salt, body) for position, salt, body in page.texts.values()}
        for row in page.events:
            position, stream, version, kind, of, recorded_at, header, command, payload, stored = row
            if position != course.expected:
                tell("gap", course.expected)
            course.expected = position + 1
            counted = course.versions[stream] = course.versions.get(stream, 0) + 1
            if version != counted:
                tell("version", position)
            try:
                name, encoded = known.types[kind], known.encoded[kind]
                uuid, content = known.streams[stream], known.headers[header]
                digest = chain.link(
                    course.previous or _NO_HASH,
                    position,
                    of,
                    uuid,
                    version,
                    encoded,
                    recorded_at,
                    content,
                    command,
                    payload,
                )
                if digest == stored:
                    course.versions[stream] = version  # what was recorded so: the next one counts on from it
                elif course.previous is not None:
                    tell("chain", position)
                self._batch(position, of, recorded_at, header, command, content, portion)
                read = read_plain(payload) if kind in known.plain else None
                text = beside.pop(position, None)
                if read is None:
                    self._other(position, stream, uuid, version, name, payload, text, portion)
                else:
                    self._plain(position, stream, read, text, portion)
            except UNREADABLE:
                tell("event", position, "unreadable")
            course.previous = stored if isinstance(stored, bytes) and len(stored) == HASH_BYTES else None
        for position in beside:
            tell("text", position, "texts")

    def _batch(
        self,
        position: int,
        of: int,
        recorded_at: int,
        header: int,
        command: str | None,
        content: bytes,
        portion: Portion,
    ) -> None:
        first, _, at, said_by, key, words = self.course.batch
        if of == position:
            if recorded_at < at:
                self._tell("batch", position, "recorded_at")
            self._end(portion)
            first, at, said_by, key, words = of, recorded_at, header, command, content
        elif of != first or recorded_at != at or header != said_by or command != key:
            self._tell("batch", position, "first")
        self.course.batch = first, position, at, said_by, key, words

    def _end(self, portion: Portion) -> None:
        """The batch that was being read is over."""
        first, last, recorded_at, _, command, content = self.course.batch
        if first:
            portion.batches.append(((first, last), content))
            if command is not None:
                self.said.commands[command] = (first, last, recorded_at)

    def _plain(
        self,
        position: int,
        stream: int,
        read: tuple[str, str | None],
        beside: tuple[bytes, str] | None,
        portion: Portion,
    ) -> None:
        """A change of a field as nearly all are written: (field, commitment)."""
        key, committed = read
        text = ""
        if committed is None:
            if beside is not None:
                self._tell("text", position, "texts")
        elif beside is None:
            self.said.gone.append(position)
        else:
            salt, text = beside
            try:
                if commitment(salt, text) != committed:
                    self._tell("text", position)
            except (AttributeError, TypeError, ValueError):
                self._tell("text", position)  # a column holds another type than it was given
                text = ""
        portion.plain.append((position, stream, key, 0 if committed is None else 1, text.encode()))

    def _other(
        self,
        position: int,
        stream: int,
        uuid: bytes,
        version: int,
        name: str,
        payload: bytes,
        beside: tuple[bytes, str] | None,
        portion: Portion,
    ) -> None:
        """Any event, through the registry."""
        salt, text = beside or (None, None)
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
            portion.late.append((position, stream, event))
            if event.redacted:
                self.said.gone.append(position)
            if text is not None and event.text is None:
                self._tell("text", position)
            return
        if text is not None:
            self._tell("text", position)
        portion.structure.append(Recorded(position, event, stream, uuid, version))
        if isinstance(event, ActorProfiled):
            self.said.profiles[event.actor, event.revision] = event.commitment
        elif isinstance(event, TextRedacted):
            self.said.redactions.setdefault(event.position, Redaction(position, event.item))
        elif isinstance(event, ActorErased):
            self.said.erasures.setdefault(event.actor, position)

    # --- what belongs to no event ---------------------------------------------------------------------------------

    def _strays(self, last: int) -> None:
        """Rows that no event refers to."""
        for where, at in (("<", 1), (">", last)):
            for (position,) in self.rows.all(
                f"SELECT position FROM texts WHERE position {where} ? ORDER BY 1 LIMIT {MAX_FINDINGS}", (at,)
            ):
                self._tell("text", position, "texts")
        used: dict[str, Container[int]] = {
            "streams": self.course.versions,
            "event_types": self.known.types_used,
            "headers": self.known.headers_used,
        }
        for table, numbers in used.items():
            strays = (no for (no,) in self.rows.each(f"SELECT no FROM {table} ORDER BY no") if no not in numbers)
            for no in islice(strays, MAX_FINDINGS):
                self._tell("stray", 0, f"{table} {no}")
