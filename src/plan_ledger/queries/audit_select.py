"""The SQL of an audit: every filter starts from an index, and a page reads no more than it shows.

A selection becomes branches: each walks one index in the order of recording and stops at the page's end. Their union
is cut at the page's end again, and only what is left is looked up: headers, texts, what was there before.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve, frozen

from plan_ledger.index.registers import BITS, MASK, register
from plan_ledger.queries.audit_filters import Selection, Who
from plan_ledger.queries.audit_kinds import ACTS, CHANGES
from plan_ledger.queries.causes import JOINS, NUMBERED
from plan_ledger.store.transaction import SqlValue, marks
from plan_ledger.values.coordinates import ROOM
from plan_ledger.values.schema import EXISTENCE, FIRST_FIELD, PLACE

FEW_ITEMS = 100
FEW_REGISTERS = 400
FEW_BRANCHES = 64
ALL = 1 << 62
"""A limit that is none: every page is cut, so that the database looks up nothing before the cut."""

NUMBER = f"(f.register & {MASK})"
ITEM = f"(f.register >> {BITS})"
_ORDINARY = "f.effective = f.position * 1048576"
_LATE = "f.effective <> f.position * 1048576"


def _old(fact: str) -> str:
    """The position of the fact that one took the place of."""
    return (
        f"(SELECT o.position FROM facts o WHERE o.register = {fact}.register AND"
        f" (o.effective, o.position) < ({fact}.effective, {fact}.position) AND o.position < {fact}.position"
        " ORDER BY o.effective DESC, o.position DESC LIMIT 1)"
    )


CUT = "c.position, c.register, c.effective, c.state"
FACT = "f.position, f.register, f.effective, f.state"


@frozen
class Statement:
    sql: str
    params: tuple[SqlValue, ...]


@frozen
class _Branch:
    """A walk over one index. ``order`` are the columns in whose order it goes; ``ordered``: it needs no sorting.

    A walk over somebody's batches meets a batch twice that is theirs in two roles.
    """

    source: str
    where: tuple[str, ...]
    params: tuple[SqlValue, ...]
    order: tuple[str, ...] = ("f.position",)
    ordered: bool = True

    def also(self, where: Iterable[str], params: Iterable[SqlValue], source: str = "") -> _Branch:
        return evolve(self, source=self.source + source, where=(*self.where, *where), params=(*self.params, *params))

    def sql(self, columns: str) -> str:
        return f"SELECT {columns} FROM {self.source} WHERE {' AND '.join(self.where)}"


def listing(
    selection: Selection, plan: int | None, limit: int, first_batch: int = 0, *, near: bool = False
) -> Statement:
    """A page: cause, batch, hash, register, effective, state, text, and the position, text and state replaced.

    Args:
        selection: What is listed.
        plan: The plan's number; None where the ledger has no other.
        limit: How many rows to read at most.
        first_batch: The batch that holds the first position after ``selection.after``.
        near: Fields and kinds are looked for along the recorded range, not along the items' registers: right for a
            short range, or for fields that change often.
    """
    branches = _branches(selection, plan, first_batch, near=near)
    if len(branches) == 1 and branches[0].ordered:
        found = _walk(selection, branches[0], f"{FACT}, {_old('f')} AS old", limit)
    else:
        cut = _cut(selection, branches, limit)
        old = f"SELECT {CUT}, {_old('c')} AS old FROM ({cut.sql}) c ORDER BY c.position{_way(selection)} LIMIT ?"
        found = Statement(old, (*cut.params, limit))
    return Statement(
        f"SELECT {NUMBERED}, e.batch, e.hash, q.register, q.effective, q.state, x.body, q.old, y.body,"
        " CASE WHEN y.body IS NULL THEN (SELECT o.state FROM facts o WHERE o.position = q.old) END"
        f" FROM ({found.sql}) q CROSS JOIN events e LEFT JOIN texts x ON x.position = q.position"
        " LEFT JOIN texts y ON y.position = q.old WHERE e.position = q.position",
        found.params,
    )


def counting(selection: Selection, plan: int | None, first_batch: int = 0, *, near: bool = False) -> Statement:
    """How many facts the index finds; ``near`` as for :func:`listing`."""
    branches = _branches(selection, plan, first_batch, near=near)
    if len(branches) == 1:
        return Statement(branches[0].sql("count(DISTINCT f.position)"), branches[0].params)
    union = " UNION ".join(branch.sql("f.position AS position") for branch in branches)
    return Statement(
        f"SELECT count(*) FROM ({union}) u", tuple(param for branch in branches for param in branch.params)
    )


def thinly(selection: Selection, plan: int | None, first_batch: int = 0, *, near: bool = False) -> Statement:
    """Every fact found, in order, with its batch and header and without texts: for groups and exceptions.

    ``near`` as for :func:`listing`.
    """
    columns = "f.position, f.register, f.effective, f.state, e.batch, e.recorded_at, h.content"
    looked_up = f" CROSS JOIN events e{JOINS}"
    branches = _branches(selection, plan, first_batch, near=near)
    if len(branches) == 1:
        # Spelled out, so that a walk in order is not sorted again.
        return _walk(selection, branches[0].also(("e.position = f.position",), (), looked_up), columns, ALL)
    found = _cut(selection, branches, ALL)
    return Statement(
        f"SELECT {columns} FROM ({found.sql}) f{looked_up} WHERE e.position = f.position ORDER BY f.position",
        found.params,
    )


def by_register(selection: Selection) -> bool:
    """Whether fields or kinds are all that narrows: then their facts are reached through the items' registers."""
    items = selection.items
    if selection.who or selection.kinds == frozenset({"corrected"}) or (items and len(items) <= FEW_ITEMS):
        return False
    return _numbers(selection) is not None


def _cut(selection: Selection, branches: list[_Branch], limit: int) -> Statement:
    """The facts of a page in order."""
    walks = [_walk(selection, branch, FACT, limit) for branch in branches]
    if len(walks) == 1:
        return walks[0]
    union = " UNION ".join(f"SELECT * FROM ({walk.sql}) w{number}" for number, walk in enumerate(walks))
    params = [param for walk in walks for param in walk.params]
    return Statement(f"SELECT {CUT} FROM ({union}) c ORDER BY c.position{_way(selection)} LIMIT ?", (*params, limit))


def _walk(selection: Selection, branch: _Branch, columns: str, limit: int) -> Statement:
    order = ", ".join(column + _way(selection) for column in branch.order)
    return Statement(f"{branch.sql(columns)} ORDER BY {order} LIMIT ?", (*branch.params, limit))


def _way(selection: Selection) -> str:
    return " DESC" if selection.descending else ""


# --- which index --------------------------------------------------------------------------------------------------


def _branches(selection: Selection, plan: int | None, first_batch: int, *, near: bool = False) -> list[_Branch]:
    if selection.effective is None:
        return _ranged(selection, plan, first_batch, selection.after, selection.upto, (), near=near)
    low, high = selection.effective
    after, upto = max(selection.after, low >> ROOM), min(selection.upto, high >> ROOM)
    ordinary = _ranged(selection, plan, first_batch, after, upto, (_ORDINARY,), near=near)
    late = (_LATE, f"f.effective > {int(low)}", f"f.effective <= {int(high)}")
    if selection.who or selection.items is not None:
        return ordinary + _ranged(selection, plan, first_batch, selection.after, selection.upto, late)
    # Late facts have an index of their own, which must be the only one that fits.
    walk = _Branch("facts f", (*late, *_LOOKED_AT), (selection.after, selection.upto), ("+f.position",), ordered=False)
    return [*ordinary, _narrowed(walk, selection, plan, who=selection.who, items=True, numbers=True)]


_RANGE = ("f.position > ?", "f.position <= ?")
_LOOKED_AT = ("+f.position > ?", "+f.position <= ?")
"""The range where something else leads to the facts: the plus keeps SQLite from walking through the range instead."""


def _ranged(
    selection: Selection,
    plan: int | None,
    first_batch: int,
    after: int,
    upto: int,
    more: tuple[str, ...],
    *,
    near: bool = False,
) -> list[_Branch]:
    """The walks over facts recorded in a range: from the narrowest filter that has an index."""
    ranged = (after, upto)
    items, numbers, who = selection.items, _numbers(selection), selection.who
    if items is not None and len(items) <= FEW_ITEMS:
        if numbers is not None and len(items) * len(numbers) <= FEW_REGISTERS:
            registers = sorted(register(item, number) for item in items for number in numbers)
            found = f"f.register IN ({marks(len(registers))})" if registers else "1 = 0"
            walk = _Branch("facts f", (found, *_LOOKED_AT, *more), (*registers, *ranged), ordered=False)
            return [_narrowed(walk, selection, plan, who=who)]
        found = f"i.no IN ({marks(len(items))})" if items else "1 = 0"
        within = f"f.register >= i.no * {MASK + 1} AND f.register <= i.no * {MASK + 1} + {MASK}"
        params = (*sorted(items), *ranged)
        walk = _Branch("items i CROSS JOIN facts f", (found, within, *_LOOKED_AT, *more), params, ordered=False)
        return [_narrowed(walk, selection, None, who=who, numbers=True, joined=True)]
    if who:
        first, *others = sorted(who, key=lambda each: len(each.actors))
        inside = ("a.batch >= ?", "a.batch <= ?", "f.position >= a.batch AND f.position <= a.last", *_LOOKED_AT, *more)
        walks = [
            _Branch(
                "authorship a CROSS JOIN facts f",
                (*own, *inside),
                (*params, first_batch, upto, *ranged),
                order,
                ordered=len(order) > 1,
            )
            for own, params, order in _theirs(first)
        ]
        return [_narrowed(walk, selection, plan, who=others, items=True, numbers=True) for walk in walks]
    if selection.kinds == frozenset({"corrected"}):
        of = ("f.position = r.position", *_RANGE, *more)
        walk = _Branch("corrections r CROSS JOIN facts f", of, ranged, ordered=False)
        return [_narrowed(walk, selection, plan, items=True, numbers=True)]
    if numbers is not None and not near:
        computed = ", ".join(f"i.no * {MASK + 1} + {int(number)}" for number in sorted(numbers))
        found = f"f.register IN ({computed})" if numbers else "1 = 0"
        walk = _Branch("items i CROSS JOIN facts f", (found, *_LOOKED_AT, *more), ranged, ordered=False)
        return [_narrowed(walk, selection, plan, items=True, joined=True)]
    walk = _Branch("facts f", (*_RANGE, *more), ranged)
    return [_narrowed(walk, selection, plan, items=True, numbers=True)]


def _theirs(who: Who) -> list[tuple[tuple[str, ...], tuple[SqlValue, ...], tuple[str, ...]]]:
    """Conditions on somebody's batches: one actor has them in order already."""
    actors = sorted(who.actors)
    roles = f"a.role IN ({marks(len(who.roles))})"
    if 0 < len(actors) <= FEW_BRANCHES:
        return [(("a.actor = ?", roles), (actor, *who.roles), ("a.batch", "f.position")) for actor in actors]
    among = f"a.actor IN ({marks(len(actors))})" if actors else "1 = 0"
    return [((among, roles), (*actors, *who.roles), ("f.position",))]


def _numbers(selection: Selection) -> frozenset[int] | None:
    """The register numbers that field, level and kind leave."""
    numbers = selection.numbers
    kinds = selection.kinds
    if kinds is None or not kinds <= CHANGES.keys() | ACTS.keys() or "corrected" in kinds:
        return numbers
    wanted = {EXISTENCE for kind in kinds if kind in ("added", "withdrawn", "restored")}
    wanted |= {PLACE for kind in kinds if kind in ("placed", "moved")}
    if kinds & {"changed", "emptied"}:
        return numbers if numbers is None else numbers & (wanted | {no for no in numbers if no >= FIRST_FIELD})
    if "renamed" in kinds:
        wanted |= selection.titles
    return frozenset(wanted) if numbers is None else numbers & wanted


def _narrowed(
    walk: _Branch,
    selection: Selection,
    plan: int | None,
    *,
    who: Iterable[Who] = (),
    items: bool = False,
    numbers: bool = False,
    joined: bool = False,
) -> _Branch:
    """A walk with the filters that it does not start from: those named here, the plan, the level."""
    where: list[str] = []
    params: list[SqlValue] = []
    source = ""
    if numbers and (wanted := _numbers(selection)) is not None:
        where.append(f"{NUMBER} IN ({marks(len(wanted))})" if wanted else "1 = 0")
        params += sorted(wanted)
    if items and selection.items is not None:
        # A long row of conditions is more than a database takes; the numbers are our own.
        where.append(f"{ITEM} IN ({', '.join(map(str, sorted(selection.items)))})" if selection.items else "1 = 0")
    if selection.headers is not None:
        numbers_of = ", ".join(map(str, sorted(selection.headers))) or "NULL"
        where.append(f"(SELECT h.header FROM events h WHERE h.position = f.position) IN ({numbers_of})")
    for each in who:
        actors = sorted(each.actors)
        where.append(
            "EXISTS (SELECT 1 FROM events v JOIN authorship w ON w.batch = v.batch WHERE v.position = f.position"
            f" AND w.actor IN ({marks(len(actors)) or 'NULL'}) AND w.role IN ({marks(len(each.roles))}))"
        )
        params += [*actors, *each.roles]
    if plan is not None or selection.level is not None:
        if not joined:
            source = " CROSS JOIN items i"
            where.append(f"i.no = {ITEM}")
        if plan is not None:
            where.append("i.plan = ?")
            params.append(plan)
        if selection.level is not None:
            where.append("i.level = ?")
            params.append(selection.level)
    return walk.also(where, params, source)
