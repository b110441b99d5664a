"""Ids: random, given once, never reused; each kind of thing has its own type, so that they can't be mixed up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self
from uuid import UUID, uuid4

from attrs import field, frozen

IdFactory = Callable[[], UUID]
"""Where new ids come from. Tests inject a counting one."""

new_uuid: IdFactory = uuid4


@frozen(order=True)
class Id:
    """A UUID of one kind. ``str()`` gives 32 hexadecimal digits, as stored and shown."""

    uuid: UUID = field(repr=lambda uuid: repr(uuid.hex))

    @classmethod
    def parse(cls, text: str) -> Self:
        return cls(UUID(text))

    def __str__(self) -> str:
        return self.uuid.hex


class LedgerId(Id):
    """One ledger: one file or database, one chain."""


class PlanId(Id):
    """One action plan in a ledger."""


class ItemId(Id):
    """One node of a plan's tree; kept by renaming, moving and restoring."""


class MeetingId(Id):
    """One meeting; its editions are numbered."""


class ActorId(Id):
    """Who acted, without saying who that is: the name lives in a profile beside the log."""
