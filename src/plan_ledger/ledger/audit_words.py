"""What an audit is asked for, in words, and what that means in a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar, Literal, TypedDict, cast

from attrs import asdict, define, field as attribute, frozen

from plan_ledger.errors import PlanLedgerError
from plan_ledger.index import catalog
from plan_ledger.ledger.errors import UnknownActor, UnknownBatch
from plan_ledger.ledger.intents import find_field, find_level
from plan_ledger.ledger.item import Item
from plan_ledger.queries.audit_filters import APPROVER, AUTHOR, RECORDER, Selection, Who, folded, starts_with
from plan_ledger.queries.audit_kinds import LABELS
from plan_ledger.queries.moments import Moment, Moments
from plan_ledger.queries.results import MomentRef
from plan_ledger.store.transaction import Rows, chunks, marks
from plan_ledger.values.naming import UnknownField
from plan_ledger.values.schema import EXISTENCE, PLACE
from plan_ledger.values.texts import folded_name

if TYPE_CHECKING:
    from plan_ledger.ledger.asking import PlanQueries
    from plan_ledger.queries.audit_rows import Teller

Sort = Literal["asc", "desc"]


@define(eq=False, slots=False)
class UnknownKind(PlanLedgerError):
    """No row of an audit is of this kind."""

    code: ClassVar[str] = "unknown_kind"
    ja: ClassVar[str] = "「{kind}」という区分はありません。区分：{known}"
    en: ClassVar[str] = "There is no kind {kind!r}. Kinds: {known}"

    kind: str
    known: str


@define(eq=False, slots=False)
class UnknownSection(PlanLedgerError):
    """Nobody of this section ever recorded, answered or approved anything."""

    code: ClassVar[str] = "unknown_section"
    ja: ClassVar[str] = "所属「{section}」の記録はありません。{hint}"
    en: ClassVar[str] = "Nothing is recorded by a section {section!r}. {hint}"

    section: str
    near: tuple[str, ...] = ()

    def words(self) -> dict[str, str]:
        names = "、".join(self.near)
        return {"section": self.section, "hint": f"（近い名前：{names}）" if names else ""}


@define(eq=False, slots=False)
class BadPageToken(PlanLedgerError):
    """What should say where a page starts does not."""

    code: ClassVar[str] = "bad_page_token"
    ja: ClassVar[str] = "「{token}」は続きの位置ではありません。前のページの「次」の値をそのまま指定してください。"
    en: ClassVar[str] = "{token!r} does not say where to go on; give the value that came with the page before."

    token: str


def _kinds(value: str | Iterable[str] | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    return (value,) if isinstance(value, str) else tuple(value)


class AuditFilters(TypedDict, total=False):
    """The filters of an audit by name; ``AuditQuery`` has a method for each, which says what it means."""

    actor: str | None
    section: str | None
    author: str | None
    approver: str | None
    approval: str | None
    item: Item | str | None
    level: str | None
    field: str | None
    kind: str | Iterable[str] | None
    since: Moment
    until: Moment
    effective_since: Moment
    effective_until: Moment
    reason: str | None
    source: str | None
    value: str | None
    moved_by: int | None
    batch: int | None
    acts: bool | None
    sort: Sort
    limit: int | None
    after: int | str | None


@frozen
class Asked:
    """The filters of an audit as they were said: those of :class:`AuditFilters`; None: any."""

    actor: str | None = None
    section: str | None = None
    author: str | None = None
    approver: str | None = None
    approval: str | None = None
    item: Item | str | None = None
    level: str | None = None
    field: str | None = None
    kind: tuple[str, ...] | None = attribute(default=None, converter=_kinds)
    since: Moment = None
    until: Moment = None
    effective_since: Moment = None
    effective_until: Moment = None
    reason: str | None = None
    source: str | None = None
    value: str | None = None
    moved_by: int | None = None
    batch: int | None = None
    acts: bool | None = None
    sort: Sort = "asc"
    limit: int | None = None
    after: int | str | None = None

    def said(self, title: str | None = None) -> dict[str, str]:
        """Every filter that was said, by its name, in words; ``title``: what the item is called."""
        found: dict[str, str] = {}
        for name, value in asdict(self, recurse=False).items():
            if value is None or name in ("sort", "limit", "after"):
                continue
            found[name] = (title or value.id.hex) if isinstance(value, Item) else _said(value)
        return found


def _said(value: object) -> str:
    match value:
        case bool():
            return "あり" if value else "なし"
        case tuple():
            parts = cast("tuple[object, ...]", value)
            return "、".join(LABELS.get(each, each) for each in map(str, parts))
        case int():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case _:
            name = getattr(value, "name", None)
            return str(name if isinstance(name, str) else value)


def resolve(rows: Rows, plan: PlanQueries, teller: Teller, asked: Asked, head: int) -> Selection:
    """What was asked for, in the numbers of a plan's index; everything that is unknown is told here.

    Raises:
        UnknownActor, UnknownSection, UnknownItem, UnknownField, UnknownLevel, UnknownKind, UnknownMoment, UnknownBatch,
        BadPageToken: With the nearest names.
    """
    moments = Moments(rows, plan.row, head=teller.head, meetings=teller.meetings)
    after = 0 if asked.since is None else moments.resolve(asked.since).pair.known
    upto = head if asked.until is None else min(head, moments.resolve(asked.until).pair.known)
    if asked.batch is not None:
        bounds = catalog.batch_bounds(rows, asked.batch)
        if bounds is None:
            raise UnknownBatch(asked.batch)
        after, upto = max(after, bounds[0] - 1), min(upto, bounds[1])
    descending = asked.sort == "desc"
    if asked.after is not None:
        token = _token(asked.after)
        after, upto = (after, min(upto, token - 1)) if descending else (max(after, token), upto)
    return Selection(
        after=after,
        upto=upto,
        who=tuple(_who(teller, asked)),
        items=None if asked.item is None else _subtree(rows, plan, asked.item),
        numbers=_numbers(teller, asked),
        level=None if asked.level is None else find_level(teller.schema, asked.level).key,
        kinds=None if asked.kind is None else frozenset(_kind(each) for each in asked.kind),
        effective=_effective(moments, asked),
        reason=None if asked.reason is None else folded(asked.reason),
        source=None if asked.source is None else folded(asked.source),
        value=None if asked.value is None else folded(asked.value),
        approval=asked.approval,
        moved_by=asked.moved_by,
        money=teller.money if asked.moved_by is not None else {},
        titles=teller.titles,
        fiscal_year=plan.fiscal_year,
        acts=asked.acts,
        descending=descending,
    )


def _token(token: int | str) -> int:
    text = str(token)
    if isinstance(token, bool) or not (text.isascii() and text.isdigit()) or len(text) > len(str(1 << 63)):
        raise BadPageToken(text)
    return int(text)


def _effective(moments: Moments, asked: Asked) -> tuple[int, int] | None:
    if asked.effective_since is None and asked.effective_until is None:
        return None
    low = 0 if asked.effective_since is None else _counts(moments.resolve(asked.effective_since))
    return low, _counts(moments.resolve(asked.effective_until))


def _counts(moment: MomentRef) -> int:
    return moment.pair.at


def _kind(said: str) -> str:
    wanted = folded_name(said)
    for kind, label in LABELS.items():
        if wanted in (kind, folded_name(label)):
            return kind
    raise UnknownKind(said, "、".join(f"{label}（{kind}）" for kind, label in LABELS.items()))


# --- who ----------------------------------------------------------------------------------------------------------


def _who(teller: Teller, asked: Asked) -> Iterable[Who]:
    if asked.actor is not None:
        yield _of(teller, _actors(teller, asked.actor), (RECORDER, AUTHOR))
    if asked.author is not None:
        yield _of(teller, _actors(teller, asked.author), (AUTHOR,))
    if asked.approver is not None:
        yield _of(teller, _actors(teller, asked.approver), (APPROVER,))
    if asked.section is not None:
        yield _of(teller, _section(teller, asked.section), (RECORDER, AUTHOR))


def _of(teller: Teller, numbers: frozenset[int], roles: tuple[int, ...]) -> Who:
    refs = frozenset((teller.actor_rows[no].uuid.hex, teller.actor_rows[no].revision) for no in numbers)
    return Who(numbers, roles, refs)


def _actors(teller: Teller, name: str) -> frozenset[int]:
    """The revisions of actors with this host's id, this name, or these leading words of it."""
    wanted = folded_name(name)
    names = teller.actor_names
    found = frozenset(
        no
        for no, (key, shown) in names.items()
        if key == name or shown == wanted or (shown is not None and shown.startswith(wanted + " "))
    )
    if not found:
        called = {shown: teller.actor_rows[no].name or "" for no, (_, shown) in names.items() if shown is not None}
        near = get_close_matches(wanted, called, n=3, cutoff=0.3)
        raise UnknownActor(name, tuple(called[each] for each in near))
    return found


def _section(teller: Teller, name: str) -> frozenset[int]:
    """The revisions of actors who were of this section when they were so recorded."""
    wanted = folded(name)
    names = {no: row.section for no, row in teller.actor_rows.items() if row.section is not None}
    found = frozenset(no for no, section in names.items() if starts_with(folded(section), wanted))
    if not found:
        raise UnknownSection(name, tuple(get_close_matches(name, sorted(set(names.values())), n=3, cutoff=0.3)))
    return found


# --- what ---------------------------------------------------------------------------------------------------------


def _subtree(rows: Rows, plan: PlanQueries, item: Item | str) -> frozenset[int]:
    """The item with everything below it as it stands now."""
    root = plan.item_number(rows, item)
    found, border = {root}, [root]
    while border:
        below = [
            no
            for chunk in chunks(border)
            for (no,) in rows.all(
                f"SELECT no FROM items WHERE plan = ? AND parent IN ({marks(len(chunk))})", (plan.row.no, *chunk)
            )
        ]
        found.update(below)
        border = below
    return frozenset(found)


def _numbers(teller: Teller, asked: Asked) -> frozenset[int] | None:
    """The register numbers that field, level and amount leave; None: all."""
    numbers: frozenset[int] | None = None
    if asked.field is not None:
        numbers = field_numbers(teller, asked.field)
    if asked.level is not None:
        level = find_level(teller.schema, asked.level).key
        own = frozenset({EXISTENCE, PLACE} | {no for (of, _), no in teller.numbers.items() if of == level})
        numbers = own if numbers is None else numbers & own
    if asked.moved_by is not None:
        amounts = frozenset(teller.money)
        numbers = amounts if numbers is None else numbers & amounts
    return numbers


def field_numbers(teller: Teller, name: str) -> frozenset[int]:
    """The permanent numbers of every field of this name; ``existence`` and ``place`` name those registers.

    Raises:
        UnknownField: No level has such a field.
    """
    if name in ("existence", "place"):
        return frozenset({EXISTENCE if name == "existence" else PLACE})
    found: set[int] = set()
    error: UnknownField | None = None
    for level in teller.schema.levels:
        try:
            found.add(teller.numbers[level.key, find_field(level, name).key])
        except UnknownField as unknown:
            error = unknown
    if not found and error is not None:
        raise error
    return frozenset(found)


FILTERS: Mapping[str, str] = {
    "actor": "入力者・回答者",
    "section": "所属",
    "author": "回答者",
    "approver": "決裁者",
    "approval": "決裁番号",
    "item": "行",
    "level": "階層",
    "field": "欄",
    "kind": "区分",
    "since": "記録の起点",
    "until": "記録の終点",
    "effective_since": "表の起点",
    "effective_until": "表の終点",
    "reason": "変更理由",
    "source": "根拠資料",
    "value": "内容",
    "moved_by": "増減（円）",
    "batch": "記録単位",
    "acts": "会議などの記録",
}
"""Filters by name, with the office's words."""
