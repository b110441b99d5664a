"""Verify: the chain, the texts, the index against a replay, and every edition's digest against its snapshot."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from attrs import define, field, frozen

from plan_ledger.errors import PlanLedgerError, language
from plan_ledger.events import FieldChanged, UnknownEventType
from plan_ledger.index import catalog
from plan_ledger.index.rebuild import TABLES, dump_rows, rebuild
from plan_ledger.queries import snapshot
from plan_ledger.queries.results import MomentRef
from plan_ledger.store import chain, log
from plan_ledger.store.application import LedgerStore
from plan_ledger.store.mapper import DamagedEvent
from plan_ledger.store.transaction import Rows


@frozen
class Finding:
    """Something that is not as it was recorded: a stable code, the position (0: none), and which thing it is."""

    code: str
    position: int
    detail: str = ""

    _JA: ClassVar[dict[str, str]] = {
        "chain": "記録番号{position}：記録の連鎖が合いません。ここから後が書き換えられたか、壊れています。",
        "gap": "記録番号{position}がありません。記録が取り除かれています。",
        "text": "記録番号{position}：本文が記録時のものと一致しません。",
        "text_missing": "記録番号{position}：本文がありません（抹消の記録もありません）。",
        "event": "記録番号{position}：記録を読めません（{detail}）。",
        "batch": "記録番号{position}：まとまりの見出しが合いません（{detail}）。",
        "profile": "入力者の情報が記録時のものと一致しません（{detail}）。",
        "index": "索引の表「{detail}」が記録と一致しません。plan-ledger rebuild で作り直せます。",
        "edition": "記録番号{position}：「{detail}」の照合値が、確定したときの値と一致しません。",
    }

    def __str__(self) -> str:
        if language() == "en":
            return f"position {self.position}: {self.code} {self.detail}".rstrip()
        return self._JA[self.code].format(position=self.position, detail=self.detail)


@define
class Verification:
    """What was checked and what was found. Truthy when everything is as it was recorded."""

    events: int = 0
    head: str = ""
    editions: int = 0
    redacted: int = 0
    findings: list[Finding] = field(factory=list[Finding])

    def __bool__(self) -> bool:
        return not self.findings

    @property
    def first_broken(self) -> int | None:
        """The first position at which something is wrong."""
        return min((finding.position for finding in self.findings if finding.position), default=None)

    def __str__(self) -> str:
        if language() == "en":
            state = "as recorded" if self else f"{len(self.findings)} finding(s)"
            lines = [f"{self.events} events, {self.editions} editions: {state}; chain head {self.head[:16]}"]
        else:
            state = "異常はありません" if self else f"異常が{len(self.findings)}件あります"
            lines = [f"記録{self.events}件・確定した表{self.editions}版を検査：{state}（連鎖の末尾 {self.head[:16]}）"]
        if self.redacted:
            lines.append(f"抹消済の本文：{self.redacted}件")
        return "\n".join([*lines, *(f"- {finding}" for finding in self.findings)])

    def to_dict(self) -> dict[str, Any]:
        return {
            "ok": bool(self),
            "events": self.events,
            "head": self.head,
            "editions": self.editions,
            "redacted": self.redacted,
            "first_broken": self.first_broken,
            "findings": [
                {"code": each.code, "position": each.position, "detail": each.detail, "message": str(each)}
                for each in self.findings
            ],
        }


MAX_FINDINGS = 100


def verify(store: LedgerStore) -> Verification:
    """Check everything that can be checked from the ledger alone, in one consistent view."""
    found = Verification()
    with store.reading() as rows:
        _log(rows, store, found)
        _profiles(rows, found)
        if not found.findings:
            _index(rows, store, found)
        if not found.findings:
            _editions(rows, found)
    del found.findings[MAX_FINDINGS:]
    return found


def _log(rows: Rows, store: LedgerStore, found: Verification) -> None:
    uuid = log.ledger_uuid(rows)
    previous, expected, recorded_at = chain.genesis(uuid), 1, 0
    redactions = {position for (position,) in rows.all("SELECT position FROM redactions")}
    last = rows.one("SELECT coalesce(max(position), 0) FROM events")
    assert last is not None
    names: set[int] = set()
    for record in log.all_records(rows, last[0]):
        if record.position != expected:
            found.findings.append(Finding("gap", expected))
            expected = record.position
        digest = chain.link(
            previous,
            record.position,
            record.stream.bytes,
            record.version,
            record.type.encode(),
            record.recorded_at,
            record.header,
            record.payload,
        )
        if digest != record.hash:
            found.findings.append(Finding("chain", record.position))
        if record.batch != record.position and record.batch not in names:
            found.findings.append(Finding("batch", record.position, "first"))
        if record.batch == record.position:
            names.add(record.batch)
            if record.recorded_at < recorded_at:
                found.findings.append(Finding("batch", record.position, "recorded_at"))
            recorded_at = record.recorded_at
        _event(record, store, redactions, found)
        previous, expected = record.hash, record.position + 1
        found.events += 1
        if len(found.findings) >= MAX_FINDINGS:
            break
    found.head = previous.hex()
    _strays(rows, found)


def _event(record: log.StoredRecord, store: LedgerStore, redactions: set[int], found: Verification) -> None:
    try:
        event = store.mapper.to_domain_event(record.sealed())
    except DamagedEvent as damaged:
        code = "text" if damaged.detail == "text" else "event"
        found.findings.append(Finding(code, record.position, damaged.detail))
        return
    except UnknownEventType as unknown:
        found.findings.append(Finding("event", record.position, unknown.name))
        return
    if isinstance(event, FieldChanged) and event.redacted:
        if record.position in redactions:
            found.redacted += 1
        else:
            found.findings.append(Finding("text_missing", record.position))
    elif record.text is not None and not isinstance(event, FieldChanged):
        found.findings.append(Finding("text", record.position))


def _strays(rows: Rows, found: Verification) -> None:
    """Rows that belong to no event: an inner join would not show them, nor an event whose rows are gone."""
    for table, column in (("texts", "position"), ("batches", "position")):
        for (position,) in rows.all(
            f"SELECT t.{column} FROM {table} t LEFT JOIN events e ON e.position = t.{column}"
            f" WHERE e.position IS NULL ORDER BY 1 LIMIT {MAX_FINDINGS}"
        ):
            found.findings.append(Finding("gap", position, table))


def _profiles(rows: Rows, found: Verification) -> None:
    from plan_ledger.events import ActorProfiled, read_payload
    from plan_ledger.store.mapper import commitment

    commitments: dict[tuple[UUID, int], str] = {}
    for name, payload in rows.all(
        "SELECT t.name, e.payload FROM events e JOIN event_types t ON t.no = e.type"
        " WHERE t.name LIKE 'actor.profiled/%'"
    ):
        try:
            event = read_payload(name, bytes(payload), {"originator_id": UUID(int=0)})
        except (PlanLedgerError, ValueError):
            continue  # reported by the log's own check
        assert isinstance(event, ActorProfiled)
        commitments[event.actor, event.revision] = event.commitment
    erased = {UUID(bytes=bytes(actor)) for (actor,) in rows.all("SELECT actor FROM erasures")}
    present: set[tuple[UUID, int]] = set()
    for raw, revision, salt, body in rows.all("SELECT actor, revision, salt, body FROM profiles"):
        actor = UUID(bytes=bytes(raw))
        present.add((actor, revision))
        if commitments.get((actor, revision)) != commitment(bytes(salt), body):
            found.findings.append(Finding("profile", 0, f"{actor.hex}/{revision}"))
    for actor, revision in commitments.keys() - present:
        if actor not in erased:
            found.findings.append(Finding("profile", 0, f"{actor.hex}/{revision}"))


def _index(rows: Rows, store: LedgerStore, found: Verification) -> None:
    """Replay the log into a database of its own and compare the rows."""
    from plan_ledger.store.sqlite import MEMORY, LedgerDatastore

    replayed = LedgerDatastore(MEMORY)
    try:
        replayed.prepare(log.ledger_uuid(rows), 0)
        with replayed.writing() as tx:
            last = log.copy_log(rows, tx)
            rebuild(tx, store.events.mapper, last)
            wanted = dump_rows(tx)
    finally:
        replayed.close()
    actual = dump_rows(rows)
    found.findings += [Finding("index", 0, table) for table in TABLES if actual[table] != wanted[table]]


def _editions(rows: Rows, found: Verification) -> None:
    for plan in catalog.plans(rows):
        for meeting in catalog.meetings(rows, plan.no):
            for edition in meeting.editions:
                found.editions += 1
                moment = MomentRef(meeting.name, edition.pair.ordinary, edition.pair, meeting.name, edition.edition)
                taken = snapshot.take(rows, plan, moment, scope=meeting.scope)
                redacted = any(cell.redacted for item in taken for cell in item.fields.values())
                if taken.digest != edition.digest and not redacted:
                    found.findings.append(Finding("edition", edition.position, f"{meeting.name} 第{edition.edition}版"))
