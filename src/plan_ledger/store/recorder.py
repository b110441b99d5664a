"""What eventsourcing's recorders are asked, answered from our log: the same on every back end."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent

from plan_ledger.store import log
from plan_ledger.store.errors import SettingRefused
from plan_ledger.store.position import last_position
from plan_ledger.store.transaction import Rows


class WriteOnlyThroughLedger(SettingRefused):
    """An event can't be saved on its own: it would have no actor."""


class _Readable(Protocol):
    def reading(self) -> AbstractContextManager[Rows]: ...


class LogRecorder:
    """Our own table with our own integer position, instead of ids that a database gives and may give with gaps."""

    datastore: Any

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        raise WriteOnlyThroughLedger("Application.save")

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        stream = originator_id if isinstance(originator_id, UUID) else UUID(originator_id)
        with self._reading() as rows:
            return [record.sealed() for record in log.stream_records(rows, stream, gt, lte, desc, limit)]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        found: list[Notification] = []
        with self._reading() as rows:
            upto = last_position(rows) if stop is None else stop
            while len(found) < limit and (records := log.read_records(rows, after, upto, limit)):
                found += [
                    Notification(
                        originator_id=record.stream,
                        originator_version=record.version,
                        topic=record.type,
                        state=record.payload,
                        id=record.position,
                    )
                    for record in records
                    if not topics or record.type in topics
                ]
                after = records[-1].position
        return found[:limit]

    def max_notification_id(self) -> int:
        with self._reading() as rows:
            return last_position(rows)

    def _reading(self) -> AbstractContextManager[Rows]:
        datastore: _Readable = self.datastore
        return datastore.reading()
