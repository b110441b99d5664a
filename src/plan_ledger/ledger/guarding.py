"""What guards a ledger: verify, seals, redaction, occurrences of a text, the doctor. :class:`Ledger` inherits it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from plan_ledger.ledger.errors import UnknownMeeting
from plan_ledger.ledger.work import utc_now
from plan_ledger.queries.kept import Tables
from plan_ledger.queries.moments import Moments

if TYPE_CHECKING:
    from uuid import UUID

    from plan_ledger.index.catalog import PlanRow
    from plan_ledger.integrity.anchor import Anchor
    from plan_ledger.integrity.doctor import Examination
    from plan_ledger.integrity.documents import DocumentCheck
    from plan_ledger.integrity.findings import Verification
    from plan_ledger.ledger.front import Ledger
    from plan_ledger.ledger.importing import SheetPath
    from plan_ledger.ledger.recording import Recording
    from plan_ledger.ledger.redacting import Erasure, Redaction
    from plan_ledger.queries.occurrences import Occurrence
    from plan_ledger.sheets.limits import Limits
    from plan_ledger.store.application import LedgerStore

_MILLION = 1_000_000


class Guarding:
    """Part of the front door; see :class:`plan_ledger.Ledger`."""

    id: UUID
    name: str
    _store: LedgerStore
    _recording: Recording
    _tables: Tables

    def forget_tables(self) -> None:
        """Begin anew. Who reads takes the tables first and then a view, so what is read in an older view goes too."""
        self._tables = Tables()

    # --- is everything as it was recorded ---------------------------------------------------------------------------

    def verify(self, anchor: Anchor | str | os.PathLike[str] | None = None) -> Verification:
        """Check the chain, the texts, what stands beside the log, the index against a replay, every edition's digest.

        Args:
            anchor: What :meth:`seal` gave, or the file that it was written to. Without one nothing tells whether the
                end of the log was cut off, or all of it was written anew by somebody who knows the format.

        Raises:
            NotAnAnchor: The file is none.
        """
        from plan_ledger.integrity.anchor import Anchor, read_anchor
        from plan_ledger.integrity.verify import verify

        held = anchor if anchor is None or isinstance(anchor, Anchor) else read_anchor(Path(anchor))
        return verify(self._store, held)

    def doctor(self, *, clock: Callable[[], datetime] = utc_now) -> Examination:
        """Look at everything that a ledger depends on: settings, durability, roles, triggers, space, clock, and verify.

        Args:
            clock: This machine's time, to be held against the last record's.
        """
        from plan_ledger.integrity.doctor import examine

        return examine(self._store, self.name, clock())

    def check_document(
        self, document: SheetPath, *, plan: str | None = None, limits: Limits | None = None
    ) -> DocumentCheck:
        """Whether a document (xlsx, docx, html, tsv) is what this ledger says was handed out, cell by cell.

        The red, and what stands below the table, is not looked at: see :meth:`Plan.check_ink`.

        Args:
            document: A path, or bytes with a name.
            plan: The plan's title; None: any plan of the ledger.
            limits: Caps for the document.

        Raises:
            SheetProblem: It can't be read.
            UnknownPlan: There is no such plan.
        """
        from plan_ledger.ledger.handouts import check_document

        return check_document(cast("Ledger", self), document, plan=plan, limits=limits)

    def seal(self, *, check: bool = True, clock: Callable[[], datetime] = utc_now) -> Anchor:
        """An anchor of everything recorded so far. Keep it where nobody who can write the ledger can reach.

        Args:
            check: Verify first; what is not as it was recorded is not sealed.
            clock: Where the time comes from at which the anchor says it was made.

        Raises:
            SealRefused: Verification found something.
        """
        return self._seal(None, check, clock)

    def seal_meeting(
        self, plan: PlanRow, meeting: str, *, check: bool = True, clock: Callable[[], datetime] = utc_now
    ) -> Anchor:
        """See :meth:`plan_ledger.Plan.seal`."""
        with self._store.reading() as rows:
            moments = Moments(rows, plan)
            found = moments.by_name(meeting)
            if found is None:
                raise UnknownMeeting(meeting, tuple(each.name for each in moments.meetings if not each.annulled))
        return self._seal(found.latest.position, check, clock)

    def _seal(self, sealed: int | None, check: bool, clock: Callable[[], datetime]) -> Anchor:
        from plan_ledger.integrity.anchor import make_anchor
        from plan_ledger.integrity.errors import SealRefused

        made_us = int(clock().timestamp() * _MILLION)
        with self._store.reading() as rows:
            anchor = make_anchor(rows, made_us, sealed)
        found = self.verify(anchor) if check else None
        if found is not None and found.findings:
            raise SealRefused(len(found.findings), str(found.findings[0]))
        return anchor

    # --- destroying on purpose --------------------------------------------------------------------------------------

    def redact(self, *positions: int, reason: str | None = None, all_equal: bool = False) -> Redaction:
        """Destroy the texts recorded at these positions, for ever, with an event that says who, why and when.

        The gap shows 抹消済 wherever the text stood. The chain, anchors and every other table's digest hold. The same
        text recorded at another position stays there: see :meth:`occurrences`, or pass ``all_equal``.

        Args:
            positions: 記録番号 of the changes whose texts are to go; those that are gone already are passed over.
            reason: Why; needed here or in :meth:`acting`.
            all_equal: Also every other text that is the same to the letter, in every plan.

        Raises:
            NothingToRedact, RedactionNeedsReason, ActorRequired: Nothing is destroyed.
        """
        from plan_ledger.ledger.redacting import redact

        done = redact(self._recording, self._store, positions, reason=reason, all_equal=all_equal)
        self.forget_tables()
        return done

    def erase_person(self, who: str, *, reason: str | None = None) -> Erasure:
        """Destroy id, name and section of a person, as of every time; their acts show 抹消済 instead.

        Names inside texts, reasons or sources are not found by this.

        Args:
            who: The host's id, or the name.

        Raises:
            UnknownActor, AmbiguousPerson, RedactionNeedsReason, ActorRequired: Nothing is destroyed.
        """
        from plan_ledger.ledger.redacting import erase_person

        done = erase_person(self._recording, self._store, self.id, who, reason=reason)
        self.forget_tables()
        return done

    def occurrences(self, text: str) -> list[Occurrence]:
        """Every recorded text of every plan that holds this one to the letter, in order of recording."""
        from plan_ledger.queries.occurrences import occurrences

        with self._store.reading() as rows:
            return occurrences(rows, text)
