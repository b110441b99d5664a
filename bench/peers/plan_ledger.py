"""plan_ledger through its public API: typed results, index, chain, triggers and validation on, nothing switched off."""

import os
from datetime import UTC, datetime

from peers.base import NotAvailable, Peer
from workload import FIELDS

try:
    import plan_ledger as lib
except ImportError:
    lib = None

TITLE = "benchmark"


class _Clock:
    """The workload's own times: the ledger asks once for every batch."""

    def __init__(self):
        self.times = iter(())
        self.now = datetime(2023, 1, 1, tzinfo=UTC)

    def __call__(self):
        self.now = next(self.times, self.now)
        return self.now


class PlanLedger(Peer):
    name = "plan_ledger"
    packages = ("plan-ledger", "eventsourcing", "pydantic")
    idiom = {
        "record_one": "one batch of one change, with an idempotency key",
        "record_bulk": "ledger.record(): one batch a change, one transaction per interval, then plan.hold()",
        "current": "plan.snapshot()",
        "snapshot_at_meeting": "plan.snapshot(meeting)",
        "changes_since": "plan.changes(since, until)",
        "audit_actor": "plan.audit(actor=, since=, until=)",
        "audit_field": "plan.history(item, field)",
    }

    def __init__(self):
        if lib is None:
            raise NotAvailable("plan_ledger is not installed")
        self.ids = {}

    def open(self, directory):
        self.clock = _Clock()
        self.ledger = lib.Ledger.open(os.path.join(directory, "plan_ledger.db"), clock=self.clock)
        self.plan = self.ledger.plans()[0] if self.ledger.plans() else None
        self.acting = {}

    def close(self):
        self.ledger.close()

    def settings(self):
        return self.ledger.settings()

    def seed(self, projects, at, actor):
        kinds = {"budget": lib.FieldKind.MONEY, "period": lib.FieldKind.PERIOD, "schedule": lib.FieldKind.SCHEDULE}
        fields = tuple(lib.FieldSpec(f, f, kinds.get(f, lib.FieldKind.TEXT), unit="円") for f in FIELDS)
        schema = lib.Schema((lib.LevelSpec("project", "project", fields, title="name"),))
        self.clock.now = at
        with self.ledger.acting(actor, reason="initial"):
            self.plan = self.ledger.open_plan(TITLE, fiscal_year=2023, schema=schema)
            with self.ledger.batch():
                for number, values in projects.items():
                    texts = {f: str(v) for f, v in values.items() if f != "name"}
                    self.ids[number] = self.plan.add("project", values["name"], **texts).id
        self.numbers = {uuid: number for number, uuid in self.ids.items()}

    def _batch(self, c, key=None):
        acting = self.acting.get((c.actor, c.reason))
        if acting is None:
            acting = self.acting[c.actor, c.reason] = lib.Acting(c.actor, reason=c.reason)
        return lib.Batch(acting, (lib.Change(self.ids[c.project], c.field, str(c.new)),), key)

    def load(self, changes, meeting):
        self.clock.times = iter([c.at for c in changes])
        self.ledger.record(self._batch(c) for c in changes)
        self.clock.now = meeting.at
        with self.ledger.acting("secretariat"):
            self.plan.hold(f"第{meeting.no}回PT")

    def record_one(self, c):
        self.clock.now = c.at
        self.ledger.record([self._batch(c, key=f"change-{c.seq}")])

    def _state(self, snapshot):
        numbers = self.numbers
        found = {}
        for item in snapshot:
            values = item.texts
            values["budget"] = int(values["budget"])
            found[numbers[item.id]] = values
        return found

    def current(self):
        return self._state(self.plan.snapshot())

    def snapshot_at_meeting(self, meeting):
        return self._state(self.plan.snapshot(f"第{meeting.no}回PT"))

    def changes_since(self, m1, m2):
        numbers = self.numbers
        return [
            (
                numbers[entry.item],
                entry.field,
                _value(entry.field, entry.old),
                _value(entry.field, entry.new),
                entry.events[-1].actor.name,
                entry.events[-1].recorded_at,
            )
            for entry in self.plan.changes(f"第{m1.no}回PT", f"第{m2.no}回PT")
        ]

    def audit_actor(self, actor, m1, m2):
        numbers = self.numbers
        return [
            (
                numbers[row.item],
                row.field,
                _value(row.field, row.old),
                _value(row.field, row.new),
                row.recorded_at,
                row.reason,
            )
            for row in self.plan.audit(actor=actor, since=f"第{m1.no}回PT", until=f"第{m2.no}回PT")
        ]

    def audit_field(self, project, field):
        rows = self.plan.history(self.ids[project].hex, field)
        return [
            (_value(field, row.old), _value(field, row.new), row.actor.name, row.recorded_at, row.reason)
            for row in rows[1:]
        ]


def _value(field, text):
    return int(text) if field == "budget" else text
