"""Audits in numbers: how many changes by whom, of which section, field or meeting, and how far amounts moved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import ClassVar, cast

from attrs import define, evolve, field

from plan_ledger.errors import PlanLedgerError
from plan_ledger.index.registers import MASK
from plan_ledger.queries import audit, audit_select
from plan_ledger.queries.audit_answers import GROUPINGS, AuditGroup, AuditGroups, Grouping
from plan_ledger.queries.audit_filters import Selection, moved_yen
from plan_ledger.queries.audit_report import Statement
from plan_ledger.queries.audit_rows import Teller
from plan_ledger.queries.audit_thin import Thin, facts, positions, section_of, who
from plan_ledger.queries.results import PLACE_LABEL
from plan_ledger.store.transaction import Rows
from plan_ledger.values.schema import EXISTENCE, PLACE
from plan_ledger.values.texts import REDACTED_TEXT

EXISTENCE_LABEL = "行の追加・掲載終了"
NOT_HANDED_OUT = "（未配布）"
NO_SECTION = "（所属なし）"


@define(eq=False, slots=False)
class UnknownGrouping(PlanLedgerError):
    """Audits are not counted by this."""

    code: ClassVar[str] = "unknown_grouping"
    ja: ClassVar[str] = "「{by}」ごとには集計できません。actor、section、field、meeting のどれかを指定してください。"
    en: ClassVar[str] = "Can't group by {by!r}; choose actor, section, field or meeting."

    by: str


@define
class _Sum:
    count: int = 0
    items: set[tuple[int, int]] = field(factory=set[tuple[int, int]])
    increase: int = 0
    decrease: int = 0
    unread: int = 0
    first: int = 0
    last: int = 0


_Key = Callable[[Thin], tuple[str | None, str]]


def group(
    reading: audit.Reading, parts: Sequence[tuple[Teller, Selection]], by: str, statement: Statement
) -> AuditGroups:
    """Count what fits.

    Raises:
        UnknownGrouping: ``by`` is something else.
    """
    if by not in GROUPINGS:
        raise UnknownGrouping(by)
    grouping = cast("Grouping", by)
    sums: dict[tuple[str | None, str], _Sum] = {}
    for teller, selection in parts:
        wanted = positions(reading, teller, selection) if selection.residual else None
        key = _key(teller, grouping)
        with reading() as rows:
            if grouping == "meeting" and teller.appearances.scopes:
                teller.items(rows, [no for (no,) in rows.all("SELECT no FROM items WHERE plan = ?", (teller.plan.no,))])
            _count(sums, key, _only(facts(rows, teller, selection), wanted), teller)
            _amounts(sums, key, rows, teller, selection, wanted)
    groups = [
        AuditGroup(key, label, s.count, len(s.items), s.increase, s.decrease, s.unread, s.first, s.last)
        for (key, label), s in sums.items()
    ]
    if grouping == "meeting":
        groups.sort(key=lambda each: each.first)
    else:
        groups.sort(key=lambda each: (-each.count, each.label))
    return AuditGroups(statement, grouping, tuple(groups))


def _only(found: Iterable[Thin], wanted: set[int] | None) -> Iterator[Thin]:
    return (each for each in found if wanted is None or each.position in wanted)


def _count(sums: dict[tuple[str | None, str], _Sum], key: _Key, found: Iterable[Thin], teller: Teller) -> None:
    for each in found:
        name = key(each)
        found_sum = sums.get(name)
        if found_sum is None:
            found_sum = sums[name] = _Sum(first=each.position)
        found_sum.count += 1
        found_sum.items.add((teller.plan.no, each.item))
        found_sum.last = max(found_sum.last, each.position)


def _amounts(
    sums: dict[tuple[str | None, str], _Sum],
    key: _Key,
    rows: Rows,
    teller: Teller,
    selection: Selection,
    wanted: set[int] | None,
) -> None:
    """Add how far each amount moved."""
    money = teller.money
    numbers = frozenset(money) if selection.numbers is None else selection.numbers & money.keys()
    if not numbers:
        return
    amounts = evolve(selection, numbers=frozenset(numbers), descending=False)
    names = {
        each.position: key(each) for each in facts(rows, teller, amounts) if wanted is None or each.position in wanted
    }
    first, near = audit.first_batch(rows, amounts), audit.near(amounts)
    statement = audit_select.listing(amounts, teller.sole, audit_select.ALL, first, near=near)
    for entry in rows.each(statement.sql, statement.params):
        if entry[0] not in names:
            continue
        old = entry[11] if entry[11] is not None else REDACTED_TEXT if entry[12] else ""
        new = entry[9] if entry[9] is not None else REDACTED_TEXT if entry[8] else ""
        moved = moved_yen(money[entry[6] & MASK], old, new, teller.plan.fiscal_year)
        found = sums[names[entry[0]]]
        if moved is None:
            found.unread += 1
        elif moved > 0:
            found.increase += moved
        else:
            found.decrease -= moved


def _key(teller: Teller, by: Grouping) -> _Key:
    match by:
        case "actor":
            return lambda each: _actor(each, teller)
        case "section":
            return lambda each: ((section := section_of(each.header, teller)), section or NO_SECTION)
        case "field":
            return lambda each: _field(each, teller)
        case _:
            return lambda each: _meeting(each, teller)


def _actor(each: Thin, teller: Teller) -> tuple[str | None, str]:
    """People are told apart by who they are, not by what they are called; shown as last told."""
    ref = each.header["actor"]
    latest = teller.latest(ref["id"]) or who(each.header, "actor", teller)
    return ref["id"], REDACTED_TEXT if latest is None else str(latest)


def _field(each: Thin, teller: Teller) -> tuple[str | None, str]:
    if each.number == EXISTENCE:
        return "existence", EXISTENCE_LABEL
    if each.number == PLACE:
        return "place", PLACE_LABEL
    return teller.field_names(each.number)


def _meeting(each: Thin, teller: Teller) -> tuple[str | None, str]:
    line = teller.known_line(each.item) if teller.appearances.scopes else ()
    name = teller.appearances.of(each.position, each.effective, line)
    return name, name or NOT_HANDED_OUT
