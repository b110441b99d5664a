"""What a back end is to the event-sourced application above it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.utils import Environment

from plan_ledger.store.transaction import Rows, Transaction
from plan_ledger.store.watching import Watch


class Backend(Protocol):
    """One ledger in one database: transactions, and what looks after it."""

    @property
    def name(self) -> str:
        """What the ledger is called in messages; never with a password in it."""
        ...

    def prepare(self, new_ledger: UUID, created_at: int) -> bool:
        """Make or migrate the schema, and check that this is a ledger of ours and durable. Whether it was made."""
        ...

    def reading(self) -> AbstractContextManager[Rows]:
        """A consistent view."""
        ...

    def asking(self) -> AbstractContextManager[Rows]:
        """For one question, which is a view of its own."""
        ...

    def writing(self) -> AbstractContextManager[Transaction]: ...

    def watching(self) -> AbstractContextManager[Watch]: ...

    def settings(self) -> dict[str, Any]: ...

    def backup(self, target: Path) -> None: ...

    def settle(self) -> None:
        """Have the database look at what was loaded, so that it plans its queries by it."""
        ...

    def wipe(self) -> bool:
        """Overwrite what deleted rows left behind in the files. False where that could not be finished now."""
        ...

    def factory(self, env: Environment) -> InfrastructureFactory[Any]: ...

    def discard(self) -> None:
        """Close, and take away the ledger that :meth:`prepare` has made."""
        ...

    def close(self) -> None: ...
