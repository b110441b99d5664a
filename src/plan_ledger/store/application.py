"""eventsourcing's Application and EventStore, by subclass: our log table, one transaction a write.

A write is one ``with store.writing() as tx``: state is read and decided on inside it, then :meth:`LedgerStore.append`
puts batches, events and texts; whoever holds the transaction adds the index rows before it commits.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import AggregateRecorder, EventStore, InfrastructureFactory
from eventsourcing.utils import Environment

from plan_ledger.store import chain, log
from plan_ledger.store.backend import Backend
from plan_ledger.store.errors import SettingRefused
from plan_ledger.store.mapper import LedgerMapper, SaltFactory
from plan_ledger.store.recorded import RecordedBatch
from plan_ledger.store.transaction import Blob, Rows, SqlRow, Transaction
from plan_ledger.store.watching import Watch

REFUSED_SETTINGS = frozenset(
    {
        "PERSISTENCE_MODULE",
        "INFRASTRUCTURE_FACTORY",
        "FACTORY_TOPIC",
        "TRANSCODER_TOPIC",
        "MAPPER_TOPIC",
        "CIPHER_TOPIC",
        "CIPHER_KEY",
        "COMPRESSOR_TOPIC",
        "APPLICATION_RECORDER_TOPIC",
        "TRACKING_RECORDER_TOPIC",
        "PROCESS_RECORDER_TOPIC",
        "IS_SNAPSHOTTING_ENABLED",
        "POSTGRES_ENABLE_DB_FUNCTIONS",
        "POSTGRES_GET_PASSWORD_TOPIC",
        "POSTGRES_PASSWORD",
        "CREATE_TABLE",
    }
)
"""Settings of the library below that import modules by name, rewrite bytes, or go round our transaction; with them,
every other POSTGRES_ setting: the address says it all, and a password is not kept in an environment that is printed."""


class LedgerEventStore(EventStore[UUID]):
    """Puts decided batches into the one open transaction."""

    def __init__(self, mapper: LedgerMapper, recorder: AggregateRecorder) -> None:
        super().__init__(mapper, recorder)
        self.sealer = mapper

    def append(
        self, tx: Transaction, head: log.Head, batches: Sequence[RecordedBatch], numbers: log.Numbers
    ) -> log.Head:
        """Seal and write batches after the head: positions without gaps, the chain, texts. Returns the new head.

        ``numbers`` remembers the numbers of event types and headers between writes.
        """
        seal, link = self.sealer.seal, chain.link
        position, previous, recorded_at = head.position, head.hash, head.recorded_at
        types, headers = numbers.types, numbers.headers
        events: list[SqlRow] = []
        texts: list[SqlRow] = []
        put, put_text = events.append, texts.append
        keyed = any(batch.command is not None for batch in batches)
        for _, header, recorded_at, command, decided in batches:
            first = position + 1
            header_no = headers.get(header) or numbers.header(tx, header)
            for position, event, stream, raw, version in decided:
                topic, payload, text, salt = seal(event)
                number, name = types.get(topic) or numbers.type_of(tx, topic)
                previous = link(previous, position, first, raw, version, name, recorded_at, header, command, payload)
                # sqlite3 looks for an adapter of every value that is no number, text or bytearray: each costs more than
                # the copy, and a key that is not there as much.
                row = (position, stream, version, number, first, recorded_at, header_no, Blob(payload), Blob(previous))
                put((*row, command) if keyed else row)
                if salt is not None:
                    put_text((position, Blob(salt), text))
        log.insert(tx, events, texts, keyed)
        return log.Head(position, previous, recorded_at)


class LedgerStore(Application[UUID]):
    """The event-sourced application: where events are put and read. Everything above goes through it."""

    name = "plan_ledger"

    def __init__(
        self,
        datastore: Backend,
        *,
        salts: SaltFactory,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        for name in settings or {}:
            plain = name.removeprefix("PLAN_LEDGER_")
            if plain in REFUSED_SETTINGS or plain.startswith("POSTGRES_"):
                raise SettingRefused(name)
        self._datastore = datastore
        self.salts = salts
        super().__init__(env=dict(settings or {}))

    def construct_env(self, name: str, env: Any = None) -> Environment:
        # The process's environment is left out: its *_TOPIC variables would import modules by name.
        return Environment(name, dict(env or {}))

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        return self._datastore.factory(env)

    def construct_mapper(self) -> LedgerMapper:
        self.sealer = LedgerMapper(self.salts)
        return self.sealer

    def construct_event_store(self) -> LedgerEventStore:
        self.writer = LedgerEventStore(self.sealer, self.recorder)
        return self.writer

    def ledger_id(self) -> UUID:
        """The ledger's own id, which the chain begins with."""
        with self.reading() as rows:
            return log.ledger_uuid(rows)

    def reading(self) -> AbstractContextManager[Rows]:
        return self._datastore.reading()

    def asking(self) -> AbstractContextManager[Rows]:
        return self._datastore.asking()

    def writing(self) -> AbstractContextManager[Transaction]:
        return self._datastore.writing()

    def settings(self) -> dict[str, Any]:
        return self._datastore.settings()

    def watching(self) -> AbstractContextManager[Watch]:
        """Waits for the next write, for whoever follows the ledger."""
        return self._datastore.watching()

    def backup(self, target: Path) -> None:
        self._datastore.backup(target)

    def wipe(self) -> bool:
        return self._datastore.wipe()


def random_salts(count: int = 16, size: int = 4096) -> SaltFactory:
    """Salts from the operating system, drawn in blocks: one system call for 256 of them."""
    pool: list[bytes] = []

    def draw() -> bytes:
        try:
            return pool.pop()
        except IndexError:
            block = os.urandom(size)
            pool.extend(block[start : start + count] for start in range(count, size, count))
            return block[:count]

    return draw
