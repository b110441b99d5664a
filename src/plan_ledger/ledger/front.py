"""The front door: opens a ledger, wires the parts together, and gives out plans."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from plan_ledger.domain import plans as plan_domain
from plan_ledger.domain.errors import TitleMissing
from plan_ledger.index import catalog
from plan_ledger.ledger.acting import Acting, ActingContext, Assurance, Person
from plan_ledger.ledger.errors import (
    FiscalYearRefused,
    OtherFiscalYear,
    PlanNotSaid,
    UnknownPlan,
    UnknownZone,
)
from plan_ledger.ledger.hooks import Commit
from plan_ledger.ledger.intents import Batch, Executor
from plan_ledger.ledger.keeping import Keeping
from plan_ledger.ledger.recording import OpenBatch, Recording
from plan_ledger.ledger.work import Clock, Receipt, Work, utc_now
from plan_ledger.queries import actors as known_actors
from plan_ledger.queries.actors import KnownActor
from plan_ledger.queries.kept import Tables
from plan_ledger.values.ids import IdFactory, new_uuid
from plan_ledger.values.schema import Schema, default_schema
from plan_ledger.values.texts import clean_text, folded_name

if TYPE_CHECKING:
    from plan_ledger.ledger.audit_words import AuditFilters
    from plan_ledger.ledger.auditing import AuditQuery
    from plan_ledger.ledger.plan import Plan
    from plan_ledger.store.application import LedgerStore
    from plan_ledger.store.mapper import SaltFactory

MEMORY = ":memory:"
FIRST_YEAR, LAST_YEAR = 1868, 9998


class Ledger(Keeping):
    """One ledger: many plans, one log, one chain. Open with :meth:`open`; safe to use from many threads."""

    def __init__(self, store: LedgerStore, name: str, clock: Clock, ids: IdFactory) -> None:
        self._store = store
        self.name = name
        self._acting = ActingContext()
        self.id = store.ledger_id()
        self._recording = Recording(store, self.id, clock, ids, self._acting)
        self._tables = Tables()

    # --- opening and closing ------------------------------------------------------------------------------------

    @classmethod
    def open(
        cls,
        url: str | os.PathLike[str] = MEMORY,
        *,
        read_only: bool = False,
        must_exist: bool = False,
        settings: Mapping[str, str] | None = None,
        clock: Clock = utc_now,
        ids: IdFactory = new_uuid,
        salts: SaltFactory | None = None,
    ) -> Self:
        """Open a ledger, making it where there is none.

        Args:
            url: A file's path, ``":memory:"``, or ``postgresql://user@host/database`` (needs the extra ``postgres``).
            read_only: Refuse every write; the ledger must exist.
            must_exist: Refuse to make a new ledger.
            settings: Settings of the storage; those that would break the ledger's rules are refused.
            clock, ids, salts: Where time, new ids and salts come from; for tests and for loading.

        Raises:
            LedgerMissing, NotALedger, NewerFormat, NetworkShare, NotDurable, AddressRefused, AccessRefused,
                ServerUnreachable, StorageFault: See the message.
        """
        # The drivers are loaded here, not with the package: a host that only reads results needs none.
        from plan_ledger.store.application import LedgerStore, random_salts
        from plan_ledger.store.opening import open_backend

        datastore = open_backend(os.fspath(url), read_only=read_only, must_exist=must_exist)
        try:
            datastore.prepare(ids(), int(clock().timestamp() * 1_000_000))
            store = LedgerStore(datastore, salts=salts or random_salts(), settings=settings)
            return cls(store, datastore.name, clock, ids)
        except BaseException:  # whatever ended it, nobody else will close it
            datastore.close()
            raise

    def close(self) -> None:
        """Give the file back. What was acknowledged is on the disk already."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Ledger {self.id.hex[:8]}>"

    # --- who ----------------------------------------------------------------------------------------------------

    def acting(
        self,
        actor: str | Person | None = None,
        *,
        section: str | None = None,
        on_behalf_of: str | Person | None = None,
        approver: str | Person | None = None,
        approval: str | None = None,
        assurance: Assurance | None = None,
        reason: str | None = None,
    ) -> AbstractContextManager[Acting]:
        """Say who acts, for the ``with`` block and the tasks it starts. Nested without an actor: the rest stays.

        Args:
            actor: Who records: a name, or a :class:`Person` with the host's id. None: as outside.
            section: The actor's section (所属), where ``actor`` is a name; a :class:`Person` has its own.
            on_behalf_of: The author, where somebody else records (回答者).
            approver, approval: Who approved it, and the approval's number (決裁番号).
            assurance: ``"authenticated"`` only where the host has made sure who this is; else ``"declared"``.
            reason: Why.

        Raises:
            ActorRefused: A name is blank or holds invisible characters.
            ActorRequired: Nobody is said to act, here or outside.
        """
        said: dict[str, Any] = {
            "on_behalf_of": on_behalf_of,
            "approver": approver,
            "approval": approval,
            "reason": reason,
        }
        if actor is None:
            acting = self._acting.nested(assurance=assurance, **said)
        else:
            who = Person(actor, section=section) if isinstance(actor, str) else actor
            acting = Acting(who, assurance=assurance or "declared", **said)
        if section is not None and not isinstance(actor, str):
            raise TypeError("section= goes with an actor's name; a Person has a section of its own")
        return self._acting.acting(acting)

    def current_acting(self) -> Acting:
        """Who is acting here.

        Raises:
            ActorRequired: Nobody is.
        """
        return self._acting.current()

    def actors(self) -> list[KnownActor]:
        """Everybody who recorded, answered or approved anything, with former names and sections and look-alikes."""
        with self.reading() as rows:
            return known_actors.known(rows)

    # --- plans --------------------------------------------------------------------------------------------------

    def open_plan(
        self, title: str, *, fiscal_year: int, schema: Schema | None = None, zone: str = "Asia/Tokyo"
    ) -> Plan:
        """The plan of this title; made, with the built-in schema unless another is given, where there is none.

        Raises:
            OtherFiscalYear: The plan of this title is one of another year.
            TitleMissing, FiscalYearRefused, UnknownZone, SchemaRefused, ActorRequired: No plan can be made so.
        """
        found = self._find_plan(title)
        if found is not None:
            if found.fiscal_year != fiscal_year:
                raise OtherFiscalYear(found.title, found.fiscal_year, fiscal_year)
            return self._plan(found)
        acting = self._recording.outside_batch("open_plan")
        if not title.strip():
            raise TitleMissing("計画名")
        if not FIRST_YEAR <= fiscal_year <= LAST_YEAR:
            raise FiscalYearRefused(fiscal_year)
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise UnknownZone(zone) from error
        command = plan_domain.OpenPlan(
            self._recording.new_id(), clean_text(title), fiscal_year, zone, schema or default_schema(fiscal_year)
        )

        def opening(work: Work, _: Executor) -> None:
            if any(folded_name(row.title) == folded_name(title) for row in catalog.plans(work.tx)):
                return  # somebody else was first
            work.begin(acting)
            work.record(plan_domain.decide(None, command))

        self._recording.write(opening)
        found = self._find_plan(title)
        assert found is not None
        return self._plan(found)

    def plan(self, title: str | None = None) -> Plan:
        """A plan by title; without one, the only plan.

        Raises:
            UnknownPlan: No plan is called so.
            PlanNotSaid: There are several, or none.
        """
        plans = self._plan_rows()
        if title is None:
            if len(plans) != 1:
                raise PlanNotSaid("、".join(row.title for row in plans) or "（計画がまだありません）")
            return self._plan(plans[0])
        found = self._find_plan(title)
        if found is None:
            raise UnknownPlan(title, tuple(get_close_matches(title, [row.title for row in plans], n=3, cutoff=0.3)))
        return self._plan(found)

    def plans(self) -> list[Plan]:
        """Every plan, in the order in which they were opened."""
        return [self._plan(row) for row in self._plan_rows()]

    def audit(self, **filters: Unpack[AuditFilters]) -> AuditQuery:
        """Recorded changes of all plans that fit, as ``plan.audit()`` gives those of one."""
        from plan_ledger.ledger.audit_words import Asked
        from plan_ledger.ledger.auditing import AuditQuery

        return AuditQuery.make(self, self.plans(), Asked(**filters))

    def _plan(self, row: catalog.PlanRow) -> Plan:
        from plan_ledger.ledger.plan import Plan

        return Plan(self, row)

    def _plan_rows(self) -> list[catalog.PlanRow]:
        with self._store.reading() as rows:
            return catalog.plans(rows)

    def _find_plan(self, title: str) -> catalog.PlanRow | None:
        wanted = folded_name(title)
        return next((row for row in self._plan_rows() if folded_name(row.title) == wanted), None)

    # --- writing ------------------------------------------------------------------------------------------------

    def batch(self, *, reason: str | None = None, key: str | None = None) -> AbstractContextManager[OpenBatch]:
        """Collect the changes made inside and record them together at the end: all or nothing, one batch.

        An exception inside records nothing. With ``key``, an idempotency key, the same again records nothing and gives
        the first receipt; the ids of items added inside then follow from the key.
        """
        return self._recording.batch(reason=reason, key=key)

    def record(self, batches: Iterable[Batch]) -> list[Receipt]:
        """Record many batches, each with its own actor and reason, in one transaction: all of them or none.

        For loading in bulk; handles (:class:`Item`, :class:`Plan`) are the usual way. The batches are taken and
        written in portions, so that a long stream of them needs little memory.
        """
        return self._recording.record(batches)

    def on_commit(self, hook: Callable[[Commit], object]) -> Callable[[], None]:
        """Have ``hook`` called after everything that this object records, in the thread that recorded it.

        What it raises is logged (logger ``plan_ledger``), never raised on: the write is recorded, and its caller gets
        the receipt. A hook that records calls the hooks again. What other processes record does not come here:
        :meth:`follow` sees everything.

        Returns:
            A function that takes the hook away again.
        """
        return self._recording.hooks.add(hook)

    @property
    def recording(self) -> Recording:
        """What the handles record through. Not for hosts: it may change in any version."""
        return self._recording

    @property
    def tables(self) -> Tables:
        """The tables that this object remembers. Not for hosts, as :attr:`recording`."""
        return self._tables

    # --- keeping ------------------------------------------------------------------------------------------------

    @classmethod
    def load(cls, dump: str | os.PathLike[str], target: str | os.PathLike[str]) -> Self:
        """Make a new ledger from a dump: the same positions, bytes and chain, the index made anew, all verified.

        Raises:
            LedgerExists: There is a file at ``target``.
            NotADump: A line can't be read.
            DumpRefused: The chain or something else does not hold; no ledger is made.
        """
        from plan_ledger.ledger.loading import load

        load(Path(dump), os.fspath(target))
        return cls.open(target)
