"""Who ever recorded, answered or approved anything: each actor once, with former particulars and look-alikes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from attrs import evolve, frozen

from plan_ledger.index import catalog
from plan_ledger.queries.results import Actor
from plan_ledger.store.transaction import Rows
from plan_ledger.values.lookalikes import skeleton


@frozen
class KnownActor:
    """An actor as last told, with the particulars told before, and other actors whose names look alike.

    ``looks_like`` is for people to look at: one person under two names, or somebody posing as another.
    """

    latest: Actor
    former: tuple[Actor, ...] = ()
    looks_like: tuple[Actor, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            **self.latest.to_dict(),
            "former": [each.to_dict() for each in self.former],
            "looks_like": [each.to_dict() for each in self.looks_like],
        }


def known(rows: Rows) -> list[KnownActor]:
    """Every actor, in the order in which they first acted; an erased one has no name."""
    revisions: dict[UUID, list[Actor]] = {}
    for row in catalog.actors(rows).values():
        revisions.setdefault(row.uuid, []).append(Actor(row.key, row.name, row.section, row.revision))
    found = [KnownActor(each[-1], tuple(each[:-1])) for each in revisions.values()]
    alike: dict[str, list[int]] = {}
    for number, actor in enumerate(found):
        names = {each.name for each in (actor.latest, *actor.former)}
        for look in {skeleton(name) for name in names if name is not None}:
            alike.setdefault(look, []).append(number)
    for numbers in alike.values():
        for number in numbers:
            others = tuple(found[other].latest for other in numbers if other != number)
            new = tuple(each for each in others if each not in found[number].looks_like)
            found[number] = evolve(found[number], looks_like=found[number].looks_like + new)
    return found
