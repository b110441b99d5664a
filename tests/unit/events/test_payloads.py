"""The storage format: frozen bytes load to equal events and come out as the same bytes; old ones are brought up."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
import samples
from hypothesis import example, given, settings, strategies as st
from pydantic import ValidationError

from plan_ledger.events import BatchHeader, Event, FieldChanged, UnknownEventType, read_payload, type_name
from plan_ledger.events.registry import EVENT_TYPES, UPCASTERS
from plan_ledger.store.mapper import DamagedEvent, LedgerMapper, SealedEvent, commitment

MAPPER = LedgerMapper(lambda: samples.SALT)
FILES = sorted(samples.PAYLOADS.glob("*.json"))


def frozen(name: str) -> bytes:
    return (samples.PAYLOADS / f"{name}.json").read_bytes()


def topic_of(name: str) -> str:
    base, _, version = name.rpartition("-")
    return f"{base}/{version.split('.')[0]}"


def test_every_type_and_version_is_frozen() -> None:
    assert {path.stem for path in FILES} >= samples.EVENTS.keys() | samples.HEADERS.keys()
    there = {topic_of(path.stem) for path in FILES if not path.stem.startswith("batch-header")}
    for name, cls in EVENT_TYPES.items():
        assert {f"{name}/{version}" for version in range(1, cls.VERSION + 1)} <= there


def test_every_older_version_has_its_upcaster() -> None:
    wanted = {(name, version) for name, cls in EVENT_TYPES.items() for version in range(1, cls.VERSION)}
    assert UPCASTERS.keys() == wanted


@pytest.mark.parametrize("name", samples.EVENTS)
def test_a_frozen_payload_loads_to_an_equal_event(name: str) -> None:
    event = samples.EVENTS[name]
    text = event.text if isinstance(event, FieldChanged) else None
    salt = samples.SALT if text is not None else None
    stored = SealedEvent(samples.STREAM, 3, topic_of(name), frozen(name), text, salt)
    assert MAPPER.to_domain_event(stored) == event.model_copy(update={"originator_version": 3})


@pytest.mark.parametrize("name", samples.EVENTS)
def test_an_event_comes_out_as_the_frozen_bytes(name: str) -> None:
    stored = MAPPER.to_stored_event(samples.EVENTS[name])
    assert stored.state == frozen(name)
    assert stored.topic == topic_of(name) == type_name(type(samples.EVENTS[name]))


@pytest.mark.parametrize("name", samples.HEADERS)
def test_a_frozen_header_loads_and_comes_out_the_same(name: str) -> None:
    assert BatchHeader.from_bytes(frozen(name)) == samples.HEADERS[name]
    assert samples.HEADERS[name].to_bytes() == frozen(name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_payloads_are_plain_json_without_floats_envelopes_or_texts(path: Path) -> None:
    found = json.loads(path.read_bytes(), parse_float=lambda text: pytest.fail(f"a float: {text}"))
    assert isinstance(found, dict)
    assert not found.keys() & {"originator_id", "originator_version", "timestamp", "redacted"}
    assert "4,950" not in path.read_text("utf-8")


def test_a_text_is_committed_to_with_its_salt_and_not_told() -> None:
    stored = MAPPER.to_stored_event(samples.EVENTS["item.field-changed-1"])
    payload = json.loads(stored.state)
    assert payload["text"] == commitment(samples.SALT, "4,950") != commitment(bytes(16), "4,950")
    assert len(payload["text"]) == 43
    assert (stored.text, stored.salt) == ("4,950", samples.SALT)


@pytest.mark.parametrize(
    ("text", "salt"), [("4,951", samples.SALT), ("4,950", bytes(16)), (b"4,950", samples.SALT), ("", samples.SALT)]
)
def test_a_text_that_does_not_fit_its_commitment_is_damage(text: Any, salt: bytes) -> None:
    stored = SealedEvent(samples.STREAM, 1, "item.field-changed/1", frozen("item.field-changed-1"), text, salt)
    with pytest.raises(DamagedEvent):
        MAPPER.to_domain_event(stored)


def test_a_destroyed_text_leaves_a_gap_that_is_told() -> None:
    stored = SealedEvent(samples.STREAM, 1, "item.field-changed/1", frozen("item.field-changed-1"), None, None)
    event = MAPPER.to_domain_event(stored)
    assert (event.text, event.redacted) == (None, True)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b"1",
        b"{",
        b'{"field":1}',
        b"\xff",
        b'{"field":"budget","more":1}',
        b'{"field":"Budget"}',
        b"{}",
    ],
)
def test_a_payload_that_does_not_fit_is_damage(payload: bytes) -> None:
    with pytest.raises(DamagedEvent):
        MAPPER.to_domain_event(SealedEvent(samples.STREAM, 1, "item.field-changed/1", payload))


# --- upcasting ---------------------------------------------------------------------------------------------------


class Renamed(Event):
    """A type in its third version: a field renamed, then one added."""

    TYPE: ClassVar[str] = "toy.renamed"
    VERSION: ClassVar[int] = 3

    title: str
    lang: str


TYPES = {"toy.renamed": Renamed}
UP = {
    ("toy.renamed", 1): lambda old: {"title": old["name"]},
    ("toy.renamed", 2): lambda old: {**old, "lang": "ja"},
}
ENVELOPE = {"originator_id": UUID(int=1), "originator_version": 1}


@pytest.mark.parametrize(
    ("version", "payload"), [(1, {"name": "題"}), (2, {"title": "題"}), (3, {"title": "題", "lang": "ja"})]
)
def test_an_old_payload_is_brought_up_step_by_step(version: int, payload: dict[str, str]) -> None:
    stored = json.dumps(payload).encode()
    found = read_payload(f"toy.renamed/{version}", stored, ENVELOPE, TYPES, UP)
    assert found == Renamed(**ENVELOPE, title="題", lang="ja")


def test_a_newer_version_is_told_to_upgrade() -> None:
    with pytest.raises(UnknownEventType, match="更新"):
        read_payload("toy.renamed/4", b"{}", ENVELOPE, TYPES, UP)


def test_what_was_brought_up_is_validated() -> None:
    with pytest.raises(ValidationError):
        read_payload("toy.renamed/2", b'{"title": null}', ENVELOPE, TYPES, UP)


# --- hostile names -----------------------------------------------------------------------------------------------

HOSTILE = [
    "",
    "/",
    "/1",
    "item.added",
    "item.added/",
    "item.added/0",
    "item.added/-1",
    "item.added/2",
    "item.added/01",
    "item.added/1 ",
    "item.added/１",
    "item.added/1/1",
    "item.added/" + "9" * 5000,
    "ITEM.ADDED/1",
    "os:system",
    "subprocess:Popen",
    "plan_ledger.events.model:ItemAdded",
    "antigravity:fly/1",
    "../../etc/passwd",
    "item.added\x00/1",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_an_unknown_name_is_an_error_never_an_import(name: str) -> None:
    with pytest.raises(UnknownEventType) as caught:
        read_payload(name, b"{}", ENVELOPE)
    assert len(str(caught.value)) < 300


@settings(max_examples=300)
@given(st.text(max_size=30) | st.from_regex(r"[a-z_.]{1,20}[:/][A-Za-z0-9]{0,8}", fullmatch=True))
@example("json.decoder:JSONDecoder")
def test_names_outside_the_registry_are_refused_whatever_they_are(name: str) -> None:
    base, _, version = name.partition("/")
    if base in EVENT_TYPES and version == "1":
        return
    with pytest.raises(UnknownEventType):
        read_payload(name, b"{}", ENVELOPE)


def test_ten_thousand_hostile_names_import_nothing() -> None:
    code = """
import random, sys
from uuid import UUID
from plan_ledger.events import UnknownEventType, read_payload
from plan_ledger.store.mapper import LedgerMapper, SealedEvent
import pkgutil
modules = [module.name for module in pkgutil.iter_modules() if module.name not in sys.modules]
mapper, rng, refused = LedgerMapper(bytes), random.Random(1), 0
before = set(sys.modules)
for number in range(10_000):
    module = rng.choice(modules)
    name = rng.choice([f"{module}:main", f"{module}.main/1", module, f"{module}/1", f"item.added/{module}"])
    try:
        mapper.to_domain_event(SealedEvent(UUID(int=1), 1, name, b"{}"))
    except UnknownEventType:
        refused += 1
print(refused, sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.split(" ", 1) == ["10000", "[]\n"], done.stderr
