"""A forged type name runs nothing: 10,000 of them, through the mapper and through a ledger whose rows were edited.

Whatever is looked for to be imported is counted. The library's own way of resolving names, tried on the same ones, must
be seen to import, or this proves nothing.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROLOGUE = """
import random, sqlite3, sys
from uuid import uuid4
sys.path.insert(0, sys.argv[1])
from eventsourcing.persistence import StoredEvent
from eventsourcing.utils import resolve_topic
from plan_ledger import Ledger, PlanLedgerError
from plan_ledger.events.registry import EVENT_TYPES
from plan_ledger.store.mapper import LedgerMapper

def hostile(count):
    rng = random.Random(20231124)
    modules = ["os", "subprocess", "antigravity", "this", "canary", "canary_package.inner", "plan_ledger.cli.app",
               "builtins", "pickle", "__main__", "plan_ledger.events.model", "eventsourcing.utils", "ctypes"]
    objects = ["system", "Popen", "eval", "__import__", "Canary", "FieldChanged", "Event.__class__", "", "a.b.c"]
    names = [*EVENT_TYPES, "item.field-changed/0", "item.field-changed/2", "item.field-changed/01",
             "item.field-changed/\\uff11", "item.field-changed/1 ", " item.field-changed/1", "ITEM.FIELD-CHANGED/1",
             "item.field-changed/1\\0", "item.field-changed/+1", "item.field-changed/1e0", "item.field-changed//1",
             "item.field-changed/1/1", "item.field\\u2010changed/1", "../../canary/1", "canary/1", "", "/", "/1", ":"]
    names = dict.fromkeys(names)
    while len(names) < count:
        module, thing = rng.choice(modules), rng.choice(objects) + rng.choice(["", "", str(rng.randrange(1000))])
        kind = rng.randrange(6)
        names[
            f"{module}:{thing}" if kind == 0
            else f"{module}.{thing}/1" if kind == 1
            else f"{module}/{rng.randrange(-2, 12)}" if kind == 2
            else f"{rng.choice(list(EVENT_TYPES))}:{thing}" if kind == 3
            else f"{module}:{thing}/1" if kind == 4
            else "".join(chr(rng.choice((rng.randrange(1, 128), rng.randrange(0x3000, 0x3100)))) for _ in range(20))
        ] = None
    return [name for name in names if name not in {f"{known}/1" for known in EVENT_TYPES}]

imported = []
watching = False
class Watcher:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if watching:
            imported.append(name)
sys.meta_path.insert(0, Watcher)
"""

MAPPER = """
names = hostile(12_000)[:10_000]
mapper = LedgerMapper(lambda: bytes(16))
payloads = [b'{"field":"title","text":null}', b'{}', b'{"_type_": "canary:Canary", "_data_": {}}']

def read(name, payload):
    try:
        mapper.to_domain_event(StoredEvent(uuid4(), 1, name, payload))
    except PlanLedgerError as error:
        return error.code
    return "read"

read("item.field-changed/1", payloads[0])
read("canary:Canary", payloads[0])
watching = True
codes = {read(name, payload) for name in names for payload in payloads}
watching = False
print(len(names), sorted(codes), imported)
watching = True
for name in ["canary:Canary", "canary_package.inner:Canary"]:
    try:
        resolve_topic(name)
    except Exception:
        pass
watching = False
print(sorted(each for each in imported if each.startswith("canary")))
"""

LEDGER = """
path = sys.argv[2]

def everything(ledger):
    acts = {
        "verify": lambda: bool(ledger.verify()),
        "follow": lambda: [entry.to_dict() for entry in ledger.follow(wait=False)],
        "notifications": lambda: [
            ledger.store.sealer.to_domain_event(each) for each in ledger.store.recorder.select_notifications(1, 100)
        ],
        "log": lambda: ledger.store.notification_log.select(1, 10),
        "stream": lambda: list(ledger.store.events.get(stream)),
        "rebuild": lambda: ledger.rebuild(),
        "snapshot": lambda: ledger.plan().snapshot().digest,
        "audit": lambda: [row.to_dict() for row in ledger.plan().audit()],
        "write": lambda: item(ledger).change(title=str(uuid4())),
    }
    told = {}
    for name, act in acts.items():
        try:
            told[name] = act()
        except PlanLedgerError as error:
            told[name] = error.code
    return told

def item(ledger):
    return ledger.plan().items()[0]

with Ledger.open(path) as ledger, ledger.acting("\\u4f01\\u753b\\u5ba4"):
    ledger.open_plan("\\u8a08\\u753b", fiscal_year=2023).add("strategy", "\\u6226\\u7565")
    item(ledger).change(title="x")
    stream = item(ledger).id
    everything(ledger)

names = hostile(200)[:60]
watching = True
found = set()
for name in names:
    other = sqlite3.connect(path)
    other.execute("DROP TRIGGER IF EXISTS event_types_no_update")
    other.execute("UPDATE event_types SET name = ? WHERE no = (SELECT max(type) FROM events)", (name,))
    other.commit()
    other.close()
    with Ledger.open(path) as ledger, ledger.acting("\\u4f01\\u753b\\u5ba4"):
        told = everything(ledger)
        assert told["verify"] is False, name
        assert told["stream"] == told["notifications"] == told["rebuild"] == "unknown_event_type", (name, told)
watching = False
print(len(names), imported)
"""


def child(code: str, tmp_path: Path, *arguments: object) -> list[str]:
    for name in ("canary.py", "canary_package/__init__.py", "canary_package/inner.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("class Canary: pass\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROLOGUE + code, str(tmp_path), *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_ten_thousand_forged_type_names_import_nothing_where_the_usual_way_does(tmp_path: Path) -> None:
    ours, usual = child(MAPPER, tmp_path)
    assert ours == "10000 ['unknown_event_type'] []"
    assert usual == "['canary', 'canary_package', 'canary_package.inner']"


def test_a_ledger_with_forged_type_names_imports_nothing_whatever_is_asked(tmp_path: Path) -> None:
    assert child(LEDGER, tmp_path, tmp_path / "r5.db") == ["60 []"]
