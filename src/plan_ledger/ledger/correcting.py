"""Correcting a handed-out table: finds the table as known today, lets the domain decide, tells what it reaches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import evolve, frozen

from plan_ledger.domain import corrections as domain
from plan_ledger.domain.correction_errors import NotAMeeting
from plan_ledger.domain.items import ChangeField, Item
from plan_ledger.errors import PlanLedgerError, raise_problems
from plan_ledger.events import FieldChanged, ItemEvent, ItemPlaced, ItemRestored, Source
from plan_ledger.index import catalog
from plan_ledger.index.asof import winner, winner_params
from plan_ledger.index.registers import register
from plan_ledger.ledger.correction_intents import Correct, CorrectExistence, CorrectionIntent, CorrectPlace
from plan_ledger.ledger.errors import UnknownItem, UnknownMeeting
from plan_ledger.ledger.intents import Batch, find_field, find_level, gap_after
from plan_ledger.ledger.past import Late, Past
from plan_ledger.ledger.receipt import Receipt
from plan_ledger.ledger.work import Work
from plan_ledger.queries.moments import Moment, Moments, UnknownMoment
from plan_ledger.queries.results import EditionInfo, MeetingInfo, MomentRef
from plan_ledger.store.transaction import Rows
from plan_ledger.values import ranks, schema as numbers
from plan_ledger.values.coordinates import Pair
from plan_ledger.values.schema import LevelSpec
from plan_ledger.values.texts import clean_text

if TYPE_CHECKING:
    from plan_ledger.ledger.plan import Plan


@frozen
class CorrectionReceipt(Receipt):
    """What a correction recorded, and how far it reaches: until the next recorded fact of the same cell.

    Attributes:
        as_of: The edition that was corrected.
        reaches: The later editions whose table, as known today, it changes too.
        reaches_now: Whether it changes the table as it stands now.
    """

    as_of: str = ""
    reaches: tuple[str, ...] = ()
    reaches_now: bool = False

    def to_dict(self) -> dict[str, object]:
        return {
            **Receipt.to_dict(self),
            "as_of": self.as_of,
            "reaches": list(self.reaches),
            "reaches_now": self.reaches_now,
        }


class Corrections:
    """The corrections of one write. ``moved`` is told of a place that holds now too."""

    def __init__(self, work: Work, moved: Callable[[Item, UUID | None, str], None]) -> None:
        self._work = work
        self._moved = moved
        self._decided: list[Late] = []
        self._tables: dict[tuple[UUID, int, int | None], Past] = {}

    def run(self, intent: CorrectionIntent) -> None:
        """Decide one correction and record its events in the open batch.

        Raises:
            NotAMeeting, UnknownMeeting: ``as_of`` names no meeting that was held.
            UnknownField: The level had no such field then.
            NotInTable, NothingToCorrect, CommandRefused: See there; of several fields, all problems together.
        """
        known = self._work.item(intent.item)
        if known is None:
            raise UnknownItem(intent.item.hex)
        point, past = self._table(known.plan, intent.as_of)
        level = find_level(past.schema, known.level)
        above = past.schema.above(level.key)
        there = self._past(past, intent.item, level, *(spec.key for spec in level.fields))
        commands: list[domain.Correction] = []
        problems: list[PlanLedgerError] = []
        match intent:
            case Correct(texts=texts):
                for name, text in texts.items():
                    try:
                        commands.append(
                            ChangeField(find_field(level, name).key, clean_text(text), source=intent.source)
                        )
                    except PlanLedgerError as error:
                        problems.append(error)
            case CorrectPlace():
                commands.append(self._stood_under(past, intent, there))
            case CorrectExistence(exists=True):
                texts = {find_field(level, name).key: clean_text(text) for name, text in intent.texts.items()}
                commands.append(self._was_there(past, intent, there, level, texts))
            case CorrectExistence():
                commands.append(domain.WasNotThere())
        decided: list[ItemEvent] = []
        for command in commands:
            try:
                decided += domain.decide(there, command, level, above, point)
            except PlanLedgerError as error:
                problems.append(error)
        raise_problems(problems)
        for event in decided:
            self._record(event, known.plan)

    # --- which table --------------------------------------------------------------------------------------------

    def _table(self, plan: UUID, as_of: Moment) -> tuple[domain.Point, Past]:
        row = next(each for each in catalog.plans(self._work.tx) if each.uuid == plan)
        moments = Moments(self._work.tx, row)
        moment = edition_meant(moments, as_of)
        meeting = moments.by_name(moment.meeting or "")
        assert meeting is not None
        key = (plan, moment.pair.at, meeting.scope)
        if key not in self._tables:
            self._tables[key] = Past(self._work, row, moment.pair.at, meeting.scope, self._decided)
        return domain.Point(meeting.uuid, moment.name, moment.pair.at), self._tables[key]

    def _past(self, past: Past, item: UUID, level: LevelSpec, *keys: str) -> domain.PastItem:
        known = self._work.item(item, level.title)
        if known is None:
            raise UnknownItem(item.hex)
        cells = {key: past.cell(item, key) for key in (keys or (level.title,))}
        parent, rank = past.place(item) or (None, "")
        then = evolve(known, alive=past.alive(item), parent=parent, rank=rank, cells=cells)
        title = then.cell(level.title).text or known.cell(level.title).text or item.hex
        return domain.PastItem(then, past.shows(item), title)

    def _parent(self, past: Past, parent: UUID | None) -> domain.PastItem | None:
        if parent is None:
            return None
        known = self._work.item(parent)
        level = None if known is None else past.schema.level(known.level)
        if level is None:
            raise UnknownItem(parent.hex)
        return self._past(past, parent, level)

    # --- commands -----------------------------------------------------------------------------------------------

    def _stood_under(self, past: Past, intent: CorrectPlace, there: domain.PastItem) -> domain.StoodUnder:
        item = there.item
        under = item.parent if intent.stays else intent.under
        parent = self._parent(past, under)
        if item.parent == under and intent.after is None and not intent.first:
            rank = item.rank
        else:
            rank = ranks.between(*gap_after(past.siblings(under, item.id), intent.after, first=intent.first))
        return domain.StoodUnder(parent, rank, intent.source)

    def _was_there(
        self, past: Past, intent: CorrectExistence, there: domain.PastItem, level: LevelSpec, texts: dict[str, str]
    ) -> domain.WasThere:
        item = there.item
        stood = past.place(item.id)
        place = stood or past.later_place(item.id) or (None, "")
        if intent.placed and (place[0] != intent.under or intent.after is not None):
            place = (intent.under, ranks.between(*gap_after(past.siblings(intent.under, item.id), intent.after)))
        elif intent.after is not None:
            place = (place[0], ranks.between(*gap_after(past.siblings(place[0], item.id), intent.after)))
        if level.title not in texts and not item.cell(level.title).text:
            texts = {level.title: past.later_text(item.id, level.title), **texts}
        rank = place[1] or ranks.between(*gap_after(past.siblings(place[0], item.id), None))
        return domain.WasThere(self._parent(past, place[0]), rank, texts, intent.source)

    # --- recording ----------------------------------------------------------------------------------------------

    def _record(self, event: ItemEvent, plan: UUID) -> None:
        uuid, name = event.originator_id, domain.register_of(event)
        assert event.effective is not None
        holds = self._holds(event, name, plan)
        before = self._work.item(uuid)
        self._work.record_late([event], holds=holds)
        late = Late(uuid, name, event.effective, _value(event))
        self._decided.append(late)
        for (of, _, _), past in self._tables.items():
            if of == plan:
                past.take(late)
        if holds and isinstance(event, ItemPlaced) and before is not None:
            self._moved(before, event.parent, event.rank)

    def _holds(self, event: ItemEvent, name: str, plan: UUID) -> bool:
        """Whether the fact holds now too: nothing of its register counts later, in the log or in this write."""
        assert event.effective is not None
        for other in self._work.unwritten():
            if (
                isinstance(other, ItemEvent)
                and other.originator_id == event.originator_id
                and domain.register_of(other) == name
                and (other.effective is None or other.effective > event.effective)
            ):
                return False
        no = self._work.stream(event.originator_id)
        plan_no = self._work.stream(plan)
        known = self._work.item(event.originator_id)
        if no is None or plan_no is None or known is None:
            return True
        if isinstance(event, FieldChanged):
            number = catalog.field_numbers(self._work.tx, plan_no)[known.level, name]
        else:
            number = numbers.PLACE if name == domain.PLACE else numbers.EXISTENCE
        later = self._work.tx.one(
            "SELECT 1 FROM facts WHERE register = ? AND effective > ? LIMIT 1", (register(no, number), event.effective)
        )
        return later is None


def _value(event: ItemEvent) -> bool | str | tuple[UUID | None, str]:
    match event:
        case FieldChanged():
            return event.text or ""
        case ItemPlaced():
            return event.parent, event.rank
        case _:
            return isinstance(event, ItemRestored)


def edition_meant(moments: Moments, as_of: Moment) -> MomentRef:
    """The edition that a moment names.

    Raises:
        NotAMeeting: It names a position, a time or now.
        UnknownMeeting: No such meeting was held.
    """
    if as_of is None or not isinstance(as_of, (str, MeetingInfo, EditionInfo, MomentRef)):
        raise NotAMeeting("now" if as_of is None else str(as_of))
    try:
        found = moments.resolve(as_of)
    except UnknownMoment as unknown:
        names = tuple(each.name for each in moments.meetings if not each.annulled)
        raise UnknownMeeting(unknown.moment, names) from unknown
    if found.meeting is None or moments.by_name(found.meeting) is None:
        raise NotAMeeting(found.name)
    return found


def correct(plan: Plan, intents: Sequence[CorrectionIntent]) -> CorrectionReceipt:
    """Record corrections of one table now, as one batch, or with the others of an open one; tell how far they reach."""
    with plan.ledger.reading() as rows:
        moment = edition_meant(Moments(rows, plan.row), intents[0].as_of if intents else None)
    recording = plan.ledger.recording
    if recording.in_batch:
        for intent in intents:
            recording.submit(intent)
        return CorrectionReceipt(None, None, None, moment.name)
    receipt = recording.record([Batch(recording.acting(), intents)])[0]
    with plan.ledger.reading() as rows:
        return reached(rows, plan.row, moment, receipt)


def reached(rows: Rows, plan: catalog.PlanRow, moment: MomentRef, receipt: Receipt) -> CorrectionReceipt:
    """The receipt of a correction with the later editions that it changes, as known when it was recorded."""
    assert receipt.last is not None
    moments = Moments(rows, plan)
    recorded = "f.position BETWEEN ? AND ? AND f.effective = ?"
    own = (receipt.first, receipt.last, moment.pair.at)
    names: list[tuple[int, int, str]] = []
    for meeting in moments.meetings:
        for edition in meeting.editions:
            at = edition.pair.at
            if meeting.annulled or at < moment.pair.at or edition.position > receipt.last:
                continue
            name = moments.edition(meeting, None if edition is meeting.latest else edition.edition).name
            pair = Pair(at, receipt.last)
            seen = rows.one(
                f"SELECT 1 FROM facts f JOIN registers r ON r.no = f.register WHERE {recorded}"
                f" AND f.position = {winner('r')} LIMIT 1",
                (*own, *winner_params(pair)),
            )
            if seen is not None and name != moment.name and (meeting.name, edition.edition) != _named(moment):
                names.append((at, edition.position, name))
    now = rows.one(
        f"SELECT 1 FROM facts f JOIN registers r ON r.no = f.register AND r.head = f.position WHERE {recorded} LIMIT 1",
        own,
    )
    return CorrectionReceipt(
        receipt.first,
        receipt.last,
        receipt.recorded_us,
        moment.name,
        tuple(name for _, _, name in sorted(names)),
        now is not None,
    )


def _named(moment: MomentRef) -> tuple[str | None, int | None]:
    return moment.meeting, moment.edition


def source_of(text: str | None) -> Source | None:
    """Free words about where a value was taken from."""
    return None if text is None else Source(note=text)
