"""Who is acting: an actor, perhaps on somebody's behalf, for a reason; carried by the context, never by a global."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Literal, get_args

from attrs import evolve, field, frozen, validators

from plan_ledger.ledger.errors import ActorRefused, ActorRequired
from plan_ledger.values.lookalikes import has_invisible
from plan_ledger.values.texts import clean_text, folded_name

Assurance = Literal["declared", "authenticated"]
"""How sure it is who acts: said by whoever recorded it, or made sure of by the host."""


def _checked(name: str) -> str:
    if not name.strip() or has_invisible(name):
        raise ActorRefused(name)
    return clean_text(name)


def _checked_too(text: str | None) -> str | None:
    return None if text is None else _checked(text)


def _clean(text: str | None) -> str | None:
    return None if text is None else clean_text(text)


@frozen
class Person:
    """A person or a section as the host knows it. ``id`` is the host's; without one, the name tells who it is."""

    name: str = field(converter=_checked)
    id: str | None = field(default=None, converter=_checked_too)
    section: str | None = field(default=None, converter=_checked_too)

    @property
    def key(self) -> str:
        """What two profiles of one person have in common."""
        return f"id:{self.id}" if self.id else f"name:{folded_name(self.name)}"


def person(who: str | Person) -> Person:
    return Person(who) if isinstance(who, str) else who


def _person_or_none(who: str | Person | None) -> Person | None:
    return None if who is None else person(who)


@frozen
class Acting:
    """Everything that a batch says about who recorded it and why."""

    actor: Person = field(converter=person)
    on_behalf_of: Person | None = field(default=None, converter=_person_or_none)
    approver: Person | None = field(default=None, converter=_person_or_none)
    approval: str | None = field(default=None, converter=_clean)
    assurance: Assurance = field(default="declared", validator=validators.in_(get_args(Assurance)))
    reason: str | None = field(default=None, converter=_clean)
    document: str | None = field(default=None, converter=_clean)
    document_sha256: str | None = field(
        default=None, validator=validators.optional(validators.matches_re("[0-9a-f]{64}"))
    )


class ActingContext:
    """The acting of one ledger in this context: tasks inherit it, a new thread starts with none."""

    def __init__(self) -> None:
        self._current: ContextVar[Acting | None] = ContextVar("plan_ledger_acting", default=None)

    def current(self) -> Acting:
        """Who is acting.

        Raises:
            ActorRequired: Nobody.
        """
        acting = self._current.get()
        if acting is None:
            raise ActorRequired
        return acting

    @contextmanager
    def acting(self, acting: Acting) -> Generator[Acting, None, None]:
        token = self._current.set(acting)
        try:
            yield acting
        finally:
            # A generator may be closed in another context than the one that it was begun in (a web framework runs
            # the two halves of a dependency in two threads): what was set there ended with that context.
            with suppress(ValueError):
                self._current.reset(token)

    def nested(self, **changes: Any) -> Acting:
        """The current acting with some things said anew (a reason, a document)."""
        return evolve(self.current(), **{name: value for name, value in changes.items() if value is not None})
