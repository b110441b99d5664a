"""The doctor: are a ledger, its database and this machine as they should be? One line for each thing looked at."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import frozen

from plan_ledger.errors import PlanLedgerError, language
from plan_ledger.index import catalog
from plan_ledger.integrity.findings import Verification
from plan_ledger.integrity.verify import verify
from plan_ledger.store import migrations
from plan_ledger.store.application import LedgerStore
from plan_ledger.store.transaction import Rows

State = Literal["ok", "warn", "fail"]

_MILLION = 1_000_000
_LEAST_FREE = 200 * 1024 * 1024
_MANY_WAL = 256 * 1024 * 1024
_SHOWN = 3
_SIGNS: Mapping[State, str] = {"ok": "○", "warn": "△", "fail": "×"}
_WORDS = {
    "versions": "版",
    "durability": "書き込みの確実さ",
    "roles": "データベースの権限",
    "refusals": "書き換えの拒否（トリガー）",
    "database": "データベースのファイル",
    "space": "空き容量",
    "clock": "時計",
    "zones": "時間帯のデータ",
    "log": "記録と連鎖",
    "index": "索引と記録の一致",
    "editions": "確定した表の照合値",
}


@frozen
class Check:
    """One thing that was looked at: what, how it is, and what was seen."""

    code: str
    state: State
    detail: str

    def __str__(self) -> str:
        if language() == "en":
            return f"{self.state:<4} {self.code}: {self.detail}"
        return f"{_SIGNS[self.state]} {_WORDS[self.code]}：{self.detail}"

    def to_dict(self) -> dict[str, str]:
        return {"code": self.code, "state": self.state, "detail": self.detail, "message": str(self)}


@frozen
class Examination:
    """Everything that was looked at. Truthy where nothing failed; a warning is something to look at."""

    checks: tuple[Check, ...]

    def __bool__(self) -> bool:
        return all(each.state != "fail" for each in self.checks)

    def __str__(self) -> str:
        return "\n".join(map(str, self.checks))

    def to_dict(self) -> dict[str, Any]:
        return {"ok": bool(self), "checks": [each.to_dict() for each in self.checks]}


def examine(store: LedgerStore, place: str, now: datetime) -> Examination:
    """Look at everything. ``place`` is the file's path; anything else has none.

    Raises:
        PlanLedgerError: The ledger can't be read at all.
    """
    settings = store.settings()
    postgres = "postgresql" in settings
    checks = [_versions(settings, postgres=postgres), _durability(settings, postgres=postgres)]
    if postgres:
        checks.append(_roles(settings))
    with store.reading() as rows:
        checks.append(_refusals(rows, postgres=postgres))
        if not postgres:
            checks += [_database(rows), *_space(Path(place))]
        checks += [_clock(rows, int(now.timestamp() * _MILLION)), _zones(rows)]
    return Examination((*checks, *_verified(verify(store))))


def _said(japanese: str, english: str) -> str:
    return english if language() == "en" else japanese


def _versions(settings: Mapping[str, Any], *, postgres: bool) -> Check:
    names = ["plan-ledger", "eventsourcing", *(["psycopg"] if postgres else [])]
    found = [f"Python {platform.python_version()}", *(f"{name} {_version(name)}" for name in names)]
    found.append(f"PostgreSQL {settings['postgresql']}" if postgres else f"SQLite {settings['sqlite']}")
    return Check("versions", "ok", "、".join(found) if language() != "en" else ", ".join(found))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "?"


def _durability(settings: Mapping[str, Any], *, postgres: bool) -> Check:
    if postgres:
        wanted: dict[str, tuple[object, ...]] = {
            "synchronous_commit": ("on", "remote_apply"),
            "fsync": ("on",),
            "full_page_writes": ("on",),
        }
        warned: dict[str, tuple[object, ...]] = {"data_checksums": ("on",)}
    else:
        memory = settings["journal_mode"] == "memory"
        wanted = {"journal_mode": ("memory",) if memory else ("wal",), "synchronous": (2,)}
        warned = {}
    state: State = "ok"
    if any(settings.get(name) not in values for name, values in wanted.items()):
        state = "fail"
    elif any(settings.get(name) not in values for name, values in warned.items()):
        state = "warn"
    return Check("durability", state, " ".join(f"{name}={settings.get(name)}" for name in (*wanted, *warned)))


def _roles(settings: Mapping[str, Any]) -> Check:
    role, owner = settings["role"], settings["owner"]
    told = f"role={role} owner={owner}"
    if settings["superuser"] or role == owner or settings["may_change_the_log"]:
        return Check(
            "roles",
            "warn",
            _said(
                f"{told}。この利用者は記録の表を書き換えられます。日々の利用には別の利用者を使ってください。",
                f"{told}; this login can change the log's tables: use another one from day to day.",
            ),
        )
    return Check("roles", "ok", told)


def _refusals(rows: Rows, *, postgres: bool) -> Check:
    """The triggers by which the database itself refuses to change what is recorded."""
    if postgres:
        found = rows.all(
            "SELECT t.tgname::text, t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
        )
        missing = sorted(name for name, enabled in found if enabled == "D")
        if not found:
            missing = ["*"]
        count = len(found)
    else:
        there = {name for (name,) in rows.all("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        wanted = set(_sqlite_triggers())
        missing, count = sorted(wanted - there), len(wanted)
    if missing:
        names = "、".join(missing[:_SHOWN])
        return Check("refusals", "fail", _said(f"外されています（{names}…）", f"taken away ({names}…)"))
    return Check("refusals", "ok", _said(f"{count}件", f"{count} in place"))


def _sqlite_triggers() -> Iterator[str]:
    lead = "CREATE TRIGGER "
    for _, script in migrations.scripts("sqlite"):
        for statement in migrations.statements(script):
            at = statement.find(lead)
            if at >= 0:
                yield statement[at + len(lead) :].split()[0]


def _database(rows: Rows) -> Check:
    """SQLite's own look at its pages and indexes."""
    try:
        found = [str(row[0]) for row in rows.all(f"PRAGMA integrity_check({_SHOWN})")]
    except PlanLedgerError as error:
        found = [str(error)]
    return Check("database", "ok" if found == ["ok"] else "fail", "、".join(found))


def _space(file: Path) -> Iterator[Check]:
    if not file.is_file():
        return
    free, size = shutil.disk_usage(file.parent).free, file.stat().st_size
    wal = file.with_name(file.name + "-wal")
    log = wal.stat().st_size if wal.exists() else 0
    told = _said(
        f"空き {free // _MILLION:,} MB、台帳 {size // _MILLION:,} MB、未反映 {log // _MILLION:,} MB",
        f"free {free // _MILLION:,} MB, ledger {size // _MILLION:,} MB, log {log // _MILLION:,} MB",
    )
    # A backup, or the wiping after a redaction, needs as much again as there is.
    tight = free < 2 * (size + log) or log > _MANY_WAL
    yield Check("space", "fail" if free < _LEAST_FREE else "warn" if tight else "ok", told)


def _clock(rows: Rows, now_us: int) -> Check:
    row = rows.one("SELECT recorded_at FROM events ORDER BY position DESC LIMIT 1")
    behind = 0 if row is None else row[0] - now_us
    if behind > 0:
        seconds = behind // _MILLION
        return Check(
            "clock",
            "warn",
            _said(
                f"最後の記録より{seconds}秒遅れています。時刻合わせを確かめてください。",
                f"{seconds} s behind the last record; look after this machine's time.",
            ),
        )
    return Check("clock", "ok", _said("最後の記録より進んでいます", "past the last record"))


def _zones(rows: Rows) -> Check:
    zones = sorted({plan.zone for plan in catalog.plans(rows)} | {"Asia/Tokyo"})
    missing: list[str] = []
    for zone in zones:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            missing.append(zone)
    if missing:
        remedy = "pip install tzdata" if sys.platform == "win32" else "tzdata"
        return Check("zones", "fail", f"{'、'.join(missing)} ({remedy})")
    return Check("zones", "ok", "、".join(zones))


def _verified(found: Verification) -> Iterator[Check]:
    of_index = [each for each in found.findings if each.code == "index"]
    of_editions = [each for each in found.findings if each.code == "edition"]
    of_log = [each for each in found.findings if each not in of_index and each not in of_editions]
    unseen = _said("記録に異常があるため調べていません", "not looked at: something is wrong with the log")
    for code, wrong, good in (
        (
            "log",
            of_log,
            _said(f"記録{found.events}件、末尾 {found.head[:16]}", f"{found.events} events, head {found.head[:16]}"),
        ),
        ("index", of_index, _said("一致", "equal to a replay")),
        ("editions", of_editions, _said(f"{found.editions}版", f"{found.editions} editions")),
    ):
        if wrong:
            yield Check(code, "fail", " ".join(str(each) for each in wrong[:_SHOWN]))
        elif code != "log" and (of_log or (code == "editions" and of_index)):
            yield Check(code, "warn", unseen)
        else:
            yield Check(code, "ok", good)
