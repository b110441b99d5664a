"""eventsourcing's SQLite recorder and factory, by subclass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventsourcing.persistence import ApplicationRecorder
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteFactory
from eventsourcing.utils import Environment

from plan_ledger.store.recorder import LogRecorder

if TYPE_CHECKING:
    from plan_ledger.store.sqlite import LedgerDatastore


class LedgerRecorder(LogRecorder, SQLiteApplicationRecorder):
    """Reads our log; its tables come from our migrations."""

    def construct_create_table_statements(self) -> list[str]:
        return []


class LedgerFactory(SQLiteFactory):
    """Builds from what it is given; imports nothing by name."""

    application_recorder_class = LedgerRecorder

    def __init__(self, env: Environment, datastore: LedgerDatastore) -> None:
        # SQLiteFactory's own would open a datastore by name, from the environment.
        super(SQLiteFactory, self).__init__(env)
        self.datastore = datastore

    def application_recorder(self) -> ApplicationRecorder:
        return LedgerRecorder(datastore=self.datastore)
