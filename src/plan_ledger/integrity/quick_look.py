"""A page of the log looked at in one go: is all of it right? Where it is not, or may not be, nothing is said.

Everything is asked that ``log_check`` asks: the chain, batches, versions, texts against their commitments. Whatever is
not as in nearly every page (a text that is gone, a column of another type, anything wrong) makes this give up, and the
page is gone through again, by code that finds out what it is.
"""

from __future__ import annotations

from attrs import define, field, frozen

from plan_ledger.errors import PlanLedgerError
from plan_ledger.events.plain import TAIL, commitments_in, read_plain
from plan_ledger.index.replay import EndedBatch, PlainChange
from plan_ledger.integrity.course import UNREADABLE, Course, Known
from plan_ledger.store.chain import link
from plan_ledger.store.mapper import commitments
from plan_ledger.store.transaction import Rows, SqlRow

PAGE = 300
"""Few enough that a page stays in the processor's cache while it is looked at from several sides."""

_PAGE = (
    "SELECT e.position, e.stream, e.version, e.type, e.batch, e.recorded_at, e.header, e.command, e.payload, e.hash,"
    " x.position IS NOT NULL, x.salt, x.body,"
    " f.register, CASE WHEN f.effective = f.position * 1048576 THEN f.state END FROM events e"
    " LEFT JOIN texts x ON x.position = e.position AND x.position > ? AND x.position <= ?"
    " LEFT JOIN facts f ON f.position = e.position AND f.position > ? AND f.position <= ?"
    " WHERE e.position > ? AND e.position <= ? ORDER BY e.position"
)
"""One row for an event, its text and its fact, if that is an ordinary one: what is fetched costs most by the row."""


@frozen
class Other:
    """An event that is no plain change of a field: still to be read. With its salt and text, where there are any."""

    position: int
    stream: int
    version: int
    type: int
    payload: bytes
    text: tuple[bytes, str] | None


@define
class Look:
    """A page whose chain, batches and versions are right, and so are the texts of its plain changes.

    Attributes:
        last: Its last position.
        plain: Its plain changes.
        others: Its other events.
        registers: Whose facts the index holds for it; None where they are others than those of plain changes.
        batches: Those that ended; ``commands`` their keys → (first position, last position, recorded at).
    """

    last: int
    plain: list[PlainChange] = field(factory=list[PlainChange])
    others: list[Other] = field(factory=list[Other])
    registers: list[int] | None = None
    batches: list[EndedBatch] = field(factory=list[EndedBatch])
    commands: dict[str, tuple[int, int, int]] = field(factory=dict[str, tuple[int, int, int]])


def quick_look(rows: Rows, after: int, course: Course, known: Known) -> Look | None:
    """The next page, and the course moved on behind it; None, and the course where it was: go through it by event."""
    try:
        page = rows.all(_PAGE, (after, after + PAGE) * 3)
        if not page or course.previous is None:
            return None
        known.use(rows, {row[3] for row in page}, {row[6] for row in page})
        return _look(page, course, course.previous, known)
    except (PlanLedgerError, *UNREADABLE):
        return None


def _look(page: list[SqlRow], course: Course, previous: bytes, known: Known) -> Look | None:
    """All in one loop: each row is at hand only once."""
    look = Look(page[-1][0])
    streams, types, headers, heads, plain = known.streams, known.encoded, known.headers, known.heads, known.plain
    versions, counted, expected, changed = course.versions, dict[int, int](), course.expected, look.plain.append
    first, last, at, said_by, key, words = course.batch
    salted, committed, registers, ordinary = list[bytes](), list[bytes](), list[int](), True
    for (
        position, stream, version, kind, of, recorded_at, header, command, payload, stored,
        texted, salt, body, register, state,
    ) in page:  # fmt: skip
        if position != expected or version != (counted.get(stream) or versions.get(stream, 0)) + 1:
            return None
        counted[stream] = version
        expected += 1
        content = headers[header]
        if link(
            previous, position, of, streams[stream], version, types[kind], recorded_at, content, command, payload
        ) != stored:  # fmt: skip
            return None
        previous = stored
        if of == position:
            if recorded_at < at:
                return None
            if first:
                look.batches.append(((first, last), words))
                if key is not None:
                    look.commands[key] = (first, last, at)
            first, at, said_by, key, words = of, recorded_at, header, command, content
        elif of != first or recorded_at != at or header != said_by or command != key:
            return None
        last = position
        if kind in plain:
            name = heads[payload[:-TAIL]]
            if name is not None:
                text = body.encode()
                salted.append(salt + text)
                committed.append(payload)
                changed((position, stream, name, 1, text))
                registers.append(register)
                if state != 1:
                    ordinary = False
                continue
            if (read := read_plain(payload)) is not None and read[1] is None:
                if texted:
                    return None
                changed((position, stream, read[0], 0, b""))
                registers.append(register)
                if state != 0:
                    ordinary = False
                continue
        look.others.append(Other(position, stream, version, kind, payload, (salt, body) if texted else None))
    if commitments(salted) != commitments_in(committed):
        return None
    versions.update(counted)
    course.previous, course.expected = previous, expected
    course.batch = first, last, at, said_by, key, words
    if ordinary and not look.others:
        look.registers = registers
    return look
